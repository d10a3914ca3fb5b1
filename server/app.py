"""The only wiring: every room meets here and nowhere else. No logic of its own."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import feeds
from server.access import without_rule
from server.count import routes as count
from server.count.desk.render import DeskRenderer
from server.html.answers import policy
from server.html.errors import on_crash, on_gone, on_http_error, on_unavailable
from server.html.process import PROCESS, Process
from server.html.templates import compile_all
from server.live.hub import Hub
from server.nights.kept import Kept
from server.pages.render import PageRenderer
from server.pages.routes import routes as page_routes
from server.settings import Settings
from server.stream.events import EventStream, StreamUnavailable
from server.stream.follow import follow
from server.stream.submit import Submitter

log = structlog.get_logger()

_SECONDS_TO_CATCH_UP = 10  # then this process answers, if only that it is not ready
_OF_FILES = ((b"x-content-type-options", b"nosniff"),)  # what a page loads from us needs no more, and a page loads ten
_HEADERS = (
    *_OF_FILES,
    (b"content-security-policy", policy().encode()),
    (b"referrer-policy", b"same-origin"),
)


class NoAccessRule(Exception):
    """A route that anybody could call because nobody thought about it; the app does not start."""


def build_app(settings: Settings) -> Starlette:
    """The whole program for one web process; ``settings.redis_url`` must be set. NoAccessRule if a route has none."""
    assert settings.redis_url is not None, "the embedded server is started before the app"
    url = settings.redis_url

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[dict[str, Any]]:
        stream = EventStream(url, settings.replicas)
        await stream.open()
        submitter = Submitter(stream)
        kept = Kept(settings.data_dir)
        hub = Hub(PageRenderer(), kept.events, submitter.forget, DeskRenderer())
        app.state.hub = hub
        follower = asyncio.create_task(hub.follow(follow(url)), name="follower")
        follower.add_done_callback(_stop_the_process)
        await compile_all()
        # Whoever comes meanwhile waits in the socket's queue, and is not told that there is no such night.
        with suppress(TimeoutError):
            await asyncio.wait_for(hub.ready.wait(), _SECONDS_TO_CATCH_UP)
            await count.send_out(hub, submitter)
        yield {PROCESS: Process(hub, stream, submitter, settings, kept)}
        follower.remove_done_callback(_stop_the_process)
        follower.cancel()
        await stream.close()

    routes: list[BaseRoute] = [
        *page_routes,
        *feeds.routes,
        *count.routes(settings),
    ]
    if missing := without_rule(routes):
        raise NoAccessRule(f"These routes have no access rule: {', '.join(missing)}")
    return Starlette(
        routes=routes,
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers={
            HTTPException: on_http_error,
            StreamUnavailable: on_unavailable,
            ClientDisconnect: on_gone,
            Exception: on_crash,
        },
        lifespan=lifespan,
        max_body_size=256 * 1024,
    )


def _stop_the_process(follower: asyncio.Task[None]) -> None:
    """A process whose follower is dead would show an old night for ever: end it, and let its keeper start another."""
    if not follower.cancelled():
        log.critical("the follower stopped, so this process stops", exc_info=follower.exception())
        os.kill(os.getpid(), signal.SIGTERM)


class SecurityHeaders:
    """What every answer says to browsers about scripts, frames and types, unless it says so itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message["headers"]}
                file = scope["path"].startswith("/static/") and message["status"] != 404
                ours = _OF_FILES if file else _HEADERS
                message["headers"] = [*message["headers"], *(pair for pair in ours if pair[0] not in given)]
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)
