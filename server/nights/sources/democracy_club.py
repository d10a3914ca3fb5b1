"""What Democracy Club's CSV says of each ballot: one row a candidate, the votes where they are known. No night.

The columns are those of its data export. Needed are ``person_name``, ``ballot_paper_id``, ``party_id`` and
``party_name``; read where they are there ``post_label``, ``gss`` or ``post_id``, ``nuts1``, ``sopn_last_name`` and
``sopn_first_names``, ``seats_contested``, ``party_lists_in_use``, ``votes_cast``, ``elected``, ``tied_vote_winner``,
``spoilt_ballots``, ``total_electorate``. It has no times, and nobody's seat before.
"""

import re
from datetime import date
from functools import cache
from pathlib import Path

from msgspec.structs import replace

from server.election.contests import slug_of
from server.election.parties import Party
from server.nights import archive
from server.nights.format import header_of
from server.nights.sources import columns
from server.nights.sources.ballots import PARTY_ID, Ballot, Candidacy, Seat, ballot_id, check, place, seat
from server.nights.sources.tables import CsvRow, Problem, table

ATTRIBUTION = "Candidates and results from Democracy Club"
_COLUMNS = ("person_name", "ballot_paper_id", "party_id", "party_name")
_CONTESTS = ("ONS ID", "Constituency name", "Region name", "Country name")
_NATIONS = {"E": "England", "N": "Northern Ireland", "S": "Scotland", "W": "Wales"}
_SHORT = 12  # a party's name of so many letters is its own abbreviation
_COMMON = {"the", "party", "of", "and", "for"}


