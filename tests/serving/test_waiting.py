"""A websocket's endpoint runs at once, outside any task, until it first waits for something."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from server.live.line import in_a_task
from server.serving.web import WebServer
from server.settings import Settings


async def waits(websocket: WebSocket) -> None:
    """Awaits ``in_a_task`` before it waits."""
    await in_a_task()
    async with asyncio.timeout(30):
        await asyncio.sleep(0.01)
    await websocket.accept(subprotocol="waited")


async def only_waits(websocket: WebSocket) -> None:
    """Waits without ``in_a_task`` before."""
    await asyncio.get_running_loop().run_in_executor(None, str)
    await websocket.accept()


async def fails(websocket: WebSocket) -> None:
    """Fails at once."""
    raise LookupError("nothing here")


@asynccontextmanager
async def served() -> AsyncGenerator[str]:
    app = Starlette(
        routes=[WebSocketRoute(f"/{endpoint.__name__}", endpoint) for endpoint in (waits, only_waits, fails)],
    )
    server = WebServer(app, Settings(port=0, data_dir=Path()), lambda: None)
    running = asyncio.create_task(server.listen())
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"ws://127.0.0.1:{server.listening.getsockname()[1]}"
    server.should_exit = True
    await running


async def test_an_endpoint_that_waits_goes_on_in_a_task() -> None:
    async with served() as address, connect(f"{address}/waits", subprotocols=["waited"]) as line:  # type: ignore[list-item]
        assert line.subprotocol == "waited"


@pytest.mark.parametrize("endpoint", ["only_waits", "fails"])
async def test_an_endpoint_that_fails_is_denied(endpoint: str) -> None:
    async with served() as address:
        with pytest.raises(InvalidStatus) as denied:
            await connect(f"{address}/{endpoint}")
        assert denied.value.response.status_code == 500
