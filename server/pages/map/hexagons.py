"""The map of a night: where each seat's hexagon is, and what it says of the seat. No HTML, and no rule of a result.

Lengths are whole numbers: a hexagon is 14 wide and 16 high, near enough to a true one. In its row a hexagon is placed
by its column alone (``PLACED``), since every byte of it is sent 650 times. The drawing that all hexagons share (rows,
outlines of regions, boxes to zoom to) follows from the definition and never changes in a night.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from msgspec import Struct

from server.election.contests import Definition
from server.election.nights import Count, Night
from server.election.once import once
from server.nights.layout import Cell, Layout, Outline, bounds, of

WIDE, HIGH = 7, 4  # half a hexagon's width, a quarter of its height
_MARGIN = 9
PLACED, SQUEEZED = "scale(14 1)", "scale(.0714286 1)"  # of a row, where x counts hexagons; of a shape, to undo it

VIEWS = ("winner", "kind", "swing", "turnout", "majority")

# Where a step of a legend begins, in per cent: of a swing in points, of the electorate, of the valid votes.
SWINGS = (0, 2, 4, 6, 10)
TURNOUTS = (0, 60, 65, 70, 75)
MAJORITIES = (0, 5, 10, 20, 30)


class Box(Struct, frozen=True):
    """What the map shows: its north-western corner and its size."""

    x: int
    y: int
    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.x} {self.y} {self.width} {self.height}"


class Region(Struct, frozen=True):
    """``slug`` is what an address says after ``#map-``, ``outline`` an SVG path, ``box`` of the map's proportions."""

    name: str
    slug: str
    outline: str
    box: Box


class Row(Struct, frozen=True):
    """Hexagons at one height, from west to east: the places of their contests in the definition.

    ``x`` is half a hexagon in every other row.
    """

    x: int
    y: int
    contests: tuple[int, ...]


class Drawing(Struct, frozen=True):
    """All of a map that its results do not change. ``ground`` is the outline of all constituencies, as an SVG path,
    where the night has only some: few hexagons by themselves say nothing of where they are."""

    box: Box
    ground: str
    rows: tuple[Row, ...]
    regions: tuple[Region, ...]


class Hexagon(Struct, frozen=True):
    """A seat's hexagon, ``column`` in its row. ``steps`` are those of its swing, turnout and majority: ``s3 t1 m5``.

    ``towards`` is the party that the swing went to, where that is not the winner; ``minute`` when it was declared,
    since the polls closed. A seat without a result has no steps; ``off`` is one whose poll is not taken now.
    """

    column: int
    shape: str
    kind: str
    steps: str
    towards: str | None
    minute: int | None


@once
def has_map(definition: Definition) -> bool:
    """Whether a night is of many seats, all of which have a hexagon."""
    return len(definition.contests) > 1 and of(definition) is not None


@once
def drawn(definition: Definition) -> Drawing:
    """The drawing of a night that has a map: made once, whatever happens in the night."""
    return _drawn(layout_of(definition), tuple((contest.gss, contest.region) for contest in definition.contests))


def layout_of(definition: Definition) -> Layout:
    """The layout of a night that has a map."""
    found = of(definition)
    assert found is not None, f"{definition.id} has no map"
    return found


def hexagon(night: Night, count: Count) -> Hexagon:
    """A seat's hexagon as it is now."""
    column = layout_of(night.definition).cells[count.contest.gss].column
    result = count.result
    if result is None:
        off = count.no_poll is not None
        return Hexagon(column, "off" if off else "open", "off" if off else "open", "", None, None)
    swing = result.swing
    steps: list[str] = []
    if swing:
        steps.append(f"s{_step(swing.size, SWINGS)}")
    if not result.unopposed:
        turnout = result.turnout_valid if result.turnout_papers is None else result.turnout_papers
        steps += [] if turnout is None else [f"t{_step(turnout, TURNOUTS)}"]
        steps += [f"m{_step(result.majority_share, MAJORITIES)}"]
    winner = result.verdict.winner
    return Hexagon(
        column=column,
        shape="gain" if result.verdict.kind == "gain" else "hex",
        kind=result.verdict.kind,
        steps=" ".join(steps),
        towards=swing.to_party if swing and swing.to_party != winner else None,
        minute=_minute(night.definition.polls_close, count.declared_at),
    )


def _step(share: Fraction, begin: Sequence[int]) -> int:
    """Which step a share of 1 is in, the first being 1."""
    return bisect_right(begin, share * 100)


def _minute(since: datetime, at: datetime | None) -> int | None:
    return None if at is None else int((at - since).total_seconds() // 60)


@lru_cache(maxsize=64)
def _drawn(layout: Layout, places: tuple[tuple[str, str], ...]) -> Drawing:
    cells = [layout.cells[gss] for gss, _ in places]
    rows: dict[int, list[int]] = {}  # of the layout
    for number in sorted(range(len(cells)), key=lambda one: cells[one].centre[::-1]):
        rows.setdefault(cells[number].row, []).append(number)
    every = layout.cells
    ground = "".join(map(_path, layout.outlines(every))) if len(cells) < len(every) else ""
    whole = _around(every.values() if ground else cells)
    regions: list[Region] = []
    for name in sorted({region for _, region in places}):
        its = [cell for cell, (_, region) in zip(cells, places, strict=True) if region == name]
        outline = "".join(map(_path, layout.outlines(gss for gss, region in places if region == name)))
        regions.append(Region(name, _slug(name), outline, _fitted(_around(its), whole)))
    placed = (Row(row % 2 * WIDE, Cell(0, row).centre.y * HIGH, tuple(found)) for row, found in rows.items())
    return Drawing(whole, ground, tuple(placed), tuple(regions))


def _around(cells: Iterable[Cell]) -> Box:
    first, last = bounds(cells)
    x, y = first.x * WIDE - _MARGIN, first.y * HIGH - _MARGIN
    return Box(x, y, last.x * WIDE + _MARGIN - x, last.y * HIGH + _MARGIN - y)


def _fitted(box: Box, whole: Box) -> Box:
    """The box in the middle of one with the proportions of the whole map, so that zooming moves nothing else."""
    width = max(box.width, -(-box.height * whole.width // whole.height))
    height = -(-width * whole.height // whole.width)
    return Box(box.x - (width - box.width) // 2, box.y - (height - box.height) // 2, width, height)


def _path(outline: Outline) -> str:
    start = outline[0]
    lines = ((WIDE * (two.x - one.x), HIGH * (two.y - one.y)) for one, two in pairwise(outline))
    drawn = "".join(f"v{y}" if not x else f"l{x} {y}" if y >= 0 else f"l{x}{y}" for x, y in lines)
    return f"M{WIDE * start.x} {HIGH * start.y}{drawn}z"


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower())
