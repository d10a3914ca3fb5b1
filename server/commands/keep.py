"""``python -m server keep``: end a night that is on air, and keep it here as a past night."""

import argparse
from pathlib import Path
from typing import Any

from server.commands.on_redis import on_stream
from server.commands.words import number_of, told
from server.election.counting.desk import Desk, fold_acts
from server.election.counting.entry import pending
from server.election.nights import Night, fold
from server.election.refusals import Refused
from server.nights.kept import DESK, Kept, NotKept
from server.settings import Settings
from server.stream.events import EventStream
from server.stream.record import written

_MOST_TRIES = 20
_ABOUT = """\
Ends a night that is on air in Redis (REDIS_URL, or the embedded one): its record is kept in DATA_DIR/nights, it goes
off air, and whoever watches it is shown the past night at the same address. What was done at the count, which is
nobody else's to read, is kept beside it. Servers that do not share DATA_DIR import the record.
"""


def add_parser(commands: Any) -> None:
    """Add ``keep`` to the command line."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "keep", help="end a night that is on air, and keep it as a past night", description=_ABOUT
    )
    parser.add_argument("night", metavar="NIGHT", help="a night on air")
    parser.add_argument("--anyway", action="store_true", help="although it is held, or something waits to go out")
    parser.set_defaults(call=on_stream(keep))


async def keep(options: argparse.Namespace, settings: Settings, stream: EventStream) -> int:
    """Keep a whole night and take it off air, or do neither; Refused or NotKept, with a sentence, says why not."""
    name, kept = options.night, Kept(settings.data_dir)
    for _ in range(_MOST_TRIES):
        events = await stream.read(name) if name in await stream.nights() else []
        if not events:
            over = f"{name} is a past night already." if kept.events(name) else f"There is no night called {name}."
            if name.endswith(".jsonl"):
                over = f"{name} is a file, and import {name} keeps it."
            raise Refused("night-unknown", f"Only a night on air can be kept. {over}")
        acts = await stream.read_acts(name)
        night, desk = fold(events), fold_acts(acts)
        _must_be_over(night, desk, options.anyway)
        private = kept.file(name, DESK)
        _must_go_on(private, count := b"".join(written(acts)))
        kept.add(b"".join(written(events)), goes_on=True)
        if acts:  # only after the record is kept: a refused night must leave nothing here
            kept.put(private, count, 0o600)
        if await stream.take_off(name, (night.seq, desk.seq)):
            break
    else:
        raise Refused("goes-on", f"{name} does not come to rest: try again when nobody enters anything.")
    print(f"{told(night)}: kept in {kept.file(name)}.")
    print(f"It is off air, and from now on a past night: {settings.public_url}/nights/{name}")
    if acts:
        done = number_of(len(acts), "act")
        print(f"What was done at the count, {done}, is in {private.name} beside it: only you can read that.")
    if waited := len(pending(night, desk)):
        print(f"{_things(waited)} to go out, and did not. It is in that file.")
    return 0


def _must_be_over(night: Night, desk: Desk, anyway: bool) -> None:
    name = night.definition.id
    if desk.replay and desk.replay.state in ("playing", "paused"):
        raise Refused("playing", f"{name} is a replay that is {desk.replay.state}: stop it at its desk first.")
    if anyway:
        return
    if waited := len(pending(night, desk)):
        raise Refused("waiting", f"{_things(waited)} to go out on {name}. With --anyway it is kept without.")
    if night.held:
        raise Refused("held", f"The desk holds {name}. With --anyway it is kept as it is.")


def _must_go_on(private: Path, count: bytes) -> None:
    """Refuse to replace the private acts of another night that had the same id; NotKept."""
    if private.exists() and not count.startswith(private.read_bytes()):
        raise NotKept(f"{private} holds what was done at the count of another night of that id: move it away first.")


def _things(number: int) -> str:
    return f"{number:,} things wait" if number > 1 else "Something waits"
