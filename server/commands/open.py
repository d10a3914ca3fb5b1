"""``python -m server open``: put a night on air with nothing declared, for officers to enter results."""

import argparse
from pathlib import Path
from typing import Any
from uuid import uuid4

from msgspec.structs import replace

from server.commands import coming
from server.commands.named import past_named
from server.commands.on_redis import with_stream
from server.count.visit.inviting import choose_entry
from server.election.contests import Definition, practised
from server.election.refusals import Refused
from server.nights.ids import must_be_free
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
    parser.add_argument(
        "night", metavar="NIGHT", nargs="?", help="a past night's id, a night file, or a CSV of candidates"
    )
    coming.add_options(parser)
    parser.add_argument("--candidates", type=Path, metavar="FILE", help="for --seat: SURNAME, First names, Party")
    parser.add_argument("--title", metavar="TITLE", help="of a night that is not from an archive")
    parser.add_argument("--as", dest="name", default="", metavar="NAME", help="the night's id on air")
    parser.add_argument("--entry", choices=("single", "double"), default="single", help="how many key each result")
    apart = "block votes and split votes are keyed apart, where several are elected"
    parser.add_argument("--blocks-apart", dest="apart", action="store_true", help=apart)
    parser.add_argument("--rehearsal", action="store_true", help="to practise with: marked TEST everywhere")
    parser.set_defaults(call=open)


def open(options: argparse.Namespace, settings: Settings) -> int:
    """Open a night, and print its address; Refused if its id is taken, or a past night's, or it is not said which
    night."""
    file = options.candidates if options.seat else Path(options.night) if options.night else None
    if coming.describes(options, file):
        return _open_coming(options, file, settings)
    if options.night is None:
        raise Refused("night", "Say which night: a past night's id, a file, or --seat, --date and --candidates.")
    kept = Kept(settings.data_dir)
    past = past_named(options.night, kept)
    definition = replace(past.definition, id=options.name or past.definition.id, times="live", replay_of=None)
    if options.rehearsal:
        definition = practised(replace(past.definition, replay_of=None), options.name)
    must_be_free(kept, definition.id)

    async def opened(stream: EventStream) -> None:
        await open_night(stream, definition, str(uuid4()), past.expected, past.no_polls)
        if options.entry == "double" or options.apart:
            await choose_entry(Submitter(stream), definition.id, options.entry, apart=options.apart)

    with_stream(settings, opened)
    return _told(definition, settings)


def _open_coming(options: argparse.Namespace, file: Path | None, settings: Settings) -> int:
    night = coming.night_of(options, file)
    definition = night.definition
    if options.rehearsal:
        definition = practised(definition, options.name)
    elif options.name:
        definition = replace(definition, id=options.name)
    must_be_free(Kept(settings.data_dir), definition.id)

    async def opened(stream: EventStream) -> None:
        await open_night(stream, definition, str(uuid4()), night.expected, night.no_polls)
        if options.entry == "double" or options.apart:
            await choose_entry(Submitter(stream), definition.id, options.entry, apart=options.apart)

    with_stream(settings, opened)
    return _told(definition, settings)


def _told(definition: Definition, settings: Settings) -> int:
    print(f"{definition.title} is on air: {settings.public_url}/nights/{definition.id}")
    return 0
