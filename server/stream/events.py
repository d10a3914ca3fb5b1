"""The streams of each night in Redis: append as compare-and-set, read, list, erase. No rules, no following.

Two keys a night, ``{night-id}:events`` for the public and ``{night-id}:desk`` for what it may not see, ids ``seq-0``
without a gap, so that an entry's id is its seq and adding it is the lock: two writers of one seq cannot both succeed.
The key ``nights`` lists what was opened and erased, in order.
"""

from collections.abc import Sequence
from typing import Any, cast

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from server.election.counting.acts import AnyAct
from server.election.events import AnyEvent
from server.stream import scripts
from server.stream.codec import decode, decode_act, encode

INDEX = "nights"
UNREACHABLE = (RedisConnectionError, RedisTimeoutError)  # BusyLoadingError is a ConnectionError
_OLDEST = (7, 0)
_WAITAOF = (7, 2)
_WAIT_MS = 5000

log = structlog.get_logger()


class Conflict(Exception):
    """Somebody else wrote this seq first: read on, decide again."""


class Shorter(Conflict):
    """The night is not as far as this seq: it was begun again, and what was known of it is of another round."""


class StreamUnavailable(Exception):
    """Redis cannot be reached, or did not confirm in time; sending the same command again is safe."""


class StreamUnfit(Exception):
    """A Redis this program cannot run on; the message says why."""


def key(night: str) -> str:
    """The key of a night's events; the braces keep all keys of a night on one node of a cluster."""
    return f"{{{night}}}:events"


def desk_key(night: str) -> str:
    """The key of what was done at the count of a night."""
    return f"{{{night}}}:desk"


