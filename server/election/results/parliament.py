"""One Parliament: its by-elections in order, and the House as elected. Only from the nights that are handed in."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from msgspec import Struct

from server.election.contests import Definition
from server.election.counts import Count
from server.election.nights import Night


class Term(Struct, frozen=True):
    """The general elections around a day, of those known: the last one by then, and the next (None where unknown)."""

    first: date
    last: date | None

    @property
    def years(self) -> tuple[int, int] | None:
        """2010 and 2015; None where its end is not known."""
        return (self.first.year, self.last.year) if self.last else None


class Win(Struct, frozen=True):
    """A seat won at a by-election. ``number`` says it is the party's second, say, of this Parliament's by-elections;
    None where the party won others on the same day and nobody recorded which came first."""

    ballot: str
    date: date
    party: str
    gained_from: str | None
    number: int | None


class House(Struct, frozen=True):
    """Seats by party as elected: at the general election of ``since``, and at the by-elections after it.

    Who changed party without a by-election, and which seats stand empty, is not in it. ``after`` is None until the
    by-election is declared.
    """

    since: date
    before: dict[str, int]
    after: dict[str, int] | None


class Step(Struct, frozen=True):
    """A by-election once it is declared, with the party that had won the seat ``before`` and the one that has it
    ``after``; ``seats`` is the House then. ``own`` is whether it is of the night that is looked at."""

    count: Count
    date: date
    own: bool
    before: str
    after: str
    seats: dict[str, int]

    @property
    def moved(self) -> bool:
        """Whether the seat changed party."""
        return self.before != self.after


class State(Struct, frozen=True):
    """The state of the parties, as elected: ``elected`` at the general election of ``since``, ``before`` the night that
    is looked at, ``now`` after all by-elections in ``steps``, which are in the order in which they came.

    What is not in a ``House`` is not in it either.
    """

    since: date
    elected: dict[str, int]
    before: dict[str, int]
    now: dict[str, int]
    steps: tuple[Step, ...]


def term(nights: Iterable[Night], day: date) -> Term | None:
    """The Parliament of a day, among these nights; None where they have no general election by then."""
    elections = sorted({night.definition.date for night in nights if _is_general(night)})
    first = max((election for election in elections if election <= day), default=None)
    following = min((election for election in elections if election > day), default=None)
    return Term(first, following) if first else None


def wins(nights: Iterable[Night], until: Night) -> tuple[Win, ...]:
    """The seats won at the by-elections of ``until``'s Parliament, up to it and with it, in order of day and hour.

    ``nights`` may hold it or its original as well: a ballot counts once, and ``until``'s word for it first.
    """
    every = (until, *nights)
    first, last = polls_of(until.definition)
    parliament = term(every, first)
    if parliament is None:
        return ()
    found = sorted(_declared(every, parliament.first, last), key=_order)
    return tuple(_win(night, count, found) for night, count in found)


def state(nights: Iterable[Night], until: Night) -> State | None:
    """How the by-elections of ``until`` moved the House, and those before its first; None unless a general election
    before them is among these nights."""
    every = tuple(nights)
    first, last = polls_of(until.definition)
    parliament = term(every, first)
    if parliament is None or _is_general(until):
        return None
    general = next(night for night in every if _is_general(night) and night.definition.date == parliament.first)
    seats = {count.contest.gss: _winner(count) for count in general.counts.values() if count.result}
    if len(seats) < general.definition.seats:
        return None  # it is still being counted
    elected = before = _numbers(seats)
    steps: list[Step] = []
    for night, count in sorted(_declared((until, *every), parliament.first, last), key=_order):
        own, day = night is until, polled_on(night.definition, count.contest.ballot)
        if not own and day >= first:
            continue
        was, seats[count.contest.gss] = seats.get(count.contest.gss, ""), _winner(count)
        numbers = _numbers(seats)
        before = before if own else numbers
        steps.append(Step(count, day, own, was, _winner(count), numbers))
    return State(parliament.first, elected, before, _numbers(seats), tuple(steps))


def house(nights: Iterable[Night], until: Night) -> House | None:
    """The House before and after a by-election; None as ``state`` has it."""
    found = state(nights, until)
    if found is None:
        return None
    return House(found.since, found.before, found.now if any(step.own for step in found.steps) else None)


def polled_on(definition: Definition, ballot: str) -> date:
    """The day of a contest's poll. A night can have the by-elections of several: the ballot's id tells."""
    if not is_by_election(ballot):
        return definition.date
    try:
        return date.fromisoformat(ballot.rpartition(".")[2])
    except ValueError:
        return definition.date


def polls_of(definition: Definition) -> tuple[date, date]:
    """The days of a night's first poll and its last: mostly the same."""
    days = [polled_on(definition, contest.ballot) for contest in definition.contests]
    return min(days), max(days)


def is_by_election(ballot: str) -> bool:
    """Whether a ballot is a by-election's, by Democracy Club's id for it."""
    return ".by." in ballot


def _is_general(night: Night) -> bool:
    return night.definition.seats > 0


def _declared(nights: Iterable[Night], after: date, until: date) -> Iterator[tuple[Night, Count]]:
    seen: set[str] = set()
    for night in nights:
        for ballot, count in night.counts.items():
            day = polled_on(night.definition, count.contest.ballot)
            if is_by_election(ballot) and ballot.startswith("parl.") and after < day <= until and ballot not in seen:
                seen.add(ballot)
                if count.result:
                    yield night, count


def _order(by_election: tuple[Night, Count]) -> tuple[date, datetime, str]:
    """By day and hour, then by name."""
    night, count = by_election
    return polled_on(night.definition, count.contest.ballot), count.declared_at or night.at, count.contest.ballot


def _win(night: Night, count: Count, found: list[tuple[Night, Count]]) -> Win:
    assert count.result is not None
    verdict = count.result.verdict
    same = [(other, its) for other, its in found if _winner(its) == verdict.winner]
    day = polled_on(night.definition, count.contest.ballot)
    today = [other for other, its in same if polled_on(other.definition, its.contest.ballot) == day]
    known = len(today) == 1 or all(other.definition.times != "assumed" for other in today)
    return Win(
        ballot=count.contest.ballot,
        date=day,
        party=verdict.winner,
        gained_from=verdict.previous if verdict.kind == "gain" else None,
        number=same.index((night, count)) + 1 if known else None,
    )


def _winner(count: Count) -> str:
    assert count.result is not None
    return count.result.verdict.winner


def _numbers(seats: dict[str, str]) -> dict[str, int]:
    """Seats by party, the largest first."""
    numbers: dict[str, int] = {}
    for party in seats.values():
        numbers[party] = numbers.get(party, 0) + 1
    return dict(sorted(numbers.items(), key=lambda party_seats: (-party_seats[1], party_seats[0])))
