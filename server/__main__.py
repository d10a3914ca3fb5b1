"""The command line: parses it, calls the verb, gives the exit code. No logic of its own."""

import argparse
import gc
import os
import sys
from typing import Any, cast

if __name__ == "__main__":
    gc.disable()  # What is imported is no garbage, and looking for some among it takes a quarter of a start.
    # Where the tests' packages are installed, structlog would load what draws in a terminal: a seventh of a start.
    cast(dict[str, Any], sys.modules)["rich"] = None

from server.commands import (
    container,
    discard,
    export,
    import_,
    invite,
    keep,
    open,
    redis,
    rehearse,
    replay,
    run,
    serve,
    unit,
    verify,
)
from server.commands.words import unusable
from server.election.refusals import Refused
from server.nights.archive import UnknownNight
from server.nights.format import BadNight
from server.nights.kept import NotKept
from server.replay.script import UnknownMoment
from server.serving import logs
from server.serving.web import PortTaken
from server.settings import Settings, SettingsError
from server.stream.codec import UnknownEvent
from server.stream.embedded import EmbeddedServerError
from server.stream.record import BadRecord
from server.stream.servers.failures import StreamUnavailable, StreamUnfit

_VERBS = (run, serve, redis, replay, open, import_, verify, export, keep, discard, invite, rehearse, unit, container)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns its exit code, 0 if it did what was asked. Errors are sentences on stderr."""
    options = _parser().parse_args(arguments)
    try:
        settings = Settings.from_env()
        logs.configure(as_json=settings.log_json)
        return options.call(options, settings)
    except (SettingsError, StreamUnfit) as error:
        print(error, file=sys.stderr)
        return os.EX_CONFIG  # to start it again would not help
    except (
        StreamUnavailable,
        UnknownEvent,
        UnknownNight,
        BadNight,
        NotKept,
        BadRecord,
        UnknownMoment,
        EmbeddedServerError,
        PortTaken,
    ) as error:
        print(error, file=sys.stderr)
        return 1
    except Refused as refusal:
        print(refusal.sentence, file=sys.stderr)
        return 1
    except OSError as error:
        if error.filename is None:
            raise
        print(unusable(error), file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m server", description="Declared: live election-night results")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for verb in _VERBS:
        verb.add_parser(commands)
    return parser


if __name__ == "__main__":
    gc.enable()
    sys.exit(main())
