"""The web server: uvicorn as this program needs it, on a socket set up for very many clients. No routes."""

import asyncio
import ctypes
import gc
import os
import resource
import socket
import sys
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from server.serving.connection import Connection
from server.serving.places import MOST_FILES, Places
from server.settings import Settings

_BACKLOG = 4096  # after a restart everybody comes back at once
_KERNEL_KEEPS = 128 * 1024  # bytes for a client that does not read; the kernel allows itself twice as much
_GONE_AFTER_MS = 90_000  # a client that acknowledges nothing for so long is gone

_SECONDS_BETWEEN_TRIMS = 60.0


def take_all_the_files_allowed() -> None:
    """Raise the limit of open files as far as allowed: every viewer is one, and shells start with 1,024."""
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    most = MOST_FILES if allowed == resource.RLIM_INFINITY else allowed
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, allowed))


class PortTaken(Exception):
    """The server cannot listen at its address; the message is a sentence that says why."""


class WebServer(uvicorn.Server):
    """uvicorn, bound to the socket ``listening`` at once (PortTaken if that fails); ``listen`` serves.

    ``end`` is called when the server stops: it must end the answers that would never end by themselves.
    """

    def __init__(self, app: ASGIApp, settings: Settings, end: Callable[[], None]) -> None:
        self.listening, self._settings = _listening(settings), settings
        self._end = end
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
        self.places = self.server_state = Places()

    async def listen(self) -> None:
        """Serve until told to stop."""
        giving = asyncio.create_task(_give_memory_back())
        try:
            await self.serve([self.listening])
        finally:
            giving.cancel()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and print the address."""
        await super().startup(sockets)
        # Everything made so far stays, so the collector need not look at it again. Connections make no cycles: with
        # Python's defaults, looking for cycles among ten thousand of them took a third of a handshake's time. Erased
        # nights do leave cycles: sixty that came and went took 80 MB where the collector in effect never looked at the
        # oldest objects, and 28 MB with these thresholds.
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 5, 2)
        if self.started:
            here, home = self._settings.public_url, self._settings.at_home
            at_home = "" if home == here else f", on this machine at {home}"
            print(f"Declared is on air at {here}{at_home}", flush=True)

    async def on_tick(self, counter: int) -> bool:
        """Do what uvicorn does ten times a second; and once a second drop clients that take too long to ask."""
        if counter % 10 == 0:
            now = asyncio.get_running_loop().time()
            for connection in tuple(self.server_state.connections):
                if isinstance(connection, Connection):  # otherwise it is an open websocket's line
                    connection.let_go_if_late(now)
            self.places.tell(now)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams of events, which would otherwise never end, then everything else."""
        self._end()
        await super().shutdown(sockets)


async def _give_memory_back() -> None:
    """Give the system back what is free between what is in use. glibc keeps it otherwise: with viewers who come and go
    a process grew from 120 to 300 MB in a quarter of an hour, of which it used 110."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # macOS and musl have none
    while trim:
        await asyncio.sleep(_SECONDS_BETWEEN_TRIMS)
        await asyncio.to_thread(trim, 0)


def _listening(settings: Settings) -> socket.socket:
    """A listening socket with options for very many clients, which the socket of each client inherits."""
    try:
        listening = socket.create_server(
            (settings.host, settings.port),
            family=socket.AF_INET6 if ":" in settings.host else socket.AF_INET,
            backlog=_BACKLOG,
            reuse_port=settings.share_port,
            dualstack_ipv6=settings.host == "::" and socket.has_dualstack_ipv6(),
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
