"""The streams of each night in Redis: append as compare-and-set, read, list, erase. No rules, no following.

A night has two streams: ``{night-id}:events`` for the public, ``{night-id}:desk`` for what the public may not see.
Entries have the ids ``1-0``, ``2-0``, ..., so an entry's id is its seq, and adding it is the lock: two writers of one
seq cannot both succeed. A third key, ``{night-id}:round``, changes whenever the two streams are replaced. The key
``nights`` lists what was opened and erased, in order. A night that is listed but not stored is treated as not there.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import structlog

from server.election.counting.acts import Act, AnyAct
from server.election.events import AnyEvent
from server.stream import reading, scripts
from server.stream.codec import encode
from server.stream.reading import (
    INDEX,
    Position,
    Since,
    arguments,
    decoded,
    decoded_acts,
    desk_key,
    hooks_key,
    key,
    keys,
    listed,
    mark_after,
    photos_key,
    text,
)
from server.stream.servers import promises
from server.stream.servers.cluster import CLUSTERS
from server.stream.servers.connections import SENTINELS, Client
from server.stream.servers.failures import NO_CLUSTER, LostByRedis, StreamUnavailable, StreamUnfit

_WAIT_MS, _WAITAOF_MS = 1000, 1500

log = structlog.get_logger(__name__)


class Conflict(Exception):
    """Another writer was first: decide again, on the night with what came ``since``."""

    def __init__(self, night: str, since: Since) -> None:
        super().__init__(f"{night} has gone on.")
        self.since = since


class EventStream:
    """All nights in one Redis.

    ``replicas`` is how many replicas must have a write on disk before it is acknowledged. ``not_durable`` says, once
    the stream is open, why this Redis may lose data, one sentence for each reason. Every method raises
    StreamUnavailable if Redis does not answer.
    """

    def __init__(self, url: str, replicas: int = 0) -> None:
        self.url, self._replicas = url, replicas
        self.client = Client(url)
        self._confirm: list[str] = []
        self.not_durable: tuple[str, ...] = ()

    @property
    def durable(self) -> bool:
        """Whether Redis keeps what it has been given, as far as its settings tell."""
        return not self.not_durable

    async def open(self) -> None:
        """Look once at the server's version, its settings and its time.

        StreamUnfit if it is too old, or cannot be used with these settings.
        """
        if lacks := promises.lacks_file(self.url):
            raise StreamUnfit(lacks)
        try:
            info = min(await self.client.everywhere("INFO", "server"), key=promises.version)
            if promises.is_cluster(info) and urlsplit(self.url).scheme not in CLUSTERS:
                raise StreamUnfit(NO_CLUSTER)
            settings = await self._settings()
            evicts = await self.evicts()
            reading.since([await self._call("TIME")])
            await self._call("XREAD", "COUNT", 1, "STREAMS", INDEX, "$")  # without this right nobody would hear of news
        except StreamUnfit:
            raise
        except StreamUnavailable as error:
            tls = " One without TLS does not answer a REDIS_URL of rediss." if self.url.startswith("rediss") else ""
            raise StreamUnavailable(f"{error} Is it running, and is REDIS_URL right?{tls}") from error
        version = promises.version(info)
        if version < promises.OLDEST:
            raise StreamUnfit(f"Redis {info['redis_version']} is too old: 7.0 is needed, or Valkey.")
        always = promises.always_syncs(settings)
        reasons: list[str] = []
        if promises.keeps_no_file(settings):
            reasons.append("This Redis keeps no append-only file: set appendonly yes, appendfsync always.")
        elif version >= promises.WAITAOF and (self._replicas or not always):
            self._confirm = ["WAITAOF"]
        elif not always:
            untold = "" if any(settings) else ", and the right +config|get to say so"
            reasons.append(f"Redis before 7.2 needs appendfsync always{untold}.")
        if evicts:
            reasons.append(evicts)
        if self._replicas:
            # A replica that syncs each write has done so when it answers WAIT; WAITAOF alone asks before that, and then
            # hears of it a second later.
            self._confirm.insert(0, "WAIT")
        if urlsplit(self.url).scheme in (*SENTINELS, *CLUSTERS) and not self._replicas:
            reasons.append("A fail-over may lose what no replica has yet: set REDIS_REPLICAS=1.")
        self.not_durable = tuple(reasons)
        for sentence in reasons:
            log.warning("not durable", why=sentence)

    async def evicts(self) -> str:
        """A sentence that says that this Redis may throw nights away when its memory is full; "" if it never does."""
        return promises.evicts(await self.client.everywhere("INFO", "memory"))

    async def lacks_replicas(self) -> str:
        """A sentence that says that fewer replicas are there than must have each write; "" if enough are."""
        if not self._replicas:
            return ""
        return promises.lacks_replicas(await self.client.everywhere("INFO", "replication"), self._replicas)

    async def _settings(self) -> list[dict[str, str]]:
        try:
            told = await self.client.everywhere("CONFIG GET", "append*")
        except StreamUnfit:  # managed servers forbid CONFIG; there WAITAOF tells whether writes reach the disk
            return [{}]
        return [{text(name): text(value) for name, value in settings.items()} for settings in told]

    async def look(self, night: str, known: Position) -> Since:
        """What came to both streams of a night after a position, read at one moment."""
        return await reading.look(self._call, night, known)

    async def read(self, night: str, after: int = 0) -> list[AnyEvent]:
        """All events of a night after a seq, oldest first; none if there is no such night."""
        return list(decoded(await self._call("XRANGE", key(night), f"({after}-0", "+")))

    async def read_acts(self, night: str, after: int = 0) -> list[AnyAct]:
        """All acts at the count of a night after a seq, oldest first."""
        return list(decoded_acts(await self._call("XRANGE", desk_key(night), f"({after}-0", "+")))

    async def event(self, night: str, seq: int) -> AnyEvent | None:
        """One event of a night; None if there is no such seq yet."""
        return next(iter(decoded(await self._call("XRANGE", key(night), f"{seq}-0", f"{seq}-0"))), None)

    async def append(self, night: str, entry: AnyEvent | AnyAct, known: Position) -> str:
        """Write an event or act that was decided on the night as ``known``; returns its mark. It is durable once it is
        settled.

        Conflict if the night has more events or acts than ``known``, another history, or is in another round.
        """
        which, mark = (3, known.act_mark) if isinstance(entry, Act) else (2, known.event_mark)
        data = encode(entry)
        mark = mark_after(mark, data)
        told = await self._call("EVAL", scripts.APPEND, 3, *keys(night), *arguments(known), which, data, mark)
        if since := reading.since(told):
            raise Conflict(night, since)
        return mark

    async def settle(self, night: str, *written: AnyEvent | AnyAct, again: bool = False) -> None:
        """Return when these events and acts of a night are stored on disk, and on the replicas asked for.

        They are read back: a server that took over without them would confirm anything. What was written by this call
        on a server that syncs each write needs no confirming, unless it is found ``again``. WAITAOF confirms only its
        own connection's writes, so a fresh one comes first, and the append-only file keeps the order of all. Behind
        Sentinels every replica that they could promote must have them: a fail-over that has begun has chosen one
        already, and the primary goes on for a moment with the others.
        LostByRedis if they are not there, StreamUnavailable if they are not confirmed within 2.5 seconds; to send them
        again is safe.
        """
        if not self._confirm and not again:
            return
        commands: list[tuple[Any, ...]] = []
        for entry in written:
            place = desk_key(night) if isinstance(entry, Act) else key(night)
            commands.append(("XRANGE", place, f"{entry.seq}-0", f"{entry.seq}-0"))
        replicas = max(self._replicas, await self.client.could_take_over()) if self._replicas else 0
        if self._confirm:
            commands += [("SET", f"{{{night}}}:settled", 1), *self._confirmation(replicas)]
        if not commands:
            return
        answers = await self.client.together(commands)
        for entry, found in zip(written, answers, strict=False):
            if (decoded_acts if isinstance(entry, Act) else decoded)(found) != (entry,):
                raise LostByRedis
        if self._confirm:
            local, have = answers[-1] if "WAITAOF" in self._confirm else (1, answers[-1])
            if local < 1 or have < replicas:
                raise StreamUnavailable("Redis has not yet confirmed that this is safely stored.")

    def _confirmation(self, replicas: int) -> list[tuple[Any, ...]]:
        waits = {"WAIT": ("WAIT", replicas, _WAIT_MS), "WAITAOF": ("WAITAOF", 1, replicas, _WAITAOF_MS)}
        return [waits[name] for name in self._confirm]

    async def nights(self) -> list[str]:
        """The nights on air, in the order they were opened."""
        return listed(await self._call("XRANGE", INDEX, "-", "+"))[0]

    async def lost(self) -> list[str]:
        """The nights on air of which nothing is stored; for a moment that is also one that is being opened."""
        return [night for night in await self.nights() if not await self._call("EXISTS", key(night))]

    async def announce(self, night: str) -> None:
        """List a night as on air, for every process that follows, unless it is listed. It shows once it is stored."""
        if night not in await self.nights():
            await self._call("XADD", INDEX, "*", "opened", night)

    async def erase(self, night: str) -> None:
        """Take a night off air and delete both of its streams."""
        await self._erased(night)

    async def take_off(self, night: str, seqs: tuple[int, int]) -> bool:
        """Erase a night that is at these seqs of events and acts; False if it has gone on, and then it stays on air."""
        return await self._erased(night, *seqs)

    async def _erased(self, night: str, *seqs: int) -> bool:
        """The script takes the night off air in every process; to unlist it afterwards only keeps the index tidy."""
        if not await self._call("EVAL", scripts.ERASE, 5, *keys(night), hooks_key(night), photos_key(night), *seqs):
            return False
        if night in await self.nights():
            await self._call("XADD", INDEX, "*", "erased", night)
        if await self._call("EXISTS", key(night)):  # opened again meanwhile by a process that still saw it listed
            await self.announce(night)
        return True

    async def begin_again(self, night: str, seqs: tuple[int, int], opening: AnyEvent, acts: Sequence[AnyAct]) -> bool:
        """Replace a night's streams by an opening and some acts, in one step that all followers are told of.

        False, and nothing is done, if the night is not at these seqs of events and acts any more.
        """
        of_it = *keys(night), hooks_key(night), photos_key(night)
        told = await self._call(
            "EVAL", scripts.BEGIN_AGAIN, len(of_it), *of_it, *seqs, encode(opening), *map(encode, acts)
        )
        return bool(told)

    async def close(self) -> None:
        """Close all connections."""
        await self.client.close()

    async def _call(self, *command: Any) -> Any:
        return await self.client.call(*command)
