"""A night at any of its moments: as it stood then, and what brings an open page from one moment to another.

No clock: whoever watches a past night has one of their own.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from typing import cast
from weakref import WeakKeyDictionary

import msgspec
from cachetools import LRUCache
from msgspec import Struct
from msgspec.structs import replace

from server.election.events import NightOpened
from server.election.known import as_known
from server.election.nights import Night, fold
from server.live.bodies import Body
from server.live.channel import Channel
from server.stream.record import BEGINNING, head_after

FRAMES_A_REEL = 16
_MOST_KEPT = 64 * 1024 * 1024  # bytes of texts and reels, of all nights together
_STEP = 32  # events between two states that are kept: the others are folded from the one before


class Moment(Struct, frozen=True):
    """A time at which something was reported; ``seq`` is the last event of it."""

    seq: int
    at: datetime


def moments(channel: Channel) -> tuple[Moment, ...]:
    """All moments of a night, oldest first: events that are recorded to the same minute are one."""
    return channel.cached("moments", lambda: tuple(_moments(_past(channel).times)))


def at(channel: Channel, moment: datetime) -> Channel:
    """The night as it stood at a moment: a channel that nothing is added to, one for all moments that are alike."""
    return _then(channel, max(1, bisect_right(_past(channel).times, moment)))


def frame(channel: Channel, topic: str, after: int, seq: int) -> str:
    """What brings a page about a topic from one seq to another, later or earlier; from nothing where ``after`` is no
    seq of this night. IndexError where ``seq`` is none."""
    if not 0 < seq <= channel.seq:
        raise IndexError(seq)
    then, renderer, changes = _then(channel, seq), channel.renderer, _past(channel).changes
    assert then.night is not None
    first, last = sorted((after if 0 < after <= channel.seq else 0, seq))
    changed = dict.fromkeys(fragment for one in changes[first:last] for fragment in one)
    found = [(one, then.text(one)) for one in reversed(changed) if topic in renderer.topics(then.night, one)]
    message = renderer.message(then.night, topic, 0, found)
    return message + renderer.around(then.night, topic, then.head, whole=seq == channel.seq)


def reel(channel: Channel, topic: str, part: int) -> Body:
    """The frames of sixteen moments, one after another, as a JSON list; made once for all who watch.

    IndexError where the night has no such part.
    """
    first = part * FRAMES_A_REEL
    seqs = [0, *(one.seq for one in moments(channel))][first : first + FRAMES_A_REEL + 1] if part >= 0 else []
    if len(seqs) < 2:
        raise IndexError(part)
    name = (_past(channel), topic, part, channel.seq)
    if name not in _kept:
        frames = [frame(channel, topic, before, seq) for before, seq in pairwise(seqs)]
        _kept[name] = Body(msgspec.json.encode(frames))
    return cast(Body, _kept[name])


def as_known_now(channel: Channel) -> Channel:
    """The night with its corrections and withdrawals resolved: what was declared, as it is known now to have been."""

    def make() -> Channel:
        found = Channel(channel.renderer, on_air=False)
        found.advance(as_known(channel.events))
        found.head = ""  # it is no record: the record has what was said, and when
        return found

    return channel.cached("as known now", make)


class _Past:
    """What is remembered of a night's way, event by event: ``times``, the fragments that each ``changes``, ``heads`` of
    the chain."""

    def __init__(self) -> None:
        self.times: list[datetime] = []
        self.changes: list[tuple[str, ...]] = []
        self.heads: list[str] = []
        self._nights: list[Night] = []

    def follow(self, channel: Channel) -> "_Past":
        """Take in what has come since."""
        assert channel.night is not None
        for event in channel.events[len(self.heads) :]:
            self.times.append(event.at)
            self.changes.append(tuple(channel.renderer.changed(channel.night, event)))
            self.heads.append(head_after(self.heads[-1] if self.heads else BEGINNING, event))
        return self

    def night(self, channel: Channel, events: int) -> Night:
        """The night after so many events, from the nearest state that is kept."""
        assert channel.night is not None
        every, step = channel.events, (events - 1) // _STEP
        if not self._nights:
            opening = cast(NightOpened, every[0])
            self._nights.append(fold([replace(opening, night=channel.night.definition)]))
        while len(self._nights) <= step:
            done = (len(self._nights) - 1) * _STEP + 1
            self._nights.append(fold(every[done : done + _STEP], self._nights[-1]))
        return fold(every[step * _STEP + 1 : events], self._nights[step])


class _Then(Channel):
    """A night after so many of its events; what has not changed since reads as it does in the whole night."""

    def __init__(self, whole: Channel, events: int) -> None:
        super().__init__(whole.renderer, on_air=False)
        self._past, self._whole = _past(whole), whole
        self.night = self._past.night(whole, events)
        self.events = whole.events[:events]
        self.head = self._past.heads[events - 1] if whole.head else ""
        for seq, changed in enumerate(self._past.changes[:events], 1):
            for fragment in changed:
                self.fragments.pop(fragment, None)
                self.fragments[fragment] = seq

    def text(self, fragment: str) -> str:
        """A fragment as it was then."""
        seq = self.fragments[fragment]
        if self._whole.fragments[fragment] == seq:
            return self._whole.text(fragment)
        name = (self._past, fragment, seq)
        if name not in _kept:
            _kept[name] = super().text(fragment)
        return cast(str, _kept[name])


_pasts: WeakKeyDictionary[Channel, _Past] = WeakKeyDictionary()
_kept: LRUCache[tuple[object, ...], str | Body] = LRUCache(
    _MOST_KEPT, getsizeof=lambda one: len(one.plain if isinstance(one, Body) else one)
)


def _past(channel: Channel) -> _Past:
    return _pasts.setdefault(channel, _Past()).follow(channel)


@lru_cache(maxsize=32)
def _then(channel: Channel, events: int) -> _Then:
    return _Then(channel, events)


def _moments(times: list[datetime]) -> Iterator[Moment]:
    for seq, (time, after) in enumerate(zip(times, [*times[1:], None], strict=True), 1):
        if time != after:
            yield Moment(seq, time)
