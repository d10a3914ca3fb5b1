"""One night in this process: its newest fragments, and who is watching. No Redis, no HTML of its own.

A fragment is a piece of a page that is replaced whole. So what a viewer has missed is not a list of old frames, but the
newest text of every fragment that changed since. Joining late, resuming and reloading all end on the same page.
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
from server.live.memory.memo import MEMO, Memo
from server.live.renderer import EVENTS, Renderer, shown_by
from server.stream.codec import encode

T = TypeVar("T")

_AN_EVENT = 4096  # bytes that a night grows by with each event, measured


class Channel:
    """A night in one edition, on air, or past and complete (``on_air`` False).

    An edition shows the same events in another language or against another baseline. All editions of a night share one
    ``History``, and ``watched``: those that somebody watches, by name. The others catch up when they are asked for."""

    def __init__(
        self,
        renderer: Renderer,
        on_air: bool = True,
        *,
        is_record: bool = True,
        history: History | None = None,
        watched: "dict[str, Channel] | None" = None,
        memo: Memo = MEMO,
    ) -> None:
        self.renderer = renderer
        self.history = history or History(renderer.changed, on_air, is_record)
        self.lasting = memo.shelf()  # values that do not change with the night, or have a version of their own
        self._memo = memo
        self._now = memo.shelf()
        self._told: Night | None = None  # the night against this edition's baseline, where that is not its own
        self._audiences = Audiences()
        self.watched = {} if watched is None else watched

    @property
    def on_air(self) -> bool:
        """Whether more events may come."""
        return self.history.on_air

    @property
    def night(self) -> Night | None:
        """The night as it is now, against this edition's baseline, or the night's own where an amendment has ended
        that; None before its first event."""
        whole, told = self.history.night, self._told
        if whole is None or (told is not None and told.seq == whole.seq):
            return told
        if told is not None and told.amended == whole.amended:
            self._told = fold(self.history.events[told.seq :], told)
            return self._told
        shown = shown_by(self.renderer, whole)
        self._told = None if shown is whole else shown
        return shown

    @property
    def events(self) -> list[AnyEvent]:
        """All events of the night, oldest first."""
        return self.history.events

    @property
    def head(self) -> str:
        """The newest head of the chain of events, 64 hex digits; "" where the events are no record."""
        return self.history.head(self.seq)

    @property
    def fragments(self) -> dict[str, float]:
        """Fragment → seq of its last change; the fragment that changed last comes last."""
        return self.history.fragments

    @property
    def edition(self) -> str:
        """Which edition this is; "" is the night's own."""
        return self.renderer.edition

    @property
    def seq(self) -> int:
        """The seq of the newest event, 0 before the first."""
        return self.events[-1].seq if self.events else 0

    @property
    def size(self) -> int:
        """About how many bytes this channel takes, without what it keeps in the memo."""
        return _AN_EVENT * (len(self.events) + 16)

    @property
    def watching(self) -> int:
        """How many viewers are connected, in all editions."""
        return sum(len(channel._audiences) for channel in self.watched.values())

    def advance(self, events: Sequence[AnyEvent]) -> None:
        """Apply the next events, and send every viewer the state after the last of them in one frame."""
        self.take(events)
        while self.send_some():
            pass

    def take(self, events: Sequence[AnyEvent], then: Night | None = None) -> None:
        """Apply the next events as ``History.advance``, and wake those who ``watch``; ``send_some`` tells viewers."""
        self.history.advance(events, then)
        self._now.clear()
        changed = {name for names in self.history.changes[-len(events) :] for name in names} if self.on_air else ()
        for channel in list(self.watched.values()):
            channel._mark(changed)
        self.history.tell()

    def retell(self, fragments: Sequence[str]) -> None:
        """Make fragments anew that time has changed, and no event; ``send_some`` brings them to viewers."""
        self.history.touch(fragments)
        self.lasting.clear()  # and with it the pages of editions that nobody watches
        for channel in (self, *self.watched.values()):
            channel._mark(fragments)

    @property
    def waiting(self) -> int:
        """How many viewers watch the topic with news that has the most viewers; 0 if everybody has all news."""
        return max((channel._audiences.most()[0] for channel in self.watched.values()), default=0)

    def send_some(self) -> bool:
        """Send news to at most two hundred viewers of the topic that most viewers watch, making at most one message;
        False if there was no news to send."""
        channel = max(self.watched.values(), key=lambda channel: channel._audiences.most()[0], default=self)
        waiting, topic = channel._audiences.most()
        if waiting:
            channel._audiences.send_some(topic, self.history.position)
        return waiting > 0

    def _mark(self, changed: Iterable[str]) -> None:
        """Note which topics have news after these fragments changed."""
        self._now.clear()
        night = self.night
        assert night is not None
        topics = self._audiences.topics
        others = [topic for topic in topics if topic not in night.counts]
        news = {EVENTS}
        for fragment in changed:
            shown = self.renderer.topics(night, fragment)
            news.update(topic for topic in (topics if isinstance(shown, tuple) else others) if topic in shown)
        self._audiences.mark(news, self.history.position)

    def text(self, fragment: str) -> str:
        """A fragment as it is now; it is rendered when it is first asked for after a change."""
        night = self.night
        assert night is not None
        version = self.fragments[fragment] if self.on_air else self.history.state
        return self.lasting.get(("text", fragment), lambda: self.renderer.render(night, fragment), version)

    def has(self, topic: str) -> bool:
        """Whether a topic is that of a page of this night, or of its events as JSON."""
        return topic == EVENTS or (self.night is not None and self.renderer.has(self.night, topic))

    def missed(self, topic: str, after: float, in_step: bool = False) -> Message | None:
        """All that changed on a page after a seq, as one message; None if nothing did. Seqs of long ago share one.

        A viewer ``in_step`` is told every new entry of the feed, however many there are. A seq that the night has not
        reached, or had with other events, is answered with the whole page."""
        night = self.night
        assert night is not None
        position = self.history.position
        after = self.history.trusted(after)
        if after == position or not self.cached(("changed", topic, after), lambda: any(self._changed(topic, after))):
            return None
        news, since = self.renderer.news_after(night, topic, int(after)), self.history.rounded(int(after))
        if in_step:
            news, since = news or int(after), after

        def make() -> Message:
            fragments = [(fragment, self.text(fragment)) for fragment in self._changed(topic, since)]
            return Message(self.renderer.message(night, topic, news, fragments))

        return self.cached(("missed", topic, since, news), make)

    def _changed(self, topic: str, after: float) -> Iterator[str]:
        """The fragments of a page that changed after a seq, the latest change first."""
        assert self.night is not None
        for fragment in self.history.changed_after(after):
            if topic in self.renderer.topics(self.night, fragment):
                yield fragment

    def join(self, viewer: Viewer, topic: str, after: int, done: Callable[[], None] = lambda: None) -> Audience:
        """Send a viewer everything after a seq, and subscribe it; returns its audience, which the line reports to. Of
        a past night nothing more will come, so ``done`` is called once the viewer has everything."""
        if self.on_air:
            position, emptied = self.history.position, partial(self.watched.pop, self.edition)
            audience = self._audiences.of(topic, position, self._since, emptied)
            self.watched[self.edition] = self
        else:
            audience = Audience(partial(self._since, topic), self.seq, beat_of(topic), done=done)
        audience.join(viewer, after)
        return audience

    def _since(self, topic: str, after: float, in_step: bool) -> Messages:
        """The messages after a seq: for ``EVENTS`` one for each event, for a page a single one."""
        if topic == EVENTS:
            for event in self.events[int(self.history.trusted(after)) :]:
                yield event.seq, self.lasting.get(("event", event.seq), lambda event=event: Message(encode(event)))
        elif message := self.missed(topic, after, in_step):
            yield self.history.position, message

    def beat(self, every: int) -> Iterator[None]:
        """Write an empty message to viewers who heard nothing for ``every`` beats, some at each step."""
        for channel in list(self.watched.values()):
            yield from channel._audiences.beat(every)

    def close(self) -> list[Viewer]:
        """End the channel and wake those who ``watch``; returns its viewers, to be sent elsewhere."""
        self.history.tell()
        watched = list(self.watched.values())
        self.watched.clear()
        return [viewer for channel in watched for viewer in channel._audiences.disband()]

    def cached(self, name: object, make: Callable[[], T], size: int | None = None) -> T:
        """What ``make`` gives for the night as it is now, made once a seq unless the memo had to forget it. ``size`` is
        about how many bytes the value takes; text, bytes and bodies say it themselves."""
        return self._now.get(name, make, self.history.state, size)

    def has_cached(self, name: object) -> bool:
        """Whether ``cached`` has this for the night as it is now."""
        return self._now.find(name, self.history.state) is not None

    def in_edition(self, language: str, baseline: str) -> "Channel":
        """This night in another language or against another baseline; LookupError if it has no such baseline."""
        renderer = self.renderer.another(language, baseline)
        known = self if renderer.edition == self.edition else self.watched.get(renderer.edition)
        return known or self.lasting.get(("edition", renderer.edition), lambda: self._in(renderer))

    def _in(self, renderer: Renderer) -> "Channel":
        assert self.history.night is not None, "a night has a baseline to choose once it is opened"
        told = renderer.against(self.history.night)  # LookupError if it has no such baseline
        edition = Channel(renderer, history=self.history, watched=self.watched, memo=self._memo)
        edition._told = None if told is self.history.night else told
        return edition

    def watch(self, tell: Callable[[], None]) -> Callable[[], None]:
        """Call ``tell`` after every change; returns a function that stops this."""
        return self.history.watch(tell)
