"""Websocket messages encoded once for everybody: RFC 6455 framing, and RFC 7692 compression shared by all."""

import zlib

from msgspec import Struct

_TEXT = 0x81  # FIN and opcode 1
_TEXT_DEFLATED = 0xC1  # the same with RSV1 set: a compressed message
_WINDOW_BITS = 12  # no browser is asked to keep more than 4 KiB for us


class Frame(Struct, frozen=True):
    """One text message as bytes for the wire: for those who negotiated permessage-deflate, and for the others."""

    plain: bytes
    deflated: bytes


def encode(text: str | bytes) -> Frame:
    """A message as a server's frames (unmasked, final).

    The compressed one refers to nothing before it, so any client that negotiated deflate can read it, as long as its
    connection's own compressor is never used.
    """
    payload = text.encode() if isinstance(text, str) else text
    compressor = zlib.compressobj(6, zlib.DEFLATED, -_WINDOW_BITS)
    # RFC 7692, 7.2.1: the four bytes that end a sync flush are left out.
    deflated = (compressor.compress(payload) + compressor.flush(zlib.Z_SYNC_FLUSH))[:-4]
    return Frame(_framed(_TEXT, payload), _framed(_TEXT_DEFLATED, deflated))


def _framed(first: int, payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        return bytes((first, size)) + payload
    if size < 1 << 16:
        return bytes((first, 126)) + size.to_bytes(2, "big") + payload
    return bytes((first, 127)) + size.to_bytes(8, "big") + payload
