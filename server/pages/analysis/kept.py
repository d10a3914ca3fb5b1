"""What the pages about a night as a whole remember while it is on air: figures that all languages share, and pieces of
text that show what they showed before. No figures and no HTML are made here."""

from collections.abc import Callable, Hashable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar

from markupsafe import Markup

from server.election.contests import Definition
from server.election.counts import Count
from server.election.nights import Night
from server.election.once import once

T = TypeVar("T")

_MOST_FIGURES = 16  # pages of one night as it stands; a swing of 650 seats takes about 100 KB
_MOST_PIECES = 4_000  # of one night, about half a kilobyte each


class Macro(Protocol):
    """A macro of a template, as Jinja hands it over."""

    @property
    def name(self) -> str: ...

    def __call__(self, *shown: object) -> Markup: ...


Piece = Callable[..., Markup]
"""What a template calls as ``piece(macro, name, *shown)``: the text of ``macro(*shown)``. ``name`` tells the pieces of
one macro apart. The macro may use nothing else that changes in the night."""


class _Pieces:
    """Of one night: the figures of its newest state, and the newest text of each piece with what it shows.

    A state is known by its contests and its time: the night itself refers to the definition, which keeps this, and a
    circle would outlive the night until the collector comes.
    """

    def __init__(self) -> None:
        self.counts: Mapping[str, Count] = {}
        self.at: datetime | None = None
        self.figures: dict[Hashable, Any] = {}
        self.pieces: dict[Hashable, tuple[tuple[object, ...], Markup]] = {}


@once
def _kept(definition: Definition) -> _Pieces:
    return _Pieces()


def figures(night: Night, name: Hashable, make: Callable[[], T]) -> T:
    """What ``make`` works out for a page of a night as it stands, once for all languages."""
    kept = _kept(night.definition)
    if kept.counts is not night.counts or kept.at != night.at:
        kept.counts, kept.at, kept.figures = night.counts, night.at, {}
    if name not in kept.figures:
        made = make()
        if len(kept.figures) >= _MOST_FIGURES:
            del kept.figures[next(iter(kept.figures))]
        kept.figures[name] = made
    return kept.figures[name]


def pieces(night: Night, edition: Hashable) -> Piece:
    """The pieces of a night's pages in one edition: a piece is rendered again only when it shows something else."""
    kept = _kept(night.definition).pieces

    def piece(macro: Macro, name: Hashable, *shown: object) -> Markup:
        place = (edition, macro.name, name)
        known = kept.get(place)
        if known is None or known[0] != shown:
            known = (shown, macro(*shown))
            if place not in kept and len(kept) >= _MOST_PIECES:
                del kept[next(iter(kept))]
            kept[place] = known
        return known[1]

    return piece


def every_piece(macro: Macro, name: Hashable, *shown: object) -> Markup:
    """The same for a night that is over: nothing is remembered."""
    return macro(*shown)
