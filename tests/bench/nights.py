"""The nights on air that benchmarks ask about: with nothing declared, with everything, and one that comes and goes."""

from msgspec.structs import replace

from server.count.visit.invitations import Invitations
from server.count.visit.inviting import invite_person
from server.stream.events import EventStream, Position
from server.stream.opening import open_night
from server.stream.submit import Submitter
from tests.bench.posting import tokens
from tests.bench.program import Program
from tests.bench.reach import DECLARED, part_of_2019

LIVE, DONE = "live", "done"


async def open_both(one: Program, contests: int) -> None:
    """The night of 2019 on air twice; so many officers are invited to the open one, and so many have declared in the
    other."""
    stream = EventStream(one.redis_url)
    await open_night(stream, part_of_2019(LIVE, contests), "open")
    one.tokens = await tokens(stream, one.secret, LIVE, *(seat.ballot for seat in DECLARED[:contests]))
    await stream.close()
    await append(one, DONE, contests, contests=contests)


async def append(one: Program, night: str, number: int, after: int = 0, contests: int = len(DECLARED)) -> None:
    """Put a night on air, unless something is declared in it, and declare so many seats more."""
    stream = EventStream(one.redis_url)
    if not after:
        await open_night(stream, part_of_2019(night, contests), "open")
    round = (await Submitter(stream).look(night)).round
    for seq, seat in enumerate(DECLARED[after : after + number], after + 2):
        await stream.append(night, replace(seat, seq=seq), Position(round, seq - 1))
    await stream.close()


async def erase(one: Program, night: str) -> None:
    """Take a night off air."""
    stream = EventStream(one.redis_url)
    await stream.erase(night)
    await stream.close()


async def invite_desk(one: Program) -> str:
    """The token of an invitation to the desk of the open night."""
    stream = EventStream(one.redis_url)
    invitation = await invite_person(Submitter(stream), LIVE, "bench", "desk", ())
    await stream.close()
    return Invitations(one.secret).make(LIVE, invitation)
