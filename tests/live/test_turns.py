"""What takes long to make is made one after the other, and who asks for very much of it at once is told to wait."""

import asyncio

import pytest

from server.live.memory.turns import TooManyWait, Turns


async def test_one_is_made_after_the_other_and_no_client_fills_the_queue() -> None:
    turns, order = Turns(), list[str]()
    going_on = asyncio.Event()

    async def make(who: str) -> None:
        async with turns.turn(who):
            await going_on.wait()
            order.append(who)
            await asyncio.sleep(0)
            order.append(who)

    asking = [asyncio.create_task(make("a stranger")) for _ in range(30)]
    asking.append(asyncio.create_task(make("somebody else")))
    await asyncio.sleep(0)
    with pytest.raises(TooManyWait):
        await make("a stranger")
    going_on.set()
    await asyncio.gather(*asking)
    assert order == ["a stranger"] * 60 + ["somebody else"] * 2
    await make("a stranger")  # whose turns are over


async def test_who_gives_up_waits_no_longer() -> None:
    turns = Turns()
    async with turns.turn("first"):
        waiting = asyncio.create_task(_have(turns))
        await asyncio.sleep(0)
        waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    async with turns.turn("last"):
        pass


async def _have(turns: Turns) -> None:
    async with turns.turn("who gives up"):
        pass
