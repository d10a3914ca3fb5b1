"""A stream kept folded: read on, decide, append, and again if somebody was quicker. No rules, no Redis of its own."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, Protocol, TypeVar

from server.stream.events import Conflict, Shorter
from server.stream.turns import Turns

_MOST_TRIES = 100  # one writer wins every round, so only a hundred other processes at once could exhaust them


class Folded(Protocol):
    """A state made of everything up to ``seq``; ``receipts`` is command id → seq."""

    @property
    def seq(self) -> int: ...

    @property
    def receipts(self) -> dict[str, int]: ...


class Entry(Protocol):
    """What a stream holds."""

    @property
    def command_id(self) -> str: ...


S = TypeVar("S", bound=Folded)
E = TypeVar("E", bound=Entry)


class Ledger(Generic[S, E]):
    """One kind of stream for all nights; keeps each as last read, so that a command reads only on."""

    def __init__(
        self,
        read: Callable[[str, int], Awaitable[Sequence[E]]],
        add: Callable[[str, E], Awaitable[None]],
        settle: Callable[[str], Awaitable[None]],
        fold: Callable[[Sequence[E], S | None], S],
    ) -> None:
        self._read, self._add, self._settle, self._fold = read, add, settle, fold
        self._known: dict[str, S] = {}
        # Sixty who all tried at once would try a hundred times, and some in vain.
        self._turns = Turns()

    async def state(self, night: str) -> S | None:
        """The state as it stands in the stream this moment, None if nothing is there."""
        known = self._known.get(night)
        newer = await self._read(night, known.seq if known else 0)
        if newer:
            known = self._fold(newer, known)
            self._known[night] = known
        return known

    async def write(self, night: str, command_id: str, decide: Callable[[S | None], Awaitable[E]]) -> tuple[E, bool]:
        """Store what ``decide`` makes of the state, as ``put`` does; returns when it is durable."""
        put = await self.put(night, command_id, decide)
        await self._settle(night)
        return put

    async def put(self, night: str, command_id: str, decide: Callable[[S | None], Awaitable[E]]) -> tuple[E, bool]:
        """Write what ``decide`` makes of the state, once however often it is sent; returns it, and whether it had been
        written before. It is safe once the night is settled.

        What ``decide`` raises goes to the caller; StreamUnavailable if Redis does not answer: then it may come again.
        """
        for _ in range(_MOST_TRIES):
            try:
                async with self._turns.of(night):
                    known = await self.state(night)
                    seq = known.receipts.get(command_id) if known else None
                    if seq is not None:
                        return (await self._read(night, seq - 1))[0], True
                    entry = await decide(known)
                    await self._add(night, entry)
                    return entry, False
            except Shorter:
                self.forget(night)
            except Conflict:
                continue
        raise Conflict(f"{night}: too many writers at once.")

    def forget(self, night: str) -> None:
        """Drop what is known of a night that was erased."""
        self._known.pop(night, None)
