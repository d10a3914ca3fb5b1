"""What one browser leads others by, each as ``{clocks}:{code}``: a clock, or with another name than ``clocks`` what a
director shows. ``{clocks}`` has when each is forgotten. No nights."""

import hashlib
import secrets
from typing import Literal

from server.stream import clock
from server.stream.drafts import Drafts
from server.stream.reading import text

Moved = Literal["moved", "another's", "gone"]
"""What became of a move: the clock is led by another browser, or it is gone, not moved for twelve hours."""

MOST_CLOCKS = 1000
LENGTH = 5  # of a code
_SECONDS_KEPT = 12 * 3600  # after its last move
_LETTERS = "BCDFGHJKMNPQRSTVWXYZ23456789"  # no two of them look alike, and they make no words

# Arguments: now, when the clock is forgotten, how many there may be, code, hash of the token, night, what it says.
# Answers 1, 0 if the code is taken, -1 if there are too many.
_BEGIN = """
redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", ARGV[1])
if redis.call("ZCARD", KEYS[1]) >= tonumber(ARGV[3]) then return -1 end
if redis.call("EXISTS", KEYS[2]) == 1 then return 0 end
redis.call("HSET", KEYS[2], "token", ARGV[5], "night", ARGV[6], "says", ARGV[7], "number", 0)
redis.call("EXPIREAT", KEYS[2], ARGV[2])
return redis.call("ZADD", KEYS[1], ARGV[2], ARGV[4])
"""
# Arguments: hash of the token, the move's number, when the clock is forgotten, code, what it says. Answers 1, also for
# a move that comes after a later one, 0 if somebody else leads the clock, -1 if it is gone.
_MOVE = """
local token, number = unpack(redis.call("HMGET", KEYS[2], "token", "number"))
if token ~= ARGV[1] then return token and 0 or -1 end
if tonumber(number) >= tonumber(ARGV[2]) then return 1 end
redis.call("HSET", KEYS[2], "says", ARGV[5], "number", ARGV[2])
redis.call("EXPIREAT", KEYS[2], ARGV[3])
redis.call("ZADD", KEYS[1], ARGV[3], ARGV[4])
return 1
"""


class Clocks:
    """All of one name in one Redis. Every method raises StreamUnavailable if Redis does not answer."""

    def __init__(self, drafts: Drafts, name: str = "clocks") -> None:
        self._key = f"{{{name}}}"
        self._call = drafts.call  # both are small and seldom: they share their connections

    async def begin(self, night: str, says: bytes) -> tuple[str, str] | None:
        """A new clock: its code, for all who follow it, and its leader's token. None if there are ``MOST_CLOCKS``."""
        token, now, told = secrets.token_urlsafe(16), int(clock.now().timestamp()), 0
        code = ""
        while not told:
            code = "".join(secrets.choice(_LETTERS) for _ in range(LENGTH))
            rest = (now, now + _SECONDS_KEPT, MOST_CLOCKS, code, _hashed(token), night, says)
            told = await self._call("EVAL", _BEGIN, 2, self._key, f"{self._key}:{code}", *rest)
        return (code, token) if told == 1 else None

    async def move(self, code: str, token: str, number: int, says: bytes) -> Moved:
        """Note what a clock says now, unless a move with a greater number is known."""
        rest = (_hashed(token), number, int(clock.now().timestamp()) + _SECONDS_KEPT, code, says)
        told: int = await self._call("EVAL", _MOVE, 2, self._key, f"{self._key}:{code}", *rest)
        return ("another's", "moved", "gone")[told]

    async def found(self, code: str) -> tuple[str, bytes] | None:
        """The night of a clock, and what it says; None if there is none of this code."""
        night, says = await self._call("HMGET", f"{self._key}:{code}", "night", "says")
        return (text(night, "replace"), says) if night and says else None


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
