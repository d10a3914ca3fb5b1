"""A past night put on air again through the same door as a real one: its events become commands, on its own clock."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

from server.election.commands import (
    AnyCommand,
    Correct,
    Declare,
    ExpectDeclaration,
    HoldNight,
    OpenNight,
    PostNote,
    ReachStage,
    RecordNoPoll,
    ReleaseNight,
    Withdraw,
)
from server.election.events import (
    AnyEvent,
    Corrected,
    DeclarationExpected,
    Declared,
    NightHeld,
    NightOpened,
    NightReleased,
    NoPollTaken,
    NotePosted,
    StageReached,
    Withdrawn,
)
from server.election.nights import Night

# Nobody watches a screen on which nothing happens: a night's empty hours are cut to this.
LONGEST_WAIT_SECONDS = 6.0

Submit = Callable[[AnyCommand, datetime], Awaitable[object]]


def replay_id(night: str) -> str:
    """A replay is a night of its own: ``parl.2019-12-12.replay``."""
    return f"{night}.replay"


def commands(events: tuple[AnyEvent, ...], name: str) -> list[tuple[datetime, AnyCommand]]:
    """Every event of a past night as the command that would bring it about on the night ``name``, and when.

    The ids are the same each time, so that a replay that was interrupted goes on and doubles nothing.
    """
    return [(event.at, _command(event, name)) for event in events]


def remaining(script: list[tuple[datetime, AnyCommand]], night: Night | None) -> int:
    """How many commands of a replay have not been carried out on its night."""
    receipts = night.receipts if night else {}
    return sum(command.id not in receipts for _, command in script)


async def replay(
    script: list[tuple[datetime, AnyCommand]], night: Night | None, submit: Submit, speed: float | None
) -> None:
    """Submit what has not been carried out on ``night``, at ``speed`` times real time; without a pause if None."""
    done = night.receipts if night else {}
    loop = asyncio.get_running_loop()
    due, before = loop.time(), night.at if night else script[0][0]
    for at, command in script:
        if command.id in done:
            continue
        if speed is not None:
            due += min((at - before).total_seconds() / speed, LONGEST_WAIT_SECONDS)
            await asyncio.sleep(max(0.0, due - loop.time()))
        await submit(command, at)
        before = at


def _command(event: AnyEvent, name: str) -> AnyCommand:
    command_id, by = f"{name}/{event.seq}", "replay"
    match event:
        case NightOpened():
            definition = replace(event.night, id=name, replay_of=event.night.id)
            return OpenNight(id=command_id, by=by, night=definition)
        case StageReached():
            return ReachStage(id=command_id, by=by, ballot=event.ballot, stage=event.stage, papers=event.papers)
        case Declared():
            return Declare(
                id=command_id,
                by=by,
                ballot=event.ballot,
                votes=event.votes,
                rejected=event.rejected,
                lot=event.lot,
            )
        case Corrected():
            return Correct(
                id=command_id,
                by=by,
                ballot=event.ballot,
                votes=event.votes,
                rejected=event.rejected,
                lot=event.lot,
                reason=event.reason,
                slip=event.slip,
            )
        case Withdrawn():
            return Withdraw(id=command_id, by=by, ballot=event.ballot, reason=event.reason)
        case NotePosted():
            return PostNote(id=command_id, by=by, text=event.text, ballot=event.ballot)
        case NoPollTaken():
            return RecordNoPoll(id=command_id, by=by, ballot=event.ballot, state=event.state, reason=event.reason)
        case DeclarationExpected():
            return ExpectDeclaration(id=command_id, by=by, ballot=event.ballot, expected=event.expected)
        case NightHeld():
            return HoldNight(id=command_id, by=by)
        case NightReleased():
            return ReleaseNight(id=command_id, by=by)
        case _:
            assert_never(event)
