"""One night in this process: its state, its newest fragments, and who is watching. No Redis, no HTML of its own.

A fragment is a piece of a page that is replaced whole. Because it is whole, what a viewer has missed is not a list of
old frames but the newest text of every fragment that changed since: that is the whole history, and joining late,
resuming, being too slow and reloading all end on the same page.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

from server.election.events import AnyEvent
from server.election.nights import Night, fold
from server.live.audience import Audience, Viewer
from server.live.frames import BEAT, PING, Message
from server.stream import codec
from server.stream.record import BEGINNING, head_after

T = TypeVar("T")


class Renderer(Protocol):
    """How a night becomes fragments: ``server.pages`` has it.

    ``edition`` says in which language and against which baseline, "" as the night itself has it.
    """

    edition: str

    def another(self, language: str, baseline: str) -> "Renderer":
        """A renderer of another edition; in English where there is no such language."""
        ...

    def retold(self, event: AnyEvent) -> AnyEvent:
        """An event as this edition has it; LookupError, with a sentence, where a night has no such baseline."""
        ...

    def changed(self, night: Night, event: AnyEvent) -> Iterable[str]:
        """The ids of the fragments that this event changes."""
        ...

    def render(self, night: Night, fragment: str) -> str:
        """A fragment as it is now: a whole element with that id."""
        ...

    def topics(self, night: Night, fragment: str) -> Container[str]:
        """The pages that are sent it when it changed: "night", a ballot id for a contest's own, or another's name."""
        ...

    def message(self, night: Night, topic: str, after: int, fragments: Iterable[tuple[str, str]]) -> str:
        """What brings a page from a seq (0: from nothing) to this night: fragments (id, text), and what is said once.

        Each is addressed to its place.
        """
        ...

    def around(self, night: Night, topic: str, head: str, whole: bool) -> str:
        """What else a page of a past night says, addressed: at which moment it stands, or that it is ``whole``."""
        ...


NIGHT = "night"  # the topic of a night's own page
EVENTS = "events"  # the topic of those who asked for JSON
_MOST_CACHED = 1000  # answers kept for a night as it is: its pages, and catch-ups


class Channel:
    """A night on air, or past and complete (``on_air`` False).

    ``night`` and ``events`` are the state and how it came about, ``head`` the end of their chain; ``fragments`` id →
    seq of its last change, the latest changed last. A night has editions: the same events in another language, or
    against another baseline, each a channel that is kept up with this one.
    """

    def __init__(self, renderer: Renderer, on_air: bool = True) -> None:
        self.on_air = on_air
        self.night: Night | None = None
        self.events: list[AnyEvent] = []
        self.head = BEGINNING
        self.fragments: dict[str, int] = {}
        self._texts: dict[str, str] = {}
        self.renderer = renderer
        self._audiences: dict[str, Audience] = {}
        self._cache: dict[str, Any] = {}
        self._on_change: set[Callable[[], None]] = set()
        self._editions: dict[str, Channel] = {}

    @property
    def edition(self) -> str:
        """Which edition this is, "" if the night's own."""
        return self.renderer.edition

    @property
    def seq(self) -> int:
        """The seq of the newest event, 0 before the first."""
        return self.night.seq if self.night else 0

    @property
    def watching(self) -> int:
        """How many viewers are connected."""
        return sum(map(len, self._audiences.values())) + sum(one.watching for one in self._editions.values())

    def advance(self, events: Sequence[AnyEvent]) -> None:
        """Apply the next events; every viewer gets the state after the last of them in one frame."""
        self.night = fold([self.renderer.retold(event) for event in events], self.night)
        self.events += events
        for event in events:
            self.head = head_after(self.head, event)
        changed: dict[str, int] = {}
        for event in events:
            for fragment in self.renderer.changed(self.night, event):
                changed[fragment] = event.seq
        for fragment, seq in sorted(changed.items(), key=lambda item: item[1]):
            self.fragments.pop(fragment, None)
            self.fragments[fragment] = seq
            self._texts.pop(fragment, None)
        self._cache.clear()
        for topic, audience in list(self._audiences.items()):
            if not audience:
                del self._audiences[topic]
            for seq, message in self._since(topic, audience.seq):
                audience.send(seq, message)
        for edition in self._editions.values():
            edition.advance(events)
        self.tell()

    def text(self, fragment: str) -> str:
        """A fragment as it is now, rendered once a change, when it is first asked for."""
        assert self.night is not None
        if fragment not in self._texts:
            self._texts[fragment] = self.renderer.render(self.night, fragment)
        return self._texts[fragment]

    def missed(self, topic: str, after: int) -> Message | None:
        """All that changed on a page after a seq, as one message; None if nothing did. Made once a seq.

        A seq that has not come yet belongs to another past of this night: then it is the whole page.
        """
        after = after if 0 <= after <= self.seq else 0
        if not self.on_air:  # nobody asks but a stranger, and it would never be forgotten
            return self._missed(topic, after)
        return self.cached(f"missed {topic} {after}", lambda: self._missed(topic, after))

    def join(self, viewer: Viewer, topic: str, after: int) -> Audience:
        """Catch a viewer up and subscribe it; returns who is to be told what becomes of its line."""
        audience = self._audiences.get(topic)
        if audience is None:
            beat = PING if topic == EVENTS else BEAT
            audience = self._audiences[topic] = Audience(lambda seq: self._since(topic, seq), self.seq, beat)
        audience.join(viewer, after)
        return audience

    def beat(self, every: int) -> None:
        """Let viewers who heard nothing for so many beats hear something."""
        for audience in self._audiences.values():
            audience.beat(every)
        for edition in self._editions.values():
            edition.beat(every)

    def close(self) -> list[Viewer]:
        """End the channel; returns the viewers to be sent elsewhere, and tells those who watch."""
        self.tell()
        viewers = [viewer for audience in self._audiences.values() for viewer in audience.disband()]
        return viewers + [viewer for edition in self._editions.values() for viewer in edition.close()]

    def cached(self, name: str, make: Callable[[], T]) -> T:
        """What ``make`` gives for the night as it is: made once a seq, however many ask."""
        if name not in self._cache:
            if len(self._cache) >= _MOST_CACHED:
                self._cache.clear()
            self._cache[name] = make()
        return self._cache[name]

    def in_edition(self, language: str, baseline: str) -> "Channel":
        """The night in another language or against another baseline; LookupError where it has no such baseline."""
        renderer = self.renderer.another(language, baseline)
        if renderer.edition == self.edition:
            return self
        found = self._editions.get(renderer.edition)
        if found is None:
            found = Channel(renderer, self.on_air)
            found.advance(self.events)
            self._editions[renderer.edition] = found
        return found

    def watch(self, tell: Callable[[], None]) -> Callable[[], None]:
        """Call ``tell`` after every change; returns how to stop that."""
        self._on_change.add(tell)
        return lambda: self._on_change.discard(tell)

    def tell(self) -> None:
        """Wake all who watch."""
        for tell in list(self._on_change):
            tell()

    def _since(self, topic: str, after: int) -> Iterator[tuple[int, Message]]:
        """What is new on a topic: an event at a time, or a page at once."""
        if topic == EVENTS:
            for event in self.events[after if 0 <= after <= self.seq else 0 :]:
                yield event.seq, self.cached(f"event {event.seq}", lambda event=event: Message(codec.encode(event)))
        elif message := self.missed(topic, after):
            yield self.seq, message

    def _missed(self, topic: str, after: int) -> Message | None:
        assert self.night is not None
        found: list[tuple[str, str]] = []
        for fragment, seq in reversed(self.fragments.items()):
            if seq <= after:
                break
            if topic in self.renderer.topics(self.night, fragment):
                found.append((fragment, self.text(fragment)))
        return Message(self.renderer.message(self.night, topic, after, found)) if found else None
