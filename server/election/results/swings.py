"""The swing between any two parties: over all contests declared together, and seat by seat. Nothing is stored."""

from fractions import Fraction
from typing import NamedTuple

from msgspec import Struct

from server.election.nights import Count, Night
from server.election.parties import counted_as, has_a_past
from server.election.results.places import EVERYWHERE, Area, counts_in
from server.election.results.ranking import place


class SeatSwing(Struct, frozen=True):
    """The swing in one contest, a fraction, as ``Swings`` has it."""

    ballot: str
    size: Fraction


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
    seats: list[SeatSwing] = []
    compared = valid = valid_before = 0
    first, first_before, second, second_before = 0, 0, 0, 0
    for count in counts_in(night, area) if _is_comparable(from_party, to_party) else ():
        seat = _figures(count, from_party, to_party)
        if seat is None:
            continue
        compared += 1
        valid += seat.valid
        valid_before += seat.valid_before
        first += seat.first or 0
        second += seat.second or 0
        first_before += seat.first_before or 0
        second_before += seat.second_before or 0
        size = _butler(seat)
        if size is not None:
            seats.append(SeatSwing(count.contest.ballot, size))
    seats.sort(key=lambda seat: place(seat.size))
    comparable = first and second and (first_before or second_before)
    total = _Figures(first, second, valid, first_before, second_before, valid_before)
    return Swings(
        from_party=from_party,
        to_party=to_party,
        area=area,
        together=_butler(total) if comparable else None,
        compared=compared,
        seats=tuple(seats),
        median=_median(seats),
        bins=_bins(seats),
    )


def seat_swing(count: Count, from_party: str, to_party: str) -> Fraction | None:
    """The swing in one contest, positive towards ``to_party``; None unless it is declared and both stood both times."""
    seat = _figures(count, from_party, to_party) if _is_comparable(from_party, to_party) else None
    return _butler(seat) if seat else None


class _Figures(NamedTuple):
    """The votes of two parties now and before, None where one did not stand; and all votes."""

    first: int | None
    second: int | None
    valid: int
    first_before: int | None
    second_before: int | None
    valid_before: int


def _figures(count: Count, from_party: str, to_party: str) -> _Figures | None:
    """None where a contest is not declared, nobody had to vote in it, or its baseline is not known."""
    previous, result = count.contest.previous, count.result
    if previous is None or result is None or result.unopposed:
        return None
    first: int | None = None
    second: int | None = None
    for line in result.lines:
        party = counted_as(line.candidate.party)
        if party == from_party:
            first = (first or 0) + line.votes
        elif party == to_party:
            second = (second or 0) + line.votes
    votes = previous.votes
    return _Figures(first, second, result.valid, votes.get(from_party), votes.get(to_party), sum(votes.values()))


def _is_comparable(first: str, second: str) -> bool:
    return first != second and has_a_past(first) and has_a_past(second)


def _butler(seat: _Figures) -> Fraction | None:
    """Half of how far the second party's lead over the first has grown, in share, which is the mean of the one's gain
    and the other's loss; None unless both stood both times."""
    first, second, valid, first_before, second_before, valid_before = seat
    if first is None or second is None or first_before is None or second_before is None or not valid_before:
        return None
    lead, lead_before = second - first, second_before - first_before
    return Fraction(lead * valid_before - lead_before * valid, 2 * valid * valid_before)


def _median(seats: list[SeatSwing]) -> Fraction | None:
    if not seats:
        return None
    return (seats[(len(seats) - 1) // 2].size + seats[len(seats) // 2].size) / 2


def _bins(seats: list[SeatSwing]) -> tuple[Bin, ...]:
    numbers: dict[int, int] = {}
    for seat in seats:
        points = 100 * seat.size.numerator // seat.size.denominator
        numbers[points] = numbers.get(points, 0) + 1
    if not numbers:
        return ()
    return tuple(Bin(points, numbers.get(points, 0)) for points in range(min(numbers), max(numbers) + 1))
