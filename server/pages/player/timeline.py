"""A past night on one line: when contests were declared, with long silences shortened, and the key moments. No HTML,
no words, and no clock, which is the viewer's."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil

import msgspec
from msgspec import Struct

from server.election.clock import LONDON
from server.election.events import StageReached
from server.election.nights import Night
from server.election.once import once
from server.election.results.councils.council import Council
from server.election.results.councils.together import made_certain
from server.election.results.feed import Item, feed_of
from server.live import moments
from server.live.channel import Channel
from server.live.moments import Moment
from server.pages.player.density import BINS, HIGH, LONG, RESULTS, PartyBars, TimeLabel, bars, labels

_CUT_TO = 20 * 60  # seconds that a long silence takes on the line
_REVISED = ("corrected", "withdrawn")


class TimelineStop(Struct, frozen=True):
    """A moment of the night: ``x`` is its place on the line, in seconds; ``declared`` how many contests were by then.

    ``news`` says whether the buttons for the next and the last declaration stop here: because something was declared,
    corrected or withdrawn, or, on a night of one contest, reported at all.
    """

    moment: Moment
    x: float
    declared: int
    news: bool


class KeyMoment(Struct, frozen=True):
    """A moment that matters: ``kind`` picks its words, ``place`` is its number among the stops.

    ``item`` is what was reported, None for the close of the polls; ``party`` is the one that reached a majority, or
    that controls a ``council`` for certain from here on.
    """

    kind: str
    place: int
    item: Item | None = None
    party: str = ""
    council: Council | None = None


class Timeline(Struct, frozen=True, dict=True):
    """The line of a night: ``length`` in seconds, ``cuts`` with the beginning and end of each shortened silence.

    ``bins`` and ``high`` are the size of the drawing; ``days`` says whether the night lasts more than a day;
    ``awaited`` is how many contests were declared in the end, or were to be: all but those called off.
    """

    stops: tuple[TimelineStop, ...]
    length: float
    cuts: tuple[tuple[float, float], ...]
    bars: tuple[PartyBars, ...]
    keys: tuple[KeyMoment, ...]
    labels: tuple[TimeLabel, ...]
    days: bool
    awaited: int
    bins: int = BINS
    high: int = HIGH

    @property
    def size(self) -> int:
        """About how many bytes of memory it takes, measured."""
        return 1700 * len(self.stops)

    @property
    def step(self) -> int:
        """The seconds by which an arrow key moves the slider."""
        return 60 if self.length >= _CUT_TO else 1

    @property
    def end(self) -> int:
        """The slider's greatest value: a whole number of steps, not before the last stop."""
        return ceil(self.length / self.step) * self.step

    def place(self, seq: int) -> int:
        """The number of the stop at which a page with this seq is."""
        return max(0, bisect_right(self.stops, seq, key=lambda stop: stop.moment.seq) - 1)

    def before(self, place: int) -> int | None:
        """The number of the last stop with news before this one, or else of the first stop; None at the first."""
        return next((number for number in reversed(range(place)) if self.stops[number].news or number == 0), None)

    def after(self, place: int) -> int | None:
        """The number of the next stop with news, None if there is none."""
        return next((number for number in range(place + 1, len(self.stops)) if self.stops[number].news), None)

    def percent(self, x: float) -> str:
        """How far along the line a place in seconds is, in per cent: ``34.21``."""
        return f"{100 * x / self.length if self.length else 0:.2f}"

    def local(self, place: int) -> str:
        """The time of a stop as in an address, in London's time: ``2019-12-13T03:40``.

        In the hour that comes twice when summer time ends it has its offset, if it is the second.
        """
        at = self.stops[place].moment.at.astimezone(LONDON)
        return at.isoformat() if at.fold else at.replace(tzinfo=None).isoformat().removesuffix(":00")

    def stamp(self, place: int) -> str:
        """The time of a stop as in an address; "" for the last stop, whose page is that of the whole night."""
        return "" if place == len(self.stops) - 1 else self.local(place)

    @property
    def noons(self) -> Iterator[datetime]:
        """A time on each day of the night, about noon."""
        first, last = (stop.moment.at.astimezone(LONDON).replace(hour=12) for stop in (self.stops[0], self.stops[-1]))
        return (first + timedelta(days=number) for number in range((last.date() - first.date()).days + 1))

    @property
    @once
    def data(self) -> str:
        """The stops for ``player.js``, as a JSON list with a list for each.

        That has the seconds, events and declarations since the stop before, then 1 for news or 0, and last the seconds
        on the line, if those are not the seconds that passed.
        """
        begins = self.stops[0].moment.at
        rows = [
            (_seconds(stop.moment.at - begins), stop.moment.seq, stop.declared, stop.x, stop.news)
            for stop in self.stops
        ]
        steps: list[list[float]] = []
        for before, now in zip([(0, 0, 0, 0, False), *rows], rows, strict=False):
            seconds, events, declared, on_line = (_short(now[column] - before[column]) for column in range(4))
            steps.append([seconds, events, declared, int(now[4]), *([on_line] if on_line != seconds else [])])
        return msgspec.json.encode(steps).decode()


