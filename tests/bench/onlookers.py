"""Websocket clients that watch many pages of a night: each is told apart, and nothing that comes is decoded."""

import os
import select
import socket
import time
from collections.abc import Sequence

from server.live.frames import BEAT
from tests.bench.crowd import KEY, hang_up

_OPENING_AT_ONCE = 64
_CLIENTS_AN_ADDRESS = 4000
_PATIENCE_SECONDS = 120.0


class Onlookers:
    """``arrived`` has for each client when its last bytes came, in seconds of time.perf_counter, 0.0 before any.

    AssertionError if one is refused or left.
    """

    def __init__(self, port: int, first_address: int) -> None:
        self.arrived: list[float] = []
        self._port, self._first_address = port, first_address
        self._epoll = select.epoll()
        self._number: dict[int, int] = {}
        self._lines: list[socket.socket] = []
        self._shaking: dict[int, bytes] = {}  # number of the client -> what came of the answer to its handshake

    def open(self, paths: Sequence[str]) -> None:
        """Connect a client to each of these paths, with deflate offered as browsers do."""
        end = time.monotonic() + _PATIENCE_SECONDS
        left = iter(paths)
        waits = True
        while waits or self._shaking:
            assert time.monotonic() < end, f"{len(self._shaking)} clients are still waiting for their handshake"
            while waits and len(self._shaking) < _OPENING_AT_ONCE:
                path = next(left, None)
                if path is None:
                    waits = False
                else:
                    self._connect(path)
            self._turn(0.1)

    def settle(self, seconds: float) -> None:
        """Read until nothing but beats has come for so long."""
        quiet_since = time.perf_counter()
        while (left := quiet_since + seconds - time.perf_counter()) > 0:
            if self._turn(left):
                quiet_since = time.perf_counter()

    def close(self) -> None:
        """Hang up, so that no port is kept waiting for an answer."""
        for line in self._lines:
            hang_up(line)
        self._epoll.close()

    def _connect(self, path: str) -> None:
        number = len(self._lines)
        line = socket.socket()
        line.setsockopt(socket.IPPROTO_IP, getattr(socket, "IP_BIND_ADDRESS_NO_PORT", 24), 1)
        line.bind((f"127.0.{self._first_address}.{2 + number // _CLIENTS_AN_ADDRESS}", 0))
        line.connect(("127.0.0.1", self._port))
        line.send(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n".encode()
        )
        line.setblocking(False)
        self._number[line.fileno()] = number
        self._shaking[number] = b""
        self._lines.append(line)
        self.arrived.append(0.0)
        self._epoll.register(line.fileno(), select.EPOLLIN)

    def _turn(self, timeout: float) -> bool:
        """Read what there is; whether there was anything but beats."""
        news = False
        for descriptor, _ in self._epoll.poll(timeout, 1024):
            number = self._number[descriptor]
            data = os.read(descriptor, 1 << 16)
            assert data, f"client {number} was left"
            if number in self._shaking:
                data = self._shaking.pop(number) + data
                if b"\r\n\r\n" not in data:
                    self._shaking[number] = data
                assert data.startswith(b"HTTP/1.1 101 "), f"client {number} was refused: {data[:200]!r}"
            if data != BEAT:
                self.arrived[number] = time.perf_counter()
                news = True
        return news
