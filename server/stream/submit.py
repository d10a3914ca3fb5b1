"""Commands to a night on air, and acts at its count: each is decided, and stored once. No rules of its own."""

import math
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from server.election.commands import AnyCommand, HoldNight
from server.election.counting.acts import PLACE, AnyAct, Asked, Dropped, Stamp
from server.election.counting.admit import admit, admit_at_the_place
from server.election.counting.boxes import must_be_accounted_for
from server.election.counting.desk import Desk
from server.election.counting.entry import pending
from server.election.counting.names import in_public
from server.election.deciding.decide import decide
from server.election.events import AnyEvent
from server.election.nights import Night
from server.election.refusals import NO_SUCH_NIGHT, OTHER_THING, SET_ASIDE, Refused
from server.stream.events import EventStream
from server.stream.follow import News
from server.stream.ledger import Ledger, Stands
from server.stream.recollection import Written
from server.stream.servers.failures import LostByRedis
from server.stream.turns import Turns

A = TypeVar("A", bound=AnyAct)


class Receipt(Struct, frozen=True):
    """Says that a command is durably stored as event ``seq``; ``repeated`` if it had been stored before."""

    night: str
    seq: int
    at: datetime
    repeated: bool


class Submitter:
    """Takes commands and acts for all nights of one stream."""

    def __init__(self, stream: EventStream) -> None:
        self._stream, self._ledger, self._going_out = stream, Ledger(stream), Turns()

    async def heard(self, news: AsyncIterator[News]) -> AsyncIterator[News]:
        """The follower's news, each taken into the ledger before it is passed on; events with the night after."""
        async for item in news:
            yield self._ledger.hear(item)

    def known(self, night: str) -> Stands:
        """The state of a night as this process has read, written or heard it, without asking Redis."""
        return self._ledger.known(night)

    async def look(self, night: str) -> Stands:
        """The state of a night in Redis at this moment; StreamUnavailable if Redis does not answer."""
        return await self._ledger.look(night)

    async def night(self, night: str) -> Night | None:
        """The public side of a night at this moment; None if there is no such night."""
        return (await self.look(night)).night

    async def desk(self, night: str) -> Desk:
        """The private side of a night at this moment; empty if there is no such night."""
        return (await self.look(night)).desk

    async def submit(self, night: str, command: AnyCommand, now: datetime) -> Receipt:
        """Carry out a command, once for each command id; returns when it is durable.

        Refused if the rules refuse it; StreamUnavailable if Redis does not confirm it, and then the same command may be
        sent again.
        """
        event, repeated = await self._ledger.put(night, command.id, "events", lambda at: decide(at.night, command, now))
        await self._settle(night, event, again=repeated)
        return Receipt(night, event.seq, event.at, repeated)

    async def record(self, night: str, act: A, *, settles: bool = True) -> tuple[A, bool]:
        """Store an act, once for each command id; returns it with its seq, and whether it was there before.

        ``settles`` False: something follows at once that settles, and with it the act, which stands before it. Refused
        if the rules refuse it; StreamUnavailable as ``submit``.
        """

        def admitted(stands: Stands) -> AnyAct:
            if night == PLACE:
                return admit_at_the_place(stands.desk, act)
            if stands.night is None:
                raise Refused("night-unknown", NO_SUCH_NIGHT)
            return admit(stands.night, stands.desk, act)

        stored, repeated = await self._ledger.put(night, act.command_id, "acts", admitted)
        if settles:
            await self._settle(night, stored, again=repeated)
        assert isinstance(stored, type(act)), "a command id is made for one kind of act"
        return stored, repeated

    async def ask(self, night: str, asked: Asked, *, settles: bool = True) -> Receipt | None:
        """Record privately what a person asks for, then carry it out in public; None if it waits for a held night.

        ``settles`` as in ``record``: one confirmation covers all that a request writes. Refused as ``record`` and
        ``submit``, and with "key-reused" if the same id came before with other content: the first receipt would wrongly
        say that the second request had been done.
        """
        stored, repeated = await self.record(night, asked, settles=False)
        if repeated and replace(stored.command, by=asked.command.by) != asked.command:
            raise Refused("key-reused", OTHER_THING)
        if isinstance(asked.command, HoldNight):  # a hold stops everything, so it waits for nothing
            out = await self._let_out(night, stored, asked.at)
        else:
            async with self._going_out.of(night):  # earlier requests go first
                await self._let_all_out(night, asked.at, stored.seq)
                out = await self._let_out(night, stored, asked.at)
        written = (stored,) if out is None else (stored, out[0])
        if settles:
            await self._settle(night, *written, again=repeated or (out is not None and out[1]))
        if out is None:
            return None
        event, was_out = out
        return Receipt(night, event.seq, event.at, was_out)

    async def has(self, night: str, event: AnyEvent) -> bool:
        """Whether an event is stored at its seq, as it is: its receipt is good then."""
        return await self._stream.event(night, event.seq) == event

    async def send_out(self, night: str, now: datetime) -> None:
        """Carry out what was asked for and is not done: after a hold, if a process ended between the two steps, or if
        Redis lost what was done; before that, put back what it lost (``Ledger.put_back``). ``now`` is the time of what
        is set aside; each event has the time of its act.

        While the night is held, only a second hold is carried out: it has no effect now, and must not begin later.
        """
        async with self._going_out.of(night):
            await self._ledger.put_back(night)
            events = await self._let_all_out(night, now, math.inf)
        await self._settle(night, *events)

    async def _settle(self, night: str, *written: Written, again: bool = False) -> None:
        try:
            await self._stream.settle(night, *written, again=again)
        except LostByRedis:
            await self._ledger.put_back(night)  # the rest is known to be lost then, and not taken for done
            raise

    async def _let_all_out(self, night: str, now: datetime, before: float) -> list[Written]:
        """Carry out, in order, what was asked for before the act ``before``; returns the events. The caller has the
        night's turn: without turns each caller would also send what the others are about to, and a burst of sixty
        declarations cost Redis a hundred times as much."""
        stands, events = self.known(night), list[Written]()
        if stands.night is None:
            return events
        for asked in pending(stands.night, stands.desk):
            if asked.seq < before and (not stands.night.held or isinstance(asked.command, HoldNight)):
                with suppress(Refused):  # the reason is on record then
                    if out := await self._let_out(night, asked, now):
                        events.append(out[0])
        return events

    async def _let_out(self, night: str, asked: Asked, now: datetime) -> tuple[Written, bool] | None:
        """Write the event of what was asked for, which need not be durable yet on return; with whether it was there
        before. None if it waits for a held night.

        The event's time follows from the two streams alone, so that one that Redis lost comes back as its receipt says.
        """

        def decided(stands: Stands) -> AnyEvent:
            if asked.command_id not in stands.desk.receipts:
                raise LostByRedis
            if asked.command.id not in stands.desk.asked:
                raise Refused("dropped", SET_ASIDE)
            if stands.night is not None:  # a box can have turned up while this waited
                must_be_accounted_for(stands.night, stands.desk, asked.command)
            return decide(stands.night, in_public(stands.desk, asked), asked.at)

        try:
            return await self._ledger.put(night, asked.command.id, "events", decided)
        except Refused as refused:
            if refused.code == "held" and not isinstance(asked.command, HoldNight):
                return None
            stamp = Stamp(
                seq=0,
                at=now,
                by=asked.by,
                invitation=asked.invitation,
                device=asked.device,
                command_id=f"drop/{asked.command_id}",
            )
            with suppress(Refused):  # somebody else has set it aside
                await self.record(night, Dropped(**stamp, asked=asked.command.id, why=str(refused.sentence)))
            raise
