"""What programs that poll cost the push: CSV and Atom asked for every five seconds by a thousand, beside a crowd.

Each poller keeps its connection, comes from an address of its own and sends the ETag that it has, as a chart service
does. They are one process, on the clients' core but behind all others there, since they stand for other machines; it is
stopped for the turns without them. It can be run alone:
``python -m tests.bench.pollers [viewers] [pollers] [turns]``.
"""

import asyncio
import os
import re
import signal
import statistics
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from itertools import cycle, islice

from msgspec import Struct
from msgspec.json import decode, encode

from tests.bench.crowd import Crowd
from tests.bench.fanout import clients_core
from tests.bench.hooks import Turn, turn
from tests.bench.peers.peer import CLIENT_CORE
from tests.bench.program import Program, program
from tests.bench.reach import DECLARED, open_night_of_2019

_EVERY = 5.0  # seconds
_PATHS = (
    "chart.csv",
    "tables/contests.csv",
    "tables/candidates.csv",
    "feed.atom",
    "feed.atom?only=gains",
    "chart.json",
)
_SEATS = 20  # declared in a turn
_REST = 0.5  # seconds between two declarations


class Polled(Struct, frozen=True):
    """What the pollers got in all: answers, how many of them were new, and the bytes of those."""

    answers: int
    new: int
    size: int


class Found(Struct, frozen=True):
    """Turns without pollers and with them, one after the other."""

    viewers: int
    pollers: int
    without: tuple[Turn, ...]
    beside: tuple[Turn, ...]
    polled: Polled


def measure(
    viewers: int = 5_000, pollers: int = 1_000, turns: int = 5, seats: int = _SEATS, rest: float = _REST
) -> Found:
    """Declare seats of 2019 to the crowd, a turn without pollers and a turn with them, again and again."""
    without: list[Turn] = []
    beside: list[Turn] = []
    waiting = iter(DECLARED)
    with program() as one, clients_core():
        asyncio.run(open_night_of_2019(one, (2 * turns + 1) * seats, 650))
        one.start()
        one.get("/nights/live")
        with Crowd(one.port, "/nights/live/live?after=1", deflate=True) as crowd, _polling(one, pollers) as process:
            crowd.open(viewers)
            turn(one, crowd, islice(waiting, seats), rest)  # to warm up
            for _ in range(turns):
                process.send_signal(signal.SIGSTOP)
                without.append(turn(one, crowd, islice(waiting, seats), rest))
                process.send_signal(signal.SIGCONT)
                crowd.settle(rest)  # what they all missed meanwhile they ask for at once
                beside.append(turn(one, crowd, islice(waiting, seats), rest))
            process.send_signal(signal.SIGTERM)
            assert process.stdout
            polled = decode(process.stdout.read(), type=Polled)
    return Found(viewers, pollers, tuple(without), tuple(beside), polled)


def show(found: Found) -> None:
    """Print ratios."""
    print(f"{found.viewers:,} viewers with {found.pollers:,} pollers / without, {len(found.without)} turns each:")
    for name, what in (("most", "99% of the viewers, ms"), ("last", "the last, ms"), ("seconds", "processor, s")):
        bare, with_them = (
            statistics.median(getattr(one, name) for one in turns) for turns in (found.without, found.beside)
        )
        print(f"{what}: {with_them / bare:.2f} ({bare:.4g} without, {with_them:.4g} with)")
    print(
        f"{found.polled.answers:,} answers, {found.polled.new:,} of them new, {found.polled.size:,} bytes", flush=True
    )


@contextmanager
def _polling(one: Program, pollers: int) -> Generator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "tests.bench.pollers", "poll", str(one.port), str(pollers)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    os.sched_setaffinity(process.pid, {CLIENT_CORE})
    try:
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait()


async def _poll_all(port: int, pollers: int) -> Polled:
    """Poll until this process is told to stop."""
    os.nice(19)
    counted = [0, 0, 0]
    paths = islice(cycle(_PATHS), pollers)
    tasks = [asyncio.create_task(_poll(port, number, path, pollers, counted)) for number, path in enumerate(paths)]
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    ended = asyncio.create_task(stopped.wait())
    done, _ = await asyncio.wait([ended, *tasks], return_when=asyncio.FIRST_COMPLETED)
    for one in done:
        await one  # a poller that was refused says so
    return Polled(*counted)


async def _poll(port: int, number: int, path: str, pollers: int, counted: list[int]) -> None:
    await asyncio.sleep(_EVERY * number / pollers)
    home = f"127.0.{10 + number // 250}.{1 + number % 250}"
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(home, 0))
    known = ""
    while True:
        asked = f"GET /api/nights/live/{path} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n{known}\r\n"
        writer.write(asked.encode())
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
        except (ConnectionError, asyncio.IncompleteReadError):  # the server lets go of connections that rest
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(home, 0))
            continue
        headers = {name.lower(): value for name, value in re.findall(r"(?m)^([^:\r]+): (.*)\r$", head)}
        assert head[9:12] in ("200", "304"), head
        size = int(headers["content-length"]) if head[9:12] == "200" else 0
        await reader.readexactly(size)
        known = f"If-None-Match: {headers['etag']}\r\n"
        counted[0] += 1
        counted[1] += size > 0
        counted[2] += size
        await asyncio.sleep(_EVERY)


def main() -> None:
    """Measure and print; or poll."""
    if sys.argv[1:2] == ["poll"]:
        polled = asyncio.run(_poll_all(*map(int, sys.argv[2:4])))
        print(encode(polled).decode(), flush=True)
    else:
        show(measure(*map(int, sys.argv[1:4])))


if __name__ == "__main__":
    main()
