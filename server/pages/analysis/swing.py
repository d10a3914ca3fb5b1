"""What the swing page shows: the dial's hand, the bars of the seats, each area's swing. Geometry, no HTML, no rules."""

from fractions import Fraction
from math import cos, radians, sin

from msgspec import Struct

from server.election.contests import Contest
from server.election.nights import Night
from server.election.parties import Party
from server.election.results.places import EVERYWHERE, Area
from server.election.results.sums import sums_of
from server.election.results.swings import Bin, SeatSwing, Swings, swing_together, swings
from server.pages.analysis.areas import areas_of

_WIDTH, _CENTRE_Y, _RADIUS, _REACH = 400, 190, 150, 75  # of the dial: units, and degrees either side of upright
_SCALES = (5, 10, 15, 20, 30, 40, 50, 100)  # percentage points at either end
_FURTHEST = 5
_BARS_HEIGHT = 120


class DialTick(Struct, frozen=True):
    """A mark on the dial, from its rim inwards, with its ``label`` outside."""

    label: str
    x1: str
    y1: str
    x2: str
    y2: str
    x: str
    y: str


class Dial(Struct, frozen=True):
    """``left`` and ``right`` are the two halves of the rim, as SVG paths; the hand ends at ``x``, ``y``."""

    left: str
    right: str
    ticks: tuple[DialTick, ...]
    x: str
    y: str


class HistogramBar(Struct, frozen=True):
    """How many seats swung by so much; ``towards`` whom, and where the bar is drawn."""

    bin: Bin
    towards: str
    x: str
    y: str
    width: str
    height: str


class SwungSeat(Struct, frozen=True):
    """One seat's swing."""

    contest: Contest
    swing: SeatSwing


class AreaSwing(Struct, frozen=True):
    """An area's swing of all its votes together, in so many ``compared`` contests."""

    area: Area
    together: Fraction
    compared: int


class SwingPage(Struct, frozen=True):
    """``areas`` are those with a swing of their own, ``scale`` the longest of their bars; ``ends`` the seats that
    swung furthest to the first party and to the second; ``zero`` is where the bars change sides, None outside."""

    first: Party
    second: Party
    whole: Swings
    dial: Dial
    areas: tuple[AreaSwing, ...]
    scale: Fraction
    bars: tuple[HistogramBar, ...]
    zero: str | None
    ends: tuple[tuple[SwungSeat, ...], tuple[SwungSeat, ...]]


def swing_page(night: Night, first: str, second: str) -> SwingPage:
    """The swing between two parties as a night stands."""
    whole = swings(night, first, second)
    inside = _areas(night, first, second) if len(night.counts) > 1 else ()
    seats = [SwungSeat(night.counts[seat.ballot].contest, seat) for seat in whole.seats]
    low = [seat for seat in seats[:_FURTHEST] if seat.swing.size < 0]
    high = [seat for seat in reversed(seats[-_FURTHEST:]) if seat.swing.size > 0]
    return SwingPage(
        first=night.parties[first],
        second=night.parties[second],
        whole=whole,
        dial=_dial(whole.together or Fraction(0)),
        areas=inside,
        scale=max((abs(area.together) for area in inside), default=Fraction(0)),
        bars=_bars(whole),
        zero=_zero(whole.bins),
        ends=(tuple(low), tuple(high)),
    )


def _areas(night: Night, first: str, second: str) -> tuple[AreaSwing, ...]:
    areas = [area for area in areas_of(night.definition) if area != EVERYWHERE]
    return tuple(
        AreaSwing(area, together, sums_of(night).within(area).compared)
        for area in areas
        if (together := swing_together(night, first, second, area)) is not None
    )


def _dial(swing: Fraction) -> Dial:
    points = swing * 100
    scale = next((points_either_way for points_either_way in _SCALES if points_either_way >= abs(points)), _SCALES[-1])
    edge, top, other = _at(-_REACH, _RADIUS), _at(0, _RADIUS), _at(_REACH, _RADIUS)
    x, y = _at(float(points / scale) * _REACH, _RADIUS - 18)
    arc = f"A{_RADIUS} {_RADIUS} 0 0 1"
    return Dial(
        left=f"M{edge[0]} {edge[1]}{arc} {top[0]} {top[1]}",
        right=f"M{top[0]} {top[1]}{arc} {other[0]} {other[1]}",
        ticks=tuple(_tick(part, scale) for part in range(-5, 6)),
        x=x,
        y=y,
    )


def _tick(part: int, scale: int) -> DialTick:
    """One of the eleven marks: ``part`` fifths of the scale."""
    degrees = part * _REACH / 5
    return DialTick(
        str(abs(part) * scale // 5), *_at(degrees, _RADIUS + 7), *_at(degrees, _RADIUS - 7), *_at(degrees, _RADIUS + 20)
    )


def _at(degrees: float, radius: float) -> tuple[str, str]:
    turned = radians(degrees)
    return f"{_WIDTH / 2 + radius * sin(turned):.1f}", f"{_CENTRE_Y - radius * cos(turned):.1f}"


def _bars(whole: Swings) -> tuple[HistogramBar, ...]:
    most = max((swung.seats for swung in whole.bins), default=1)
    width = _WIDTH / max(1, len(whole.bins))
    return tuple(
        HistogramBar(
            bin=swung,
            towards=whole.to_party if swung.points >= 0 else whole.from_party,
            x=f"{place * width + width * 0.06:.2f}",
            y=f"{_BARS_HEIGHT - swung.seats * _BARS_HEIGHT / most:.2f}",
            width=f"{width * 0.88:.2f}",
            height=f"{swung.seats * _BARS_HEIGHT / most:.2f}",
        )
        for place, swung in enumerate(whole.bins)
    )


def _zero(bins: tuple[Bin, ...]) -> str | None:
    if not bins or not bins[0].points <= 0 <= bins[-1].points + 1:
        return None
    return f"{-bins[0].points * _WIDTH / len(bins):.2f}"
