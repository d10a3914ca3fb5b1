"""What it means when Redis fails or refuses, each a sentence; and whether it passes by itself. No connections."""

import re
import ssl
from collections.abc import Generator
from contextlib import contextmanager
from typing import TypeVar

from redis import exceptions as redis
from redis.asyncio.sentinel import MasterNotFoundError

E = TypeVar("E", bound=BaseException)


class StreamUnavailable(Exception):
    """Redis cannot be reached, refuses, or did not confirm in time; the message is a sentence. It is safe to send the
    same command again."""


class LostByRedis(StreamUnavailable):
    """What was written is not there any more: another server took over without it."""

    def __init__(self) -> None:
        super().__init__("Redis has lost what was sent: another server took over without it.")


class StreamUnfit(StreamUnavailable):
    """A Redis that this program cannot run on, or cannot run on with these settings; it does not pass by itself."""


class NotOurs(StreamUnfit):
    """A key of ours holds something that this program did not write."""

    def __init__(self) -> None:
        super().__init__(NOT_OURS)


NOT_OURS = "One of its keys in Redis holds what this program has not written: DEL that key."
_FORBIDDEN = "The user of REDIS_URL may not do this: {}. server/stream/README.md names the rights that are needed."
NO_CLUSTER = (
    "This is a node of a Redis Cluster: REDIS_URL must be like redis+cluster://one.example:6379,two.example:6379."
)
_ALONE = "REDIS_URL must be like redis://one.example:6379/0."
_MOVES = "Redis Cluster is moving this night to another node. It answers once it has."

# How a refusal begins → what it means. Those of the first table pass by themselves, those of the second do not.
_PASSES = {
    "LOADING": "Redis is still reading its data. It answers once it has.",
    "READONLY": "This Redis is a replica now, which takes no writes: another server is the primary.",
    "UNBLOCKED": "This Redis is a replica now, which takes no writes: another server is the primary.",
    "MASTERDOWN": "This Redis is a replica that has lost its primary.",
    "NOREPLICAS": "Redis takes no writes while too few of its replicas are connected (min-replicas-to-write).",
    "OOM": "Redis has no memory left (maxmemory), so it stores nothing. Give it more.",
    "MISCONF": "Redis cannot write to its disk, so it stores nothing. Its log says why.",
    "CLUSTERDOWN": "Redis Cluster is down: some of its slots have no primary at the moment.",
    "TRYAGAIN": _MOVES,
    "ASK ": _MOVES,
    "TTL exhausted": _MOVES,
    "BUSY": "Redis is busy with somebody's script.",
    "max number of clients": "Redis has no connection left for this program (maxclients).",
    "WAITAOF cannot be used with replica": "This Redis is a replica now: another server is the primary.",
    "WAIT cannot be used with replica": "This Redis is a replica now: another server is the primary.",
    "WAITAOF cannot be used when numlocal": "Redis keeps no append-only file any more: set appendonly yes.",
}
_STAYS = {
    "NOPERM": _FORBIDDEN,
    "ACL failure in script": _FORBIDDEN,
    "WRONGPASS": "Redis refuses the user or the password in REDIS_URL.",
    "NOAUTH": "Redis wants a user or a password: REDIS_URL must have it, as redis://user:password@redis.example:6379/0.",
    "invalid password": "Redis refuses the user or the password in REDIS_URL.",
    "DB index is out of range": "Redis has no database of that number: it is the end of REDIS_URL.",
    "invalid DB index": "Redis has no database of that number: it is the end of REDIS_URL.",
    "SELECT is not allowed in cluster": NO_CLUSTER,
    "MOVED": NO_CLUSTER,
    "CROSSSLOT": NO_CLUSTER,
    "is not enabled on this node": f"This Redis is no node of a cluster: {_ALONE}",
    "unknown command 'SENTINEL'": f"This is a Redis and no Sentinel, as those at port 26379 are. Without: {_ALONE}",
}

