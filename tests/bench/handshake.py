"""What a viewer's handshake is made of: Python's part, layer by layer, on a transport that goes nowhere; and all of it,
over sockets, as user and system time. Run it alone: ``python -m tests.bench.handshake [clients]``."""

import asyncio
import gc
import os
import sys
import time
from pathlib import Path
from typing import Any, cast

import uvloop
from starlette.routing import Router, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket
from uvicorn import Config

from server.app import build_app
from server.count.board.render import DeskRenderer
from server.election.events import NightOpened, NotePosted
from server.live.channel import Channel
from server.live.hub import Hub
from server.live.line import line_of
from server.pages.push import live
from server.pages.render import PageRenderer
from server.serving.connection import Connection
from server.serving.places import Places
from server.settings import Settings
from tests.bench.crowd import Crowd
from tests.bench.fanout import message
from tests.bench.peers.peer import CLIENT_CORE, Declared
from tests.handed import handed
from tests.nights_by_hand import START, definition

_ROUNDS = 6
_REST_SECONDS = 0.1
_ASKS = (
    b"GET /nights/night/live?after=1 HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class _Nowhere(asyncio.Transport):
    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return {"peername": ("127.0.0.1", 1), "sockname": ("127.0.0.1", 2)}.get(name, default)

    def write(self, data: Any) -> None: ...
    def is_closing(self) -> bool:
        return False

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None: ...
    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None: ...


async def layers(clients: int = 3000) -> dict[str, float]:
    """Microseconds of Python for a handshake, each layer with all those before it; the least of six rounds."""
    application = build_app(Settings(redis_url="redis://nobody", data_dir=Path(), secret_key="a secret"))
    hub = Hub(PageRenderer(), lambda night: None, DeskRenderer())
    channel = hub.channels["night"] = Channel(PageRenderer())
    channel.advance((NightOpened(seq=1, at=START, by="bench", command_id="open", night=definition()),))
    channel.advance((NotePosted(seq=2, at=START, by="bench", command_id="note", text="A note."),))

    async def answers(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})

    async def joins(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})
        line = line_of(scope)
        line.audience = channel.join(line, "night", 1, line.end)

    async def finds(scope: Scope, receive: Receive, send: Send) -> None:
        scope["path_params"] = {"night": "night"}
        await live(WebSocket(scope, receive, send))

    routed = Router([WebSocketRoute("/nights/{night}/live", live)])
    apps: dict[str, ASGIApp] = {
        "parser, connection, answer": answers,
        "audience and catch-up": joins,
        "night, edition, page": finds,
        "route": routed,
        "middleware": application,
    }
    return {name: min(_round(app, hub, clients) for _ in range(_ROUNDS)) for name, app in apps.items()}


def _round(app: ASGIApp, hub: Hub, clients: int) -> float:
    config = Config(cast(Any, app), http=Connection, log_level="warning", access_log=False)
    config.load()
    server, state, loop = Places(1_000_000), handed(hub), asyncio.get_running_loop()
    begun = time.process_time()
    for _ in range(clients):
        connection = Connection(config=config, server_state=server, app_state=state, _loop=loop)
        connection.connection_made(_Nowhere())
        connection.data_received(_ASKS)
    return (time.process_time() - begun) / clients * 1e6


def whole(clients: int) -> tuple[float, float]:
    """Microseconds of a handshake over sockets, with its catch-up: user time, system time."""
    os.sched_setaffinity(0, {CLIENT_CORE})
    peer = Declared("declared")
    try:
        peer.start()
        crowd = Crowd(peer.port, peer.path)
        peer.publish(message(0))
        before = _at_rest(peer)
        crowd.open(clients)
        crowd.read(1)
        after = _at_rest(peer)
        crowd.close()
        return (after[0] - before[0]) / clients * 1e6, (after[1] - before[1]) / clients * 1e6
    finally:
        peer.stop()


def _at_rest(peer: Declared) -> tuple[float, float]:
    before, spent = (-1.0, -1.0), (0.0, 0.0)
    while spent != before:
        before = spent
        time.sleep(_REST_SECONDS)
        ticks = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13] for pid in peer.pids()]
        user, system = (sum(int(of[which]) for of in ticks) / os.sysconf("SC_CLK_TCK") for which in (0, 1))
        spent = user, system
    return spent


def main() -> None:
    """Measure, and print."""
    clients = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    gc.set_threshold(20_000, 5, 2)  # as in server.serving.web
    before = 0.0
    for name, so_far in uvloop.run(layers()).items():
        print(f"  {name:<28}{so_far - before:>6.1f} µs")
        before = so_far
    user, system = whole(clients)
    print(f"  {'over sockets: user':<28}{user:>6.1f} µs\n  {'over sockets: system':<28}{system:>6.1f} µs")


if __name__ == "__main__":
    main()
