"""What a process remembers of a night beyond what Redis has: entries that a server took over without, byte for byte.
No Redis, no rules."""

from collections.abc import Sequence

from server.election.counting.acts import AnyAct
from server.election.events import AnyEvent
from server.stream.codec import encode
from server.stream.reading import Position, mark_after

Written = AnyEvent | AnyAct


class _Side:
    """One stream of a night after the entry ``base``: the entries, and the mark of each and of what is before them."""

    def __init__(self, base: int = 0, mark: str = "") -> None:
        self.base = base
        self.entries: list[Written] = []
        self._marks = [mark]

    def has(self, seq: int, mark: str) -> bool:
        """Whether an entry and all before it are as they are remembered."""
        return self.base <= seq <= self.base + len(self.entries) and self._marks[seq - self.base] == mark

    def after(self, seq: int) -> list[Written]:
        """The entries after one that it has."""
        return self.entries[seq - self.base :]

    def cut(self, seq: int, mark: str) -> None:
        """Forget the entries after one."""
        if self.has(seq, mark):
            del self.entries[seq - self.base :], self._marks[seq - self.base + 1 :]
        else:
            self.__init__(seq, mark)

    def add(self, entries: Sequence[Written], mark: str) -> bool:
        """Remember entries, the last with ``mark``, where they follow what there is; False where they do not."""
        if entries[0].seq != self.base + len(self.entries) + 1:
            return False
        marks = self._marks[-1:]
        for entry in entries:
            marks.append(mark_after(marks[-1], encode(entry)))
        if marks[-1] != mark:  # written by another version, or without marks
            return False
        self.entries += entries
        self._marks += marks[1:]
        return True


class Recollection:
    """Both streams of a night in one round. Redis may have less of them for a while, and then nothing else: once it has
    anything that was not there, the count has moved on, and what it lacks is forgotten."""

    def __init__(self, round: str) -> None:
        self.round = round
        self._events, self._acts = _Side(), _Side()

    def hear(self, events: Sequence[AnyEvent], acts: Sequence[AnyAct], at: Position) -> None:
        """Take in entries that Redis has, after which the night is known up to a position."""
        for side, entries, mark in ((self._events, events, at.event_mark), (self._acts, acts, at.act_mark)):
            if not entries or side.has(entries[-1].seq, mark) or entries[-1].seq < side.base or side.add(entries, mark):
                continue
            self._events.cut(at.events, at.event_mark)
            self._acts.cut(at.acts, at.act_mark)

    def lacking(self, at: Position) -> Written | None:
        """The first entry that Redis lacks where it has the night up to a position, acts before events; None if it has
        all that is remembered, another history, or nothing at all, as after somebody deleted the night."""
        if not (at.events and self._events.has(at.events, at.event_mark) and self._acts.has(at.acts, at.act_mark)):
            return None
        return next(iter((*self._acts.after(at.acts), *self._events.after(at.events))), None)
