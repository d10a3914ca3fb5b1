"""The server is killed in the middle of a replay with five thousand viewers: how soon all are back, and with what.

A viewer here does as the page does: it keeps its cursor, waits as htmx is told to, and comes back with what it has.
"""

import argparse
import json
import random
import re
import select
import socket
import time
from functools import cache
from itertools import groupby
from threading import Thread
from typing import Any

from msgspec import Struct

from tests.bench.crowd import KEY, processor_seconds
from tests.bench.program import Program, percentile, program

_SPEED = "240"  # times real time: about eight declarations a second at three in the morning
_BEFORE = 40  # declared when the viewers come


class Herd(Struct, frozen=True):
    """Seconds from the kill: until the server is ready again, and until half, 99% and all viewers have a page in step.

    ``server_ms`` is the new web process's time for each viewer until all were back: its start, their handshakes, and
    all it pushed. ``gaps`` and ``repeats`` count viewers who missed a row, or were sent a seq that they had.
    """

    viewers: int
    ready: float
    half: float
    most: float
    last: float
    server_ms: float
    declared: int
    gaps: int
    repeats: int


class Viewer:
    """A browser: its cursor, the rows it was sent, and when it tries next."""

    def __init__(self, night: str, after: int) -> None:
        self._night = night
        self.after = after
        self.rows: set[str] = set()
        self.repeats = 0
        self.attempt = 0
        self.line: socket.socket | None = None
        self.opened = False
        self.back = 0.0
        self._read = b""

    def connect(self, port: int) -> bool:
        """Ask for what was missed; False if nobody is there."""
        self.line, self.opened, self._read = socket.socket(), False, b""
        try:
            self.line.connect(("127.0.0.1", port))
            self.line.sendall(
                f"GET /nights/{self._night}.replay/live?after={self.after} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {KEY}\r\n"
                "Sec-WebSocket-Version: 13\r\n\r\n".encode()
            )
        except OSError:
            self.close()
            return False
        self.line.setblocking(False)
        return True

    def close(self) -> None:
        """Hang up."""
        if self.line:
            self.line.close()
        self.line = None

    def read(self, now: float) -> bool:
        """Take what came; False if the line is dead, or the night is not there yet."""
        assert self.line
        try:
            data = self.line.recv(1 << 18)
        except OSError:
            data = b""
        self._read += data
        if not self.opened:
            head, end, rest = self._read.partition(b"\r\n\r\n")
            if not end or not head.startswith(b"HTTP/1.1 101 "):
                return bool(data) and not end
            self.opened, self.attempt, self.back, self._read = True, 0, now, rest
        while len(self._read) > 1:
            size, start = self._read[1], 2
            if size > 125:
                start = 4 if size == 126 else 10
                size = int.from_bytes(self._read[2:start], "big")
            if len(self._read) < start + size:
                break
            if self._read[0] & 0x0F == 8:  # it is asked to come again
                return False
            payload, self._read = self._read[start : start + size], self._read[start + size :]
            if payload:
                cursor, rows = _read_by_a_page(payload)
                self.repeats += cursor <= self.after
                self.after = cursor
                self.rows |= rows
        return bool(data)


@cache
def _read_by_a_page(payload: bytes) -> tuple[int, frozenset[str]]:
    text = payload.decode()
    return int(re.findall(r'id="cursor" value="(\d+)"', text)[0]), frozenset(
        re.findall(r'hx-target="#row-([^"]+)"', text)
    )


