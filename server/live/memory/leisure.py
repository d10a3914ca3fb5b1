"""What nobody waits for, made one at a time in a thread that gives way to everything else on the machine. Nothing of
nights."""

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


class Leisure:
    """Time that is left over: for one thing at once."""

    def __init__(self) -> None:
        self._is_taken = False

    def make(self, make: Callable[[], T], then: Callable[[T], object]) -> bool:
        """Have ``make`` called beside, and ``then`` by the event loop with what it gave; False if something else is
        being made. A process that leaves does not wait for it."""
        if self._is_taken:
            return False
        self._is_taken = True
        loop = asyncio.get_running_loop()

        def work() -> None:
            if sys.platform == "linux":  # where a thread has a priority of its own
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)
            try:
                made = make()
            finally:
                self._is_taken = False
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(then, made)

        threading.Thread(target=work, name="leisure", daemon=True).start()
        return True
