"""Strangers who hold places: sockets by the thousand that say nothing, or little, or take nothing of what they asked
for, from several addresses; and whether new visitors, viewers and officers are served meanwhile.

``python -m tests.bench.holding [ATTACK ...] [--sockets N] [--files N] [--seconds N] [--of FOLDER]`` prints a table in
Markdown; ``FOLDER`` is another checkout of this program, to see what was before. Each attack meets a server that was
just started. The sockets are opened by processes of their own, which open another for each that they lose.
"""

import argparse
import asyncio
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from tests.bench.crowd import KEY, memory_kib, processor_seconds
from tests.bench.nights import DONE, LIVE, open_both
from tests.bench.peers.peer import CLIENT_CORE
from tests.bench.program import Program, percentile, program

_A_PROCESS = 10_500  # sockets: a process may have 20,000 open files
_AN_ADDRESS = 4000  # ports run out
_OPENING_AT_ONCE = 256
_SAYS_SECONDS = 4.0  # between two letters of a slow client
_PATIENCE_SECONDS = 5.0  # a visitor's

_HOST = b"Host: 127.0.0.1\r\n"
_PAGE = f"GET /nights/{DONE}/contests HTTP/1.1\r\n".encode() + _HOST + b"\r\n"
_HANDSHAKE = (
    f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n".encode()
)


class Attack(Struct, frozen=True):
    """What each socket says at once and then every four seconds; ``buffer``: bytes that its kernel takes for it, which
    nobody reads, 0 for as many as usual."""

    first: bytes = b""
    then: bytes = b""
    buffer: int = 0


ATTACKS = {
    "nothing is said": Attack(),
    "a head, letter by letter": Attack(b"GET / HTTP/1.1\r\n" + _HOST + b"X-Slow: ", b"a"),
    "a body, letter by letter": Attack(b"POST /find HTTP/1.1\r\n" + _HOST + b"Content-Length: 200000\r\n\r\n", b"a"),
    "one request, then nothing": Attack(b"GET /healthz HTTP/1.1\r\n" + _HOST + b"\r\n"),
    "half a megabyte asked for, nothing read": Attack(_PAGE, b"", 2048),
    "sixteen such requests at once, nothing read": Attack(_PAGE * 16, b"", 2048),
    "websockets, nothing read": Attack(
        f"GET /nights/{LIVE}/live?after=0 HTTP/1.1\r\n".encode() + _HOST + _HANDSHAKE + b"\r\n", b"", 2048
    ),
    "event streams, nothing read": Attack(
        f"GET /api/nights/{DONE}/events HTTP/1.1\r\n".encode() + _HOST + b"Accept: text/event-stream\r\n\r\n", b"", 2048
    ),
    "what is no request": Attack(b"\0\1\2\3 what is this\r\n\r\n"),
}


class Visits(Struct, frozen=True):
    """Of so many visits how many were answered, and within how many milliseconds 99% of these."""

    tried: int
    served: int
    p99: float


class Held(Struct, frozen=True):
    """What an attack did. ``opened`` sockets in all, ``open`` at the end; ``mib`` above the start; seconds of the
    server's processor; warnings in its log."""

    attack: str
    opened: int
    open: int
    visitors: Visits
    officers: Visits
    viewers: Visits
    mib: float
    cpu: float
    logged: int


def each(
    attacks: Sequence[str] = tuple(ATTACKS),
    sockets: int = 20_000,
    seconds: float = 30,
    of: Path | None = None,
    contests: int = 650,
    files: int = 0,
) -> Iterator[Held]:
    """Attack a server that may open so many ``files``, 0 for as many as this process."""
    with program() as one:
        one.runs_in = of
        if files:
            one.command = ["prlimit", f"--nofile={files}", *one.command]
        asyncio.run(open_both(one, contests))
        for attack in attacks:
            one.start()
            one.get(f"/nights/{DONE}/contests")
            yield _attacked(one, attack, sockets, seconds)
            one.kill()


