"""Following nights on a real server: from the beginning, through kill -9, off air and on again."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any

from server.election.events import NightHeld, NightOpened
from server.election.refusals import Refused
from server.stream.codec import encode
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.follow import Arrived, CaughtUp, Erased, News, Opened, Unreadable, follow
from server.stream.opening import open_night
from server.stream.reading import INDEX, desk_key, key, round_key
from tests.conftest import until
from tests.nights_by_hand import START, declare, definition
from tests.stream.test_events import NIGHT, opened


@asynccontextmanager
async def following(url: str) -> AsyncGenerator[tuple[list[News], "asyncio.Task[None]"]]:
    news: list[News] = []

    async def take() -> None:
        async for item in follow(url):
            news.append(item)

    task = asyncio.create_task(take())
    yield news, task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def seqs(news: list[News]) -> list[int]:
    return [event.seq for item in news if isinstance(item, Arrived) for event in item.events]


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


async def test_who_connects_while_a_night_begins_again_is_handed_each_round_from_its_opening(
    redis: Embedded, stream: EventStream
) -> None:
    submitter = await opened(stream, contests=12)
    (opening,) = await stream.read(NIGHT)
    followed: list[list[News]] = []

    async def connect() -> None:
        while len(followed) < 60:
            async with following(redis.url) as (news, task):
                await until(lambda news=news, task=task: CaughtUp() in news or task.done(), "a follower")
                assert not task.done(), task.exception()
                followed.append(news)

    connecting = [asyncio.create_task(connect()) for _ in range(3)]
    rounds = 0
    while not all(task.done() for task in connecting):
        for seat in range(rounds % 12):
            await submitter.submit(NIGHT, declare(seat), START)
        stands = await submitter.look(NIGHT)
        assert await stream.begin_again(NIGHT, (stands.position.events, 0), opening, ())
        rounds += 1
    await asyncio.gather(*connecting)
    assert rounds > 10, "it began again among them"
    for news in followed:
        following_on = 0
        for item in news:
            following_on = 0 if isinstance(item, Opened | Erased) else following_on
            for event in item.events if isinstance(item, Arrived) else ():
                following_on += 1
                assert event.seq == following_on


async def test_one_step_of_redis_takes_a_night_off_air_whatever_ends_after_it(
    redis: Embedded, stream: EventStream
) -> None:
    await opened(stream)
    async with following(redis.url) as (news, _):
        await until(lambda: seqs(news) == [1])
        async with Ending(redis.url, after="EVAL") as ending:
            await ending.take_off(NIGHT, (1, 0))
        await until(lambda: Erased(NIGHT) in news)
        async with following(redis.url) as (later, _):
            await until(lambda: CaughtUp() in later)
            assert seqs(later) == [], "listed, and not there"
        await opened(stream)
        await until(lambda: seqs(news) == [1, 1])


async def test_a_night_whose_opening_ends_in_between_can_be_opened_again(redis: Embedded, stream: EventStream) -> None:
    for step in ("XADD", "EVAL"):
        night = definition(f"ended-after-{step}")
        async with Ending(redis.url, after=step) as ending:
            await open_night(ending, night, "open")
        with suppress(Refused):
            await open_night(stream, night, "again")
        assert night.id in await stream.nights()
        assert [type(event) for event in await stream.read(night.id)] == [NightOpened]


class Ending(EventStream):
    """A process that ends once Redis has done the first command of a kind that writes."""

    class _Ended(Exception):
        pass

    def __init__(self, url: str, after: str) -> None:
        super().__init__(url)
        self._after = after

    async def __aenter__(self) -> "Ending":
        return self

    async def __aexit__(self, kind: object, *_: object) -> bool:
        await self.close()
        assert kind is self._Ended, "it went on to the end"
        return True

    async def _call(self, *command: Any) -> Any:
        answer = await super()._call(*command)
        if command[0] == self._after:
            raise self._Ended
        return answer


async def test_a_night_that_cannot_be_read_is_off_until_its_next_round_and_the_others_go_on(
    redis: Embedded, stream: EventStream
) -> None:
    submitter = await opened(stream)
    await stream._call("XADD", key("newer"), "1-0", "event", '{"kind":"opened.9"}')  # pyright: ignore[reportPrivateUsage]
    await stream.announce("newer")
    async with following(redis.url) as (news, task):
        await until(lambda: CaughtUp() in news)
        off = [item for item in news if isinstance(item, Unreadable)]
        assert [one.night for one in off] == ["newer"]
        assert "newest version" in off[0].why
        await submitter.submit(NIGHT, declare(0), START)
        await until(lambda: seqs(news) == [1, 2])
        await stream._call("XADD", key(NIGHT), "3-0", "event", "\x00")  # pyright: ignore[reportPrivateUsage]
        await until(lambda: news[-1] == Unreadable(NIGHT, getattr(news[-1], "why", "")))
        os.kill(redis.pid, signal.SIGKILL)
        await stream.erase(NIGHT)
        await until(lambda: Erased(NIGHT) in news)
        await opened(stream)
        await until(lambda: seqs(news) == [1, 2, 1])
        assert len([item for item in news if isinstance(item, Unreadable)]) == 2
        assert not task.done()


async def test_a_night_with_an_entry_that_is_not_ours_is_off_and_the_others_go_on(
    redis: Embedded, stream: EventStream
) -> None:
    call = stream._call  # pyright: ignore[reportPrivateUsage]
    submitter = await opened(stream)
    held = encode(NightHeld(seq=2, at=START, by="desk", command_id="hold"))
    spoilt: dict[str, tuple[str | bytes, ...]] = {
        "of-others": ("2-0", "said", "nothing of ours"),
        "no-letters": ("2-0", "event", held.replace(b"desk", b"\xff")),
        "no-mark": ("2-0", "event", held, "mark", b"\xff"),
        "another-seq": ("3-0", "event", held),
        "between": ("2-1", "event", held),
        "after-a-gap": ("3-0", "event", held.replace(b'"seq":2', b'"seq":3')),
    }
    for night in spoilt:
        await open_night(stream, definition(night), "open")
    async with following(redis.url) as (news, task):
        await until(lambda: CaughtUp() in news)
        await call("XADD", INDEX, "*", "opened", b"\xff")  # of which nothing is stored
        for night, entry in spoilt.items():
            await call("XADD", key(night), *entry)

        def off(news: list[News]) -> set[str]:
            return {one.night for one in news if isinstance(one, Unreadable)}

        await until(lambda: off(news) == set(spoilt))
        await submitter.submit(NIGHT, declare(0), START)
        await until(lambda: seqs([item for item in news if getattr(item, "night", "") == NIGHT]) == [1, 2])
        async with following(redis.url) as (anew, _):
            await until(lambda: CaughtUp() in anew)
            assert off(anew) == set(spoilt)
            assert seqs([item for item in anew if getattr(item, "night", "") == NIGHT]) == [1, 2]
        assert not task.done()


async def test_a_night_of_which_somebody_has_set_a_key_by_hand_is_off_until_it_is_opened_anew_and_the_others_go_on(
    redis: Embedded, stream: EventStream
) -> None:
    call = stream._call  # pyright: ignore[reportPrivateUsage]
    submitter, spoilt = await opened(stream), {"events": key, "desk": desk_key, "round": round_key}
    for night in spoilt:
        await open_night(stream, definition(night), "open")
    async with following(redis.url) as (news, task):

        def of(night: str) -> list[type[News]]:
            return [type(item) for item in news if getattr(item, "night", "") == night]

        await until(lambda: CaughtUp() in news)
        for night, which in spoilt.items():
            await call("DEL", which(night))
            await call("SET", which(night), "by hand")
        await submitter.submit(NIGHT, declare(0), START)
        await until(lambda: all(Unreadable in of(night) for night in spoilt))
        await submitter.submit(NIGHT, declare(1), START)
        await until(lambda: seqs([item for item in news if getattr(item, "night", "") == NIGHT])[-1] == 3)
        async with following(redis.url) as (anew, _):
            await until(lambda: CaughtUp() in anew)
            assert seqs(anew) == [1, 2, 3], "a process that starts now shows the others too"
        for night, which in spoilt.items():
            await call("DEL", which(night))
            await stream.erase(night)
            await until(lambda night=night: Erased in of(night))
            await open_night(stream, definition(night), "open")
        await until(lambda: all(of(night)[-2:] == [Opened, Arrived] for night in spoilt))
        assert not task.done()
