"""``python -m server export`` and ``keep``: a night's record out of Redis, or of the nights kept here, into a file.

Records are read, checked and written elsewhere; here is only what goes where, and what is said of it.
"""

import argparse
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from server.election.decide import Refused
from server.election.desk import Desk, fold_acts
from server.election.entry import pending
from server.election.nights import Night, fold
from server.nights.archive import UnknownNight
from server.nights.kept import DESK, RECORD, Kept, NotKept, put
from server.settings import Settings
from server.stream.events import EventStream
from server.stream.record import BEGINNING, head_after, written

Work = Callable[[argparse.Namespace, Settings, EventStream], Awaitable[int]]

_MOST_TRIES = 20

_EXPORT = """\
Writes a night's record to a file: its definition, attribution and every event, each with the head of the chain. The
night is taken from Redis if it is on air there (REDIS_URL, or the embedded one), else from the past nights, shipped or
kept in DATA_DIR. "verify" checks such a file without a server, "import" keeps it elsewhere, with the same pages.
"""
_KEEP = """\
Ends a night that is on air in Redis (REDIS_URL, or the embedded one): its record is kept in DATA_DIR/nights, it goes
off air, and whoever watches it is shown the past night at the same address. What was done at the count, which is
nobody else's to read, is kept beside it. Servers that do not share DATA_DIR import the record.
"""


def add_parsers(commands: Any, on_stream: Callable[[Work], Callable[[argparse.Namespace, Settings], int]]) -> None:
    """Add both to the program's commands; ``on_stream`` makes of work on a stream what ``options.call`` is."""
    exporting: argparse.ArgumentParser = commands.add_parser(
        "export", help="write a night's record to a file", description=_EXPORT
    )
    exporting.add_argument("night", metavar="NIGHT", help="a night on air, or a past one")
    exporting.add_argument(
        "--out", type=Path, metavar="FILE", help=f"where to (default: NIGHT{RECORD}, in this folder)"
    )
    exporting.set_defaults(call=on_stream(export))
    ending: argparse.ArgumentParser = commands.add_parser(
        "keep", help="end a night that is on air, and keep it as a past night", description=_KEEP
    )
    ending.add_argument("night", metavar="NIGHT", help="a night on air")
    ending.add_argument("--anyway", action="store_true", help="although it is held, or something waits to go out")
    ending.set_defaults(call=on_stream(keep))


async def export(options: argparse.Namespace, settings: Settings, stream: EventStream) -> int:
    """Write a night's record; Refused if there is no such night, NotKept if its id makes no file's name."""
    name, kept = options.night, Kept(settings.data_dir)
    on_air = await stream.read(name) if name in await stream.nights() else []
    try:
        events = on_air or kept.load(name).events
    except UnknownNight:
        raise Refused("night-unknown", f"There is no night called {name}, on air or past.") from None
    out: Path = options.out or Path(kept.file(name).name)
    put(out, b"".join(written(events)))
    head = BEGINNING
    for event in events:
        head = head_after(head, event)
    night = fold(events)
    print(f"{out}: {_told(night)}. The head is {head}.")
    if on_air:
        print("It is on air: what comes from now on is not in the file.")
    return 0


async def keep(options: argparse.Namespace, settings: Settings, stream: EventStream) -> int:
    """Keep a night and take it off air, all of it or not at all; Refused or NotKept with a sentence why not."""
    name, kept = options.night, Kept(settings.data_dir)
    for _ in range(_MOST_TRIES):
        events = await stream.read(name) if name in await stream.nights() else []
        if not events:
            over = f"{name} is a past night already." if kept.events(name) else f"There is no night called {name}."
            raise Refused("night-unknown", f"Only a night on air can be kept. {over}")
        acts = await stream.read_acts(name)
        night, desk = fold(events), fold_acts(acts)
        _must_be_over(night, desk, options.anyway)
        private = kept.file(name, DESK)
        _must_go_on(private, count := b"".join(written(acts)))
        kept.add(b"".join(written(events)), goes_on=True)
        if acts:  # not before the record is taken: of a night that is refused nothing may be left here
            kept.put(private, count, 0o600)
        if await stream.take_off(name, (night.seq, desk.seq)):
            break
    else:
        raise Refused("goes-on", f"{name} does not come to rest: try again when nobody enters anything.")
    print(f"{_told(night)}: kept in {kept.file(name)}.")
    print(f"It is off air, and from now on a past night: {settings.public_url}/nights/{name}")
    if acts:
        done = _number(len(acts), "act")
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
    """What was done at the count of one night must not be lost to that of another with the same id."""
    if private.exists() and not count.startswith(private.read_bytes()):
        raise NotKept(f"{private} holds what was done at the count of another night of that id: move it away first.")


def _things(number: int) -> str:
    return f"{number:,} things wait" if number > 1 else "Something waits"


def _told(night: Night) -> str:
    test = "TEST, " if night.definition.rehearsal else ""
    declared = f"{night.declared:,} of {len(night.counts):,} declared"
    return f"{test}{night.definition.title}, {_number(night.seq, 'event')}, {declared}"


def _number(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
