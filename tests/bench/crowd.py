"""Thousands of websocket clients in this process, read with epoll. What one is sent is decoded and handed out; what
the others are sent must be the same, byte for byte. Nothing here knows who serves them.
"""

import base64
import os
import select
import socket
import struct
import time
from collections.abc import Iterable
from pathlib import Path

from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN
from websockets.uri import parse_uri

from server.live.frames import BEAT

_OPENING_AT_ONCE = 256
_CLIENTS_AN_ADDRESS = 4000  # ports run out: clients come from several addresses of loopback
KEY = base64.b64encode(b"a key of 16 byte").decode()


class Crowd:
    """``messages`` are those that every client got so far, in order, as text. Beats, which come to each client in its
    own time, are none.

    AssertionError if a client is sent anything else than the first one was, is refused, or is left.
    """

    def __init__(self, port: int, path: str, deflate: bool = False) -> None:
        self.messages: list[str] = []
        self.size = 0  # bytes each client was sent after its handshake
        self.arrived: list[float] = []  # per client: when its last bytes came, in time.perf_counter seconds
        self._port = port
        self._request = (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n"
            + ("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n" if deflate else "")
            + "\r\n"
        ).encode()
        self._epoll = select.epoll()
        self._lines: list[socket.socket] = []
        self._number: dict[int, int] = {}  # file descriptor -> number of the client
        self._read: list[int] = []  # per client: bytes after its handshake; -1 until that is done
        self._even = 0  # how many clients have all that any has
        self._heads: dict[int, bytes] = {}
        self._parts_of_frames: dict[int, bytes] = {}  # per client: what has come of a frame that is not whole yet
        self._sent = bytearray()
        self._decoder = ClientProtocol(parse_uri("ws://127.0.0.1/"), state=OPEN, max_size=None)
        self._parts: list[bytes] = []

    def __enter__(self) -> "Crowd":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._lines)

    def open(self, count: int, timeout: float = 120) -> None:
        """Connect that many more clients, each through its handshake, and whatever the server sends at once."""
        end = time.monotonic() + timeout
        last = len(self._lines) + count
        opening = 0
        while len(self._lines) < last or opening:
            assert time.monotonic() < end, f"{opening} clients are still waiting for their handshake"
            while opening < _OPENING_AT_ONCE and len(self._lines) < last:
                self._connect()
                opening += 1
            before = len(self._heads)
            self._turn(1)
            opening -= before - len(self._heads)

    def stuck(self, count: int) -> list[socket.socket]:
        """Clients that send their handshake and never read, with a small buffer of their own."""
        found: list[socket.socket] = []
        for number in range(count):
            line = socket.socket()
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.bind((f"127.0.1.{1 + number // _CLIENTS_AN_ADDRESS}", 0))
            line.connect(("127.0.0.1", self._port))
            line.sendall(self._request)
            found.append(line)
        return found

    def read(self, messages: int, timeout: float = 120) -> None:
        """Read until every client has this many messages in all."""
        end = time.monotonic() + timeout
        while len(self.messages) < messages or self._even < len(self):
            waiting = len(self) - self._even
            assert time.monotonic() < end, f"{waiting} of {len(self)} clients still wait for message {messages}"
            self._turn(1)
        self.size = len(self._sent)

    def settle(self, seconds: float) -> None:
        """Read until nothing has come for so long."""
        while self._turn(seconds):
            pass
        self.size = len(self._sent)

    def close(self) -> None:
        """Hang up, so that no port is kept waiting for an answer."""
        for line in self._lines:
            hang_up(line)
        self._epoll.close()

    def _connect(self) -> None:
        line = socket.socket()
        line.setsockopt(socket.IPPROTO_IP, getattr(socket, "IP_BIND_ADDRESS_NO_PORT", 24), 1)
        line.bind((f"127.0.0.{2 + len(self._lines) // _CLIENTS_AN_ADDRESS}", 0))
        line.connect(("127.0.0.1", self._port))
        line.send(self._request)
        line.setblocking(False)
        self._number[line.fileno()] = len(self._lines)
        self._heads[len(self._lines)] = b""
        self._lines.append(line)
        self._read.append(-1)
        self.arrived.append(0.0)
        self._epoll.register(line.fileno(), select.EPOLLIN)

    def _turn(self, timeout: float) -> bool:
        """Read what there is; whether there was anything."""
        found = self._epoll.poll(timeout, 1024)
        for descriptor, _ in found:
            number = self._number[descriptor]
            data = os.read(descriptor, 1 << 16)
            assert data, f"client {number} was left after {self._read[number]} bytes: {self._heads.get(number)!r}"
            if self._read[number] < 0:
                data = self._shaken(number, data)
            if not (data := self._without_beats(number, data)):
                continue
            at = self._read[number]
            now = at + len(data)
            if now > len(self._sent):
                self._take(data[len(self._sent) - at :])
                self._even = 0
            assert self._sent[at:now] == data, f"client {number} was sent something else than the others at byte {at}"
            self._even += now == len(self._sent)
            self._read[number] = now
            self.arrived[number] = time.perf_counter()
        return bool(found)

    def _shaken(self, number: int, data: bytes) -> bytes:
        """What follows the handshake's end, if that has come."""
        head, end, rest = (self._heads.pop(number) + data).partition(b"\r\n\r\n")
        if not end:
            self._heads[number] = head
            return b""
        assert head.startswith(b"HTTP/1.1 101 "), f"client {number} was refused: {head.decode()}"
        if b"permessage-deflate" in head and not self._decoder.extensions:
            reset = b"server_no_context_takeover" in head
            self._decoder.extensions = [PerMessageDeflate(reset, False, 15, 15)]
        self._read[number] = 0
        return rest

    def _without_beats(self, number: int, data: bytes) -> bytes:
        """The whole frames in what a client was sent, but for beats."""
        data = self._parts_of_frames.pop(number, b"") + data
        frames: list[bytes] = []
        while len(data) >= 2:
            head, size = 2, data[1] & 127
            if size >= 126:
                head = 4 if size == 126 else 10
                size = int.from_bytes(data[2:head], "big")
            if len(data) < head + size:
                break
            if data[: head + size] != BEAT:
                frames.append(data[: head + size])
            data = data[head + size :]
        if data:
            self._parts_of_frames[number] = data
        return b"".join(frames)

    def _take(self, data: bytes) -> None:
        self._sent += data
        self._decoder.receive_data(data)
        assert self._decoder.parser_exc is None, self._decoder.parser_exc
        for event in self._decoder.events_received():
            assert isinstance(event, Frame)
            if event.opcode in (Opcode.TEXT, Opcode.CONT):
                self._parts.append(bytes(event.data))
                if event.fin:
                    self.messages.append(b"".join(self._parts).decode())
                    self._parts.clear()


def hang_up(line: socket.socket) -> None:
    """Reset a connection, so that its port is free at once."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


def processor_seconds(pids: Iterable[int]) -> float:
    """The processor time that these processes have had, all their threads, also those that have ended, in seconds.

    The number of a process's clock is as clock_getcpuclockid(3) of Linux makes it.
    """
    return sum(time.clock_gettime((~pid << 3) | 2) for pid in pids)


def memory_kib(pids: Iterable[int]) -> int:
    """What these processes have in memory of their own, in KiB (the anonymous part of their resident sets)."""
    total = 0
    for pid in pids:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        total += sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))
    return total
