"""Past nights in files: night files and records."""

from itertools import count

import msgspec
from msgspec import Struct

from server.election.events import AnyEvent, DeclarationExpected
from server.nights.archive import past_night
from server.nights.format import NOT_JSON, parsed
from server.nights.kept import checked, past_of
from server.nights.past import PastNight
from server.nights.written.lines import FORMAT


class _First(Struct):
    format: str = ""


_first = msgspec.json.Decoder(_First)


def past_in(data: bytes, name: str) -> PastNight:
    """The past night in the bytes of a night file or of a record; BadNight, BadRecord or NotKept, with a
    sentence, where it is neither."""
    if data.startswith(b'{"head":'):
        return past_of(checked(data)[0], data)
    return past_night(*parsed(data, name))


def record_events(past: PastNight) -> tuple[AnyEvent, ...]:
    """The events that a past night's record has: its own, and when what is still to come is expected."""
    said = {event.ballot for event in past.events if isinstance(event, DeclarationExpected)}
    night, opened = past.definition.id, past.events[0]
    seqs = count(len(past.events) + 1)
    more = [
        DeclarationExpected(
            seq=seq, at=past.events[-1].at, by=opened.by, command_id=f"{night}/{seq}", ballot=ballot, expected=moment
        )
        for ballot, moment in past.expected.items()
        if ballot not in said
        for seq in [next(seqs)]
    ]
    return (*past.events, *more)


def is_night_file(data: bytes) -> bool:
    """Whether a file begins as a night file does."""
    try:
        return _first.decode(data.partition(b"\n")[0]).format == FORMAT
    except NOT_JSON:
        return False
