"""A seat by its name over all nights, on air and shipped: where its newest contest is. No HTML, no results.

A word is found by its beginning, as on the page of a night (``pages/find/search.py``).
"""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache

from msgspec import Struct

from server.election.contests import Contest
from server.election.nights import Night
from server.nights import archive
from server.pages.find.search import plain, seat_names
from server.pages.front.chosen import chosen

_LONGEST = 80  # characters of a question that are read
_MOST = 60  # seats that are listed


class SeatFound(Struct, frozen=True):
    """A seat that was asked for: its newest ``contest``, in which ``night`` that is, and of which day."""

    contest: Contest
    night: str
    title: str
    date: date

    @property
    def address(self) -> str:
        """The path of the contest's page."""
        return f"/nights/{self.night}/contests/{self.contest.ballot}"


class _Named(Struct, frozen=True):
    seat: SeatFound
    names: tuple[str, ...]


def seats_called(question: str, on_air: Sequence[Night]) -> list[SeatFound]:
    """The seats whose name has words that begin so, each once with its newest contest; the one with that very name
    alone. At most sixty, in order of name."""
    words = plain(question[:_LONGEST]).split()
    if not words:
        return []
    nights = chosen(on_air)
    live = [one for night in (nights.lead, *nights.others) if night for one in _contests(night)]
    found: dict[str, _Named] = {}
    for one in (*live, *_shipped()):
        if any(all(f" {word}" in f" {name}" for word in words) for name in one.names):
            found.setdefault(one.names[0], one)
    exact = [one for one in found.values() if " ".join(words) in one.names]
    named = exact if len(exact) == 1 else list(found.values())
    return [one.seat for one in sorted(named, key=lambda one: one.names[0])][:_MOST]


def _contests(night: Night) -> Iterable[_Named]:
    definition = night.definition
    for contest in definition.contests:
        yield _named(SeatFound(contest, definition.id, definition.title, definition.date))


@cache
def _shipped() -> tuple[_Named, ...]:
    """The contests of all shipped nights, newest first."""
    return tuple(
        _named(SeatFound(contest, night.id, night.title, night.date))
        for night in archive.listed()
        for contest in archive.load(night.id).definition.contests
    )


def _named(seat: SeatFound) -> _Named:
    return _Named(seat, tuple(map(plain, seat_names(seat.contest))))
