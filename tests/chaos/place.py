"""The place that is put to the test: two web processes, a player, and the network before them."""

import asyncio
import os
import random
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP
from time import monotonic

from redis.asyncio import Redis

from tests.chaos.machines import Machine
from tests.chaos.processes import Program, kept, sent
from tests.lying import Network, lying

Fault = Callable[[], Awaitable[float]]
"""What befalls the place; it returns, once it is over, when it struck, by the monotonic clock."""

AWAY = (0.3, 6.0)
"""Seconds for which a server or a machine is gone."""
_FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
_REPLAYED = "parl.by.2010-2015"
REPLAY = f"{_REPLAYED}.replay"


class Place:
    """``addresses`` are those at which clients reach the web processes; ``faults`` is everything that can befall them.

    ``redis`` opens a connection to the server that has the truth, ``whole`` returns once all servers are as they were.
    """

    def __init__(
        self, folder: Path, machines: Sequence[Machine], dice: random.Random, url: str = "", replicas: int = 1
    ) -> None:
        self.folder, self.machines, self.dice = folder, machines, dice
        self.data = folder / "data"
        self.data.mkdir(exist_ok=True)
        shared = {
            **{name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")},
            "DATA_DIR": str(self.data),
            "SECRET_KEY": "a secret of this trial",
            **({"REDIS_URL": url, "REDIS_REPLICAS": str(replicas)} if url else {}),
        }
        server = [sys.executable, "-m", "server"]
        self.clocks = [Clock(folder / f"clock-{number}") for number in range(len(machines))]
        self.webs, self.behind, self.networks = list[Program](), list[str](), list[Network]()
        for number, (machine, clock) in enumerate(zip(machines[:2], self.clocks, strict=False)):
            port = str(machine.port(8000))
            self.behind.append(f"http://{machine.host}:{port}")
            environment = shared | clock.environment | {"HOST": machine.host, "PORT": port}
            self.webs.append(Program(f"web-{number}", [*machine.command, *server, "serve"], environment, folder))
        self._commands = [*machines[-1].command, *server], shared
        replays = [*machines[-1].command, *server, "replay", _REPLAYED, "--loop", "--speed", "20000"]
        self.player = Program("player", replays, shared, folder)
        self.programs = [self.player, *self.webs]
        self.addresses: list[str] = []
        self.faults: dict[str, Fault] = {
            "web killed": lambda: self.killed(dice.choice(self.webs)),
            "web paused": lambda: self.paused(dice.choice(self.webs)),
            "player killed": lambda: self.killed(self.player),
            "clients cut off": self._cut,
            "clients' network swallows": self._swallows,
        }
        if _FAKETIME.exists():
            self.faults["clock jumps"] = self._jumps

    async def redis(self) -> Redis:
        """A connection to the server that has the truth."""
        raise NotImplementedError

    async def whole(self) -> None:
        """Return once every server is there again."""

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Everything runs for as long as the block does."""
        async with kept(self.programs), lying(self.behind[0]) as one, lying(self.behind[1]) as two:
            self.networks = [one[0], two[0]]
            self.addresses = [one[1], two[1]]
            yield

    async def command(self, *words: str) -> str:
        """What a command of the program prints; it is called until it has succeeded, or says what holds already."""
        command, environment = self._commands
        while True:
            process = await asyncio.create_subprocess_exec(
                *command, *words, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
            )
            printed, wrong = await process.communicate()
            with (self.folder / "commands.log").open("ab") as log:
                log.write(wrong)
            if process.returncode == 0 or b"is already on air" in wrong:
                return printed.decode()
            await asyncio.sleep(0.2)

    async def killed(self, program: Program) -> float:
        """A program is killed as the kernel would."""
        return self.struck(await _pid_of(program))

    async def paused(self, program: Program) -> float:
        """A program stands still for a while."""
        return await self.stood_still(await _pid_of(program))

    def struck(self, pid: int) -> float:
        """A process is killed."""
        sent(pid, SIGKILL)
        return monotonic()

    async def stood_still(self, pid: int) -> float:
        """A process stands still for a while."""
        at = monotonic()
        sent(pid, SIGSTOP)
        await asyncio.sleep(self.dice.uniform(0.2, 4.0))
        sent(pid, SIGCONT)
        return at

    def when_whole(self, fault: Fault) -> Fault:
        """A fault that strikes once every server is there again, so that one is away at a time."""

        async def waited() -> float:
            await self.whole()
            return await fault()

        return waited

    async def unplugged(self) -> float:
        """Some machine's plug is pulled for a while."""
        machine, at = self.dice.choice(self.machines), monotonic()
        machine.cut_off(True)
        await asyncio.sleep(self.dice.uniform(*AWAY))
        machine.cut_off(False)
        return at

    async def _cut(self) -> float:
        await self.dice.choice(self.networks).end()
        return monotonic()

    async def _swallows(self) -> float:
        network, at = self.dice.choice(self.networks), monotonic()
        network.lie = "swallows"
        await asyncio.sleep(self.dice.uniform(0.2, 3.0))
        network.lie = "none"
        return at

    async def _jumps(self) -> float:
        self.dice.choice(self.clocks).jump(self.dice.choice((-3600, -40, -5, 0, 0, 5, 40, 3600)))
        return monotonic()


async def _pid_of(program: Program) -> int:
    """The process that runs a program, once there is one."""
    while not program.pid:
        await asyncio.sleep(0.02)
    return program.pid


class Clock:
    """The clock of a machine, which can be set as by an administrator; libfaketime has to be there."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.jump(0)
        names = ("FAKETIME_DONT_FAKE_MONOTONIC", "DONT_FAKE_MONOTONIC", "NO_FAKE_STAT", "FAKETIME_CACHE_DURATION")
        fake = {"LD_PRELOAD": str(_FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(file), **dict.fromkeys(names, "1")}
        self.environment: dict[str, str] = fake if _FAKETIME.exists() else {}

    def jump(self, seconds: int) -> None:
        """Set it so many seconds ahead of the true time."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{seconds:+d}")
        fresh.rename(self._file)
