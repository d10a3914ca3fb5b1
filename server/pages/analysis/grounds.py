"""What the battlegrounds page shows of a party: its seats with what became of them, in order. No HTML, no rules."""

from datetime import datetime

from msgspec import Struct

from server.election.counts import Count
from server.election.nights import Night
from server.election.results.councils.council import Council
from server.election.results.councils.together import councils
from server.election.results.targets import Battleground, Battlegrounds, Needs, Status, battlegrounds, needs, timetable

_SHOWN = 50  # of the targets and of the defences, until somebody asks for all
_NEAREST, _DUE = 10, 10


class Ground(Struct, frozen=True):
    """A battleground with its contest."""

    seat: Battleground
    count: Count


class Coming(Struct, frozen=True):
    """A contest still to be declared, and what it is to the party: "target", "defence", or "" ."""

    count: Count
    expected: datetime
    is_a: str


class GroundsPage(Struct, frozen=True):
    """``numbers`` is how many targets and defences have come to what; ``targets`` and ``defences`` as far as shown;
    ``late`` is judged by the night's last event. ``councils`` are those of the night, the fewest seats that the party
    needs for control first. ``without`` is how many seats have no baseline, ``several`` how many contests are for
    several seats, which no one party holds; ``unranked`` how many targets have no rank, ``unknown`` in how many of
    these it is not known who had how many votes."""

    party: str
    whole: Battlegrounds
    needs: Needs | None
    numbers: dict[Status, int]
    targets: tuple[Ground, ...]
    defences: tuple[Ground, ...]
    misses: tuple[Ground, ...]
    next: tuple[Coming, ...]
    late: tuple[Coming, ...]
    without: int
    several: int
    unranked: int
    unknown: int
    has_times: bool
    councils: tuple[Council, ...]


def grounds_page(night: Night, party: str, whole: bool) -> GroundsPage:
    """A party's battlegrounds as a night stands; the first fifty of each kind, or the ``whole`` lists."""
    found = battlegrounds(night, party)
    targets = {seat.ballot for seat in found.targets}
    defences = {seat.ballot for seat in found.defences}
    times = timetable(night, night.at)
    numbers: dict[Status, int] = dict.fromkeys(("gained", "missed", "held", "lost", "pending"), 0)
    for seat in (*found.targets, *found.defences):
        numbers[seat.status] += 1

    def grounds(seats: tuple[Battleground, ...], most: int) -> tuple[Ground, ...]:
        return tuple(Ground(seat, night.counts[seat.ballot]) for seat in seats[: len(seats) if whole else most])

    unranked = [night.counts[seat.ballot].contest.previous for seat in found.targets if seat.rank is None]

    def coming(ballot: str, expected: datetime) -> Coming:
        is_a = "target" if ballot in targets else "defence" if ballot in defences else ""
        return Coming(night.counts[ballot], expected, is_a)

    return GroundsPage(
        party=party,
        whole=found,
        needs=needs(night, found),
        numbers=numbers,
        targets=grounds(found.targets, _SHOWN),
        defences=grounds(found.defences, _SHOWN),
        misses=grounds(found.nearest_misses, _NEAREST)[:_NEAREST],
        next=tuple(coming(due.ballot, due.expected) for due in times.next[:_DUE]),
        late=tuple(coming(due.ballot, due.expected) for due in times.late[:_DUE]),
        without=sum(contest.previous is None for contest in night.definition.contests),
        several=sum(bool(contest.previous) and not contest.rules.has_winner for contest in night.definition.contests),
        unranked=len(unranked),
        unknown=sum(not (previous and previous.votes) for previous in unranked),
        has_times=bool(times.next or times.late),
        councils=tuple(sorted(councils(night).councils, key=lambda one: (one.to_line(party), one.body.name))),
    )
