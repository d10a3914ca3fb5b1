"""A night at any of its moments: as it stood then, and what brings an open page from one moment to another.

No clock runs here: the browser of whoever watches a past night has its own.
"""

import weakref
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from itertools import chain, pairwise
from types import MappingProxyType

from msgspec import Struct
from msgspec.json import encode

from server.election.nights import Night
from server.election.results.known import as_known
from server.live.channel import Channel
from server.live.history import History, States
from server.live.memory.bodies import Body
from server.live.memory.turns import in_slices
from server.live.renderer import shown_by
from server.live.slices import make_texts

FRAMES_A_REEL = 16
_NOTHING_APART: Mapping[str, int] = MappingProxyType({})


class Moment(Struct, frozen=True):
    """A time at which something was reported; ``seq`` is that of the last event at this time."""

    seq: int
    at: datetime


def moments(channel: Channel) -> tuple[Moment, ...]:
    """All moments of a night, oldest first; events with the same recorded time are one moment."""
    return channel.cached("moments", lambda: tuple(_moments([event.at for event in channel.events])))


def at(channel: Channel, moment: datetime) -> Channel:
    """The night as it stood at a moment, in a channel that nothing is added to.

    Before the first event it is the night just opened. Moments between the same two events share a channel.
    """
    return _then(channel, _until(channel, moment))


async def make_at(channel: Channel, moment: datetime) -> None:
    """Fold, in slices, what ``at`` is made of."""
    await _fold(channel, _until(channel, moment))


def _until(channel: Channel, moment: datetime) -> int:
    return max(1, bisect_right(channel.events, moment, key=lambda event: event.at))


async def _fold(channel: Channel, events: int) -> None:
    await in_slices(_states(channel).steps(events))


def frame(channel: Channel, topic: str, after: int, seq: int, apart: Mapping[str, int] = _NOTHING_APART) -> str:
    """The message that brings a topic's page from the seq ``after`` to ``seq``, which may be earlier.

    ``apart``: the seqs at which fragments of some kinds stand on that page, where that is not ``after``; those that
    stand at ``seq`` are left out. Where ``after`` is no seq of this night, the message brings the whole page.
    IndexError where ``seq`` is none.
    """
    if not 0 < seq <= channel.seq:
        raise IndexError(seq)
    then = _then(channel, seq)
    assert then.night is not None
    fragments = [(name, then.text(name)) for name in _changed(channel, topic, after, then, apart)]
    message = channel.renderer.message(then.night, topic, 0, fragments)
    return message + channel.renderer.around(then.night, topic, then.head, whole=seq == channel.seq)


async def make_frame(
    channel: Channel, topic: str, after: int, seq: int, apart: Mapping[str, int] = _NOTHING_APART
) -> None:
    """Make, in slices, what ``frame`` is made of; nothing happens where the night has no such seq."""
    if 0 < seq <= channel.seq:
        await _fold(channel, seq)
        await _make_sent(channel, topic)
        then = _then(channel, seq)
        await make_texts(then, _changed(channel, topic, after, then, apart))


def _changed(
    channel: Channel, topic: str, after: int, then: Channel, apart: Mapping[str, int] = _NOTHING_APART
) -> Iterator[str]:
    """The fragments of a topic's page that differ between where they stand and ``then``, the latest change first."""
    for kind, stand in {**apart, "": after}.items():
        first, last = sorted((stand if 0 < stand <= channel.seq else 0, then.seq))
        for name in reversed(dict.fromkeys(chain.from_iterable(_sent(channel, topic)[first:last]))):
            own = name.partition("-")[0]
            if own == kind or (not kind and own not in apart):
                yield name


def _sent(channel: Channel, topic: str) -> list[tuple[str, ...]]:
    """The fragments of a topic's page that each event of a night changes; found once for all frames."""
    return _keep_sent(channel, topic, lambda: list(_each_sent(channel, topic)))


async def _make_sent(channel: Channel, topic: str) -> None:
    """Find, in slices, what ``_sent`` gives."""
    found, stood = list[tuple[str, ...]](), channel.seq
    if not channel.lasting.find(("sent", topic), stood):
        await in_slices(map(found.append, _each_sent(channel, topic)))
        if channel.seq == stood:
            _keep_sent(channel, topic, lambda: found)


