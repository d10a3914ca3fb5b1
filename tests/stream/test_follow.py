"""Following nights on a real server: from the beginning, through kill -9, off air and on again."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.follow import Arrived, CaughtUp, Erased, News, Opened, StreamWentBack, follow
from server.stream.reading import key
from tests.conftest import until
from tests.nights_by_hand import START, declare
from tests.stream.test_events import NIGHT, opened


@asynccontextmanager
async def following(url: str) -> AsyncGenerator[tuple[list[News], "asyncio.Task[None]"]]:
    news: list[News] = []

    async def take() -> None:
        async for one in follow(url):
            news.append(one)

    task = asyncio.create_task(take())
    yield news, task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def seqs(news: list[News]) -> list[int]:
    return [event.seq for one in news if isinstance(one, Arrived) for event in one.events]


async def test_a_follower_gets_what_was_stored_then_says_so_then_what_comes(
    redis: Embedded, stream: EventStream
) -> None:
    submitter = await opened(stream)
    async with following(redis.url) as (news, _):
        await until(lambda: CaughtUp() in news)
        assert news[0] == Opened(NIGHT)
        assert seqs(news) == [1]
        await submitter.submit(NIGHT, declare(0), START)
        await until(lambda: seqs(news) == [1, 2])


async def test_a_follower_sees_every_event_once_through_three_kills(redis: Embedded, stream: EventStream) -> None:
    submitter = await opened(stream, contests=150)
    async with following(redis.url) as (news, task):
        for seat in range(150):
            await submitter.submit(NIGHT, declare(seat), START)
            if seat in (30, 75, 120):
                os.kill(redis.pid, signal.SIGKILL)
        await until(lambda: len(seqs(news)) >= 151 or task.done(), "all events")
        assert seqs(news) == list(range(1, 152))


async def test_a_night_opened_later_is_followed_and_an_erased_one_is_dropped(
    redis: Embedded, stream: EventStream
) -> None:
    async with following(redis.url) as (news, _):
        await until(lambda: CaughtUp() in news)
        await opened(stream)
        await until(lambda: seqs(news) == [1])
        await stream.erase(NIGHT)
        await until(lambda: Erased(NIGHT) in news)
        await opened(stream)
        await until(lambda: seqs(news) == [1, 1])


async def test_a_stream_that_went_back_stops_its_follower(redis: Embedded, stream: EventStream) -> None:
    submitter = await opened(stream)
    await submitter.submit(NIGHT, declare(0), START)
    async with following(redis.url) as (news, task):
        await until(lambda: seqs(news) == [1, 2])
        await stream._call("DEL", key(NIGHT))  # pyright: ignore[reportPrivateUsage]
        os.kill(redis.pid, signal.SIGKILL)
        with pytest.raises(StreamWentBack):
            await asyncio.wait_for(task, 20)
