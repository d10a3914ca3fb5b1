"""The connections to Redis that a process shares: to one server, to the primary that Sentinels name, or to the nodes of
a cluster; a caller that finds all of them in use waits for one. No commands."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from itertools import chain
from typing import Any, TypeVar, cast
from urllib.parse import parse_qsl, urlsplit

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.connection import parse_url
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.exceptions import RedisError

from server.measures import REDIS_FAILURES, REDIS_SECONDS
from server.stream.servers.cluster import CLUSTERS, FAILURE, Cluster
from server.stream.servers.failures import StreamUnavailable, StreamUnfit, ended, failed

T = TypeVar("T")

SENTINELS = ("redis+sentinel", "rediss+sentinel")
FAILURES = (RedisError, FAILURE, OSError)
_MOST, _MOST_OF_A_NODE = 100, 10_000
# After the question mark of a URL. What is left out is unknown to redis-py, or would give its answers another shape.
_MAY_BE_ASKED = re.compile(
    r"(sentinel_)?(db|username|password|protocol|client_name|health_check_interval|socket_timeout|retry_on_timeout|"
    r"socket_connect_timeout|socket_keepalive|max_connections|timeout|ssl_\w+)"
)
_PATIENCE_SECONDS = 3.0  # an officer hears within six seconds what a Redis that hangs has done with three questions
_AFTER_SILENCE_SECONDS = 1.0
_SENTINEL_SECONDS = 1.0
_A_SENTINEL = 26379
_TOO_FEW = "Too few of the Sentinels answer to tell which servers must have what is sent: it is not yet confirmed."


class _SentinelPool(SentinelConnectionPool, BlockingConnectionPool):
    """Connections to the primary that Sentinels name; the caller that finds all of them in use waits for one."""


def connected(url: str, most: int = _MOST, **options: Any) -> Any:
    """A client with at most so many connections to ``url``; to a cluster's nodes as many as it needs. StreamUnfit where
    the URL asks for what no connection can be."""
    if unknown := next((one for one in parse_qsl(urlsplit(url).query) if not _MAY_BE_ASKED.fullmatch(one[0])), None):
        raise _refused(*unknown)
    try:
        if urlsplit(url).scheme in CLUSTERS:
            options.pop("retry", None)  # a cluster's is its own: what is tried again may be at another node by then
            return Cluster(url, max_connections=_MOST_OF_A_NODE, socket_connect_timeout=3, **options)
        made = pool(url, max_connections=most, **options)
        made.connection_class(**made.connection_kwargs)  # not connected: it refuses what it does not know
    except (TypeError, ValueError, RedisError) as error:
        raise _misspelt(url, str(error)) or error from error
    except OSError as error:  # TLS with such options cannot be
        raise _misspelt(url, str(error)) or failed(error, address(url)) from error
    return cast(Any, Redis).from_pool(made)


def _misspelt(url: str, said: str) -> StreamUnfit | None:
    """What is wrong with a URL after its question mark, by what redis-py says of it; None if it is not that."""
    asked = parse_qsl(urlsplit(url).query)
    wrong = [one for one in asked if one[0].removeprefix("sentinel_") in said]
    wrong = wrong or [one for one in asked if one[0].startswith("ssl_") and one[1] in said]
    return _refused(*wrong[0]) if wrong else None


def _refused(name: str, value: str) -> StreamUnfit:
    shown = "…" if "pas" in name else value  # a password's, however it is misspelt
    return StreamUnfit(f"REDIS_URL says {name}={shown}, which no connection to it can be given.")


def pool(url: str, **options: Any) -> Any:
    """A pool of at most 100 connections to ``url``. redis-py's default pool answers the 101st caller at once with the
    same error as for a Redis that is away."""
    options = {"socket_connect_timeout": 3, "max_connections": _MOST, "timeout": 10.0, **options}
    if urlsplit(url).scheme not in SENTINELS:
        return cast(Any, BlockingConnectionPool).from_url(url, **options)
    # redis+sentinel://user:password@one:26379,two:26379/service/0?sentinel_password=…
    parts = urlsplit(url)
    who, _, hosts = parts.netloc.rpartition("@")
    service, _, database = parts.path.strip("/").partition("/")
    scheme = parts.scheme.removesuffix("+sentinel")
    known: dict[str, Any] = dict(parse_url(f"{scheme}://{who}{'@' if who else ''}one/{database}?{parts.query}"))
    for name in ("host", "port", "connection_class"):
        known.pop(name, None)
    tls = {"ssl": True, **{name: value for name, value in known.items() if name.startswith("ssl_")}}
    theirs = {name.removeprefix("sentinel_"): known.pop(name) for name in list(known) if name.startswith("sentinel_")}
    theirs |= tls if scheme == "rediss" else {}
    theirs |= {"socket_timeout": _SENTINEL_SECONDS, "socket_connect_timeout": _SENTINEL_SECONDS}
    theirs |= {"retry": Retry(NoBackoff(), 0)}
    sentinel = Sentinel([_place(host) for host in hosts.split(",")], sentinel_kwargs=theirs)
    if scheme == "rediss":
        known["ssl"] = True
    return _SentinelPool(service, sentinel, **known, **options)


def _place(host: str) -> tuple[str, int]:
    name, _, port = host.rpartition(":") if host.rpartition(":")[2].isdigit() else (host, "", "")
    return name.strip("[]"), int(port or _A_SENTINEL)


def address(url: str) -> str:
    """The address in a URL, without a password."""
    named = url.rpartition("@")[2].removeprefix("unix://").partition("?")[0].rpartition("://")[2]
    return named or "localhost"


class Client:
    """The connections of an ``EventStream`` and of what stands beside it. Every call is answered within three seconds,
    or raises StreamUnavailable; once a Redis was silent for so long, the next callers wait for a second only."""

    def __init__(self, url: str) -> None:
        self.where = address(url)
        # Eight tries over some four seconds outlast a restart of the server; command ids make a retry harmless.
        retry = Retry(ExponentialBackoff(cap=1.0, base=0.05), 8)
        # redis-py's own types do not survive strict checking
        self._redis = connected(url, retry=retry, socket_timeout=3, legacy_responses=False)
        self._is_silent = False

    async def call(self, *command: Any) -> Any:
        """Redis's answer to a command. StreamUnavailable, or StreamUnfit where that does not pass by itself."""
        return await self._answer(lambda: self._redis.execute_command(*command))

    async def could_take_over(self) -> int:
        """How many replicas Sentinel could make the primary: those that it does not take for down, as it may choose one
        that has just come back; 0 without Sentinels. StreamUnavailable unless most of the Sentinels answer: those that
        a part of the network keeps from answering may be making another server the primary.

        One that no Sentinel is connected to counts: whichever is promoted closes their connections as it becomes the
        primary, and is the very one that must not be left out. So does one that a single Sentinel can reach, as that
        may be the Sentinel that chooses; of those that answer within a quarter of a second each is asked.
        """
        pool = self._redis.connection_pool
        if not isinstance(pool, _SentinelPool):
            return 0
        manager: Any = pool.sentinel_manager

        async def told_by(sentinel: Any, seconds: float) -> list[Any] | None:
            with suppress(*FAILURES):
                async with asyncio.timeout(seconds):
                    return await sentinel.sentinel_slaves(pool.service_name)
            return None

        async def asked() -> int:
            await pool.get_master_address()  # which leaves who was the primary
            for seconds in (_SENTINEL_SECONDS / 4, _SENTINEL_SECONDS):
                answers = await asyncio.gather(*(told_by(one, seconds) for one in manager.sentinels))
                told = [answer for answer in answers if answer is not None]
                if len(told) > len(answers) // 2:
                    return len({one["name"] for one in chain(*told) if not one["is_sdown"] and not one["is_odown"]})
            raise StreamUnavailable(_TOO_FEW)

        return await self._answer(asked)

    async def everywhere(self, *command: Any) -> list[Any]:
        """The answers of all primaries to a command: of one server, or of each in a cluster."""
        if isinstance(self._redis, Cluster):
            cluster = self._redis
            return await self._answer(lambda: cluster.everywhere(*command))
        return [await self.call(*command)]

    async def together(self, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        """The answers to commands that are sent over one connection, one after the other."""

        async def sent() -> list[Any]:
            if isinstance(self._redis, Cluster):
                return await self._redis.together(commands)
            async with self._redis.pipeline(transaction=False) as pipe:
                for command in commands:
                    pipe.execute_command(*command)
                return await pipe.execute()

        return await self._answer(sent)

    async def close(self) -> None:
        """Close all connections."""
        await self._redis.aclose()

    async def _answer(self, work: Callable[[], Awaitable[T]]) -> T:
        limit = asyncio.timeout(_AFTER_SILENCE_SECONDS if self._is_silent else _PATIENCE_SECONDS)
        try:
            async with limit:
                with REDIS_SECONDS.time(), ended():
                    answer = await work()
        except FAILURES as error:  # the builtin TimeoutError is an OSError
            REDIS_FAILURES.inc()
            self._is_silent |= limit.expired()
            failure = failed(error, self.where)
            if "replica now" in str(failure):  # whoever answers at this address next may be the primary
                await self._redis.connection_pool.disconnect(inuse_connections=False)
            raise failure from error
        self._is_silent = False
        return answer
