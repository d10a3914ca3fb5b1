"""Clocks of past nights that lead other screens: who leads one, and where it stands. For all processes, in Redis.

``{clocks}:{code}`` is a clock, ``{clocks}`` when each of them is forgotten.
"""

import hashlib
import secrets
from typing import Any, Literal, cast

import msgspec
from msgspec import Struct
from redis.asyncio import Redis

from server.stream import clock, connections
from server.stream.events import UNREACHABLE, StreamUnavailable

Moved = Literal["moved", "another's", "gone"]
"""What became of a move: the clock is led by another browser, or it is gone, not moved for twelve hours."""

MOST_CLOCKS = 1000
SECONDS_KEPT = 12 * 3600  # after its last move
_LETTERS = "BCDFGHJKMNPQRSTVWXYZ23456789"  # no two of them look alike, and they make no words
_LENGTH = 5

# Arguments: now, when the clock is forgotten, how many there may be, code, hash of the token, night, where it stands.
# Answers 1, 0 if the code is taken, -1 if there are too many.
_BEGIN = """
redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", ARGV[1])
if redis.call("ZCARD", KEYS[1]) >= tonumber(ARGV[3]) then return -1 end
if redis.call("EXISTS", KEYS[2]) == 1 then return 0 end
redis.call("HSET", KEYS[2], "token", ARGV[5], "night", ARGV[6], "stands", ARGV[7], "number", 0)
redis.call("EXPIREAT", KEYS[2], ARGV[2])
redis.call("ZADD", KEYS[1], ARGV[2], ARGV[4])
return 1
"""
# Arguments: hash of the token, the move's number, when the clock is forgotten, code, where it stands. Answers 1, also
# for a move that comes after a later one, 0 if somebody else leads the clock, -1 if it is gone.
_MOVE = """
local token, number = unpack(redis.call("HMGET", KEYS[2], "token", "number"))
if not token then return -1 end
if token ~= ARGV[1] then return 0 end
if tonumber(number) >= tonumber(ARGV[2]) then return 1 end
redis.call("HSET", KEYS[2], "stands", ARGV[5], "number", ARGV[2])
redis.call("EXPIREAT", KEYS[2], ARGV[3])
redis.call("ZADD", KEYS[1], ARGV[3], ARGV[4])
return 1
"""


class Stands(Struct, frozen=True):
    """Where a clock stands: it was ``at`` a time of its night when it was moved, ``since``, both in milliseconds since
    1970, and ``plays`` from there at ``pace`` times real speed."""

    at: int
    since: int
    pace: float
    plays: bool


class Clock(Struct, frozen=True):
    """A clock of the night with this id; ``number`` grows with each move."""

    code: str
    night: str
    number: int
    stands: Stands


class Clocks:
    """All clocks in one Redis. Every method raises StreamUnavailable if Redis does not answer."""

    def __init__(self, url: str) -> None:
        pool = connections.shared(url, socket_timeout=5, socket_connect_timeout=5, legacy_responses=False)
        self._redis: Any = cast(Any, Redis).from_pool(pool)

    async def begin(self, night: str, stands: Stands) -> tuple[str, str] | None:
        """A new clock: its code, for all who follow it, and the token of who leads it.

        None if there are ``MOST_CLOCKS``.
        """
        token, now = secrets.token_urlsafe(16), int(clock.now().timestamp())
        data = msgspec.json.encode(stands)
        while True:
            code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
            rest = (now, now + SECONDS_KEPT, MOST_CLOCKS, code, _hashed(token), night, data)
            told = await self._call("EVAL", _BEGIN, 2, "{clocks}", f"{{clocks}}:{code}", *rest)
            if told == -1:
                return None
            if told == 1:
                return code, token

    async def move(self, code: str, token: str, number: int, stands: Stands) -> Moved:
        """Note where a clock stands now, unless a move with a greater number is known."""
        forgotten = int(clock.now().timestamp()) + SECONDS_KEPT
        rest = (_hashed(token), number, forgotten, code, msgspec.json.encode(stands))
        told: int = await self._call("EVAL", _MOVE, 2, "{clocks}", f"{{clocks}}:{code}", *rest)
        return ("another's", "moved", "gone")[told]

    async def found(self, code: str) -> Clock | None:
        """A clock as it stands; None if there is none of this code."""
        night, number, stands = await self._call("HMGET", f"{{clocks}}:{code}", "night", "number", "stands")
        if night is None:
            return None
        return Clock(code, night.decode(), int(number), msgspec.json.decode(stands, type=Stands))

    async def close(self) -> None:
        """Close all connections."""
        await self._redis.aclose()

    async def _call(self, *command: Any) -> Any:
        try:
            return await self._redis.execute_command(*command)
        except UNREACHABLE as error:
            raise StreamUnavailable("Redis did not answer.") from error


def wanted(code: str) -> str:
    """The code that somebody typed, as it is written: in capitals, without spaces."""
    return "".join(code.split()).upper()[:_LENGTH]


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
