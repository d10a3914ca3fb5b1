"""The count's routes as an app of their own, wired as in server/app.py; nobody watches, nothing is drawn."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException

from server.count import routes
from server.count.desk.render import DeskRenderer
from server.election.events import AnyEvent
from server.election.nights import Night
from server.errors import on_crash, on_http_error, on_unavailable
from server.live.hub import Hub
from server.settings import Settings
from server.stream.events import EventStream, StreamUnavailable
from server.stream.follow import follow
from server.stream.submit import Submitter


class NoPages:
    """A renderer for a hub that nobody watches."""

    def changed(self, night: Night, event: AnyEvent) -> Iterable[str]:
        return ()

    def render(self, night: Night, fragment: str) -> str:
        raise AssertionError("nothing ever changes")

    def topics(self, night: Night, fragment: str) -> Iterable[str]:
        return ()

    def message(self, night: Night, topic: str, after: int, fragments: Iterable[tuple[str, str]]) -> str:
        return ""


def count_app(settings: Settings) -> Starlette:
    """The app; ``settings.redis_url`` must be set."""
    url = settings.redis_url
    assert url is not None

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[dict[str, Any]]:
        stream = EventStream(url)
        submitter = Submitter(stream)
        hub = Hub(NoPages(), lambda night: None, submitter.forget, DeskRenderer())
        follower = asyncio.create_task(hub.follow(follow(url)))
        await hub.ready.wait()
        yield {"hub": hub, "stream": stream, "submitter": submitter, "settings": settings}
        follower.cancel()
        await stream.close()

    return Starlette(
        routes=routes(settings),
        exception_handlers={
            HTTPException: on_http_error,
            StreamUnavailable: on_unavailable,
            Exception: on_crash,
        },
        lifespan=lifespan,
        max_body_size=256 * 1024,
    )
