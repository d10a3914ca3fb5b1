"""The watcher: the small program between us and the embedded Valkey; it imports the standard library only.

Run as ``python -I -S watcher.py BINARY SOCKET FOLDER``. Its stdin is a pipe whose other end we hold, so it
ends the server cleanly however we die; while we live it brings the server back when that dies. On stdout it
says ``ready`` once, or why not; stderr is the log, the server's as well.
"""

import ctypes
import fcntl
import os
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Final

LOCK_SECONDS: Final = 2.0  # a server whose parent was just killed needs a moment to end
STOP_SECONDS: Final = 10.0
TRIES: Final = 8  # deaths in a row without an answer, after which the server is given up
PR_SET_PDEATHSIG: Final = 1  # prctl(2)

OPTIONS: Final = (
    *("--port", "0", "--unixsocketperm", "700"),
    *("--appendonly", "yes", "--appendfsync", "always", "--save", ""),
    *("--maxmemory-policy", "noeviction"),
)


class Ended(Exception):
    """Whoever started the watcher is gone, or asked it to end."""


def ask(path: Path, question: bytes) -> bytes:
    """Ask the server one inline command; the raw reply, empty where nobody answers within a second."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(1.0)
        try:
            line.connect(str(path))
            line.sendall(question + b"\r\nQUIT\r\n")  # after QUIT the server closes, which ends the reply
            return b"".join(iter(lambda: line.recv(65536), b""))
        except OSError:
            return b""


class Alarm:
    """Waits without polling: for our parent's end, a signal, a child's death."""

    def __init__(self) -> None:
        self._read, write = os.pipe()
        for end in (self._read, write):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(write)
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, self._heard)
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        """Nothing to do: Python writes the number into the pipe, but only for a signal that has a handler."""

    def wait(self, seconds: float | None) -> None:
        """Return after a child's death or ``seconds``, whichever is first; raise Ended when all is to end."""
        readable, _, _ = select.select([sys.stdin, self._read], [], [], seconds)
        numbers = os.read(self._read, 512) if self._read in readable else b""
        if sys.stdin in readable or signal.SIGTERM in numbers:  # nothing is ever written to stdin: it ended
            raise Ended


def take(folder: Path, alarm: Alarm) -> int | None:
    """Lock the folder, for two servers on one file would ruin it; None, and a sentence, when it is taken."""
    lock = os.open(folder / "valkey.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    last = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > last:
                owner = os.read(lock, 32).decode() or "unknown"
                print(f"The data in {folder} is already kept by another server, which process {owner} started.")
                return None
            alarm.wait(0.02)
        else:
            os.ftruncate(lock, 0)
            os.write(lock, str(os.getppid()).encode())
            return lock


def close_to_others(folder: Path) -> None:
    """What an earlier version left open to others on this machine."""
    for place in (folder, *folder.rglob("*")):
        if not place.is_symlink():
            place.chmod(0o700 if place.is_dir() else 0o600)


def serve(binary: str, path: Path, folder: Path, lock: int) -> "subprocess.Popen[bytes]":
    """Start the server itself."""
    libc = ctypes.CDLL(None)

    def die_with_the_watcher() -> None:
        if sys.platform == "linux":  # for `killall -9 python`, which takes our parent and us at once
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

    return subprocess.Popen(
        [binary, *OPTIONS, "--unixsocket", str(path), "--dir", str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,  # the log
        pass_fds=[lock],  # the folder is taken as long as anything may write to it
        preexec_fn=die_with_the_watcher,
    )


def keep(binary: str, path: Path, folder: Path) -> int:
    """Run the server until all is to end, and bring it back when it dies; 1 when refused or given up."""
    os.umask(0o077)  # the server writes its files for all to read, and figures that are not declared are among them
    close_to_others(folder)
    alarm = Alarm()
    server: subprocess.Popen[bytes] | None = None
    announced, deaths = False, 0
    try:
        lock = take(folder, alarm)
        if lock is None:
            return 1
        while True:
            server = serve(binary, path, folder, lock)
            while server.poll() is None and not ask(path, b"PING").startswith(b"+PONG"):
                alarm.wait(0.01)
            if server.poll() is None:
                if not announced:
                    print("ready", flush=True)
                    os.dup2(2, 1)  # our parent reads to the end of stdout
                announced, deaths = True, 0
                while server.poll() is None:
                    alarm.wait(None)
            deaths += 1
            if not announced or deaths > TRIES:
                log(f"the server ended without an answer (code {server.returncode}) and is not started again")
                path.unlink(missing_ok=True)
                return 1
            log(f"the server ended by itself (code {server.returncode}) and is started again")
            alarm.wait(min(0.05 * 2**deaths, 0.5))
    except Ended:
        if server is not None:
            end(server)
            path.unlink(missing_ok=True)
        return 0


def end(server: "subprocess.Popen[bytes]") -> None:
    """Ask the server to end, and see to it."""
    server.terminate()
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()  # what was acknowledged is on disk all the same


def log(sentence: str) -> None:
    """Write a line beside the server's own."""
    print(f"watcher: {sentence}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(keep(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
