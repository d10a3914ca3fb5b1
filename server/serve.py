"""Running the program: the embedded server where none is named, the web server, and the replays put on air with it."""

import asyncio
import gc
import os
import resource
import signal
import socket
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import FrameType

import uvicorn
import uvloop

from server.app import build_app
from server.election.commands import ExpectDeclaration, OpenNight
from server.election.contests import Definition
from server.election.decide import Refused
from server.live.protocol import Connection
from server.nights.kept import Kept
from server.nights.replay import Orders, clocks, replay_id
from server.player import Player
from server.replays import how_to_go_on
from server.settings import Settings
from server.stream import embedded
from server.stream.events import EventStream
from server.stream.submit import Receipt, Submitter

WORTH_WATCHING = ("parl.rochester-and-strood.by.2014-11-20", "parl.2019-12-12")
_ENOUGH_FILES = 65_536  # where there is no limit at all
_BACKLOG = 4096  # after a restart everybody comes back at once
_KERNEL_KEEPS = 128 * 1024  # bytes for one client that does not read; the kernel allows itself twice that
_GONE_AFTER_MS = 90_000  # a client that answers nothing for so long is gone, whatever its socket says


@contextmanager
def with_redis(settings: Settings) -> Generator[Settings]:
    """The settings with a Redis to use: the one named, one embedded here already, or one started for this process."""
    if settings.redis_url is not None:
        yield settings
        return
    folder = settings.data_dir / "redis"
    server = None if embedded.answering(folder) else _started(folder)
    try:
        yield replace(settings, redis_url=embedded.address(folder))
    finally:
        if server:
            server.stop()


def _started(folder: Path) -> embedded.Embedded | None:
    """The embedded server, or None if another process of this checkout was quicker to start it."""
    try:
        return embedded.start(folder)
    except embedded.EmbeddedServerError:
        if not embedded.answering(folder):
            raise
        return None


def serve(settings: Settings, nights: tuple[str, ...] = (), speed: float | None = 0) -> int:
    """Serve until told to stop, with these past nights on air as replays: at this speed, or at 0 as each is set.

    One that was interrupted goes on, one that had ended begins again, one that the desk paused or stopped stays so.
    """
    signal.signal(signal.SIGTERM, _end)
    _take_all_the_files_allowed()
    with (
        with_redis(settings) as known,
        suppress(KeyboardInterrupt),
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(_serve(known, nights, speed))
    return 0


def _take_all_the_files_allowed() -> None:
    """Every viewer is an open file, and a shell allows 1,024 unless it is asked for what it may."""
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    most = _ENOUGH_FILES if allowed == resource.RLIM_INFINITY else allowed
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, allowed))


def _end(number: int, frame: FrameType | None) -> None:
    """Unwind, so that what was started here is ended too; the code is what a shell gives for SIGTERM."""
    sys.exit(128 + number)


class PortTaken(Exception):
    """Somebody else serves there."""


class WebServer(uvicorn.Server):
    """uvicorn as this program needs it, bound at once to ``listening``, or PortTaken; ``listen`` serves."""

    def __init__(self, settings: Settings) -> None:
        self.listening = _listening(settings)
        super().__init__(
            uvicorn.Config(
                build_app(settings),
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
        # at every seven hundredth new object took a third of a handshake's time.
        gc.collect()
        gc.freeze()
        gc.set_threshold(100_000, 20, 100)
        if self.started:
            print(f"Declared is on air at http://{self.config.host}:{self.config.port}", flush=True)

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


async def _serve(settings: Settings, nights: tuple[str, ...], speed: float | None) -> None:
    assert settings.redis_url is not None
    server = WebServer(settings)
    stream = EventStream(settings.redis_url, settings.replicas)
    pasts = {replay_id(night): Kept(settings.data_dir).load(night) for night in nights}
    orders = Orders(speed=speed, resumes=False)
    await stream.open()
    try:
        async with asyncio.TaskGroup() as tasks:
            replays = [tasks.create_task(_play(Player(stream, one, orders))) for one in clocks(pasts)]
            await server.listen()
            for one in replays:
                one.cancel()
    finally:
        await stream.close()


async def _play(player: Player) -> None:
    try:
        left = await player.play()
    except Refused as refused:  # another night has its name; what else is on air goes on
        print(refused.sentence, file=sys.stderr)
        return
    if left.state == "stopped":
        print(how_to_go_on(player.nights, left), flush=True)


async def open_night(
    stream: EventStream, definition: Definition, command_id: str, expected: Mapping[str, datetime] | None = None
) -> Receipt:
    """Put a night on air with nothing declared, for officers to enter; Refused if it is on air already.

    ``expected`` is ballot id → when its declaration is expected.
    """
    submitter, by = Submitter(stream), "the desk"
    command = OpenNight(id=command_id, by=by, night=definition)
    receipt = await submitter.submit(definition.id, command, definition.polls_close)
    for ballot, moment in (expected or {}).items():
        expect = ExpectDeclaration(id=f"{command_id}/{ballot}", by=by, ballot=ballot, expected=moment)
        await submitter.submit(definition.id, expect, definition.polls_close)
    await stream.announce(definition.id)
    return receipt


def serve_redis(settings: Settings) -> int:
    """Run the embedded server alone until told to stop, for other processes of this checkout."""
    signal.signal(signal.SIGTERM, _end)
    with with_redis(settings) as known, suppress(KeyboardInterrupt):
        print(f"Redis answers at {known.redis_url}", flush=True)
        signal.pause()
    return 0
