"""What it costs to say something every seven seconds to viewers of a night on which nothing happens.

It is run by name: ``python -m tests.bench.silence [viewers] [seconds]``.
"""

import asyncio
import sys
import time

from msgspec import Struct

from server.live.hub import BEAT_SECONDS, BEATS_OF_SILENCE
from tests.bench.crowd import Crowd, processor_seconds
from tests.bench.fanout import clients_core
from tests.bench.program import program
from tests.bench.reach import open_night_of_2019


class Silence(Struct, frozen=True):
    """``core`` is the part of a processor that the beats take, ``viewer_us`` the microseconds for one of them."""

    viewers: int
    core: float
    viewer_us: float


def measure(viewers: int = 10_000, seconds: float = 42.0) -> Silence:
    """The processor time of a night that is watched in silence, without that of one that nobody watches."""
    with program() as one, clients_core():
        asyncio.run(open_night_of_2019(one, 0, 650))
        one.start()
        one.get("/nights/live")
        alone = _spent(one.pid, seconds / 2) / (seconds / 2)
        with Crowd(one.port, "/nights/live/live?after=1", deflate=True) as crowd:
            crowd.open(viewers)
            before, end = processor_seconds([one.pid]), time.monotonic() + seconds
            while time.monotonic() < end:
                crowd.settle(1)
            core = (processor_seconds([one.pid]) - before) / seconds - alone
    return Silence(viewers, core, core / viewers * BEAT_SECONDS * BEATS_OF_SILENCE * 1e6)


def _spent(pid: int, seconds: float) -> float:
    before = processor_seconds([pid])
    time.sleep(seconds)
    return processor_seconds([pid]) - before


if __name__ == "__main__":
    found = measure(*(int(argument) for argument in sys.argv[1:3]))  # type: ignore[reportArgumentType]
    print(f"{found.viewers:,} silent viewers: {found.core:.2%} of a core, {found.viewer_us:.1f} µs a beat")
