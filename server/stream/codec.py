"""Events and acts to JSON and back, each under a stable name and version. An unknown kind is never skipped."""

from typing import TypeVar

import msgspec

from server.election.counting.acts import AnyAct
from server.election.events import AnyEvent

NEWEST = "Run the newest version."
NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What is raised for bytes that are no JSON, or not that of what is expected."""
T = TypeVar("T")

_encoder = msgspec.json.Encoder()
_events = msgspec.json.Decoder(AnyEvent)
_acts = msgspec.json.Decoder(AnyAct)


class UnknownEvent(Exception):
    """A night that this version of the program cannot read; the message is a sentence or two about the night, "it"."""


def encode(event: AnyEvent | AnyAct) -> bytes:
    """An event or act as JSON; its kind and version stand under "kind": ``declared.1``."""
    return _encoder.encode(event)


def decode(data: bytes) -> AnyEvent:
    """The event in these bytes; UnknownEvent if its kind or shape is not known here."""
    return _read(_events, data)


def decode_act(data: bytes) -> AnyAct:
    """The act in these bytes; UnknownEvent if its kind or shape is not known here."""
    return _read(_acts, data)


def _read(decoder: msgspec.json.Decoder[T], data: bytes) -> T:
    try:
        return decoder.decode(data)
    except NOT_JSON as error:
        raise UnknownEvent(
            f"It holds an event that this version of the program cannot read ({error}). {NEWEST}"
        ) from error
