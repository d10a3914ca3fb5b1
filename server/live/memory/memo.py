"""Values remembered because making them again costs time: bounded in bytes for the whole process, the least recently
used forgotten first. No threads, nothing of any night."""

import sys
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Protocol, TypeVar, runtime_checkable

T = TypeVar("T")

LIMIT = 128 * 1024 * 1024  # bytes
_ENTRY = 500  # bytes that a remembered value takes beside the value itself, measured
_SMALL = 4096  # bytes counted for a value that does not say how large it is


@runtime_checkable
class Sized(Protocol):
    """A value that knows how many bytes it takes, exactly or by an estimate."""

    @property
    def size(self) -> int: ...


class Held:
    """A value with several forms in bytes, each made when it is first asked for; ``grew`` tells the memo of each."""

    grew: Callable[[int], None] | None = None

    def __init__(self, size: int) -> None:
        self.size = size

    def holding(self, form: bytes) -> bytes:
        """Count the bytes of another form; returns the form."""
        self.size += len(form)
        if self.grew:
            self.grew(len(form))
        return form


class _Remembered:
    __slots__ = ("name", "shelf", "size", "value", "version")

    def __init__(self, shelf: "weakref.ref[Shelf]", name: Hashable, version: object, value: Any, size: int) -> None:
        self.shelf, self.name, self.version, self.value, self.size = shelf, name, version, value, size


class Memo:
    """Keeps values of at most ``limit`` bytes in all, ``held`` bytes now; each is on the ``Shelf`` of its owner."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.limit = limit
        self.held = 0
        self._entries: OrderedDict[_Remembered, None] = OrderedDict()  # the least recently used first

    def __len__(self) -> int:
        return len(self._entries)

    def shelf(self) -> "Shelf":
        """A new shelf for the values of one owner; they are forgotten when the shelf is no longer referred to."""
        return Shelf(self)

    def used(self, entry: _Remembered) -> None:
        """Note that a value was used: it is now the last to be forgotten."""
        self._entries.move_to_end(entry)

    def add(self, entry: _Remembered) -> None:
        """Remember a value, and forget others until there is room for it."""
        self._entries[entry] = None
        self.held += entry.size
        if isinstance(entry.value, Held):
            entry.value.grew = lambda more: self._grew(entry, more)  # this reference cycle is broken in forget()
        self._trim()

    def forget(self, entry: _Remembered) -> None:
        """Forget a value, if it is there: the garbage collector can end a shelf in the middle of any other call."""
        if entry not in self._entries:
            return
        del self._entries[entry]
        self.held -= entry.size
        if isinstance(entry.value, Held):
            entry.value.grew = None

    def _grew(self, entry: _Remembered, more: int) -> None:
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
    """Values by name. A value is made again when its ``version`` differs, or after the memo has forgotten it."""

    def __init__(self, memo: Memo) -> None:
        self._memo = memo
        self._entries: dict[Hashable, _Remembered] = {}

    def get(self, name: Hashable, make: Callable[[], T], version: object = None, size: int | None = None) -> T:
        """What ``make`` gives for this name and version; ``size`` in bytes, if the value does not say it itself."""
        if entry := self._found(name, version):
            return entry.value
        value = make()
        self.drop(name)  # only now: ``make`` may itself have put this name here
        weight = _ENTRY + (_size(value) if size is None else size)
        if weight <= self._memo.limit:
            entry = self._entries[name] = _Remembered(weakref.ref(self), name, version, value, weight)
            self._memo.add(entry)
        return value

    def find(self, name: Hashable, version: object = None) -> Any:
        """The value that is remembered by this name in this version; None if there is none."""
        entry = self._found(name, version)
        return entry.value if entry else None

    def __contains__(self, name: Hashable) -> bool:
        """Whether a value of any version is remembered by this name."""
        return name in self._entries

    def _found(self, name: Hashable, version: object) -> _Remembered | None:
        entry = self._entries.get(name)
        if entry is None or entry.version != version:
            return None
        self._memo.used(entry)
        return entry

    def drop(self, name: Hashable) -> None:
        """Forget one value."""
        if entry := self._entries.pop(name, None):
            self._memo.forget(entry)

    def clear(self) -> None:
        """Forget all values."""
        while self._entries:
            self._memo.forget(self._entries.popitem()[1])

    def lost(self, entry: _Remembered) -> None:
        """Take note that the memo has forgotten a value."""
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
        case Held() | Sized():  # a protocol is slow to look for
            return value.size
        case _:
            return _SMALL


MEMO = Memo()
"""The one memo of this process."""
