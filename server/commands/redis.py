"""``python -m server redis``: run the embedded Redis alone, for other processes of this checkout."""

import argparse
import re
import signal
from contextlib import suppress
from typing import Any

from server.commands.on_redis import with_redis
from server.commands.serve import end
from server.settings import Settings


def add_parser(commands: Any) -> None:
    """Add ``redis`` to the command line."""
    parser: argparse.ArgumentParser = commands.add_parser("redis", help="run the embedded Redis alone")
    parser.set_defaults(call=redis)


def redis(options: argparse.Namespace, settings: Settings) -> int:
    """Run the embedded Redis until told to stop."""
    signal.signal(signal.SIGTERM, end)
    with with_redis(settings) as known, suppress(KeyboardInterrupt):
        shown = re.sub("//.*@", "//…@", known.redis_url or "")  # without a password
        print(f"Redis answers at {shown}", flush=True)
        signal.pause()
    return 0
