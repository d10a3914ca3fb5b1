"""Drafts of nights to come: stored whole with a version, and replaced only by who has seen the newest.

What a draft says is not known here.

``{drafts}`` holds the newest version of each draft, ``{drafts}:was`` the versions before it, ``{drafts}:due`` when
those are to be opened that have a time, and ``{drafts}:opened:{draft}`` for a month which night a draft became.
"""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from msgspec import Raw, Struct

from server.election.texts.said import Said, say
from server.stream.codec import NEWEST, NOT_JSON, UnknownEvent
from server.stream.events import EventStream
from server.stream.reading import text

MOST_DRAFTS = 100
MOST_BYTES = 1024 * 1024
"""Of one draft: three general elections fit."""
_VERSIONS = 10  # of each draft that are kept, to tell who comes second what the first has changed
_A_MONTH = 31 * 24 * 3600

# Arguments: the draft, the version that was seen (0 for a new draft), the draft's new text, when it is due ("" for
# not), how many drafts and versions there may be. Answers 1 if it was stored, 0 if another version is there, -1 if
# there are too many drafts, and -2 if the draft is gone.
_PUT = """
local now = redis.call("HGET", KEYS[1], ARGV[1])
local version = tonumber(ARGV[2])
if not now and version > 0 then return -2 end
if now and cjson.decode(now).version ~= version then return 0 end
if not now and redis.call("HLEN", KEYS[1]) >= tonumber(ARGV[5]) then return -1 end
if now then redis.call("HSET", KEYS[2], ARGV[1] .. "/" .. version, now) end
redis.call("HDEL", KEYS[2], ARGV[1] .. "/" .. (version - tonumber(ARGV[6])))
redis.call("HSET", KEYS[1], ARGV[1], ARGV[3])
if ARGV[4] == "" then redis.call("ZREM", KEYS[3], ARGV[1]) else redis.call("ZADD", KEYS[3], ARGV[4], ARGV[1]) end
return 1
"""
# Arguments: the draft, how many versions may be there of it, the night that it became ("" for none).
_DROP = """
local now = redis.call("HGET", KEYS[1], ARGV[1])
local known, said = pcall(cjson.decode, now)
if known and type(said) == "table" then
  local version = tonumber(said.version) or 0
  for i = math.max(0, version - tonumber(ARGV[2])), version do redis.call("HDEL", KEYS[2], ARGV[1] .. "/" .. i) end
end
redis.call("HDEL", KEYS[1], ARGV[1])
redis.call("ZREM", KEYS[3], ARGV[1])
if ARGV[3] ~= "" then redis.call("SET", KEYS[4], ARGV[3], "EX", ARGV[4]) end
return 1
"""


class Stored(Struct, frozen=True):
    """One version of a draft: who saved it and when, what it says, when its night is to be opened (None: when somebody
    does it), and a sentence that says why it was not opened then. ``forms`` are the keys of the forms that saved it
    last, the newest last."""

    version: int
    at: datetime
    by: str
    says: Raw
    opens: datetime | None = None
    failed: str = ""
    forms: tuple[str, ...] = ()


class DraftConflict(Exception):
    """The draft is not at the version that was seen: somebody else has saved it since, or it is gone."""


class TooManyDrafts(Exception):
    """There are ``MOST_DRAFTS`` drafts already, or this one has more than ``MOST_BYTES``, as the ``sentence`` says."""

    def __init__(self, sentence: Said) -> None:
        super().__init__(sentence)
        self.sentence = sentence


_decoder = msgspec.json.Decoder(Stored)


def _read(data: bytes) -> Stored:
    try:
        return _decoder.decode(data)
    except NOT_JSON as error:
        raise UnknownEvent(f"A draft that this version of the program cannot read ({error}). {NEWEST}") from error


class Drafts:
    """All drafts in one Redis. Every method raises StreamUnavailable if Redis does not answer; those that read one
    draft UnknownEvent if another version of this program, or another program, has written it."""

    def __init__(self, stream: EventStream) -> None:
        self._stream, self.call = stream, stream.client.call

    async def listed(self) -> Mapping[str, Stored | str]:
        """Every draft's newest version, or a sentence that says why it cannot be read, by the draft's id."""
        found: dict[str, Stored | str] = {}
        for draft, data in (await self.call("HGETALL", "{drafts}")).items():
            try:
                found[text(draft, "replace")] = _read(data)
            except UnknownEvent as error:
                found[text(draft, "replace")] = str(error)
        return found

    async def newest(self, draft: str) -> Stored | None:
        """The newest version of a draft; None if there is no such draft."""
        data = await self.call("HGET", "{drafts}", draft)
        return _read(data) if data else None

    async def earlier(self, draft: str, version: int) -> Stored | None:
        """An earlier version of a draft; None if it is not kept any more."""
        data = await self.call("HGET", "{drafts}:was", f"{draft}/{version}")
        return _read(data) if data else None

    async def put(self, draft: str, stored: Stored) -> None:
        """Store a version that was made from the version before it; it is on disk when this returns.

        DraftConflict if the draft is at another version, TooManyDrafts.
        """
        data = msgspec.json.encode(stored)
        if len(data) > MOST_BYTES:
            raise TooManyDrafts(
                say("That is more than the %(most)s MB that a night may have.", most=MOST_BYTES // 1024**2)
            )
        due = "" if stored.opens is None else str(stored.opens.timestamp())
        keys = ("{drafts}", "{drafts}:was", "{drafts}:due")
        told = await self.call("EVAL", _PUT, 3, *keys, draft, stored.version - 1, data, due, MOST_DRAFTS, _VERSIONS)
        if told == -1:
            raise TooManyDrafts(say("There are %(most)s drafts already: open or drop one first.", most=MOST_DRAFTS))
        if told != 1:
            raise DraftConflict(draft)
        await self._stream.settle("drafts")

    async def drop(self, draft: str, became: str = "") -> None:
        """Forget a draft, and remember for a month which night it became, if any."""
        keys = ("{drafts}", "{drafts}:was", "{drafts}:due", f"{{drafts}}:opened:{draft}")
        await self.call("EVAL", _DROP, 4, *keys, draft, _VERSIONS, became, _A_MONTH)
        await self._stream.settle("drafts")

    async def became(self, draft: str) -> str:
        """The night that a draft became; "" if it became none, or more than a month ago."""
        return text(await self.call("GET", f"{{drafts}}:opened:{draft}") or "")

    async def due(self, now: datetime) -> list[str]:
        """The drafts whose time to be opened has come."""
        return [text(id, "replace") for id in await self.call("ZRANGEBYSCORE", "{drafts}:due", "-inf", now.timestamp())]
