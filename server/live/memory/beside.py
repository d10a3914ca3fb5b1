"""Making in a thread what would hold everybody else up, once for all who wait for it. Nothing of nights."""

import asyncio
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")

_thread = ThreadPoolExecutor(1, "beside")  # two would take more of the interpreter's time from whoever is answered


class Beside:
    """What is being made in the one thread that there is for it, by name."""

    def __init__(self) -> None:
        self._waited_for: dict[Hashable, asyncio.Future[Any]] = {}

    def __contains__(self, name: Hashable) -> bool:
        """Whether this is being made."""
        return name in self._waited_for

    async def make(self, name: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` gives; who asks for the same name meanwhile waits for the same. It may touch nothing that the
        event loop changes: no memo, no tally that is counted on."""
        made = self._waited_for.get(name)
        if made is None:
            made = self._waited_for[name] = asyncio.get_running_loop().run_in_executor(_thread, make)
            made.add_done_callback(lambda _: self._waited_for.pop(name))
        return await asyncio.shield(made)
