"""One message sent to one address: signed, within a time, and only the beginning of the answer read. No repeating."""

import asyncio
import ssl
from collections.abc import Iterable
from contextlib import AsyncExitStack, suppress
from datetime import UTC
from time import monotonic

import httpcore2
from msgspec import Struct
from standardwebhooks import Webhook

from server.hooks.addresses import Guard
from server.hooks.messages import Message
from server.stream import clock

SECONDS = 10.0
"""The longest that an address may take: to be found, to connect, to answer."""
_SECONDS_OF_BODY = 2.0  # in which what an answer says is read; whoever takes longer has answered all the same
_MOST_READ = 2_000  # bytes of an answer
_MOST_SHOWN = 160  # characters of them
_MOST_CONNECTIONS = 100
_GONE = 410


class Answer(Struct, frozen=True):
    """What became of a message: the HTTP ``status``, 0 where there was no answer; how it ``says`` so, or why there was
    none; how long it took; and how many seconds the receiver asked to be left alone for."""

    status: int
    says: str
    seconds: float
    rest: float = 0.0

    @property
    def is_taken(self) -> bool:
        """Whether the receiver has it."""
        return 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Whether the receiver asks to be sent nothing any more."""
        return self.status == _GONE


class Sender:
    """Sends over connections that stay open between messages. Plain http goes to ``networks`` alone."""

    def __init__(self, networks: Iterable[str]) -> None:
        self._networks = tuple(networks)
        self._open = AsyncExitStack()
        self._pools: dict[str, httpcore2.AsyncConnectionPool] = {}
        self._making = asyncio.Lock()

    async def send(self, url: str, secret: str, message: Message) -> Answer:
        """Send a message once. No redirect is followed: the answer is then the redirect."""
        return await self.post(url, _headers(secret, message), message.body)

    async def post(self, url: str, headers: list[tuple[str, str]], body: bytes) -> Answer:
        """Post a body once, with these headers."""
        began = monotonic()
        try:
            async with asyncio.timeout(SECONDS):
                status, says, rest = await self._posted(url, headers, body)
        except TimeoutError:
            status, says, rest = 0, f"No answer within {SECONDS:.0f} seconds.", 0.0
        except (
            httpcore2.NetworkError,
            httpcore2.ProtocolError,
            httpcore2.TimeoutException,
            OSError,
            ValueError,
        ) as error:
            status, says, rest = 0, str(error) or type(error).__name__, 0.0
        return Answer(status, says[:_MOST_SHOWN], monotonic() - began, rest)

    async def close(self) -> None:
        """Close all connections."""
        await self._open.aclose()
        self._pools.clear()

    async def _posted(self, url: str, headers: list[tuple[str, str]], body: bytes) -> tuple[int, str, float]:
        pool = await self._pool(url.partition(":")[0])
        read = b""
        async with pool.stream("POST", url, headers=headers, content=body) as response:
            with suppress(TimeoutError):  # what was answered is known already
                async with asyncio.timeout(_SECONDS_OF_BODY):
                    async for piece in response.aiter_stream():
                        read += piece
                        if len(read) >= _MOST_READ:
                            break
            named = {name.lower(): value for name, value in response.headers}
            rest = named.get(b"retry-after", b"").decode("latin-1")
        says = " ".join("".join(one if one.isprintable() else " " for one in read.decode(errors="replace")).split())
        return response.status, says, float(rest) if rest.isascii() and rest.isdecimal() else 0.0

    async def _pool(self, scheme: str) -> httpcore2.AsyncConnectionPool:
        async with self._making:
            if scheme not in self._pools:
                trusted = await asyncio.to_thread(ssl.create_default_context)
                pool = httpcore2.AsyncConnectionPool(
                    ssl_context=trusted,
                    max_connections=_MOST_CONNECTIONS,
                    keepalive_expiry=30,
                    network_backend=Guard(self._networks, public=scheme == "https"),
                )
                self._pools[scheme] = await self._open.enter_async_context(pool)
            return self._pools[scheme]


def _headers(secret: str, message: Message) -> list[tuple[str, str]]:
    at = clock.now().astimezone(UTC)
    return [
        ("Content-Type", "application/json"),
        ("User-Agent", "Declared"),
        ("Accept-Encoding", "identity"),
        ("Webhook-Id", message.id),
        ("Webhook-Timestamp", str(int(at.timestamp()))),
        ("Webhook-Signature", Webhook(secret).sign(message.id, at, message.body.decode())),
    ]
