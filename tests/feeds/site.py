"""A site of feeds alone: nights on air made from shipped ones or by hand, and no pages."""

from collections.abc import Callable, Container, Generator, Iterable
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx2
from msgspec.structs import replace
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from server import feeds
from server.election.commands import AnyCommand
from server.election.counting.desk import Desk
from server.election.deciding.decide import decide
from server.election.events import AnyEvent, NightOpened
from server.election.nights import Night
from server.feeds.again import Again
from server.html.errors import on_http_error
from server.html.preflights import Preflights
from server.live.channel import Channel
from server.live.hub import Hub
from server.live.renderer import Renderer
from server.nights import archive
from server.stream.events import EventStream
from tests.handed import handed
from tests.nights_by_hand import START

ROCHESTER = "parl.rochester-and-strood.by.2014-11-20"
GENERAL = "parl.2019-12-12"


class NoPages:
    """A renderer for which no event changes any page."""

    edition = ""

    def another(self, language: str, baseline: str) -> "NoPages":
        return self

    def over(self, last: int) -> "NoPages":
        return self

    def against(self, night: Night) -> Night:
        return night

    def changed(self, night: Night, event: AnyEvent) -> Iterable[str]:
        return ()

    def render(self, night: Night, fragment: str) -> str:
        return ""

    def until_the_close(self, night: Night) -> tuple[str, ...]:
        """Nothing."""
        return ()

    def has(self, night: Night, topic: str) -> bool:
        return True

    def news_after(self, night: Night, topic: str, after: int) -> int:
        return 0

    def topics(self, night: Night, fragment: str) -> Container[str]:
        return ()

    def message(self, night: Night, topic: str, after: int, fragments: Iterable[tuple[str, str]]) -> str:
        return ""

    def around(self, night: Night, topic: str, head: str, whole: bool) -> str:
        return ""


class NoDesk:
    """A renderer for desks that nobody opens."""

    def message(self, night: Night, desk: Desk, news: object, language: str) -> str:
        return ""


class CountedChannel(Channel):
    """A channel that says how many watch for its changes."""

    watchers = 0

    def watch(self, tell: Callable[[], None]) -> Callable[[], None]:
        unwatch = super().watch(tell)
        self.watchers += 1

        def left() -> None:
            self.watchers -= 1
            unwatch()

        return left


class _Given:
    """Middleware that gives requests what the real app's lifespan gives them."""

    def __init__(self, app: ASGIApp, state: dict[str, Any]) -> None:
        self.app, self.state = app, state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = dict(self.state)
        await self.app(scope, receive, send)


class Site:
    """A hub, and the feeds that read it. Nothing here follows a stream: tests put events in themselves."""

    def __init__(self, stream: EventStream | None = None, renderer: Renderer | None = None) -> None:
        self.hub = Hub(renderer or NoPages(), _past, NoDesk())
        self.app = Starlette(
            routes=feeds.routes,
            middleware=[Middleware(_Given, state=handed(self.hub, stream)), Middleware(Preflights), Middleware(Again)],
            exception_handlers={HTTPException: on_http_error},
        )

    def put_on_air(self, *events: AnyEvent) -> CountedChannel:
        """A night with its first events; NightOpened must be the first."""
        assert isinstance(events[0], NightOpened)
        channel = self.hub.channels[events[0].night.id] = CountedChannel(NoPages())
        channel.advance(events)
        return channel

    def replay(self, night: str, until: int | None = None) -> CountedChannel:
        """A shipped night on air as a replay, as far as a seq."""
        opened, *events = archive.load(night).events[:until]
        assert isinstance(opened, NightOpened)
        definition = replace(opened.night, id=f"{night}.replay", replay_of=night)
        return self.put_on_air(replace(opened, night=definition), *events)

    @contextmanager
    def client(self) -> Generator[TestClient]:
        """A program that reads."""
        with TestClient(self.app) as client:
            yield client

    def in_this_loop(self) -> httpx2.AsyncClient:
        """The same for async tests."""
        return httpx2.AsyncClient(transport=httpx2.ASGITransport(self.app), base_url="http://testserver")


def carry_out(channel: Channel, command: AnyCommand) -> None:
    """What a command becomes on a night on air, a minute after the last event."""
    at = channel.night.at if channel.night else START
    channel.advance([decide(channel.night, command, at + timedelta(minutes=1))])


def _past(night: str) -> tuple[AnyEvent, ...] | None:
    try:
        return archive.load(night).events
    except archive.UnknownNight:
        return None
