"""The watcher: a small program between Declared and the embedded Valkey; it imports the standard library only.

It is run as ``python -I -S watcher.py BINARY SOCKET FOLDER``. Its stdin is a pipe whose other end Declared holds, so
the watcher ends the server cleanly however Declared dies; until then it restarts the server when that dies. Several
watchers may keep one folder: one of them runs the server, and when it ends the next one does. On stdout it says
``ready`` once the server answers, or why not, and a sentence if the server's file was damaged; stderr is the log, of
the server as well.
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
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Final

LOCK_SECONDS: Final = 2.0  # a server whose parent was just killed needs a moment to end
ANSWER_SECONDS: Final = 30.0  # one that its own watcher keeps may stand still, or wait for room on its disk
STOP_SECONDS: Final = 10.0
LONGEST_REST: Final = 2.0  # seconds between two starts: a disk that was full is noticed so soon to have room again
NEXT_SECONDS: Final = 0.1  # between two looks at whether the watcher that runs the server has ended
PR_SET_PDEATHSIG: Final = 1  # prctl(2)
_TOLD: Final = (0, -signal.SIGKILL, -signal.SIGTERM)  # how a server ends that was told to, whose file is as it was

OPTIONS: Final = (
    *("--port", "0", "--unixsocketperm", "700"),
    *("--appendonly", "yes", "--appendfsync", "always", "--save", ""),
    *("--maxmemory-policy", "noeviction"),
    # A damaged end of the file is cut off by tail.py, which keeps a copy and can tell from when on something is lost.
    *("--aof-load-truncated", "no", "--aof-timestamp-enabled", "yes"),
)


class Ended(Exception):
    """The process that started the watcher is gone, or asked it to end."""


def ask(path: Path, question: bytes) -> bytes:
    """Send the server one inline command; returns the raw reply, empty if none comes within a second."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(1.0)
        try:
            line.connect(str(path))
            line.sendall(question + b"\r\nQUIT\r\n")  # after QUIT the server closes, which ends the reply
            return b"".join(iter(lambda: line.recv(65536), b""))
        except OSError:
            return b""


class Alarm:
    """Waits without polling for the parent's end, SIGTERM, or a child's death."""

    def __init__(self) -> None:
        self._read, write = os.pipe()
        for end in (self._read, write):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(write)
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, self._heard)
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        """Do nothing. Python writes the number into the pipe, but only for a signal that has a handler."""

    def wait(self, seconds: float | None) -> None:
        """Return after a child's death or ``seconds``, whichever is first; Ended when the watcher is to end."""
        readable, _, _ = select.select([sys.stdin, self._read], [], [], seconds)
        numbers = os.read(self._read, 512) if self._read in readable else b""
        if sys.stdin in readable or signal.SIGTERM in numbers:  # nothing is ever written to stdin: it ended
            raise Ended


class Parent:
    """The process that started the watcher, which reads what is said on stdout."""

    def __init__(self) -> None:
        self.ready = False

    def say(self, sentence: str) -> None:
        """Tell the parent something, and the log."""
        log(sentence)
        with suppress(OSError):
            print(sentence, flush=True)

    def may_begin(self) -> None:
        """Tell the parent, once, that the server answers."""
        if not self.ready:
            self.ready = True
            with suppress(OSError):
                print("ready", flush=True)


