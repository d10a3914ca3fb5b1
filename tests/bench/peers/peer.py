"""The servers that are measured side by side: how each is started on one core, told what to publish, and ended.

What they do when they are told is in files of their own, beside this one.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from functools import cached_property
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_ROOT = _HERE.parents[2]
_CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, CLIENT_CORE = _CORES[0], _CORES[-1]
_SECONDS_TO_START = 30.0


class Peer:
    """A server process with one topic, at a free port of loopback once it is started.

    ``deflate``: its clients are to offer permessage-deflate. ``catches_up``: a newcomer is sent the newest message at
    once, as part of its handshake.
    """

    path = "/"
    catches_up = False
    port = 0
    _process: subprocess.Popen[bytes]

    def __init__(self, name: str, deflate: bool = False) -> None:
        self.name = name
        self.deflate = deflate

    def missing(self) -> str:
        """Why it can't run here, and what helps; "" if it can."""
        return ""

    def start(self) -> None:
        """Run it, and wait until it answers."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._process = subprocess.Popen(
            self._command(), bufsize=0, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
        )
        os.sched_setaffinity(self._process.pid, {SERVER_CORE})
        end = time.monotonic() + _SECONDS_TO_START
        while not self._answers():
            assert self._process.poll() is None, f"{self.name} ended with {self._process.returncode}"
            assert time.monotonic() < end, f"{self.name} did not start"
            time.sleep(0.01)

    def pids(self) -> tuple[int, ...]:
        """All the processes that serve."""
        return (self._process.pid,)

    def publish(self, text: str) -> None:
        """Have it tell everybody; returns at once."""
        assert self._process.stdin
        self._process.stdin.write(text.encode() + b"\n")

    def stop(self) -> None:
        """End it, whatever it is doing."""
        if self._process.poll() is None:
            for pid in self.pids():
                os.kill(pid, signal.SIGKILL)
        self._process.communicate()

    def _command(self) -> list[str]:
        raise NotImplementedError

    def _answers(self) -> bool:
        with socket.socket() as line:
            return line.connect_ex(("127.0.0.1", self.port)) == 0


class Python(Peer):
    """A module in this folder, run by this Python."""

    def __init__(self, name: str, module: str, deflate: bool = False) -> None:
        super().__init__(name, deflate)
        self._module = module

    def _command(self) -> list[str]:
        return [sys.executable, "-m", f"tests.bench.peers.{self._module}", str(self.port)]


class Declared(Python):
    """Our own program."""

    path = "/nights/night/live?after=0"
    catches_up = True

    def __init__(self, name: str, deflate: bool = False) -> None:
        super().__init__(name, "declared", deflate)


class Floor(Peer):
    """A loop of send() in C, compiled when it is first needed."""

    def missing(self) -> str:
        """No compiler, no floor."""
        return "" if shutil.which("cc") else "there is no C compiler: apt-get install gcc libc6-dev"

    def _command(self) -> list[str]:
        return [self._program, str(self.port)]

    @cached_property
    def _program(self) -> str:
        self._folder = tempfile.TemporaryDirectory(prefix="floor-")
        program = f"{self._folder.name}/floor"
        subprocess.run(["cc", "-O2", "-o", program, _HERE / "floor.c"], check=True)
        return program
