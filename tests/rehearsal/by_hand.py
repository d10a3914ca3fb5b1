"""A past night of five seats that is quickly practised, and how a test has it practised."""

from argparse import ArgumentParser
from datetime import timedelta

from msgspec import UNSET
from msgspec.structs import replace

from server.commands import rehearse as command
from server.election.commands import Declare
from server.election.deciding.decide import decide
from server.election.events import AnyEvent, NightOpened
from server.election.methods.figures import MoreFigures, Rejected
from server.election.nights import fold
from server.nights.past import PastNight
from server.rehearsal.report import Report
from server.settings import Settings
from server.stream.events import EventStream
from tests.election import wards
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


def past_wards() -> PastNight:
    """A ward of three seats with a lot for two of them, one of two whose papers nobody published, and one of one."""
    con, lab, ld = wards.CON, wards.LAB, wards.LD
    abbey, brook = wards.ward(con, con, con, lab, lab, lab), wards.ward(con, con, lab, ld, seats=2, name="brook")
    dale = wards.ward(con, lab, seats=1, name="dale")
    sheets = (
        (abbey, {"1": 900, "2": 600, "3": 500, "4": 600, "5": 600, "6": 400}, MoreFigures(1_300, 7, ("2", "4"))),
        (brook, {"1": 700, "2": 650, "3": 640, "4": 300}, UNSET),
        (dale, {"1": 700, "2": 650}, UNSET),
    )
    contests = tuple(contest for contest, _, _ in sheets)
    night = replace(wards.definition(*contests, bodies=(wards.kent(*contests, control=con),), live=False), id=NIGHT)
    events: list[AnyEvent] = [NightOpened(seq=1, at=wards.CLOSE, by="archive", command_id="open", night=night)]
    for minutes, (contest, votes, more) in enumerate(sheets):
        one = Declare(
            id=contest.slug, by="archive", ballot=contest.ballot, votes=votes, rejected=Rejected(9), more=more
        )
        events.append(decide(fold(events), one, wards.CLOSE + timedelta(minutes=minutes)))
    return PastNight(night, tuple(events), {}, {})


async def practise(
    stream: EventStream, settings: Settings, *options: str, contests: int = 5, past: PastNight | None = None
) -> Report:
    """Have it practised, with these options of the command line, at a server that runs; or another night."""
    parser = ArgumentParser()
    command.add_parser(parser.add_subparsers())
    parsed = parser.parse_args(["rehearse", NIGHT, *options])
    return await command.practise(past or past_night(contests), parsed, settings, stream)
