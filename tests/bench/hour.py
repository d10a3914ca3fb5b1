"""A receiver of webhooks that is down for an hour, while a thousand events happen and one of two web processes is
killed: what arrives, what it costs, and how long the push takes beside it.

The hour is shortened: each pause of the real schedule is divided by the same number as it is. The lease of a process
that dies is not, so whoever goes on waits longer than in an hour of true length. It is run by name: ``python -m
tests.bench.hour [viewers] [how many times faster]``.
"""

import asyncio
import os
import signal
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import uvicorn
from msgspec import Struct
from msgspec.json import Decoder
from standardwebhooks import Webhook

from server.election.commands import PostNote
from server.election.counting.hooks import kind_of
from server.hooks.secret import secret_of
from server.settings import WEBHOOK_PAUSES
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.bench.crowd import Crowd, processor_seconds
from tests.bench.fanout import clients_core
from tests.bench.hooks import Turn, make, turn
from tests.bench.peers.peer import CLIENT_CORE
from tests.bench.program import Program, program
from tests.bench.reach import DECLARED, open_night_of_2019
from tests.conftest import free_port

_HOUR = 3600.0
_HOOKS = 10
_REST = 0.5  # seconds between two declarations
_LONGEST = 180.0  # seconds until everything has arrived


class Hour(Struct, frozen=True):
    """Turns without webhooks, while the receiver is down, and while everything is sent that waited; ``seconds`` from
    its return until it had everything, ``spent`` of processor time by the web process that is not killed. ``sent``
    counts messages that are to arrive, ``doubles`` those that came again; ``lost`` and ``late``, before which a later
    one of their contest came, are to be none."""

    without: tuple[Turn, ...]
    down: tuple[Turn, ...]
    again: tuple[Turn, ...]
    seconds: float
    spent: float
    sent: int
    doubles: int
    lost: int
    late: int


class _Data(Struct):
    seq: int
    event: "_Event"


class _Event(Struct):
    ballot: str | None = None


class _Told(Struct):
    data: _Data


_told = Decoder(_Told)


def measure(viewers: int = 2_000, faster: float = 60, events: int = 1_000, seats: int = 20) -> Hour:
    """Declare ``seats`` a turn, two turns each; the rest of the ``events`` are notes about contests."""
    os.environ |= {
        "WEBHOOK_NETWORKS": "127.0.0.1",
        "WEBHOOK_PAUSES": " ".join(f"{pause / faster:.3f}" for pause in WEBHOOK_PAUSES),
    }
    port, left = free_port(), iter(DECLARED)
    with program() as one, clients_core(), _second(one) as two:
        asyncio.run(open_night_of_2019(one, 7 * seats, 650))
        for each in (one, two):
            each.start()
            each.get("/nights/live")
        with Crowd(one.port, "/nights/live/live?after=1", deflate=True) as crowd:
            crowd.open(viewers)

            def turns(number: int = 2) -> Iterator[Turn]:
                for _ in range(number):
                    yield turn(one, crowd, islice(left, seats), _REST)

            list(turns(1))  # to warm up
            without = tuple(turns())
            first = asyncio.run(make(one, port, _HOOKS)) + 1
            began = time.monotonic()
            down = (next(turns(1)),)
            two.kill()
            asyncio.run(_notes(one, events - 4 * seats))
            two.start()
            down = (*down, *turns(1))
            while time.monotonic() - began < _HOUR / faster:
                crowd.settle(0.5)
            with _receiving(one, port) as received:
                began, before = time.monotonic(), processor_seconds([one.pid])
                while not received.exists() or received.stat().st_size < 1_000:
                    crowd.settle(0.2)
                two.kill()  # while it sends; its leases end after half a minute
                again = tuple(turns())
                while len(found := _found(received)) < _HOOKS or min(map(len, map(set, found.values()))) < events:
                    assert time.monotonic() - began < _LONGEST, {path: len(set(seqs)) for path, seqs in found.items()}
                    crowd.settle(0.5)
                expected = asyncio.run(_expected(one, first))
                seconds, spent = time.monotonic() - began, processor_seconds([one.pid]) - before
    seqs = {path: [seq for seq, _ in one] for path, one in found.items()}
    return Hour(
        without,
        down,
        again,
        seconds,
        spent,
        sent=_HOOKS * len(expected),
        doubles=sum(len(one) - len(set(one)) for one in seqs.values()),
        lost=sum(len(expected - set(one)) for one in seqs.values()),
        late=sum(map(_late, found.values())),
    )


