"""``python -m server open``: put a night on air with nothing declared, for officers to enter results."""

import argparse
from pathlib import Path
from typing import Any
from uuid import uuid4

from msgspec.structs import replace

from server.commands.on_redis import with_stream
from server.count.visit.inviting import choose_entry
from server.election.contests import practised
from server.election.refusals import Refused
from server.nights import archive
from server.nights.kept import Kept
from server.settings import Settings
from server.stream.events import EventStream
from server.stream.opening import open_night
from server.stream.submit import Submitter


def add_parser(commands: Any) -> None:
    """Add ``open`` to the command line."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "open", help="put a night on air with nothing declared, for officers to enter"
    )
    parser.add_argument("night", metavar="NIGHT", help="a past night's id, or a night file")
    parser.add_argument("--as", dest="name", default="", metavar="NAME", help="the night's id on air")
    parser.add_argument("--entry", choices=("single", "double"), default="single", help="how many key each result")
    parser.add_argument("--rehearsal", action="store_true", help="to practise with: marked TEST everywhere")
    parser.set_defaults(call=open)


def open(options: argparse.Namespace, settings: Settings) -> int:
    """Open a night, and print its address; Refused if its id is taken."""
    file, kept = Path(options.night), Kept(settings.data_dir)
    past = archive.read(file) if file.is_file() else kept.load(options.night)
    definition = replace(past.definition, id=options.name or past.definition.id, times="live", replay_of=None)
    if options.rehearsal:
        definition = practised(past.definition, options.name)
    if any(past_night.id == definition.id for past_night in kept.listed()):
        raise Refused("night-kept", f"{definition.id} is kept here as a past night: give it another id with --as.")

    async def opened(stream: EventStream) -> None:
        await open_night(stream, definition, str(uuid4()), past.expected)
        if options.entry == "double":
            await choose_entry(Submitter(stream), definition.id, "double")

    with_stream(settings, opened)
    print(f"{definition.title} is on air: {settings.public_url}/nights/{definition.id}")
    return 0
