"""Websocket messages encoded once for everybody: RFC 6455 framing, and RFC 7692 compression shared by all."""

import zlib
from functools import cached_property

from server.live.memory.memo import Held

WINDOW_BITS = 15
# Beyond so many bytes zlib's best takes twice the time for a twentieth less, and all other pages wait.
_LARGE, _BEST, _QUICK = 16 * 1024, 9, 6
_TEXT = 0x81  # FIN and opcode 1
_TEXT_DEFLATED = 0xC1  # the same with RSV1 set: a compressed message

# Neither is compressed, so neither enters the window that the next compressed frame may refer to.
BEAT = b"\x81\x00"  # an empty text message, which a page's script can hear
PING = b"\x89\x00"


class Message(Held):
    """One text message; ``plain`` is its frame for those who did not negotiate permessage-deflate."""

    def __init__(self, text: str | bytes) -> None:
        self.payload = text.encode() if isinstance(text, str) else text
        super().__init__(len(self.payload))

    @cached_property
    def plain(self) -> bytes:
        """The frame, uncompressed."""
        return self.holding(_framed(_TEXT, self.payload))

    @cached_property
    def deflated(self) -> bytes:
        """The frame compressed on its own, for any client that negotiated deflate."""
        return self.holding(self._deflated(b""))

    def deflated_after(self, before: "Message") -> bytes:
        """The frame compressed against ``before``, for clients whose last compressed message that was.

        A client that keeps its window between messages (RFC 7692, 7.1.1) has ``before`` at the end of it, whatever came
        earlier. So one frame serves all clients that read the same message last.
        """
        return self._deflated(before.payload[-(1 << WINDOW_BITS) :])

    def _deflated(self, known: bytes) -> bytes:
        level, strategy = _BEST if len(self.payload) < _LARGE else _QUICK, zlib.Z_DEFAULT_STRATEGY
        compressor = zlib.compressobj(level, zlib.DEFLATED, -WINDOW_BITS, 9, strategy, *((known,) if known else ()))
        # RFC 7692, 7.2.1: a sync flush ends in four bytes that are left out.
        return _framed(_TEXT_DEFLATED, (compressor.compress(self.payload) + compressor.flush(zlib.Z_SYNC_FLUSH))[:-4])


def _framed(first: int, payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        return bytes((first, size)) + payload
    if size < 1 << 16:
        return bytes((first, 126)) + size.to_bytes(2, "big") + payload
    return bytes((first, 127)) + size.to_bytes(8, "big") + payload
