"""What the two CSV files say of each ballot: constituencies and candidates, read and checked. No night."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any, cast

from msgspec import Struct
from uk_election_ids.election_ids import IdBuilder  # pyright: ignore[reportMissingTypeStubs]
from uk_election_ids.slugger import slugify  # pyright: ignore

from server.election.clock import LONDON
from server.election.parties import INDEPENDENT, SPEAKER, Party
from server.nights.sources.columns import GSS
from server.nights.sources.tables import CsvRow

CONTEST_COLUMNS = ("ONS ID", "Constituency name", "Region name", "Country name", "Electorate", "Valid votes")
CANDIDATE_COLUMNS = (
    "ONS ID",
    "Party name",
    "Party abbreviation",
    "Electoral Commission party ID",
    "Candidate first name",
    "Candidate surname",
    "Votes",
)
_DAY_COLUMNS = ("By-election date", "Election date")

_SLUG = re.compile(r"-*[a-z0-9][a-z0-9-]*")
PARTY_ID = re.compile(r"PP\d+|joint-party:\d+-\d+|ynmp-party:\d+")
# The Library's capitals; the Boundary Commissions write Stoke-on-Trent and Vale of Clwyd.
_SMALL_WORDS = re.compile(r"(?<=[ -])(Of|On|Upon|Under|Super|An)(?=[ -])")
_WITHOUT_ID = {
    "Independent": INDEPENDENT,
    "Speaker": SPEAKER,
    "Beer, Baccy and Scratchings": "PP2027",  # registered as the Beer, Baccy and Crumpet Party
}

# The package has no types.
slug = cast(Callable[[str], str], slugify)

Key = tuple[str, date]


class Seat(Struct, frozen=True):
    """One constituency's row. Numbers are None where the cell cannot be used, or says nothing."""

    row: CsvRow
    key: Key
    name: str
    region: str
    nation: str
    electorate: int | None
    valid: int | None
    invalid: int | None
    declared: datetime | None
    member: str | None
    majority: int | None
    result: str
    unionists: int | None


class Candidacy(Struct, frozen=True):
    """One candidate's row."""

    row: CsvRow
    key: Key
    name: str
    place: tuple[str, str]
    party: Party
    number: str
    votes: int | None
    sitting: bool


class Ballot(Struct, frozen=True):
    """One constituency with its candidates in ballot-paper order."""

    id: str
    seat: Seat
    paper: tuple[Candidacy, ...]


def seat(row: CsvRow, day: date) -> Seat:
    """A constituency; ``day`` is the date of the poll where the row has none of its own."""
    key = _key(row, day)
    declared = row.moment("Declaration time")
    if declared and declared < polls_close(key[1]):
        row.wrong(f"Declaration time is {row.text('Declaration time')}, before the polls close.")
    found = Seat(
        row=row,
        key=key,
        name=_SMALL_WORDS.sub(lambda word: word[0].lower(), row.required("Constituency name")),
        region=row.required("Region name"),
        nation=row.required("Country name"),
        electorate=row.number("Electorate") if row.has("Electorate") else None,
        valid=row.number("Valid votes") if row.has("Valid votes") else None,
        invalid=row.number_if_known("Invalid votes"),
        declared=declared,
        member=_person(row, "Member") if row.has("Member surname") else None,
        majority=row.number_if_known("Majority"),
        result=row.text("Result"),
        unionists=row.number_if_known("UUP"),
    )
    if found.name and not _SLUG.fullmatch(slug(found.name)):
        row.wrong(f"Constituency name is {found.name!r}: no id can be made of it.")
    if found.member == "":
        row.wrong("The winner's name is missing.")
    return found


def standing(row: CsvRow, day: date) -> Candidacy:
    """A candidate; ``day`` is the date of the poll where the row has none of its own."""
    name = _person(row, "Candidate")
    if not row.text("Candidate surname"):
        row.wrong("Candidate surname is empty.")
    return Candidacy(
        row=row,
        key=_key(row, day),
        name=name,
        place=place(row.text("Candidate surname"), row.text("Candidate first name")),
        party=_party(row),
        number=row.text("MNIS party ID"),
        votes=row.number("Votes"),
        sitting=row.text("Sitting MP").casefold() == "yes",
    )


def polls_close(day: date) -> datetime:
    """Ten at night in London (Parliamentary Elections Rules, rule 1)."""
    return datetime.combine(day, time(22), LONDON)


