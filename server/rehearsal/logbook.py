"""What was acknowledged to whom during a rehearsal, and the clock that all go by. Nothing is sent."""

import asyncio
from collections import Counter, defaultdict

from server.rehearsal.accidents import Paper


class Clock:
    """Seconds since a rehearsal began: since it was made, or told to ``begin``."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.begin()

    def begin(self) -> None:
        """Now all are in their places."""
        self._began = self._loop.time()

    @property
    def now(self) -> float:
        """How many have passed."""
        return self._loop.time() - self._began

    async def until(self, moment: float) -> None:
        """Return at that moment, or at once where it is past."""
        await asyncio.sleep(max(0.0, moment - self.now))


class Logbook:
    """``figures`` ballot id → all that was declared there and acknowledged, oldest first; ``receipts`` ballot id → the
    numbers given for them, where a number was given; ``done`` how often each thing was done."""

    def __init__(self) -> None:
        self.figures: defaultdict[str, list[Paper]] = defaultdict(list)
        self.receipts: defaultdict[str, set[int]] = defaultdict(set)
        self.done: Counter[str] = Counter()

    def acknowledged(self, ballot: str, paper: Paper, receipt: int) -> None:
        """These figures are safely stored; ``receipt`` 0 while they wait for the desk."""
        self.figures[ballot].append(paper)
        self.known(ballot, receipt)

    def known(self, ballot: str, receipt: int) -> None:
        """The number of what was acknowledged before."""
        if receipt:
            self.receipts[ballot].add(receipt)
