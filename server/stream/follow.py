"""Following every night on air over one connection: what is stored, then what is added, whatever befalls Redis."""

import asyncio
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

import structlog
from msgspec import Struct
from msgspec.structs import asdict, replace
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from server.election.counting.acts import AnyAct
from server.election.counting.desk import Desk
from server.election.events import AnyEvent
from server.election.nights import Night
from server.measures import FOLLOWER_HEARD
from server.stream.codec import UnknownEvent
from server.stream.patience import end_if_cancelled, seconds_of_rest
from server.stream.reading import (
    INDEX,
    Position,
    asking,
    decoded,
    decoded_acts,
    desk_key,
    follow_on,
    key,
    listed,
    look,
    mark_of,
    round_key,
    round_of,
    text,
)
from server.stream.servers.connections import FAILURES, address, connected
from server.stream.servers.failures import failed

_BLOCK_MS = 5000
_MOST_AT_ONCE = 1000
_NOT_LOOKED_AT = Position(round="none")  # no round has this name, so the first look gives the whole night

log = structlog.get_logger(__name__)


class Opened(Struct, frozen=True):
    """A night came on air, or is in a new ``round``; whatever is stored of it follows."""

    night: str
    round: str = Position().round


class Erased(Struct, frozen=True):
    """A night was taken off air; or Redis ``went_back``: it has another history than was handed over, as a replica has
    that took over without the last entries. What it has follows then."""

    night: str
    went_back: bool = False


class Arrived(Struct, frozen=True):
    """The next events of a night, in order; ``then`` is the night after them, where the ledger has it, and ``mark``
    that of the last event."""

    night: str
    events: tuple[AnyEvent, ...]
    then: Night | None = None
    mark: str = ""


class Acted(Struct, frozen=True):
    """The next acts at the count of a night, in order; ``then`` is the desk after them, where the ledger has it, and
    ``mark`` that of the last act."""

    night: str
    acts: tuple[AnyAct, ...]
    then: Desk | None = None
    mark: str = ""


class Unreadable(Struct, frozen=True):
    """This process cannot read a night, and ``why``, in a sentence; no more of it follows before its next round."""

    night: str
    why: str


class CaughtUp(Struct, frozen=True):
    """Everything that was stored has been handed over; what follows is live. It comes once."""


class Waiting(Struct, frozen=True):
    """Redis has given no news for more than a moment, and ``why``, in a sentence; "" once it gives news again."""

    why: str


News = Opened | Erased | Arrived | Acted | Unreadable | CaughtUp | Waiting


async def follow(url: str) -> AsyncIterator[News]:
    """The news of every night on air from its first event, for ever, without a gap when a connection is lost.

    Where Redis has another history than was handed over, the night begins anew, as Redis has it.
    """
    # A connection of its own: a blocking read outlasts the usual time-out, and redis-py must not retry by itself,
    # because a retry has to start from the last id.
    options = {"socket_timeout": 8, "legacy_responses": False}
    redis = connected(url, 2, retry=Retry(NoBackoff(), 0), **options)
    follower = _Follower(redis)
    started, trouble, unread, said = False, 0, False, ""
    try:
        while True:
            try:
                if not started or trouble or unread:
                    async for news in follower.reconnect():
                        yield news
                    unread = False
                if not started:
                    started = True
                    yield CaughtUp()
                async for news in follower.next(1 if trouble else _BLOCK_MS):
                    yield news
                if trouble:
                    log.info("following again")
                    yield Waiting("")
                trouble, said = 0, ""
                FOLLOWER_HEARD.set_to_current_time()
                end_if_cancelled()
            except UnknownEvent:  # of some night: a look at each finds out which
                unread = True
            except FAILURES as error:
                trouble += 1
                if said != (said := str(failed(error, address(url)))):
                    log.warning("waiting for redis", error=said)
                if trouble > 1:  # a connection that was lost is there again at the second try
                    yield Waiting(said)
                await redis.connection_pool.disconnect()  # another server may answer at this address
                await asyncio.sleep(seconds_of_rest(trouble))
    finally:
        await redis.aclose()


