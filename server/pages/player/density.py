"""How a past night looks on its line: bars of what was declared when, and the hours written below. No HTML."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from math import sqrt

from msgspec import Struct

from server.election.clock import LONDON
from server.election.results.feed import Item

LONG = 2 * 3600  # seconds: a silence that is longer is cut
RESULTS = ("declared", "no-poll")
BINS, HIGH = 72, 100  # the size of the drawing
_MOST_LABELS = 11
_HOURS = (1, 2, 3, 4, 6, 12)  # between two of them


class Bars(Struct, frozen=True):
    """What one party gained, or with "" all that was held, over the whole line: an SVG path of ``high`` by bins."""

    party: str
    path: str


class Label(Struct, frozen=True):
    """A time that is written at the line; ``day`` if its date is needed, ``year`` if only that, ``minor`` if there
    is no room for it on a phone."""

    x: float
    at: datetime
    day: bool = False
    year: bool = False
    minor: bool = False


def bars(items: Sequence[Item], xs: Sequence[float], length: float) -> tuple[Bars, ...]:
    """The declarations in bins: gains at the bottom, the most frequent first, holds above them.

    A height goes with the square root of their number, so that a single one early in the night is seen beside sixty.
    """
    found: dict[str, Counter[int]] = {}
    for item, x in zip(items, xs, strict=True):
        if item.kind in RESULTS and item.result:
            verdict = item.result.verdict
            party = "" if verdict.kind == "hold" else verdict.winner
            found.setdefault(party, Counter())[min(BINS - 1, int(BINS * x / (length or 1)))] += 1
    parties = sorted(found, key=lambda party: (party == "", -found[party].total(), party))
    totals = sum(found.values(), Counter[int]())
    most = max(totals.values(), default=1)
    below = Counter[int]()
    made: list[Bars] = []
    for party in parties:
        path = ""
        for place, number in sorted(found[party].items()):
            unit = HIGH * sqrt(totals[place] / most) / totals[place]
            bottom, top = (round(HIGH - unit * one, 1) for one in (below[place], below[place] + number))
            path += f"M{place} {bottom:g}V{top:g}h1V{bottom:g}"
            below[place] += number
        made.append(Bars(party, path))
    return tuple(made)


def labels(times: Sequence[datetime], xs: Sequence[float], cuts: Sequence[tuple[float, float]]) -> Iterator[Label]:
    """The beginning, where a silence ends, and full hours between, of which those that stand too close are left out."""
    years = times[-1] - times[0] > timedelta(days=366)
    fixed = [Label(0, times[0], year=years)]
    for _, end in cuts:
        place = xs.index(end)
        if years:  # of a season only where another year begins
            if times[place].year != fixed[-1].at.year:
                fixed.append(Label(end, times[place], year=True))
            continue
        far = times[place] - times[place - 1] > timedelta(days=1)
        fixed.append(Label(end, times[place], day=far))
    apart = xs[-1] / _MOST_LABELS
    every = next((one for one in _HOURS if 3600 * one >= apart), _HOURS[-1])
    hours = [
        Label(x, at, minor=at.hour % (2 * every) != 0)
        for x, at in _hours(times, xs)
        if not years and at.hour % every == 0 and all(abs(x - other.x) >= 1.5 * apart for other in fixed)
    ]
    yield from sorted([*fixed, *hours], key=lambda one: one.x)


def _hours(times: Sequence[datetime], xs: Sequence[float]) -> Iterator[tuple[float, datetime]]:
    """London's full hours, but for those in a silence that is cut."""
    for before, at, x in zip(times, times[1:], xs, strict=False):
        if (at - before).total_seconds() > LONG:
            continue
        hour = before.astimezone(LONDON).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        while hour <= at:
            yield x + (hour - before).total_seconds(), hour
            hour += timedelta(hours=1)
