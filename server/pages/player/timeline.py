"""A past night on one line: when what was declared, with long silences cut short, and its key moments. No HTML, no
words, and no clock: that is the viewer's."""

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
from server.election.results.feed import Item, feed_of
from server.live import moments as past
from server.live.channel import Channel
from server.live.moments import Moment
from server.pages.player.density import BINS, HIGH, LONG, RESULTS, Bars, Label, bars, labels

_CUT_TO = 20 * 60  # seconds that a long silence takes on the line
_REVISED = ("corrected", "withdrawn")


class Stop(Struct, frozen=True):
    """A moment of the night: ``x`` is where it stands on the line, in seconds; ``declared`` how many contests were by
    then; ``news`` whether it is one to go to from the last: something was declared, corrected or withdrawn, and of a
    night of one contest anything at all."""

    moment: Moment
    x: float
    declared: int
    news: bool


class Key(Struct, frozen=True):
    """A moment that matters: ``kind`` picks its words, ``place`` is its number among the stops. ``party`` is whose
    majority it is, ``item`` what was reported (None: the polls closed)."""

    kind: str
    place: int
    item: Item | None = None
    party: str = ""


class Timeline(Struct, frozen=True):
    """``length`` of the line in seconds, ``cuts`` where a silence begins and ends; ``bins`` and ``high`` are the
    size of the drawing; ``days`` is whether the night lasts more than one."""

    stops: tuple[Stop, ...]
    length: float
    cuts: tuple[tuple[float, float], ...]
    bars: tuple[Bars, ...]
    keys: tuple[Key, ...]
    labels: tuple[Label, ...]
    days: bool
    bins: int = BINS
    high: int = HIGH

    @property
    def size(self) -> int:
        """About how many bytes it takes, measured."""
        return 1700 * len(self.stops)

    @property
    def step(self) -> int:
        """By how many seconds a key goes on."""
        return 60 if self.length >= _CUT_TO else 1

    @property
    def end(self) -> int:
        """Where keys come to in the end: not before the last stop."""
        return ceil(self.length / self.step) * self.step

    def place(self, seq: int) -> int:
        """The number of the stop that a page stands at."""
        return max(0, bisect_right(self.stops, seq, key=lambda one: one.moment.seq) - 1)

    def before(self, place: int) -> int | None:
        """The last stop with news before this one, or else the beginning; None at the beginning."""
        return next((one for one in reversed(range(place)) if self.stops[one].news or one == 0), None)

    def after(self, place: int) -> int | None:
        """The next stop with news."""
        return next((one for one in range(place + 1, len(self.stops)) if self.stops[one].news), None)

    def percent(self, x: float) -> str:
        """How far along the line: ``34.21``."""
        return f"{100 * x / self.length if self.length else 0:.2f}"

    def local(self, place: int) -> str:
        """When a stop is as an address has it, in London's time: ``2019-12-13T03:40``."""
        at = self.stops[place].moment.at.astimezone(LONDON)
        return at.isoformat() if at.fold else at.replace(tzinfo=None).isoformat().removesuffix(":00")

    def stamp(self, place: int) -> str:
        """The same, but "" for the last: that is the whole night."""
        return "" if place == len(self.stops) - 1 else self.local(place)

    @property
    def noons(self) -> Iterator[datetime]:
        """A time on every day of it."""
        first, last = (one.moment.at.astimezone(LONDON).replace(hour=12) for one in (self.stops[0], self.stops[-1]))
        return (first + timedelta(days=number) for number in range((last.date() - first.date()).days + 1))

    @property
    def data(self) -> str:
        """The stops for the script, as JSON: of each the seconds, events and declarations since the one before, then 1
        if it has news, and how long it takes on the line where that is not as long as it was."""
        begins = self.stops[0].moment.at
        rows = [(_seconds(one.moment.at - begins), one.moment.seq, one.declared, one.x, one.news) for one in self.stops]
        steps: list[list[float]] = []
        for before, now in zip([(0, 0, 0, 0, False), *rows], rows, strict=False):
            seconds, events, declared, on_line = (_short(now[one] - before[one]) for one in range(4))
            steps.append([seconds, events, declared, int(now[4]), *([on_line] if on_line != seconds else [])])
        return msgspec.json.encode(steps).decode()


