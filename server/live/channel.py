"""One night in this process: its newest fragments, and who is watching. No Redis, no HTML of its own.

A fragment is a piece of a page that is replaced whole. Because it is whole, what a viewer has missed is not a list of
old frames but the newest text of every fragment that changed since: that is the whole history, and joining late,
resuming, being too slow, being sent a frame late and reloading all end on the same page.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from server.election.events import AnyEvent
from server.election.nights import Night, fold
from server.live.audience import Audience, Messages, Viewer
from server.live.audiences import Audiences, beat_of
from server.live.frames import Message
from server.live.history import History
from server.live.memo import MEMO, Memo
from server.live.renderer import EVENTS, NIGHT, Renderer
from server.stream.codec import encode

__all__ = ["EVENTS", "NIGHT", "Channel", "Renderer"]

T = TypeVar("T")

_AN_EVENT = 4096  # bytes that a night grows by with an event, measured


class Channel:
    """A night on air, or past and complete (``on_air`` False), in one edition.

    A night has editions: the same events in another language, or against another baseline. They share their history,
    and are kept up with it where somebody watches; the others catch up when they are asked for.
    """

    def __init__(
        self,
        renderer: Renderer,
        on_air: bool = True,
        *,
        is_record: bool = True,
        history: History | None = None,
        memo: Memo = MEMO,
    ) -> None:
        self.renderer = renderer
        self.history = history or History(renderer.changed, on_air, is_record)
        self.lasting = memo.shelf()  # what does not change with the night, or has a version of its own
        self._memo = memo
        self._now = memo.shelf()
        self._told: Night | None = None  # against another baseline than the night's own
        self._audiences = Audiences()

    @property
    def on_air(self) -> bool:
        """Whether more may come."""
        return self.history.on_air

    @property
    def night(self) -> Night | None:
        """The night as it is, against this edition's baseline; None before its first event."""
        whole, told, events = self.history.night, self._told, self.history.events
        if whole is None or (told is not None and told.seq == whole.seq):
            return told
        if told is not None:
            self._told = fold(events[told.seq :], told)
        elif (opening := self.renderer.retold(events[0])) is events[0]:
            return whole
        else:
            self._told = fold([opening, *events[1:]])
        return self._told

    @property
    def events(self) -> list[AnyEvent]:
        """How it came about."""
        return self.history.events

    @property
    def head(self) -> str:
        """The end of the chain of its events; "" of what is no record."""
        return self.history.head(self.seq)

    @property
    def fragments(self) -> dict[str, int]:
        """Fragment → seq of its last change, the latest changed last."""
        return self.history.fragments

    @property
    def edition(self) -> str:
        """Which edition this is, "" if the night's own."""
        return self.renderer.edition

    @property
    def seq(self) -> int:
        """The seq of the newest event, 0 before the first."""
        return self.events[-1].seq if self.events else 0

    @property
    def size(self) -> int:
        """About how many bytes it takes, beside what it has in the memo."""
        return _AN_EVENT * (len(self.events) + 16)

    @property
    def watching(self) -> int:
        """How many viewers are connected, in all editions."""
        return sum(len(channel._audiences) for channel in self._watched())

    def advance(self, events: Sequence[AnyEvent]) -> None:
        """Apply the next events; every viewer gets the state after the last of them in one frame."""
        self.take(events)
        while self.send_some():
            pass

    def take(self, events: Sequence[AnyEvent]) -> None:
        """Apply the next events, and wake those who watch; ``send_some`` brings them to viewers."""
        self.history.advance(events)
        self._now.clear()
        changed = {one for changed in self.history.changes[-len(events) :] for one in changed} if self.on_air else ()
        for channel in self._watched():
            channel._mark(changed)
        self.history.tell()

    @property
    def waiting(self) -> int:
        """How many viewers wait for news on the page that most wait for; 0 if everybody has it."""
        return max((one._audiences.most()[0] for one in self._watched()), default=0)

    def send_some(self) -> bool:
        """Send the newest state to some who have not had it, first of the page that most wait for; False if nobody is
        left. A page is made at most, and two hundred viewers are written to."""
        channel = max(self._watched(), key=lambda one: one._audiences.most()[0], default=self)
        waiting, topic = channel._audiences.most()
        if waiting:
            channel._audiences.send_some(topic, self.seq)
        return waiting > 0

    def _mark(self, changed: Iterable[str]) -> None:
        """Note on which pages there is news."""
        self._now.clear()
        night = self.night
        assert night is not None
        topics = self._audiences.topics
        others = [topic for topic in topics if topic not in night.counts]
        news = {EVENTS}
        for fragment in changed:
            shown = self.renderer.topics(night, fragment)
            news.update(topic for topic in (topics if isinstance(shown, tuple) else others) if topic in shown)
        self._audiences.mark(news, self.seq)

    def text(self, fragment: str) -> str:
        """A fragment as it is now, rendered once a change, when it is first asked for."""
        night = self.night
        assert night is not None
        version = self.fragments[fragment] if self.on_air else 0
        return self.lasting.get(("text", fragment), lambda: self.renderer.render(night, fragment), version)

    def has(self, topic: str) -> bool:
        """Whether there is such a page of this night, or its events."""
        return topic == EVENTS or (self.night is not None and self.renderer.has(self.night, topic))

    def missed(self, topic: str, after: int, in_step: bool = False) -> Message | None:
        """All that changed on a page after a seq, as one message; None if nothing did. Made once a seq, and for many
        seqs that are long ago; for those ``in_step`` with all news there was since, for others with the newest.

        A seq that has not come yet belongs to another past of this night: then it is the whole page.
        """
        night = self.night
        assert night is not None
        after = after if 0 <= after <= self.seq else 0
        if not self.cached(("changed", topic, after), lambda: any(self._changed(topic, after))):
            return None
        news, since = self.renderer.news_after(night, topic, after), self.history.rounded(after)
        if in_step:  # they have all that came before, and are told every entry of the feed
            news, since = news or after, after

        def make() -> Message:
            found = [(one, self.text(one)) for one in self._changed(topic, since)]
            return Message(self.renderer.message(night, topic, news, found))

        return self.cached(("missed", topic, since, news), make)

    def _changed(self, topic: str, after: int) -> Iterator[str]:
        """The fragments of a page that changed after a seq, the latest first."""
        assert self.night is not None
        for fragment in self.history.changed_after(after):
            if topic in self.renderer.topics(self.night, fragment):
                yield fragment

    def join(self, viewer: Viewer, topic: str, after: int, done: Callable[[], None] = lambda: None) -> Audience:
        """Catch a viewer up and subscribe it; returns who is to be told what becomes of its line.

        Of a past night nothing more will come: ``done`` is called once the viewer has everything.
        """
        if self.on_air:
            audience = self._audiences.of(topic, self.seq, self._since, self._emptied)
            self.history.watched[self.edition] = self
        else:
            audience = Audience(partial(self._since, topic), self.seq, beat_of(topic), done=done)
        audience.join(viewer, after)
        return audience

    def _emptied(self) -> None:
        del self.history.watched[self.edition]

    def _since(self, topic: str, after: int, in_step: bool) -> Messages:
        """What is new on a topic: an event at a time, or a page at once."""
        if topic == EVENTS:
            for event in self.events[after if 0 <= after <= self.seq else 0 :]:
                yield event.seq, self.lasting.get(("event", event.seq), lambda event=event: Message(encode(event)))
        elif message := self.missed(topic, after, in_step):
            yield self.seq, message

    def beat(self, every: int) -> None:
        """Let viewers who heard nothing for so many beats hear something."""
        for channel in self._watched():
            channel._audiences.beat(every)

    def close(self) -> list[Viewer]:
        """End the channel; returns the viewers to be sent elsewhere, and tells those who watch."""
        self.history.tell()
        watched = self._watched()
        self.history.watched.clear()
        return [viewer for channel in watched for viewer in channel._audiences.disband()]

    def cached(self, name: object, make: Callable[[], T], size: int | None = None) -> T:
        """What ``make`` gives for the night as it is: made once a seq, however many ask, while there is room for it.

        ``size`` is about how many bytes it takes, where it is neither text nor a body.
        """
        return self._now.get(name, make, self.seq, size)

    def in_edition(self, language: str, baseline: str) -> "Channel":
        """The night in another language or against another baseline; LookupError where it has no such baseline."""
        renderer = self.renderer.another(language, baseline)
        if renderer.edition == self.edition:
            return self
        if watched := self.history.watched.get(renderer.edition):
            return watched
        return self.lasting.get(("edition", renderer.edition), lambda: self._in(renderer))

    def _in(self, renderer: Renderer) -> "Channel":
        found = Channel(renderer, history=self.history, memo=self._memo)
        assert found.night is not None, "a night has a baseline to choose once it is opened"
        return found

    def watch(self, tell: Callable[[], None]) -> Callable[[], None]:
        """Call ``tell`` after every change; returns how to stop that."""
        return self.history.watch(tell)

    def _watched(self) -> "list[Channel]":
        return list(self.history.watched.values())
