"""The usual way to push with Starlette: a set of websockets, and ``await send_text`` for one after the other."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from tests.bench.peers.told import told

viewers: set[WebSocket] = set()


async def live(websocket: WebSocket) -> None:
    """A viewer, until it goes."""
    await websocket.accept()
    viewers.add(websocket)
    try:
        while True:
            await websocket.receive_text()
    except WebSocketDisconnect:
        viewers.discard(websocket)


async def publish() -> None:
    """Tell everybody what this program is told."""
    async for text in told():
        for viewer in list(viewers):
            await viewer.send_text(text)


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncGenerator[None]:
    """Publish for as long as the server runs."""
    publishing = asyncio.create_task(publish())
    yield
    publishing.cancel()


uvicorn.run(
    Starlette(routes=[WebSocketRoute("/", live)], lifespan=lifespan),
    port=int(sys.argv[1]),
    loop="uvloop",
    http="httptools",
    ws="websockets-sansio",  # the default where websockets is installed; deflate is on, for clients that offer it
    ws_ping_interval=None,  # a ping would be counted as a delivery
    backlog=4096,
    log_level="warning",
)
