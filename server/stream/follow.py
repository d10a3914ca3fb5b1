"""Following every night on air over one connection: what is stored, then what is added, through any fault of Redis."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import structlog
from msgspec import Struct
from msgspec.structs import replace
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from server.election.counting.acts import AnyAct
from server.election.events import AnyEvent
from server.stream.events import UNREACHABLE
from server.stream.reading import INDEX, Position, decoded, decoded_acts, desk_key, key, listed, look, round_key, text

_BLOCK_MS = 5000
_MOST_AT_ONCE = 1000
_NOT_LOOKED_AT = Position(round="none")  # no round is called so: the first look gives the whole night

log = structlog.get_logger()


class StreamWentBack(Exception):
    """The stream is shorter than what was already shown: data was lost, and this process must start afresh."""


class Opened(Struct, frozen=True):
    """A night came on air, or is in another ``round``: all that is stored of it follows, if there is anything yet."""

    night: str
    round: str = Position().round


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
                async for news in follower.next():
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
    """``_nights`` is the nights on air and how far each was handed over."""

    def __init__(self, redis: Any) -> None:
        self._redis = redis
        self._index = "0-0"
        self._nights: dict[str, Position] = {}

    async def reconnect(self) -> AsyncIterator[News]:
        """The index first, so that an erased night is not taken for a lost one; then each night from where we are."""
        entries = await self._redis.execute_command("XRANGE", INDEX, f"({self._index}", "+")
        for news in self._listed(entries):
            yield news
        for night in list(self._nights):
            async for news in self._caught_up(night):
                yield news

    async def next(self) -> AsyncIterator[News]:
        """What was added to the index or any night; nothing after five seconds without news."""
        after = {INDEX: self._index}
        for night, seen in self._nights.items():
            after |= {round_key(night): seen.round, key(night): f"{seen.events}-0", desk_key(night): f"{seen.acts}-0"}
        found = await self._redis.execute_command(
            "XREAD", "COUNT", _MOST_AT_ONCE, "BLOCK", _BLOCK_MS, "STREAMS", *after, *after.values()
        )
        # None when nothing came.
        reply: dict[str, Any] = {text(name): entries for name, entries in found.items()} if found else {}
        for news in self._listed(reply.get(INDEX, ())):
            yield news
        for night, seen in list(self._nights.items()):
            if seen == _NOT_LOOKED_AT or round_key(night) in reply:
                # What the same reply has of it was added to what has been replaced.
                async for news in self._caught_up(night):
                    yield news
                continue
            if entries := reply.get(key(night)):
                yield self._handed_over(Arrived(night, decoded(entries)))
            if entries := reply.get(desk_key(night)):
                yield self._handed_over(Acted(night, decoded_acts(entries)))

    async def _caught_up(self, night: str) -> AsyncIterator[News]:
        """All of a night that was not handed over. Each look is at one moment, and says which round that was in."""
        while True:
            seen = self._nights[night]
            since = await look(self._redis, night, seen, _MOST_AT_ONCE)
            if since.round != seen.round:
                if seen != _NOT_LOOKED_AT:
                    yield Erased(night)
                self._nights[night] = Position(since.round)
                yield Opened(night, since.round)
            elif since.whole:
                raise StreamWentBack(
                    f"{night} ends before event {seen.events} or act {seen.acts} in Redis, which were already shown."
                )
            if not since.events and not since.acts:
                return
            if since.events:
                yield self._handed_over(Arrived(night, since.events))
            if since.acts:
                yield self._handed_over(Acted(night, since.acts))

    def _listed(self, entries: Any) -> list[News]:
        """Take in what was added to the index. A night that comes is looked at by whoever calls this."""
        if not entries:
            return []
        after, self._index = listed(entries, list(self._nights))
        gone = [night for night in self._nights if night not in after]
        self._nights = {night: self._nights.get(night, _NOT_LOOKED_AT) for night in after}
        return [Erased(night) for night in gone]

    def _handed_over(self, news: Arrived | Acted) -> Arrived | Acted:
        seen = self._nights[news.night]
        if isinstance(news, Arrived):
            self._nights[news.night] = replace(seen, events=news.events[-1].seq)
        else:
            self._nights[news.night] = replace(seen, acts=news.acts[-1].seq)
        return news
