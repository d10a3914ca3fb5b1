"""The websockets library by itself: its asyncio server on uvloop, without deflate, and its own ``broadcast``."""

import sys

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

from tests.bench.peers.told import told


async def live(connection: ServerConnection) -> None:
    """A viewer, until it goes."""
    await connection.wait_closed()


async def main(port: int) -> None:
    """Serve, and tell everybody what this program is told."""
    # A ping would be counted as a delivery.
    async with serve(live, "127.0.0.1", port, compression=None, ping_interval=None, backlog=4096) as server:
        async for text in told():
            broadcast(server.connections, text)


uvloop.run(main(int(sys.argv[1])))
