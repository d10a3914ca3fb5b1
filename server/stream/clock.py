"""What time it is: Redis's time, the same for every process of a night, whatever this machine's own clock says."""

import time
from datetime import datetime

from server.election.clock import LONDON


class _Clock:
    """Redis's time as its last reply told it, carried on from there by this machine's steady clock."""

    def __init__(self) -> None:
        self._ahead: float | None = None  # seconds of Redis's time ahead of the steady clock

    def heard(self, seconds: float) -> None:
        self._ahead = seconds - time.monotonic()

    def now(self) -> float:
        return time.time() if self._ahead is None else time.monotonic() + self._ahead


_clock = _Clock()


def heard(seconds: float) -> None:
    """Take note of Redis's time, in seconds since 1970, as a reply has just told it."""
    _clock.heard(seconds)


def now() -> datetime:
    """This moment in London, late by no more than the last reply took on its way. A process to which Redis has not said
    anything yet has its machine's clock only."""
    return datetime.fromtimestamp(_clock.now(), LONDON)
