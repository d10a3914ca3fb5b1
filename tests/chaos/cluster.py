"""A place of three machines, each with a node of a Redis Cluster: slots move between nodes that die and stand still."""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import Any, cast

from redis.asyncio import Redis
from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from server.stream.embedded import binary
from tests.chaos.machines import Machine
from tests.chaos.place import AWAY, Place
from tests.chaos.processes import Program

_SLOTS = 16384
_SECONDS_TO_BE_WHOLE = 90.0
_MIGRATE_MILLISECONDS = 2000
_SETTINGS = """
appendonly yes
appendfsync always
save ""
protected-mode no
cluster-enabled yes
cluster-node-timeout 1000
"""


class Clustered(Place):
    """Two web processes, and three nodes that share the slots; each node syncs every write and has no replica."""

    def __init__(self, folder: Path, machines: Sequence[Machine], dice: random.Random) -> None:
        self._places = [(machine.host, machine.port(6379), machine.port(16379)) for machine in machines]
        url = f"redis+cluster://{','.join(f'{host}:{port}' for host, port, _ in self._places)}"
        super().__init__(folder, machines, dice, url, replicas=0)
        self.nodes: list[Program] = []
        for number, (machine, (host, port, bus)) in enumerate(zip(machines, self._places, strict=True)):
            home = folder / f"redis-{number}"
            home.mkdir()
            settings = f"{_SETTINGS}port {port}\nbind {host}\ncluster-port {bus}\ndir {home}\n"
            file = home / "redis.conf"
            file.write_text(settings)
            self.nodes.append(Program(home.name, [*machine.command, str(binary()), str(file)], {}, folder))
        self.programs += self.nodes
        ours: dict[str, Callable[[], Awaitable[float]]] = {
            "slot moved": self._moved,
            "slot moved, its node killed meanwhile": self._moved_from_one_that_dies,
            "node killed": self._killed,
            "node paused": lambda: self.paused(dice.choice(self.nodes)),
            "connections to Redis cut": self._cut_off,
        }
        if machines[0].namespace:
            ours["machine cut off"] = self.unplugged
        self.faults |= {kind: self.when_whole(fault) for kind, fault in ours.items()}

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Everything runs, and the nodes have found together."""
        async with super().running():
            for number, (host, port, bus) in enumerate(self._places):
                first, last = number * _SLOTS // 3, (number + 1) * _SLOTS // 3 - 1
                await self._asked(number, "CLUSTER", "ADDSLOTSRANGE", first, last)
                await self._asked(number, "CLUSTER", "SET-CONFIG-EPOCH", number + 1)
                if number:
                    await self._asked(0, "CLUSTER", "MEET", host, port, bus)
            await self.whole()
            yield

    async def redis(self) -> Redis:
        """A client for all nodes, which reads as one of a single server does."""
        await self.whole()
        return cast(Redis, cast(Any, RedisCluster)(startup_nodes=[ClusterNode(*each[:2]) for each in self._places]))

    async def whole(self) -> None:
        """Return once every node says that the cluster is whole."""
        async with asyncio.timeout(_SECONDS_TO_BE_WHOLE):
            for number in range(len(self.nodes)):
                while True:
                    told = str(await self._asked(number, "CLUSTER", "INFO"))
                    if "cluster_state:ok" in told and "cluster_known_nodes:3" in told:
                        break
                    await asyncio.sleep(0.1)

    async def _asked(self, number: int, *words: object) -> Any:
        """A node's answer, once it gives one; what it refuses is raised."""
        host, port, _ = self._places[number]
        while True:
            try:
                async with Redis(host=host, port=port, socket_timeout=3, socket_connect_timeout=1) as redis:
                    answer = await cast(Any, redis).execute_command(*words)
                    return answer.decode() if isinstance(answer, bytes) else answer
            except (OSError, RedisConnectionError, RedisTimeoutError):
                pass
            await asyncio.sleep(0.1)

    async def _moved(self, strike: Callable[[int], None] = lambda _: None) -> float:
        """A slot that has keys moves, key by key, as when a cluster is resharded; ``strike`` is told which node gives
        it away once the first key is gone."""
        at, (here, there) = monotonic(), self.dice.sample(range(len(self.nodes)), 2)
        key = await self._asked(here, "RANDOMKEY")
        if key is None:
            return at
        slot = await self._asked(here, "CLUSTER", "KEYSLOT", key)
        ids = [await self._asked(number, "CLUSTER", "MYID") for number in (here, there)]
        await self._asked(there, "CLUSTER", "SETSLOT", slot, "IMPORTING", ids[0])
        await self._asked(here, "CLUSTER", "SETSLOT", slot, "MIGRATING", ids[1])
        host, port, _ = self._places[there]
        struck = False
        while keys := await self._asked(here, "CLUSTER", "GETKEYSINSLOT", slot, 1):
            to = (host, port, "", 0, _MIGRATE_MILLISECONDS, "REPLACE", "KEYS", *keys)
            with suppress(RedisError):  # the other node may be away; the key is still here then
                await self._asked(here, "MIGRATE", *to)
            if not struck:
                strike(here)
                struck = True
            await asyncio.sleep(self.dice.uniform(0, 0.3))
        for number in (there, here, *range(len(self.nodes))):
            await self._asked(number, "CLUSTER", "SETSLOT", slot, "NODE", ids[1])
        return at

    async def _moved_from_one_that_dies(self) -> float:
        def strike(number: int) -> None:
            self.struck(self.nodes[number].pid)

        return await self._moved(strike)

    async def _killed(self) -> float:
        node = self.dice.choice(self.nodes)
        node.rest = self.dice.uniform(*AWAY)
        return await self.killed(node)

    async def _cut_off(self) -> float:
        await self._asked(self.dice.randrange(3), "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        return monotonic()
