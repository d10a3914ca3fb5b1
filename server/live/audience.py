"""Those who watch one page of a night: what each of them has, and who can take the next frame. No HTML, no sockets."""

from collections.abc import Callable, Iterable
from typing import Protocol

from server.live.frames import Message

Messages = Iterable[tuple[int, Message]]
"""Messages in order, each with the seq that it brings a reader to."""

Since = Callable[[int, bool], Messages]
"""What is new after a seq, and whether it is for those in step: they are told all news, however much there is."""


class Viewer(Protocol):
    """A line as an audience needs it: ``server.live.line`` has it."""

    deflate: bool
    paused: bool

    def write(self, frame: bytes, /) -> None: ...


class Audience:
    """``seq`` is what everybody has who is not ``behind``, or is being sent.

    Those in step read the newest message last, so the next frame may be compressed against it; newcomers know as much,
    but came by it another way; those behind can take nothing now, and are told what they missed when they can. Whoever
    is still ``_unsent`` a frame is one of those in step, or is sent plain frames.

    ``since`` gives what is new after a seq; ``emptied`` is called when the last viewer has left. Where nothing more
    will come, whoever has everything is let go, and then ``done`` is called.
    """

    def __init__(
        self,
        since: Since,
        seq: int,
        beat: bytes,
        emptied: Callable[[], None] | None = None,
        done: Callable[[], None] | None = None,
    ) -> None:
        self.seq = seq
        self.behind: dict[Viewer, int] = {}
        self._since = since
        self._beat = beat
        self._emptied = emptied
        self._done = done
        self._newest = Message("")
        self._in_step: set[Viewer] = set()
        self._newcomers: set[Viewer] = set()
        self._plain: set[Viewer] = set()
        self._unsent: dict[Viewer, bytes] = {}
        self._before = seq  # what those have who are still unsent the newest frame
        self._silence = 0

    def __len__(self) -> int:
        groups = (self._in_step, self._newcomers, self._plain, self._unsent, self.behind)
        return sum(map(len, groups))

    def __contains__(self, viewer: Viewer) -> bool:
        groups = (self._in_step, self._newcomers, self._plain, self._unsent, self.behind)
        return any(viewer in group for group in groups)

    @property
    def is_sending(self) -> bool:
        """Whether some have not been sent the newest message yet who can take it."""
        return bool(self._unsent)

    def join(self, viewer: Viewer, after: int) -> None:
        """Catch a viewer up from the seq that it has, and subscribe it, in one tick: nothing can come between."""
        self.behind[viewer] = after
        self.resumed(viewer)

    def left(self, viewer: Viewer) -> None:
        """Forget a viewer."""
        self._remove(viewer)
        if self._emptied and not self:
            self._emptied()

    def paused(self, viewer: Viewer) -> None:
        """A viewer takes no more than it was sent so far."""
        if viewer not in self.behind:
            has = self._before if viewer in self._unsent else self.seq
            self._remove(viewer)
            self.behind[viewer] = has

    def resumed(self, viewer: Viewer) -> None:
        """Tell a viewer what it missed, as far as it takes it."""
        if viewer not in self.behind:
            return  # it left, or was sent elsewhere, before there was room for it again
        self.advance()
        for seq, message in self._since(self.behind[viewer], False):
            self.behind[viewer] = seq
            viewer.write(message.deflated if viewer.deflate else message.plain)
            if viewer.paused:
                return
        del self.behind[viewer]
        if self._done:
            self._done()
        else:
            (self._newcomers if viewer.deflate else self._plain).add(viewer)

    def advance(self) -> None:
        """Begin to send what is new, be it to nobody: whoever joins then has the same as the others."""
        for seq, message in self._since(self.seq, True):
            self.begin(seq, message)

    def send(self, seq: int, message: Message) -> None:
        """Give everybody who can take it the next message."""
        self.begin(seq, message)
        while self.write_to(len(self._unsent)):
            pass

    def begin(self, seq: int, message: Message) -> None:
        """Set out to give everybody who can take it the next message: ``write_to`` does."""
        while self.write_to(len(self._unsent)):  # one message after another
            pass
        self._before, self.seq, self._silence = self.seq, seq, 0
        if self._plain:
            self._unsent.update(dict.fromkeys(self._plain, message.plain))
        if self._in_step:
            self._unsent.update(dict.fromkeys(self._in_step, message.deflated_after(self._newest)))
        if self._newcomers:
            self._unsent.update(dict.fromkeys(self._newcomers, message.deflated))
        self._plain.clear()
        self._in_step.clear()
        self._newcomers.clear()
        self._newest = message

    def write_to(self, viewers: int) -> bool:
        """Write what was begun to so many viewers more; whether any are left."""
        for _ in range(min(viewers, len(self._unsent))):
            if not self._unsent:  # somebody who was written to took the others along
                break
            viewer, frame = self._unsent.popitem()
            (self._in_step if viewer.deflate else self._plain).add(viewer)
            viewer.write(frame)
        return bool(self._unsent)

    def beat(self, every: int) -> None:
        """Let those who heard nothing for so many beats hear something: a page in silence takes its line for dead."""
        self._silence += 1
        if self._silence >= every:
            self._silence = 0
            for group in (self._plain, self._in_step, self._newcomers):
                for viewer in tuple(group):  # one whose buffer is full leaves the group while it is written to
                    viewer.write(self._beat)

    def disband(self) -> list[Viewer]:
        """Forget everybody, and where messages come from; returns them, to be sent elsewhere."""
        everybody = [*self._plain, *self._in_step, *self._newcomers, *self._unsent, *self.behind]
        for viewer in everybody:
            self._remove(viewer)
        self._since, self._emptied = _nothing, None
        return everybody

    def _remove(self, viewer: Viewer) -> None:
        self._in_step.discard(viewer)
        self._newcomers.discard(viewer)
        self._plain.discard(viewer)
        self._unsent.pop(viewer, None)
        self.behind.pop(viewer, None)


def _nothing(after: int, in_step: bool) -> Messages:
    return ()
