"""What programs that poll cost the push: CSV and Atom asked for every five seconds by a thousand, beside a crowd.

Each poller keeps its connection, comes from an address of its own and sends the ETag that it has, as a chart service
does. They are one process, on the clients' core but behind all others there, since they stand for other machines. In
the turns without them they poll on, so that the clients' core has as much to do, but ask a server in their own process,
which answers with as many bytes. It can be run alone: ``python -m tests.bench.pollers [viewers] [pollers] [turns]``.
"""

import asyncio
import os
import re
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
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
_NIGHT = "/api/nights/live/"
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
                _change(process, signal.SIGUSR1)
                without.append(turn(one, crowd, islice(waiting, seats), rest))
                _change(process, signal.SIGUSR2)
                beside.append(turn(one, crowd, islice(waiting, seats), rest))
            process.send_signal(signal.SIGTERM)
            assert process.stdout
            polled = decode(process.stdout.read(), type=Polled)
    return Found(viewers, pollers, tuple(without), tuple(beside), polled)


def show(found: Found) -> None:
    """Print ratios, of each two turns that follow one another."""
    print(f"{found.viewers:,} viewers with {found.pollers:,} pollers / without, {len(found.without)} turns each:")
    for name, what in (("most", "99% of the viewers, ms"), ("last", "the last, ms"), ("seconds", "processor, s")):
        bare, with_them = ([getattr(one, name) for one in turns] for turns in (found.without, found.beside))
        ratios = sorted(more / less for less, more in zip(bare, with_them, strict=True))
        told = f"{statistics.median(bare):.4g} without, {statistics.median(with_them):.4g} with"
        print(f"{what}: {statistics.median(ratios):.2f}, from {ratios[0]:.2f} to {ratios[-1]:.2f} ({told})")
    print(
        f"{found.polled.answers:,} answers, {found.polled.new:,} of them new, {found.polled.size:,} bytes", flush=True
    )


@contextmanager
def _polling(one: Program, pollers: int) -> Generator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "tests.bench.pollers", "poll", str(one.port), str(pollers)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    os.sched_setaffinity(process.pid, {CLIENT_CORE})
    try:
        time.sleep(2 * _EVERY)  # until all have asked, and it is known how long the answers are
        yield process
    finally:
        process.terminate()
        process.wait()


def _change(process: subprocess.Popen[bytes], to: signal.Signals) -> None:
    """Have the pollers ask the other server, and wait until each of them has."""
    process.send_signal(to)
    time.sleep(1.5 * _EVERY)


class _Polls:
    """What all pollers share: the ``port`` that they ask, and what they got from the program; ``lengths`` are those of
    its newest answers, by path."""

    def __init__(self, port: int) -> None:
        self.program = self.port = port
        self.answers = self.new = self.size = 0
        self.lengths: dict[str, int] = dict.fromkeys(_PATHS, 0)

    async def stand_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer as the program does, without its work."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                asked = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = self.lengths[asked.split()[1].removeprefix(_NIGHT)]
                head = f'HTTP/1.1 200 OK\r\nETag: "1"\r\nContent-Length: {length}\r\n\r\n'
                writer.write(head.encode() + bytes(length))
        writer.close()


async def _poll_all(port: int, pollers: int) -> Polled:
    """Poll until this process is told to stop."""
    os.nice(19)
    polls, loop = _Polls(port), asyncio.get_running_loop()
    server = await asyncio.start_server(polls.stand_in, "127.0.0.1", 0)
    for to, where in ((signal.SIGUSR1, server.sockets[0].getsockname()[1]), (signal.SIGUSR2, port)):
        loop.add_signal_handler(to, setattr, polls, "port", where)
    paths = islice(cycle(_PATHS), pollers)
    tasks = [asyncio.create_task(_poll(polls, number, path, pollers)) for number, path in enumerate(paths)]
    stopped = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    ended = asyncio.create_task(stopped.wait())
    done, _ = await asyncio.wait([ended, *tasks], return_when=asyncio.FIRST_COMPLETED)
    for one in done:
        await one  # a poller that was refused says so
    return Polled(polls.answers, polls.new, polls.size)


async def _poll(polls: _Polls, number: int, path: str, pollers: int) -> None:
    home = f"127.0.{10 + number // 250}.{1 + number % 250}"
    due = time.monotonic() + _EVERY * number / pollers
    connected, known, reader, writer = 0, "", None, None
    while True:
        await asyncio.sleep(due - time.monotonic())
        if reader is None or writer is None or connected != polls.port:
            if writer:
                writer.close()
            connected = polls.port
            reader, writer = await asyncio.open_connection("127.0.0.1", connected, local_addr=(home, 0))
        asked = f"GET {_NIGHT}{path} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n{known}\r\n"
        try:
            writer.write(asked.encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
        except (ConnectionError, asyncio.IncompleteReadError):  # the server lets go of connections that rest
            writer.close()
            reader = writer = None
            continue
        headers = {name.lower(): value for name, value in re.findall(r"(?m)^([^:\r]+): (.*)\r$", head)}
        assert head[9:12] in ("200", "304"), head
        size = int(headers["content-length"]) if head[9:12] == "200" else 0
        await reader.readexactly(size)
        due = max(due + _EVERY, time.monotonic())
        if connected == polls.program:
            known = f"If-None-Match: {headers['etag']}\r\n"
            polls.answers += 1
            polls.new += size > 0
            polls.size += size
            polls.lengths[path] = size or polls.lengths[path]


def main() -> None:
    """Measure and print; or poll."""
    if sys.argv[1:2] == ["poll"]:
        polled = asyncio.run(_poll_all(*map(int, sys.argv[2:4])))
        print(encode(polled).decode(), flush=True)
    else:
        show(measure(*map(int, sys.argv[1:4])))


if __name__ == "__main__":
    main()
