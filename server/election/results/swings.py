"""The swing between any two parties: over all contests declared together, and seat by seat. Nothing is stored."""

from collections.abc import Iterator
from fractions import Fraction

from msgspec import Struct

from server.election.counts import Count
from server.election.nights import Night
from server.election.once import once
from server.election.parties import has_a_past
from server.election.results.places import EVERYWHERE, Area, place_of
from server.election.results.sums import PartySums, sums_of

_NOTHING = PartySums()


class SeatSwing(Struct, frozen=True):
    """The swing in one contest, from one party of ``Swings`` to the other, as the exact fraction ``parts / whole``."""

    ballot: str
    parts: int
    whole: int

    @property
    def size(self) -> Fraction:
        """The swing as a fraction of 1."""
        return Fraction(self.parts, self.whole)


class Bin(Struct, frozen=True):
    """How many seats swung by ``points`` percentage points or more, but by less than one more."""

    points: int
    seats: int


class Swings(Struct, frozen=True):
    """Butler swings from one party to another: the mean of the one's loss in share and the other's gain, as fractions,
    positive towards ``to_party``.

    ``together`` is of all the votes in the ``compared`` contests, which are those declared after a poll whose baseline
    is known; as in a single contest, a party that had no votes there before had no share. It is None unless both have
    votes now, and one of them had before. ``seats`` are the contests in which both stood both times, the lowest swing
    first; ``bins`` run from the lowest to the highest without a gap.
    """

    from_party: str
    to_party: str
    area: Area
    together: Fraction | None
    compared: int
    seats: tuple[SeatSwing, ...]
    median: Fraction | None
    bins: tuple[Bin, ...]


def swings(night: Night, from_party: str, to_party: str, area: Area = EVERYWHERE) -> Swings:
    """The swings of a night as it stands; ids are those under which the parties are counted."""
    comparable = _is_comparable(from_party, to_party)
    seats = sorted(_seats(night, from_party, to_party, area), key=_exactly) if comparable else []
    return Swings(
        from_party=from_party,
        to_party=to_party,
        area=area,
        together=swing_together(night, from_party, to_party, area),
        compared=sums_of(night).within(area).compared if comparable else 0,
        seats=tuple(seats),
        median=_median(seats),
        bins=_bins(seats),
    )


def swing_together(night: Night, from_party: str, to_party: str, area: Area = EVERYWHERE) -> Fraction | None:
    """The swing of all votes of an area together: the ``together`` of ``Swings``."""
    sums = sums_of(night).within(area)
    first, second = (sums.parties.get(party, _NOTHING) for party in (from_party, to_party))
    if not (_is_comparable(from_party, to_party) and first.compared and second.compared):
        return None
    lead, lead_before = second.compared - first.compared, second.before - first.before
    if not sums.valid_before or not (first.before or second.before):
        return None
    now, before = sums.valid_compared, sums.valid_before
    return Fraction(lead * before - lead_before * now, 2 * now * before)


def _seats(night: Night, from_party: str, to_party: str, area: Area) -> Iterator[SeatSwing]:
    for count, (grown, whole) in _compared(night):
        first, second = grown.get(from_party), grown.get(to_party)
        if first is not None and second is not None and area.has(*place_of(count.contest)):
            yield SeatSwing(count.contest.ballot, second - first, whole)


@once
def _compared(night: Night) -> tuple[tuple[Count, tuple[dict[str, int], int]], ...]:
    return tuple((count, grown) for count in night.counts.values() if (grown := _growth(count)))


@once
def _growth(count: Count) -> tuple[dict[str, int], int] | None:
    """How much the share of each party that stood both times has grown, in parts, and the number of parts in a whole.

    A swing is half the difference of two such growths, so the whole is given with twice as many parts. None if the
    contest is not declared, was uncontested, or has no known baseline.
    """
    previous, result = count.contest.previous, count.result
    if previous is None or result is None or result.unopposed or not count.contest.rules.has_swing:
        return None
    votes = result.by_party
    valid, valid_before = result.valid, sum(previous.votes.values())
    if not valid_before:
        return None
    grown = {
        party: number * valid_before - previous.votes[party] * valid
        for party, number in votes.items()
        if party in previous.votes
    }
    return grown, 2 * valid * valid_before


def _is_comparable(first: str, second: str) -> bool:
    return first != second and has_a_past(first) and has_a_past(second)


def _exactly(seat: SeatSwing) -> int:
    """A whole number by which swings can be sorted without rounding errors: two different swings of contests with fewer
    than 2**31 votes differ by more than this division rounds off."""
    return (seat.parts << 128) // seat.whole


def _median(seats: list[SeatSwing]) -> Fraction | None:
    if not seats:
        return None
    return (seats[(len(seats) - 1) // 2].size + seats[len(seats) // 2].size) / 2


def _bins(seats: list[SeatSwing]) -> tuple[Bin, ...]:
    numbers: dict[int, int] = {}
    for seat in seats:
        points = 100 * seat.parts // seat.whole
        numbers[points] = numbers.get(points, 0) + 1
    if not numbers:
        return ()
    return tuple(Bin(points, numbers.get(points, 0)) for points in range(min(numbers), max(numbers) + 1))