def _attacked(one: Program, attack: str, sockets: int, seconds: float) -> Held:
    memory, spent, log = memory_kib([one.pid]), processor_seconds([one.pid]), one.folder / "log"
    before = _warnings(log)
    shares = [min(_A_PROCESS, sockets - begun) for begun in range(0, sockets, _A_PROCESS)]
    command = [sys.executable, "-m", "tests.bench.holding", "--attacker", attack, str(one.port)]
    attackers = [
        subprocess.Popen([*command, str(share), str(number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for number, share in enumerate(shares)
    ]
    for attacker in attackers:
        os.sched_setaffinity(attacker.pid, {CLIENT_CORE})
    requests = {
        "visitors": f"GET /nights/{LIVE} HTTP/1.1\r\n".encode(),
        "officers": b"GET /count/invitation HTTP/1.1\r\n",
        "viewers": f"GET /nights/{LIVE}/live?after=1 HTTP/1.1\r\n".encode() + _HANDSHAKE,
    }
    took: dict[str, list[float | None]] = {who: [] for who in requests}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for who, request in requests.items():
            took[who].append(_visit(one.port, request + _HOST + b"\r\n"))
        time.sleep(0.1)
    mib = (memory_kib([one.pid]) - memory) / 1024
    found = [attacker.communicate(b"\n")[0].split() for attacker in attackers]
    return Held(
        attack=attack,
        opened=sum(int(opened) for opened, _ in found),
        open=sum(int(left) for _, left in found),
        visitors=_told(took["visitors"]),
        officers=_told(took["officers"]),
        viewers=_told(took["viewers"]),
        mib=mib,
        cpu=processor_seconds([one.pid]) - spent,
        logged=_warnings(log) - before,
    )


def _warnings(log: Path) -> int:
    """Those in a log, but for what each request that takes long is told there."""
    lines = [line.lower() for line in log.read_bytes().splitlines() if b"slow request" not in line]
    return sum(b"warn" in line or b"error" in line for line in lines)


def _visit(port: int, request: bytes) -> float | None:
    """The seconds until a new client is answered; None if it is not, or refused."""
    begun = time.monotonic()
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE_SECONDS) as line:
            line.settimeout(_PATIENCE_SECONDS)
            line.sendall(request)
            answer = line.recv(4096)
    except OSError:
        return None
    served = answer.startswith((b"HTTP/1.1 200", b"HTTP/1.1 101"))
    return time.monotonic() - begun if served else None


def _told(took: list[float | None]) -> Visits:
    served = [one for one in took if one is not None]
    return Visits(len(took), len(served), percentile(served, 99) * 1000 if served else 0.0)


class _Attacker:
    """Holds as many sockets as it can, until something comes on its standard input."""

    def __init__(self, attack: Attack, port: int, sockets: int, number: int) -> None:
        self._attack, self._port, self._sockets, self._number = attack, port, sockets, number
        self._lines: dict[int, socket.socket] = {}
        self._epoll = select.epoll()
        self._opened = 0

    def run(self) -> None:
        self._epoll.register(sys.stdin.fileno(), select.EPOLLIN)
        says = time.monotonic() + _SAYS_SECONDS
        while True:
            for _ in range(min(_OPENING_AT_ONCE, self._sockets - len(self._lines))):
                self._open()
            for line, event in self._epoll.poll(0.05):
                if line == sys.stdin.fileno():
                    print(self._opened, len(self._lines))
                    return
                if event & (select.EPOLLHUP | select.EPOLLERR | select.EPOLLRDHUP):
                    self._lines.pop(line).close()
            if self._attack.then and time.monotonic() > says:
                says = time.monotonic() + _SAYS_SECONDS
                for line in tuple(self._lines.values()):
                    with suppress(OSError):
                        line.send(self._attack.then)

    def _open(self) -> None:
        line = socket.socket()
        line.settimeout(1)
        if self._attack.buffer:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._attack.buffer)
        line.setsockopt(socket.IPPROTO_IP, getattr(socket, "IP_BIND_ADDRESS_NO_PORT", 24), 1)
        address = 2 + self._number * 8 + self._opened // _AN_ADDRESS % 8
        try:
            line.bind((f"127.0.2.{address}", 0))
            line.connect(("127.0.0.1", self._port))
            line.setblocking(False)
            line.send(self._attack.first)
        except OSError:
            line.close()
            return
        self._opened += 1
        self._lines[line.fileno()] = line
        self._epoll.register(line, select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR)


def show(found: Iterator[Held]) -> None:
    """Print the table, as it is found."""
    print("| attack | sockets opened, open at the end | visitors served, 99% within | officers | new viewers |", end="")
    print(" MiB more | CPU, s | warnings logged |\n|---|---|---|---|---|---|---|---|")
    for one in found:
        visits = [
            f"{each.served} of {each.tried}, {each.p99:.0f} ms" for each in (one.visitors, one.officers, one.viewers)
        ]
        print(
            f"| {one.attack} | {one.opened:,}, {one.open:,} | {' | '.join(visits)} | {one.mib:.0f} | {one.cpu:.1f} |"
            f" {one.logged} |",
            flush=True,
        )


def main() -> None:
    """Measure, and print; or be one of the attackers."""
    if sys.argv[1:2] == ["--attacker"]:
        attack, port, sockets, number = sys.argv[2:]
        _Attacker(ATTACKS[attack], int(port), int(sockets), int(number)).run()
        return
    parser = argparse.ArgumentParser(prog="python -m tests.bench.holding", description=__doc__)
    parser.add_argument("attacks", nargs="*", metavar="ATTACK", help=f"of {', '.join(ATTACKS)} (default: all)")
    parser.add_argument("--sockets", type=int, default=20_000, help="that are held, or tried to (default 20,000)")
    parser.add_argument("--files", type=int, default=0, help="that the server may open (default: as many as it may)")
    parser.add_argument("--seconds", type=float, default=30, help="that each attack takes (default 30)")
    parser.add_argument("--of", type=Path, help="another checkout, whose server is attacked")
    options = parser.parse_args()
    attacks = options.attacks or tuple(ATTACKS)
    show(each(attacks, options.sockets, options.seconds, options.of, files=options.files))


if __name__ == "__main__":
    main()
