"""A past night of five seats that is quickly practised, and how a test has it practised."""

from argparse import ArgumentParser
from datetime import timedelta

from msgspec.structs import replace

from server.commands import rehearse as command
from server.election.deciding.decide import decide
from server.election.events import AnyEvent, NightOpened
from server.election.methods.figures import Rejected
from server.election.nights import fold
from server.nights.past import PastNight
from server.rehearsal.report import Report
from server.settings import Settings
from server.stream.events import EventStream
from tests.nights_by_hand import START, declare, definition

NIGHT, REHEARSAL = "night", "night.rehearsal"


def past_night(contests: int = 5) -> PastNight:
    """A declaration every ten minutes, but for an empty night before the last; 400 or so papers in each seat."""
    night = replace(definition(NIGHT, contests), times="recorded")
    events: list[AnyEvent] = [NightOpened(seq=1, at=START, by="archive", command_id="open", night=night)]
    for seat in range(contests):
        at = START + timedelta(minutes=10 * seat, hours=9 if seat == contests - 1 else 0)
        one = replace(declare(seat, 190 + 7 * seat, 210), rejected=Rejected(3 + seat), papers=None)
        events.append(decide(fold(events), one, at))
    return PastNight(night, tuple(events), {}, {})


async def practise(stream: EventStream, settings: Settings, *options: str, contests: int = 5) -> Report:
    """Have it practised, with these options of the command line, at a server that runs."""
    parser = ArgumentParser()
    command.add_parser(parser.add_subparsers())
    parsed = parser.parse_args(["rehearse", NIGHT, *options])
    return await command.practise(past_night(contests), parsed, settings, stream)
