"""What a websocket's handshake asks for and is granted (RFC 6455, RFC 7692): no connection, no bytes."""

import base64
from functools import lru_cache

from websockets.exceptions import InvalidHeader, NegotiationError
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.headers import build_extension, parse_extension

from server.live.frames import WINDOW_BITS

_LONGEST_OFFER = 256  # characters; no browser sends half as many


def is_key(key: str) -> bool:
    """Whether a Sec-WebSocket-Key is sixteen bytes in base64 (RFC 6455, 4.2.1)."""
    try:
        return len(base64.b64decode(key, validate=True)) == 16
    except ValueError:
        return False


def listed(value: bytes) -> list[str]:
    """The protocols that a Sec-WebSocket-Protocol offers."""
    return [name.strip() for name in value.decode("latin-1").split(",")] if value else []


def agreed(offers: bytes) -> str:
    """The answer to Sec-WebSocket-Extensions (RFC 7692, 7): deflate if the client keeps a whole window, else ""."""
    return _agreed(offers.decode("latin-1")[:_LONGEST_OFFER])


@lru_cache(maxsize=256)  # browsers send a handful of different values
def _agreed(offers: str) -> str:
    factory = ServerPerMessageDeflateFactory()
    try:
        for name, parameters in parse_extension(offers) if offers else ():
            if name == factory.name:
                answer, deflate = factory.process_request_params(parameters, [])
                if deflate.local_max_window_bits == WINDOW_BITS and not deflate.local_no_context_takeover:
                    return build_extension([(name, answer)])
    except (InvalidHeader, NegotiationError):
        pass
    return ""
