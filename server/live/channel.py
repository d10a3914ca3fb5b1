"""One night in this process: its state, its newest fragments, and who is watching. No Redis, no HTML of its own.

A fragment is a piece of a page that is replaced whole. Because it is whole, what a viewer has missed is not a list of
old frames but the newest text of every fragment that changed since: that is the whole history, and joining late,
resuming, being too slow and reloading all end on the same page.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Protocol

from server.election.events import AnyEvent
from server.election.nights import Night, apply
from server.live.frames import Frame, encode
from server.stream import codec


class Renderer(Protocol):
    """How a night becomes fragments: ``server.pages`` has it."""

    def changed(self, night: Night, event: AnyEvent) -> Iterable[str]:
        """The ids of the fragments that this event changes."""
        ...

    def render(self, night: Night, fragment: str) -> str:
        """A fragment as it is now: a whole element with that id."""
        ...

    def topics(self, night: Night, fragment: str) -> Iterable[str]:
        """The pages that show it: "night", or a ballot id for a contest's own."""
        ...

    def message(self, seq: int, fragments: Iterable[tuple[str, str]]) -> str:
        """Fragments (id, text) addressed to their places, with the seq that they bring a page to."""
        ...


class Viewer(Protocol):
    """A connection as a channel needs it."""

    on_drained: Callable[[], None]

    def push(self, frame: Frame) -> bool: ...


EVENTS = "events"  # the topic of those who asked for JSON


class Channel:
    """A night on air, or past and complete (``on_air`` False).

    ``night`` and ``events`` are the state and how it came about; ``fragments`` id → seq of its last change, the
    latest changed last.
    """

    def __init__(self, renderer: Renderer, on_air: bool = True) -> None:
        self.on_air = on_air
        self.night: Night | None = None
        self.events: list[AnyEvent] = []
        self.fragments: dict[str, int] = {}
        self._texts: dict[str, str] = {}
        self._renderer = renderer
        self._viewers: dict[str, set[Viewer]] = {}
        self._behind: dict[Viewer, int] = {}
        self._cache: dict[str, Any] = {}
        self._on_change: set[Callable[[], None]] = set()

    @property
    def seq(self) -> int:
        """The seq of the newest event, 0 before the first."""
        return self.night.seq if self.night else 0

    @property
    def watching(self) -> int:
        """How many viewers are connected."""
        return sum(map(len, self._viewers.values()))

    def advance(self, events: Iterable[AnyEvent]) -> None:
        """Apply the next events; every viewer gets the state after the last of them in one frame."""
        changed: dict[str, int] = {}
        before = self.seq
        for event in events:
            self.night = apply(self.night, event)
            self.events.append(event)
            for fragment in self._renderer.changed(self.night, event):
                changed[fragment] = event.seq
        assert self.night is not None
        for fragment, seq in sorted(changed.items(), key=lambda item: item[1]):
            self.fragments.pop(fragment, None)
            self.fragments[fragment] = seq
            self._texts.pop(fragment, None)
        self._cache.clear()
        for topic, viewers in self._viewers.items():
            if ready := viewers - self._behind.keys():
                self._deliver(ready, topic, before)
        self.tell()

    def text(self, fragment: str) -> str:
        """A fragment as it is now, rendered once a change, when it is first asked for."""
        assert self.night is not None
        if fragment not in self._texts:
            self._texts[fragment] = self._renderer.render(self.night, fragment)
        return self._texts[fragment]

    def missed(self, topic: str, after: int) -> str:
        """All that changed on a page after a seq, as one message; "" if nothing did.

        A seq that has not come yet belongs to another past of this night: then it is the whole page.
        """
        assert self.night is not None
        after = after if 0 <= after <= self.seq else 0
        found: list[tuple[str, str]] = []
        for fragment, seq in reversed(self.fragments.items()):
            if seq <= after:
                break
            if topic in self._renderer.topics(self.night, fragment):
                found.append((fragment, self.text(fragment)))
        return self._renderer.message(self.seq, found) if found else ""

    def join(self, viewer: Viewer, topic: str, after: int) -> None:
        """Catch a viewer up and subscribe it, in one tick: nothing can come between."""
        viewer.on_drained = lambda: self._drained(viewer, topic)
        self._viewers.setdefault(topic, set()).add(viewer)
        self._deliver({viewer}, topic, after)

    def leave(self, viewer: Viewer) -> None:
        """Forget a viewer."""
        for viewers in self._viewers.values():
            viewers.discard(viewer)
        self._behind.pop(viewer, None)

    def beat(self) -> None:
        """Tell every viewer how far the night is: a page that hears nothing for long knows that its line is dead."""
        if self.night:
            frame = encode(self._renderer.message(self.seq, ()))
            for topic, viewers in self._viewers.items():
                if topic != EVENTS:
                    for viewer in viewers - self._behind.keys():
                        viewer.push(frame)

    def close(self) -> list[Viewer]:
        """End the channel; returns the viewers to be sent elsewhere, and tells those who watch."""
        self.tell()
        viewers = [viewer for group in self._viewers.values() for viewer in group]
        self._viewers.clear()
        self._behind.clear()
        return viewers

    def cached(self, name: str, make: Callable[[], Any]) -> Any:
        """What ``make`` gives for the night as it is: made once a seq, however many ask."""
        if name not in self._cache:
            self._cache[name] = make()
        return self._cache[name]

    def at(self, moment: datetime) -> "Channel":
        """The night as it stood at a moment: a channel of its own that nothing is added to."""
        then = Channel(self._renderer, on_air=False)
        then.advance(event for event in self.events if event.seq == 1 or event.at <= moment)
        return then

    def watch(self, tell: Callable[[], None]) -> Callable[[], None]:
        """Call ``tell`` after every change; returns how to stop that."""
        self._on_change.add(tell)
        return lambda: self._on_change.discard(tell)

    def tell(self) -> None:
        """Wake all who watch."""
        for tell in list(self._on_change):
            tell()

    def _deliver(self, viewers: set[Viewer], topic: str, after: int) -> None:
        for seq, frame in self._frames(topic, after):
            for viewer in list(viewers):
                if not viewer.push(frame):
                    self._behind[viewer] = after
                    viewers.discard(viewer)
            after = seq

    def _frames(self, topic: str, after: int) -> Iterator[tuple[int, Frame]]:
        """What is new on a topic, each with the seq it brings a viewer to: an event at a time, or a page at once."""
        if topic == EVENTS:
            for event in self.events[after if 0 <= after <= self.seq else 0 :]:
                yield event.seq, encode(codec.encode(event))
        elif text := self.missed(topic, after):
            yield self.seq, encode(text)

    def _drained(self, viewer: Viewer, topic: str) -> None:
        after = self._behind.pop(viewer, None)
        if after is not None:
            self._deliver({viewer}, topic, after)
