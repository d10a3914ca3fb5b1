"""A night and how it came about, as all its editions have it: its events, their chain, what each of them changed. No
texts."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from server.election.events import AnyEvent
from server.election.nights import Night, fold
from server.stream.record import BEGINNING, head_after

if TYPE_CHECKING:
    from server.live.channel import Channel

Changed = Callable[[Night, AnyEvent], Iterable[str]]
"""The ids of the fragments that an event of a night changes."""

_EXACTLY = 12  # events back that a catch-up is made for exactly; farther back many of them share one


class History:
    """``night`` is the state against its own baseline, and ``events`` how it came about.

    ``is_record``: the events are those that were stored, and not what is known of them now. The chain and the changes
    are made when somebody asks for them: of most past nights nobody does.
    """

    def __init__(self, changed: Changed, on_air: bool, is_record: bool = True) -> None:
        self.on_air = on_air
        self.is_record = is_record
        self.night: Night | None = None
        self.events: list[AnyEvent] = []
        self.watched: dict[str, Channel] = {}  # the editions that somebody watches
        self._on_change: set[Callable[[], None]] = set()
        self._changed = changed
        self._changes: list[tuple[str, ...]] = []
        self._fragments: dict[str, int] = {}
        self._placed = 0  # events whose changes are in there
        self._heads: list[str] = []

    def advance(self, events: Sequence[AnyEvent]) -> None:
        """Apply the next events."""
        self.night = fold(events, self.night)
        self.events += events

    @property
    def changes(self) -> list[tuple[str, ...]]:
        """The fragments that each event changed."""
        if self.night is not None:
            for event in self.events[len(self._changes) :]:
                self._changes.append(tuple(self._changed(self.night, event)))
        return self._changes

    @property
    def fragments(self) -> dict[str, int]:
        """Fragment → seq of its last change, the latest changed last."""
        changes = self.changes
        while self._placed < len(changes):
            self._placed += 1
            for fragment in changes[self._placed - 1]:
                self._fragments.pop(fragment, None)
                self._fragments[fragment] = self._placed
        return self._fragments

    def changed_after(self, seq: int) -> Iterator[str]:
        """The fragments that changed after a seq, the latest first."""
        for fragment, changed in reversed(self.fragments.items()):
            if changed <= seq:
                return
            yield fragment

    def rounded(self, seq: int) -> int:
        """A seq that is long ago as one of the few that catch-ups are made from: a fragment too many does no harm."""
        back = len(self.events) - seq
        return seq if seq == 0 or back <= _EXACTLY else max(1, len(self.events) - (1 << (back - 1).bit_length()))

    def watch(self, tell: Callable[[], None]) -> Callable[[], None]:
        """Call ``tell`` after every change; returns how to stop that."""
        self._on_change.add(tell)
        return lambda: self._on_change.discard(tell)

    def tell(self) -> None:
        """Wake all who watch."""
        for tell in list(self._on_change):
            tell()

    def head(self, events: int) -> str:
        """The head of the chain after so many events; "" of what is no record."""
        if not self.is_record:
            return ""
        for event in self.events[len(self._heads) :]:
            self._heads.append(head_after(self._heads[-1] if self._heads else BEGINNING, event))
        return self._heads[events - 1] if events else BEGINNING


class States:
    """A night at any of its seqs, folded from the nearest of some states that are kept."""

    _STEP = 32  # events between two of them
    _BYTES = 100 * 1024  # of a state of 650 contests, measured

    def __init__(self, opened: AnyEvent, events: Sequence[AnyEvent]) -> None:
        self._events = events
        self._nights = [fold([opened])]

    @property
    def size(self) -> int:
        """About how many bytes they take once all are there."""
        return self._BYTES * (len(self._events) // self._STEP + 1)

    def night(self, events: int) -> Night:
        """The night after so many events."""
        step = (events - 1) // self._STEP
        while len(self._nights) <= step:
            done = (len(self._nights) - 1) * self._STEP + 1
            self._nights.append(fold(self._events[done : done + self._STEP], self._nights[-1]))
        return fold(self._events[step * self._STEP + 1 : events], self._nights[step])
