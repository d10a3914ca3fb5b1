"""The web server: uvicorn as this program needs it, at a socket that is set up for very many clients. No routes."""

import asyncio
import gc
import os
import resource
import socket
import sys

import uvicorn
from starlette.applications import Starlette

from server.serving.connection import Connection
from server.settings import Settings

_ENOUGH_FILES = 65_536  # where there is no limit at all
_BACKLOG = 4096  # after a restart everybody comes back at once
_KERNEL_KEEPS = 128 * 1024  # bytes for one client that does not read; the kernel allows itself twice that
_GONE_AFTER_MS = 90_000  # a client that answers nothing for so long is gone, whatever its socket says


def take_all_the_files_allowed() -> None:
    """Every viewer is an open file, and a shell allows 1,024 unless it is asked for what it may."""
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    most = _ENOUGH_FILES if allowed == resource.RLIM_INFINITY else allowed
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, allowed))


class PortTaken(Exception):
    """Somebody else serves there."""


class WebServer(uvicorn.Server):
    """uvicorn as this program needs it, bound at once to ``listening``, or PortTaken; ``listen`` serves."""

    def __init__(self, app: Starlette, settings: Settings) -> None:
        self.listening = _listening(settings)
        super().__init__(
            uvicorn.Config(
                app,
                host=settings.host,
                port=settings.port,
                http=Connection,
                backlog=_BACKLOG,
                log_level="warning",
                access_log=False,
                timeout_graceful_shutdown=5,
            )
        )

    async def listen(self) -> None:
        """Serve."""
        await self.serve([self.listening])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say where."""
        await super().startup(sockets)
        # What is here now stays. Connections come and go without cycles: looking for some among ten thousand of them
        # at every seven hundredth new object took a third of a handshake's time. Nights leave cycles when they go:
        # sixty that came and went took 80 MB where the oldest objects were never looked at, and stay within 28 MB so.
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 5, 2)
        if self.started:
            print(f"Declared is on air at http://{self.config.host}:{self.config.port}", flush=True)

    async def on_tick(self, counter: int) -> bool:
        """What uvicorn does ten times a second; and once, let go of clients that take too long to ask."""
        if counter % 10 == 0:
            now = asyncio.get_running_loop().time()
            for one in tuple(self.server_state.connections):
                if isinstance(one, Connection):  # else it is an open line
                    one.let_go_if_late(now)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let those who read events go, then everybody else."""
        self.config.app.state.hub.end()  # type: ignore[union-attr]
        await super().shutdown(sockets)


def _listening(settings: Settings) -> socket.socket:
    """A socket that is set up for very many clients: each of theirs is made like it."""
    try:
        listening = socket.create_server(
            (settings.host, settings.port),
            family=socket.AF_INET6 if ":" in settings.host else socket.AF_INET,
            backlog=_BACKLOG,
            reuse_port=settings.share_port,
        )
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        raise PortTaken(
            f"Nothing can be served at {where}: {os.strerror(error.errno or 0)}. Set PORT to another."
        ) from error
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _KERNEL_KEEPS)
    if sys.platform == "linux":
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _GONE_AFTER_MS)
    return listening
