"""The web server: uvicorn as this program needs it, on a socket set up for very many clients. No routes."""

import asyncio
import ctypes
import errno
import gc
import logging
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from server.measures import CONNECTIONS, CONNECTIONS_LIMIT, LOOP_LAG
from server.serving.connection import Connection
from server.serving.leaving import Leaving
from server.serving.places import MOST_FILES, Places
from server.serving.requests import Requests
from server.settings import Settings

_BACKLOG = 4096  # after a restart everybody comes back at once
_KERNEL_KEEPS = 128 * 1024  # bytes for a client that does not read; the kernel allows itself twice as much
_GONE_AFTER_MS = 90_000  # a client that acknowledges nothing for so long is gone
_TICK_SECONDS = 0.1  # between two calls of ``on_tick``
_COUNTED = ("Invalid HTTP request received.", "Unsupported upgrade request.")  # by Places: uvicorn logs each of them
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

    ``leave`` is called when the server is told to stop, and is not ready any more; it stops ``settings.drain_seconds``
    later. ``end`` is called when it stops: it must end the answers that would never end by themselves.
    """

    def __init__(
        self, app: ASGIApp, settings: Settings, end: Callable[[], None], leave: Callable[[], None] | None = None
    ) -> None:
        self.listening, self._settings = _listening(settings), settings
        self._end, self._leave = end, leave
        self._leaving: Leaving | None = None
        self._ticked = 0.0
        self._requests = Requests(app, settings)
        super().__init__(
            uvicorn.Config(
                self._requests,
                host=settings.host,
                port=settings.port,
                http=Connection,
                backlog=_BACKLOG,
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=max(5, settings.drain_seconds),
                forwarded_allow_ips=list(settings.trusted_proxies),
            )
        )
        self.places = self.server_state = Places(prefix=settings.prefix)
        logging.getLogger("uvicorn.error").addFilter(_is_told)

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
        now = asyncio.get_running_loop().time()
        if counter:
            LOOP_LAG.observe(max(0.0, now - self._ticked - _TICK_SECONDS))
        self._ticked = now
        if counter % 10 == 0:
            for connection in tuple(self.server_state.connections):
                if isinstance(connection, Connection):  # otherwise it is an open websocket's line
                    connection.let_go_if_late(now)
            self.places.let_go_if_slow(now)
            self.places.tell(now)
            CONNECTIONS.set(len(self.places.connections))
            CONNECTIONS_LIMIT.set(self.places.most)
        if self._leaving and self._leaving.step(now):
            self.should_exit = True
        return await super().on_tick(counter)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Leave when told so by SIGTERM for the first time, if there is time for that; stop at once otherwise."""
        if sig == signal.SIGTERM and self.started and self._settings.drain_seconds and not self._leaving:
            self._captured_signals.append(sig)
            self.leave()
        else:
            super().handle_exit(sig, frame)

    def leave(self) -> None:
        """Begin to leave: see ``server.serving.leaving``."""
        self._requests.closes = True
        if self._leave:
            self._leave()
        seconds, connections = self._settings.drain_seconds, self.places.connections
        self._leaving = Leaving(seconds, connections, self.listening, self._close)

    def _close(self) -> None:
        for server in self.servers:
            server.close()
        self.listening.close()
        self._end()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams of events, which would otherwise never end, then everything else."""
        self._end()
        await super().shutdown(sockets)


def _is_told(record: logging.LogRecord) -> bool:
    return record.msg not in _COUNTED


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
        why = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
        another = (
            "PORT to another" if error.errno in (errno.EADDRINUSE, errno.EACCES) else "HOST to one of this machine"
        )
        raise PortTaken(f"Nothing can be served at {where}: {why}. Set {another}.") from error
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _KERNEL_KEEPS)
    if sys.platform == "linux":
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _GONE_AFTER_MS)
    return listening
