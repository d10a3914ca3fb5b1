"""``python -m server discard``: take a night off air that should not be there, with everything done on it."""

import argparse
import sys
from typing import Any

from server.commands.on_redis import on_stream
from server.commands.words import number_of, told
from server.nights import ending
from server.settings import Settings
from server.stream.events import EventStream

_ABOUT = """\
Takes a night off air that should not be there: opened by mistake, under a wrong id, or to practise with. Its record and
what was done at its count are deleted. It asks first: without --yes the night's id must be typed again. A night on
which something was declared is not discarded, unless it is a rehearsal or a replay: "keep" ends it.
"""


def add_parser(commands: Any) -> None:
    """Add ``discard`` to the command line."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "discard", help="take a night off air that should not be there", description=_ABOUT
    )
    parser.add_argument("night", metavar="NIGHT", help="a night on air")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.set_defaults(call=on_stream(discard))


async def discard(options: argparse.Namespace, settings: Settings, stream: EventStream) -> int:
    """Discard a night once somebody has said yes to what goes; 1 if nobody did. Refused as ``ending.discard``."""
    name: str = options.night
    if not options.yes:
        going = await ending.discardable(stream, name)
        print(f"{told(going.night)}, and {number_of(going.desk.seq, 'act')} at its count: all of it goes for good.")
        print("Type its id again to discard it: ", end="", flush=True)
        if sys.stdin.readline().strip() != name:
            print(f"\nNothing was done: {name} is on air as it was. --yes discards it without asking.", file=sys.stderr)
            return 1
    ended = await ending.discard(stream, name)
    print(f"{told(ended.night)}: discarded. Whoever watched it is told that there is no such night.")
    return 0
