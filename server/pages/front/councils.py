"""What the front page shows of a night with councils: councillors and councils by party, the map. No HTML, no words."""

from msgspec import Struct

from server.election.nights import Night
from server.election.once import once
from server.election.results.councils.council import Council
from server.pages.bars.seats import Bars, bars_of_councillors
from server.pages.council.shapes import Drawing, Shape, drawn, shapes
from server.pages.council.totals import Totals, totals_of


class CouncilsBrief(Struct, frozen=True):
    """A night's councils in brief: ``bars`` are the councillors of the parties with the most, ``only`` is the council
    of a night that has one alone, ``drawing`` the map that ``shapes`` are on, None where there is no map."""

    totals: Totals
    bars: Bars
    only: Council | None
    drawing: Drawing | None
    shapes: tuple[Shape, ...]


@once
def in_brief(night: Night) -> CouncilsBrief | None:
    """The councils of a night as it stands; None of a night without."""
    if not night.definition.councils:
        return None
    totals = totals_of(night)
    return CouncilsBrief(
        totals=totals,
        bars=bars_of_councillors(night),
        only=totals.councils.councils[0] if len(totals.councils.councils) == 1 else None,
        drawing=drawn(night.definition),
        shapes=shapes(night),
    )
