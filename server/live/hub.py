"""All nights on air in this process, kept up to date by one follower. No Redis here: news comes in, frames go out."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, TypeVar, assert_never

from server.election.events import AnyEvent
from server.live.audience import Viewer
from server.live.channel import Channel, Renderer
from server.live.line import Line
from server.live.private import PrivateChannel, PrivateRenderer
from server.stream.follow import Acted, Arrived, CaughtUp, Erased, News, Opened

T = TypeVar("T")

BEAT_SECONDS = 5.0
BEATS_OF_SILENCE = 9  # what stands between us and a browser may cut a line that is silent for a minute
_TICK_SECONDS = 0.25  # between two frames of a night: eyes can't use more, and a burst costs no more than this


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
        self._cache: dict[str, tuple[object, Any]] = {}
        self._archive: dict[str, tuple[tuple[AnyEvent, ...], Channel]] = {}
        self._waiting: dict[str, list[AnyEvent]] = {}  # a night that just moved on → what came since

    def find(self, night: str, language: str = "", baseline: str = "") -> Channel | None:
        """A night on air, or else a past one, whole; None if there is neither, LookupError if it has no such baseline.

        In an edition: a language's code and a baseline's key, "" for the night's own.
        """
        found = self.channels.get(night) or self._find_past(night)
        return found.in_edition(language, baseline) if found else None

    def _find_past(self, night: str) -> Channel | None:
        events = self._past(night)
        if events is None:
            self._archive.pop(night, None)
            return None
        known = self._archive.get(night)
        if known is None or known[0] is not events:
            channel = Channel(self._renderer, on_air=False)
            channel.advance(events)
            known = self._archive[night] = (events, channel)
        return known[1]

    def cached(self, name: str, make: Callable[[], T], also: object = None) -> T:
        """What ``make`` gives for all nights on air as they are, and what else it is of: made once for each of their
        states."""
        stands = ([(channel, channel.seq) for channel in self.channels.values()], also)
        if name not in self._cache or self._cache[name][0] != stands:
            self._cache[name] = (stands, make())
        return self._cache[name][1]

    def end(self) -> None:
        """Say that this process stops: whoever reads a stream of events from it is let go."""
        self.ending = True
        for channel in self.channels.values():
            channel.tell()

    async def follow(self, news: AsyncIterator[News]) -> None:
        """Take all news in, for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._beat())
            async for one in news:
                self._take(one)

    def _take(self, news: News) -> None:
        match news:
            case Opened():
                pass  # a night shows once its first event is here
            case Arrived():
                if news.night not in self.channels:
                    self.channels[news.night] = Channel(self._renderer)
                if news.night in self._waiting:
                    self._waiting[news.night] += news.events
                else:
                    self._advance(news.night, news.events)
            case Acted():
                _send_away(self.desks[news.night].acted(news.acts))
            case Erased():
                self._waiting.pop(news.night, None)
                if channel := self.channels.pop(news.night, None):
                    _send_away(channel.close())
                if desk := self.desks.pop(news.night, None):
                    _send_away(desk.close())
            case CaughtUp():
                self.ready.set()
            case _:
                assert_never(news)

    def _advance(self, night: str, events: Sequence[AnyEvent]) -> None:
        """News after a quiet moment goes out at once; what follows within a tick goes out together, at its end."""
        channel = self.channels[night]
        channel.advance(events)
        assert channel.night is not None
        self.desks[night].moved(channel.night, events)
        if self.ready.is_set():
            waiting = self._waiting[night] = list[AnyEvent]()
            asyncio.get_running_loop().call_later(_TICK_SECONDS, self._rested, night, waiting)

    def _rested(self, night: str, waiting: list[AnyEvent]) -> None:
        if self._waiting.get(night) is waiting:  # else the night was erased, and may have begun again
            del self._waiting[night]
            if waiting:
                self._advance(night, waiting)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            for channel in (*self.channels.values(), *self.desks.values()):
                channel.beat(BEATS_OF_SILENCE)


def _send_away(viewers: Sequence[Viewer]) -> None:
    """With 1012: the browser comes back, and finds what is there then."""
    for viewer in viewers:
        if isinstance(viewer, Line):
            viewer.shutdown()
