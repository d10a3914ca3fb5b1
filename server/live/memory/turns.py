"""One after the other of what takes long to make, whoever asks: everybody else has a turn after each of its steps."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from time import perf_counter

_MOST_WAITING = 30  # of one who asks: about three seconds' work
_SLICE_SECONDS = 0.005


class TooManyWait(Exception):
    """Too many requests of the same client wait for their turn."""


class Turns:
    """Who waits for a turn, by who asks."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._waiting = Counter[str]()

    @asynccontextmanager
    async def turn(self, who: str) -> AsyncGenerator[None]:
        """Wait for a turn and have it; TooManyWait if too many requests by ``who`` wait already."""
        if self._waiting[who] >= _MOST_WAITING:
            raise TooManyWait
        self._waiting[who] += 1
        try:
            async with self._lock:
                yield
        finally:
            self._waiting[who] -= 1
            if not self._waiting[who]:
                del self._waiting[who]


async def in_slices(steps: Iterable[object]) -> None:
    """Take these steps, one as each is asked for; other tasks have a turn every five milliseconds.

    So whatever is made of their results next, in one go, finds nearly all of it made.
    """
    await asyncio.sleep(0)
    begun = perf_counter()
    for _ in steps:
        if perf_counter() - begun > _SLICE_SECONDS:
            await asyncio.sleep(0)
            begun = perf_counter()
