"""Commands to a night on air: read on, decide, append, and again if somebody was quicker. No rules of its own."""

from datetime import datetime

from msgspec import Struct

from server.election.commands import AnyCommand
from server.election.decide import decide
from server.election.nights import Night, fold
from server.stream.events import Conflict, EventStream

_MOST_TRIES = 100  # one writer wins every round, so only a hundred others at once could exhaust them


class Receipt(Struct, frozen=True):
    """A command that is safely stored; ``repeated`` if it had been stored before."""

    night: str
    seq: int
    at: datetime
    repeated: bool


class Submitter:
    """Takes commands for all nights of one stream; keeps each night as last read, so that a command reads only on."""

    def __init__(self, stream: EventStream) -> None:
        self._stream = stream
        self._nights: dict[str, Night] = {}

    async def night(self, night: str) -> Night | None:
        """The night as it stands in the stream this moment, None if it is not there."""
        known = self._nights.get(night)
        newer = await self._stream.read(night, known.seq if known else 0)
        if newer:
            known = fold(newer, known)
            self._nights[night] = known
        return known

    async def submit(self, night: str, command: AnyCommand, now: datetime) -> Receipt:
        """Carry a command out once, however often it is sent; returns when it is durable.

        Refused if it cannot be, StreamUnavailable if Redis does not confirm it: then the same command may come again.
        """
        for _ in range(_MOST_TRIES):
            known = await self.night(night)
            first = known.receipts.get(command.id) if known else None
            if first is not None:
                await self._stream.settle(night)
                return await self._receipt(night, first, repeated=True)
            event = decide(known, command, now)
            try:
                await self._stream.append(night, event)
            except Conflict:
                continue
            return Receipt(night, event.seq, event.at, repeated=False)
        raise Conflict(f"{night}: too many writers at once.")

    async def _receipt(self, night: str, seq: int, repeated: bool) -> Receipt:
        (event,) = (await self._stream.read(night, seq - 1))[:1]
        return Receipt(night, event.seq, event.at, repeated)

    def forget(self, night: str) -> None:
        """Drop what is known of a night that was erased."""
        self._nights.pop(night, None)
