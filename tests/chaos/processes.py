"""Programs of the place under test, each started again whenever it ends, as a supervisor of an operator would."""

import asyncio
import ctypes
import os
import signal
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

_PR_SET_PDEATHSIG = 1  # prctl(2)
_SECONDS_TO_END = 15.0


class Program:
    """One program. ``rest`` is how many seconds pass between its end and its next start; ``ended`` has the code
    and the last line of the log of each time that it ended though nobody killed it."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        self.name, self.rest, self.ended = name, 0.1, list[tuple[int, str]]()
        self.log = folder / f"{name}.log"
        self._command, self._environment = command, environment
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """The process as it runs now; 0 between two of them."""
        return self._process.pid if self._process and self._process.returncode is None else 0

    def send(self, number: signal.Signals) -> bool:
        """Send it a signal; False if it does not run at the moment."""
        return sent(self.pid, number)

    async def keep(self) -> None:
        """Run it for ever; when this is cancelled, it is asked to end, and killed if it does not."""
        while True:
            with self.log.open("ab") as printed:
                self._process = await asyncio.create_subprocess_exec(
                    *self._command,
                    env=self._environment,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=printed,
                    stderr=printed,
                    preexec_fn=_end_with_us,
                )
            try:
                code = await self._process.wait()
            except asyncio.CancelledError:
                await self._end()
                raise
            if code != -signal.SIGKILL:
                self.ended.append((code, self._last_line()))
            await asyncio.sleep(self.rest)

    def _last_line(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        return lines[-1] if lines else "nothing logged"

    async def _end(self) -> None:
        assert self._process
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        with suppress(TimeoutError):
            async with asyncio.timeout(_SECONDS_TO_END):
                await self._process.wait()
        self.send(signal.SIGKILL)


@asynccontextmanager
async def kept(programs: Sequence[Program]) -> AsyncGenerator[None]:
    """Keep programs running for as long as the block does; they end in the order in which they are given."""
    tasks = [asyncio.create_task(one.keep()) for one in programs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def sent(pid: int, number: signal.Signals) -> bool:
    """Send a process a signal; False if there is none of this id."""
    with suppress(ProcessLookupError):
        if pid:
            os.kill(pid, number)
            return True
    return False


def found(*words: str) -> list[int]:
    """The processes of this machine whose command lines have all these words, as parts of their arguments."""
    pids: list[int] = []
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (place / "cmdline").read_bytes().decode(errors="replace")
            if all(word in command for word in words):
                pids.append(int(place.name))
    return pids


def _end_with_us() -> None:
    """Have the kernel kill this process when ours ends, however that happens."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
