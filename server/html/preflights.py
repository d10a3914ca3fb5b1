"""What a browser asks before a script of another site reads data with headers of its own, as in If-None-Match: it may
(CORS, in the Fetch standard). What is sent to us is no such reading, and is not allowed."""

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

_DATA = ("/api/", "/openapi.json", "/asyncapi.json")
_READING = ("GET", "HEAD")
_MAY = Response(
    status_code=204,
    headers={
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": ", ".join(_READING),
        "Access-Control-Allow-Headers": "If-None-Match, If-Modified-Since, Cache-Control, Accept",
        "Access-Control-Max-Age": "86400",
    },
)


class Preflights:
    """Answers those questions, and leaves everything else to ``app``."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asks = scope.get("method") == "OPTIONS" and scope["path"].startswith(_DATA)
        reads = asks and Headers(scope=scope).get("access-control-request-method") in _READING
        await (_MAY if reads else self.app)(scope, receive, send)