class Flock:
    """All viewers, on one epoll; ``there`` is how many are connected, ``lost`` how many connections have ended."""

    def __init__(self, port: int, viewers: list[Viewer], retry: dict[str, float]) -> None:
        self.viewers = viewers
        self._retry = retry
        self.there = self.lost = 0
        self._port = port
        self._epoll = select.epoll()
        self._by_line: dict[int, Viewer] = {}
        self._due = [(0.0, viewer) for viewer in viewers]

    def watch(self, seconds: float = 120, all_there: bool = False) -> None:
        """Read for so long, or until everybody is connected."""
        end = time.perf_counter() + seconds
        while (now := time.perf_counter()) < end and not (all_there and self.there == len(self.viewers)):
            self._connect(now)
            for descriptor, _ in self._epoll.poll(0.05, 1024):
                viewer = self._by_line[descriptor]
                opened = viewer.opened
                alive = viewer.read(time.perf_counter())
                self.there += viewer.opened - opened
                if not alive:
                    self._lost(descriptor, viewer)
        assert not all_there or self.there == len(self.viewers), f"only {self.there} are back"

    def close(self) -> None:
        """Hang up."""
        for viewer in self.viewers:
            viewer.close()

    def _connect(self, now: float) -> None:
        due = [viewer for at, viewer in self._due if at <= now][:256]
        if due:
            called = set(map(id, due))
            self._due = [(at, viewer) for at, viewer in self._due if id(viewer) not in called]
        for viewer in due:
            if viewer.connect(self._port):
                assert viewer.line
                self._by_line[viewer.line.fileno()] = viewer
                self._epoll.register(viewer.line.fileno(), select.EPOLLIN)
            else:
                self._wait(viewer)

    def _lost(self, descriptor: int, viewer: Viewer) -> None:
        self._epoll.unregister(descriptor)
        del self._by_line[descriptor]
        self.there -= viewer.opened
        self.lost += 1
        viewer.opened = False
        viewer.close()
        self._wait(viewer)

    def _wait(self, viewer: Viewer) -> None:
        """As htmx does: doubled at each attempt up to a most, and spread."""
        delay = min(self._retry["reconnectDelay"] * 2**viewer.attempt, self._retry["reconnectMaxDelay"]) / 1000
        viewer.attempt += 1
        spread = 1 + self._retry["reconnectJitter"] * random.uniform(-1, 1)
        self._due.append((time.perf_counter() + delay * spread, viewer))


def measure(viewers: int = 5_000, before: int = _BEFORE, watched: float = 5.0, past: str = "parl.2019-12-12") -> Herd:
    """Watch for so many seconds once so many are declared, kill, start again at once, watch on."""
    arguments = ("run", past, "--speed", _SPEED)
    with program() as one:
        one.start(*arguments)
        while (night := _night(one, past))["declared"] < before:
            time.sleep(0.05)
        flock = Flock(one.port, [Viewer(past, night["seq"]) for _ in range(viewers)], _retry(one, past))
        flock.watch(all_there=True)
        flock.watch(watched)
        one.kill()
        killed = time.perf_counter()
        ready: list[float] = []
        starting = Thread(target=lambda: ready.append(one.start(*arguments) or time.perf_counter() - killed))
        starting.start()
        flock.watch(1.0)  # in which everybody notices
        flock.watch(all_there=True)
        starting.join()
        spent = processor_seconds([one.pid])
        flock.watch(watched)
        flock.close()
    backs = [viewer.back - killed for viewer in flock.viewers]
    return Herd(
        viewers=viewers,
        ready=ready[0],
        half=percentile(backs, 50),
        most=percentile(backs, 99),
        last=max(backs),
        server_ms=spent / viewers * 1000,
        declared=max(len(viewer.rows) for viewer in flock.viewers),
        gaps=gaps_of(flock.viewers, declared_in(night)),
        repeats=sum(viewer.repeats > 0 for viewer in flock.viewers),
    )


def _retry(one: Program, past: str) -> dict[str, float]:
    """How htmx is told to come back, in milliseconds: as a page that is on air says it."""
    return json.loads(re.findall(r'"ws":({[^}]+})', one.get(f"/nights/{past}.replay").decode())[0])


def declared_in(night: dict[str, Any]) -> set[str]:
    return {contest["ballot"].split(".")[1] for contest in night["contests"] if contest["status"] == "declared"}


def gaps_of(viewers: list[Viewer], had: set[str]) -> int:
    """Viewers without a row that another has who is no further on.

    Rows that all of them had when they came are left out: what a viewer catches up on is rounded down, so that viewers
    share it, and can begin before that.
    """
    rows, gaps = set[str](), 0
    for _, level in groupby(sorted(viewers, key=lambda viewer: viewer.after), key=lambda viewer: viewer.after):
        here = list(level)
        rows = rows.union(*(viewer.rows for viewer in here))
        gaps += sum(not rows - had <= viewer.rows for viewer in here)
    return gaps


def _night(one: Program, past: str) -> dict[str, Any]:
    return json.loads(one.get(f"/api/nights/{past}.replay"))


def show(found: Herd) -> None:
    """Print it."""
    print(f"{found.viewers:,} viewers of a replay, its server killed and started again: seconds after the kill")
    print(
        f"  ready {found.ready:.1f} | back: half {found.half:.1f}, 99% {found.most:.1f}, all {found.last:.1f}"
        f" | {found.server_ms:.3f} ms of the server's time for each"
    )
    print(
        f"  {found.declared} rows changed meanwhile: {found.gaps} viewers miss one, {found.repeats} were sent one twice"
    )


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.herd", description=__doc__)
    parser.add_argument("--viewers", type=int, default=5_000)
    show(measure(parser.parse_args().viewers))


if __name__ == "__main__":
    main()
