"""An open websocket, as cheap as one can be: frames go out unchanged, and a client that says nothing costs no parser.

What a client does say, mostly a ping or a goodbye, is answered by the websockets library.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Close, CloseCode, Frame, Opcode
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

from server.live.audience import Audience
from server.live.frames import WINDOW_BITS

EXTENSION = "declared.line"  # the key in ASGI's scope["extensions"] under which the server puts the line
PLACE = "declared.place"  # likewise, for an HTTP request: a function that says whether one more viewer has a place
_MOST_SAID = 4096  # bytes of a client's message; a viewer has nothing to say


class Places(Protocol):
    """What a line needs of the server, which counts connections and lets go of clients that take nothing."""

    connections: set[Any]

    def waits(self, connection: Any, now: float) -> None: ...

    def took(self, connection: Any) -> None: ...


def _closing(code: CloseCode) -> bytes:
    return Frame(Opcode.CLOSE, Close(code, "").serialize()).serialize(mask=False)


_RESTART, _DONE = _closing(CloseCode.SERVICE_RESTART), _closing(CloseCode.NORMAL_CLOSURE)


class Line(asyncio.Protocol):
    """A websocket after its handshake.

    ``deflate``: the client takes compressed frames, and keeps its window from one to the next. ``paused``: the kernel's
    buffer for this client is full. What was written goes out as room appears, and then the audience is told. Until then
    nothing is read from the client either: answers to pings would pile up here for a client that does not read.

    ``greeting`` is the answer to the handshake, which goes out with the first frame, in one write; ``greet`` sends it
    if there was no frame. ``gone`` is what to call, and with what, once the client is.
    """

    __slots__ = ("_peer", "_places", "_transport", "audience", "deflate", "gone", "greeting", "paused")

    def __init__(self, transport: asyncio.Transport, places: Places, deflate: bool) -> None:
        self.deflate = deflate
        self.paused = False
        self.greeting = b""
        self.audience: Audience | None = None
        self.gone: tuple[Callable[[float], None], float] | None = None
        self._transport = transport
        self._places = places
        self._peer: ServerProtocol | None = None
        places.connections.add(self)  # uvicorn calls ``shutdown`` of everything in here when it stops
        transport.set_protocol(self)

    def write(self, frame: bytes) -> None:
        """Hand a frame to the kernel, as much as it takes now, without waiting; the transport keeps the rest."""
        if self.greeting:  # not put together, for the frame is one for all while its end waits for who reads nothing
            greeting, self.greeting = self.greeting, b""
            self._transport.writelines((greeting, frame))
        else:
            self._transport.write(frame)

    def greet(self) -> None:
        """Answer the handshake, unless it was answered with a frame."""
        if self.greeting:
            self.write(b"")

    def data_received(self, data: bytes) -> None:
        """Answer pings and goodbyes; check anything else that a viewer says, and drop it."""
        if self._peer is None:
            self._peer = ServerProtocol(state=OPEN, max_size=_MOST_SAID)
            if self.deflate:
                self._peer.extensions = [PerMessageDeflate(False, True, WINDOW_BITS, WINDOW_BITS)]
        self._peer.receive_data(data)
        self._peer.events_received()
        if answer := b"".join(self._peer.data_to_send()):
            self.write(answer)
        if self._peer.close_expected():
            self._transport.close()

    def pause_writing(self) -> None:
        """The kernel takes no more for this client."""
        self.paused = True
        self._transport.pause_reading()
        self._places.waits(self, asyncio.get_running_loop().time())
        if self.audience:
            self.audience.paused(self)

    def resume_writing(self) -> None:
        """The kernel has taken everything that waited for this client."""
        self.paused = False
        self._transport.resume_reading()
        self._places.took(self)
        if self.audience:
            self.audience.resumed(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._places.connections.discard(self)
        self._places.took(self)
        if self.audience:
            self.audience.left(self)
        if self._peer:
            self._peer.parser.close()  # which refers to its protocol: that would stay until the collector looks
        if self.gone:
            call, opened = self.gone
            call(opened)

    @property
    def left(self) -> int:
        """How many bytes wait for the client in this process."""
        return self._transport.get_write_buffer_size()

    def give_way(self) -> None:
        """Hang up on a client that takes nothing; if it is there after all, it connects again."""
        self._transport.abort()

    def end(self) -> None:
        """Close with 1000 (normal): nothing more will come, and the client does not reconnect."""
        self.write(_DONE)
        self._transport.close()

    def shutdown(self) -> None:
        """Close with 1012 (service restart): the client reconnects, to whichever process serves by then."""
        self.write(_RESTART)
        self._transport.close()


def line_of(scope: Mapping[str, Any]) -> Line:
    """The line of an accepted websocket, which ``server.serving.connection`` put into its ASGI scope."""
    return scope["extensions"][EXTENSION]


def has_a_place(scope: Mapping[str, Any]) -> bool:
    """Whether there is a place for an answer that stays open; whoever asks counts the refusal if not."""
    asks: Callable[[], bool] | None = scope.get("extensions", {}).get(PLACE)
    return asks is None or asks()


async def in_a_task() -> None:
    """Continue in an asyncio task. A websocket's endpoint, or its rule, awaits this before it waits for anything else.

    Until then it runs in the connection's callback, where ``asyncio.timeout``, for example, has no task to cancel.
    """
    await asyncio.sleep(0)
