"""The map of a night's councils: the outline of each among all of its layout, and whose it is. No HTML, no words."""

from collections.abc import Iterable
from itertools import pairwise

from msgspec import Struct

from server.election.bodies import Body
from server.election.contests import Definition
from server.election.nights import Night
from server.election.once import once
from server.election.results.councils.council import Council
from server.election.results.councils.together import councils
from server.nights.layout import Outline, bounds, of_councils

_WIDE, _HIGH = 7, 4  # half a hexagon's width, a quarter of its height, as on the map of a House
_MARGIN = 9


class Drawing(Struct, frozen=True):
    """What results do not change: the viewBox, the path of all councils of the layout, one for each of the night's."""

    box: str
    ground: str
    shapes: tuple[tuple[Body, str], ...]
    attribution: str


class Shape(Struct, frozen=True):
    """A council on the map: ``party`` is who controls it for certain, or has the most seats so far; "" for nobody.
    ``kind`` is that of its control, "open" before it is certain, "none" where nobody controls it."""

    council: Council
    outline: str
    party: str
    kind: str


@once
def drawn(definition: Definition) -> Drawing | None:
    """The map of a night's councils; None where no layout has them all."""
    layout = of_councils(definition)
    if layout is None:
        return None
    first, last = bounds(layout.cells.values())
    x, y = first.x * _WIDE - _MARGIN, first.y * _HIGH - _MARGIN
    box = f"{x} {y} {last.x * _WIDE + _MARGIN - x} {last.y * _HIGH + _MARGIN - y}"

    def path(codes: Iterable[str]) -> str:
        return "".join(map(_path, layout.outlines(codes)))

    shapes = tuple((body, path(layout.parts_of(body.gss))) for body in definition.councils)
    return Drawing(box, path(layout.cells), shapes, layout.attribution)


@once
def shapes(night: Night) -> tuple[Shape, ...]:
    """The councils on the map of a night that has one, as they stand."""
    drawing = drawn(night.definition)
    if drawing is None:
        return ()
    return tuple(_shape(one, path) for one, (_, path) in zip(councils(night).councils, drawing.shapes, strict=True))


def _shape(one: Council, path: str) -> Shape:
    if one.control is None:
        return Shape(one, path, one.lead or "", "open")
    return Shape(one, path, one.control.party, one.control.kind if one.control.party else "none")


def _path(outline: Outline) -> str:
    start = outline[0]
    lines = ((_WIDE * (after.x - before.x), _HIGH * (after.y - before.y)) for before, after in pairwise(outline))
    return f"M{_WIDE * start.x} {_HIGH * start.y}" + "".join(f"l{x} {y}" for x, y in lines) + "z"
