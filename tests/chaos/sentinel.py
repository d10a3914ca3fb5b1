"""A place of three machines, each with a Redis and a Sentinel: servers die, stand still, are cut off and take over."""

import asyncio
import random
import shutil
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import Any, cast

from redis.asyncio import Redis
from redis.exceptions import RedisError

from server.stream.embedded import binary
from tests.chaos.machines import Machine, part
from tests.chaos.place import AWAY, Place
from tests.chaos.processes import Program

_NAME = "nights"
_SECONDS_TO_BE_WHOLE = 90.0
_SETTINGS = """
appendonly yes
appendfsync always
save ""
repl-diskless-sync-delay 0
min-replicas-to-write 1
protected-mode no
"""


def servers() -> tuple[str, str]:
    """The programs for Redis and Sentinel: those of the system where it has them, else the embedded server is both."""
    redis, sentinel = shutil.which("redis-server"), shutil.which("redis-sentinel")
    return (redis, sentinel) if redis and sentinel else (str(binary()), str(binary()))


class Watched(Place):
    """Two web processes, and the primary that three Sentinels name, with two replicas."""

    def __init__(self, folder: Path, machines: Sequence[Machine], dice: random.Random) -> None:
        self._places = [(machine.host, machine.port(6379)) for machine in machines]
        self._sentinels = [(machine.host, machine.port(26379)) for machine in machines]
        url = f"redis+sentinel://{','.join(f'{host}:{port}' for host, port in self._sentinels)}/{_NAME}"
        super().__init__(folder, machines, dice, url)
        redis, sentinel = servers()
        self.servers: list[Program] = []
        watchers: list[Program] = []
        primary_host, primary_port = self._places[0]
        for number, machine in enumerate(machines):
            home, (host, port) = folder / f"redis-{number}", self._places[number]
            home.mkdir()
            begins = f"replicaof {primary_host} {primary_port}\n" if number else ""
            file = home / "redis.conf"  # Sentinel writes into it what it makes of the server
            named = f"port {port}\nbind {host}\nreplica-announce-ip {host}\ndir {home}\n"
            file.write_text(_SETTINGS + named + begins)
            start = [*machine.command, redis, str(file)]
            self.servers.append(Program(f"redis-{number}", start, {}, folder))
            file = home / "sentinel.conf"
            host, port = self._sentinels[number]
            lines = (f"monitor {_NAME} {primary_host} {primary_port} 2", f"down-after-milliseconds {_NAME} 1000")
            lines += (f"failover-timeout {_NAME} 4000", f"announce-ip {host}")
            told = "".join(f"sentinel {line}\n" for line in lines)
            file.write_text(f"{told}port {port}\nbind {host}\ndir {home}\nprotected-mode no\n")
            start = [*machine.command, sentinel, str(file), "--sentinel"]
            watchers.append(Program(f"sentinel-{number}", start, {}, folder))
        self.programs += [*watchers, *self.servers]
        ours: dict[str, Callable[[], Awaitable[float]]] = {
            "primary killed": lambda: self._killed(primary=True),
            "primary paused": lambda: self._paused(primary=True),
            "replica killed": lambda: self._killed(primary=False),
            "replica paused": lambda: self._paused(primary=False),
            "planned fail-over": self._failed_over,
            "connections to Redis cut": self._cut_off,
        }
        if machines[0].namespace:
            ours |= {"machine cut off": self.unplugged, "primary's machine parted": self._parted}
        self.faults |= {kind: self.when_whole(fault) for kind, fault in ours.items()}
        self.faults["sentinel killed"] = lambda: self.killed(dice.choice(watchers))

    async def redis(self) -> Redis:
        """A connection to the primary, once the Sentinels and it agree about that."""
        while True:
            await self.whole()
            if (number := await self._primary()) is not None:
                return self._to(number)

    async def whole(self) -> None:
        """Return once there is a primary with two replicas, and all Sentinels name it."""
        end = monotonic() + _SECONDS_TO_BE_WHOLE
        while monotonic() < end:
            number = await self._primary()
            if number is not None and await self._all_name(number):
                return
            await asyncio.sleep(0.2)
        raise AssertionError("the servers have not found together again")

    async def _primary(self) -> int | None:
        """The number of the server that has two replicas and is the only primary; None if there is none."""
        told = [await self._says(self._to(number), "INFO", "replication") for number in range(3)]
        primaries = [number for number, info in enumerate(told) if info and info["role"] == "master"]
        if len(primaries) != 1 or not all(told):
            return None
        info = told[primaries[0]]
        online = [f"slave{each}" in info and info[f"slave{each}"]["state"] == "online" for each in range(2)]
        return primaries[0] if all(online) else None

    async def _all_name(self, number: int) -> bool:
        host, port = self._places[number]
        for where, at in self._sentinels:
            line = Redis(host=where, port=at, socket_timeout=1, socket_connect_timeout=1)
            told: dict[bytes, bytes] = await self._says(line, "SENTINEL", "MASTER", _NAME) or {}
            named = [told.get(name, b"").decode() for name in (b"ip", b"port", b"flags")]
            if named != [host, str(port), "master"]:
                return False
        return True

    def _to(self, number: int) -> Redis:
        host, port = self._places[number]
        return Redis(host=host, port=port, socket_timeout=1, socket_connect_timeout=1)

    async def _says(self, line: Redis, *words: str) -> Any:
        """An answer as a dictionary; None where none comes."""
        try:
            async with line:
                return await cast(Any, line).execute_command(*words)
        except (RedisError, OSError):
            return None

    async def _one(self, primary: bool) -> int:
        number = await self._primary()
        numbers = [each for each in range(3) if (each == number) == primary]
        return self.dice.choice(numbers or [0, 1, 2])

    async def _killed(self, primary: bool) -> float:
        server = self.servers[await self._one(primary)]
        server.rest = self.dice.uniform(*AWAY)
        return await self.killed(server)

    async def _paused(self, primary: bool) -> float:
        return await self.paused(self.servers[await self._one(primary)])

    async def _failed_over(self) -> float:
        host, port = self.dice.choice(self._sentinels)
        at = monotonic()
        await self._says(Redis(host=host, port=port, socket_timeout=1), "SENTINEL", "FAILOVER", _NAME)
        return at

    async def _cut_off(self) -> float:
        at = monotonic()
        await self._says(self._to(await self._one(primary=True)), "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        return at

    async def _parted(self) -> float:
        number, at = await self._one(primary=True), monotonic()
        others = [machine for each, machine in enumerate(self.machines) if each != number]
        part(self.machines[number], others, True)
        await asyncio.sleep(self.dice.uniform(*AWAY))
        part(self.machines[number], others, False)
        return at