def timeline(channel: Channel) -> Timeline:
    """The line of a whole night, made once."""
    return channel.cached("timeline", lambda: _timeline(channel))


def _timeline(channel: Channel) -> Timeline:
    night, moments = channel.night, past.moments(channel)
    assert night is not None
    seqs = [one.seq for one in moments]
    xs, cuts = _line([one.at for one in moments])
    items = _items(night)
    places = [bisect_right(seqs, one.event.seq - 1) for one in items]
    length = xs[-1]
    return Timeline(
        stops=tuple(_stops(night, moments, xs, items, places)),
        length=length,
        cuts=cuts,
        bars=bars(items, [xs[place] for place in places], length),
        keys=tuple(_keys(night, items, places)),
        labels=tuple(labels([one.at for one in moments], xs, cuts)),
        days=moments[-1].at - moments[0].at > timedelta(days=1),
    )


def _items(night: Night) -> list[Item]:
    """All that was reported, oldest first; of one contest also that its boxes are in, which no feed has."""
    items = list(reversed(feed_of(night, after=0)))
    if night.is_single:
        (count,) = night.counts.values()
        boxes = (one for one in count.history if isinstance(one, StageReached) and one.stage == "boxes in")
        items = sorted([*items, *(Item("stage", one, count) for one in boxes)], key=lambda one: one.event.seq)
    return items


def _line(times: Sequence[datetime]) -> tuple[list[float], tuple[tuple[float, float], ...]]:
    """Where each time stands, and the silences that were cut."""
    xs, cuts = [0.0], list[tuple[float, float]]()
    for before, at in pairwise(times):
        seconds = (at - before).total_seconds()
        xs.append(xs[-1] + (_CUT_TO if seconds > LONG else seconds))
        if seconds > LONG:
            cuts.append((xs[-2], xs[-1]))
    return xs, tuple(cuts)


def _stops(
    night: Night, moments: Sequence[Moment], xs: Sequence[float], items: Sequence[Item], places: Sequence[int]
) -> Iterator[Stop]:
    """The moments with how far the night was; what was declared twice or taken back is counted as it stood then."""
    standing, news = dict[int, set[str]](), set[int]()
    declared = set[str]()
    single = night.is_single
    for item, place in zip(items, places, strict=True):
        if item.count and item.kind in (*RESULTS, *_REVISED):
            ballot = item.count.contest.ballot
            declared = declared | {ballot} if item.result else declared - {ballot}
            standing[place] = declared
        if single or item.kind in (*RESULTS, *_REVISED):
            news.add(place)
    number = 0
    for place, (moment, x) in enumerate(zip(moments, xs, strict=True)):
        number = len(standing[place]) if place in standing else number
        yield Stop(moment, x, number, place in news)


def _keys(night: Night, items: Sequence[Item], places: Sequence[int]) -> Iterator[Key]:
    if not night.is_single or 0 not in places:  # a night of one contest has a note that says so
        yield Key("polls", 0)
    if night.is_single:
        yield from (Key(item.kind, place, item) for item, place in zip(items, places, strict=True))
        return
    declared = [one for one, item in enumerate(items) if item.kind in RESULTS and item.result]
    for number, (item, place) in enumerate(zip(items, places, strict=True)):
        if declared and number == declared[0]:
            yield Key("first", place, item)
        if item.kind in (*_REVISED, "no-poll"):
            yield Key(item.kind, place, item)
        if item.result and item.result.by_lot:
            yield Key("lot", place, item)
        if item.majority:
            yield Key("majority", place, item, item.majority.id)
        if item.hung:
            yield Key("hung", place, item)
        if len(declared) > 1 and number == declared[-1]:
            yield Key("last", place, item)


def _seconds(span: timedelta) -> float:
    """To the millisecond, which is as exactly as a browser has it, and never too early."""
    return ceil(span / timedelta(milliseconds=1)) / 1000


def _short(number: float) -> float:
    """To three decimals, and without any where there are none to write."""
    found = round(number, 3)
    return int(found) if found == int(found) else found
