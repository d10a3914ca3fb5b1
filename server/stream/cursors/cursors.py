"""The cursors of webhooks: which process may move one, and the events after it. What a cursor says is not known here.

The hash ``{night}:hooks`` has three fields for each webhook: ``{hook}``, its cursor; ``{hook}/lease``, who may move it
and until when, in milliseconds of Redis's time; ``{hook}/log``, the newest lines of its log. The events are in the
night's stream alone. What replaces the stream deletes the hash in the same step, and with it every lease.
"""

from msgspec import Struct

from server.election.events import AnyEvent
from server.stream.events import EventStream
from server.stream.reading import decoded, hooks_key, key, mark_of, text

_NOBODY = "-"  # who has the lease during a pause
_LONGEST_LOG = 12_000  # bytes

# Arguments: hook, who asks, for how many milliseconds. Answers the milliseconds until somebody may ask again, 0 if the
# lease is given, and the cursor.
_CLAIM = """
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local owner, till = string.match(redis.call("HGET", KEYS[1], ARGV[1] .. "/lease") or "", "^(%S+) (%d+)$")
if owner and owner ~= ARGV[2] and tonumber(till) > now then return {tonumber(till) - now, ""} end
redis.call("HSET", KEYS[1], ARGV[1] .. "/lease", string.format("%s %.0f", ARGV[2], now + ARGV[3]))
return {0, redis.call("HGET", KEYS[1], ARGV[1]) or ""}
"""
# Arguments: hook, who has the lease, the new cursor, who has the lease from now on, for how many milliseconds, what is
# added to the log, how long that may be. Answers 1, or 0 if the lease is another's by now: then nothing is done.
_MOVE = """
local owner = string.match(redis.call("HGET", KEYS[1], ARGV[1] .. "/lease") or "", "^(%S+) ")
if owner ~= ARGV[2] then return 0 end
local time = redis.call("TIME")
local till = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[5]
redis.call("HSET", KEYS[1], ARGV[1], ARGV[3], ARGV[1] .. "/lease", string.format("%s %.0f", ARGV[4], till))
if ARGV[6] ~= "" then
  local log = ARGV[6] .. (redis.call("HGET", KEYS[1], ARGV[1] .. "/log") or "")
  redis.call("HSET", KEYS[1], ARGV[1] .. "/log", string.sub(log, 1, ARGV[7]))
end
return 1
"""
# Arguments: hook, what is added to the log, how long that may be.
_LOG = """
local log = ARGV[2] .. (redis.call("HGET", KEYS[1], ARGV[1] .. "/log") or "")
return redis.call("HSET", KEYS[1], ARGV[1] .. "/log", string.sub(log, 1, ARGV[3]))
"""
# Arguments: hook, who has the lease during a pause. Ends the pause, and none of the leases of those who send.
_WAKE = """
local owner = string.match(redis.call("HGET", KEYS[1], ARGV[1] .. "/lease") or "", "^(%S+) ")
return owner == ARGV[2] and redis.call("HDEL", KEYS[1], ARGV[1] .. "/lease") or 0
"""


class Claimed(Struct, frozen=True):
    """What somebody who asked for a lease was told: ``wait`` is how many seconds until it is worth asking again, 0 if
    the lease is given; then ``cursor`` is what was kept last, b"" for nothing."""

    wait: float
    cursor: bytes


class Cursors:
    """The cursors of all webhooks in one Redis. Every method raises StreamUnavailable if Redis does not answer."""

    def __init__(self, stream: EventStream) -> None:
        self._call = stream.client.call

    async def claim(self, night: str, hook: str, who: str, seconds: float) -> Claimed:
        """Ask for the lease of a webhook."""
        wait, cursor = await self._call("EVAL", _CLAIM, 1, hooks_key(night), hook, who, round(seconds * 1000))
        return Claimed(wait / 1000, cursor)

    async def move(
        self,
        night: str,
        hook: str,
        who: str,
        cursor: bytes,
        seconds: float,
        log: bytes = b"",
        *,
        gives_up: bool = False,
    ) -> bool:
        """Keep a cursor, with lines for its log, and the lease for so long; or, where it ``gives_up`` the lease, let
        nobody have it for so long. False if the lease is another's, and then nothing is kept."""
        then = _NOBODY if gives_up else who
        told = await self._call(
            "EVAL", _MOVE, 1, hooks_key(night), hook, who, cursor, then, round(seconds * 1000), log, _LONGEST_LOG
        )
        return bool(told)

    async def note(self, night: str, hook: str, line: bytes) -> None:
        """Add a line to a webhook's log, whoever has its lease."""
        await self._call("EVAL", _LOG, 1, hooks_key(night), hook, line, _LONGEST_LOG)

    async def wake(self, night: str, hook: str) -> None:
        """End the pause that a webhook makes after a failure."""
        await self._call("EVAL", _WAKE, 1, hooks_key(night), hook, _NOBODY)

    async def drop(self, night: str, hook: str) -> None:
        """Forget a webhook's cursor, lease and log."""
        await self._call("HDEL", hooks_key(night), hook, f"{hook}/lease", f"{hook}/log")

    async def told(self, night: str, hook: str) -> tuple[bytes, list[bytes]]:
        """A webhook's cursor, b"" where nothing was sent yet, and the whole lines of its log, the newest first."""
        cursor, log = await self._call("HMGET", hooks_key(night), hook, f"{hook}/log")
        return cursor or b"", (log or b"").split(b"\n")[:-1]

    async def events(self, night: str, seq: int, most: int) -> tuple[str | None, list[tuple[AnyEvent, str]]]:
        """The mark of the event ``seq``, None if there is none, and at most so many events after it, each with its
        mark: as ``mark_after``, which no event of another history has."""
        entries = await self._call("XRANGE", key(night), f"{seq}-0", "+", "COUNT", most + 1)
        marks = [mark_of([entry]) for entry in entries]
        told = list(zip(decoded(entries), marks, strict=True))
        there = bool(entries) and text(entries[0][0]) == f"{seq}-0"
        return (told[0][1] if there else None), told[1:] if there else told[:most]
