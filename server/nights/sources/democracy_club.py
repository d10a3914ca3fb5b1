"""Ballots as Democracy Club's CSV export has them: one row for each candidate, with votes where known. No night.

The columns ``person_name``, ``ballot_paper_id``, ``party_id`` and ``party_name`` are needed. These are read where they
are present: ``person_id``, ``post_label``, ``gss`` or ``post_id``, ``nuts1``, ``sopn_last_name`` and
``sopn_first_names``, ``party_description_text``, ``cancelled_poll``, ``seats_contested``, ``party_lists_in_use``,
``election_date``, ``votes_cast``, ``elected``, ``tied_vote_winner``, ``spoilt_ballots``, ``total_electorate``. A seat
without a code is looked for by its ballot id among those of the archive. The export has neither times of declarations
nor sitting MPs.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache

from msgspec.structs import replace

from server.election.contests import Contest, slug_of
from server.election.events import NoPollState
from server.nights import archive
from server.nights.sources import columns
from server.nights.sources.ballots import Ballot, Candidacy, Seat, ballot_id, day_in, place, seat, slug
from server.nights.sources.checking import CANCELLED, UNCONTESTED, check
from server.nights.sources.party_names import names_in, party_in
from server.nights.sources.problems import Problem
from server.nights.sources.rows import CsvRow, sound
from server.nights.sources.source import File, beginning_of
from server.nights.sources.tables import every_row
from server.nights.sums import a_sum

ATTRIBUTION = "Candidates and results from Democracy Club"
_COLUMNS = ("person_name", "ballot_paper_id", "party_id", "party_name")
_CONTESTS = ("ONS ID", "Constituency name", "Region name", "Country name")
_NATIONS = {"E": "England", "N": "Northern Ireland", "S": "Scotland", "W": "Wales"}


def is_export(file: File) -> bool:
    """Whether a file is Democracy Club's: it begins with names of columns, ``ballot_paper_id`` among them."""
    return "ballot_paper_id" in beginning_of(file).casefold()


def ballots(
    file: File, contests: File | None, night: str, day: date, problems: list[Problem], notes: list[Problem]
) -> list[Ballot]:
    """The ballots of one night; the file may hold others too, whose rows do not matter. Whatever is wrong is added to
    ``problems``, what is odd to ``notes``.

    ``contests`` is a file of the Library's shape that gives what the export lacks: codes, regions, electorates, times.
    """
    rows = every_row(file, _COLUMNS, problems)
    ours = [row for row in rows if _is_of(row, night)]
    if rows and not ours:
        problems.append(Problem(file.name, 0, f"There is no ballot of {night} in it."))
    papers: dict[str, list[CsvRow]] = {}
    for row in sound(ours):
        if sums := a_sum(row.text("person_name"), row.text("party_name")):
            row.wrong(f"{sums} is no candidate and no party: leave this row out.", "neither candidate nor party")
        elif ballot := row.required("ballot_paper_id").casefold():
            papers.setdefault(ballot, []).append(row)
    each_once(papers.values())
    on_its_day(papers.values())
    known = {} if contests is None else _known(contests, day, set(map(slug_of, papers)), problems)
    names = names_in(row for paper in papers.values() for row in paper)
    read: list[Ballot] = []
    for ballot, paper in papers.items():
        first = paper[0]
        if not re.fullmatch(rf"parl(\.[a-z0-9-]+)+\.{day}", ballot) or not slug_of(ballot):
            first.wrong(f"ballot_paper_id is {ballot!r}: it should be like parl.clacton.by.2014-10-09.")
            continue
        before = known.get(slug_of(ballot))
        if contests and not before:
            first.wrong(f"{ballot} is not in {contests.name}.")
            continue
        read.append(_ballot(ballot, paper, before, day, names, notes))
    return read


def each_once(papers: Iterable[Sequence[CsvRow]]) -> None:
    """Notes at its row who has the id of somebody else on the same ballot paper: the ids are of people."""
    for paper in papers:
        people: dict[str, CsvRow] = {}
        for row in paper:
            id = row.text("person_id")
            if id and (known := people.setdefault(id, row)) is not row:
                who = f"{row.text('person_name')} has the id of {known.text('person_name')} on line {known.line}"
                row.wrong(f"{who}: one person stands once. Leave one out, or put the id right.")


def on_its_day(papers: Iterable[Sequence[CsvRow]]) -> None:
    """Notes at its row where a paper's ``election_date`` is another day than its ballot id has."""
    for row in (paper[0] for paper in papers):
        day, ballot = row.day_if_any("election_date"), row.text("ballot_paper_id").casefold()
        if day and not ballot.endswith(f".{day}"):
            row.wrong(f"election_date is {row.text('election_date')}, and {ballot} is of another day: put one right.")


def _is_of(row: CsvRow, night: str) -> bool:
    """Whether a row is of the night, by its ballot's id; one without may be, unless its election is another."""
    if ballot := row.text("ballot_paper_id").casefold():
        return night in (ballot, _election(ballot), row.text("election_id"))
    return row.text("election_id") in ("", night, _election(night))


def _known(contests: File, day: date, wanted: set[str], problems: list[Problem]) -> dict[str, Seat]:
    """The rows of a file of the Library's that are of these seats on this day, by the middle of their ballot ids."""
    ours = [
        row
        for row in every_row(contests, _CONTESTS, problems, columns.CONTESTS)
        if (day_in(row) or day) == day and slug(row.text("Constituency name")) in wanted
    ]
    seats = [seat(row, day) for row in sound(ours)]
    return {slug_of(ballot_id(constituency)): constituency for constituency in seats}


