"""What the front page shows of a night with councils: councillors and councils by party, the map. No HTML, no words."""

from fractions import Fraction

from msgspec import Struct

from server.election.nights import Night
from server.election.once import once
from server.election.parties import has_a_past
from server.election.results.councils.council import Council
from server.pages.bars.seats import Bar, Bars
from server.pages.council.shapes import Drawing, Shape, drawn, shapes
from server.pages.council.totals import Totals, totals_of

_BARS = 5


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
    rows = [row for row in totals.rows if row.party and row.total.councillors and has_a_past(row.party.id)][:_BARS]
    most = max((row.total.councillors for row in rows), default=1)
    return CouncilsBrief(
        totals=totals,
        bars=Bars(
            bars=tuple(
                Bar(row.party, row.total.councillors, Fraction(row.total.councillors, most))
                for row in rows
                if row.party
            ),
            line=0,
            line_at=Fraction(0),
            held=False,
        ),
        only=totals.councils.councils[0] if len(totals.councils.councils) == 1 else None,
        drawing=drawn(night.definition),
        shapes=shapes(night),
    )
