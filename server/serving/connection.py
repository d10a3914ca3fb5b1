"""uvicorn's HTTP connection, with a limit to what a stranger may ask, and a websocket handshake that is one write.

uvicorn waits for the end of a request for ever, and keeps all of it that came. Its own websocket classes read the
request a second time, in Python, and keep a parser, a queue, events and timers for every client. Here the request that
was read by uvicorn's HTTP parser, in C, is answered as it is.
"""

import asyncio
import base64
import math
from collections.abc import Coroutine
from functools import lru_cache
from typing import Any, cast
from urllib.parse import unquote

from starlette.types import ASGIApp, Message
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.protocols.utils import ClientDisconnected
from websockets.exceptions import InvalidHeader, NegotiationError
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.headers import build_extension, parse_extension
from websockets.utils import accept_key

from server.live.frames import WINDOW_BITS
from server.live.line import EXTENSION, Line

MOST_HEAD = 32 * 1024  # bytes of a request besides its body
SECONDS_TO_ASK = 20.0  # from a request's first byte, or from the connection, to its last
_PIECE = 16 * 1024  # bytes that are parsed before it is looked how many there are
_MOST_AHEAD = 16  # requests sent before the first is answered: browsers send none


class Connection(HttpToolsProtocol):
    """Give it to uvicorn as ``http``, and call ``let_go_if_late`` each second.

    The application is run as ASGI has it, but all it can do with a websocket is to accept or to deny it. When it
    returns, an accepted one stays open, and its line is written to past ASGI: see ``server.live.line``.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client is here, and may ask for something."""
        super().connection_made(transport)
        self._asks_since = self.loop.time()
        self._in_head = False
        self._head = 0  # bytes of the request that is being read, besides its body
        self._upgrades: bool | None = None

    def data_received(self, data: bytes) -> None:
        """Read on; a client that asks for too much is told so (RFC 6585, 5), or let go where it can't be told."""
        for start in range(0, len(data), _PIECE):
            piece = data[start : start + _PIECE]
            super().data_received(piece)
            if self.transport.is_closing() or self._upgrades:
                return
            self._head += len(piece)
            if self._head > MOST_HEAD and self._asks_since != math.inf:
                self._let_go(431)
            elif len(self.pipeline) > _MOST_AHEAD:
                self.transport.close()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._asks_since = self.loop.time()
        self._in_head = True
        self._head = 0
        self._upgrades = None

    def on_headers_complete(self) -> None:
        """The application can answer."""
        self._in_head = False
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Some of the body is here; how much of it is taken is the application's affair."""
        self._head -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """All of the request is here."""
        self._asks_since = math.inf
        super().on_message_complete()

    def let_go_if_late(self, now: float) -> None:
        """Let go of a client that is taking too long to ask; ``now`` is the loop's time."""
        if now - self._asks_since > SECONDS_TO_ASK:
            self._let_go(408)

    def _let_go(self, status: int) -> None:
        if self._in_head and (not self.cycle or self.cycle.response_complete):
            self._deny(status)
        else:  # it asked for nothing, or is being answered
            self.transport.close()

    def _should_upgrade(self) -> bool:
        if self._upgrades is None:  # uvicorn asks three times
            self._upgrades = super()._should_upgrade()
        return self._upgrades

    def handle_websocket_upgrade(self) -> None:
        """Run the application for a request that asks for a websocket."""
        headers = dict(self.headers)
        self._key = headers.get(b"sec-websocket-key", b"").decode("latin-1")
        asked = (self.scope["method"], self.scope["http_version"], headers.get(b"sec-websocket-version"))
        if asked != ("GET", "1.1", b"13") or not _is_key(self._key):
            self.send_400_response("A websocket of version 13 (RFC 6455) was expected.")
            return
        self._accepted = False
        path, _, query = self.url.partition(b"?")
        self._deflate = _agreed(headers.get(b"sec-websocket-extensions", b"").decode("latin-1"))
        scope = cast(dict[str, Any], self.scope)
        scope["type"] = "websocket"
        scope["scheme"] = "wss" if self.scheme == "https" else "ws"
        scope["path"] = self.root_path + unquote(path.decode("latin-1"))
        scope["raw_path"] = self.root_path.encode() + path
        scope["query_string"] = query
        scope["subprotocols"] = _listed(headers.get(b"sec-websocket-protocol", b""))
        line = Line(self.transport, self.connections, deflate=bool(self._deflate))
        scope["extensions"] = {"websocket.http.response": {}, EXTENSION: line}
        self.connections.discard(self)
        self.parser = cast(Any, None)  # which refers to this object, and would keep it until the next collection
        answering = cast(ASGIApp, self.app)(scope, _connect, self._answer)  # type: ignore[reportUnknownMemberType]
        self._run(cast(Coroutine[Any, Any, None], answering))

    def _run(self, answering: Coroutine[Any, Any, None]) -> None:
        """Run the application here, and only if it has to wait for something in a task.

        When everybody comes back at once, this takes a fifth less time than a task each: uvloop reads from all who are
        here before it runs the first task, and by then what each has is no longer in the processor's cache.
        """
        try:
            if answering.send(None) is not None:
                answering.throw(RuntimeError("a websocket's endpoint waits in_a_task() first: see server.live.line"))
        except StopIteration:
            self._answered(None)
        except Exception as error:  # noqa: BLE001 as a task has it
            self._answered(error)
        else:
            task = self.loop.create_task(answering)
            self.tasks.add(task)
            task.add_done_callback(self._ended)

    async def _answer(self, message: Message) -> None:
        if self.transport.is_closing():
            raise ClientDisconnected
        match message["type"]:
            case "websocket.accept":
                self._accepted = True
                self.transport.write(self._switching(message))
            case "websocket.http.response.start":
                lines = [STATUS_LINE[message["status"]], *(b"%b: %b\r\n" % pair for pair in message["headers"])]
                self.transport.write(b"".join((*lines, b"Connection: close\r\n\r\n")))
            case "websocket.http.response.body":
                self.transport.write(message["body"])
                self.transport.close()
            case "websocket.close" if not self._accepted:
                self._deny(403)
            case other:
                raise RuntimeError(f"a line is written to past ASGI, so {other} has no meaning here")

    def _switching(self, message: Message) -> bytes:
        lines = [
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade",
            f"Sec-WebSocket-Accept: {accept_key(self._key)}",
        ]
        if self._deflate:
            lines.append(f"Sec-WebSocket-Extensions: {self._deflate}")
        if message.get("subprotocol"):
            lines.append(f"Sec-WebSocket-Protocol: {message['subprotocol']}")
        lines += [f"{name.decode('latin-1')}: {value.decode('latin-1')}" for name, value in message.get("headers", ())]
        return "\r\n".join((*lines, "", "")).encode("latin-1")

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        self._answered(None if task.cancelled() else task.exception())

    def _answered(self, error: BaseException | None) -> None:
        if self.transport.is_closing():
            return
        # Until here the handshake and what was missed went into one write. From now on a frame goes to the kernel at
        # once, and a client whose buffer there is full is known at once, so that next to nothing waits in this process.
        self.transport.set_write_buffer_limits(high=0)
        if error:
            self.logger.error("A websocket's endpoint failed", exc_info=error)
            if not self._accepted:
                self._deny(500)
            self.transport.close()

    def _deny(self, status: int) -> None:
        self.transport.write(STATUS_LINE[status] + b"Content-Length: 0\r\nConnection: close\r\n\r\n")
        self.transport.close()


async def _connect() -> Message:
    return {"type": "websocket.connect"}


def _is_key(key: str) -> bool:
    """Whether it is sixteen bytes in base64 (RFC 6455, 4.2.1)."""
    try:
        return len(base64.b64decode(key, validate=True)) == 16
    except ValueError:
        return False


def _listed(value: bytes) -> list[str]:
    return [name.strip() for name in value.decode("latin-1").split(",")] if value else []


@lru_cache(maxsize=256)  # browsers have a handful of ways to say it
def _agreed(offers: str) -> str:
    """What to answer to Sec-WebSocket-Extensions (RFC 7692, 7): deflate, if the client keeps a whole window; or "" ."""
    factory = ServerPerMessageDeflateFactory()
    try:
        for name, parameters in parse_extension(offers) if offers else ():
            if name == factory.name:
                answer, found = factory.process_request_params(parameters, [])
                if found.local_max_window_bits == WINDOW_BITS and not found.local_no_context_takeover:
                    return build_extension([(name, answer)])
    except (InvalidHeader, NegotiationError):
        pass
    return ""
