"""A network that lies: a proxy between a browser and the program that swallows, never answers, drops or delays."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Literal
from urllib.parse import urlsplit

Lie = Literal["none", "swallows", "never upgrades", "accepts and drops"]


class Network:
    """``lie`` can be set at any time. A connection from which bytes were swallowed stays dead, as in a network it does:
    what was lost on the way is missing for ever. ``delay`` is in seconds, one way."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.lie: Lie = "none"
        self.delay = 0.0
        self.opened = 0  # websockets
        self._host, self._port = host, port
        self._pumps: set[asyncio.Task[None]] = set()

    async def carry(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        try:
            asked = await client.read(1 << 16)
            upgrades = b"upgrade: websocket" in asked.lower()
            self.opened += upgrades
            server, to_server = await asyncio.open_connection(self._host, self._port)
        except OSError:  # the program is being restarted
            to_client.close()
            return
        dead = asyncio.Event()

        def swallows() -> bool:
            if self.lie == "swallows" or (upgrades and self.lie == "never upgrades"):
                dead.set()
            return dead.is_set()

        def answer(data: bytes) -> tuple[bytes, bool]:
            drops = upgrades and self.lie == "accepts and drops"
            return (data.partition(b"\r\n\r\n")[0] + b"\r\n\r\n", True) if drops else (data, False)

        if not swallows():
            to_server.write(asked)
        for pump in (
            self._pump(client, to_server, swallows, lambda data: (data, False)),
            self._pump(server, to_client, swallows, answer),
        ):
            task = asyncio.create_task(pump)
            self._pumps.add(task)
            task.add_done_callback(self._pumps.discard)

    async def _pump(
        self,
        source: asyncio.StreamReader,
        to: asyncio.StreamWriter,
        swallows: Callable[[], bool],
        change: Callable[[bytes], tuple[bytes, bool]],
    ) -> None:
        try:
            while data := await source.read(1 << 16):
                if self.delay:
                    await asyncio.sleep(self.delay)
                if not swallows():
                    data, ends = change(data)
                    to.write(data)
                    if ends:
                        break
            if swallows():
                await asyncio.Event().wait()  # the other side's goodbye is lost as well
        except OSError:
            pass
        finally:
            to.close()

    async def end(self) -> None:
        """Cut every connection."""
        for pump in list(self._pumps):
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)


@asynccontextmanager
async def lying(url: str) -> AsyncGenerator[tuple[Network, str]]:
    """A network before the program at ``url``, honest at first, and the address at which it is reached."""
    network = Network(urlsplit(url).port or 80, urlsplit(url).hostname or "127.0.0.1")
    server = await asyncio.start_server(network.carry, "127.0.0.1", 0)
    try:
        yield network, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await network.end()
