"""How long a program keeps everybody else waiting: run here on asyncio's own loop, each of whose steps is timed.

``python -m tests.bench.held FILE serve`` runs ``python -m server serve`` and writes into FILE the processor time, in
seconds, of the longest step since the file last held 0: what the program does without letting others have a turn.
With ``--tell`` before FILE, steps of more than 30 ms are named on stderr.
"""

import asyncio
import mmap
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvloop

_LONGEST = struct.Struct("d")
_TOLD_SECONDS = 0.03


class Held:
    """Reads and resets what the other process writes."""

    def __init__(self, file: Path) -> None:
        file.write_bytes(_LONGEST.pack(0.0))
        self.command = [sys.executable, "-m", "tests.bench.held", str(file)]
        with file.open("r+b") as opened:
            self._memory = mmap.mmap(opened.fileno(), _LONGEST.size)

    def longest(self) -> float:
        """Milliseconds of the longest step since this was last asked."""
        (found,) = _LONGEST.unpack(self._memory[:])
        self._memory[:] = _LONGEST.pack(0.0)
        return found * 1000


def _timed(run: Callable[[Any], None], memory: mmap.mmap, tell: bool) -> Callable[[Any], None]:
    clock = time.thread_time

    def step(handle: Any) -> None:
        begun = clock()
        run(handle)
        took = clock() - begun
        if took > _LONGEST.unpack(memory[:])[0]:
            memory[:] = _LONGEST.pack(took)
        if tell and took > _TOLD_SECONDS:
            print(
                f"{took * 1000:.0f} ms: {getattr(handle._callback, '__self__', handle)!r}", file=sys.stderr, flush=True
            )

    return step


def main() -> None:
    """Run the program."""
    from server.__main__ import main as program

    arguments = sys.argv[1:]
    if tell := arguments[0] == "--tell":
        del arguments[0]
    with Path(arguments[0]).open("r+b") as file:
        memory = mmap.mmap(file.fileno(), _LONGEST.size)
    handle: Any = asyncio.Handle
    handle._run = _timed(handle._run, memory, tell)
    uvloop.new_event_loop = asyncio.new_event_loop  # type: ignore[assignment]
    sys.exit(program(arguments[1:]))


if __name__ == "__main__":
    main()
