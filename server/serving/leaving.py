"""How a process leaves that is told to stop while others serve: no request is lost, and viewers go a few at a time.

First it says at ``/readyz`` that it is not ready, and serves whoever comes; then it takes nobody new, and asks viewers
to come again, spread over the rest of the time: they are answered by another process.
"""

import ctypes
import socket
import struct
import sys
from collections.abc import Callable, Collection

import structlog

from server.live.line import Line

_EVERY_SECONDS = 0.1  # between two steps
_HANDSHAKE_SECONDS = 0.9  # below the second after which a client that was not heard repeats itself (RFC 6298, 2.1)
_SO_ATTACH_FILTER = 26
# Looks at the flags of a TCP segment, and drops it if it is the first of a connection.
_NO_NEWCOMERS = ((0x30, 0, 0, 13), (0x54, 0, 0, 0x12), (0x15, 0, 1, 0x02), (0x06, 0, 0, 0), (0x06, 0, 0, 0xFFFFFFFF))

log = structlog.get_logger(__name__)


class Leaving:
    """``step`` is called about ten times a second until it says that this process has nothing more to do, after
    ``seconds`` at most. ``connections`` are those of the server, ``close`` ends listening."""

    def __init__(
        self, seconds: float, connections: Collection[object], listening: socket.socket, close: Callable[[], None]
    ) -> None:
        self._seconds, self._connections, self._listening, self._close = seconds, connections, listening, close
        self._began: float | None = None
        self._listens = self._takes_newcomers = True

    def step(self, now: float) -> bool:
        """Do what is due ``now``, in the loop's seconds; returns whether everything is done. A busy process steps more
        rarely, and is killed after the same time."""
        if self._began is None:
            self._began = now
            log.info("leaving: not ready any more", seconds=self._seconds, connections=len(self._connections))
        passed, half = now - self._began, self._seconds / 2
        if self._takes_newcomers and passed >= half - _HANDSHAKE_SECONDS:
            self._takes_newcomers = False
            take_no_newcomers(self._listening)
        if self._listens and passed >= half:
            self._listens = False
            self._close()
            log.info("leaving: nobody new is taken", connections=len(self._connections))
        if not self._listens:
            self._send_away(self._seconds - passed)
        return passed >= self._seconds or (not self._listens and not self._connections)

    def _send_away(self, left: float) -> None:
        lines = [one for one in self._connections if isinstance(one, Line)]
        steps = max(1, round(left / _EVERY_SECONDS) - 1)
        for line in lines[: -(-len(lines) // steps)]:
            line.shutdown()


def take_no_newcomers(listening: socket.socket) -> None:
    """Leave whoever connects from now on unheard, where several processes listen at one port; what has begun goes on.

    The kernel gives each newcomer to one of the processes. To close the socket at once would reset handshakes that are
    under way. Who was not heard repeats itself after a second, and is given to another process by then.
    """
    if sys.platform != "linux" or not listening.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT):
        return
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in _NO_NEWCOMERS))
    program = struct.pack("HP", len(_NO_NEWCOMERS), ctypes.addressof(code))
    listening.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)
