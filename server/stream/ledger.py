"""A stream kept folded: read on, decide, append, and again if somebody was quicker. No rules, no Redis of its own."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, Protocol, TypeVar

from server.stream.events import Conflict

_MOST_TRIES = 100  # one writer wins every round, so only a hundred others at once could exhaust them


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
        append: Callable[[str, E], Awaitable[int]],
        settle: Callable[[str], Awaitable[None]],
        fold: Callable[[Sequence[E], S | None], S],
    ) -> None:
        self._read, self._append, self._settle, self._fold = read, append, settle, fold
        self._known: dict[str, S] = {}

    async def state(self, night: str) -> S | None:
        """The state as it stands in the stream this moment, None if nothing is there."""
        known = self._known.get(night)
        newer = await self._read(night, known.seq if known else 0)
        if newer:
            known = self._fold(newer, known)
            self._known[night] = known
        return known

    async def write(self, night: str, command_id: str, decide: Callable[[S | None], Awaitable[E]]) -> tuple[E, bool]:
        """Store what ``decide`` makes of the state, once however often it is sent; returns it when it is durable, and
        whether it had been stored before.

        What ``decide`` raises goes to the caller; StreamUnavailable if Redis does not confirm: then it may come again.
        """
        for _ in range(_MOST_TRIES):
            known = await self.state(night)
            seq = known.receipts.get(command_id) if known else None
            if seq is not None:
                await self._settle(night)
                return (await self._read(night, seq - 1))[0], True
            entry = await decide(known)
            try:
                await self._append(night, entry)
            except Conflict:
                continue
            return entry, False
        raise Conflict(f"{night}: too many writers at once.")

    def forget(self, night: str) -> None:
        """Drop what is known of a night that was erased."""
        self._known.pop(night, None)
