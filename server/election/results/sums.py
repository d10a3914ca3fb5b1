"""The seats and votes declared so far, party by party, in every place of a night. No order, no shares.

The sums of the newest state of a night are kept and brought up to date contest by contest, because a declaration
changes one contest of thousands. What is returned depends on the contests as they stand, and never on what was asked
for before.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from threading import Lock

from server.election.contests import Definition
from server.election.counts import Count
from server.election.events import Declared, NoPollTaken
from server.election.nights import Night
from server.election.once import once
from server.election.results.places import EVERYWHERE, Area, place_of

Declaration = tuple[int, datetime, int, tuple[tuple[str, int], ...]]
"""The seq and time of a declaration that stands, the seats it was for, and party and seats won by it as the figures are
now."""


class PartySums:
    """What one party has in some contests. ``compared`` are its votes now and ``before`` its votes at the baseline,
    both in the contests that had a poll then and now."""

    __slots__ = ("before", "compared", "gained", "lost", "seats", "votes")

    def __init__(self) -> None:
        self.seats = self.gained = self.lost = self.votes = self.compared = self.before = 0


class Sums:
    """Some contests together: how many are ``declared``, for how many ``seats``, and how many ``compared``, with all
    valid votes of each. ``unknown`` is how many had a poll, and no baseline; of ``called_off`` the poll is postponed or
    countermanded. Votes are those that shares are parts of: where several seats are fought, of each party's best
    candidate.
    """

    __slots__ = (
        "called_off",
        "compared",
        "declared",
        "parties",
        "seats",
        "unknown",
        "valid",
        "valid_before",
        "valid_compared",
    )

    def __init__(self) -> None:
        self.called_off = self.declared = self.seats = self.unknown = self.compared = 0
        self.valid = self.valid_compared = self.valid_before = 0
        self.parties: dict[str, PartySums] = {}

    def of(self, party: str) -> PartySums:
        """The sums of a party; they are made, with nothing in them, if the party has none yet."""
        found = self.parties.get(party)
        if found is None:
            found = self.parties[party] = PartySums()
        return found

    def add(self, count: Count, times: int) -> None:
        """Add a contest once, or take it away (``times`` is 1 or -1)."""
        result, previous = count.result, count.contest.previous
        if result is None:
            self.called_off += times if count.no_poll else 0
            return
        self.declared += times
        self.seats += times * count.contest.seats
        self.valid += times * result.valid
        for party, number in result.verdict.won.items():
            self.of(party).seats += times * number
        for party, number in result.verdict.gained.items():
            self.of(party).gained += times * number
        for party, number in result.verdict.lost.items():
            self.of(party).lost += times * number
        for party, votes in result.by_party.items():
            self.of(party).votes += times * votes
        if result.unopposed:  # nobody voted there, so that nothing is compared there
            return
        if previous is None:
            self.unknown += times
            return
        self.compared += times
        self.valid_compared += times * result.valid
        self.valid_before += times * sum(previous.votes.values())
        for party, votes in result.by_party.items():
            self.of(party).compared += times * votes
        for party, votes in previous.votes.items():
            self.of(party).before += times * votes


class _Running:
    """The sums of a night by nation, region and body, of the contests as they were when somebody last asked: in
    whichever thread, so they are brought up to date and read in one step."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Mapping[str, Count] = {}
        self._declarations: dict[str, Declaration] = {}
        self._places: dict[tuple[str, str, str], Sums] = {}
        self._totals: dict[Area, Sums] = {}  # of the areas in which nothing has changed since somebody asked

    def within(self, counts: Mapping[str, Count], area: Area) -> Sums:
        """The sums of an area, with these contests. The same object is returned, and never changed, until a contest of
        the area changes."""
        with self._lock:
            self._follow(counts)
            return self._within(area)

    def declarations(self, counts: Mapping[str, Count]) -> list[Declaration]:
        """The declarations that stand, with these contests, oldest first."""
        with self._lock:
            self._follow(counts)
            return sorted(self._declarations.values())

    def _follow(self, counts: Mapping[str, Count]) -> None:
        if counts is self._counts:
            return
        changed = set[tuple[str, str, str]]()
        for before, count in _changes(self._counts, counts):
            place = place_of(count.contest)
            if place not in changed:
                changed.add(place)
                self._totals = {area: total for area, total in self._totals.items() if not area.has(*place)}
            sums = self._places.setdefault(place, Sums())
            if before:
                sums.add(before, -1)
                self._declarations.pop(before.contest.ballot, None)
            sums.add(count, 1)
            if declaration := _declaration(count):
                self._declarations[count.contest.ballot] = declaration
        self._counts = counts

    def _within(self, area: Area) -> Sums:
        if area not in self._totals:
            total = self._totals[area] = Sums()
            for place, sums in self._places.items():
                if area.has(*place):
                    _together(total, sums)
        return self._totals[area]


class NightSums:
    """The sums of one state of a night; those of an area are added up when they are first asked for."""

    def __init__(self, night: Night) -> None:
        self._night = night.definition, night.counts
        self._areas: dict[Area, Sums] = {}

    def within(self, area: Area = EVERYWHERE) -> Sums:
        """The sums of an area."""
        if area not in self._areas:
            definition, counts = self._night
            self._areas[area] = _running(definition).within(counts, area)
        return self._areas[area]

    def declarations(self) -> list[Declaration]:
        """The declarations that stand, oldest first."""
        definition, counts = self._night
        return _running(definition).declarations(counts)


@once
def sums_of(night: Night) -> NightSums:
    """The sums of a night as it stands."""
    return NightSums(night)


@once
def contests_by_place(definition: Definition) -> dict[tuple[str, str, str], int]:
    """How many contests there are in each nation, region and body."""
    found: dict[tuple[str, str, str], int] = {}
    for contest in definition.contests:
        place = place_of(contest)
        found[place] = found.get(place, 0) + 1
    return found


def contests_in(definition: Definition, area: Area) -> int:
    """How many contests an area has."""
    return sum(number for place, number in contests_by_place(definition).items() if area.has(*place))


@once
def _running(definition: Definition) -> _Running:
    return _Running()


def _changes(before: Mapping[str, Count], now: Mapping[str, Count]) -> Iterator[tuple[Count | None, Count]]:
    """The contests that have changed, each with its former state; all contests, without one, if nothing was known."""
    if not before:
        return ((None, count) for count in now.values())
    pairs: Iterable[tuple[Count, Count]] = zip(before.values(), now.values(), strict=True)
    return ((former, count) for former, count in pairs if former is not count)


def _declaration(count: Count) -> Declaration | None:
    if count.result is None:
        return None
    for event in reversed(count.history):
        if isinstance(event, Declared | NoPollTaken):
            return event.seq, event.at, count.contest.seats, tuple(count.result.verdict.won.items())
    return None


def _together(total: Sums, more: Sums) -> None:
    total.called_off += more.called_off
    total.declared += more.declared
    total.seats += more.seats
    total.unknown += more.unknown
    total.compared += more.compared
    total.valid += more.valid
    total.valid_compared += more.valid_compared
    total.valid_before += more.valid_before
    for party, its in more.parties.items():
        sums = total.of(party)
        sums.seats += its.seats
        sums.gained += its.gained
        sums.lost += its.lost
        sums.votes += its.votes
        sums.compared += its.compared
        sums.before += its.before
