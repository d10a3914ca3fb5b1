"""What time it is: Redis's time, so that all processes agree whatever the clocks of their machines say."""

import time
from datetime import datetime

from server.election.clock import LONDON


class _Clock:
    """Redis's time as its last reply gave it, carried on from there by this machine's monotonic clock."""

    def __init__(self) -> None:
        self._ahead: float | None = None  # seconds by which Redis's time is ahead of the monotonic clock

    def heard(self, seconds: float) -> None:
        self._ahead = seconds - time.monotonic()

    def now(self) -> float:
        return time.time() if self._ahead is None else time.monotonic() + self._ahead


_clock = _Clock()


def heard(seconds: float) -> None:
    """Take note of Redis's time, in seconds since 1970, as a reply has just given it."""
    _clock.heard(seconds)


def now() -> datetime:
    """The present moment, in London's time zone, late by no more than the last reply took on its way.

    Before the first reply of Redis it is the time of this machine's own clock.
    """
    return datetime.fromtimestamp(_clock.now(), LONDON)
