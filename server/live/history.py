"""What all editions of a night share: its events, their chain of heads, and the fragments that each event changed. No
texts."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from server.election.events import AnyEvent
from server.election.nights import Night, fold
from server.stream import clock
from server.stream.record import BEGINNING, head_after

Changed = Callable[[Night, AnyEvent], Iterable[str]]
"""The ids of the fragments that an event of a night changes."""

_EXACTLY = 12  # events back for which each seq has a catch-up of its own; farther back many seqs share one


class History:
    """``events`` of a night, oldest first, and ``night``, its state after them against its own baseline.

    ``is_record``: the events are those that were stored, not an account corrected later. The chain of heads and the
    changes are computed when they are first asked for; for most past nights nobody asks.
    """

    def __init__(self, changed: Changed, on_air: bool, is_record: bool = True) -> None:
        self.on_air = on_air
        self.is_record = is_record
        self.night: Night | None = None
        self.events: list[AnyEvent] = []
        self.closed: datetime | None = None  # the close of poll that those who watch have been told of
        self.replaced = range(0)  # seqs that were shown with other events, which Redis then lost
        self.is_other = False  # whether any process may have shown other events under these seqs
        self._on_change: set[Callable[[], None]] = set()
        self._changed = changed
        self._changes: list[tuple[str, ...]] = []
        self._fragments: dict[str, float] = {}
        self._placed = 0  # how many events' changes are in _fragments
        self._heads: list[str] = []

    def advance(self, events: Sequence[AnyEvent], then: Night | None = None) -> None:
        """Apply the next events; ``then`` is the night after them against its own baseline, where known."""
        if then is None or events[0].seq != len(self.events) + 1:
            then = fold(events, self.night)  # GapInNight where they are not the next
        self.night = then
        self.events += events

    @property
    def state(self) -> tuple[int, bool]:
        """What pages are made of: the seq, and, where no ``touch`` will say so, whether the poll has closed."""
        night = self.night
        return len(self.events), night is None or self.on_air or night.definition.polls_close <= clock.now()

    @property
    def changes(self) -> list[tuple[str, ...]]:
        """The fragments that each event changed."""
        if self.night is not None:
            for event in self.events[len(self._changes) :]:
                self._changes.append(tuple(self._changed(self.night, event)))
        return self._changes

    @property
    def fragments(self) -> dict[str, float]:
        """Fragment → seq of its last change; the fragment that changed last comes last."""
        changes = self.changes
        while self._placed < len(changes):
            self._placed += 1
            for fragment in changes[self._placed - 1]:
                self._fragments.pop(fragment, None)
                self._fragments[fragment] = self._placed
        return self._fragments

    @property
    def position(self) -> float:
        """The seq of the newest event; half a seq on if time has changed fragments since, so that all lack them."""
        return max(len(self.events), next(reversed(self._fragments.values()), 0))

    def trusted(self, seq: float) -> float:
        """The seq that a reader has; 0 where it belongs to an earlier run of the night, or to events that were lost."""
        return seq if 0 <= seq <= self.position and seq not in self.replaced else 0

    def touch(self, fragments: Iterable[str]) -> None:
        """Note that time has changed these fragments, and no event."""
        known, half = self.fragments, len(self.events) + 0.5
        for fragment in fragments:
            known.pop(fragment, None)
            known[fragment] = half

    def changed_after(self, seq: float) -> Iterator[str]:
        """The fragments that changed after a seq, the latest change first."""
        for fragment, changed in reversed(self.fragments.items()):
            if changed <= seq:
                return
            yield fragment

    def rounded(self, seq: int) -> int:
        """The seq to make a catch-up from: one of long ago is rounded down, so that many viewers share a catch-up.

        Some of them then get fragments that they have already, which does no harm.
        """
        back = len(self.events) - seq
        return seq if seq == 0 or back <= _EXACTLY else max(1, len(self.events) - (1 << (back - 1).bit_length()))

    def watch(self, tell: Callable[[], None]) -> Callable[[], None]:
        """Call ``tell`` after every change; returns a function that stops this."""
        self._on_change.add(tell)
        return lambda: self._on_change.discard(tell)

    def tell(self) -> None:
        """Call everybody who watches."""
        for tell in list(self._on_change):
            tell()

    def head(self, events: int) -> str:
        """The head of the chain after so many events, 64 hex digits; "" where the events are no record."""
        if not self.is_record:
            return ""
        for event in self.events[len(self._heads) :]:
            self._heads.append(head_after(self._heads[-1] if self._heads else BEGINNING, event))
        return self._heads[events - 1] if events else BEGINNING


class States:
    """A night at any of its seqs, folded on from the nearest earlier state that is kept.

    ``shown`` gives a night as an edition shows it. Where it was ``amended``, its own states are kept and each is shown
    so anew; where it was not, the night is shown so at its opening, and what follows is counted on from there.
    """

    _STEP = 32  # events between two kept states
    _BYTES = 100 * 1024  # that a state of 650 contests takes, measured

    def __init__(self, events: Sequence[AnyEvent], shown: Callable[[Night], Night], *, amended: bool) -> None:
        self._events = events
        opened = fold(events[:1])
        self._nights = [opened if amended else shown(opened)]
        self._shown = shown if amended else None

    @property
    def size(self) -> int:
        """About how many bytes the kept states take once all are made."""
        return self._BYTES * (len(self._events) // self._STEP + 1)

    def steps(self, events: int) -> Iterator[object]:
        """Fold what the night after so many events needs, step by step, as each is asked for."""
        while len(self._nights) <= (events - 1) // self._STEP:
            done = (len(self._nights) - 1) * self._STEP + 1
            self._nights.append(fold(self._events[done : done + self._STEP], self._nights[-1]))
            yield self._nights[-1]

    def night(self, events: int) -> Night:
        """The night after so many events, at least 1."""
        deque(self.steps(events), 0)
        step = (events - 1) // self._STEP
        night = fold(self._events[step * self._STEP + 1 : events], self._nights[step])
        return self._shown(night) if self._shown else night
