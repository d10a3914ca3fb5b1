"""``python -m server export``: write a night's record, from Redis or of a past night, into a file."""

import argparse
from pathlib import Path
from typing import Any

from server.commands.named import NoFile, past_named
from server.commands.on_redis import on_stream
from server.commands.whole import export_all
from server.commands.words import number_of, told
from server.election.nights import Night, fold
from server.election.refusals import Refused
from server.nights.archive import UnknownNight
from server.nights.ending import keep_photos
from server.nights.files import record_events
from server.nights.kept import RECORD, Kept, put
from server.nights.photos.kept import copied
from server.settings import Settings
from server.stream.events import EventStream
from server.stream.record import BEGINNING, head_after, written

_ABOUT = """\
Writes a night's record to a file: its definition, attribution and every event, each with the head of the chain. The
night is taken from Redis if it is on air there (REDIS_URL, or the embedded one), else from the past nights, shipped or
kept in DATA_DIR, or from a night file. "verify" checks a record without a server, "import" keeps it elsewhere, with
the same pages.

With --all everything of this place goes to a new folder: nights on air and kept here, with the private acts at their
counts, nights to come, and who runs the place. "import FOLDER" brings it back, into this place or another. The key that
signs links and sessions is not in it.
"""


def add_parser(commands: Any) -> None:
    """Add ``export`` to the command line."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "export", help="write a night's record to a file", description=_ABOUT
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("night", metavar="NIGHT", nargs="?", help="a night on air, a past one, or the file of one")
    what.add_argument("--all", type=Path, metavar="FOLDER", help="everything of this place, into a new folder")
    parser.add_argument("--out", type=Path, metavar="FILE", help=f"where to (default: NIGHT{RECORD}, in this folder)")
    parser.set_defaults(call=on_stream(_export))


async def _photos(night: Night, out: Path, on_air: bool, kept: Kept, stream: EventStream) -> int:
    """Write the photographs of a night beside its record; how many there were."""
    if on_air:
        return await keep_photos(stream, out.parent, night)
    return copied(kept.folder, out.parent, night)


async def _export(options: argparse.Namespace, settings: Settings, stream: EventStream) -> int:
    return await (export_all(options.all, settings, stream) if options.all else export(options, settings, stream))


async def export(options: argparse.Namespace, settings: Settings, stream: EventStream) -> int:
    """Write a night's record; Refused if there is no such night, NotKept if its id cannot be a file's name."""
    name, kept = options.night, Kept(settings.data_dir)
    on_air = await stream.read(name) if name in await stream.nights() else []
    try:
        events = on_air or record_events(past_named(name, kept))
    except NoFile:
        raise
    except UnknownNight:
        raise Refused("night-unknown", f"There is no night called {name}, on air or past.") from None
    night = fold(events)
    out: Path = options.out or Path(kept.file(night.definition.id).name)
    put(out, b"".join(written(events)))
    photos = await _photos(night, out, bool(on_air), kept, stream)
    head = BEGINNING
    for event in events:
        head = head_after(head, event)
    print(f"{out}: {told(night)}. The head is {head}.")
    if photos:
        print(f"Beside it: {number_of(photos, 'photograph')} of result sheets.")
    if on_air:
        print("It is on air: what comes from now on is not in the file.")
    return 0
