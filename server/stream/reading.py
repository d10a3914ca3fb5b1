"""Reading both streams of a night at one moment, for ledgers and followers. Nothing is written here."""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar, cast

from msgspec import Struct
from redis.exceptions import ResponseError

from server.election.counting.acts import AnyAct
from server.election.events import AnyEvent
from server.stream import clock, scripts
from server.stream.codec import UnknownEvent, decode, decode_act
from server.stream.servers.failures import NOT_OURS, is_not_ours

E = TypeVar("E", bound=AnyEvent | AnyAct)

INDEX = "nights"
_ALL = 10_000_000
_BY_HAND = "Its entry {} is missing or not ours: a stream of it was changed by hand. Bring it back from a backup."


class Position(Struct, frozen=True):
    """How far a night is known: its ``round``, which changes each time its streams are replaced, the seqs of the
    newest event and act, 0 for none, and their marks (``mark_after``), "" where they are not known."""

    round: str = "0-0"
    events: int = 0
    acts: int = 0
    event_mark: str = ""
    act_mark: str = ""


class Since(Struct, frozen=True):
    """What came after a position; the ``whole`` night where it is in another round, is shorter than the position, or
    has another history. The marks are those of the last event and act, "" where none came."""

    whole: bool
    round: str
    events: tuple[AnyEvent, ...]
    acts: tuple[AnyAct, ...]
    event_mark: str = ""
    act_mark: str = ""


def mark_after(mark: str, data: bytes) -> str:
    """The mark of an entry with these bytes that follows the entry with ``mark``, "" for the first.

    It stands beside the entry in Redis, and is the same only where everything up to the entry is the same: so a server
    that took over without the last entries, and was given others since, is told from the one that had them.
    """
    return hashlib.sha1(mark.encode() + data, usedforsecurity=False).hexdigest()[:16]


def mark_of(entries: Any) -> str:
    """The mark of the last of these entries; "" if there is none."""
    if not entries:
        return ""
    data, mark = _fields(entries[-1])
    return mark or mark_after("", data)


def follow_on(mark: str, entries: Any) -> bool:
    """Whether these entries have marks, and continue the history whose last entry has ``mark``."""
    for data, marked in map(_fields, entries):
        mark = mark_after(mark, data)
        if marked != mark:
            return False
    return True


def key(night: str) -> str:
    """The key of a night's events; the braces keep all keys of a night on one node of a cluster."""
    return f"{{{night}}}:events"


def desk_key(night: str) -> str:
    """The key of a night's acts at the count."""
    return f"{{{night}}}:desk"


def round_key(night: str) -> str:
    """The key of a night's round; it does not exist before the night's streams are replaced for the first time."""
    return f"{{{night}}}:round"


def photos_key(night: str) -> str:
    """The key of the photographs of a night's result sheets: the hash of each file → its bytes."""
    return f"{{{night}}}:photos"


def hooks_key(night: str) -> str:
    """The key that says how far each webhook of a night is."""
    return f"{{{night}}}:hooks"


def keys(night: str) -> tuple[str, str, str]:
    """All three keys of a night, in the order that the scripts expect."""
    return round_key(night), key(night), desk_key(night)


def asking(redis: Any) -> Callable[..., Awaitable[Any]]:
    """How to send a command; UnknownEvent where a key is no stream, as somebody has set it by hand."""

    async def ask(*command: Any) -> Any:
        try:
            return await redis.execute_command(*command)
        except ResponseError as error:
            if is_not_ours(error):
                raise UnknownEvent(NOT_OURS) from error
            raise

    return ask


async def round_of(call: Callable[..., Awaitable[Any]], night: str) -> str:
    """The round that a night is in; "" while one of its keys is no stream."""
    try:
        newest, *_ = [await call("XREVRANGE", one, "+", "-", "COUNT", 1) for one in keys(night)]
    except UnknownEvent:
        return ""
    return text(newest[0][0]) if newest else Position().round


async def look(call: Callable[..., Awaitable[Any]], night: str, known: Position, most: int = _ALL) -> Since:
    """What came after a position, at most so many events and acts, in one round trip; ``call`` sends a command.

    UnknownEvent where one of them is missing.
    """
    reply = await call("EVAL", scripts.LOOK, 3, *keys(night), *arguments(known, most))
    news = since(reply)
    assert news is not None
    at = Position() if news.whole else known
    for seq, entries in ((at.events, news.events), (at.acts, news.acts)):
        for place, entry in enumerate(entries, seq + 1):
            if entry.seq != place:
                raise UnknownEvent(_BY_HAND.format(place))
    return news


def arguments(known: Position, most: int = _ALL) -> tuple[str | int, ...]:
    """A position as arguments of the scripts."""
    return known.round, known.events, known.acts, most, known.event_mark, known.act_mark


def since(reply: Any) -> Since | None:
    """What a script's reply says of a night, None if nothing; the time in the reply is passed to the clock."""
    (seconds, microseconds), *rest = reply
    clock.heard(int(seconds) + int(microseconds) / 1e6)
    if not rest:
        return None
    whole, round, events, acts = rest[0]
    marks = mark_of(events), mark_of(acts)
    return Since(bool(whole), text(round), decoded(events), decoded_acts(acts), *marks)


def decoded(entries: Any) -> tuple[AnyEvent, ...]:
    """The events in entries of a night's public stream; UnknownEvent as ``codec.decode``, and where an event is
    not at its seq."""
    return tuple([_in_place(decode(_fields(entry)[0]), entry) for entry in entries])


def decoded_acts(entries: Any) -> tuple[AnyAct, ...]:
    """The acts in entries of a night's private stream; UnknownEvent as ``decoded``."""
    return tuple([_in_place(decode_act(_fields(entry)[0]), entry) for entry in entries])


def listed(entries: Any, nights: Sequence[str] = ()) -> tuple[list[str], str]:
    """The nights on air after these entries of the index, and the id of the last entry."""
    on_air, last = list(nights), "0-0"
    for entry, fields in entries:
        last = text(entry)
        for action, night in ((text(name, "replace"), text(value, "replace")) for name, value in fields.items()):
            if night in on_air:
                on_air.remove(night)
            if action == "opened":
                on_air.append(night)
    return on_air, last


def text(value: bytes | str, errors: str = "strict") -> str:
    """Text of a reply, which redis-py gives as bytes or str; ``errors`` as in ``bytes.decode``."""
    return value.decode(errors=errors) if isinstance(value, bytes) else value


def _in_place(said: E, entry: Any) -> E:
    """What an entry says, where its id is the seq of that."""
    if text(entry[0]) != f"{said.seq}-0":
        raise UnknownEvent(_BY_HAND.format(said.seq))
    return said


def _fields(entry: Any) -> tuple[bytes, str]:
    """An entry's bytes, and its mark, "" where it has none; UnknownEvent where it is none of ours. redis-py gives an
    entry's fields as a dict; in a script's reply they are a flat list."""
    fields = entry[1]
    if not isinstance(fields, dict):
        fields = dict(zip(fields[::2], fields[1::2], strict=True))
    found = cast(dict[bytes, bytes], fields)
    try:
        return found[b"event"], text(found.get(b"mark", b""))
    except (KeyError, UnicodeDecodeError) as error:
        raise UnknownEvent(_BY_HAND.format(text(entry[0]))) from error
