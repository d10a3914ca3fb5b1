"""Who pulls waits until who is pushed to has the news, but not for ever."""

import asyncio

import pytest

from server.live.memory import later as waiting
from server.live.memory.later import Later


async def test_those_who_wait_are_let_in_a_few_at_a_time_once_the_news_is_sent() -> None:
    sends, others, let_in = True, 0, list[tuple[int, int]]()
    later = Later(lambda: sends)

    async def wait(number: int) -> None:
        await later.turn()
        let_in.append((number, others))

    tasks = [asyncio.create_task(wait(number)) for number in range(12)]
    await asyncio.sleep(0)
    gone = asyncio.create_task(later.turn())
    await asyncio.sleep(0)
    gone.cancel()
    assert let_in == []
    sends = False
    while not all(task.done() for task in tasks):
        others += 1  # whoever else is to be answered has a turn here
        await asyncio.sleep(0)
    assert [number for number, _ in let_in] == [*range(12)]
    assert len({turn for _, turn in let_in}) == 3, "four at a time"
    await later.turn()  # nobody waits, and nothing is sent


async def test_news_without_a_break_holds_nobody_up_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "_LONGEST_SECONDS", 0.05)
    await asyncio.wait_for(Later(lambda: True).turn(), 30)
