"""The only wiring: every room meets here and nowhere else. No logic of its own."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import feeds
from server.access import without_rule
from server.count import routes as count
from server.count.desk.render import DeskRenderer
from server.count.setup import MOST_UPLOADED, UPLOADS, open_in_time
from server.html import static
from server.html.answers import policy
from server.html.errors import on_crash, on_gone, on_http_error, on_too_deep, on_unavailable
from server.html.process import PROCESS, Process
from server.html.templates import compile_all
from server.live.hub import Hub
from server.nights.kept import Kept
from server.pages.render import PageRenderer
from server.pages.routes import routes as page_routes
from server.settings import Settings
from server.stream.drafts import Drafts
from server.stream.events import EventStream, StreamUnavailable
from server.stream.follow import follow
from server.stream.submit import Submitter

log = structlog.get_logger()

_SECONDS_TO_CATCH_UP = 10  # after that this process serves, though /readyz says that it is not ready
_OF_FILES = ((b"x-content-type-options", b"nosniff"),)  # a file needs no other headers, and a page loads ten files
_MOST_ADDRESS = 4096  # characters of path and query; our own have about a hundred
_MOST_BODY = 256 * 1024  # bytes of a request's body
_HEADERS = (
    *_OF_FILES,
    (b"content-security-policy", policy().encode()),
    (b"referrer-policy", b"same-origin"),
)


class NoAccessRule(Exception):
    """A route without a rule, which anybody could call; the app does not start."""


def build_app(settings: Settings) -> Starlette:
    """The application of one web process; ``settings.redis_url`` must be set. NoAccessRule if a route has no rule."""
    assert settings.redis_url is not None, "the embedded server is started before the app"
    url = settings.redis_url

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[dict[str, Any]]:
        stream = EventStream(url, settings.replicas)
        await stream.open()
        submitter = Submitter(stream)
        kept = Kept(settings.data_dir)
        hub = Hub(PageRenderer(), kept.events, DeskRenderer())
        app.state.hub = hub
        follower = asyncio.create_task(hub.follow(submitter.heard(follow(url))), name="follower")
        follower.add_done_callback(_stop_the_process)
        compressing = asyncio.create_task(asyncio.to_thread(static.compress), name="static files")
        await compile_all()
        # Clients that connect meanwhile wait in the socket's queue, and are not told that a night does not exist.
        with suppress(TimeoutError):
            await asyncio.wait_for(hub.ready.wait(), _SECONDS_TO_CATCH_UP)
            await count.send_out(hub, submitter)
        await compressing  # so that the files of the first page are ready
        drafts = Drafts(stream)
        opening = asyncio.create_task(open_in_time(stream, drafts, kept), name="opening")
        opening.add_done_callback(_stop_the_process)
        yield {PROCESS: Process(hub, stream, submitter, settings, kept, drafts)}
        opening.remove_done_callback(_stop_the_process)
        opening.cancel()
        follower.remove_done_callback(_stop_the_process)
        follower.cancel()
        await drafts.close()
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
        middleware=[Middleware(SecurityHeaders), Middleware(Limits)],
        exception_handlers={
            HTTPException: on_http_error,
            StreamUnavailable: on_unavailable,
            ClientDisconnect: on_gone,
            RecursionError: on_too_deep,
            Exception: on_crash,
        },
        lifespan=lifespan,
    )


def _stop_the_process(task: asyncio.Task[None]) -> None:
    """End a process whose follower is dead, which would show an old night for ever, or which opens no night any more.
    Its supervisor starts another."""
    if not task.cancelled():
        log.critical(f"the {task.get_name()} stopped, so this process stops", exc_info=task.exception())
        os.kill(os.getpid(), signal.SIGTERM)


class SecurityHeaders:
    """Adds the headers that tell browsers about scripts, frames and types, unless an answer has them already."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message["headers"]}
                file = scope["path"].startswith("/static/") and message["status"] < 400
                ours = _OF_FILES if file else _HEADERS
                message["headers"] = [*message["headers"], *(pair for pair in ours if pair[0] not in given)]
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class Limits:
    """Limits a request's address (414 if it is longer) and its body (413)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        most = left = MOST_UPLOADED if scope["type"] == "http" and scope["path"] == UPLOADS else _MOST_BODY

        async def receive_within_limit() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413, f"A request has at most {most} bytes.")
            return message

        if scope["type"] != "lifespan" and len(scope["path"]) + len(scope["query_string"]) > _MOST_ADDRESS:
            refusal = HTTPException(414, f"An address has at most {_MOST_ADDRESS} characters.")
            answer = await on_http_error(cast(Request, HTTPConnection(scope)), refusal)
            await answer(scope, receive, send)
        else:
            await self.app(scope, receive_within_limit if scope["type"] == "http" else receive, send)