def is_export(path: Path) -> bool:
    """Whether this file's first line is that of Democracy Club's."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return b"ballot_paper_id" in file.readline(10_000).lower()


def ballots(path: Path, contests: Path | None, night: str, day: date, problems: list[Problem]) -> list[Ballot]:
    """The ballots of a night, of which others may be in the file too; ``problems`` says what is wrong with them.

    ``contests`` is a file of the Library's shape for what is not in this one: code, region, electorate, times.
    """
    known = {} if contests is None else _known(contests, day, problems)
    papers: dict[str, list[CsvRow]] = {}
    rows = table(path, _COLUMNS, problems)
    for row in rows:
        ballot = row.required("ballot_paper_id")
        if night in (ballot, row.text("election_id"), _election(ballot)):
            papers.setdefault(ballot, []).append(row)
    if rows and not papers:
        problems.append(Problem(path.name, 0, f"There is no ballot of {night} in it."))
    found: list[Ballot] = []
    for ballot, paper in papers.items():
        first = paper[0]
        if not re.fullmatch(rf"parl(\.[a-z0-9-]+)+\.{day}", ballot) or not slug_of(ballot):
            first.wrong(f"ballot_paper_id is {ballot!r}: it should be like parl.clacton.by.2014-10-09.")
            continue
        before = known.get(slug_of(ballot))
        if contests and not before:
            first.wrong(f"{ballot} is not in {contests.name}.")
            continue
        found.append(_ballot(ballot, paper, before, day))
    return found


def _known(contests: Path, day: date, problems: list[Problem]) -> dict[str, Seat]:
    seats = [seat(row, day) for row in table(contests, _CONTESTS, problems, columns.CONTESTS)]
    return {slug_of(ballot_id(one)): one for one in seats if one.key[1] == day}


def _election(ballot: str) -> str:
    """The election that a ballot belongs to: ``parl.clacton.by.2014-10-09`` → ``parl.2014-10-09``."""
    return f"{ballot.split('.')[0]}.{ballot.split('.')[-1]}"


def _ballot(ballot: str, rows: list[CsvRow], known: Seat | None, day: date) -> Ballot:
    """One ballot checked as a whole."""
    first = rows[0]
    if _number(rows, "seats_contested") not in (None, 1) or any(row.flag("party_lists_in_use") for row in rows):
        first.wrong(f"In {ballot} more than one is elected: only elections of one person can be imported.")
    paper = tuple(sorted((_standing(row, day) for row in rows), key=lambda one: one.place))
    counted = [standing for standing in paper if standing.row.text("votes_cast")]
    for one in paper if counted else ():
        if one not in counted:
            one.row.wrong(f"votes_cast of {one.name} is empty, though others on the ballot paper have votes.")
    one = known or _seat(rows, day)
    found = replace(
        one,
        row=first,
        name=one.name or slug_of(ballot),
        electorate=_number(rows, "total_electorate") or one.electorate,
        invalid=one.invalid if (spoilt := _number(rows, "spoilt_ballots")) is None else spoilt,
        member=_winner(rows),
    )
    check(found, paper)
    return Ballot(ballot, found, paper)


def _seat(rows: list[CsvRow], day: date) -> Seat:
    row = rows[0]
    gss = row.text("gss") or row.text("post_id").removeprefix("gss:")
    nation = _NATIONS.get(gss[:1], "")
    region = row.text("nuts1").removesuffix(" (England)") or ("" if nation == "England" else nation)
    name = row.text("post_label").removeprefix("Member of Parliament for ")
    if not columns.GSS.fullmatch(gss):
        row.wrong(f"gss of {name} is {gss!r}: it should be a code such as E14000898. Export it, or give --contests.")
    elif not region:
        row.wrong(f"nuts1, the region of {name}, is empty. Export it, or give --contests.")
    return Seat(row, (gss, day), name, region, nation, None, None, None, None, None, None, "", None)


def _standing(row: CsvRow, day: date) -> Candidacy:
    """A candidate. Without the names of the ballot paper, the last word of the name is taken for the surname."""
    name = row.required("person_name")
    *first_names, last = name.split() or [""]
    surname = row.text("sopn_last_name")
    where = place(surname, row.text("sopn_first_names")) if surname else place(last, " ".join(first_names))
    votes = row.number("votes_cast") if row.text("votes_cast") else None
    return Candidacy(row, ("", day), name, where, _party(row), "", votes, False)


def _winner(rows: list[CsvRow]) -> str | None:
    """Who is elected, by lot or not; None where nobody is said to be."""
    for column in ("elected", "tied_vote_winner"):
        elected = [row for row in rows if row.flag(column)]
        for row in elected[1:]:
            first = elected[0]
            row.wrong(f"{column} is t, but {first.text('person_name')} is that already, on line {first.line}.")
        if elected:
            return elected[0].text("person_name")
    return None


def _number(rows: list[CsvRow], column: str) -> int | None:
    """A number of the ballot, which is in each of its rows; None where it is in none."""
    said = [(row, row.number_if_known(column)) for row in rows]
    found = [(row, number) for row, number in said if number is not None]
    for row, number in found[1:]:
        first, other = found[0]
        if number != other:
            row.wrong(f"{column} is {number:,}, but {other:,} on line {first.line} of the same ballot.")
    return found[0][1] if found else None


def _party(row: CsvRow) -> Party:
    """The party on the ballot paper, with the name and abbreviation that it has in the archive, or one made of it."""
    name, party = row.required("party_name"), re.sub(r"^party:(?=\d)", "PP", row.required("party_id"))
    if party and not PARTY_ID.fullmatch(party):
        row.wrong(f"party_id is {party!r}: it should look like PP85.")
    known = _parties().get(party)
    if known and _words(known.name) & _words(name):
        return known
    short = re.sub(r"^The | Party$", "", name)
    if len(short) > _SHORT:
        short = "".join(word[0] for word in re.findall(r"\w+", name) if word[0].isupper()) or short[:_SHORT]
    return Party(party, name, short)


def _words(name: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", name.casefold().replace("democrats", "democrat"))) - _COMMON


@cache
def _parties() -> dict[str, Party]:
    """Every party of the shipped nights, by its id, as the newest of them has it."""
    found: dict[str, Party] = {}
    for summary in archive.listed():
        with (archive.FOLDER / f"{summary.id}.jsonl").open("rb") as lines:
            for party in header_of(lines.readline(), summary.id).parties:
                found.setdefault(party.id, party)
    return found