class _Follower:
    """``_nights`` are the nights on air, and how far each has been handed over."""

    def __init__(self, redis: Any) -> None:
        self._redis, self._ask = redis, asking(redis)
        self._index = "0-0"
        self._nights: dict[str, Position] = {}
        self._unreadable: dict[str, str] = {}  # night → the round in which it cannot be read
        self._looked = monotonic()

    async def reconnect(self) -> AsyncIterator[News]:
        """What came without a connection: the index first, so that an erased night is not taken for a lost one."""
        entries = await self._redis.execute_command("XRANGE", INDEX, f"({self._index}", "+")
        for news in self._listed(entries):
            yield news
        for night in list(self._nights):
            async for news in self._caught_up(night):
                yield news

    async def next(self, block_ms: int) -> AsyncIterator[News]:
        """What was added to the index or any night; it ends without news after ``block_ms``.

        Every five seconds it looks whether the nights still have the history that was handed over: a stream that was
        refilled up to the same seq wakes nobody.
        """
        after = {INDEX: self._index}
        for night, seen in self._nights.items():
            if night not in self._unreadable:
                after |= {key(night): f"{seen.events}-0", desk_key(night): f"{seen.acts}-0"}
            if self._unreadable.get(night, seen.round):
                after[round_key(night)] = seen.round
        answer = await self._redis.execute_command(
            "XREAD", "COUNT", _MOST_AT_ONCE, "BLOCK", block_ms, "STREAMS", *after, *after.values()
        )
        # The answer is None when nothing came.
        reply: dict[str, Any] = {text(name): entries for name, entries in answer.items()} if answer else {}
        for news in self._listed(reply.get(INDEX, ())):
            yield news
        looks = monotonic() - self._looked > _BLOCK_MS / 1000
        if looks:
            self._looked = monotonic()
        for night, seen in list(self._nights.items()):
            events, acts = reply.get(key(night), ()), reply.get(desk_key(night), ())
            # Entries of this night in the same reply may belong to the round that is over.
            is_new = seen == _NOT_LOOKED_AT or round_key(night) in reply
            if looks or is_new or not (follow_on(seen.event_mark, events) and follow_on(seen.act_mark, acts)):
                async for news in self._caught_up(night):
                    yield news
                continue
            if events:
                yield self._handed_over(Arrived(night, decoded(events), mark=mark_of(events)))
            if acts:
                yield self._handed_over(Acted(night, decoded_acts(acts), mark=mark_of(acts)))

    async def _caught_up(self, night: str) -> AsyncIterator[News]:
        """What ``_read_on`` gives; a night that cannot be read is not looked at again before its next round."""
        if night in self._unreadable:
            if await round_of(self._ask, night) == self._unreadable[night]:
                return
            del self._unreadable[night]
        try:
            async for news in self._read_on(night):
                yield news
        except UnknownEvent as error:
            round = await round_of(self._ask, night)
            log.error("a night cannot be read", night=night, error=str(error))
            self._unreadable[night] = round
            self._nights[night] = Position(round)
            yield Unreadable(night, str(error))

    async def _read_on(self, night: str) -> AsyncIterator[News]:
        """All of a night that was not handed over yet. Each look is at one moment, and says which round that is in."""
        while True:
            seen = self._nights[night]
            since = await look(self._ask, night, seen, _MOST_AT_ONCE)
            if since.whole:
                if went_back := since.round == seen.round:
                    log.error("redis has another history than was shown", night=night, **asdict(seen))
                if seen != _NOT_LOOKED_AT:
                    yield Erased(night, went_back)
                self._nights[night] = Position(since.round)
                yield Opened(night, since.round)
            if not since.events and not since.acts:
                return
            if since.events:
                yield self._handed_over(Arrived(night, since.events, mark=since.event_mark))
            if since.acts:
                yield self._handed_over(Acted(night, since.acts, mark=since.act_mark))

    def _listed(self, entries: Any) -> list[News]:
        """Take in entries of the index; returns the erased nights. The caller looks at new nights itself."""
        if not entries:
            return []
        after, self._index = listed(entries, list(self._nights))
        gone = [night for night in self._nights if night not in after]
        self._nights = {night: self._nights.get(night, _NOT_LOOKED_AT) for night in after}
        return [Erased(night) for night in gone]

    def _handed_over(self, news: Arrived | Acted) -> Arrived | Acted:
        seen = self._nights[news.night]
        if isinstance(news, Arrived):
            self._nights[news.night] = replace(seen, events=news.events[-1].seq, event_mark=news.mark)
        else:
            self._nights[news.night] = replace(seen, acts=news.acts[-1].seq, act_mark=news.mark)
        return news