def take(path: Path, folder: Path, parent: Parent, alarm: Alarm) -> int | None:
    """Lock the folder, because two servers would ruin its file, and return the lock: at once, or when the watcher that
    has it ends. None, and a sentence, if it is taken by a server at another socket, or none answers for long."""
    lock = os.open(folder / "valkey.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    last = time.monotonic()
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not parent.ready:
                answer = ask(path, b"PING")
                if answer.startswith(b"+PONG"):
                    parent.may_begin()
                elif answer.startswith(b"-LOADING"):
                    last = time.monotonic()
                elif time.monotonic() > last + LOCK_SECONDS:
                    owner, _, its = os.pread(lock, 4096, 0).decode().partition(" ")
                    kept = f"The data in {folder} is already kept by"
                    started = f"process {owner or 'unknown'} started"
                    if its and its != str(path):
                        parent.say(f"{kept} another server, which {started}.")
                        return None
                    if time.monotonic() > last + ANSWER_SECONDS:
                        parent.say(f"{kept} the server that {started}, and it does not answer.")
                        return None
            alarm.wait(NEXT_SECONDS if parent.ready else 0.02)
        else:
            ours = f"{os.getppid()} {path}".encode()
            with suppress(OSError):  # a full disk
                os.ftruncate(lock, os.pwrite(lock, ours, 0))
            return lock


def close_to_others(folder: Path) -> None:
    """Make the folder and its files the owner's alone: an earlier version left them readable by everybody."""
    for place in (folder, *folder.rglob("*")):
        if not place.is_symlink():
            place.chmod(0o700 if place.is_dir() else 0o600)


def serve(binary: str, path: Path, folder: Path, lock: int) -> "subprocess.Popen[bytes]":
    """Start the server; it holds ``lock`` open, so the folder stays taken for as long as the server may write to it."""
    libc = ctypes.CDLL(None)

    def die_with_the_watcher() -> None:
        if sys.platform == "linux":  # for `killall -9 python`, which kills our parent and us at once
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

    return subprocess.Popen(
        [binary, *OPTIONS, "--unixsocket", str(path), "--dir", str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,  # the log
        pass_fds=[lock],
        preexec_fn=die_with_the_watcher,
    )


def mended(folder: Path, binary: str, parent: Parent) -> bool:
    """Whether the server's file was damaged and can be read now; the parent is told what was done, or why nothing."""
    tail = [sys.executable, "-I", "-S", str(Path(__file__).with_name("tail.py")), str(folder), binary]
    told = subprocess.run(tail, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)
    if told.stdout:
        parent.say(told.stdout.decode().strip())
    return told.returncode == 0


def keep(binary: str, path: Path, folder: Path) -> int:
    """Run the server, and restart it when it dies, for as long as the parent lives; returns 0 when asked to end, 1 if
    the folder is another's, or the first start failed."""
    os.umask(0o077)  # by default everybody could read the server's files, which hold undeclared figures
    alarm, parent = Alarm(), Parent()
    server: subprocess.Popen[bytes] | None = None
    deaths = 0
    try:
        lock = take(path, folder, parent, alarm)
        if lock is None:
            return 1
        close_to_others(folder)
        while True:
            if begins_anew(folder) and not mended(folder, binary, parent):
                if not parent.ready:
                    return 1
                alarm.wait(LONGEST_REST)
                continue
            server = serve(binary, path, folder, lock)
            answers = False
            while server.poll() is None and not answers:
                answers = ask(path, b"PING").startswith(b"+PONG")
                if not answers:
                    alarm.wait(0.01)
            if answers:
                parent.may_begin()
                deaths = 0
                while server.poll() is None:
                    alarm.wait(None)
            elif server.returncode not in _TOLD and mended(folder, binary, parent):
                continue
            elif not parent.ready:
                log(f"the server ended without an answer (code {server.returncode})")
                path.unlink(missing_ok=True)
                return 1
            deaths += 1
            log(f"the server ended by itself (code {server.returncode}) and is started again")
            alarm.wait(min(0.05 * 2 ** min(deaths, 8), LONGEST_REST))
    except Ended:
        if server is not None:
            end(server)
            path.unlink(missing_ok=True)
        return 0


def begins_anew(folder: Path) -> bool:
    """Whether the server would begin a new file over the old, as it does where the list of its files is gone."""
    files = folder / "appendonlydir"
    return any(files.glob("appendonly.aof.*")) and not (files / "appendonly.aof.manifest").exists()


def end(server: "subprocess.Popen[bytes]") -> None:
    """Ask the server to end, and kill it if it has not after ten seconds."""
    server.terminate()
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()  # everything acknowledged is on disk already


def log(sentence: str) -> None:
    """Write a line into the log, if there is room for it."""
    with suppress(OSError):
        print(f"watcher: {sentence}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(keep(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
