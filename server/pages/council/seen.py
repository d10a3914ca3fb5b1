"""A council as its row and its page show it: the parts of a bar, a row for each party, its address. No HTML."""

from collections import Counter
from fractions import Fraction

from msgspec import Struct

from server.election.bodies import Body
from server.election.contests import Contest, Definition
from server.election.nights import Night
from server.election.once import once
from server.election.parties import Party, has_a_past
from server.election.results.councils.council import Council, contests_of, council
from server.election.results.places import Area
from server.election.results.sums import sums_of
from server.html.templates import part_of
from server.pages.bars.seats import Bar, Bars

TOPIC = "council/"
_BARS = 5
_LINE_AT = Fraction(7, 10)  # of a bar's room: where the line is, as on the night of a House
_ROWS = 8  # of parties that stand or have seats, from the beginning: later no row comes that would move the others
_A_THIRD = Fraction(1, 3)  # of a council's contests, in which a party stands that may win some
_FEW = 60  # contests that the night's own page lists, besides the councils


class PartyRow(Struct, frozen=True):
    """A party in a council: ``seats`` with those not up, ``won`` on the night, ``change`` in those fought, and the
    ``share`` of the votes of each party's best candidates (of 1), None where nobody voted for it."""

    party: Party
    seats: int
    won: int
    not_up: int
    change: int
    share: Fraction | None


class CouncilSeen(Struct, frozen=True):
    """A council with what is drawn of it. ``segments`` are parties with the seat where each begins and how many it has;
    ``bars`` the largest parties against the line to control; ``compared`` says that seats have a baseline. ``folded``
    are the other parties that have no seat, and whose seats have not changed.
    """

    council: Council
    segments: tuple[tuple[str, int, int], ...]
    rows: tuple[PartyRow, ...]
    folded: tuple[PartyRow, ...]
    bars: Bars
    compared: bool


def slug(body: Body) -> str:
    """The part of a fragment's id that is the body's."""
    return body.id.replace(".", "-")


@once
def by_slug(definition: Definition) -> dict[str, Body]:
    """The councils of a night by slug."""
    return {slug(body): body for body in definition.councils}


@once
def by_topic(definition: Definition) -> dict[str, Body]:
    """The councils of a night by the topic of their pages."""
    return {TOPIC + body.id: body for body in definition.councils}


def lists_wards(definition: Definition) -> bool:
    """Whether the night's own page lists the contests of councils too, because there are few."""
    return len(definition.contests) <= _FEW


@once
def apart(definition: Definition) -> tuple[Contest, ...]:
    """The contests that are for no council, such as a mayor's."""
    known = {body.id for body in definition.councils}
    return tuple([contest for contest in definition.contests if contest.body not in known])


@once
def wards_of(definition: Definition) -> dict[str, tuple[Contest, ...]]:
    """Body id → the contests of a council, in the night's order."""
    known = {contest.ballot: contest for contest in definition.contests}
    return {body: tuple(known[ballot] for ballot in ballots) for body, ballots in contests_of(definition).items()}


class Standing(Struct, frozen=True):
    """The parties that have seats in a council or stand for one, and how many of them, the first, have a row from the
    beginning: those with seats, and those in a third of its contests."""

    parties: tuple[str, ...]
    often: int


@once
def standing(definition: Definition) -> dict[str, Standing]:
    """Body id → who stands for a council of a night, who has most first."""
    found = dict[str, Standing]()
    for body in definition.councils:
        wards = wards_of(definition).get(body.id, ())
        had, stand = Counter(body.not_up), Counter[str]()
        for contest in wards:
            had.update(contest.previous.won if contest.previous else {})
            stand.update({candidate.party for candidate in contest.candidates})
        often = {party for party in {**had, **stand} if had[party] or stand[party] >= _A_THIRD * len(wards)}
        every = sorted({**had, **stand}, key=lambda party: (party not in often, -had[party], -stand[party], party))
        found[body.id] = Standing(tuple(every), len(often))
    return found


def seen(night: Night, body: Body) -> CouncilSeen:
    """A council as it stands."""
    found = council(night, body)
    rows = _rows(night, found)
    some = min(_ROWS, standing(night.definition)[body.id].often)
    open_ones = [row for place, row in enumerate(rows) if place < some or row.seats or row.change]
    segments: list[tuple[str, int, int]] = []
    for party, number in found.seats.items():
        segments.append((party, sum(length for _, _, length in segments), number))
    return CouncilSeen(
        council=found,
        segments=tuple(segments),
        rows=tuple(row for row in rows if row in open_ones),
        folded=tuple(row for row in rows if row not in open_ones),
        bars=_bars(night, found),
        compared=any(contest.previous for contest in wards_of(night.definition).get(body.id, ())),
    )


def _rows(night: Night, found: Council) -> tuple[PartyRow, ...]:
    sums = sums_of(night).within(Area(body=found.body.id))
    votes = {party: its.votes for party, its in sums.parties.items() if its.votes}
    stand = standing(night.definition)[found.body.id].parties
    every = dict.fromkeys((*stand, *found.seats, *found.lost, *votes))
    rows = [
        PartyRow(
            party=night.parties[party],
            seats=found.seats.get(party, 0),
            won=found.won.get(party, 0),
            not_up=found.body.not_up.get(party, 0),
            change=found.gained.get(party, 0) - found.lost.get(party, 0),
            share=part_of(votes[party], sums.valid) if party in votes else None,
        )
        for party in every
        if party in night.parties
    ]
    return tuple(sorted(rows, key=lambda row: (-row.seats, -votes.get(row.party.id, 0))))


def _bars(night: Night, found: Council) -> Bars:
    """Independents have no bar, because they are no party."""
    stand = standing(night.definition)[found.body.id]
    every = dict.fromkeys((*found.seats, *stand.parties[: stand.often]))
    shown = [party for party in every if party in night.parties and has_a_past(party)][:_BARS]
    seats = {party: found.seats.get(party, 0) for party in shown}
    most = max(seats.values(), default=0)
    room = max(found.line / _LINE_AT, Fraction(most), Fraction(1))
    return Bars(
        bars=tuple(Bar(night.parties[party], number, number / room) for party, number in seats.items()),
        line=found.line,
        line_at=found.line / room,
        held=False,
    )
