"""Constituencies and candidates as the Library's two CSV files have them, read and checked. No night."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from msgspec import Struct
from uk_election_ids.election_ids import IdBuilder  # pyright: ignore[reportMissingTypeStubs]
from uk_election_ids.slugger import slugify  # pyright: ignore

from server.election.clock import LONDON
from server.election.events import NoPollState
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
_PERSON_COLUMNS = ("Person ID", "DC Person ID", "Democracy Club person ID")
_LONGEST_COUNT = timedelta(
    days=31
)  # from the poll to a declaration; of a poll put off for weeks too, as in Thirsk 2010

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
    Library (MNIS), ``votes`` is None where the cell cannot be used or nothing is counted yet. ``person`` is the
    candidate's own id, "" where the file has none."""

    row: CsvRow
    key: Key
    name: str
    place: tuple[str, str]
    party: Party
    number: str
    votes: int | None
    sitting: bool
    person: str = ""
    description: str = ""


class Ballot(Struct, frozen=True):
    """One constituency with its candidates in ballot-paper order.

    ``elected`` is who was elected as the file says, None where it does not. ``no_poll`` says why there is nothing to
    count, with a reason in words.
    """

    id: str
    seat: Seat
    paper: tuple[Candidacy, ...]
    elected: Candidacy | None = None
    no_poll: tuple[NoPollState, str] | None = None


def seat(row: CsvRow, day: date) -> Seat:
    """The constituency in a row; ``day`` is the date of the poll where the row has none. Mistakes are noted at the
    row."""
    key = _key(row, day)
    declared = row.moment("Declaration time")
    if declared and (why := _no_declaration(declared, key[1])):
        row.wrong(f"Declaration time is {row.text('Declaration time')}, {why}", "Declaration time is on another day")
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


def standing(row: CsvRow, day: date, *, alone: bool = False) -> Candidacy:
    """The candidate in a row; ``day`` is the date of the poll where the row has none. Mistakes are noted at the row.

    A candidate who stands ``alone`` needs no votes.
    """
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
        votes=row.number_if_known("Votes") if alone else row.number("Votes"),
        sitting=row.text("Sitting MP").casefold() == "yes",
        person=next((id for column in _PERSON_COLUMNS if (id := row.text(column))), ""),
    )


def polls_close(day: date) -> datetime:
    """When the polls of this day close: at ten at night in London (Parliamentary Elections Rules, rule 1)."""
    return datetime.combine(day, time(22), LONDON)


def _no_declaration(declared: datetime, day: date) -> str:
    """Why a declaration cannot have been at this time, as the end of a sentence; "" where it can."""
    close = polls_close(day)
    if close <= declared <= close + _LONGEST_COUNT:
        return ""
    why = "before the polls close." if declared < close else f"more than a month after the poll of {day:%d/%m/%Y}."
    if declared.day <= 12:
        meant = declared.replace(month=declared.day, day=declared.month)
        if close <= meant <= close + _LONGEST_COUNT:
            why += f" If the month comes first in it, as in America, write {meant:%d/%m/%Y %H:%M}."
    return why


def day_in(row: CsvRow) -> date | None:
    """The date of the poll in a row, None where it has none that can be read; nothing is noted."""
    return next((row.day_if_any(column) for column in _DAY_COLUMNS if row.has(column)), None)


def ballot_id(seat: Seat, *, by: bool = False) -> str:
    """Democracy Club's ballot id; that of a by-election where it is one, or the row has a column with the date of the
    poll."""
    name = seat.name if _SLUG.fullmatch(slug(seat.name)) else "nameless"
    builder = cast(Any, IdBuilder("parl", seat.key[1])).with_division(name)
    if by or any(map(seat.row.has, _DAY_COLUMNS)):
        builder = builder.with_contest_type("by")
    return builder.ballot_id


def _key(row: CsvRow, day: date) -> Key:
    gss = row.required("ONS ID")
    if gss and not GSS.fullmatch(gss):
        sentence = f"ONS ID is {gss!r}: it should be a letter and eight digits, such as E14000898."
        row.wrong(sentence, "ONS ID is none")
    for column in _DAY_COLUMNS:
        if row.has(column):
            return gss, row.day(column) or day
    return gss, day


def _person(row: CsvRow, who: str) -> str:
    return f"{row.text(f'{who} first name')} {row.text(f'{who} surname')}".strip()


def _party(row: CsvRow) -> Party:
    """The party on the ballot paper; a joint candidate's has an id that names both parties, ``joint-party:53-119``."""
    name, short = row.required("Party name"), row.required("Party abbreviation")
    registered = party_id(row.text("Electoral Commission party ID").strip("-"))
    adjunct = party_id(row.text("Electoral Commission adjunct party ID").strip("-"))
    for id in filter(None, (registered, adjunct)):
        if not PARTY_ID.fullmatch(id):
            sentence = f"Electoral Commission party ID is {id!r}: it should look like PP85."
            row.wrong(sentence, "Electoral Commission party ID is none")
    if registered and adjunct:
        joint = f"joint-party:{registered.removeprefix('PP')}-{adjunct.removeprefix('PP')}"
        return Party(joint, name, short)
    return Party(registered or _WITHOUT_ID.get(name) or f"unregistered:{slug(name) or name}", name, short)


def party_id(text: str) -> str:
    """A party's id as the register writes it: ``pp53`` and ``party:53`` are PP53. Any other text as it is."""
    small = re.sub(r"^(party:|pp) ?(?=\d)", "PP", text.strip(), flags=re.IGNORECASE)
    return small if PARTY_ID.fullmatch(small) else small.casefold() if PARTY_ID.fullmatch(small.casefold()) else small


def place(surname: str, first_name: str) -> tuple[str, str]:
    """The key that sorts candidates as on the ballot paper: by surname (Parliamentary Elections Rules, rule 14)."""
    return _alphabetical(surname), _alphabetical(first_name)


def _alphabetical(name: str) -> str:
    """A name without capitals, accents and apostrophes, and with spaces for hyphens: so a ballot paper is sorted."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^\w\s]", " ", re.sub(r"['’‘`]", "", plain.casefold())).split())
