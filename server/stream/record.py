"""A night's public record: its events in a chain of hashes, as a file that anybody can check without a server.

Each line is ``{"head": …, "event": …}``. A head, in hex, is the SHA-256 of the bytes of the head before it (all zeros
before the first) followed by the event's bytes as they stand in the line. So one noted head pins every event up to it.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence

import msgspec
from msgspec import Raw, Struct

from server.election.counting.acts import AnyAct
from server.election.events import AnyEvent
from server.election.nights import GapInNight, Night, fold
from server.election.results.tally import Tally, add_up
from server.stream import codec

BEGINNING = "0" * 64


class BadRecord(Exception):
    """A file that is no record, or a record that was changed; the message says in which line."""


class _RecordLine(Struct):
    head: str
    event: Raw


_lines = msgspec.json.Decoder(_RecordLine)


def head_after(head: str, event: AnyEvent) -> str:
    """The head after one more event."""
    return _linked(head, codec.encode(event))


def written(events: Iterable[AnyEvent | AnyAct]) -> Iterator[bytes]:
    """The lines of a record of events; or, in the same format, of the acts at a count, which are private."""
    head = BEGINNING
    for event in events:
        data = codec.encode(event)
        head = _linked(head, data)
        yield msgspec.json.encode(_RecordLine(head, Raw(data))) + b"\n"


def read(data: bytes) -> tuple[list[AnyEvent], list[str]]:
    """The events of a record, and the head after each; BadRecord if it was changed, or is no record."""
    events: list[AnyEvent] = []
    heads = [BEGINNING]
    *lines, rest = data.split(b"\n")
    for number, text in enumerate(lines, 1):
        try:
            line = _lines.decode(text)
            event = codec.decode(bytes(line.event))
        except (msgspec.DecodeError, codec.UnknownEvent, UnicodeDecodeError, RecursionError) as error:
            raise BadRecord(f"Line {number} is not a line of a night's record: {error}") from error
        if line.head != _linked(heads[-1], bytes(line.event)):
            raise BadRecord(f"Line {number} was changed: its event and the lines before it do not give its head.")
        if event.seq != number:
            raise BadRecord(f"Line {number} holds event {event.seq}: a line is missing, or came twice.")
        events.append(event)
        heads.append(line.head)
    if rest:
        raise BadRecord(f"Line {len(lines) + 1} is cut off: it does not end.")
    if not events:
        raise BadRecord("The file is empty.")
    return events, heads[1:]


def read_acts(data: bytes) -> tuple[AnyAct, ...]:
    """The acts of a file in the same format; BadRecord if it was changed, or holds anything else."""
    acts = list[AnyAct]()
    for number, text in enumerate(data.splitlines(), 1):
        try:
            acts.append(codec.decode_act(bytes(_lines.decode(text).event)))
        except (msgspec.DecodeError, codec.UnknownEvent, UnicodeDecodeError, RecursionError) as error:
            raise BadRecord(f"Line {number} is not an act at a count: {error}") from error
    if b"".join(written(acts)) != data:
        raise BadRecord("The acts were changed: they do not give their heads.")
    return tuple(acts)


def added_up(events: Sequence[AnyEvent]) -> tuple[Night, Tally]:
    """The night that a record's events make, and its totals; BadRecord if they make none.

    A file can have an unbroken chain and still hold events that break the rules, if somebody wrote it so.
    """
    try:
        night = fold(events)
        return night, add_up(night)
    except (GapInNight, LookupError, ValueError, AssertionError) as error:
        raise BadRecord(f"The lines fit one another, but they are not a night that can be added up: {error}") from error


def _linked(head: str, event: bytes) -> str:
    return hashlib.sha256(bytes.fromhex(head) + event).hexdigest()
