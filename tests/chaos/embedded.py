"""A place whose processes keep an embedded server between them: who keeps it is killed and paused, its disk fills."""

import asyncio
import random
import subprocess
from collections.abc import Generator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from time import monotonic
from typing import Any, cast

from redis.asyncio import Redis

from tests.chaos.machines import Machine
from tests.chaos.place import Place
from tests.chaos.processes import found

_DISK_MB = 256
_SECONDS_TO_START = 60.0


class Embedded(Place):
    """Two web processes of one DATA_DIR, which is a small disk of its own where this user may mount one."""

    def __init__(self, folder: Path, dice: random.Random, has_disk: bool) -> None:
        super().__init__(folder, [Machine("127.0.0.1")] * 2, dice)
        self._known = ""
        self.faults |= {
            "embedded server killed": lambda: self._struck("valkey-server"),
            "embedded server paused": lambda: self._paused("valkey-server"),
            "watcher killed": lambda: self._struck("watcher.py"),
            "watcher paused": lambda: self._paused("watcher.py"),
            "connections to Redis cut": self._cut_off,
        }
        if has_disk:
            self.faults["disk full"] = self._full

    async def redis(self) -> Redis:
        """A connection to the server that runs now, or comes next."""
        await self._pid("watcher.py")
        return Redis(unix_socket_path=self._socket(), socket_timeout=_SECONDS_TO_START)

    async def _pid(self, program: str) -> int:
        """A process of the embedded server; waits where there is none at the moment."""
        end = monotonic() + _SECONDS_TO_START
        while True:
            watchers = found("watcher.py", str(self.data / "redis"))
            servers = set(found("valkey-server", self._socket())) - set(watchers) if self._socket() else set[int]()
            if pids := watchers if program == "watcher.py" else sorted(servers):
                return self.dice.choice(pids)
            assert monotonic() < end, f"no {program} runs any more"
            await asyncio.sleep(0.05)

    def _socket(self) -> str:
        """The server's socket, as its watchers are told; "" before there was one."""
        for pid in () if self._known else found("watcher.py", str(self.data / "redis")):
            with suppress(OSError):
                words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
                self._known = next((word for word in words if word.endswith(".sock")), "")
        return self._known

    async def _struck(self, program: str) -> float:
        return self.struck(await self._pid(program))

    async def _paused(self, program: str) -> float:
        return await self.stood_still(await self._pid(program))

    async def _cut_off(self) -> float:
        async with await self.redis() as redis:
            await cast(Any, redis).execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        return monotonic()

    async def _full(self) -> float:
        filler, at = self.data / "filler", monotonic()
        try:
            with filler.open("wb", buffering=0) as filling:
                for size in (1 << 20, 1 << 12, 1):
                    fill(filling, bytes(size))
            await asyncio.sleep(self.dice.uniform(0.5, 4.0))
        finally:
            filler.unlink()
        return at


def fill(filling: FileIO, block: bytes) -> None:
    """Write blocks until there is no room for another."""
    with suppress(OSError):
        while filling.write(block) == len(block):
            pass


@contextmanager
def small_disk(folder: Path) -> Generator[bool]:
    """A disk at a folder that can be filled; False where this user may mount none."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_DISK_MB}m", "tmpfs", str(folder)]
    mounted = subprocess.run(mount, stderr=subprocess.DEVNULL, check=False).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
