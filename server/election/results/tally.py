"""All contests declared so far, added up by party; and when a majority of the House was reached, or became impossible.
Nothing is stored."""

from datetime import datetime
from fractions import Fraction

from msgspec import Struct

from server.election.contests import Definition
from server.election.nights import Night
from server.election.once import is_known, once
from server.election.parties import has_a_past
from server.election.results.places import EVERYWHERE, Area
from server.election.results.sums import PartySums, Sums, contests_in, sums_of


class PartyTotal(Struct, frozen=True):
    """One party over the contests declared so far. ``share`` is of all their valid votes; ``change`` is against the
    baseline in those same contests, None for independents and for a party that stood in none of them."""

    party: str
    seats: int
    gained: int
    lost: int
    votes: int
    share: Fraction
    change: Fraction | None

    @property
    def net(self) -> int:
        """Seats gained less seats lost."""
        return self.gained - self.lost


class Majority(Struct, frozen=True):
    """An overall majority of the House: whose, and at which event it was crossed."""

    party: str
    seq: int
    at: datetime


class Hung(Struct, frozen=True):
    """A House in which no party can have an overall majority any more: at which event that became certain."""

    seq: int
    at: datetime


class Tally(Struct, frozen=True):
    """``parties`` by seats, then votes; ``line`` is the seats that make a majority, 0 if none is at stake;
    ``called_off`` are the contests that will not be declared: their poll is postponed or countermanded."""

    parties: tuple[PartyTotal, ...]
    declared: int
    contests: int
    line: int
    majority: Majority | None
    hung: Hung | None = None
    called_off: int = 0

    @property
    def awaited(self) -> int:
        """How many contests are declared in the end: all but those called off."""
        return self.contests - self.called_off

    @property
    def lead(self) -> PartyTotal | None:
        """The party with the most seats, None before any has one. Independents are no party: they lead nothing."""
        return next((total for total in self.parties if total.seats and has_a_past(total.party)), None)


def add_up(night: Night, area: Area = EVERYWHERE) -> Tally:
    """The totals of a night as it stands; of an area, where no majority is at stake."""
    if area == EVERYWHERE:
        return _whole(night)
    sums, known = sums_of(night).within(area), _tallies(night.definition)
    found = known.get(area)
    if found is None or found[0] is not sums:
        found = known[area] = sums, _tally(night, area)
    return found[1]


def is_added_up(night: Night) -> bool:
    """Whether the totals of a night as it stands are known; where none before were, they take long."""
    return is_known(_whole, night)


@once
def _tallies(definition: Definition) -> dict[Area, tuple[Sums, Tally]]:
    """The newest totals of each area that was asked for, with the sums that they were made from."""
    return {}


@once
def _whole(night: Night) -> Tally:
    return _tally(night, EVERYWHERE)


def _tally(night: Night, area: Area) -> Tally:
    sums = sums_of(night).within(area)
    parties = [
        _total(party, own, sums, night) for party, own in sums.parties.items() if own.votes or own.seats or own.lost
    ]
    parties.sort(key=lambda total: (-total.seats, -total.votes, total.party))
    line = majority_line(night) if area == EVERYWHERE else 0
    # Independents are no party: they have no majority together.
    most = max((total.seats for total in parties if has_a_past(total.party)), default=0)
    return Tally(
        parties=tuple(parties),
        declared=sums.declared,
        contests=contests_in(night.definition, area),
        line=line,
        majority=_majority(night, line, most),
        hung=_hung(night, line, most),
        called_off=sums.called_off,
    )


def majority_line(night: Night) -> int:
    """The seats that make an overall majority of the House: 326 of 650; 0 where none is at stake."""
    return night.definition.seats // 2 + 1 if night.definition.seats else 0


def still_open(night: Night) -> int:
    """The seats of the House that nobody has yet: to be declared, put off to another day, or not of this night."""
    return max(night.definition.seats, _fought(night.definition)) - sums_of(night).within().seats


@once
def _fought(definition: Definition) -> int:
    """The seats that the contests of a night are for."""
    return sum(contest.seats for contest in definition.contests)


def is_early(night: Night) -> bool:
    """Whether it cannot be said yet who will be ahead: the lead in seats is at most a fifth of the seats still open.

    On no shipped night was a party that lost the lead ever ahead by more than 7% of the seats still open.
    """
    seats = sorted((total.seats for total in add_up(night).parties if has_a_past(total.party)), reverse=True)
    first, second = (*seats, 0, 0)[:2]
    return (first - second) * 5 <= still_open(night)


def _total(party: str, own: PartySums, sums: Sums, night: Night) -> PartyTotal:
    share = Fraction(own.votes, sums.valid) if sums.valid else Fraction(0)
    valid_before = 0 if sums.unknown else sums.valid_before
    comparable = valid_before and own.before and party in night.parties and has_a_past(party)
    return PartyTotal(
        party=party,
        seats=own.seats,
        gained=own.gained,
        lost=own.lost,
        votes=own.votes,
        share=share,
        change=share - Fraction(own.before, valid_before) if comparable else None,
    )


def _majority(night: Night, line: int, most: int) -> Majority | None:
    """The declaration that made a party's seats reach the line, on the figures as they stand now. A seat without a
    contest counts like one that was declared."""
    if not line or most < line:
        return None
    seats: dict[str, int] = {}
    for seq, at, _, won in sums_of(night).declarations():
        for party, number in won:
            seats[party] = seats.get(party, 0) + number
            if seats[party] >= line and has_a_past(party):
                return Majority(party, seq, at)
    return None


def _hung(night: Night, line: int, most: int) -> Hung | None:
    """The declaration after which no party could reach the line any more, not even with every seat still open, on the
    figures as they stand now. So it is announced: that a party doesn't stand everywhere is not held against it, as
    those who do stand there may be its allies (in 2010 the Ulster Unionists were the Conservatives')."""
    still = still_open(night)
    if not line or most + still >= line:
        return None
    seats: dict[str, int] = {}
    most, still = 0, still + sums_of(night).within().seats
    for seq, at, fought, won in sums_of(night).declarations():
        still -= fought
        for party, number in won:
            seats[party] = seats.get(party, 0) + number
            most = max(most, seats[party] if has_a_past(party) else 0)
        if most + still < line:
            return Hung(seq, at)
    return None