def _election(ballot: str) -> str:
    """The election that a ballot belongs to: ``parl.clacton.by.2014-10-09`` → ``parl.2014-10-09``."""
    return f"{ballot.split('.')[0]}.{ballot.split('.')[-1]}"


def _ballot(
    ballot: str, rows: list[CsvRow], known: Seat | None, day: date, names: dict[str, str], notes: list[Problem]
) -> Ballot:
    """One ballot, with what the Library's file has of it, checked as a whole."""
    first = rows[0]
    if _number(rows, "seats_contested") not in (None, 1) or any(row.flag("party_lists_in_use") for row in rows):
        first.wrong(f"In {ballot} more than one is elected: only elections of one person can be imported.")
    paper = tuple(sorted((_candidacy(row, day, names) for row in rows), key=lambda candidate: candidate.place))
    counted = [candidate for candidate in paper if candidate.row.text("votes_cast")]
    for candidate in paper if counted else ():
        if candidate not in counted:
            candidate.row.wrong(
                f"votes_cast of {candidate.name} is empty, though others on the ballot paper have votes."
            )
    seat = known or _seat(ballot, rows, day)
    elected = _elected(rows)
    completed = replace(
        seat,
        row=first,
        name=seat.name or slug_of(ballot),
        electorate=_number(rows, "total_electorate") or seat.electorate,
        invalid=seat.invalid if (spoilt := _number(rows, "spoilt_ballots")) is None else spoilt,
        member=elected.text("person_name") if elected else None,
    )
    winner = next((candidate for candidate in paper if candidate.row is elected), None)
    no_poll = _no_poll(rows, paper, completed.name, notes)
    if no_poll is None:
        check(completed, paper, winner)
    return Ballot(ballot, completed, paper, winner, no_poll)


def _no_poll(
    rows: list[CsvRow], paper: tuple[Candidacy, ...], name: str, notes: list[Problem]
) -> tuple[NoPollState, str] | None:
    """Why there is nothing to count: the poll is cancelled, or there are no more candidates than seats."""
    cancelled = [row for row in rows if row.flag("cancelled_poll")]
    if any(candidate.votes for candidate in paper):
        for row in cancelled[:1]:
            row.wrong(f"cancelled_poll is t in {name}, but there are votes.")
        return None
    if len(paper) == 1:
        if not cancelled:
            sentence = (
                f"{name} has one candidate, who is elected without a poll. If others are still to come, import it then."
            )
            notes.append(Problem(rows[0].file, rows[0].line, sentence))
        return UNCONTESTED
    return CANCELLED if cancelled else None


def _seat(ballot: str, rows: list[CsvRow], day: date) -> Seat:
    row = rows[0]
    gss = row.text("gss") or row.text("post_id").removeprefix("gss:")
    nation = _NATIONS.get(gss[:1], "")
    region = row.text("nuts1").removesuffix(" (England)") or ("" if nation == "England" else nation)
    name = row.text("post_label").removeprefix("Member of Parliament for ")
    if (not gss or not region) and (shipped := _shipped(day).get(slug_of(ballot))) and gss in ("", shipped.gss):
        gss, nation, region, name = shipped.gss, shipped.nation, region or shipped.region, name or shipped.name
    if not columns.GSS.fullmatch(gss):
        what = (
            f"is {gss!r}: it should be a code such as E14000898"
            if gss
            else "is missing, and the archive has no such seat"
        )
        row.wrong(f"gss of {name or ballot} {what}. Export it, or give --contests.", "gss is none")
    elif not region:
        row.wrong(f"nuts1, the region of {name}, is empty. Export it, or give --contests.", "nuts1 is empty")
    return Seat(row, (gss, day), name, region, nation, None, None, None, None, None, None, "", None)


@cache
def _shipped(day: date) -> dict[str, Contest]:
    """The seats of the general election that is the last on or before a day, by the middle of their ballot ids."""
    for summary in archive.listed():
        if summary.seats and summary.date <= day:
            return {contest.slug: contest for contest in archive.load(summary.id).definition.contests}
    return {}


def _candidacy(row: CsvRow, day: date, names: dict[str, str]) -> Candidacy:
    """The candidate in a row. Where the names on the ballot paper are missing, the last word is taken for the
    surname."""
    name = row.required("person_name")
    *first_names, last = name.split() or [""]
    surname = row.text("sopn_last_name")
    where = place(surname, row.text("sopn_first_names")) if surname else place(last, " ".join(first_names))
    votes = row.number("votes_cast") if row.text("votes_cast") else None
    described = row.text("party_description_text") or row.text("party_name")
    return Candidacy(
        row=row,
        key=("", day),
        name=name,
        place=where,
        party=party_in(row),
        number="",
        votes=votes,
        sitting=False,
        person=row.text("person_id"),
        description="" if described == names[row.text("party_id")] else described,
    )


def _elected(rows: list[CsvRow]) -> CsvRow | None:
    """The row of the candidate marked as elected, or as winner of a tie; None where nobody is."""
    for column in ("elected", "tied_vote_winner"):
        elected = [row for row in rows if row.flag(column)]
        for row in elected[1:]:
            first = elected[0]
            row.wrong(f"{column} is t, but {first.text('person_name')} is that already, on line {first.line}.")
        if elected:
            return elected[0]
    return None


def _number(rows: list[CsvRow], column: str) -> int | None:
    """A number of the ballot, which its rows repeat; None where no row has it. Rows that disagree are noted."""
    said = [(row, row.number_if_known(column)) for row in rows]
    given = [(row, number) for row, number in said if number is not None]
    for row, number in given[1:]:
        first, earlier = given[0]
        if number != earlier:
            row.wrong(f"{column} is {number:,}, but {earlier:,} on line {first.line} of the same ballot.")
    return given[0][1] if given else None
