"""The command line: parse, call, exit code. No logic of its own."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import structlog
from msgspec.structs import replace

from server import keeping, replays, serve
from server.count import command as invite
from server.count.inviting import choose_entry
from server.election.decide import Refused
from server.feeds import record
from server.nights import archive
from server.nights import command as importing
from server.nights.format import BadNight
from server.nights.kept import Kept, NotKept
from server.nights.replay import UnknownMoment
from server.rehearsal import command as rehearsing
from server.rehearsal.script import practised
from server.settings import Settings, SettingsError
from server.stream import embedded
from server.stream.events import EventStream, StreamUnavailable, StreamUnfit
from server.stream.record import BadRecord
from server.stream.submit import Submitter

T = TypeVar("T")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code is 0 if it did what it says."""
    options = _parser().parse_args(arguments)
    printed = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)  # without local values
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], printed])
    try:
        return options.call(options, Settings.from_env())
    except (
        SettingsError,
        StreamUnavailable,
        StreamUnfit,
        archive.UnknownNight,
        BadNight,
        NotKept,
        BadRecord,
        UnknownMoment,
        embedded.EmbeddedServerError,
        serve.PortTaken,
    ) as error:
        print(error, file=sys.stderr)
        return 1
    except Refused as refusal:
        print(refusal.sentence, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m server", description="Declared: live election-night results")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    run = commands.add_parser("run", help="put past nights on air as replays, and serve them")
    run.add_argument("nights", nargs="*", metavar="NIGHT", help="past nights (default: two worth watching)")
    _speed_of(run)
    run.set_defaults(call=_run)

    commands.add_parser("serve", help="serve the nights that are on air").set_defaults(call=_serve)
    commands.add_parser("redis", help="run the embedded Redis alone").set_defaults(call=_redis)

    replay = replays.add_parser(commands)
    _speed_of(replay)
    replay.set_defaults(call=_replay)

    opening = commands.add_parser("open", help="put a night on air with nothing declared, for officers to enter")
    opening.add_argument("night", metavar="NIGHT", help="a past night's id, or a night file")
    opening.add_argument("--as", dest="name", default="", metavar="NAME", help="the night's id on air")
    opening.add_argument("--entry", choices=("single", "double"), default="single", help="how many key each result")
    opening.add_argument("--rehearsal", action="store_true", help="to practise with: marked TEST everywhere")
    opening.set_defaults(call=_open)

    importing.add_parser(commands)
    record.add_parser(commands)
    keeping.add_parsers(commands, _on_stream)
    invite.add_parser(commands).set_defaults(call=_invite)
    rehearsing.add_parser(commands).set_defaults(call=_rehearse)
    return parser


def _speed_of(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--speed",
        type=_speed,
        default=0.0,
        metavar="X",
        help="times real time, or max; sets a replay that was paused or stopped playing",
    )


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    speed = float(text.removesuffix("x"))
    if speed <= 0:
        raise argparse.ArgumentTypeError("the speed must be above 0, or max")
    return speed


def _run(options: argparse.Namespace, settings: Settings) -> int:
    nights = tuple(options.nights) or serve.WORTH_WATCHING
    for night in nights:
        Kept(settings.data_dir).load(night)
    return serve.serve(settings, nights, options.speed)


def _serve(options: argparse.Namespace, settings: Settings) -> int:
    return serve.serve(settings)


def _redis(options: argparse.Namespace, settings: Settings) -> int:
    return serve.serve_redis(settings)


def _replay(options: argparse.Namespace, settings: Settings) -> int:
    return replays.run(options, Kept(settings.data_dir).load, lambda play: _with_stream(settings, play))


def _open(options: argparse.Namespace, settings: Settings) -> int:
    file, kept = Path(options.night), Kept(settings.data_dir)
    past = archive.read(file) if file.is_file() else kept.load(options.night)
    definition = replace(past.definition, id=options.name or past.definition.id, times="live", replay_of=None)
    if options.rehearsal:
        definition = practised(past.definition, options.name)
    if any(one.id == definition.id for one in kept.listed()):
        raise Refused("night-kept", f"{definition.id} is kept here as a past night: give it another id with --as.")

    async def opened(stream: EventStream) -> None:
        await serve.open_night(stream, definition, str(uuid4()), past.expected)
        if options.entry == "double":
            await choose_entry(Submitter(stream), definition.id, "double")

    _with_stream(settings, opened)
    print(f"{definition.title} is on air: {settings.public_url}/nights/{definition.id}")
    return 0


def _rehearse(options: argparse.Namespace, settings: Settings) -> int:
    async def rehearsed(stream: EventStream) -> int:
        return await rehearsing.rehearse(options, settings, stream, serve.open_night)

    return _with_stream(settings, rehearsed)


def _invite(options: argparse.Namespace, settings: Settings) -> int:
    async def invited(stream: EventStream) -> int:
        return await invite.invite(options, settings, Submitter(stream), await stream.nights())

    return _with_stream(settings, invited)


def _on_stream(work: keeping.Work) -> Callable[[argparse.Namespace, Settings], int]:
    return lambda options, settings: _with_stream(settings, lambda stream: work(options, settings, stream))


def _with_stream(settings: Settings, work: Callable[[EventStream], Awaitable[T]]) -> T:
    async def call(url: str) -> T:
        stream = EventStream(url, settings.replicas)
        try:
            await stream.open()
            return await work(stream)
        finally:
            await stream.close()

    with serve.with_redis(settings) as known:
        assert known.redis_url is not None
        return asyncio.run(call(known.redis_url))


if __name__ == "__main__":
    sys.exit(main())
