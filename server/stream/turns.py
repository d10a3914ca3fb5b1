"""Turns within a process: for each night one caller at a time, in the order in which they came. No Redis."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from server.stream.servers.failures import StreamUnavailable


class Turns:
    """A queue for each night. If Redis does not answer the caller whose turn it is, all who wait fail with it."""

    def __init__(self) -> None:
        self._lines = defaultdict[str, asyncio.Lock](asyncio.Lock)
        self._in_vain = 0

    @asynccontextmanager
    async def of(self, night: str) -> AsyncGenerator[None]:
        """Wait for a turn, and hold it within the block; StreamUnavailable if that was raised in a turn meanwhile."""
        before = self._in_vain
        async with self._lines[night]:
            if self._in_vain > before:
                raise StreamUnavailable("Redis did not answer.")
            try:
                yield
            except StreamUnavailable:
                self._in_vain += 1
                raise
