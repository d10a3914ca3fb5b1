"""Many writers of one process: each has its turn, and none waits for Redis after another has waited in vain."""

import asyncio

import pytest

from server.election.commands import OpenNight, PostNote
from server.election.counting.acts import AnyAct
from server.election.decide import decide
from server.election.events import AnyEvent
from server.stream.events import EventStream, StreamUnavailable
from server.stream.ledger import Ledger, Stands
from server.stream.reading import Position
from server.stream.submit import Submitter
from tests.nights_by_hand import START, definition

NIGHT = "night"
OPENING = OpenNight(id="open", by="desk", night=definition(NIGHT))


async def test_more_who_write_at_once_than_may_try_again_are_all_served(stream: EventStream) -> None:
    submitter = Submitter(stream)
    await submitter.submit(NIGHT, OPENING, START)
    notes = [PostNote(id=f"note-{number}", by="desk", text=f"Note {number}.") for number in range(250)]
    receipts = await asyncio.gather(*(submitter.submit(NIGHT, note, START) for note in notes))
    assert [receipt.seq for receipt in receipts] == list(range(2, 252)), "in the order in which they came"


class Away(EventStream):
    """A Redis that does not answer; ``asked`` is how often it was."""

    asked = 0

    async def append(self, night: str, entry: AnyEvent | AnyAct, known: Position) -> None:
        self.asked += 1
        await asyncio.sleep(0)
        raise StreamUnavailable("Redis did not answer.")


async def test_where_redis_is_away_all_in_line_are_told_as_soon_as_the_first() -> None:
    def opened(stands: Stands) -> AnyEvent:
        return decide(stands.night, OPENING, START)

    away = Away("redis://nobody.invalid")
    ledger = Ledger(away)
    answers = await asyncio.gather(
        *(ledger.put(NIGHT, "open", "events", opened) for _ in range(20)), return_exceptions=True
    )
    assert all(isinstance(answer, StreamUnavailable) for answer in answers)
    assert away.asked == 1
    with pytest.raises(StreamUnavailable):
        await ledger.put(NIGHT, "open", "events", opened)
    assert away.asked == 2, "who comes later tries for itself"
