"""Putting a night on air with nothing declared, for officers to enter results. No past nights, no figures."""

from collections.abc import Mapping
from datetime import datetime

from server.election.commands import ExpectDeclaration, OpenNight, RecordNoPoll
from server.election.contests import Definition
from server.election.events import NoPollState
from server.election.refusals import Refused
from server.election.texts.said import say
from server.stream import clock
from server.stream.events import EventStream
from server.stream.submit import Receipt, Submitter


async def open_night(
    stream: EventStream,
    definition: Definition,
    command_id: str,
    expected: Mapping[str, datetime] | None = None,
    no_polls: Mapping[str, tuple[NoPollState, str]] | None = None,
) -> Receipt:
    """Put a night on air with nothing declared.

    ``expected`` is ballot id → when its declaration is expected, ``no_polls`` ballot id → why there
    is nothing to count, and a sentence. Refused if the night is on air already, or if it is neither a rehearsal nor a
    replay and this Redis may throw it away; StreamUnavailable as ``Submitter.submit``.
    """
    counts = not definition.rehearsal and definition.replay_of is None
    if counts and (why := await stream.evicts()):
        raise Refused(
            "may-be-evicted", say("%(night)s cannot be opened here. %(why)s", night=definition.title, why=why)
        )
    submitter, by = Submitter(stream), "the desk"
    if (await submitter.look(definition.id)).night is None:
        # It is listed before it is stored: a process that ends in between must not leave it stored and off air.
        await stream.announce(definition.id)
    opening = OpenNight(id=command_id, by=by, night=definition)
    receipt = await submitter.submit(definition.id, opening, clock.now())
    for ballot, moment in (expected or {}).items():
        expect = ExpectDeclaration(id=f"{command_id}/{ballot}", by=by, ballot=ballot, expected=moment)
        await submitter.submit(definition.id, expect, clock.now())
    for ballot, (state, reason) in (no_polls or {}).items():
        known = RecordNoPoll(id=f"{command_id}/{ballot}/no-poll", by=by, ballot=ballot, state=state, reason=reason)
        await submitter.submit(definition.id, known, clock.now())
    # Again: a process that took a night of this name off air may have unlisted it since.
    await stream.announce(definition.id)
    return receipt
