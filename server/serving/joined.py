"""An answer's head and its body in one write: each is a system call, and they take a tenth of a page's time."""

import asyncio

_MOST = 64 * 1024  # bytes of a body that are copied to its head


class Joined:
    """A connection's transport for one answer. The head waits for the body, but not past this turn of the loop: an
    answer that stays open may have nothing more to say for long."""

    __slots__ = ("_begun", "_head", "_loop", "_turn", "_under")

    def __init__(self, under: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._under, self._loop = under, loop
        self._head, self._begun = b"", False
        self._turn: asyncio.Handle | None = None

    def write(self, data: bytes) -> None:
        """Write it; if it is the first of this answer, together with what comes next."""
        if not self._begun:
            self._begun, self._head = True, data
            self._turn = self._loop.call_soon(self._let_go)
        elif self._head and len(data) <= _MOST:
            head, self._head = self._head, b""
            self._not_later()
            self._under.write(head + data)
        else:
            self._let_go()
            self._under.write(data)

    def close(self) -> None:
        """Close it when all is written."""
        self._let_go()
        self._under.close()

    def is_closing(self) -> bool:
        """Whether it is closed, or will be."""
        return self._under.is_closing()

    def _let_go(self) -> None:
        self._not_later()
        head, self._head = self._head, b""
        if head and not self._under.is_closing():
            self._under.write(head)

    def _not_later(self) -> None:
        if self._turn:
            self._turn.cancel()
            self._turn = None
