"""An open websocket, as cheap as one can be: frames go out as they are, nothing is kept for a client that says nothing.

What a client does say, which is hardly more than goodbye, goes to the websockets library.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Close, CloseCode, Frame, Opcode
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

from server.live.audience import Audience
from server.live.frames import WINDOW_BITS

EXTENSION = "declared.line"  # of ASGI's websocket scope: the server puts a request's line there
_MOST_SAID = 4096  # bytes of a client's message: a viewer has nothing to say


def _closing(code: CloseCode) -> bytes:
    return Frame(Opcode.CLOSE, Close(code, "").serialize()).serialize(mask=False)


_RESTART, _DONE = _closing(CloseCode.SERVICE_RESTART), _closing(CloseCode.NORMAL_CLOSURE)


class Line(asyncio.Protocol):
    """What is left of a websocket after its handshake.

    ``deflate``: the client takes compressed frames, and keeps its window from one to the next. ``paused``: the kernel's
    buffer for this client is full; what was written goes out as there is room, and then its audience is told. Until
    then nothing is read from it either: the answers to a client that does not read would pile up here.
    """

    __slots__ = ("_connections", "_peer", "_transport", "audience", "deflate", "paused")

    def __init__(self, transport: asyncio.Transport, connections: set[Any], deflate: bool) -> None:
        self.deflate = deflate
        self.paused = False
        self.audience: Audience | None = None
        self._transport = transport
        self._connections = connections
        self._peer: ServerProtocol | None = None
        connections.add(self)  # uvicorn ends what is in there with ``shutdown``
        transport.set_protocol(self)

    def write(self, frame: bytes) -> None:
        """Hand a frame to the kernel, as much as it takes now; never waits."""
        self._transport.write(frame)

    def data_received(self, data: bytes) -> None:
        """Answer pings and goodbyes; anything else that a viewer says is checked, and dropped."""
        if self._peer is None:
            self._peer = ServerProtocol(state=OPEN, max_size=_MOST_SAID)
            if self.deflate:
                self._peer.extensions = [PerMessageDeflate(False, False, WINDOW_BITS, WINDOW_BITS)]
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
        if self.audience:
            self.audience.paused(self)

    def resume_writing(self) -> None:
        """All that was waiting for this client is on its way."""
        self.paused = False
        self._transport.resume_reading()
        if self.audience:
            self.audience.resumed(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._connections.discard(self)
        if self.audience:
            self.audience.left(self)

    def end(self) -> None:
        """Close with 1000: there is nothing more to come, so the client stays away."""
        self.write(_DONE)
        self._transport.close()

    def shutdown(self) -> None:
        """Send the client away with 1012: it comes back, to whoever serves then."""
        self.write(_RESTART)
        self._transport.close()


def line_of(scope: Mapping[str, Any]) -> Line:
    """The line of a websocket that was accepted, from its ASGI scope; ``server.serving.connection`` put it there."""
    return scope["extensions"][EXTENSION]


async def in_a_task() -> None:
    """Go on in a task: for a websocket's endpoint, or its rule, before it waits for anything.

    Until then it runs in the connection's callback, and ``asyncio.timeout``, say, has no task to cancel.
    """
    await asyncio.sleep(0)
