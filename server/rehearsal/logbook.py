"""The logbook of a rehearsal, with everything that the server acknowledged, and the clock that all go by."""

import asyncio
from collections import Counter, defaultdict

from server.rehearsal.accidents import Paper


class Clock:
    """Counts the seconds since the rehearsal began: since the clock was made, or since ``begin``."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.begin()

    def begin(self) -> None:
        """Start the rehearsal now."""
        self._began = self._loop.time()

    @property
    def now(self) -> float:
        """Seconds since the rehearsal began."""
        return self._loop.time() - self._began

    async def until(self, moment: float) -> None:
        """Wait until a moment, in seconds since the beginning; return at once if it has passed."""
        await asyncio.sleep(max(0.0, moment - self.now))


class Logbook:
    """What was acknowledged to the people of a rehearsal.

    ``figures``: ballot id → the declarations that were acknowledged, oldest first. ``receipts``: ballot id → the
    receipt numbers that were given for them. ``done``: what was done → how often.
    """

    def __init__(self) -> None:
        self.figures: defaultdict[str, list[Paper]] = defaultdict(list)
        self.receipts: defaultdict[str, set[int]] = defaultdict(set)
        self.done: Counter[str] = Counter()

    def acknowledged(self, ballot: str, paper: Paper, receipt: int) -> None:
        """Note that a declaration was acknowledged; ``receipt`` is 0 if it waits for the desk."""
        self.figures[ballot].append(paper)
        self.known(ballot, receipt)

    def known(self, ballot: str, receipt: int) -> None:
        """Note the receipt number of a declaration that was acknowledged before; 0 is none."""
        if receipt:
            self.receipts[ballot].add(receipt)
