"""One connection to a server over HTTP/1.1, which can be closed in the middle of a request. Nothing is sent twice."""

import asyncio
import ssl
import sys
from collections.abc import Mapping
from contextlib import suppress
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

import httptools
from msgspec import Struct

_PATIENCE_SECONDS = 20.0
_PIECE = 1 << 16


class Answer(Struct, frozen=True):
    """A server's answer. The names of ``headers`` are in lower case; ``cookies`` are the cookies that it set."""

    status: int
    headers: dict[str, str]
    cookies: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body, decoded from UTF-8."""
        return self.body.decode()


class Wire:
    """A connection from one IP ``address``, opened when it is needed and kept for as long as the server keeps it."""

    def __init__(self, url: str, address: str = "") -> None:
        parts = urlsplit(url)
        assert parts.hostname, f"{url} is no address of a server"
        self._host, self._tls = parts.hostname, parts.scheme == "https"
        self._port = parts.port or (443 if self._tls else 80)
        self._head, self._root = f"Host: {parts.netloc}\r\n", parts.path.rstrip("/")
        # On loopback every hall can have an IP address of its own, as real halls do. Only Linux offers all of
        # 127.0.0.0/8.
        own = parts.hostname.startswith("127.") and sys.platform == "linux"
        self._from = (address, 0) if own and address else None
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def exchange(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send a request, and read the answer; OSError if none comes within 20 seconds."""
        async with asyncio.timeout(_PATIENCE_SECONDS):  # TimeoutError is an OSError
            reader = await self._send(method, path, headers, body)
            answer = _Reading()
            parser = httptools.HttpResponseParser(answer)
            while not answer.whole:
                piece = await reader.read(_PIECE)
                if not piece:
                    await self.close()
                    raise ConnectionError("The server hung up.")
                parser.feed_data(piece)
            if not parser.should_keep_alive():
                await self.close()
            return Answer(parser.get_status_code(), answer.headers, answer.cookies, b"".join(answer.pieces))

    async def hang_up(self, method: str, path: str, headers: Mapping[str, str], body: bytes, after: float) -> None:
        """Send a request, and close the connection ``after`` so many seconds, answered or not."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await self._send(method, path, headers, body)
            await asyncio.sleep(after)
            await self.close()

    async def close(self) -> None:
        """Close the connection."""
        if self._open:
            writer, self._open = self._open[1], None
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> asyncio.StreamReader:
        if self._open and (self._open[0].at_eof() or self._open[1].is_closing()):
            await self.close()
        if self._open is None:
            secure = ssl.create_default_context() if self._tls else None
            self._open = await asyncio.open_connection(self._host, self._port, local_addr=self._from, ssl=secure)
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"{method} {self._root}{path} HTTP/1.1\r\n{self._head}{lines}Content-Length: {len(body)}\r\n\r\n"
        reader, writer = self._open
        writer.write(head.encode() + body)
        await writer.drain()
        return reader


class _Reading:
    """Collects an answer; the parser calls its methods."""

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}
        self.cookies: dict[str, str] = {}
        self.pieces: list[bytes] = []
        self.whole = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"set-cookie":
            self.cookies |= {cookie: morsel.value for cookie, morsel in SimpleCookie(value.decode()).items()}
        else:
            self.headers[name.decode().lower()] = value.decode()

    def on_body(self, body: bytes) -> None:
        self.pieces.append(body)

    def on_message_complete(self) -> None:
        self.whole = True
