"""Polls of a night on air that are answered as the same poll was answered before, while the night stands as it did.

A thousand programs that ask for the same table every few seconds cost mostly what finding and describing the answer
costs: routes, headers, the edition of the night. All of that is the same until the next event. No answer is made here.
"""

import asyncio
from collections.abc import Hashable

from msgspec import Struct
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.feeds.tables.made import keep, known
from server.html.answers import coding, is_known
from server.html.process import process
from server.live.channel import Channel

_NIGHTS = "/api/nights/"
_POLLED = (".csv", ".jsonl", "/chart.json", ".atom", ".ics")  # endings of what follows from a night and its address
_LONGEST_QUERY = 200  # bytes: nobody else will ask for the same
_OF_CONTENT = (b"content-length", b"content-type", b"content-encoding")  # which 304 has none of
_SIZE = 1_000  # bytes that the headers of an answer take, about

RawHeaders = list[tuple[bytes, bytes]]


class _Answer(Struct, frozen=True):
    """An answer with an ETag: its headers with 304, and with 200, None where only the former was asked for."""

    etag: str
    unchanged: RawHeaders
    headers: RawHeaders | None = None
    body: bytes = b""

    @property
    def size(self) -> int:
        return _SIZE + len(self.body)

    def to(self, headers: Headers) -> tuple[Message, Message] | None:
        """What to send to a reader with these headers; None if that is not known."""
        if is_known(headers, self.etag):
            begun = {"type": "http.response.start", "status": 304, "headers": [*self.unchanged]}
            return begun, {"type": "http.response.body"}
        if self.headers is None:
            return None
        begun = {"type": "http.response.start", "status": 200, "headers": [*self.headers]}
        return begun, {"type": "http.response.body", "body": self.body}


class Again:
    """Answers polls, or has ``app`` answer them, once viewers have the news: most ask just after something happened."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._making: dict[Hashable, asyncio.Event] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope.get("path", "")
        is_poll = scope["type"] == "http" and scope["method"] == "GET"
        if not (is_poll and path.startswith(_NIGHTS) and path.endswith(_POLLED)):
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
        while (answer := _found(channel, name, headers)) is None and (made := self._making.get(name)):
            await made.wait()
        if answer is None:
            await self._made(channel, name, scope, receive, send)
        else:
            for message in answer:
                await send(message)

    async def _made(self, channel: Channel, name: Hashable, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the application answer, and keep that; those who ask for the same meanwhile wait until it is made."""
        state, made = channel.history.state, asyncio.Event()
        self._making[name] = made
        heads: list[Message] = []

        async def keeping(message: Message) -> None:
            if message["type"] == "http.response.start":
                heads.append(message)
            elif self._making.get(name) is made:  # before it is sent, since its reader may be slow
                if answer := _answer(heads[0], message):
                    keep(channel, (name, answer.headers is None), answer, state)
                self._end(name, made)
            await send(message)

        try:
            await self.app(scope, receive, keeping)
        finally:
            self._end(name, made)

    def _end(self, name: Hashable, made: asyncio.Event) -> None:
        if self._making.get(name) is made:
            del self._making[name]
        made.set()


def _found(channel: Channel, name: Hashable, headers: Headers) -> tuple[Message, Message] | None:
    for unchanged in (False, True):
        answer: _Answer | None = known(channel, (name, unchanged))
        if answer and (sent := answer.to(headers)):
            return sent
    return None


def _answer(head: Message, body: Message) -> _Answer | None:
    """An answer as it was sent, None for a refusal."""
    headers: RawHeaders = head["headers"]
    etag = dict(headers).get(b"etag", b"").decode("latin-1")
    if not etag or head["status"] not in (200, 304) or body.get("more_body"):
        return None
    if head["status"] == 304:
        return _Answer(etag, headers)
    return _Answer(etag, [pair for pair in headers if pair[0] not in _OF_CONTENT], headers, body["body"])
