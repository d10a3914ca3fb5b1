"""Following every night on air over one connection: what is stored, then what is added, through any fault of Redis."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import structlog
from msgspec import Struct
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from server.election.counting.acts import AnyAct
from server.election.events import AnyEvent
from server.stream.events import INDEX, UNREACHABLE, decoded, decoded_acts, desk_key, key, listed

_BLOCK_MS = 5000
_MOST_AT_ONCE = 1000

log = structlog.get_logger()


class StreamWentBack(Exception):
    """The stream is shorter than what was already shown: data was lost, and this process must start afresh."""


class Opened(Struct, frozen=True):
    """A night came on air."""

    night: str


class Erased(Struct, frozen=True):
    """A night was taken off air."""

    night: str


class Arrived(Struct, frozen=True):
    """The next events of a night, in order."""

    night: str
    events: tuple[AnyEvent, ...]


class Acted(Struct, frozen=True):
    """The next acts at the count of a night, in order."""

    night: str
    acts: tuple[AnyAct, ...]


class CaughtUp(Struct, frozen=True):
    """All that was stored has been handed over; what follows is live. Comes once."""


News = Opened | Erased | Arrived | Acted | CaughtUp


async def follow(url: str) -> AsyncIterator[News]:
    """Every night on air from its first event, for ever; a lost connection is waited out without a gap.

    StreamWentBack if Redis comes back with fewer events than it had.
    """
    # A reader of its own: a blocking read outlasts the usual time-out, and a retry must start from the last id.
    redis: Any = cast(Any, Redis).from_url(url, socket_timeout=8, retry=Retry(NoBackoff(), 0), legacy_responses=False)
    follower = _Follower(redis)
    started, trouble = False, 0
    try:
        while True:
            try:
                if not started or trouble:
                    async for news in follower.reconnect():
                        yield news
                    if trouble:
                        log.info("following again")
                    trouble = 0
                if not started:
                    started = True
                    yield CaughtUp()
                for news in await follower.next():
                    yield news
                end_if_cancelled()
            except UNREACHABLE as error:
                trouble += 1
                if trouble == 1:
                    log.warning("waiting for redis", error=str(error))
                await asyncio.sleep(min(0.05 * 2**trouble, 1.0))
    finally:
        await redis.aclose()


def end_if_cancelled() -> None:
    """asyncio.wait_for, in which redis-py sends, swallows a cancellation that meets its end (Python before 3.12)."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


class _Follower:
    """``_seen`` is key → the last seq of it that was handed over, for each night's events and each night's acts."""

    def __init__(self, redis: Any) -> None:
        self._redis = redis
        self._index = "0-0"
        self._nights: list[str] = []
        self._seen: dict[str, int] = {}

    async def reconnect(self) -> AsyncIterator[News]:
        """The index first, so that an erased night is not taken for a lost one; then each night from where we are."""
        for news in self._listed(await self._redis.execute_command("XRANGE", INDEX, f"({self._index}", "+")):
            yield news
        for night in list(self._nights):
            for name in (key(night), desk_key(night)):
                async for news in self._caught_up(night, name):
                    yield news

    async def next(self) -> list[News]:
        """What was added to the index or any night; empty after five seconds without news."""
        names, after = [INDEX, *self._seen], [self._index, *(f"{seq}-0" for seq in self._seen.values())]
        reply = await self._redis.execute_command(
            "XREAD", "COUNT", _MOST_AT_ONCE, "BLOCK", _BLOCK_MS, "STREAMS", *names, *after
        )
        news: list[News] = []
        by_key = {name: night for night in self._nights for name in (key(night), desk_key(night))}
        for name, entries in _streams(reply):
            if name == INDEX:
                news += self._listed(entries)
            elif name in self._seen:
                news.append(self._arrived(by_key[name], name, entries))
        return news

    async def _caught_up(self, night: str, name: str) -> AsyncIterator[News]:
        newest = await self._redis.execute_command("XREVRANGE", name, "+", "-", "COUNT", 1)
        tail = int(newest[0][0].partition(b"-")[0]) if newest else 0
        if tail < self._seen[name]:
            raise StreamWentBack(
                f"{night} ends at event {tail} in Redis, but event {self._seen[name]} was already shown."
            )
        while self._seen[name] < tail:
            after = f"({self._seen[name]}-0"
            entries = await self._redis.execute_command("XRANGE", name, after, "+", "COUNT", _MOST_AT_ONCE)
            yield self._arrived(night, name, entries)

    def _listed(self, entries: Any) -> list[News]:
        before = list(self._nights)
        after, last = listed(entries, before)
        if entries:
            self._index = last
        touched = listed(entries)[0]
        news: list[News] = []
        for night in before:
            if night not in after or night in touched:  # erased, or erased and opened again
                news.append(Erased(night))
                self._nights.remove(night)
                del self._seen[key(night)], self._seen[desk_key(night)]
        for night in after:
            if night not in self._nights:
                news.append(Opened(night))
                self._nights.append(night)
                self._seen |= {key(night): 0, desk_key(night): 0}
        return news

    def _arrived(self, night: str, name: str, entries: Any) -> Arrived | Acted:
        if name == key(night):
            events = tuple(decoded(entries))
            self._seen[name] = events[-1].seq
            return Arrived(night, events)
        acts = tuple(decoded_acts(entries))
        self._seen[name] = acts[-1].seq
        return Acted(night, acts)


def _streams(reply: Any) -> list[tuple[str, Any]]:
    """XREAD's reply as (key, entries), the index first; None when nothing came."""
    found = [(name.decode(), entries) for name, entries in (reply.items() if reply else ())]
    return sorted(found, key=lambda pair: pair[0] != INDEX)
