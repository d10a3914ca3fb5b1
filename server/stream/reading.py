"""Reading both streams of a night at one moment, for ledgers and followers. Nothing is written here."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from server.election.counting.acts import AnyAct
from server.election.events import AnyEvent
from server.stream import clock, scripts
from server.stream.codec import decode, decode_act

INDEX = "nights"
_ALL = 10_000_000


class Position(Struct, frozen=True):
    """How far a night is known: its ``round``, which changes each time its streams are replaced, and the seqs of the
    newest event and act, 0 for none."""

    round: str = "0-0"
    events: int = 0
    acts: int = 0


class Since(Struct, frozen=True):
    """What came after a position; the ``whole`` night where it is in another round, or shorter than the position."""

    whole: bool
    round: str
    events: tuple[AnyEvent, ...]
    acts: tuple[AnyAct, ...]


def key(night: str) -> str:
    """The key of a night's events; the braces keep all keys of a night on one node of a cluster."""
    return f"{{{night}}}:events"


def desk_key(night: str) -> str:
    """The key of a night's acts at the count."""
    return f"{{{night}}}:desk"


def round_key(night: str) -> str:
    """The key of a night's round; it does not exist before the night's streams are replaced for the first time."""
    return f"{{{night}}}:round"


def keys(night: str) -> tuple[str, str, str]:
    """All three keys of a night, in the order that the scripts expect."""
    return round_key(night), key(night), desk_key(night)


async def look(redis: Any, night: str, known: Position, most: int = _ALL) -> Since:
    """What came after a position, at most so many events and acts, in one round trip."""
    reply = await redis.execute_command("EVAL", scripts.LOOK, 3, *keys(night), *arguments(known, most))
    news = since(reply)
    assert news is not None
    return news


def arguments(known: Position, most: int = _ALL) -> tuple[str | int, ...]:
    """A position as arguments of the scripts."""
    return known.round, known.events, known.acts, most


def since(reply: Any) -> Since | None:
    """What a script's reply says of a night, None if nothing; the time in the reply is passed to the clock."""
    (seconds, microseconds), *rest = reply
    clock.heard(int(seconds) + int(microseconds) / 1e6)
    if not rest:
        return None
    whole, round, events, acts = rest[0]
    return Since(bool(whole), text(round), decoded(events), decoded_acts(acts))


def decoded(entries: Any) -> tuple[AnyEvent, ...]:
    """The events in entries of a night's public stream; UnknownEvent as ``codec.decode``."""
    return tuple([decode(data) for data in _data(entries)])


def decoded_acts(entries: Any) -> tuple[AnyAct, ...]:
    """The acts in entries of a night's private stream; UnknownEvent as ``codec.decode_act``."""
    return tuple([decode_act(data) for data in _data(entries)])


def listed(entries: Any, nights: Sequence[str] = ()) -> tuple[list[str], str]:
    """The nights on air after these entries of the index, and the id of the last entry."""
    on_air, last = list(nights), "0-0"
    for entry, fields in entries:
        last = text(entry)
        for action, night in ((text(name), text(value)) for name, value in fields.items()):
            if night in on_air:
                on_air.remove(night)
            if action == "opened":
                on_air.append(night)
    return on_air, last


def text(value: bytes | str) -> str:
    """Text of a reply, which redis-py gives as bytes or str."""
    return value.decode() if isinstance(value, bytes) else value


def _data(entries: Any) -> list[bytes]:
    """The bytes in entries. redis-py gives an entry's fields as a dict; in a script's reply they are a flat list."""
    return [fields[b"event"] if isinstance(fields, dict) else fields[1] for _, fields in entries]
