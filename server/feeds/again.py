"""Polls of a night on air that are answered as the same poll was answered before, while the night stands as it did.

A thousand programs that ask for the same table every few seconds cost mostly what finding and describing the answer
costs: routes, headers, the edition of the night. All of that is the same until the next event. No answer is made here.
"""

from msgspec import Struct
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.feeds.tables.made import known
from server.html.answers import coding, is_known
from server.html.process import process
from server.live.channel import Channel

_NIGHTS = "/api/nights/"
_POLLED = (".csv", ".jsonl", "/chart.json", ".atom", ".ics")  # how the addresses end that follow from a night alone
_LONGEST_QUERY = 200  # bytes: nobody else will ask for the same
_OF_CONTENT = (b"content-length", b"content-type", b"content-encoding")  # which 304 has none of
_HEADERS = 1_000  # bytes that the headers of an answer take, about

RawHeaders = list[tuple[bytes, bytes]]


class _Answer(Struct, frozen=True):
    """An answer of 200 with its ETag and all its headers; ``size`` is about what it takes."""

    etag: str
    headers: RawHeaders
    unchanged: RawHeaders
    body: bytes

    @property
    def size(self) -> int:
        return _HEADERS + len(self.body)


class Again:
    """Answers polls, or has ``app`` answer them, once viewers have the news: most ask just after something happened."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope.get("path", "")
        if not path.startswith(_NIGHTS) or not path.endswith(_POLLED) or scope.get("method") != "GET":
            await self.app(scope, receive, send)
            return
        shared = process(HTTPConnection(scope))
        await shared.later.turn()
        channel = shared.hub.channels.get(path.split("/", 4)[3])
        if channel is None or len(scope["query_string"]) > _LONGEST_QUERY:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        name = ("answer", path, scope["query_string"], scope["scheme"], coding(headers))
        answer: _Answer | None = known(channel, name)
        if answer is None:
            await self._made(channel, name, scope, receive, send)
        elif is_known(headers, answer.etag):
            await send({"type": "http.response.start", "status": 304, "headers": [*answer.unchanged]})
            await send({"type": "http.response.body"})
        else:
            await send({"type": "http.response.start", "status": 200, "headers": [*answer.headers]})
            await send({"type": "http.response.body", "body": answer.body})

    async def _made(self, channel: Channel, name: object, scope: Scope, receive: Receive, send: Send) -> None:
        state, heads = channel.history.state, list[RawHeaders]()

        async def keeping(message: Message) -> None:
            if message["type"] == "http.response.start":
                if message["status"] == 200:
                    heads.append(message["headers"])
            elif heads and not message.get("more_body") and channel.history.state == state:
                headers = heads[0]
                unchanged = [pair for pair in headers if pair[0] not in _OF_CONTENT]
                etag = dict(headers).get(b"etag", b"").decode()
                answer = _Answer(etag, headers, unchanged, message["body"])
                channel.cached(name, lambda: answer)
            await send(message)

        await self.app(scope, receive, keeping)
