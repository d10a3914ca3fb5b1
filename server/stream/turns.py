"""One at a time within a process, for each night, in the order in which they came. No Redis."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from server.stream.events import StreamUnavailable


class Turns:
    """Whose turn it is. Once somebody has waited for Redis in vain, that is long enough for all who are in line."""

    def __init__(self) -> None:
        self._lines = defaultdict[str, asyncio.Lock](asyncio.Lock)
        self._in_vain = 0

    @asynccontextmanager
    async def of(self, night: str) -> AsyncGenerator[None]:
        """Have a turn; StreamUnavailable where whoever had it before was told that."""
        before = self._in_vain
        async with self._lines[night]:
            if self._in_vain > before:
                raise StreamUnavailable("Redis did not answer.")
            try:
                yield
            except StreamUnavailable:
                self._in_vain += 1
                raise
