"""Nights to practise with: a night of its own from the definition of another, with nothing declared."""

from itertools import count

from msgspec.structs import replace

from server.election.contests import Definition, practised
from server.election.refusals import Refused
from server.nights.ids import must_be_free
from server.nights.kept import Kept
from server.stream.events import EventStream
from server.stream.opening import open_night


async def open_copy(stream: EventStream, kept: Kept, night: str, command_id: str, name: str = "") -> Definition:
    """Put a copy of a past night, shipped or kept, on air to practise with; returns its definition.

    Its id is ``name``, or else the first of ``{night}.practice``, ``{night}.practice-2`` and so on that is free. Called
    again with the same ``command_id`` it gives the same copy. UnknownNight if there is no such past night, Refused if
    the name is taken or cannot be an id, StreamUnavailable as ``open_night``.
    """
    past = kept.load(night)
    for number in count(1):
        copy = name or f"{night}.practice{f'-{number}' if number > 1 else ''}"
        definition = replace(practised(past.definition, copy), replay_of=None)
        try:
            must_be_free(kept, definition.id)
            await open_night(stream, definition, command_id, past.expected)
        except Refused as refused:
            if name or refused.code not in ("night-exists", "night-kept"):
                raise
        else:
            return definition
    raise AssertionError("one of the names is free")
