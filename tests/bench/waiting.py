"""How long an unrelated request waits while a server does something else: a process that asks for /healthz all along.

``Waiting`` runs ``python -m tests.bench.waiting PORT PID``, which writes of each request when it began, how long it
took, and how long the server was busy meanwhile. On a quiet machine the two are the same; where others take the
processors away, the second is what the server is to blame for.
"""

import os
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

from msgspec import Struct

from tests.bench.crowd import processor_seconds

_ONE = struct.Struct("ddd")
_GAP_SECONDS = 0.004  # between an answer and the next request
_MOST_SECONDS = 600.0
_REQUEST = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


class Wait(Struct, frozen=True):
    """Milliseconds that the slowest request took, and the most that the server was busy during one."""

    took: float = 0.0
    busy: float = 0.0


class Waiting:
    """Asks from when it is entered until it is left; ``longest`` may be called afterwards."""

    def __init__(self, port: int, pid: int, core: int, folder: Path) -> None:
        self._command = [sys.executable, "-m", "tests.bench.waiting", str(port), str(pid)]
        self._core, self._file = core, folder / "waits"
        self._asked: list[tuple[float, float, float]] = []

    def __enter__(self) -> "Waiting":
        with self._file.open("wb") as file:
            self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=file)
        os.sched_setaffinity(self._process.pid, {self._core})
        while not self._file.stat().st_size:
            assert self._process.poll() is None, "nobody asks"
            time.sleep(0.01)
        return self

    def __exit__(self, *exc: object) -> None:
        self._process.kill()
        self._process.communicate()
        found = self._file.read_bytes()
        self._asked = list(_ONE.iter_unpack(found[: len(found) // _ONE.size * _ONE.size]))

    def longest(self, start: float, end: float) -> Wait:
        """Of the requests that were under way between these times of time.perf_counter."""
        under_way = [(took, busy) for begun, took, busy in self._asked if begun <= end and begun + took >= start]
        took, busy = (max(each) * 1000 for each in zip(*under_way, strict=True)) if under_way else (0.0, 0.0)
        return Wait(took, busy)


def _ask(port: int, pid: int) -> None:
    """Ask on one connection, until this process is ended."""
    line = socket.create_connection(("127.0.0.1", port))
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    end = time.monotonic() + _MOST_SECONDS
    while time.monotonic() < end:
        spent, begun = processor_seconds([pid]), time.perf_counter()
        line.sendall(_REQUEST)
        answer = b""
        while not answer.endswith(b"\r\n\r\nok"):
            answer += (more := line.recv(4096))
            assert more and answer.startswith(b"HTTP/1.1 200"), answer
        took = time.perf_counter() - begun
        os.write(1, _ONE.pack(begun, took, min(took, processor_seconds([pid]) - spent)))
        time.sleep(_GAP_SECONDS)


if __name__ == "__main__":
    _ask(*map(int, sys.argv[1:]))
