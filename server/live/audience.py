"""Those who watch one page of a night: what each of them has, and who can take the next frame. No HTML, no sockets."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from server.live.frames import Message

AT_ONCE = 200  # viewers who are written to without a pause: about five milliseconds

Messages = Iterable[tuple[float, Message]]
"""Messages in order, each with the seq that it brings a reader to, or half a seq more (``History.position``)."""

Since = Callable[[float, bool], Messages]
"""Called with a seq and ``in_step``: the messages that are new after that seq. Viewers in step are told every piece of
news, however much there is; for others the newest state is enough."""


class Viewer(Protocol):
    """What an audience needs of an open websocket; ``server.live.line`` implements it."""

    deflate: bool
    paused: bool

    def write(self, frame: bytes, /) -> None: ...


class Audience:
    """The viewers of one topic; all of them have, or are being sent, everything up to ``seq``, except those ``behind``.

    A viewer is in one of five groups. Those in step read the newest message last, so the next frame may be compressed
    against it. Newcomers have the same content, but were sent it in another message. Plain viewers take no compressed
    frames. Those behind have a full buffer, and are told what they missed once there is room. To those in ``_unsent``
    the newest frame has yet to be written; after that a viewer is in step, or plain.

    ``since`` gives the messages after a seq; ``emptied`` is called when the last viewer has left. Where ``done`` is
    given, nothing more will come: a viewer that has everything is forgotten, and ``done`` is called.
    """

    def __init__(
        self,
        since: Since,
        seq: float,
        beat: bytes,
        emptied: Callable[[], None] | None = None,
        done: Callable[[], None] | None = None,
    ) -> None:
        self.seq = seq
        self.behind: dict[Viewer, float] = {}
        self._since = since
        self._beat = beat
        self._emptied = emptied
        self._done = done
        self._newest = Message("")
        self._in_step: set[Viewer] = set()
        self._newcomers: set[Viewer] = set()
        self._plain: set[Viewer] = set()
        self._unsent: dict[Viewer, bytes] = {}
        self._before = seq  # the seq that those in _unsent have
        self._silence = 0

    def __len__(self) -> int:
        groups = (self._in_step, self._newcomers, self._plain, self._unsent, self.behind)
        return sum(map(len, groups))

    def __contains__(self, viewer: Viewer) -> bool:
        groups = (self._in_step, self._newcomers, self._plain, self._unsent, self.behind)
        return any(viewer in group for group in groups)

    @property
    def is_sending(self) -> bool:
        """Whether the newest message has yet to be written to some viewers who can take it."""
        return bool(self._unsent)

    def join(self, viewer: Viewer, after: float) -> None:
        """Send a viewer everything after the seq that it has, and subscribe it, without a gap between the two."""
        self.behind[viewer] = after
        self.resumed(viewer)

    def left(self, viewer: Viewer) -> None:
        """Forget a viewer."""
        self._remove(viewer)
        if self._emptied and not self:
            self._emptied()

    def paused(self, viewer: Viewer) -> None:
        """Note that a viewer's buffer is full: it is sent nothing more until ``resumed`` is called."""
        if viewer not in self.behind:
            has = self._before if viewer in self._unsent else self.seq
            self._remove(viewer)
            self.behind[viewer] = has

    def resumed(self, viewer: Viewer) -> None:
        """Send a viewer what it missed, until its buffer is full again."""
        if viewer not in self.behind:
            return  # it left, or the audience was disbanded, before there was room again
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
        """Begin to send what is new, even if nobody watches, so that ``seq`` is the newest before somebody joins."""
        for seq, message in self._since(self.seq, True):
            self.begin(seq, message)

    def send(self, seq: float, message: Message) -> None:
        """Write the next message to every viewer who can take it."""
        self.begin(seq, message)
        while self.write_to(len(self._unsent)):
            pass

    def begin(self, seq: float, message: Message) -> None:
        """Choose each viewer's frame of the next message; ``write_to`` writes them."""
        while self.write_to(len(self._unsent)):  # the message before this one goes out first
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
        """Write the message that was begun to at most so many viewers; returns whether any are left."""
        for _ in range(min(viewers, len(self._unsent))):
            if not self._unsent:  # a write can call back, and empty the group
                break
            viewer, frame = self._unsent.popitem()
            (self._in_step if viewer.deflate else self._plain).add(viewer)
            viewer.write(frame)
        return bool(self._unsent)

    def beat(self, every: int) -> Iterator[None]:
        """Write an empty message after so many silent beats, to two hundred viewers a step: a page that hears nothing
        takes its connection for dead. Who stalls, leaves or is sent news between two steps is passed over."""
        self._silence += 1
        if self._silence < every:
            return
        self._silence = 0
        groups = (self._plain, self._in_step, self._newcomers)
        newest, silent = self._newest, [viewer for group in groups for viewer in group]
        for start in range(0, len(silent), AT_ONCE):
            if self._newest is not newest:
                return
            for viewer in silent[start : start + AT_ONCE]:
                if any(viewer in group for group in groups):
                    viewer.write(self._beat)
            yield

    def disband(self) -> list[Viewer]:
        """Forget all viewers and the source of messages; returns the viewers, to be sent elsewhere."""
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


def _nothing(after: float, in_step: bool) -> Messages:
    return ()