_LONGEST_QUOTED = 80  # characters of an answer that is none of Redis's
_OF_PIPELINE = re.compile(r"^Command # .* caused error: \(?['\"]?", re.DOTALL)  # which redis-py puts before a refusal


def failed(error: Exception, where: str) -> StreamUnavailable:
    """What an error of redis-py, or of the system, means; ``where`` is the address without a password."""
    if isinstance(error, TimeoutError | redis.TimeoutError):  # what failed again and again until the time was over?
        again = _in_chain(error.__cause__ or error.__context__, (redis.ClusterDownError, redis.ConnectionError))
        return failed(again, where) if again else StreamUnavailable("Redis did not answer in time.")
    if untrusted := _in_chain(error, ssl.SSLCertVerificationError):
        return StreamUnfit(
            f"The certificate of Redis at {where} is not trusted: {untrusted.verify_message}. Name the authority that "
            "signed it: REDIS_URL=rediss://…?ssl_ca_certs=/path/to/ca.pem."
        )
    if broken := _in_chain(error, ssl.SSLError):
        why = str(getattr(broken, "reason", None) or broken.args[-1]).rstrip(".")
        return StreamUnfit(f"Redis at {where} speaks no TLS that this program can follow: {why}.")
    if is_not_ours(error):
        return NotOurs()
    if heard := _in_chain(error, redis.InvalidResponse):
        heard = str(heard).removeprefix("Protocol Error: ")[:_LONGEST_QUOTED]
        return StreamUnfit(f"What answers at {where} is no Redis: {heard}.")
    if _in_chain(error, MasterNotFoundError):  # its own words name every Sentinel with all its settings
        return StreamUnavailable(f"No Sentinel at {where} answers with a primary of that name.")
    said = f"{getattr(error, 'status_code', None) or ''} {_OF_PIPELINE.sub('', str(error))}".strip()
    for start, sentence in _STAYS.items():
        if _says(said, start):
            return StreamUnfit(sentence.format(str(error).rstrip(".")))
    for start, sentence in _PASSES.items():
        if _says(said, start):
            return StreamUnavailable(sentence)
    if "previous master" in said:
        return StreamUnavailable(_PASSES["READONLY"])
    if isinstance(error, redis.RedisClusterException) and not _in_chain(error, redis.ConnectionError):
        return StreamUnavailable(_PASSES["CLUSTERDOWN"])
    if isinstance(error, redis.ConnectionError | redis.RedisClusterException | OSError):
        return StreamUnavailable(f"No Redis answers at {where}: {_reason(error)}.")
    return StreamUnfit(f"Redis refused: {error}")


@contextmanager
def ended() -> Generator[None]:
    """Raise ConnectionError for a connection that ended while somebody else used it, of which redis-py and uvloop say
    that something in them is None or closed."""
    try:
        yield
    except (RuntimeError, AttributeError) as error:
        if "closed" not in str(error) and not str(error).startswith("'NoneType' object"):
            raise
        raise ConnectionError("Connection closed") from error


def is_not_ours(error: Exception) -> bool:
    """Whether Redis says that a key is of another type than the command is for."""
    return "WRONGTYPE" in f"{getattr(error, 'status_code', None) or ''} {error}"


def _says(said: str, start: str) -> bool:
    return said.startswith((start, f"ERR {start}")) or (start.islower() and start in said)


def _reason(error: BaseException) -> str:
    """The system's words at the bottom of a chain of errors: "Connection refused", "Name or service not known"."""
    while isinstance(below := error.__cause__ or error.__context__, OSError | redis.RedisError):
        error = below  # and no further: below may be a mistake in redis-py
    words = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
    return words.rstrip(".")


def _in_chain(error: BaseException | None, kind: type[E] | tuple[type[E], ...]) -> E | None:
    while error is not None and not isinstance(error, kind):
        error = error.__cause__ or error.__context__
    return error