class EventStream:
    """``replicas`` is how many replicas must have a write on disk before it is acknowledged."""

    def __init__(self, url: str, replicas: int = 0) -> None:
        # Eight tries over some four seconds outlast a restart of the server; a command id makes a retry harmless.
        self.url, self._replicas = url, replicas
        self._redis: Any = cast(Any, Redis).from_url(  # redis-py's own types do not survive strict checking
            url,
            retry=Retry(ExponentialBackoff(cap=1.0, base=0.05), 8),
            socket_timeout=5,
            socket_connect_timeout=5,
            legacy_responses=False,
        )
        self._confirm: tuple[Any, ...] | None = None
        self.durable = True

    async def open(self) -> None:
        """Look at the server once: its version and how it keeps data; StreamUnfit if it is too old."""
        try:
            info = await self._redis.info("server")
            settings = await self._settings()
        except UNREACHABLE as error:
            where = self.url.rpartition("@")[2]  # without a password
            raise StreamUnavailable(f"No Redis answers at {where}. Is it running, and is REDIS_URL right?") from error
        version = tuple(int(part) for part in str(info["redis_version"]).split(".")[:2])
        if version < _OLDEST:
            raise StreamUnfit(f"Redis {info['redis_version']} is too old: 7.0 is needed, or Valkey.")
        always = settings.get("appendfsync") == "always"
        if settings.get("appendonly") == "no":
            self.durable = False
            log.warning("not durable: this Redis keeps no append-only file; set appendonly yes, appendfsync always")
        elif version >= _WAITAOF and (self._replicas or not always):
            self._confirm = ("WAITAOF", 1, self._replicas, _WAIT_MS)
        elif not always:
            self.durable = False
            log.warning("not durable: Redis before 7.2 needs appendfsync always")
        if self._replicas and not self._confirm:
            self._confirm = ("WAIT", self._replicas, _WAIT_MS)

    async def _settings(self) -> dict[str, str]:
        try:
            found = await self._redis.config_get("append*")
        except ResponseError:  # managed servers forbid CONFIG; WAITAOF then tells
            return {}
        return {_text(name): _text(value) for name, value in found.items()}

    async def read(self, night: str, after: int = 0) -> list[AnyEvent]:
        """All events of a night after a seq, oldest first; empty if there is no such night."""
        return decoded(await self._call("XRANGE", key(night), f"({after}-0", "+"))

    async def append(self, night: str, event: AnyEvent) -> int:
        """Store an event under its seq, as ``add`` does; returns that seq once it is durable."""
        await self.add(night, event)
        await self.settle(night)
        return event.seq

    async def add(self, night: str, event: AnyEvent) -> None:
        """Write an event under its seq; it is safe once the night is settled.

        Conflict if another event has that seq. If this very command has it (the reply was lost, and the client or
        the caller sent it again), it counts as stored.
        """
        if not await self._added(key(night), event):
            entries = decoded(await self._call("XRANGE", key(night), f"{event.seq}-0", f"{event.seq}-0"))
            _must_be_same(night, event, entries)

    async def read_acts(self, night: str, after: int = 0) -> list[AnyAct]:
        """What was done at the count of a night after a seq, oldest first."""
        return decoded_acts(await self._call("XRANGE", desk_key(night), f"({after}-0", "+"))

    async def append_act(self, night: str, act: AnyAct) -> int:
        """Store an act, as ``append`` does an event."""
        await self.add_act(night, act)
        await self.settle(night)
        return act.seq

    async def add_act(self, night: str, act: AnyAct) -> None:
        """Write an act, as ``add`` does an event."""
        if not await self._added(desk_key(night), act):
            entries = decoded_acts(await self._call("XRANGE", desk_key(night), f"{act.seq}-0", f"{act.seq}-0"))
            _must_be_same(night, act, entries)

    async def _added(self, name: str, event: AnyEvent | AnyAct) -> bool:
        return bool(
            await self._call("EVAL", scripts.APPEND, 1, name, f"{event.seq - 1}-0", f"{event.seq}-0", encode(event))
        )

    async def settle(self, night: str) -> None:
        """Return when everything written to this night so far is on disk (and on the replicas asked for).

        A fresh write on the same connection comes first: a confirmation covers its own connection's writes, and the
        append-only file keeps their order.
        """
        if self._confirm is None:
            return
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.set(f"{{{night}}}:settled", 1)
                pipe.execute_command(*self._confirm)
                _, confirmed = await pipe.execute()
        except UNREACHABLE as error:
            raise StreamUnavailable("Redis did not answer.") from error
        local, replicas = confirmed if self._confirm[0] == "WAITAOF" else (1, confirmed)
        if local < 1 or replicas < self._replicas:
            raise StreamUnavailable("Redis has not yet confirmed that this is safely stored.")

    async def nights(self) -> list[str]:
        """The nights on air, in the order they were opened."""
        return listed(await self._call("XRANGE", INDEX, "-", "+"))[0]

    async def announce(self, night: str) -> None:
        """Put a night whose opening is stored on air, in every process that follows; once is enough."""
        if night not in await self.nights():
            await self._call("XADD", INDEX, "*", "opened", night)

    async def erase(self, night: str) -> None:
        """Take a night off air and forget it, with all that is private of it."""
        await self._call("XADD", INDEX, "*", "erased", night)
        await self._call("DEL", key(night), desk_key(night))

    async def take_off(self, night: str, seqs: tuple[int, int]) -> bool:
        """Erase a night that is at these seqs of events and acts; False if it has gone on, and then it stays on air."""
        await self._call("XADD", INDEX, "*", "erased", night)
        ids = (f"{seq}-0" for seq in seqs)
        done = bool(await self._call("EVAL", scripts.ERASE, 2, key(night), desk_key(night), *ids))
        if not done:
            await self._call("XADD", INDEX, "*", "opened", night)
        return done

    async def begin_again(self, night: str, seqs: tuple[int, int], opening: AnyEvent, acts: Sequence[AnyAct]) -> bool:
        """Erase a night and begin it with these at once; False if it is not at these seqs of events and acts any more.
        It must be announced in either case: whoever follows is told first, and would miss events otherwise."""
        await self._call("XADD", INDEX, "*", "erased", night)
        ids = (f"{seq}-0" for seq in seqs)
        done = await self._call(
            "EVAL", scripts.BEGIN_AGAIN, 2, key(night), desk_key(night), *ids, encode(opening), *map(encode, acts)
        )
        return bool(done)

    async def ping(self) -> bool:
        """Whether Redis answers."""
        try:
            return bool(await self._redis.ping())
        except UNREACHABLE:
            return False

    async def close(self) -> None:
        """Let go of all connections."""
        await self._redis.aclose()

    async def _call(self, *command: Any) -> Any:
        try:
            return await self._redis.execute_command(*command)
        except UNREACHABLE as error:
            raise StreamUnavailable("Redis did not answer.") from error


def _must_be_same(night: str, mine: AnyEvent | AnyAct, stored: Sequence[AnyEvent | AnyAct]) -> None:
    if not stored:
        raise Shorter(f"{night} has not come to event {mine.seq}.")
    if stored[0].command_id != mine.command_id:
        raise Conflict(f"{night}: event {mine.seq} was written by someone else.")


def decoded_acts(entries: Any) -> list[AnyAct]:
    """Entries of a desk's key as acts."""
    return [decode_act(fields[b"event"]) for _, fields in entries]


def decoded(entries: Any) -> list[AnyEvent]:
    """Entries of a night's key as events."""
    return [decode(fields[b"event"]) for _, fields in entries]


def listed(entries: Any, nights: list[str] | None = None) -> tuple[list[str], str]:
    """The nights on air after these entries of the index, and the id of the last entry."""
    on_air, last = list(nights or []), "0-0"
    for entry, fields in entries:
        last = _text(entry)
        for action, night in ((_text(name), _text(value)) for name, value in fields.items()):
            if night in on_air:
                on_air.remove(night)
            if action == "opened":
                on_air.append(night)
    return on_air, last


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
