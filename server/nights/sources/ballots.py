"""Constituencies and candidates as the Library's two CSV files have them, read and checked. No night."""

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
# The Library writes these words with capitals; the Boundary Commissions write Stoke-on-Trent and Vale of Clwyd.
_SMALL_WORDS = re.compile(r"(?<=[ -])(Of|On|Upon|Under|Super|An)(?=[ -])")
_WITHOUT_ID = {
    "Independent": INDEPENDENT,
    "Speaker": SPEAKER,
    "Beer, Baccy and Scratchings": "PP2027",  # registered as the Beer, Baccy and Crumpet Party
}

# The package has no types.
slug = cast(Callable[[str], str], slugify)

Key = tuple[str, date]
"""A constituency's GSS code and the date of the poll."""


class Seat(Struct, frozen=True):
    """One constituency's row.

    Numbers and ``declared`` are None where the cell is empty or cannot be used. ``member`` is the winner's name,
    ``result`` the verdict as published, ``unionists`` the votes in the column UUP.
    """

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
    """One candidate's row. ``place`` sorts candidates as on the ballot paper, ``number`` is the party's id at the
    Library (MNIS), ``votes`` is None where the cell cannot be used or nothing is counted yet."""

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
    """The constituency in a row; ``day`` is the date of the poll where the row has none. Mistakes are noted at the
    row."""
    key = _key(row, day)
    declared = row.moment("Declaration time")
    if declared and declared < polls_close(key[1]):
        row.wrong(f"Declaration time is {row.text('Declaration time')}, before the polls close.")
    constituency = Seat(
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
    if constituency.name and not _SLUG.fullmatch(slug(constituency.name)):
        row.wrong(f"Constituency name is {constituency.name!r}: no id can be made of it.")
    if constituency.member == "":
        row.wrong("The winner's name is missing.")
    return constituency


def standing(row: CsvRow, day: date) -> Candidacy:
    """The candidate in a row; ``day`` is the date of the poll where the row has none. Mistakes are noted at the row."""
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
    """When the polls of this day close: at ten at night in London (Parliamentary Elections Rules, rule 1)."""
    return datetime.combine(day, time(22), LONDON)


def ballot_id(seat: Seat) -> str:
    """Democracy Club's ballot id; that of a by-election where the row has a column with the date of the poll."""
    name = seat.name if _SLUG.fullmatch(slug(seat.name)) else "nameless"
    builder = cast(Any, IdBuilder("parl", seat.key[1])).with_division(name)
    if any(map(seat.row.has, _DAY_COLUMNS)):
        builder = builder.with_contest_type("by")
    return builder.ballot_id


def check(seat: Seat, paper: tuple[Candidacy, ...]) -> None:
    """Notes, at the rows concerned, whatever does not agree in the figures of one ballot."""
    if not paper:
        seat.row.wrong(f"{seat.name} has no candidates.")
        return
    lines: dict[tuple[str, str], int] = {}
    for candidate in paper:
        first = lines.setdefault((candidate.name, candidate.party.id), candidate.row.line)
        if first != candidate.row.line:
            candidate.row.wrong(f"{candidate.name} of the same party is already on line {first}.")
    votes = sorted((candidate.votes for candidate in paper if candidate.votes is not None), reverse=True)
    if len(votes) < len(paper):
        return  # the row of the missing number has been noted already
    papers = sum(votes) + (seat.invalid or 0)
    if seat.electorate is not None and papers > seat.electorate:
        seat.row.wrong(f"{papers:,} valid and invalid votes are more than the electorate of {seat.electorate:,}.")
    if seat.valid is not None and sum(votes) != seat.valid:
        sentence = f"The candidates of {seat.name} have {sum(votes):,} votes, but Valid votes is {seat.valid:,}."
        seat.row.wrong(sentence)
    majority = votes[0] - votes[1] if len(votes) > 1 else votes[0]
    if seat.majority is not None and len(votes) > 1 and majority != seat.majority:
        seat.row.wrong(f"The majority in {seat.name} is {majority:,}, but Majority says {seat.majority:,}.")
    if votes[0] == 0:
        seat.row.wrong(f"Nobody in {seat.name} has a vote.")
    if seat.member:
        _check_winner(seat, seat.member, paper, votes[0])
    elif majority == 0 and len(votes) > 1:
        seat.row.wrong(f"{seat.name} is a tie, and the file does not say who won.")


def _check_winner(seat: Seat, member: str, paper: tuple[Candidacy, ...], most: int) -> None:
    won = [candidate for candidate in paper if candidate.name == member]
    first = " and ".join(candidate.name for candidate in paper if candidate.votes == most)
    if not won:
        seat.row.wrong(f"The winner in {seat.name} is {member}, who is not among the candidates.")
    elif all(candidate.votes != most for candidate in won):
        seat.row.wrong(f"The winner in {seat.name} is {member}, but most votes are for {first}.")


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
    """The party on the ballot paper; a joint candidate's has an id that names both parties, ``joint-party:53-119``."""
    name, short = row.required("Party name"), row.required("Party abbreviation")
    registered = row.text("Electoral Commission party ID").strip("-")
    adjunct = row.text("Electoral Commission adjunct party ID").strip("-")
    for party_id in filter(None, (registered, adjunct)):
        if not PARTY_ID.fullmatch(party_id):
            row.wrong(f"Electoral Commission party ID is {party_id!r}: it should look like PP85.")
    if registered and adjunct:
        joint = f"joint-party:{registered.removeprefix('PP')}-{adjunct.removeprefix('PP')}"
        return Party(joint, name, short)
    return Party(registered or _WITHOUT_ID.get(name) or f"unregistered:{slug(name) or name}", name, short)


def place(surname: str, first_name: str) -> tuple[str, str]:
    """The key that sorts candidates as on the ballot paper: by surname (Parliamentary Elections Rules, rule 14)."""
    return _alphabetical(surname), _alphabetical(first_name)


def _alphabetical(name: str) -> str:
    """A name without capitals, accents and apostrophes, and with spaces for hyphens: so a ballot paper is sorted."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^\w\s]", " ", re.sub(r"['’‘`]", "", plain.casefold())).split())
