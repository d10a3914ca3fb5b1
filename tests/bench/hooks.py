"""What webhooks cost: the push to a crowd of viewers, and the web process's time, with ten webhooks and without.

It is run by name: ``python -m tests.bench.hooks [viewers] [turns]``.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import uvicorn
from msgspec import Struct

from server.election.counting.acts import Stamp
from server.election.counting.acts.hook_acts import HookMade, HookSwitched
from server.election.events import Declared
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.bench.crowd import Crowd, processor_seconds
from tests.bench.fanout import clients_core
from tests.bench.peers.peer import CLIENT_CORE
from tests.bench.program import Program, percentile, program
from tests.bench.reach import DECLARED, declare, open_night_of_2019
from tests.conftest import free_port

_HOOKS = 10
_SEATS = 20  # declared in a turn
_RESTS = {"a tick of its own each": 0.5, "in a burst": 0.15}  # seconds between two declarations
_AFTER = 1.5  # seconds in which the last are sent


class Turn(Struct, frozen=True):
    """Milliseconds from a POST until 99% and all of the crowd have it, medians of a turn; ``seconds`` of processor time
    of the web process a declaration."""

    most: float
    last: float
    seconds: float


class Cost(Struct, frozen=True):
    """Turns without webhooks and with ten, in turn; and how many messages were taken of those that there were."""

    without: tuple[Turn, ...]
    with_ten: tuple[Turn, ...]
    taken: int
    sent: int


def measure(rest: float, viewers: int = 2_000, turns: int = 4) -> Cost:
    """Declare seats of 2019, ``rest`` seconds apart, a turn without webhooks and a turn with them, again and again."""
    os.environ["WEBHOOK_NETWORKS"] = "127.0.0.1"
    port, seats = free_port(), iter(DECLARED)
    without: list[Turn] = []
    with_ten: list[Turn] = []
    with program() as one, clients_core(), _receiving(port):
        asyncio.run(open_night_of_2019(one, (2 * turns + 1) * _SEATS, 650))
        one.start()
        one.get("/nights/live")
        with Crowd(one.port, "/nights/live/live?after=1", deflate=True) as crowd:
            crowd.open(viewers)
            turn(one, crowd, islice(seats, _SEATS), rest)  # to warm up
            asyncio.run(make(one, port, _HOOKS))
            for _ in range(turns):
                asyncio.run(switch(one, on=False))
                without.append(turn(one, crowd, islice(seats, _SEATS), rest))
                asyncio.run(switch(one, on=True))
                crowd.settle(_AFTER)  # what was missed meanwhile is sent first
                with_ten.append(turn(one, crowd, islice(seats, _SEATS), rest))
        told = one.get("/metrics").decode()
    taken = sum(
        float(line.split()[-1]) for line in told.splitlines() if line.startswith("declared_hook_deliveries_total{")
    )
    return Cost(tuple(without), tuple(with_ten), int(taken), 2 * turns * _SEATS * _HOOKS)


def turn(one: Program, crowd: Crowd, seats: Iterable[Declared], rest: float) -> Turn:
    """Declare these seats, ``rest`` seconds apart, and wait until the crowd has them."""
    seats = list(seats)
    arrivals: list[list[float]] = []
    before = processor_seconds([one.pid])
    with ThreadPoolExecutor(1) as officer:
        for seat in seats:
            crowd.settle(rest)
            start = time.perf_counter()
            receipt = officer.submit(declare, one, "live", one.tokens[seat.ballot], seat)
            crowd.read(len(crowd.messages) + 1)
            receipt.result()
            arrivals.append([(arrived - start) * 1000 for arrived in crowd.arrived])
    crowd.settle(_AFTER)
    return Turn(
        statistics.median(percentile(each, 99) for each in arrivals),
        statistics.median(max(each) for each in arrivals),
        (processor_seconds([one.pid]) - before) / len(seats),
    )


async def make(one: Program, port: int, number: int) -> int:
    """Make webhooks of all that comes about contests; the seq after which they begin."""
    stream = EventStream(one.redis_url)
    submitter = Submitter(stream)
    seq = (await submitter.look("live")).position.events
    for each in range(number):
        hook = f"hook-{each}"
        url = f"http://127.0.0.1:{port}/{hook}"
        act = HookMade(**_stamp(hook), hook=hook, url=url, kinds=("results", "notes"), ballots=(), after=seq)
        await submitter.record("live", act)
    await stream.close()
    return seq


async def switch(one: Program, *, on: bool) -> None:
    """Switch the webhooks on or off."""
    stream = EventStream(one.redis_url)
    for number in range(_HOOKS):
        hook = f"hook-{number}"
        await Submitter(stream).record("live", HookSwitched(**_stamp(f"{hook}/{time.time()}"), hook=hook, on=on))
    await stream.close()


def _stamp(command_id: str) -> Stamp:
    return Stamp(seq=0, at=datetime.now(UTC), by="", invitation="", device="", command_id=command_id)


@contextmanager
def _receiving(port: int) -> Generator[None]:
    receiver = subprocess.Popen([sys.executable, "-m", "tests.bench.hooks", "receive", str(port)])
    os.sched_setaffinity(receiver.pid, {CLIENT_CORE})
    try:
        yield
    finally:
        receiver.terminate()
        receiver.wait()


async def _takes(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})


def main() -> None:
    """Measure, and print ratios."""
    for name, rest in _RESTS.items():
        found = measure(rest, *map(int, sys.argv[1:3]))
        print(f"with ten webhooks / without, {len(found.without)} turns of {_SEATS} declarations, {name}:")
        print(f"99% of the viewers, ms: {_ratio(found, 'most')}; the last, ms: {_ratio(found, 'last')}")
        spent = _ratio(found, "seconds")
        print(f"processor time a declaration, s: {spent}; {found.taken} messages taken of {found.sent}", flush=True)


def _ratio(found: Cost, name: str) -> str:
    bare, ten = (statistics.median(getattr(turn, name) for turn in turns) for turns in (found.without, found.with_ten))
    return f"{ten / bare:.2f} ({bare:.4g} without)"


if __name__ == "__main__":
    if sys.argv[1:2] == ["receive"]:
        uvicorn.run(_takes, port=int(sys.argv[2]), log_config=None, access_log=False, lifespan="off")
    else:
        main()
