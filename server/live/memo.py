"""What is remembered because making it again costs time: bounded in bytes for the whole process, the least recently
used goes first. No threads, nothing of any night."""

import sys
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Protocol, TypeVar, runtime_checkable

T = TypeVar("T")

LIMIT = 128 * 1024 * 1024
_ENTRY = 500  # bytes that an entry takes beside its value, measured
_SMALL = 4096  # what is counted for a value that does not say how large it is


@runtime_checkable
class Sized(Protocol):
    """A value that knows how many bytes it takes, exactly or by an estimate."""

    @property
    def size(self) -> int: ...


class Held:
    """Bytes in several forms, each made when it is first asked for; whoever remembers them hears of every form."""

    grew: Callable[[int], None] | None = None

    def __init__(self, size: int) -> None:
        self.size = size

    def holding(self, form: bytes) -> bytes:
        """Count another form; returns it."""
        self.size += len(form)
        if self.grew:
            self.grew(len(form))
        return form


class _Entry:
    __slots__ = ("name", "shelf", "size", "value", "version")

    def __init__(self, shelf: "weakref.ref[Shelf]", name: Hashable, version: object, value: Any, size: int) -> None:
        self.shelf, self.name, self.version, self.value, self.size = shelf, name, version, value, size


class Memo:
    """``held`` is how many bytes are remembered, never more than ``limit``; values live on shelves."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.limit = limit
        self.held = 0
        self._entries: OrderedDict[_Entry, None] = OrderedDict()  # the least recently used first

    def __len__(self) -> int:
        return len(self._entries)

    def shelf(self) -> "Shelf":
        """A place for the values of one owner: they are forgotten with it."""
        return Shelf(self)

    def used(self, entry: _Entry) -> None:
        """Keep an entry longer than all others."""
        self._entries.move_to_end(entry)

    def add(self, entry: _Entry) -> None:
        """Remember an entry, and forget others for it."""
        self._entries[entry] = None
        self.held += entry.size
        if isinstance(entry.value, Held):
            entry.value.grew = lambda more: self._grew(entry, more)  # the circle ends when the entry is forgotten
        self._trim()

    def forget(self, entry: _Entry) -> None:
        """Take an entry out, if it is there: the collector may end a shelf in the middle of anything."""
        if entry not in self._entries:
            return
        del self._entries[entry]
        self.held -= entry.size
        if isinstance(entry.value, Held):
            entry.value.grew = None

    def _grew(self, entry: _Entry, more: int) -> None:
        entry.size += more
        self.held += more
        self._trim()

    def _trim(self) -> None:
        while self.held > self.limit:
            entry = next(iter(self._entries))
            self.forget(entry)
            if shelf := entry.shelf():
                shelf.lost(entry)


class Shelf:
    """Values by name. A value is made again once its ``version`` is another, or when it was forgotten meanwhile."""

    def __init__(self, memo: Memo) -> None:
        self._memo = memo
        self._entries: dict[Hashable, _Entry] = {}

    def get(self, name: Hashable, make: Callable[[], T], version: object = None, size: int | None = None) -> T:
        """What ``make`` gives for this name and version; ``size`` in bytes where the value does not say it itself."""
        entry = self._entries.get(name)
        if entry is not None and entry.version == version:
            self._memo.used(entry)
            return entry.value
        value = make()
        self.drop(name)  # not before: making it may have made it
        weight = _ENTRY + (_size(value) if size is None else size)
        if weight <= self._memo.limit:
            entry = self._entries[name] = _Entry(weakref.ref(self), name, version, value, weight)
            self._memo.add(entry)
        return value

    def drop(self, name: Hashable) -> None:
        """Forget one value."""
        if entry := self._entries.pop(name, None):
            self._memo.forget(entry)

    def clear(self) -> None:
        """Forget all values."""
        while self._entries:
            self._memo.forget(self._entries.popitem()[1])

    def lost(self, entry: _Entry) -> None:
        """The memo has forgotten an entry."""
        if self._entries.get(entry.name) is entry:
            del self._entries[entry.name]

    def __del__(self) -> None:
        self.clear()


def _size(value: object) -> int:
    match value:
        case bytes():
            return len(value)
        case str():
            return sys.getsizeof(value)
        case Sized():
            return value.size
        case _:
            return _SMALL


MEMO = Memo()
"""The memo of this process."""
