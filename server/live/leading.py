"""Clocks of past nights that lead other screens, and directors who lead overlays: begun, moved, and who follows which
in this process. No HTML."""

import asyncio
import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct
from msgspec.json import decode, encode

from server.live.audience import Audience, Messages, Viewer
from server.live.audiences import Audiences
from server.live.frames import Message
from server.stream import clock
from server.stream.codec import NOT_JSON
from server.stream.cursors.clocks import LENGTH, Clocks, Moved
from server.stream.events import StreamUnavailable

_LOOK_SECONDS = 0.25  # between two looks at the clocks that somebody here follows
_LOOKS_A_BEAT = 28  # a page hears something every seven seconds


class Stands(Struct, frozen=True):
    """Where a clock stands: it was ``at`` a time of its night when it was moved, ``since``, both in milliseconds since
    1970, and ``plays`` from there at ``pace`` times real speed."""

    at: int
    since: int
    pace: float
    plays: bool


class Clock(Struct, frozen=True):
    """A clock of the night with this id: what was said of it when it was moved, as JSON with the time of that."""

    code: str
    night: str
    says: bytes


class Leading:
    """All clocks, and those that somebody follows here. ``says`` is what is said of each of them."""

    def __init__(self, clocks: Clocks, says: type[Struct]) -> None:
        self._clocks, self._says = clocks, says
        self._audiences = Audiences()
        self._position = 0
        self._known: dict[str, tuple[Clock | None, int]] = {}  # clock and the position of its last move, by code

    async def begin(self, night: str, says: Struct) -> tuple[str, str] | None:
        """A new clock: its code and the token of who leads it; None if there are too many. ``says`` is where it stands,
        with the time of that as its ``since``, in milliseconds since 1970."""
        return await self._clocks.begin(night, encode(says))

    async def move(self, code: str, token: str, number: int, says: Struct) -> Moved:
        """Note where a clock stands now, unless a move with a greater number is known."""
        return await self._clocks.move(code, token, number, encode(says))

    async def find(self, code: str) -> Clock | None:
        """A clock by its code, as it is written or as somebody types it; None if there is none, or if what is said of
        it cannot be read."""
        code = "".join(code.split()).upper()[:LENGTH]
        if found := await self._clocks.found(code):
            with suppress(*NOT_JSON):
                decode(found[1], type=self._says)
                return Clock(code, *found)
        return None

    def join(self, viewer: Viewer, led: Clock) -> Audience:
        """Tell a viewer where a clock stands, and of each of its moves; returns its audience, for the line."""
        if led.code not in self._audiences.topics:
            self._known[led.code] = led, self._position
        audience = self._audiences.of(led.code, self._position, self._since, lambda: None)
        audience.join(viewer, -1)
        return audience

    async def follow(self) -> None:
        """Look at all clocks that somebody follows, for ever."""
        looks = 0
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            with suppress(StreamUnavailable):  # followers go on at the pace that they know
                await self._look()
            looks += 1
            if looks % _LOOKS_A_BEAT == 0:
                for _ in self._audiences.beat(1):
                    await asyncio.sleep(0)

    async def _look(self) -> None:
        for code in self._known.keys() - self._audiences.topics:
            del self._known[code]
        moved: set[str] = set()
        for code in tuple(self._known):
            stands = await self.find(code)
            if code in self._known and stands != self._known[code][0]:
                self._known[code] = stands, self._position + 1
                moved.add(code)
        if not moved:
            return
        self._position += 1
        self._audiences.mark(moved, self._position)
        while code := self._audiences.most()[1]:
            self._audiences.send_some(code, self._position)
            await asyncio.sleep(0)

    def _since(self, code: str, after: float, in_step: bool) -> Messages:
        stands, position = self._known[code]
        if position > after:
            yield self._position, Message(told(stands))


def told(stands: Clock | None) -> str:
    """Where a clock stands as a page is told: what was said of it, with its ``age``, how many milliseconds ago that
    was, instead of the time; ``over`` if nobody leads it any more."""
    if stands is None:
        return json.dumps({"over": True})
    says: dict[str, Any] = decode(stands.says)
    return json.dumps({"age": max(0, now() - says.pop("since")), **says})


def moment(led: Clock) -> datetime:
    """The time of its night that a clock shows now, about: long silences are shorter on a player's line."""
    where = decode(led.says, type=Stands)
    run = max(0, now() - where.since) if where.plays else 0
    return datetime.fromtimestamp((where.at + run * where.pace) / 1000, UTC)


def now() -> int:
    """Redis's time, in milliseconds since 1970."""
    return int(clock.now().timestamp() * 1000)
