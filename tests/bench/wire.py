"""What a stranger's program has: sockets that say what they like, and requests on one connection."""

import http.client
import socket
import time

from tests.bench.crowd import KEY, memory_kib
from tests.bench.program import Program

_MOST_MIB = 400  # held by the server: nobody has to see it fall over


def flood(one: Program, line: socket.socket, data: bytes, seconds: float) -> tuple[int, str]:
    """Send for so long, or until the server holds too much or hangs up; how many bytes, and what ended it."""
    start, sent = memory_kib([one.pid]), 0
    end = time.monotonic() + seconds
    line.settimeout(0.2)
    while (left := end - time.monotonic()) > 0:
        try:
            sent += line.send(data[sent % len(data) :])
        except TimeoutError:
            continue
        except OSError:
            return sent, f"the server hung up after {seconds - left:.1f} s"
        if memory_kib([one.pid]) - start > _MOST_MIB * 1024:
            return sent, f"stopped by us after {seconds - left:.1f} s"
    return sent, f"still open after {seconds:.0f} s"


def websocket(one: Program, path: str, address: str = "127.0.0.1", buffer: int = 0) -> socket.socket:
    """A client that has sent its handshake, and read the answer to it; what follows that is still to be read."""
    line = socket.socket()
    if buffer:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    line.setsockopt(socket.IPPROTO_IP, getattr(socket, "IP_BIND_ADDRESS_NO_PORT", 24), 1)
    line.bind((address, 0))
    line.settimeout(60)
    line.connect(("127.0.0.1", one.port))
    line.sendall(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{one.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += (one_more := line.recv(1))
        assert one_more, head
    return line


def message(line: socket.socket) -> int:
    """Read one message that is no beat; its size in bytes."""
    while True:
        size = _exactly(line, 2)[1]
        if size > 125:
            size = int.from_bytes(_exactly(line, 2 if size == 126 else 8), "big")
        if size:
            return len(_exactly(line, size))


def _exactly(line: socket.socket, size: int) -> bytes:
    found = bytearray()
    while len(found) < size:
        found += (more := line.recv(size - len(found)))
        assert more, "the server hung up"
    return bytes(found)


def get(line: http.client.HTTPConnection, path: str) -> int:
    line.request("GET", path, headers={"Accept-Encoding": "br"})
    answer = line.getresponse()
    answer.read()
    return answer.status
