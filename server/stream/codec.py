"""Events to bytes and back, each under a stable name and version. An unknown kind is an error, never skipped."""

import msgspec

from server.election.events import AnyEvent

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(AnyEvent)


class UnknownEvent(Exception):
    """Bytes in a stream that this version of the program cannot read."""


def encode(event: AnyEvent) -> bytes:
    """An event as JSON; its kind and version stand under "kind": ``declared.1``."""
    return _encoder.encode(event)


def decode(data: bytes) -> AnyEvent:
    """The event in these bytes; UnknownEvent if its kind or shape is not known here."""
    try:
        return _decoder.decode(data)
    except msgspec.DecodeError as error:
        raise UnknownEvent(
            f"The stream holds an event that this version cannot read ({error}). Run the newest version."
        ) from error
