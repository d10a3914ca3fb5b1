"""The most that any request may have: the length of its address and of its body."""

from collections.abc import Mapping
from typing import cast

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.html.errors import on_http_error

_MOST_ADDRESS = 4096  # characters of path and query; our own have about a hundred
_MOST_BODY = 256 * 1024  # bytes of a request's body


class Limits:
    """Limits a request's address (414 if it is longer) and its body (413). ``uploads`` is path → bytes, for the paths
    whose bodies may be larger than others'."""

    def __init__(self, app: ASGIApp, uploads: Mapping[str, int]) -> None:
        self.app, self._uploads = app, uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        most = left = self._uploads.get(scope.get("path", ""), _MOST_BODY)

        async def receive_within_limit() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                size = f"{most // 1024**2} MB" if most >= 1024**2 else f"{most // 1024} KB"
                raise HTTPException(413, f"That is more than can be sent here: {size} at most. Nothing was kept of it.")
            return message

        if scope["type"] != "lifespan" and len(scope["path"]) + len(scope["query_string"]) > _MOST_ADDRESS:
            refusal = HTTPException(414, f"An address has at most {_MOST_ADDRESS} characters.")
            answer = await on_http_error(cast(Request, HTTPConnection(scope)), refusal)
            await answer(scope, receive, send)
        else:
            await self.app(scope, receive_within_limit if scope["type"] == "http" else receive, send)