def ballot_id(seat: Seat) -> str:
    """Democracy Club's id: that of a by-election where the row has a date of its own."""
    name = seat.name if _SLUG.fullmatch(slug(seat.name)) else "nameless"
    builder = cast(Any, IdBuilder("parl", seat.key[1])).with_division(name)
    if any(map(seat.row.has, _DAY_COLUMNS)):
        builder = builder.with_contest_type("by")
    return builder.ballot_id


def check(one: Seat, paper: tuple[Candidacy, ...]) -> None:
    """Note whatever in the figures of a ballot does not agree."""
    if not paper:
        one.row.wrong(f"{one.name} has no candidates.")
        return
    lines: dict[tuple[str, str], int] = {}
    for each in paper:
        first = lines.setdefault((each.name, each.party.id), each.row.line)
        if first != each.row.line:
            each.row.wrong(f"{each.name} of the same party is already on line {first}.")
    votes = sorted((each.votes for each in paper if each.votes is not None), reverse=True)
    if len(votes) < len(paper):
        return  # said already, where the number should be
    papers = sum(votes) + (one.invalid or 0)
    if one.electorate is not None and papers > one.electorate:
        one.row.wrong(f"{papers:,} valid and invalid votes are more than the electorate of {one.electorate:,}.")
    if one.valid is not None and sum(votes) != one.valid:
        sentence = f"The candidates of {one.name} have {sum(votes):,} votes, but Valid votes is {one.valid:,}."
        one.row.wrong(sentence)
    majority = votes[0] - votes[1] if len(votes) > 1 else votes[0]
    if one.majority is not None and len(votes) > 1 and majority != one.majority:
        one.row.wrong(f"The majority in {one.name} is {majority:,}, but Majority says {one.majority:,}.")
    if votes[0] == 0:
        one.row.wrong(f"Nobody in {one.name} has a vote.")
    if one.member:
        _check_winner(one, one.member, paper, votes[0])
    elif majority == 0 and len(votes) > 1:
        one.row.wrong(f"{one.name} is a tie, and the file does not say who won.")


def _check_winner(one: Seat, member: str, paper: tuple[Candidacy, ...], most: int) -> None:
    won = [each for each in paper if each.name == member]
    first = " and ".join(each.name for each in paper if each.votes == most)
    if not won:
        one.row.wrong(f"The winner in {one.name} is {member}, who is not among the candidates.")
    elif all(each.votes != most for each in won):
        one.row.wrong(f"The winner in {one.name} is {member}, but most votes are for {first}.")


def _key(row: CsvRow, day: date) -> Key:
    gss = row.required("ONS ID")
    if gss and not GSS.fullmatch(gss):
        row.wrong(f"ONS ID is {gss!r}: it should be a letter and eight digits, such as E14000898.")
    for column in _DAY_COLUMNS:
        if row.has(column):
            return gss, row.day(column) or day
    return gss, day


def _person(row: CsvRow, who: str) -> str:
    return f"{row.text(f'{who} first name')} {row.text(f'{who} surname')}".strip()


def _party(row: CsvRow) -> Party:
    """The party on the ballot paper; a joint candidate of two parties has an id that names both."""
    name, short = row.required("Party name"), row.required("Party abbreviation")
    registered = row.text("Electoral Commission party ID").strip("-")
    adjunct = row.text("Electoral Commission adjunct party ID").strip("-")
    for one in filter(None, (registered, adjunct)):
        if not PARTY_ID.fullmatch(one):
            row.wrong(f"Electoral Commission party ID is {one!r}: it should look like PP85.")
    if registered and adjunct:
        joint = f"joint-party:{registered.removeprefix('PP')}-{adjunct.removeprefix('PP')}"
        return Party(joint, name, short)
    return Party(registered or _WITHOUT_ID.get(name) or f"unregistered:{slug(name) or name}", name, short)


def place(surname: str, first_name: str) -> tuple[str, str]:
    """What puts a candidate before another on the ballot paper: by surname (Parliamentary Elections Rules, rule 14)."""
    return _alphabetical(surname), _alphabetical(first_name)


def _alphabetical(name: str) -> str:
    """For the order of a ballot paper: no capitals, accents or apostrophes; hyphens are spaces."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", name) if not unicodedata.combining(one))
    return " ".join(re.sub(r"[^\w\s]", " ", re.sub(r"['’‘`]", "", plain.casefold())).split())
