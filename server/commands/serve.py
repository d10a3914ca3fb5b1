"""``python -m server serve``: run the web server until told to stop; for ``run`` also the replays beside it."""

import argparse
import asyncio
import os
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import Any

import uvloop

from server.app import build_app
from server.commands.on_redis import with_redis
from server.count.visit.inviting import first_admin, link_of
from server.election.counting.acts import PLACE
from server.election.refusals import Refused
from server.nights.ids import must_be_free
from server.nights.kept import Kept
from server.nights.past import PastNight
from server.replay.bar import how_to_go_on
from server.replay.player import Player
from server.replay.script import Orders, clocks, replay_id
from server.serving.web import WebServer, take_all_the_files_allowed
from server.settings import Settings
from server.stream.codec import UnknownEvent
from server.stream.events import EventStream
from server.stream.servers.failures import NotOurs
from server.stream.submit import Submitter


def add_parser(commands: Any) -> None:
    """Add ``serve`` to the command line."""
    parser: argparse.ArgumentParser = commands.add_parser("serve", help="serve the nights that are on air")
    parser.set_defaults(call=_serve_alone)


def _serve_alone(options: argparse.Namespace, settings: Settings) -> int:
    return serve(settings)


def serve(
    settings: Settings, nights: tuple[PastNight, ...] = (), speed: float | None = 0, shows_link: bool = False
) -> int:
    """Serve until told to stop, with these past nights on air as replays; ``speed`` is as in ``Orders``.

    A replay that was interrupted goes on, one that had ended begins again, one paused or stopped at its desk stays so.
    ``shows_link``: print the link of whoever was invited first to run the place. If the process stopped because its
    follower died, it exits with 70 (``EX_SOFTWARE``), for its supervisor to see.
    """
    signal.signal(signal.SIGTERM, end)
    take_all_the_files_allowed()
    with (
        with_redis(settings) as known,
        suppress(KeyboardInterrupt),
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        runner.run(_serve(known, nights, speed, shows_link))
    return 0


def end(number: int, frame: FrameType | None) -> None:
    """Handle SIGTERM: unwind, so that whatever was started here ends too; exit with 143, as a shell would."""
    sys.exit(128 + number)


async def _serve(settings: Settings, nights: tuple[PastNight, ...], speed: float | None, shows_link: bool) -> None:
    assert settings.redis_url is not None
    stream = EventStream(settings.redis_url, settings.replicas)
    app = build_app(settings, stream)
    server = WebServer(app, settings, app.hub.end, app.leave)
    kept = Kept(settings.data_dir)
    replays = {replay_id(past.definition.id): past for past in nights}
    pasts = {id: past for id, past in replays.items() if _is_free(kept, id)}
    orders = Orders(speed=speed, resumes=False)
    await stream.open()
    try:
        if shows_link:
            await show_link(settings, Submitter(stream))
        async with asyncio.TaskGroup() as tasks:
            replays = [tasks.create_task(_play(Player(stream, past_nights, orders))) for past_nights in clocks(pasts)]
            await server.listen()
            for task in replays:
                task.cancel()
    finally:
        await stream.close()
        if app.failed:
            sys.exit(os.EX_SOFTWARE)  # in place of SIGTERM's code: the process sent that signal to itself


async def show_link(settings: Settings, submitter: Submitter) -> None:
    """Print the link of whoever was invited first to run the place; or why there is none."""
    try:
        first = await first_admin(submitter)
    except (UnknownEvent, NotOurs) as error:
        print(f"Who runs this place cannot be read, so there is no link to make nights. {error}", file=sys.stderr)
        return
    if first:
        print(f"Make and run nights: {link_of(settings, PLACE, first, 'admin')}", flush=True)


def _is_free(kept: Kept, replay: str) -> bool:
    try:
        must_be_free(kept, replay)
    except Refused as refused:  # that replay is kept; everything else goes on
        print(refused.sentence, file=sys.stderr)
        return False
    return True


async def _play(player: Player) -> None:
    try:
        end = await player.play()
    except Refused as refused:  # another night has its name; everything else goes on
        print(refused.sentence, file=sys.stderr)
        return
    except UnknownEvent as unknown:  # as above
        print(f"A night of this replay is off. {unknown}", file=sys.stderr)
        return
    if end.state == "stopped":
        print(how_to_go_on(player.nights, end), flush=True)