def timeline(channel: Channel) -> Timeline:
    """The line of a whole night, kept once made."""
    return channel.cached("timeline", lambda: _timeline(channel))


def _timeline(channel: Channel) -> Timeline:
    night, every = channel.night, moments.moments(channel)
    assert night is not None
    seqs = [moment.seq for moment in every]
    xs, cuts = _line([moment.at for moment in every])
    items = _items(night)
    places = [bisect_right(seqs, item.event.seq - 1) for item in items]
    length = xs[-1]
    return Timeline(
        stops=tuple(_stops(night, every, xs, items, places)),
        length=length,
        cuts=cuts,
        bars=bars(items, [xs[place] for place in places], length),
        keys=tuple(_keys(night, items, places)),
        labels=tuple(labels([moment.at for moment in every], xs, cuts)),
        days=every[-1].at - every[0].at > timedelta(days=1),
        awaited=night.awaited,
    )


def _items(night: Night) -> list[Item]:
    """Everything that was reported, oldest first; with "boxes in", which no feed has, on a night of one contest."""
    items = list(reversed(feed_of(night, after=0)))
    if night.is_single:
        (count,) = night.counts.values()
        boxes = (event for event in count.history if isinstance(event, StageReached) and event.stage == "boxes in")
        items = sorted([*items, *(Item("stage", event, count) for event in boxes)], key=lambda item: item.event.seq)
    return items


def _line(times: Sequence[datetime]) -> tuple[list[float], tuple[tuple[float, float], ...]]:
    """The place of each time on the line, and beginning and end of each shortened silence, in seconds."""
    xs, cuts = [0.0], list[tuple[float, float]]()
    for before, at in pairwise(times):
        seconds = (at - before).total_seconds()
        xs.append(xs[-1] + (_CUT_TO if seconds > LONG else seconds))
        if seconds > LONG:
            cuts.append((xs[-2], xs[-1]))
    return xs, tuple(cuts)


def _stops(
    night: Night, every: Sequence[Moment], xs: Sequence[float], items: Sequence[Item], places: Sequence[int]
) -> Iterator[TimelineStop]:
    """The stops, with the number of contests that had a result at each: one that was withdrawn is not counted."""
    standing, news = dict[int, int](), set[int]()
    declared = set[str]()
    single = night.is_single
    for item, place in zip(items, places, strict=True):
        if item.count and item.kind in (*RESULTS, *_REVISED):
            ballot = item.count.contest.ballot
            (declared.add if item.result else declared.discard)(ballot)
            standing[place] = len(declared)
        if single or item.kind in (*RESULTS, *_REVISED):
            news.add(place)
    number = 0
    for place, (moment, x) in enumerate(zip(every, xs, strict=True)):
        number = standing.get(place, number)
        yield TimelineStop(moment, x, number, place in news)


def _keys(night: Night, items: Sequence[Item], places: Sequence[int]) -> Iterator[KeyMoment]:
    if not night.is_single or 0 not in places:  # a night of one contest has a note that says so
        yield KeyMoment("polls", 0)
    if night.is_single:
        yield from (KeyMoment(item.kind, place, item) for item, place in zip(items, places, strict=True))
        return
    declared = [number for number, item in enumerate(items) if item.kind in RESULTS and item.result]
    certain = made_certain(night)
    for number, (item, place) in enumerate(zip(items, places, strict=True)):
        if declared and number == declared[0]:
            yield KeyMoment("first", place, item)
        if item.kind in (*_REVISED, "no-poll"):
            yield KeyMoment(item.kind, place, item)
        if item.result and item.result.by_lot:
            yield KeyMoment("lot", place, item)
        if item.majority:
            yield KeyMoment("majority", place, item, item.majority.id)
        if item.hung:
            yield KeyMoment("hung", place, item)
        if (made := certain.get(item.event.seq)) and made.control:
            yield KeyMoment("control", place, item, made.control.party, made)
        if len(declared) > 1 and number == declared[-1]:
            yield KeyMoment("last", place, item)


def _seconds(span: timedelta) -> float:
    """A time span in seconds, rounded up to the millisecond, which is the precision of a browser's clock."""
    return ceil(span / timedelta(milliseconds=1)) / 1000


def _short(number: float) -> float:
    """A number rounded to three decimals, as an int if it is whole."""
    rounded = round(number, 3)
    return int(rounded) if rounded == int(rounded) else rounded
