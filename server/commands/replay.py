"""``python -m server replay``: put past nights on air as replays, beside a server that is running."""

import argparse
import asyncio
import sys
from contextlib import ExitStack
from typing import Any

from server.commands.named import past_named
from server.commands.on_redis import with_stream
from server.commands.speed import add_speed
from server.nights.ids import must_be_free
from server.nights.kept import Kept
from server.replay.bar import bar, command_of, how_to_go_on, shown
from server.replay.player import Player
from server.replay.script import Orders, clocks, must_have_happened, replay_id
from server.settings import Settings
from server.stream.events import EventStream


def add_parser(commands: Any) -> None:
    """Add ``replay`` to the command line."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "replay", help="put past nights on air as replays, on a Redis that is running"
    )
    parser.add_argument(
        "nights", nargs="+", metavar="NIGHT", help="past nights' ids, or files; those of one date share a clock"
    )
    parser.add_argument("--as", dest="name", default="", metavar="NAME", help="the replay's id, of one night")
    parser.add_argument("--from", dest="start", default="", metavar="T", help="what came before goes on air at once")
    parser.add_argument("--to", dest="until", default="", metavar="T", help="nothing after goes on air")
    parser.add_argument("--loop", action="store_true", help="begin again at the end, for ever")
    add_speed(parser)
    parser.set_defaults(call=replay)


def replay(options: argparse.Namespace, settings: Settings) -> int:
    """Play as the options say, until the end, a stop at the desk, or Ctrl-C; 2 if the options do not go together."""
    if options.name and len(options.nights) > 1:
        print("--as is for one night: several have names of their own.", file=sys.stderr)
        return 2
    kept = Kept(settings.data_dir)
    pasts = {night: past_named(night, kept) for night in options.nights}
    nights = {options.name or replay_id(past.definition.id): past for past in pasts.values()}
    for name, past in nights.items():
        must_be_free(kept, name)
        must_have_happened(past)
    files = {past.definition.id: named for named, past in pasts.items()}
    orders = Orders(options.speed, options.start, options.until, options.loop)

    async def play(stream: EventStream) -> None:
        with ExitStack() as bars:
            players = [
                Player(stream, clock, orders, shown(bars.enter_context(bar(clock, place))))
                for place, clock in enumerate(clocks(nights))
            ]
            ends = await asyncio.gather(*(player.play() for player in players))
        for player, end in zip(players, ends, strict=True):
            if end.state == "stopped":
                print(how_to_go_on(player.nights, end, files))

    try:
        with_stream(settings, play)
    except KeyboardInterrupt:
        print(f"Interrupted. What is on air stays; this goes on where it is: {command_of(nights, options, files)}")
    return 0
