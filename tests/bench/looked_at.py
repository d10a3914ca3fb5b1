"""Real nights in every state that a viewer can find one in, served by the real program: for judges of the pages."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta

from msgspec.structs import replace

from server.election.commands import Declare, OpenNight
from server.election.contests import Definition
from server.election.events import AnyEvent
from server.nights import archive
from server.replay.commands import commands
from server.stream import clock
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.bench.program import Program, program

GENERAL, BY_ELECTION = "parl.2019-12-12", "parl.rochester-and-strood.by.2014-11-20"
EARLY, HALF, WHOLE, SINGLE, COMING = "early", "half", "whole", "single", "coming"


@asynccontextmanager
async def looked_at(*nights: str) -> AsyncGenerator[Program]:
    """The program with those nights on air, all if none is named: 2019 at five, fifty and a hundred per cent of its
    declarations, and before its poll has closed; and a by-election that has been declared."""
    with program() as one:
        await _open(one.redis_url, nights or (EARLY, HALF, WHOLE, SINGLE, COMING))
        one.start()
        for night in nights or (EARLY, HALF, WHOLE, SINGLE, COMING):
            one.get(f"/nights/{night}")
        yield one


async def _open(redis_url: str, nights: tuple[str, ...]) -> None:
    stream = EventStream(redis_url)
    await stream.open()
    for night in nights:
        past = archive.load(BY_ELECTION if night == SINGLE else GENERAL)
        share = {EARLY: 0.05, HALF: 0.5, COMING: 0.0}.get(night, 1.0)
        definition = replace(past.definition, id=night)
        if night == COMING:
            definition = _of_tomorrow(definition)
        await _open_one(stream, definition, past.events, round(share * len(definition.contests)))
    await stream.close()


async def _open_one(stream: EventStream, night: Definition, events: Iterable[AnyEvent], number: int) -> None:
    """What happened in a past night until so many seats were declared, as a night that is on air."""
    submitter = Submitter(stream)
    for at, command in commands(events, night.id):
        if isinstance(command, OpenNight):
            await submitter.submit(night.id, replace(command, night=night), at)
        elif number:
            await submitter.submit(night.id, command, at)
            number -= isinstance(command, Declare)
    await stream.announce(night.id)


async def declare_next(one: Program, night: str) -> None:
    """Declare the next seat of a night of 2019."""
    stream = EventStream(one.redis_url)
    submitter = Submitter(stream)
    state = await submitter.night(night)
    assert state
    at, command = commands(archive.load(GENERAL).events, night)[state.seq]
    await submitter.submit(night, command, at)
    await stream.close()


def _of_tomorrow(definition: Definition) -> Definition:
    close = (clock.now() + timedelta(days=1)).replace(hour=22, minute=0, second=0, microsecond=0)
    return replace(definition, date=close.date(), polls_close=close)
