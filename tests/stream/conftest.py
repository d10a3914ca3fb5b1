"""An embedded Valkey of a test's own, and another process that started one."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from server.stream import embedded
from server.stream.watcher import ask
from tests.conftest import PATIENCE_SECONDS

ROOT = Path(__file__).resolve().parents[2]
PARENT = """
import signal, sys
from pathlib import Path
from server.stream import embedded
signal.signal(signal.SIGINT, signal.default_int_handler)  # which is ignored in what a shell runs behind itself
print(embedded.start(Path(sys.argv[1])).pid, flush=True)
signal.pause()
"""
Found = TypeVar("Found")


def until(look: Callable[[], Found | None], seconds: float = PATIENCE_SECONDS) -> Found:
    """Call until the answer is true; fail after ``seconds``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
    pytest.fail(f"not within {seconds} s")


def write(folder: Path, key: str, value: str) -> None:
    assert ask(embedded.socket_path(folder), f"SET {key} {value}".encode()).startswith(b"+OK")


def read(folder: Path, key: str) -> bytes:
    return ask(embedded.socket_path(folder), f"GET {key}".encode())


def is_running(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "the night's data"  # a name that has to be quoted


@pytest.fixture
def running(folder: Path) -> Iterator[embedded.Embedded]:
    server = embedded.start(folder)
    yield server
    server.stop()


@pytest.fixture
def parent(folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Another process that started a server, and has said so."""
    with subprocess.Popen([sys.executable, "-c", PARENT, str(folder)], cwd=ROOT, stdout=-1, stdin=-1) as process:
        yield process
        process.kill()
    until(lambda: not embedded.answering(folder))


def server_of(parent: "subprocess.Popen[bytes]") -> int:
    assert parent.stdout is not None
    return int(parent.stdout.readline())


def watcher_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def another_watcher(server: embedded.Embedded, than: int) -> int | None:
    """The watcher that runs the server, if it is another one."""
    try:
        return watcher if (watcher := watcher_of(server.pid)) not in (0, 1, than) else None
    except (embedded.EmbeddedServerError, FileNotFoundError, ProcessLookupError):
        return None


def another_pid(server: embedded.Embedded, than: int) -> int | None:
    try:
        return server.pid if server.pid != than else None
    except embedded.EmbeddedServerError:
        return None
