"""What the front page shows of a night with councils: councillors and councils by party, the map. No HTML, no words."""

from msgspec import Struct

from server.election.nights import Night
from server.election.once import once
from server.election.results.councils.council import Council
from server.pages.bars.seats import Bars, bars_of_councillors
from server.pages.council.seen import seen
from server.pages.council.shapes import Drawing, Shape, drawn, shapes
from server.pages.council.totals import Totals, totals_of


class CouncilsBrief(Struct, frozen=True):
    """A night's councils in brief: ``bars`` are the councillors of the parties with the most, of ``only``, the council
    of a night that has one alone, against the line to its control. ``seats`` of ``all_seats`` that were to be won are
    declared. ``drawing`` is the map that ``shapes`` are on, None where there is no map."""

    totals: Totals
    bars: Bars
    only: Council | None
    seats: int
    all_seats: int
    drawing: Drawing | None
    shapes: tuple[Shape, ...]


@once
def in_brief(night: Night) -> CouncilsBrief | None:
    """The councils of a night as it stands; None of a night without."""
    if not night.definition.councils:
        return None
    totals = totals_of(night)
    every = totals.councils.councils
    only = every[0] if len(every) == 1 else None
    return CouncilsBrief(
        totals=totals,
        bars=seen(night, only.body).bars if only else bars_of_councillors(night),
        only=only,
        seats=totals.seats,
        all_seats=totals.seats + sum(one.open + one.vacant for one in every),
        drawing=drawn(night.definition),
        shapes=shapes(night),
    )
