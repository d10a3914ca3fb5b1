"""The map's hexagons: which cell is whose, which are neighbours, and the outline of any set. No results, no SVG.

A layout is a file of data, ``hexes-<year>.json``, one for each set of boundaries; the year is that of the first general
election on them. A night is drawn on the layout that has its own codes.

Cells are in odd-r: rows count southwards and columns eastwards, and odd rows stand half a hexagon to the east. Points
are whole numbers, so that outlines are exact: ``x`` counts half widths of a hexagon and ``y`` quarters of its height
(a hexagon stands on its point). In widths they are ``x * X`` and ``y * Y``; an SVG can do it for all of them at once.
"""

from collections.abc import Iterable
from functools import cache
from math import sqrt
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

from server.election.contests import Definition
from server.election.once import once
from server.nights.archive import FOLDER

FORMAT, VERSION = "declared-layout", 1
ATTRIBUTION = "Hexagon layout by Open Innovations, MIT licence"

X, Y = 1 / 2, 1 / sqrt(12)


class Point(NamedTuple):
    """A place on the map."""

    x: int
    y: int


Outline = tuple[Point, ...]


class Cell(NamedTuple):
    """A hexagon's place among the others."""

    column: int
    row: int

    @property
    def centre(self) -> Point:
        """The middle of the hexagon."""
        return Point(2 * self.column + self.row % 2, 3 * self.row)


# From the centre of a hexagon, clockwise: its corners from the top, and the centre beyond the edge after each.
CORNERS = (Point(0, -2), Point(1, -1), Point(1, 1), Point(0, 2), Point(-1, 1), Point(-1, -1))
_BEYOND = (Point(1, -3), Point(2, 0), Point(1, 3), Point(-1, 3), Point(-2, 0), Point(-1, -3))


class Layout(Struct, frozen=True, eq=False):  # each is itself, so that it can be the key of what is drawn from it
    """``cells`` by GSS code, ``codes`` by the centre of the cell; ``attribution`` must stand beside the map.

    ``within`` is the code of a county that has no cell → its districts, whose cells together are its own.
    """

    attribution: str
    source: str
    cells: dict[str, Cell]
    codes: dict[Point, str]
    within: dict[str, tuple[str, ...]] = {}

    def has_all(self, definition: Definition) -> bool:
        """Whether every contest of a night has a cell: not once the boundaries have changed."""
        return all(contest.gss in self.cells for contest in definition.contests)

    def parts_of(self, gss: str) -> tuple[str, ...]:
        """The codes of the cells of an area: its own, or those of a county's districts; none where it is not here."""
        return (gss,) if gss in self.cells else self.within.get(gss, ())

    def neighbours(self, gss: str) -> tuple[str, ...]:
        """Who is next to a constituency, clockwise from the north-east; fewer than six at a coast. KeyError where it
        has no cell."""
        centre = self.cells[gss].centre
        return tuple(self.codes[beyond] for step in _BEYOND if (beyond := _moved(centre, step)) in self.codes)

    def outlines(self, codes: Iterable[str]) -> tuple[Outline, ...]:
        """The outlines of these constituencies together, as ``outlines`` has them."""
        return outlines(self.cells[gss] for gss in codes)


class _File(Struct, frozen=True):
    format: Literal["declared-layout"]
    version: Literal[1]
    attribution: str
    source: str
    cells: dict[str, Cell]
    within: dict[str, tuple[str, ...]] = {}


@once
def of(definition: Definition) -> Layout | None:
    """The layout that has a cell for every contest of a night; None where there is none.

    Some codes outlive new boundaries. Where several layouts have all of a night's, it is the newest that is not of a
    year after the night's, or else the oldest.
    """
    fitting = [(year, layout) for year, layout in layouts() if layout.has_all(definition)]
    in_force = [layout for year, layout in fitting if year <= definition.date.year]
    return in_force[-1] if in_force else fitting[0][1] if fitting else None


@once
def of_councils(definition: Definition) -> Layout | None:
    """The newest layout of councils that has a place for every council of a night; None where there is none, and on a
    night without councils."""
    found = [read(path) for path in sorted(FOLDER.glob("hexes-councils-[0-9][0-9][0-9][0-9].json"), reverse=True)]
    councils = definition.councils
    return next((one for one in found if councils and all(one.parts_of(body.gss) for body in councils)), None)


@cache
def layouts() -> tuple[tuple[int, Layout], ...]:
    """Every layout with its year, the oldest first; read once."""
    return tuple((int(path.stem[-4:]), read(path)) for path in sorted(FOLDER.glob("hexes-[0-9][0-9][0-9][0-9].json")))


def file_of(year: int, councils: bool = False) -> Path:
    """Where the layout of the boundaries of this year is, or is to be: of constituencies, or of councils."""
    return FOLDER / f"hexes-{'councils-' * councils}{year}.json"


def read(path: Path) -> Layout:
    """A layout file."""
    found = msgspec.json.decode(path.read_bytes(), type=_File)
    codes = {cell.centre: gss for gss, cell in found.cells.items()}
    return Layout(found.attribution, found.source, found.cells, codes, found.within)


def centre(cell: Cell) -> tuple[float, float]:
    """The middle of a hexagon in widths of one, from the middle of the cell at 0, 0."""
    return cell.centre.x * X, cell.centre.y * Y


def bounds(cells: Iterable[Cell]) -> tuple[Point, Point]:
    """The north-western and south-eastern corner of the box around cells, of which there is at least one."""
    corners = [_moved(cell.centre, corner) for cell in cells for corner in CORNERS]
    xs, ys = [corner.x for corner in corners], [corner.y for corner in corners]
    return Point(min(xs), min(ys)), Point(max(xs), max(ys))


def outlines(cells: Iterable[Cell]) -> tuple[Outline, ...]:
    """The edges of cells that no two of them share, as closed paths: from the last point back to the first.

    Each begins at its most north-western point, and they are in the order of these. The cells are on its right: an
    outline runs clockwise, one around a hole the other way. At a corner three cells meet, so that two such edges or
    none come together there, and a path has one way to go on.
    """
    centres = {cell.centre for cell in cells}
    onwards: dict[Point, Point] = {}
    for middle in centres:
        for number, step in enumerate(_BEYOND):
            if _moved(middle, step) not in centres:
                onwards[_moved(middle, CORNERS[number])] = _moved(middle, CORNERS[(number + 1) % 6])
    found: list[Outline] = []
    for start in sorted(onwards, key=lambda point: (point.y, point.x)):
        path: list[Point] = []
        point = start
        while point in onwards:
            path.append(point)
            point = onwards.pop(point)
        if path:
            found.append(tuple(path))
    return tuple(found)


def _moved(point: Point, step: Point) -> Point:
    return Point(point.x + step.x, point.y + step.y)
