"""Putting a night on air with nothing declared, for people to enter. No past night, no clock."""

from collections.abc import Mapping
from datetime import datetime

from server.election.commands import ExpectDeclaration, OpenNight
from server.election.contests import Definition
from server.stream.events import EventStream
from server.stream.submit import Receipt, Submitter


async def open_night(
    stream: EventStream, definition: Definition, command_id: str, expected: Mapping[str, datetime] | None = None
) -> Receipt:
    """Put a night on air with nothing declared, for officers to enter; Refused if it is on air already.

    ``expected`` is ballot id → when its declaration is expected.
    """
    submitter, by = Submitter(stream), "the desk"
    command = OpenNight(id=command_id, by=by, night=definition)
    receipt = await submitter.submit(definition.id, command, definition.polls_close)
    for ballot, moment in (expected or {}).items():
        expect = ExpectDeclaration(id=f"{command_id}/{ballot}", by=by, ballot=ballot, expected=moment)
        await submitter.submit(definition.id, expect, definition.polls_close)
    await stream.announce(definition.id)
    return receipt
