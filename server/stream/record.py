"""A night's public record: its events in a chain of hashes, as a file that anybody can check without a server.

Each line is ``{"head": …, "event": …}``. A head is the SHA-256 of the head before it (64 zeros before the first) and of
the event's bytes as they stand in the line. Whoever wrote down one head has written down every event up to it.
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
    """A file that is no record, or is one that was changed; the sentence says in which line."""


class _Line(Struct):
    head: str
    event: Raw


_lines = msgspec.json.Decoder(_Line)


def head_after(head: str, event: AnyEvent) -> str:
    """The head once this event is added."""
    return _linked(head, codec.encode(event))


def written(events: Iterable[AnyEvent | AnyAct]) -> Iterator[bytes]:
    """The lines of a record, or of one of what was done at the count, which is nobody else's to read."""
    head = BEGINNING
    for event in events:
        data = codec.encode(event)
        head = _linked(head, data)
        yield msgspec.json.encode(_Line(head, Raw(data))) + b"\n"


def read(data: bytes) -> tuple[list[AnyEvent], list[str]]:
    """The events of a record and the head after each; BadRecord where it was changed, or is none."""
    events: list[AnyEvent] = []
    heads = [BEGINNING]
    *lines, rest = data.split(b"\n")
    for number, text in enumerate(lines, 1):
        try:
            line = _lines.decode(text)
            event = codec.decode(bytes(line.event))
        except (msgspec.DecodeError, codec.UnknownEvent, UnicodeDecodeError) as error:
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


def added_up(events: Sequence[AnyEvent]) -> tuple[Night, Tally]:
    """The night of a record and its totals; BadRecord where it is none.

    A chain can be unbroken and hold what never was a night: it was written so, and the rules cannot follow it.
    """
    try:
        night = fold(events)
        return night, add_up(night)
    except (GapInNight, LookupError, ValueError, AssertionError) as error:
        raise BadRecord(f"The lines fit one another, but they are not a night that can be added up: {error}") from error


def _linked(head: str, event: bytes) -> str:
    return hashlib.sha256(bytes.fromhex(head) + event).hexdigest()
