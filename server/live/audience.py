"""Those who watch one page of a night: what each of them has, and who can take the next frame. No HTML, no sockets."""

from collections.abc import Callable, Iterable
from typing import Protocol

from server.live.frames import Message

Messages = Iterable[tuple[int, Message]]
"""Messages in order, each with the seq that it brings a reader to."""


class Viewer(Protocol):
    """A line as an audience needs it: ``server.live.line`` has it."""

    deflate: bool
    paused: bool

    def write(self, frame: bytes, /) -> None: ...


class Audience:
    """``seq`` is what everybody has who is not ``behind``.

    Those in step read the newest message last, so the next frame may be compressed against it; newcomers know as much,
    but came by it another way; those behind can take nothing now, and are told what they missed when they can.
    """

    def __init__(self, since: Callable[[int], Messages], seq: int, beat: bytes) -> None:
        self.seq = seq
        self.behind: dict[Viewer, int] = {}
        self._since = since
        self._beat = beat
        self._newest = Message("")
        self._in_step: set[Viewer] = set()
        self._newcomers: set[Viewer] = set()
        self._plain: set[Viewer] = set()
        self._silence = 0

    def __len__(self) -> int:
        return len(self._in_step) + len(self._newcomers) + len(self._plain) + len(self.behind)

    def __contains__(self, viewer: Viewer) -> bool:
        return viewer in self._in_step or viewer in self._newcomers or viewer in self._plain or viewer in self.behind

    def join(self, viewer: Viewer, after: int) -> None:
        """Catch a viewer up from the seq that it has, and subscribe it, in one tick: nothing can come between."""
        self.behind[viewer] = after
        self.resumed(viewer)

    def left(self, viewer: Viewer) -> None:
        """Forget a viewer."""
        self._in_step.discard(viewer)
        self._newcomers.discard(viewer)
        self._plain.discard(viewer)
        self.behind.pop(viewer, None)

    def paused(self, viewer: Viewer) -> None:
        """A viewer takes no more than it was sent so far."""
        if viewer not in self.behind:
            self.left(viewer)
            self.behind[viewer] = self.seq

    def resumed(self, viewer: Viewer) -> None:
        """Tell a viewer what it missed, as far as it takes it."""
        for seq, message in self._since(self.behind[viewer]):
            self.behind[viewer] = seq
            viewer.write(message.deflated if viewer.deflate else message.plain)
            if viewer.paused:
                return
        del self.behind[viewer]
        (self._newcomers if viewer.deflate else self._plain).add(viewer)

    def send(self, seq: int, message: Message) -> None:
        """Give everybody who can take it the next message."""
        self.seq = seq
        if self._plain:
            _write(self._plain, message.plain)
        if self._in_step:
            _write(self._in_step, message.deflated_after(self._newest))
        if self._newcomers:
            _write(self._newcomers, message.deflated)
            self._in_step |= self._newcomers
            self._newcomers.clear()
        self._newest = message
        self._silence = 0

    def beat(self, every: int) -> None:
        """Let those who heard nothing for so many beats hear something: a page in silence takes its line for dead."""
        self._silence += 1
        if self._silence >= every:
            self._silence = 0
            for group in (self._plain, self._in_step, self._newcomers):
                _write(group, self._beat)

    def disband(self) -> list[Viewer]:
        """Forget everybody; returns them, to be sent elsewhere."""
        everybody = [*self._plain, *self._in_step, *self._newcomers, *self.behind]
        for viewer in everybody:
            self.left(viewer)
        return everybody


def _write(viewers: set[Viewer], frame: bytes) -> None:
    for viewer in tuple(viewers):  # one whose buffer is full leaves the set while it is written to
        viewer.write(frame)
