"""The only wiring: every room meets here and nowhere else. No logic of its own."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute

from server import feeds
from server.access import without_rule
from server.count import photos as photographs
from server.count import routes as count
from server.count.board.render import DeskRenderer
from server.count.losses import put_right
from server.count.setup import MOST_UPLOADED, UPLOADS, open_in_time
from server.feeds.again import Again
from server.hooks.deliveries import Deliveries
from server.html import static
from server.html.errors import on_crash, on_gone, on_http_error, on_too_deep, on_unavailable, on_unreadable
from server.html.limits import Limits
from server.html.preflights import Preflights
from server.html.process import PROCESS, Process
from server.html.root import Root, begin_at
from server.html.security import SecurityHeaders
from server.html.templates import compile_all
from server.live.hub import Hub
from server.live.leading import Leading, Stands
from server.nights.kept import Kept
from server.notices.pages import routes as notices_routes
from server.notices.sending import Notices
from server.pages.front.pieces import renderer_of
from server.pages.newsroom.directing import Showing
from server.pages.render import PageRenderer
from server.pages.routes import routes as page_routes
from server.settings import Settings, SettingsError
from server.stream.codec import UnknownEvent
from server.stream.cursors.clocks import Clocks
from server.stream.drafts import Drafts
from server.stream.events import EventStream, StreamUnavailable
from server.stream.follow import follow
from server.stream.photos.photos import Photos
from server.stream.presence.presence import Presence
from server.stream.rates import Rates
from server.stream.submit import Submitter

log = structlog.get_logger(__name__)

_SECONDS_TO_CATCH_UP = 10  # after that this process serves, though /readyz says that it is not ready


class NoAccessRule(Exception):
    """A route without a rule, which anybody could call; the app does not start."""


class NoPrefix(SettingsError):
    """A path of PUBLIC_URL that begins as the site's own addresses do: of those it could not be told."""


class Application(Starlette):
    """The application of one web process. ``hub`` has its nights; ``failed``: it stopped because its follower died."""

    hub: Hub
    failed = False

    def leave(self) -> None:
        """Note that this process is about to stop: it is not ready any more."""
        self.hub.leaving = True


def build_app(settings: Settings, opened: EventStream | None = None) -> Application:
    """The application of one web process; ``settings.redis_url`` must be set. NoAccessRule if a route has no rule.

    ``opened`` is a stream that the caller has opened, and closes: so nothing can be away by the time this begins.
    """
    assert settings.redis_url is not None, "the embedded server is started before the app"
    url = settings.redis_url
    begin_at(settings.prefix)
    kept = Kept(settings.data_dir)
    hub = Hub(PageRenderer(), kept.events, DeskRenderer())
    hub.front.renderer = renderer_of(hub, kept)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[dict[str, Any]]:
        stream = opened or EventStream(url, settings.replicas)
        if opened is None:
            await stream.open()
        submitter = Submitter(stream)
        hooks = Deliveries(settings, stream, submitter)
        notices = Notices(settings, stream, submitter)
        news = hooks.heard(submitter.heard(follow(url)))
        running = [for_ever(hub.follow(notices.heard(news)), "follower")]
        compressing = asyncio.create_task(asyncio.to_thread(static.compress), name="static files")
        await compile_all()
        if lacks := static.lacking():
            log.warning(lacks)
        # Clients that connect meanwhile wait in the socket's queue, and are not told that a night does not exist.
        with suppress(TimeoutError):
            await asyncio.wait_for(hub.ready.wait(), _SECONDS_TO_CATCH_UP)
            await count.send_out(hub, submitter)
        await compressing  # so that the files of the first page are ready
        drafts = Drafts(stream)
        leading, directing = Leading(Clocks(drafts), Stands), Leading(Clocks(drafts, "directors"), Showing)
        sending = [for_ever(hooks.run(), "sending of webhooks"), for_ever(notices.run(), "sending of notices")]
        running += (
            for_ever(open_in_time(stream, drafts, kept), "opening"),
            for_ever(leading.follow(), "clocks"),
            for_ever(directing.follow(), "directors"),
            for_ever(put_right(hub, submitter), "putting right of losses"),
            *sending,
        )
        of_the_count = drafts, Rates(url), leading, directing, hooks, Presence(stream), Photos(stream)
        yield {PROCESS: Process(hub, stream, submitter, settings, kept, *of_the_count)}
        for task in reversed(running):
            task.remove_done_callback(stop_the_process)
            task.cancel()
        await asyncio.wait(sending)  # which closes their connections
        if opened is None:
            await stream.close()

    def for_ever(work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Begin what goes on for as long as this process does."""
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(stop_the_process)
        return task

    def stop_the_process(task: asyncio.Task[None]) -> None:
        """End a process whose follower is dead, which would show an old night for ever, or which opens no night any
        more. Its supervisor starts another."""
        if not task.cancelled():
            log.critical(f"the {task.get_name()} stopped, so this process stops", exc_info=task.exception())
            application.failed = True
            os.kill(os.getpid(), signal.SIGTERM)

    routes: list[BaseRoute] = [
        *page_routes,
        *feeds.routes,
        *count.routes(settings),
        *notices_routes,
    ]
    if missing := without_rule(routes):
        raise NoAccessRule(f"These routes have no access rule: {', '.join(missing)}")
    if settings.prefix.split("/")[1:2] in [str(getattr(route, "path", "")).split("/")[1:2] for route in routes]:
        raise NoPrefix(f"PUBLIC_URL must have another path: {settings.prefix} begins as an address of its own.")
    application = Application(
        routes=routes,
        middleware=[
            Middleware(Root),
            Middleware(Preflights),
            Middleware(Again),
            Middleware(SecurityHeaders, https=settings.public_url.startswith("https:")),
            Middleware(Limits, uploads={UPLOADS: MOST_UPLOADED, photographs.UPLOADS: photographs.MOST_UPLOADED}),
        ],
        exception_handlers={
            HTTPException: on_http_error,
            StreamUnavailable: on_unavailable,
            UnknownEvent: on_unreadable,
            ClientDisconnect: on_gone,
            RecursionError: on_too_deep,
            Exception: on_crash,
        },
        lifespan=lifespan,
    )
    application.hub = hub
    return application
