"""Nights to practise with: a night of its own from the definition of another, with nothing declared."""

from collections.abc import Mapping
from datetime import datetime
from itertools import count

from server.election.contests import Definition, practised
from server.election.refusals import Refused
from server.election.texts.said import say
from server.nights.kept import Kept, is_shipped
from server.stream.events import EventStream
from server.stream.opening import open_night
from server.stream.submit import Submitter


async def copy_of(submitter: Submitter, kept: Kept, definition: Definition) -> tuple[Definition, bool]:
    """The copy of a night to practise with, and whether it is on air already.

    Its id is the first of ``{night}.rehearsal``, ``{night}.rehearsal-2`` and so on that is no past night, and no other
    night on air. Refused if the night is one to practise with itself.
    """
    if definition.rehearsal or definition.replay_of is not None:
        raise Refused("rehearsal", say("This night is one to practise with already."))
    past = {night.id for night in kept.listed()}
    for number in count(1):
        copy = practised(definition, f"{definition.id}.rehearsal{f'-{number}' if number > 1 else ''}")
        if copy.id in past or is_shipped(copy.id):
            continue
        stands = (await submitter.look(copy.id)).night
        if stands is None or stands.definition.rehearsal:
            return (copy, False) if stands is None else (stands.definition, True)
    raise AssertionError("one of the names is free")


async def open_copy(
    stream: EventStream, kept: Kept, definition: Definition, expected: Mapping[str, datetime], command_id: str
) -> Definition:
    """Put the copy of a night on air to practise with, unless it is there already; returns its definition.

    Refused as ``copy_of``, StreamUnavailable as ``open_night``.
    """
    while True:
        copy, there = await copy_of(Submitter(stream), kept, definition)
        if there:
            return copy
        try:
            await open_night(stream, copy, command_id, expected)
        except Refused as refused:  # somebody else was first
            if refused.code != "night-exists":
                raise
        else:
            return copy
