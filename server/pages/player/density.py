"""How a past night looks on its line: bars of what was declared when, and the hours written below. No HTML."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from math import sqrt

from msgspec import Struct

from server.election.clock import LONDON
from server.election.results.feed import Item

LONG = 2 * 3600  # seconds: a longer silence is shortened on the line
RESULTS = ("declared", "no-poll")
BINS, HIGH = 72, 100  # the size of the drawing
_MOST_LABELS = 11
_HOURS = (1, 2, 3, 4, 6, 12)  # the possible distances between two labels


class PartyBars(Struct, frozen=True):
    """The gains of one party, or with party "" all holds, over the whole line: an SVG path, ``BINS`` by ``HIGH``."""

    party: str
    path: str


class TimeLabel(Struct, frozen=True):
    """A time that is written at the line, at ``x`` in seconds.

    ``day`` says that its date is shown too, ``year`` that only its year is shown, ``minor`` that a phone has no room
    for it.
    """

    x: float
    at: datetime
    day: bool = False
    year: bool = False
    minor: bool = False


def bars(items: Sequence[Item], xs: Sequence[float], length: float) -> tuple[PartyBars, ...]:
    """The declarations in bins: gains at the bottom, those of the party with the most first, and holds above them.

    Heights grow with the square root of a bin's number, so that a single declaration is visible beside sixty.
    """
    by_party: dict[str, Counter[int]] = {}
    for item, x in zip(items, xs, strict=True):
        if item.kind in RESULTS and item.result:
            verdict = item.result.verdict
            party = "" if verdict.kind == "hold" else verdict.winner
            by_party.setdefault(party, Counter())[min(BINS - 1, int(BINS * x / (length or 1)))] += 1
    parties = sorted(by_party, key=lambda party: (party == "", -by_party[party].total(), party))
    totals = sum(by_party.values(), Counter[int]())
    most = max(totals.values(), default=1)
    below = Counter[int]()
    drawn: list[PartyBars] = []
    for party in parties:
        path = ""
        for place, number in sorted(by_party[party].items()):
            unit = HIGH * sqrt(totals[place] / most) / totals[place]
            bottom, top = (round(HIGH - unit * stacked, 1) for stacked in (below[place], below[place] + number))
            path += f"M{place} {bottom:g}V{top:g}h1V{bottom:g}"
            below[place] += number
        drawn.append(PartyBars(party, path))
    return tuple(drawn)


def labels(times: Sequence[datetime], xs: Sequence[float], cuts: Sequence[tuple[float, float]]) -> Iterator[TimeLabel]:
    """Labels for the beginning, for the end of each silence, and for full hours that are not too close to these."""
    years = times[-1] - times[0] > timedelta(days=366)
    fixed = [TimeLabel(0, times[0], year=years)]
    for _, end in cuts:
        place = xs.index(end)
        if years:  # a season has a label only where another year begins
            if times[place].year != fixed[-1].at.year:
                fixed.append(TimeLabel(end, times[place], year=True))
            continue
        far = times[place] - times[place - 1] > timedelta(days=1)
        fixed.append(TimeLabel(end, times[place], day=far))
    apart = xs[-1] / _MOST_LABELS
    every = next((hours for hours in _HOURS if 3600 * hours >= apart), _HOURS[-1])
    hours = [
        TimeLabel(x, at, minor=at.hour % (2 * every) != 0)
        for x, at in _hours(times, xs)
        if not years and at.hour % every == 0 and all(abs(x - label.x) >= 1.5 * apart for label in fixed)
    ]
    yield from sorted([*fixed, *hours], key=lambda label: label.x)


def _hours(times: Sequence[datetime], xs: Sequence[float]) -> Iterator[tuple[float, datetime]]:
    """The place and time of each full hour of London, except in silences that are shortened."""
    for before, at, x in zip(times, times[1:], xs, strict=False):
        if (at - before).total_seconds() > LONG:
            continue
        hour = before.astimezone(LONDON).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        while hour <= at:
            yield x + (hour - before).total_seconds(), hour
            hour += timedelta(hours=1)
