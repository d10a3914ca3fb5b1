"""``python -m server keep``: end a night that is on air, and keep it here as a past night."""

import argparse
from typing import Any

from server.commands.on_redis import on_stream
from server.commands.words import number_of, told
from server.election.counting.desk import Desk
from server.election.counting.entry import pending
from server.election.nights import Night
from server.election.refusals import Refused
from server.nights import ending
from server.nights.kept import DESK, Kept
from server.settings import Settings
from server.stream.clock import now
from server.stream.events import EventStream

_ABOUT = """\
Ends a night that is on air in Redis (REDIS_URL, or the embedded one): its record is kept in DATA_DIR/nights, it goes
off air, and whoever watches it is shown the past night at the same address. What was done at the count, which is
nobody else's to read, is kept beside it. Where results are missing the command says which, and wants --anyway; a
contest whose poll is postponed or countermanded is not awaited. Servers that do not share DATA_DIR import the record.
"""


def add_parser(commands: Any) -> None:
    """Add ``keep`` to the command line."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "keep", help="end a night that is on air, and keep it as a past night", description=_ABOUT
    )
    parser.add_argument("night", metavar="NIGHT", help="a night on air")
    parser.add_argument(
        "--anyway", action="store_true", help="although results are missing, it is held, or something waits to go out"
    )
    parser.set_defaults(call=on_stream(keep))


async def keep(options: argparse.Namespace, settings: Settings, stream: EventStream) -> int:
    """Keep a whole night and take it off air, or do neither; Refused or NotKept, with a sentence, says why not."""
    name, kept = options.night, Kept(settings.data_dir)

    def may_end(night: Night, desk: Desk) -> None:
        ending.must_be_stopped(night, desk)
        if not options.anyway and (found := ending.objections(night, desk, now())):
            sentences = " ".join(objection.sentence for objection in found)
            raise Refused(found[0].code, f"{sentences} With --anyway it is kept as it is.")

    ended = await ending.keep(stream, kept, name, may_end)
    night, desk = ended.night, ended.desk
    print(f"{told(night)}: kept in {kept.file(name)}.")
    print(f"It is off air, and from now on a past night: {settings.public_url}/nights/{name}")
    if desk.log:
        done = number_of(len(desk.log), "act")
        print(
            f"What was done at the count, {done}, is in {kept.file(name, DESK).name} beside it: only you can read that."
        )
    if waited := len(pending(night, desk)):
        print(f"{ending.things(waited)} to go out, and did not. It is in that file.")
    return 0
