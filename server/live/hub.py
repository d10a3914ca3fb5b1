"""All nights on air in this process, kept up to date by one follower: news comes in, frames go out. No Redis here."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from itertools import takewhile
from typing import TypeVar, assert_never

from msgspec import Struct

from server.election.counting.acts import EventLost
from server.election.events import AnyEvent, EndsRound
from server.election.nights import Night
from server.live.audience import Viewer
from server.live.channel import Channel
from server.live.front import Front
from server.live.history import History
from server.live.line import Line
from server.live.memory.beside import Beside
from server.live.memory.memo import MEMO
from server.live.off import Off
from server.live.past_nights import Past, PastNights
from server.live.private import PrivateChannel, PrivateRenderer
from server.live.renderer import Renderer
from server.stream import clock
from server.stream.follow import Acted, Arrived, CaughtUp, Erased, News, Opened, Unreadable, Waiting
from server.stream.reading import Position

T = TypeVar("T")

# A page that hears nothing for ten seconds says so and asks (web/static/line.js): it hears something every seven.
BEAT_SECONDS = 3.5
BEATS_OF_SILENCE = 2
_LOOK_SECONDS = 5.0  # between two looks at which polls close
_TICK_SECONDS = 0.25  # between two frames of a night: eyes cannot use more, and a burst costs no more


class _Collecting(Struct):
    """The quarter of a second after a frame, in which events are collected; ``result``: that frame held a result."""

    result: bool
    collected: list[AnyEvent]
    then: Night | None = None  # the night after what was collected, if the ledger has it


class Hub:
    """``channels`` and ``desks`` are the public and private sides of nights on air, by night id, ``front`` is the page
    that shows all of them. ``off`` are the nights that this process cannot show. ``lost`` are events that were shown
    and that Redis came back without, by night id; each loss is put into ``losses`` as well. ``waits`` says why the
    follower waits for Redis, "" if it does not.

    ``ready`` is set once everything stored has been read. ``past`` is as ``PastNights`` has it.
    """

    def __init__(self, renderer: Renderer, past: Past, private: PrivateRenderer) -> None:
        self.channels: dict[str, Channel] = {}
        self._moved = asyncio.Event()
        self.desks = defaultdict[str, PrivateChannel](lambda: PrivateChannel(private, self._moved.set))
        self.front = Front()
        self.lost: dict[str, tuple[AnyEvent, ...]] = {}
        self.losses = asyncio.Queue[tuple[str, tuple[AnyEvent, ...]]]()
        self._shown: dict[str, Channel] = {}  # nights of which Redis has another history, until that arrives
        self._others: set[str] = set()  # nights that began anew, or lost events, in whichever process
        self.ready = asyncio.Event()
        self.leaving, self.ending, self.waits = False, False, ""
        self._renderer = renderer
        self.memo = MEMO
        self._made = self.memo.shelf()
        self.beside = Beside()
        self.past_nights = PastNights(renderer, past, self.memo, self.beside)
        self.off = Off(self._take)
        self._ticks: dict[str, _Collecting] = {}
        self._tasks: asyncio.TaskGroup | None = None

    def find(self, night: str, language: str = "", baseline: str = "") -> Channel | None:
        """A night on air, or else a past night at its end; None if there is neither.

        ``language`` is a code and ``baseline`` a key, "" for the night's own; LookupError if it has no such baseline.
        """
        channel = self.channels.get(night) or self.past_nights.find(night)
        return channel.in_edition(language, baseline) if channel else None

    def cached(self, name: str, make: Callable[[], T], also: object = None) -> T:
        """What ``make`` gives for all nights on air as they are now, made again once any of them changes.

        ``also`` is whatever else the value was made from: it is made again once that changes, too.
        """
        stands = [(night, channel.head) for night, channel in self.channels.items()]
        return self._made.get(name, make, version=(stands, also))

    def end(self) -> None:
        """Note that this process stops, and wake those who read a stream of events, so that they end it."""
        self.ending = True
        for channel in self.channels.values():
            channel.history.tell()

    async def follow(self, news: AsyncIterator[News]) -> None:
        """Take in all news, for ever; a failure that is no single night's is raised here, and so ends the process."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            tasks.create_task(self._beat())
            tasks.create_task(self._send())
            tasks.create_task(self._close_polls())
            async for item in news:
                with self.off.alone(getattr(item, "night", "")):
                    self._take(item)

    def _take(self, news: News) -> None:
        if self.off.hides(news):
            return
        if isinstance(news, Unreadable):  # its pages are closed as if it had been taken off air
            news = Erased(news.night)
        match news:
            case Opened():  # it is shown once its first event has arrived
                self._others |= {news.night} if news.round != Position().round else set()
            case Arrived():
                if news.night not in self.channels:
                    self.channels[news.night] = Channel(self._renderer)
                    self.channels[news.night].history.is_other = news.night in self._others
                    if shown := self._shown.pop(news.night, None):
                        self._begun_anew(news.night, shown.history, news.events)
                self._collect(news)
            case Acted():
                if any(isinstance(act, EventLost) for act in news.acts):
                    self._others.add(news.night)
                    if news.night in self.channels:
                        self.channels[news.night].history.is_other = True
                _send_away(self.desks[news.night].acted(news.acts, news.then))
            case Erased():
                tick = self._ticks.pop(news.night, None)
                self.lost.pop(news.night, None)
                if not news.went_back:
                    self._shown.pop(news.night, None)
                if channel := self.channels.pop(news.night, None):
                    _send_away(channel.close())
                    if news.went_back:  # what was only collected may have been acknowledged, too
                        channel.history.events += tick.collected if tick else ()
                        self._shown[news.night] = channel
                if desk := self.desks.pop(news.night, None):
                    _send_away(desk.close())
                self._tell_front()
            case CaughtUp():
                self.ready.set()
            case Waiting():
                self.waits = news.why
            case _:
                assert_never(news)

    def _begun_anew(self, night: str, shown: History, events: Sequence[AnyEvent]) -> None:
        """Note what a night's channel that begins anew with these events has lost: pages with seqs that it ``shown``
        otherwise are sent everything."""
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(shown.events, events, strict=False)))
        first = min(same + 1, shown.replaced.start or same + 1)
        self.channels[night].history.replaced = range(first, max(len(shown.events) + 1, shown.replaced.stop))
        if lost := tuple(shown.events[same:]):
            self.lost[night] = lost
            self.losses.put_nowait((night, lost))

    def _collect(self, news: Arrived) -> None:
        """Send events at once after a quiet moment; collect those that follow within a tick, and send them at its end.

        The first result does not wait for the end: a stage reached just before a declaration must not hold that up.
        """
        tick = self._ticks.get(news.night)
        if tick is None:
            self._advance(news.night, news.events, news.then)
            return
        tick.collected += news.events
        tick.then = news.then
        if not tick.result and any(map(_is_result, news.events)):
            self._advance(news.night, tick.collected, tick.then)

    def _advance(self, night: str, events: Sequence[AnyEvent], then: Night | None) -> None:
        channel = self.channels[night]
        channel.take(events, then)
        self._tell_front()
        assert channel.night is not None
        self.desks[night].moved(channel.night, events)
        if self.ready.is_set() and self._tasks:
            tick = self._ticks[night] = _Collecting(any(map(_is_result, events)), [])
            self._tasks.create_task(self._rest(night, tick))

    async def _rest(self, night: str, tick: _Collecting) -> None:
        await asyncio.sleep(_TICK_SECONDS)
        if self._ticks.get(night) is tick:  # otherwise a result ended this tick, or the night was erased
            del self._ticks[night]
            if tick.collected:
                with self.off.alone(night):
                    self._advance(night, tick.collected, tick.then)

    async def _send(self) -> None:
        """Bring news to desks, and then to viewers, the largest audience first; other tasks have a turn after each
        ``send_some``."""
        while True:
            await self._moved.wait()
            self._moved.clear()
            while waiting := [
                one for one in (*self.desks.items(), *self.channels.items(), ("", self.front)) if one[1].waiting
            ]:
                night, most = max(waiting, key=lambda one: one[1].waiting)
                with self.off.alone(night):
                    most.send_some()
                await asyncio.sleep(0)

    async def _close_polls(self) -> None:
        """Tell the pages of a night when its poll closes. A night that was opened at the close of its poll, as past
        nights are, never said that it was open."""
        while True:
            seconds = min([_LOOK_SECONDS, *map(self._seconds_open, list(self.channels.values()))])
            await asyncio.sleep(seconds)

    def _seconds_open(self, channel: Channel) -> float:
        """The seconds until a night's poll closes, ``_LOOK_SECONDS`` where that is over; then its pages are told so."""
        night, history = channel.night, channel.history
        close = night.definition.polls_close if night else None
        if night is None or close is None or channel.events[0].at >= close or history.closed == close:
            return _LOOK_SECONDS
        if (seconds := (close - clock.now()).total_seconds()) > 0:
            return seconds
        history.closed = close
        with self.off.alone(night.definition.id):
            channel.retell(tuple(channel.renderer.until_the_close(night)))
        self._made.clear()
        self._tell_front()
        return _LOOK_SECONDS

    def _tell_front(self) -> None:
        """Note that a night moved: its own pages have news, and the front page may have."""
        self.front.moved()
        self._moved.set()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            if self.waits:  # nobody is told that this is live: pages leave it, and find a process that hears Redis
                continue
            for channel in (*self.channels.values(), *self.desks.values(), self.front):
                for _ in channel.beat(BEATS_OF_SILENCE):
                    await asyncio.sleep(0)


def _is_result(event: AnyEvent) -> bool:
    return isinstance(event, EndsRound)


def _send_away(viewers: Sequence[Viewer]) -> None:
    """Close with 1012 (service restart): the browser reconnects, and is shown what is there by then."""
    for viewer in viewers:
        if isinstance(viewer, Line):
            viewer.shutdown()
