"""How a peer in Python is told what to publish: by the lines of its standard input, and when that ends, it ends."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator


async def told() -> AsyncGenerator[str]:
    """Each text to be published."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        yield line.decode().removesuffix("\n")
    os._exit(0)
