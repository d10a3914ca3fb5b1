"""A seat's neighbours on the map: which they are, and where their hexagons stand around its own. No HTML."""

from msgspec import Struct

from server.election.contests import Contest, Definition
from server.election.nights import Count, Night
from server.election.once import once
from server.pages.map.hexagons import HIGH, WIDE, has_map, hexagon, layout_of


class Near(Struct, frozen=True):
    """A hexagon of the small map: ``x`` and ``y`` from the seat's own, ``shape`` as on the large one."""

    count: Count
    x: int
    y: int
    shape: str


class Neighbours:
    """Who is whose neighbour among the seats of a night; nobody is on a night that has no map."""

    def __init__(self, definition: Definition) -> None:
        self._layout = layout_of(definition) if has_map(definition) else None
        self._contests = {one.gss: one for one in definition.contests}

    def of(self, contest: Contest) -> tuple[Contest, ...]:
        """The seats next to this one, clockwise from the north-east."""
        if self._layout is None:
            return ()
        found = self._layout.neighbours(contest.gss)
        return tuple(self._contests[gss] for gss in found if gss in self._contests)

    def who_show(self, contest: Contest) -> tuple[Contest, ...]:
        """The seats whose small map has this one: itself and its neighbours, none where it has no neighbour."""
        found = self.of(contest)
        return (contest, *found) if found else ()

    def drawn(self, night: Night, contest: Contest) -> tuple[Near, ...]:
        """The small map: the seat itself, then its neighbours, as they stand."""
        cells = layout_of(night.definition).cells
        middle = cells[contest.gss].centre
        found: list[Near] = []
        for one in (contest, *self.of(contest)):
            centre, count = cells[one.gss].centre, night.counts[one.ballot]
            x, y = (centre.x - middle.x) * WIDE, (centre.y - middle.y) * HIGH
            found.append(Near(count, x, y, hexagon(night, count).shape))
        return tuple(found)


@once
def neighbours(definition: Definition) -> Neighbours:
    """Of the seats of a night."""
    return Neighbours(definition)
