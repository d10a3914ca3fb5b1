"""``python -m server run``: put past nights on air as replays, and serve them; ``scripts/run`` calls it."""

import argparse
from typing import Any

from server.commands.named import past_named
from server.commands.serve import serve
from server.commands.speed import add_speed
from server.nights.kept import Kept
from server.replay.script import must_have_happened
from server.settings import Settings

WORTH_WATCHING = ("parl.rochester-and-strood.by.2014-11-20", "parl.2019-12-12")


def add_parser(commands: Any) -> None:
    """Add ``run`` to the command line."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "run", help="put past nights on air as replays, and serve them"
    )
    parser.add_argument(
        "nights", nargs="*", metavar="NIGHT", help="past nights' ids, or files (default: two worth watching)"
    )
    add_speed(parser)
    parser.set_defaults(call=run)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Serve with these past nights on air as replays; UnknownNight if one does not exist."""
    nights = tuple(options.nights) or WORTH_WATCHING
    kept = Kept(settings.data_dir)
    pasts = tuple(past_named(night, kept) for night in nights)
    for past in pasts:
        must_have_happened(past)
    return serve(settings, pasts, options.speed, shows_link=True)
