"""One Parliament: its by-elections in order, and the House as elected. Only from the nights that are handed in."""

from collections.abc import Iterable, Iterator
from datetime import date

from msgspec import Struct

from server.election.nights import Count, Night


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


def term(nights: Iterable[Night], day: date) -> Term | None:
    """The Parliament of a day, among these nights; None where they have no general election by then."""
    elections = sorted({night.definition.date for night in nights if _is_general(night)})
    first = max((one for one in elections if one <= day), default=None)
    return Term(first, min((one for one in elections if one > day), default=None)) if first else None


def wins(nights: Iterable[Night], until: Night) -> tuple[Win, ...]:
    """The seats won at the by-elections of ``until``'s Parliament, up to it and with it, in order of day and hour.

    ``nights`` may hold it or its original as well: a ballot counts once, and ``until``'s word for it first.
    """
    every = (until, *nights)
    parliament = term(every, until.definition.date)
    if parliament is None:
        return ()
    found = sorted(
        _declared(every, parliament.first, until.definition.date),
        key=lambda one: (one[0].definition.date, one[1].declared_at or one[0].at, one[1].contest.ballot),
    )
    return tuple(_win(night, count, found) for night, count in found)


def house(nights: Iterable[Night], until: Night) -> House | None:
    """The House before and after a by-election; None unless a general election before it is among these nights."""
    every = tuple(nights)
    day = until.definition.date
    parliament = term(every, day)
    if parliament is None or _is_general(until):
        return None
    general = next(night for night in every if _is_general(night) and night.definition.date == parliament.first)
    seats = {count.contest.gss: _winner(count) for count in general.counts.values() if count.result}
    if len(seats) < general.definition.seats:
        return None  # it is still being counted
    own = {count.contest.ballot for count in until.counts.values()}
    for night, count in sorted(_declared(every, parliament.first, day), key=lambda one: one[0].definition.date):
        if night.definition.date < day and count.contest.ballot not in own:
            seats[count.contest.gss] = _winner(count)
    before = _numbers(seats)
    declared = {count.contest.gss: _winner(count) for count in until.counts.values() if count.result}
    return House(parliament.first, before, _numbers({**seats, **declared}) if declared else None)


def is_by_election(ballot: str) -> bool:
    """Whether a ballot is a by-election's, by Democracy Club's id for it."""
    return ".by." in ballot


def _is_general(night: Night) -> bool:
    return night.definition.seats > 0


def _declared(nights: Iterable[Night], after: date, until: date) -> Iterator[tuple[Night, Count]]:
    seen: set[str] = set()
    for night in nights:
        if not after < night.definition.date <= until:
            continue
        for ballot, count in night.counts.items():
            if is_by_election(ballot) and ballot not in seen:
                seen.add(ballot)
                if count.result:
                    yield night, count


def _win(night: Night, count: Count, found: list[tuple[Night, Count]]) -> Win:
    assert count.result is not None
    verdict = count.result.verdict
    same = [(other, one) for other, one in found if _winner(one) == verdict.winner]
    day = night.definition.date
    today = [other for other, _ in same if other.definition.date == day]
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
    return dict(sorted(numbers.items(), key=lambda one: (-one[1], one[0])))
