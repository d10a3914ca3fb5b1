"""A seat's neighbours on the map: which they are, and where their hexagons are around its own. No HTML."""

from msgspec import Struct

from server.election.contests import Contest, Definition
from server.election.counts import Count
from server.election.nights import Night
from server.election.once import once
from server.pages.map.hexagons import HIGH, WIDE, has_map, hexagon, layout_of


class NearHexagon(Struct, frozen=True):
    """A hexagon of the small map: ``x`` and ``y`` from the seat's own, ``shape`` as on the large map."""

    count: Count
    x: int
    y: int
    shape: str


class Neighbours:
    """Which seats of a night are neighbours. On a night without a map none are."""

    def __init__(self, definition: Definition) -> None:
        self._layout = layout_of(definition) if has_map(definition) else None
        self._contests = {contest.gss: contest for contest in definition.contests}

    def of(self, contest: Contest) -> tuple[Contest, ...]:
        """The seats next to this one, clockwise from the north-east."""
        if self._layout is None:
            return ()
        found = self._layout.neighbours(contest.gss)
        return tuple(self._contests[gss] for gss in found if gss in self._contests)

    def who_show(self, contest: Contest) -> tuple[Contest, ...]:
        """The seats whose small map shows this one: itself and its neighbours; none if it has no neighbours."""
        around = self.of(contest)
        return (contest, *around) if around else ()

    def drawn(self, night: Night, contest: Contest) -> tuple[NearHexagon, ...]:
        """The small map: the seat itself, then its neighbours, each in its present state."""
        cells = layout_of(night.definition).cells
        middle = cells[contest.gss].centre
        hexagons: list[NearHexagon] = []
        for seat in (contest, *self.of(contest)):
            centre, count = cells[seat.gss].centre, night.counts[seat.ballot]
            x, y = (centre.x - middle.x) * WIDE, (centre.y - middle.y) * HIGH
            hexagons.append(NearHexagon(count, x, y, hexagon(night, count).shape))
        return tuple(hexagons)


@once
def neighbours(definition: Definition) -> Neighbours:
    """The neighbours among the seats of a night, kept once made."""
    return Neighbours(definition)
