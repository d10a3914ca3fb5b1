"""Those who wait until everybody who is pushed to has the news. Nothing of nights, no HTTP."""

import asyncio
from collections import deque
from collections.abc import Callable

_LOOK_SECONDS = 0.01  # between two looks whether news is still being sent
_LONGEST_SECONDS = 1.0  # that anybody waits, where news comes without a break
_AT_ONCE = 4  # of those who waited, before whoever comes just then has a turn: about a millisecond


class Later:
    """Lets nobody in while ``sends`` says that news is being sent, and then those who waited, a few at a time."""

    def __init__(self, sends: Callable[[], bool]) -> None:
        self._sends = sends
        self._waiting: deque[tuple[float, asyncio.Future[None]]] = deque()
        self._letting_in: asyncio.Task[None] | None = None

    async def turn(self) -> None:
        """Wait until news has been sent, or for a second."""
        if not self._waiting and not self._sends():
            return
        loop = asyncio.get_running_loop()
        let_in = loop.create_future()
        self._waiting.append((loop.time() + _LONGEST_SECONDS, let_in))
        if not self._letting_in:
            self._letting_in = asyncio.create_task(self._let_in())
        await let_in

    async def _let_in(self) -> None:
        """Let in all who wait: one task looks for all, since each look of each would be time that the push has not."""
        time = asyncio.get_running_loop().time
        while self._waiting:
            if self._sends() and time() < self._waiting[0][0]:
                await asyncio.sleep(_LOOK_SECONDS)
                continue
            for _ in range(min(_AT_ONCE, len(self._waiting))):
                _, let_in = self._waiting.popleft()
                if not let_in.done():  # who asked is gone
                    let_in.set_result(None)
            await asyncio.sleep(0)
        self._letting_in = None
