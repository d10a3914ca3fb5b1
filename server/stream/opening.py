"""Putting a night on air with nothing declared, for people to enter. No past night, no figures."""

from collections.abc import Mapping
from datetime import datetime

from server.election.commands import ExpectDeclaration, OpenNight
from server.election.contests import Definition
from server.election.decide import Refused
from server.stream import clock
from server.stream.events import EventStream
from server.stream.submit import Receipt, Submitter


async def open_night(
    stream: EventStream, definition: Definition, command_id: str, expected: Mapping[str, datetime] | None = None
) -> Receipt:
    """Put a night on air with nothing declared, for officers to enter; Refused if it is on air already, or if it counts
    and this Redis may throw it away.

    ``expected`` is ballot id → when its declaration is expected.
    """
    counts = not definition.rehearsal and definition.replay_of is None
    if counts and (why := await stream.evicts()):
        raise Refused("may-be-evicted", f"{definition.title} cannot be opened here. {why}")
    submitter, by = Submitter(stream), "the desk"
    if (await submitter.look(definition.id)).night is None:
        # It is listed first and shows once it is stored: nothing that ends in between leaves it stored and off air.
        await stream.announce(definition.id)
    opening = OpenNight(id=command_id, by=by, night=definition)
    receipt = await submitter.submit(definition.id, opening, clock.now())
    for ballot, moment in (expected or {}).items():
        expect = ExpectDeclaration(id=f"{command_id}/{ballot}", by=by, ballot=ballot, expected=moment)
        await submitter.submit(definition.id, expect, clock.now())
    await stream.announce(definition.id)  # again: whoever took a night of this name off air may have unlisted it since
    return receipt
