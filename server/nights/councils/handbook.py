"""Wards and candidates as the House of Commons Library's Local Elections Handbooks have them, one row each: read, put
together and checked. No night.

Two columns are not everywhere what they are called. The flag of who was elected is exchanged between candidates in some
wards, so that those with the most votes are elected, and the flag only tells whose lot was drawn. And of some councils
the ballot papers are those with a valid vote, of others all that were counted: where one seat is fought the votes tell
which, else the turnout.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from msgspec import Struct

from server.election.limits import MOST_CANDIDATES
from server.election.methods.named import rules_of
from server.election.methods.rules import Rules
from server.election.parties import Party
from server.nights.councils.names import council_id, council_name, party, person
from server.nights.sources.ballots import place, slug
from server.nights.sources.problems import Problem
from server.nights.sources.rows import CsvRow
from server.nights.sources.source import File, beginning_of
from server.nights.sources.tables import table

WARD_COLUMNS = ("council", "ward_code", "ward", "type", "seats", "electorate")
CANDIDATE_COLUMNS = ("council", "ward_code", "name", "party", "votes", "elected")
_COUNTIES = ("SC", "CC")
_WHOLE = (*_COUNTIES, "UC", "UAA", "SDA")  # the types of councils all of whose seats are fought
# Unitary councils whose areas are called as those of the counties that they were.
_OF_DIVISIONS = {"Cornwall", "Durham", "Isle of Wight", "Northumberland", "Shropshire", "Wiltshire"}


class Standing(Struct, frozen=True):
    """One candidate's row. ``flagged`` is whether the row says elected, ``sitting`` whether a councillor stands."""

    row: CsvRow
    name: str
    place: tuple[str, str]
    party: Party
    votes: int
    flagged: bool
    sitting: bool


class Ward(Struct, frozen=True):
    """One ward or division with its candidates in ballot-paper order.

    ``body`` is the id of its council, ``gss`` its own code and ``council_gss`` the council's, "" where the file has
    none. ``papers`` are as the column has them, None where it is empty; ``turnout`` is a fraction. ``whole`` says that
    all seats of the council are fought, ``division`` that this is its word for a ward.
    """

    row: CsvRow
    ballot: str
    body: str
    council: str
    council_gss: str
    gss: str
    name: str
    seats: int
    electorate: int
    papers: int | None
    rejected: int | None
    turnout: float | None
    whole: bool
    division: bool
    paper: tuple[Standing, ...]

    @property
    def rules(self) -> Rules:
        """How votes are counted here."""
        return rules_of("plurality", self.seats, "local")

    @property
    def votes(self) -> int:
        """All votes, of which a paper can have several."""
        return sum(one.votes for one in self.paper)


def is_handbook(contests: File | None) -> bool:
    """Whether a file of contests has the handbooks' columns."""
    first = beginning_of(contests).partition("\n")[0] if contests else ""
    return "ward_code" in first and "seats" in first


def wards(contests: File, candidates: File, day: date, problems: list[Problem], notes: list[Problem]) -> list[Ward]:
    """The wards in two files of one day, in their order; what is wrong is added to ``problems``, what is odd to
    ``notes``."""
    first = table(contests, WARD_COLUMNS, problems)
    second = table(candidates, CANDIDATE_COLUMNS, problems)
    if problems:
        return []
    papers: dict[tuple[str, str], list[Standing]] = {}
    for row in second:
        papers.setdefault(_key(row), []).append(_standing(row))
    found: list[Ward] = []
    known: dict[str, CsvRow] = {}
    for row in first:
        ward = _ward(row, papers.pop(_key(row), []), day, notes)
        if (other := known.setdefault(ward.ballot, row)) is not row:
            row.wrong(f"{ward.name} would have the id of line {other.line}, {ward.ballot}.")
        found.append(ward)
    for left in papers.values():
        first = left[0]
        sentence = f"{first.name} stands in {first.row.text('ward_code')}, which is no ward of the other file."
        if any(one.votes for one in left):
            first.row.wrong(sentence, "no ward of the other file")
        else:  # a ward without a poll is left out there
            notes.append(Problem(first.row.file, first.row.line, f"{sentence} It had no poll, and is left out."))
    return found


def _key(row: CsvRow) -> tuple[str, str]:
    """Codes alone do not do: in some years a council's name is spelt in two ways, but a code has one ward."""
    return council_id(row.required("council")), row.required("ward_code")


def _standing(row: CsvRow) -> Standing:
    first, surname = person(row.required("name"))
    return Standing(
        row=row,
        name=f"{first} {surname}".strip(),
        place=place(surname, first),
        party=party(row.required("party"), row.text("council")),
        votes=row.number("votes") or 0,
        flagged=row.text("elected") == "1",
        sitting=row.text("incumbent") == "1",
    )


def _ward(row: CsvRow, paper: list[Standing], day: date, notes: list[Problem]) -> Ward:
    kind, name, district = row.text("type"), row.required("ward"), row.required("council")
    of_county = kind in _COUNTIES
    council = council_name(row.required("county") if of_county else district)
    if not paper:
        row.wrong(f"{name} has no candidates.", "has no candidates")
    if len(paper) > MOST_CANDIDATES:
        row.wrong(f"{name} has {len(paper)} candidates: a ballot paper here has at most {MOST_CANDIDATES}.")
    seats = row.number_if_known("seats")
    if not seats:
        seats = sum(one.flagged for one in paper) or 1
        sentence = f"{name} has no number of seats: it is that of those called elected, {seats}."
        notes.append(Problem(row.file, row.line, sentence, "no number of seats"))
    body = council_id(council)
    return Ward(
        row=row,
        ballot=f"{body}.{slug(name)}.{day}",
        body=body,
        council=council,
        council_gss=row.text("county_code" if of_county else "council_code"),
        gss=row.text("ward_code"),
        name=name,
        seats=seats,
        electorate=row.number_if_known("electorate") or 0,
        papers=row.number_if_known("ballots"),
        rejected=row.number_if_known("rejected"),
        turnout=_fraction(row.text("turnout")),
        whole=kind in _WHOLE or row.text("cycle") == "All",
        division=of_county or council in _OF_DIVISIONS,
        paper=tuple(sorted(paper, key=lambda one: one.place)),
    )


def _fraction(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def papers_are_valid(found: Iterable[Ward]) -> bool:
    """Whether the ballot papers of a council are only those with a valid vote: so in most of its wards of one seat, and
    where there is none, by the turnout in most."""
    votes = turnouts = 0
    for ward in found:
        if not (ward.papers and ward.rejected):
            continue
        if ward.seats == 1:
            votes += (ward.votes == ward.papers) - (ward.votes + ward.rejected == ward.papers)
        elif ward.turnout and ward.electorate:
            papers = ward.turnout * ward.electorate
            turnouts += 1 if abs(papers - ward.papers - ward.rejected) < abs(papers - ward.papers) else -1
    return (votes or turnouts) > 0


def drawn(ward: Ward, tied: Sequence[int], places: int) -> tuple[int, ...]:
    """Who of those tied at the last seat was drawn, by places on the paper; a problem is noted where the flags do not
    say it."""
    found = tuple(one for one in tied if ward.paper[one - 1].flagged)
    if len(found) != places:
        ward.row.wrong(f"{ward.name} is a tie, and the file does not say who won.", "a tie without a winner")
    return found
