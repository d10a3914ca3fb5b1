"""All contests declared so far, added up by party; and when a majority of the House was reached, or became impossible.
Nothing is stored."""

from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction

from msgspec import Struct

from server.election.events import Declared, NoPollTaken
from server.election.nights import Count, Night
from server.election.parties import counted_as, has_a_past
from server.election.results.places import EVERYWHERE, Area, counts_in


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
    """``parties`` by seats, then votes; ``line`` is the seats that make a majority, 0 if none is at stake."""

    parties: tuple[PartyTotal, ...]
    declared: int
    contests: int
    line: int
    majority: Majority | None
    hung: Hung | None = None

    @property
    def lead(self) -> PartyTotal | None:
        """The party with the most seats, None before any has one. Independents are no party: they lead nothing."""
        return next((total for total in self.parties if total.seats and has_a_past(total.party)), None)


class _Sums:
    __slots__ = ("before", "gained", "lost", "seats", "votes")

    def __init__(self) -> None:
        self.seats = self.gained = self.lost = self.votes = self.before = 0


def add_up(night: Night, area: Area = EVERYWHERE) -> Tally:
    """The totals of a night as it stands; of an area, where no majority is at stake."""
    counts = counts_in(night, area)
    sums: dict[str, _Sums] = {}
    valid = valid_before = declared = 0
    all_known = True
    for count in counts:
        result = count.result
        if result is None:
            continue
        declared += 1
        valid += result.valid
        for line in result.lines:
            _of(sums, counted_as(line.candidate.party)).votes += line.votes
        winner, holder = result.verdict.winner, result.verdict.previous
        _of(sums, winner).seats += 1
        if holder is not None and result.verdict.kind == "gain":
            _of(sums, winner).gained += 1
            _of(sums, holder).lost += 1
        previous = count.contest.previous
        if result.unopposed:  # nobody voted there, so that nothing is compared there
            continue
        if previous is None:
            all_known = False
            continue
        valid_before += sum(previous.votes.values())
        for party, votes in previous.votes.items():
            if party in night.parties:
                _of(sums, party).before += votes
    parties = [
        _total(party, sum_, valid, valid_before if all_known else 0)
        for party, sum_ in sums.items()
        if sum_.votes or sum_.seats or sum_.lost
    ]
    parties.sort(key=lambda total: (-total.seats, -total.votes, total.party))
    line = majority_line(night) if area == EVERYWHERE else 0
    # Independents are no party: they have no majority together.
    most = max((total.seats for total in parties if has_a_past(total.party)), default=0)
    return Tally(
        parties=tuple(parties),
        declared=declared,
        contests=len(counts),
        line=line,
        majority=_majority(night, line, most),
        hung=_hung(night, line, most),
    )


def majority_line(night: Night) -> int:
    """The seats that make an overall majority of the House: 326 of 650; 0 where none is at stake."""
    return night.definition.seats // 2 + 1 if night.definition.seats else 0


def still_open(night: Night) -> int:
    """The seats of the House that nobody has yet: to be declared, put off to another day, or not of this night."""
    return max(night.definition.seats, len(night.counts)) - night.declared


def _of(sums: dict[str, _Sums], party: str) -> _Sums:
    found = sums.get(party)
    if found is None:
        found = sums[party] = _Sums()
    return found


def _total(party: str, sums: _Sums, valid: int, valid_before: int) -> PartyTotal:
    share = Fraction(sums.votes, valid) if valid else Fraction(0)
    comparable = valid_before and sums.before and has_a_past(party)
    return PartyTotal(
        party=party,
        seats=sums.seats,
        gained=sums.gained,
        lost=sums.lost,
        votes=sums.votes,
        share=share,
        change=share - Fraction(sums.before, valid_before) if comparable else None,
    )


def _majority(night: Night, line: int, most: int) -> Majority | None:
    """The declaration that made a party's seats reach the line, on the figures as they stand now. A seat without a
    contest counts like one that was declared."""
    if not line or most < line:
        return None
    seats: dict[str, int] = {}
    for event, _, winner in _declarations(night):
        seats[winner] = seats.get(winner, 0) + 1
        if seats[winner] == line and has_a_past(winner):
            return Majority(winner, event.seq, event.at)
    return None


def _hung(night: Night, line: int, most: int) -> Hung | None:
    """The declaration after which no party could reach the line any more, not even with every seat still open, on the
    figures as they stand now. So it is announced: that a party doesn't stand everywhere is not held against it, as
    those who do stand there may be its allies (in 2010 the Ulster Unionists were the Conservatives')."""
    still = still_open(night)
    if not line or most + still >= line:
        return None
    seats: dict[str, int] = {}
    most, still = 0, still + night.declared
    for event, _, winner in _declarations(night):
        still -= 1
        seats[winner] = seats.get(winner, 0) + 1
        most = max(most, seats[winner] if has_a_past(winner) else 0)
        if most + still < line:
            return Hung(event.seq, event.at)
    return None


def _declarations(night: Night) -> Iterator[tuple[Declared | NoPollTaken, Count, str]]:
    """Each declaration that stands, oldest first, with its contest and the winner as they are now."""
    for event in night.feed:
        if not isinstance(event, Declared | NoPollTaken):
            continue
        count = night.counts[event.ballot]
        if count.result is not None and event is _last_declaration(count.history):
            yield event, count, count.result.verdict.winner


def _last_declaration(history: tuple[object, ...]) -> Declared | NoPollTaken | None:
    return next((event for event in reversed(history) if isinstance(event, Declared | NoPollTaken)), None)
