"""The real program for a benchmark: its web process on one core, Valkey and the clients on the other."""

import http.client
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from server.stream import embedded
from tests.bench.peers.peer import CLIENT_CORE, SERVER_CORE
from tests.conftest import free_port

_SECRET = "a secret of this benchmark"
_SECONDS_TO_START = 60.0


class Program:
    """A web process on a Redis of its own; ``start`` and ``kill`` may be called again and again. ``command`` is how it
    is run, but for its arguments; ``folder`` has its data."""

    def __init__(self, folder: Path, redis_url: str) -> None:
        self.redis_url = redis_url
        self.secret = _SECRET
        self.tokens: dict[str, str] = {}  # ballot → what a declaration is posted with
        self.port = free_port()
        self.command = [sys.executable, "-m", "server"]
        self.folder = folder
        self.runs_in: Path | None = None  # another checkout of the program
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The web process."""
        assert self._process
        return self._process.pid

    def start(self, *arguments: str) -> None:
        """Run it, by default as ``serve``; returns once it is ready."""
        environment = {
            **os.environ,
            "PORT": str(self.port),
            "DATA_DIR": str(self.folder),
            "REDIS_URL": self.redis_url,
            "SECRET_KEY": _SECRET,
            "PUBLIC_URL": self.url,
        }
        command = [*self.command, *(arguments or ("serve",))]
        log = self.folder / "log"
        with log.open("ab") as printed:
            self._process = subprocess.Popen(
                command, cwd=self.runs_in, env=environment, stdout=subprocess.DEVNULL, stderr=printed
            )
        os.sched_setaffinity(self._process.pid, {SERVER_CORE})
        end = time.monotonic() + _SECONDS_TO_START
        while not self._ready():
            assert self._process.poll() is None, log.read_text()
            assert time.monotonic() < end, "the program did not start"
            time.sleep(0.01)

    def kill(self) -> None:
        """End it as the kernel would."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def get(self, path: str) -> bytes:
        """What it answers, once it answers with 200."""
        end = time.monotonic() + _SECONDS_TO_START
        while True:
            line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            line.request("GET", path)
            answer = line.getresponse()
            body = answer.read()
            line.close()
            if answer.status == 200:
                return body
            assert answer.status in (404, 503) and time.monotonic() < end, f"{path} answers {answer.status}"
            time.sleep(0.01)

    def _ready(self) -> bool:
        with socket.socket() as line:
            if line.connect_ex(("127.0.0.1", self.port)) != 0:
                return False
        return bool(self.get("/readyz"))


@contextmanager
def program() -> Generator[Program]:
    """A program that is not started yet; this process and Valkey keep to the clients' core."""
    before = os.sched_getaffinity(0)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    os.sched_setaffinity(0, {CLIENT_CORE})
    with tempfile.TemporaryDirectory() as folder:
        redis = embedded.start(Path(folder) / "redis")
        one = Program(Path(folder), redis.url)
        try:
            yield one
        finally:
            one.kill()
            redis.stop()
            os.sched_setaffinity(0, before)


def percentile(values: list[float], percent: float) -> float:
    """The value that so many per cent of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
