"""All nights on air in this process, kept up to date by one follower. No Redis here: news comes in, frames go out."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TypeVar, assert_never

from msgspec import Struct

from server.election.events import AnyEvent, Corrected, Declared, NoPollTaken, Withdrawn
from server.live.audience import Viewer
from server.live.channel import Channel, Renderer
from server.live.line import Line
from server.live.memo import MEMO
from server.live.private import PrivateChannel, PrivateRenderer
from server.stream.follow import Acted, Arrived, CaughtUp, Erased, News, Opened

T = TypeVar("T")

BEAT_SECONDS = 5.0
BEATS_OF_SILENCE = 9  # what stands between us and a browser may cut a line that is silent for a minute
_TICK_SECONDS = 0.25  # between two frames of a night: eyes can't use more, and a burst costs no more than this


class _Tick(Struct):
    """The time after a frame, in which what comes is collected; ``result``: the frame had a result in it."""

    result: bool
    collected: list[AnyEvent]


class Hub:
    """``channels`` by night id, and ``desks``, what is private of the same nights; ``ready`` is set once all that was
    stored has been read.

    ``past`` gives the events of a night that is not on air, the same object each time while they are the same, None
    if there is no such night.
    """

    def __init__(
        self,
        renderer: Renderer,
        past: Callable[[str], tuple[AnyEvent, ...] | None],
        private: PrivateRenderer,
    ) -> None:
        self.channels: dict[str, Channel] = {}
        self.desks: defaultdict[str, PrivateChannel] = defaultdict(lambda: PrivateChannel(private))
        self.ready = asyncio.Event()
        self.ending = False
        self._renderer = renderer
        self._past = past
        self.memo = MEMO
        self._past_nights = self.memo.shelf()
        self._made = self.memo.shelf()
        self._ticks: dict[str, _Tick] = {}
        self._moved = asyncio.Event()
        self._tasks: asyncio.TaskGroup | None = None

    def find(self, night: str, language: str = "", baseline: str = "") -> Channel | None:
        """A night on air, or else a past one, whole; None if there is neither, LookupError if it has no such baseline.

        In an edition: a language's code and a baseline's key, "" for the night's own.
        """
        found = self.channels.get(night) or self._find_past(night)
        return found.in_edition(language, baseline) if found else None

    def _find_past(self, night: str) -> Channel | None:
        events = self._past(night)
        if events is None:
            self._past_nights.drop(night)
            return None

        def make() -> Channel:
            channel = Channel(self._renderer, on_air=False)
            channel.advance(events)
            return channel

        return self._past_nights.get(night, make, version=events)

    def cached(self, name: str, make: Callable[[], T], also: object = None) -> T:
        """What ``make`` gives for all nights on air as they are, and what else it is of: made once for each of their
        states."""
        stands = [(night, channel.head) for night, channel in self.channels.items()]
        return self._made.get(name, make, version=(stands, also))

    def end(self) -> None:
        """Say that this process stops: whoever reads a stream of events from it is let go."""
        self.ending = True
        for channel in self.channels.values():
            channel.history.tell()

    async def follow(self, news: AsyncIterator[News]) -> None:
        """Take all news in, for ever. Whatever fails on the way to viewers fails here."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            tasks.create_task(self._beat())
            tasks.create_task(self._send())
            async for one in news:
                self._take(one)

    def _take(self, news: News) -> None:
        match news:
            case Opened():
                pass  # a night shows once its first event is here
            case Arrived():
                if news.night not in self.channels:
                    self.channels[news.night] = Channel(self._renderer)
                self._collect(news.night, news.events)
            case Acted():
                _send_away(self.desks[news.night].acted(news.acts))
            case Erased():
                self._ticks.pop(news.night, None)
                if channel := self.channels.pop(news.night, None):
                    _send_away(channel.close())
                if desk := self.desks.pop(news.night, None):
                    _send_away(desk.close())
            case CaughtUp():
                self.ready.set()
            case _:
                assert_never(news)

    def _collect(self, night: str, events: Sequence[AnyEvent]) -> None:
        """News after a quiet moment goes out at once; what follows within a tick goes out together, at its end.

        The first result does not wait for it: the stage that comes just before a declaration must not hold that up.
        """
        tick = self._ticks.get(night)
        if tick is None:
            self._advance(night, events)
            return
        tick.collected += events
        if not tick.result and any(map(_is_result, events)):
            self._advance(night, tick.collected)

    def _advance(self, night: str, events: Sequence[AnyEvent]) -> None:
        channel = self.channels[night]
        channel.take(events)
        self._moved.set()
        assert channel.night is not None
        self.desks[night].moved(channel.night, events)
        if self.ready.is_set() and self._tasks:
            tick = self._ticks[night] = _Tick(any(map(_is_result, events)), [])
            self._tasks.create_task(self._rest(night, tick))

    async def _rest(self, night: str, tick: _Tick) -> None:
        await asyncio.sleep(_TICK_SECONDS)
        if self._ticks.get(night) is tick:  # else a result came, or the night was erased, and may have begun again
            del self._ticks[night]
            if tick.collected:
                self._advance(night, tick.collected)

    async def _send(self) -> None:
        """Bring news to viewers, first to the page that most wait for; between two pages others have their turn."""
        while True:
            await self._moved.wait()
            self._moved.clear()
            while waiting := [channel for channel in self.channels.values() if channel.waiting]:
                max(waiting, key=lambda channel: channel.waiting).send_some()
                await asyncio.sleep(0)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            for channel in (*self.channels.values(), *self.desks.values()):
                channel.beat(BEATS_OF_SILENCE)


def _is_result(event: AnyEvent) -> bool:
    return isinstance(event, Declared | Corrected | Withdrawn | NoPollTaken)


def _send_away(viewers: Sequence[Viewer]) -> None:
    """With 1012: the browser comes back, and finds what is there then."""
    for viewer in viewers:
        if isinstance(viewer, Line):
            viewer.shutdown()