def _late(found: list[tuple[int, str | None]]) -> int:
    """How many came for the first time after a later one of their contest."""
    newest, seen, late = defaultdict[str | None, int](int), set[int](), 0
    for seq, ballot in found:
        late += seq not in seen and seq < newest[ballot]
        newest[ballot] = max(newest[ballot], seq)
        seen.add(seq)
    return late


@contextmanager
def _second(one: Program) -> Generator[Program]:
    (folder := one.folder / "two").mkdir()
    two = Program(folder, one.redis_url)
    try:
        yield two
    finally:
        two.kill()


async def _expected(one: Program, first: int) -> set[int]:
    """The seqs, from the first on, of what the webhooks asked for."""
    stream = EventStream(one.redis_url)
    events = await stream.read("live")
    await stream.close()
    return {event.seq for event in events if event.seq >= first and kind_of(event) in ("results", "notes")}


async def _notes(one: Program, number: int) -> None:
    stream = EventStream(one.redis_url)
    submitter = Submitter(stream)
    for each in range(number):
        ballot = DECLARED[each % 50].ballot
        command = PostNote(id=f"note-{each}", by="desk", text=f"Note {each}", ballot=ballot)
        await submitter.submit("live", command, datetime.now(UTC))
    await stream.close()


@contextmanager
def _receiving(one: Program, port: int) -> Generator[Path]:
    """A receiver; the file to which it writes what it took, a line each: path, seq and contest."""
    to = one.folder / "received"
    command = [sys.executable, "-m", "tests.bench.hour", "receive", str(port), str(to), one.secret]
    receiver = subprocess.Popen(command)
    os.sched_setaffinity(receiver.pid, {CLIENT_CORE})
    try:
        yield to
    finally:
        receiver.send_signal(signal.SIGTERM)
        receiver.wait()


def _found(file: Path) -> dict[str, list[tuple[int, str | None]]]:
    found = defaultdict[str, list[tuple[int, str | None]]](list)
    for line in file.read_text().splitlines(keepends=True):
        if line.endswith("\n"):
            path, seq, *ballot = line.split()
            found[path].append((int(seq), ballot[0] if ballot else None))
    return found


def _receive(port: int, to: Path, secret: str) -> None:
    out = to.open("a", buffering=1)

    async def take(scope: dict[str, Any], receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            part = await receive()
            if part["type"] == "http.disconnect":  # its sender was killed
                return
            body, more = body + part["body"], part.get("more_body", False)
        path = scope["path"]
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        Webhook(secret_of(secret, path[1:])).verify(body, headers)
        told = _told.decode(body).data
        out.write(f"{path} {told.seq} {told.event.ballot or ''}\n")
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    uvicorn.run(take, port=port, log_config=None, access_log=False, lifespan="off")


def main() -> None:
    """Measure, and print what arrived and ratios."""
    found = measure(*map(int, sys.argv[1:3]))
    print(f"{found.sent} messages to arrive: {found.lost} lost, {found.late} late, {found.doubles} doubles")
    print(f"all arrived {found.seconds:.1f} s after the hour, {found.spent:.1f} s of the processor")
    for name, turns in (("the receiver is down", found.down), ("everything is sent", found.again)):
        for what in ("most", "last", "seconds"):
            bare, beside = (statistics.median(getattr(one, what) for one in some) for some in (found.without, turns))
            print(f"{name}: {what} {beside / bare:.2f} ({bare:.4g} without)", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["receive"]:
        _receive(int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
    else:
        main()