def _keep_sent(channel: Channel, topic: str, make: Callable[[], list[tuple[str, ...]]]) -> list[tuple[str, ...]]:
    changes = channel.history.changes
    size = 64 * len(changes) + 8 * sum(map(len, changes))
    return channel.lasting.get(("sent", topic), make, version=channel.seq, size=size)


def _each_sent(channel: Channel, topic: str) -> Iterator[tuple[str, ...]]:
    night, topics = channel.night, channel.renderer.topics
    assert night is not None
    for names in channel.history.changes:
        yield tuple(name for name in names if topic in topics(night, name))


async def reel(channel: Channel, topic: str, part: int) -> Body:
    """The frames that lead through sixteen moments, as a JSON list of strings; made once for all viewers, in slices.

    ``part`` counts from 0; IndexError where the night has no such part.
    """
    first = part * FRAMES_A_REEL
    seqs = [0, *(moment.seq for moment in moments(channel))][first : first + FRAMES_A_REEL + 1] if part >= 0 else []
    if len(seqs) < 2:
        raise IndexError(part)

    name, stood = ("reel", topic, part), channel.seq  # the night may go on in between
    if made := channel.lasting.find(name, stood):
        return made
    frames: list[str] = []
    for before, seq in pairwise(seqs):
        await make_frame(channel, topic, before, seq)
        frames.append(frame(channel, topic, before, seq))
    return channel.lasting.get(name, lambda: Body(encode(frames)), version=stood)


def as_known_now(channel: Channel) -> Channel:
    """The night as if every declaration had been right at once, with corrections and withdrawals applied to it."""

    def make() -> Channel:
        # This is no record: the record says what was announced, and when.
        known = Channel(channel.renderer, on_air=False, is_record=False)
        known.advance(as_known(channel.events))
        return known

    return channel.cached("as known now", make)


class _Then(Channel):
    """A night after so many of its events; a fragment that has not changed since is taken from the whole night."""

    def __init__(self, whole: Channel, events: int) -> None:
        super().__init__(whole.renderer, history=_Until(whole, events))
        self._whole = weakref.ref(whole)  # weak, because the whole night's memo keeps this channel

    @property
    def night(self) -> Night | None:
        """The night as it was then, against this edition's baseline."""
        return self.history.night

    @property
    def size(self) -> int:
        """About how many bytes this channel takes beside the whole night, measured."""
        return 300 * 1024

    def text(self, fragment: str) -> str:
        """A fragment as it was then."""
        whole, seq, night = self._whole(), self.fragments[fragment], self.night
        assert night is not None
        if whole is None:
            return self.renderer.render(night, fragment)
        if whole.fragments[fragment] == seq:
            return whole.text(fragment)
        return whole.lasting.get(("text at", fragment, seq), lambda: self.renderer.render(night, fragment))


class _Until(History):
    """The history of a night up to one of its events."""

    def __init__(self, whole: Channel, events: int) -> None:
        super().__init__(whole.renderer.changed, on_air=False, is_record=whole.history.is_record)
        self.night = _states(whole).night(events)
        self.events = whole.events[:events]
        self._whole = whole.history

    @property
    def changes(self) -> list[tuple[str, ...]]:
        """The fragments that each event changed."""
        if not self._changes:
            self._changes = self._whole.changes[: len(self.events)]
        return self._changes

    def head(self, events: int) -> str:
        """The head of the chain after so many events."""
        return self._whole.head(events)


def _then(channel: Channel, events: int) -> Channel:
    return channel.lasting.get(("then", events), lambda: _Then(channel, events))


def _states(channel: Channel) -> States:
    night = channel.night
    assert night is not None, "a night begins with its opening"

    def make() -> States:
        shown = partial(shown_by, channel.renderer)
        return States(channel.events, shown, amended=bool(night.amended))

    return channel.lasting.get("states", make, version=night.amended)


def _moments(times: list[datetime]) -> Iterator[Moment]:
    for seq, (time, after) in enumerate(zip(times, [*times[1:], None], strict=True), 1):
        if time != after:
            yield Moment(seq, time)
