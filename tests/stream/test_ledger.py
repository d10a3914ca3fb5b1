"""Many writers of one process: each has its turn, and none waits for Redis after another has waited in vain."""

import asyncio
from collections.abc import Sequence

import pytest

from server.election.commands import OpenNight, PostNote
from server.election.decide import decide
from server.election.events import AnyEvent
from server.election.nights import Night, fold
from server.stream.events import EventStream, StreamUnavailable
from server.stream.ledger import Ledger
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


async def test_where_redis_is_away_all_in_line_are_told_as_soon_as_the_first() -> None:
    waited = 0

    async def read(night: str, after: int) -> Sequence[AnyEvent]:
        return []

    async def add(night: str, event: AnyEvent) -> None:
        nonlocal waited
        waited += 1
        await asyncio.sleep(0)
        raise StreamUnavailable("Redis did not answer.")

    async def settle(night: str) -> None:
        raise AssertionError("nothing was added")

    async def opened(night: Night | None) -> AnyEvent:
        return decide(night, OPENING, START)

    ledger = Ledger[Night, AnyEvent](read, add, settle, fold)
    answers = await asyncio.gather(*(ledger.write(NIGHT, "open", opened) for _ in range(20)), return_exceptions=True)
    assert all(isinstance(answer, StreamUnavailable) for answer in answers)
    assert waited == 1
    with pytest.raises(StreamUnavailable):
        await ledger.write(NIGHT, "open", opened)
    assert waited == 2, "who comes later tries for itself"
