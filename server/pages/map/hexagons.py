"""The map of a night: where each seat's hexagon is, and what it shows of the seat. No HTML, and no rule of a result.

Lengths are whole numbers: a hexagon is 14 wide and 16 high, which is nearly regular. It is placed by one number of its
path, and has no sign of its own, because each byte of a hexagon is sent 650 times. What all hexagons share (rows,
outlines of regions, boxes to zoom to) follows from the definition and does not change during a night.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from string import ascii_lowercase, digits

from msgspec import Struct

from server.election.contests import Definition
from server.election.counts import Count
from server.election.nights import Night
from server.election.once import once
from server.nights.layout import Cell, Layout, Outline, bounds, of

WIDE, HIGH = 7, 4  # half a hexagon's width, a quarter of its height
_MARGIN = 9
# Shapes around a middle, as SVG paths that go on from its x. A <use> would have them made anew at each change, which
# took a fifth of a browser's time for another moment of a night.
FULL = "-7.4l6.4 3.7v7.4l-6.4 3.7-6.4-3.7v-7.4z"
SMALL = "-5.6l4.9 2.8v5.6l-4.9 2.8-4.9-2.8v-5.6z"

VIEWS = ("winner", "kind", "swing", "turnout", "majority")

# Where each step of a legend begins: percentage points of swing, per cent of the electorate and of the valid votes.
SWINGS = (0, 2, 4, 6, 10)
TURNOUTS = (0, 60, 65, 70, 75)
MAJORITIES = (0, 5, 10, 20, 30)


class Box(Struct, frozen=True):
    """A part of the map to show: its north-western corner and its size."""

    x: int
    y: int
    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.x} {self.y} {self.width} {self.height}"


class MapRegion(Struct, frozen=True):
    """A region of the map: ``slug`` follows ``#map-`` in an address, ``outline`` is an SVG path.

    ``box`` has the proportions of the whole map.
    """

    name: str
    slug: str
    outline: str
    box: Box


class MapRow(Struct, frozen=True):
    """The hexagons at one height, from west to east, as the places of their contests in the definition.

    ``x`` is where the row begins: half a hexagon to the east in every other row.
    """

    x: int
    y: int
    contests: tuple[int, ...]


class MapDrawing(Struct, frozen=True):
    """Everything on a map that results do not change.

    ``ground`` is an SVG path around all constituencies if the night has only some of them, because a few hexagons alone
    do not show where they are; otherwise "".
    """

    box: Box
    ground: str
    rows: tuple[MapRow, ...]
    regions: tuple[MapRegion, ...]


class Hexagon(Struct, frozen=True):
    """A seat's hexagon: its ``outline`` is a path in its row.

    ``steps`` are its steps in the legends of swing, turnout and majority, and last the time of the declaration
    (``s3 t1 m5 6j``), as minutes since the polls closed to the base of 36; "" without a result. ``towards`` is the
    party that the swing went to, if that is not the winner. ``shape`` and ``kind`` are "off" if the poll is called off.
    """

    outline: str
    shape: str
    kind: str
    steps: str
    towards: str | None


@once
def has_map(definition: Definition) -> bool:
    """Whether a night has several seats, and each of them a hexagon."""
    return len(definition.contests) > 1 and of(definition) is not None


@once
def drawn(definition: Definition) -> MapDrawing:
    """What results do not change on the map of a night that has one; kept once made."""
    return _drawn(layout_of(definition), tuple((contest.gss, contest.region) for contest in definition.contests))


def layout_of(definition: Definition) -> Layout:
    """The layout of a night that has a map."""
    layout = of(definition)
    assert layout is not None, f"{definition.id} has no map"
    return layout


def hexagon(night: Night, count: Count) -> Hexagon:
    """A seat's hexagon in the present state of its count."""
    x = 2 * WIDE * layout_of(night.definition).cells[count.contest.gss].column
    result = count.result
    if result is None:
        off = count.no_poll is not None
        kind = "off" if off else "open"
        return Hexagon(path(x, SMALL), kind, kind, "", None)
    swing = result.swing
    steps: list[str] = []
    if swing:
        steps.append(f"s{_step(swing.size, SWINGS)}")
    if not result.unopposed:
        turnout = result.turnout_valid if result.turnout_papers is None else result.turnout_papers
        steps += [] if turnout is None else [f"t{_step(turnout, TURNOUTS)}"]
        steps += [f"m{_step(result.majority_share, MAJORITIES)}"]
    assert count.declared_at is not None
    minute = _in_36(int((count.declared_at - night.definition.polls_close).total_seconds() // 60))
    steps.append(f"0{minute}" if minute[0] in "stm" else minute)  # else it may be a step's name
    winner = result.verdict.winner
    return Hexagon(
        outline=path(x, FULL),
        shape="gain" if result.verdict.kind == "gain" else "hex",
        kind=result.verdict.kind,
        steps=" ".join(steps),
        towards=swing.to_party if swing and swing.to_party != winner else None,
    )


def path(x: int, shape: str) -> str:
    """The SVG path of a shape around a middle at ``x``."""
    return f"M{x}{shape}"


def _step(share: Fraction, begin: Sequence[int]) -> int:
    """The step of a legend that a share of 1 is in; the first is 1."""
    return bisect_right(begin, share * 100)


def _in_36(number: int) -> str:
    """A whole number to the base of 36, as JavaScript's ``parseInt`` reads it."""
    if number < 0:
        return f"-{_in_36(-number)}"
    more, last = divmod(number, 36)
    return (_in_36(more) if more else "") + (digits + ascii_lowercase)[last]


@lru_cache(maxsize=64)
def _drawn(layout: Layout, places: tuple[tuple[str, str], ...]) -> MapDrawing:
    cells = [layout.cells[gss] for gss, _ in places]
    rows: dict[int, list[int]] = {}  # row of the layout: the places of its contests
    for place in sorted(range(len(cells)), key=lambda place: cells[place].centre[::-1]):
        rows.setdefault(cells[place].row, []).append(place)
    every = layout.cells
    ground = "".join(map(_path, layout.outlines(every))) if len(cells) < len(every) else ""
    whole = _around(every.values() if ground else cells)
    regions: list[MapRegion] = []
    for name in sorted({region for _, region in places}):
        inside = [cell for cell, (_, region) in zip(cells, places, strict=True) if region == name]
        outline = "".join(map(_path, layout.outlines(gss for gss, region in places if region == name)))
        regions.append(MapRegion(name, _slug(name), outline, _fitted(_around(inside), whole)))
    placed = (MapRow(row % 2 * WIDE, Cell(0, row).centre.y * HIGH, tuple(contests)) for row, contests in rows.items())
    return MapDrawing(whole, ground, tuple(placed), tuple(regions))


def _around(cells: Iterable[Cell]) -> Box:
    first, last = bounds(cells)
    x, y = first.x * WIDE - _MARGIN, first.y * HIGH - _MARGIN
    return Box(x, y, last.x * WIDE + _MARGIN - x, last.y * HIGH + _MARGIN - y)


def _fitted(box: Box, whole: Box) -> Box:
    """The smallest box around ``box`` with the proportions of the whole map: so zooming does not resize the map."""
    width = max(box.width, -(-box.height * whole.width // whole.height))
    height = -(-width * whole.height // whole.width)
    return Box(box.x - (width - box.width) // 2, box.y - (height - box.height) // 2, width, height)


def _path(outline: Outline) -> str:
    start = outline[0]
    lines = ((WIDE * (after.x - before.x), HIGH * (after.y - before.y)) for before, after in pairwise(outline))
    drawn = "".join(f"v{y}" if not x else f"l{x} {y}" if y >= 0 else f"l{x}{y}" for x, y in lines)
    return f"M{WIDE * start.x} {HIGH * start.y}{drawn}z"


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower())
