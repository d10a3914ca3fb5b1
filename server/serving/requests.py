"""What each request costs: counted, timed and logged; of a websocket, when it opens and how long it stays."""

from asyncio import CancelledError
from collections.abc import Callable
from functools import lru_cache, partial
from time import perf_counter
from typing import Any

import structlog
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.live.line import line_of
from server.measures import ERRORS, REFUSALS, REQUEST_SECONDS, REQUESTS, SOCKETS
from server.settings import Settings

SLOW_SECONDS = 1.0
_AREAS = {
    "": "front",
    **{name: name for name in ("nights", "api", "static", "count", "desk", "admin", "find", "live", "follow")},
    **{name: name for name in ("clocks", "directors")},
    **dict.fromkeys(("healthz", "readyz", "metrics"), "health"),
}
_APART = ("desk", "clocks", "directors")  # whose lines are counted apart from those of viewers
_QUIET = ("static", "health")
_LINK = "/invitation/"  # a token follows
_LONGEST_PATH = 300  # characters that are logged
_CLOSE = (b"connection", b"close")
_STOPPING = PlainTextResponse("This server is stopping. Please ask again in a second.\n", 503, {"Retry-After": "1"})


class Requests:
    """Answers as ``app`` does. Once it ``closes``, each answer asks the client for another connection the next time.

    Paths are logged without what follows the question mark, and without tokens.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.closes = False
        self._app = app
        self._prefix = settings.prefix
        self._log = structlog.get_logger(__name__).bind()
        self._which, self._addresses = settings.log_requests, settings.log_addresses
        self._measured = {area: REQUEST_SECONDS.labels(area) for area in {*_AREAS.values(), "other"}}
        self._sockets = {kind: SOCKETS.labels(kind) for kind in ("viewers", *_APART, "events")}
        # Viewers of one page share what is called when one of them leaves: there are very many of them.
        self._goodbyes = lru_cache(1024)(self._goodbye)
        self._counted: dict[tuple[str, int], Any] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or say whether a websocket is accepted."""
        match scope["type"]:
            case "http":
                await self._request(scope, receive, send)
            case "websocket":
                await self._websocket(scope, receive, send)
            case _:
                await self._app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        began, status, size, streams = perf_counter(), 0, 0, False
        area = self._area(scope)

        async def noting(message: Message) -> None:
            nonlocal status, size, streams
            if message["type"] == "http.response.start":
                status = message["status"]
                if self.closes:
                    message["headers"] = [*message["headers"], _CLOSE]
                if area == "api" and _is_stream(message):
                    streams = True
                    self._sockets["events"].inc()
            else:
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except CancelledError:  # the process stops, and does not wait any longer for this answer
            if not status:
                await _STOPPING(scope, receive, noting)
        except Exception:  # whoever runs this logs it
            ERRORS.labels("unhandled").inc()
            raise
        finally:
            if streams:
                self._sockets["events"].dec()
            self._note(scope, area, status, size, perf_counter() - began, streams)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        area = self._area(scope)

        async def noting(message: Message) -> None:
            await send(message)
            match message["type"]:
                case "websocket.accept":
                    kind = area if area in _APART else "viewers"
                    self._sockets[kind].inc()
                    told = self._told(scope) if self._which != "few" else {}
                    line_of(scope).gone = self._goodbyes(kind, tuple(told.items())), perf_counter()
                    if self._which == "all":
                        self._log.info("websocket opened", **told)
                case "websocket.http.response.start":
                    self._refused(area, message["status"])
                case "websocket.close":
                    self._refused(area, 403)
                case _:
                    pass

        try:
            await self._app(scope, receive, noting)
        except Exception:
            ERRORS.labels("websocket").inc()
            raise

    def _goodbye(self, kind: str, told: tuple[tuple[str, Any], ...]) -> Callable[[float], None]:
        return partial(self._closed, kind, told)

    def _closed(self, kind: str, told: tuple[tuple[str, Any], ...], opened: float) -> None:
        self._sockets[kind].dec()
        if self._which != "few":
            self._log.info("websocket closed", **dict(told), seconds=round(perf_counter() - opened, 1))

    def _note(self, scope: Scope, area: str, status: int, size: int, seconds: float, streams: bool) -> None:
        counted = self._counted.get((area, status))
        if counted is None:
            counted = self._counted[area, status] = REQUESTS.labels(area, str(status))
        counted.inc()
        slow = seconds >= SLOW_SECONDS and not streams
        if not streams:
            self._measured[area].observe(seconds)
        noted = scope.get("state", {})
        failed = status >= 500 and not noted.get("is_full")  # Full has counted its refusal
        if failed:
            ERRORS.labels("answer").inc()
        elif 400 <= status < 500:
            self._refused(area, status)
        matters = slow or failed
        if matters or self._which == "all" or (self._which == "some" and area not in _QUIET):
            told = {**self._told(scope), "status": status, "ms": round(seconds * 1000, 1), "bytes": size}
            told |= {"why": noted["why"]} if "why" in noted else {}
            if matters:
                self._log.warning("slow request" if slow else "request", **told)
            else:
                self._log.info("request", **told)

    def _refused(self, area: str, status: int) -> None:
        REFUSALS.labels(str(status), area).inc()

    def _area(self, scope: Scope) -> str:
        first = scope["path"].removeprefix(self._prefix).split("/", 2)[1:2]
        return _AREAS.get(first[0] if first else "", "other")

    def _told(self, scope: Scope) -> dict[str, Any]:
        if _LINK in scope["path"]:  # however its letters were written
            path = f"/{self._area(scope)}{_LINK}…"
        else:  # as it was sent: percent signs instead of what could forge a line
            path = scope["raw_path"][:_LONGEST_PATH].decode("ascii", "backslashreplace")
        told = {"method": scope.get("method", "GET"), "path": path}
        if self._addresses and scope["client"]:
            told["client"] = scope["client"][0]
        return told


def _is_stream(message: Message) -> bool:
    return any(name == b"content-type" and value.startswith(b"text/event-stream") for name, value in message["headers"])
