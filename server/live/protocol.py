"""uvicorn's websocket connection, opened up for frames that are encoded already. It knows nothing of nights."""

from collections.abc import Callable
from typing import Any, cast

from starlette.websockets import WebSocket
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.http11 import Request

from server.live.frames import Frame

_EXTENSION = "declared.connection"
_HIGH_WATER = 256 * 1024  # bytes one slow client may keep waiting, beyond the kernel's own buffers


class Connection(WebSocketsSansIOProtocol):
    """A websocket that the application can write whole frames to, past ASGI: see ``connection``.

    ``on_drained`` is called when a client that was too slow has taken what was waiting for it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on_drained: Callable[[], None] = _nothing
        if self.config.ws_per_message_deflate:
            self.conn.available_extensions = [
                # Frames are shared, so nothing may depend on what one connection was sent before.
                ServerPerMessageDeflateFactory(server_no_context_takeover=True, client_no_context_takeover=True)
            ]

    def handle_connect(self, event: Request) -> None:
        """Hand the application this connection with the scope (an ASGI extension of our own)."""
        super().handle_connect(event)
        scope = getattr(self, "scope", None)
        if scope is not None:
            cast(dict[str, Any], scope["extensions"])[_EXTENSION] = self
            self.transport.set_write_buffer_limits(high=_HIGH_WATER)

    @property
    def takes_deflate(self) -> bool:
        """Whether this client negotiated compression."""
        return bool(self.conn.extensions)

    def push(self, frame: Frame) -> bool:
        """Write a frame without waiting; False if the client is too far behind to be sent more."""
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return True  # its end is on the way to the application
        if not self.writable.is_set():
            return False
        self.transport.write(frame.deflated if self.takes_deflate else frame.plain)
        return True

    def resume_writing(self) -> None:
        """The client has caught up with what was waiting."""
        super().resume_writing()
        self.on_drained()


def connection(websocket: WebSocket) -> Connection:
    """The connection under a websocket; the server must have been started with ``ws=Connection``."""
    return websocket.scope["extensions"][_EXTENSION]


def _nothing() -> None:
    pass
