"""uvicorn's HTTP connection, with limits to what a client may ask, and a websocket handshake that is one write.

uvicorn itself waits for the end of a request for ever, and keeps everything of it in memory. Its websocket classes read
the request a second time, in Python, and keep a parser, a queue, events and timers for every client. Here the handshake
is answered from the request as uvicorn's HTTP parser, in C, has read it.
"""

import asyncio
import math
from collections.abc import Coroutine
from typing import Any, cast
from urllib.parse import unquote

from starlette.types import ASGIApp, Message
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.utils import ClientDisconnected
from websockets.utils import accept_key

from server.live.line import EXTENSION, PLACE, Line
from server.measures import REFUSALS
from server.serving.handshake import agreed, is_key, listed
from server.serving.places import Places

MOST_HEAD = 32 * 1024  # bytes of a request without its body
SECONDS_TO_ASK = 20.0  # from the start of the connection, or of a later request, to the end of the request
_PIECE = 16 * 1024  # bytes that are parsed before they are counted
_MOST_AHEAD = 16  # requests sent before the first is answered; browsers send none ahead


class Connection(HttpToolsProtocol):
    """The class to give to uvicorn as ``http``; ``let_go_if_late`` must be called each second.

    The application is run by ASGI, but can only accept or deny a websocket. When it returns, an accepted websocket
    stays open, and frames are written to its line without ASGI: see ``server.live.line``.
    """

    server_state: Places  # type: ignore[assignment]  # as the server of this class has it

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take in a new client."""
        super().connection_made(transport)
        self._asks_since = self.loop.time()
        self._in_head, self._head = False, 0  # bytes of the request that is being read, without its body
        self._upgrades: bool | None = None
        self._answers: RequestResponseCycle | None = None  # the request that is being answered
        self.server_state.asks(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a client that is gone."""
        self.server_state.asked(self)
        self.server_state.took(self)
        if self._answers:  # uvicorn tells the last request that came, which may be waiting for this one's answer
            self._answers.disconnected = True
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what a client sent; one that sends too long a head is answered 431 (RFC 6585, 5), or disconnected."""
        for start in range(0, len(data), _PIECE):
            piece = data[start : start + _PIECE]
            super().data_received(piece)
            if self.transport.is_closing() or self._upgrades:
                return
            if self._asks_since == math.inf and self.cycle and self.cycle.response_complete:
                self._asks_since = self.loop.time()  # empty lines between two requests buy no time either
            self._head += len(piece)
            if self._head > MOST_HEAD and self._asks_since != math.inf:
                self._let_go(431)
            elif len(self.pipeline) > _MOST_AHEAD:
                self.transport.close()

    def on_message_begin(self) -> None:
        """Start to count a request's bytes and time."""
        super().on_message_begin()
        cast(dict[str, Any], self.scope)["extensions"] = {PLACE: self._stays}
        self._asks_since = self.loop.time()
        self._in_head, self._head, self._upgrades = True, 0, None

    def on_headers_complete(self) -> None:
        """Start the application, now that the request's head is complete."""
        self._in_head = False
        super().on_headers_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answers = cycle
        super()._start_asgi_task(cycle, app)

    def on_body(self, body: bytes) -> None:
        """Hand some of the body to the application, whose limit it counts against, and not this one."""
        self._head -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Stop the clock, now that the whole request is here."""
        self._asks_since = math.inf
        self.server_state.asked(self)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait for the next request, of a program longer than of a browser: it asks again and again."""
        if self.url.startswith(self.server_state.data):
            self.timeout_keep_alive = SECONDS_TO_ASK
        super().on_response_complete()
        if not self.transport.is_closing() and self.timeout_keep_alive_task:
            self.server_state.asks(self)

    def let_go_if_late(self, now: float) -> None:
        """Answer 408 to a client that takes too long to ask, or disconnect it; ``now`` is in the loop's seconds."""
        if self.left:
            self.server_state.waits(self, now)
        else:
            self.server_state.took(self)
        if now - self._asks_since > SECONDS_TO_ASK:
            self.server_state.was_late()
            self.give_way()

    @property
    def left(self) -> int:
        """How many bytes wait for the client in this process."""
        return self.transport.get_write_buffer_size()

    def give_way(self) -> None:
        """End this connection, whose client asks for nothing or takes nothing, in favour of another."""
        if self.left:
            self.transport.abort()  # to close it would be to wait until the client has taken that
        else:
            self._let_go(408)

    def _stays(self) -> bool:
        """Whether there is a place for an answer that stays open. Hardly any of it may wait here: see ``_answered``."""
        if taken := self.server_state.takes_a_viewer(self.loop.time()):
            self.transport.set_write_buffer_limits(high=0)
        return taken

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request."""
        self.server_state.was_malformed()
        super().send_400_response(msg)

    def _let_go(self, status: int) -> None:
        if self._in_head and (not self.cycle or self.cycle.response_complete):
            self._deny(status)
        else:  # no request has begun, or one is being answered
            self.transport.close()

    def _should_upgrade(self) -> bool:
        if self._upgrades is None:  # uvicorn calls this three times for each request
            self._upgrades = super()._should_upgrade()
        return self._upgrades

    def handle_websocket_upgrade(self) -> None:
        """Run the application for a websocket; 400 if the request is no handshake of RFC 6455."""
        headers = dict(self.headers)
        self._key = headers.get(b"sec-websocket-key", b"").decode("latin-1")
        asked = (self.scope["method"], self.scope["http_version"], headers.get(b"sec-websocket-version"))
        if asked != ("GET", "1.1", b"13") or not is_key(self._key):
            self.send_400_response("A websocket of version 13 (RFC 6455) was expected.")
            return
        self._accepted = False
        path, _, query = self.url.partition(b"?")
        if not path.startswith(self.server_state.desks) and not self.server_state.takes_a_viewer(self.loop.time()):
            REFUSALS.labels("503", "no place").inc()
            self._deny(503)
            return
        self._deflate = agreed(headers.get(b"sec-websocket-extensions", b""))
        scope = cast(dict[str, Any], self.scope)
        scope["type"] = "websocket"
        scope["scheme"] = "wss" if self.scheme == "https" else "ws"
        scope["path"] = self.root_path + unquote(path.decode("latin-1"))
        scope["raw_path"] = self.root_path.encode() + path
        scope["query_string"] = query
        scope["subprotocols"] = listed(headers.get(b"sec-websocket-protocol", b""))
        self._line = Line(self.transport, self.server_state, deflate=bool(self._deflate))
        scope["extensions"] = {"websocket.http.response": {}, EXTENSION: self._line}
        self.connections.discard(self)
        self.parser = cast(Any, None)  # it refers to this object: such a cycle lasts until a collection
        answering = cast(ASGIApp, self.app)(scope, _connect, self._answer)  # type: ignore[reportUnknownMemberType]
        self._run(cast(Coroutine[Any, Any, None], answering))

    def _run(self, answering: Coroutine[Any, Any, None]) -> None:
        """Run the application here and now; it continues in a task only if it has to wait for something.

        When everybody reconnects at once, this takes a fifth less time than a task for each: uvloop reads from all
        connections before it runs the first task, and by then a connection's data has left the processor's cache.
        """
        try:
            if answering.send(None) is not None:
                answering.throw(RuntimeError("a websocket's endpoint waits in_a_task() first: see server.live.line"))
        except StopIteration:
            self._answered(None)
        except Exception as error:  # noqa: BLE001 as a task would
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
                self._line.greeting = self._switching(message)
            case "websocket.http.response.start":
                lines = [STATUS_LINE[message["status"]], *(b"%b: %b\r\n" % pair for pair in message["headers"])]
                self.transport.write(b"".join((*lines, b"Connection: close\r\n\r\n")))
            case "websocket.http.response.body":
                self.transport.write(message["body"])
                self.transport.close()
            case "websocket.close" if not self._accepted:
                self._deny(403)
            case unexpected:
                raise RuntimeError(f"a line is written to past ASGI, so {unexpected} has no meaning here")

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
        self._line.greet()
        # Until now some of the catch-up could wait in the transport. From now on any byte that the kernel does not take
        # pauses the line, so that next to nothing waits in this process.
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
