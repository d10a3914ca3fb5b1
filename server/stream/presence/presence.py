"""When each phone at a count was last heard from. It is kept in Redis, since any web process may hear of a phone."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

from server.stream.clock import now
from server.stream.events import EventStream, StreamUnavailable
from server.stream.reading import text

_SAYS_EVERY = timedelta(seconds=15)
THERE = timedelta(seconds=40)
"""Somebody of whom nothing is heard for longer than this is not there now; phones ask every two seconds."""
_KEPT_MILLISECONDS = 24 * 3600 * 1000
_MOST_REMEMBERED = 20_000


class Presence:
    """When each invitation of a night was last used by a phone that was signed in."""

    def __init__(self, stream: EventStream) -> None:
        self._call = stream.client.call
        self._said: dict[tuple[str, str], datetime] = {}

    async def heard(self, night: str, invitation: str) -> None:
        """A phone was heard from. Redis is told of it at most every 15 seconds, and not at all while it is away."""
        at, who = now(), (night, invitation)
        said = self._said.get(who)
        if said is not None and timedelta() <= at - said < _SAYS_EVERY:
            return
        if len(self._said) >= _MOST_REMEMBERED:
            self._said.clear()
        self._said[who] = at
        with suppress(StreamUnavailable):
            await self._call("HSET", _key(night), invitation, int(at.timestamp()))
            await self._call("PEXPIRE", _key(night), _KEPT_MILLISECONDS)

    async def known(self, night: str) -> dict[str, datetime]:
        """Invitation → when it was last heard from; empty while Redis is away."""
        try:
            known: dict[bytes | str, bytes | str] = await self._call("HGETALL", _key(night))
        except StreamUnavailable:
            return {}
        heard: dict[str, datetime] = {}
        for who, at in known.items():
            with suppress(ValueError, OverflowError, OSError):  # of what nobody here has written
                heard[text(who)] = datetime.fromtimestamp(int(at), UTC)
        return heard


def _key(night: str) -> str:
    return f"{{{night}}}:heard"
