"""From a declaration's POST to the last of ten thousand browsers: the real program, Redis and all; and beside clients
that never read.
"""

import argparse
import asyncio
import http.client
import json
import socket
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

from msgspec import Struct
from msgspec.structs import astuple, replace

from server.election.contests import Definition
from server.election.events import Declared
from server.nights import archive
from server.stream.events import EventStream
from server.stream.opening import open_night
from tests.bench.crowd import Crowd, memory_kib, processor_seconds
from tests.bench.fanout import fan_out, ours
from tests.bench.posting import body_of, tokens
from tests.bench.program import Program, percentile, program

PAST = archive.load("parl.2019-12-12")
DECLARED = [event for event in PAST.events if isinstance(event, Declared)]
_ROUNDS = 8
_REST = 0.5  # seconds between two: each is a tick of its own
_STUCK_SHARE = 20  # one more for so many, who never reads
_FILLING = 100  # declarations, so that the kernel's buffers of those who never read are full
_ALLOWED_MS = 10  # for the POST, Redis and the rendering
_TURNS = 3  # without and with them


class Reach(Struct, frozen=True):
    """Milliseconds from the POST, medians of the rounds: to its receipt (on disk), and to half, 99% and all clients.

    ``stuck`` more never read; ``web_mib`` is the web process's own memory, ``kernel_mib`` all sockets'.
    """

    clients: float
    stuck: float
    receipt: float
    half: float
    most: float
    last: float
    delivery_us: float
    web_mib: float
    kernel_mib: float


class Reaches(Struct, frozen=True):
    """Without and with those who never read, in one run; ``floor_ms`` is what the floor's fan-out alone takes."""

    floor_ms: float | None
    free: Reach
    stuck: Reach


def measure(
    clients: int = 10_000,
    floor_ms: float | None = None,
    turns: int = _TURNS,
    filling: int = _FILLING,
    number: int = _ROUNDS,
    contests: int = len(DECLARED),
) -> Reaches:
    """A 2019 night on air, declared seat by seat: turns without and with those who never read, a number of declarations
    each, and as many before as fill the buffers of those who never read."""
    with program() as one:
        asyncio.run(open_night_of_2019(one, (2 * turns + 1) * number + turns * filling, contests))
        one.start()
        one.get("/nights/live")
        seats = iter(DECLARED)
        with Crowd(one.port, "/nights/live/live?after=1", deflate=True) as crowd:
            crowd.open(clients)
            declared_to(one, crowd, seats, number=number)  # to warm up
            # The same readers in both, so that the only difference is those who do not read.
            free: list[Reach] = []
            full: list[Reach] = []
            for _ in range(turns):
                free.append(declared_to(one, crowd, seats, number=number))
                stuck = Crowd(one.port, "/nights/live/live?after=0").stuck(clients // _STUCK_SHARE)
                for seat in islice(seats, filling):
                    declare(one, "live", one.tokens[seat.ballot], seat)
                    crowd.settle(0)
                full.append(declared_to(one, crowd, seats, len(stuck), number))
                for line in stuck:
                    line.close()
    return Reaches(floor_ms, _median(free), _median(full))


def part_of_2019(name: str, contests: int) -> Definition:
    """The night of 2019 by another name, with the contests that were the first to declare."""
    first = {seat.ballot for seat in DECLARED[:contests]}
    kept = tuple(one for one in PAST.definition.contests if one.ballot in first)
    return replace(PAST.definition, id=name, times="live", contests=kept)


async def open_night_of_2019(one: Program, seats: int, contests: int = len(DECLARED)) -> None:
    """Nothing is declared, and the first seats can be."""
    stream = EventStream(one.redis_url)
    await open_night(stream, part_of_2019("live", contests), "open")
    one.tokens = await tokens(stream, one.secret, "live", *(seat.ballot for seat in DECLARED[:seats]))
    await stream.close()


def declared_to(one: Program, crowd: Crowd, seats: Iterator[Declared], stuck: int = 0, number: int = _ROUNDS) -> Reach:
    """Declare some seats, one at a time, and see how they reach everybody in the crowd."""
    receipts: list[float] = []
    arrivals: list[list[float]] = []
    spent = 0.0
    with ThreadPoolExecutor(1) as officer:
        for seat in islice(seats, number):
            crowd.settle(_REST)
            before = processor_seconds([one.pid])
            start = time.perf_counter()
            receipt = officer.submit(declare, one, "live", one.tokens[seat.ballot], seat)
            crowd.read(len(crowd.messages) + 1)
            receipts.append(receipt.result() - start)
            spent += processor_seconds([one.pid]) - before
            arrivals.append([(arrived - start) * 1000 for arrived in crowd.arrived])
    return Reach(
        clients=len(crowd),
        stuck=stuck,
        receipt=statistics.median(receipts) * 1000,
        half=statistics.median(percentile(each, 50) for each in arrivals),
        most=statistics.median(percentile(each, 99) for each in arrivals),
        last=statistics.median(max(each) for each in arrivals),
        delivery_us=spent / len(receipts) / len(crowd) * 1e6,
        web_mib=memory_kib([one.pid]) / 1024,
        kernel_mib=_sockets_mib(),
    )


def _median(turns: list[Reach]) -> Reach:
    return Reach(*map(statistics.median, zip(*map(astuple, turns), strict=True)))


def declare(one: Program, night: str, token: str, seat: Declared) -> float:
    """POST it; returns when its receipt was there, in seconds of time.perf_counter."""
    line = http.client.HTTPConnection("127.0.0.1", one.port, timeout=60)
    line.connect()
    line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "once", "Content-Type": "application/json"}
    path = f"/api/nights/{night}/contests/{seat.ballot}/declaration"
    line.request("POST", path, json.dumps(body_of(seat)), headers)
    answer = line.getresponse()
    body = answer.read()
    assert answer.status == 201, body
    line.close()
    return time.perf_counter()


def _sockets_mib() -> float:
    lines = Path("/proc/net/sockstat").read_text().splitlines()
    pages = next(int(line.split()[-1]) for line in lines if line.startswith("TCP:"))
    return pages * 4 / 1024


def show(found: Reaches) -> None:
    """Print it, with the ratio of the last arrival to the floor's."""
    print(f"{'':<28}{'receipt':>9}{'half':>8}{'99%':>8}{'last, ms':>10} |{'µs each':>8} |{'MiB web':>8}{'kernel':>8}")
    for one in (found.free, found.stuck):
        name = f"{one.clients:,.0f} read, {one.stuck:,.0f} never"
        print(
            f"{name:<28}{one.receipt:>9.0f}{one.half:>8.0f}{one.most:>8.0f}{one.last:>10.0f} |{one.delivery_us:>8.1f}"
            f" |{one.web_mib:>8.0f}{one.kernel_mib:>8.0f}"
        )
    print(f"99% with those who never read / without: {found.stuck.most / found.free.most:.2f}")
    if found.floor_ms:
        ratio = (found.free.last - _ALLOWED_MS) / found.floor_ms
        print(f"last, less {_ALLOWED_MS} ms, / the floor's own fan-out ({found.floor_ms:.0f} ms): {ratio:.2f}")


def main() -> None:
    """Measure beside the floor, and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.reach", description=__doc__)
    parser.add_argument("--clients", type=int, default=10_000)
    many = parser.parse_args().clients
    floor = fan_out(many, 3, ours()[:1])[0].median
    show(measure(many, floor.last_ms if floor else None))


if __name__ == "__main__":
    main()
