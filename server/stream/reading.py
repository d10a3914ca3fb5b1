"""Reading both streams of a night at one moment, as ledgers and followers do. Nothing is written here."""

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
    """How far a night is known: its ``round``, which is another each time its streams are replaced, and the seqs of the
    newest event and act."""

    round: str = "0-0"
    events: int = 0
    acts: int = 0


class Since(Struct, frozen=True):
    """What came after a position. It is the ``whole`` night where that is in another round, or shorter than it was."""

    whole: bool
    round: str
    events: tuple[AnyEvent, ...]
    acts: tuple[AnyAct, ...]


def key(night: str) -> str:
    """The key of a night's events; the braces keep all keys of a night on one node of a cluster."""
    return f"{{{night}}}:events"


def desk_key(night: str) -> str:
    """The key of what was done at the count of a night."""
    return f"{{{night}}}:desk"


def round_key(night: str) -> str:
    """The key of the round that a night is in; there is none before its streams are replaced for the first time."""
    return f"{{{night}}}:round"


def keys(night: str) -> tuple[str, str, str]:
    """All of them, in the order that the scripts have them in."""
    return round_key(night), key(night), desk_key(night)


async def look(redis: Any, night: str, known: Position, most: int = _ALL) -> Since:
    """What came after a position, at most so many events and acts, in one round trip."""
    told = await redis.execute_command("EVAL", scripts.LOOK, 3, *keys(night), *arguments(known, most))
    found = since(told)
    assert found is not None
    return found


def arguments(known: Position, most: int = _ALL) -> tuple[str | int, ...]:
    """A position as the scripts take it."""
    return known.round, known.events, known.acts, most


def since(told: Any) -> Since | None:
    """The answer of a script that tells the time, and where it was to what came since; else None."""
    (seconds, microseconds), *rest = told
    clock.heard(int(seconds) + int(microseconds) / 1e6)
    if not rest:
        return None
    whole, round, events, acts = rest[0]
    return Since(bool(whole), text(round), decoded(events), decoded_acts(acts))


def decoded(entries: Any) -> tuple[AnyEvent, ...]:
    """Entries of a night's key as events."""
    return tuple([decode(data) for data in _data(entries)])


def decoded_acts(entries: Any) -> tuple[AnyAct, ...]:
    """Entries of a desk's key as acts."""
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
    """A reply's text, whichever way redis-py gives it."""
    return value.decode() if isinstance(value, bytes) else value


def _data(entries: Any) -> list[bytes]:
    """What is in entries: redis-py gives their fields as a dict, and as Redis sends them in the reply of a script."""
    return [fields[b"event"] if isinstance(fields, dict) else fields[1] for _, fields in entries]
