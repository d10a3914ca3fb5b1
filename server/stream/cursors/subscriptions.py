"""Which browsers are told of which seats of a night, as long as the night lasts. What a subscription says is not known
here.

The hash ``{night}:notices`` has two fields for each browser: ``{id}``, its subscription, and ``{id}/seats``. The set
``{night}:notices:{seat}`` has the ids of those that are told of a seat.
"""

from collections.abc import Sequence

from server.stream.events import EventStream
from server.stream.reading import text

MOST = 10_000  # browsers of a night
_KEPT = 36 * 3600 * 1000  # milliseconds after the last was added, if the night is not taken off air before

# Keys: the hash, the sets of seats that it was told of before or is from now on. Arguments: id, subscription ("" to
# forget it), its seats, how many there may be, for how many milliseconds, then for each set 1 or 0. Answers 0 if that
# are too many.
_PUT = """
if ARGV[2] == "" then redis.call("HDEL", KEYS[1], ARGV[1], ARGV[1] .. "/seats")
else
  if not redis.call("HGET", KEYS[1], ARGV[1]) and redis.call("HLEN", KEYS[1]) >= 2 * ARGV[4] then return 0 end
  redis.call("HSET", KEYS[1], ARGV[1], ARGV[2], ARGV[1] .. "/seats", ARGV[3])
  redis.call("PEXPIRE", KEYS[1], ARGV[5])
end
for place = 2, #KEYS do
  if ARGV[4 + place] == "1" then
    redis.call("SADD", KEYS[place], ARGV[1])
    redis.call("PEXPIRE", KEYS[place], ARGV[5])
  else redis.call("SREM", KEYS[place], ARGV[1]) end
end
return 1
"""


class Subscriptions:
    """The subscriptions of all nights in one Redis. Every method raises StreamUnavailable if Redis does not answer."""

    def __init__(self, stream: EventStream) -> None:
        self._call = stream.client.call

    async def put(self, night: str, id: str, says: bytes, seats: Sequence[str]) -> bool:
        """Keep a subscription, instead of an older one; False if there are too many."""
        before = await self._call("HGET", _key(night), f"{id}/seats")
        every = list(dict.fromkeys([*seats, *text(before or b"").split()]))
        keys = [_key(night), *(f"{_key(night)}:{seat}" for seat in every)]
        told = [int(bool(says) and seat in seats) for seat in every]
        rest = (id, says, " ".join(seats), MOST, _KEPT, *told)
        return bool(await self._call("EVAL", _PUT, len(keys), *keys, *rest))

    async def forget(self, night: str, id: str) -> None:
        """Forget a subscription."""
        await self.put(night, id, b"", ())

    async def of(self, night: str, seat: str) -> list[bytes]:
        """The subscriptions that are told of a seat."""
        ids = await self._call("SMEMBERS", f"{_key(night)}:{seat}")
        return [says for says in await self._call("HMGET", _key(night), *ids) if says] if ids else []

    async def erase(self, night: str) -> None:
        """Forget all subscriptions of a night."""
        fields = await self._call("HGETALL", _key(night))
        told = {text(key): text(value) for key, value in fields.items()}
        seats = {seat for key, value in told.items() if key.endswith("/seats") for seat in value.split()}
        await self._call("DEL", _key(night), *(f"{_key(night)}:{seat}" for seat in seats))


def _key(night: str) -> str:
    return f"{{{night}}}:notices"
