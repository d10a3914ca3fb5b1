"""All nodes of a Redis Cluster as one client: each command goes to the node that has its key."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any, cast
from urllib.parse import urlsplit

from redis.asyncio.cluster import ClusterNode, PipelineCommand, RedisCluster
from redis.asyncio.connection import parse_url
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import AskError, MovedError, RedisClusterException, TryAgainError

from server.stream.servers.failures import ended

CLUSTERS = ("redis+cluster", "rediss+cluster")
FAILURE = RedisClusterException
"""What redis-py raises where no node answers, or none has a key; it is no RedisError."""
_A_NODE = 6379
_TRIES = 4
_OF_ANY_NODE = ("TIME", "INFO", "CONFIG GET")


class Cluster:
    """A client as redis-py's own for one server, as far as the stream needs it."""

    def __init__(self, url: str, **options: Any) -> None:
        retry = Retry(ExponentialBackoff(cap=0.5, base=0.05), _TRIES)
        self._redis: Any = cast(Any, RedisCluster)(retry=retry, **named(url), **options)
        self._waiting: dict[int, asyncio.Task[Any]] = {}  # slot → its blocking read
        self.connection_pool = self  # of a client for one server this is what can be disconnected

    async def execute_command(self, *command: Any) -> Any:
        """The answer to a command: of the node that has its key, or of any primary where it has none."""
        with ended():
            if command[0] == "XREAD":
                return await self._read(command)
            if command[0] in _OF_ANY_NODE:
                await self._redis.initialize()
                node = random.choice(self._redis.get_primaries())
                return await self._redis.execute_command(*command, target_nodes=node)
            return await self._redis.execute_command(*command)

    async def everywhere(self, *command: Any) -> list[Any]:
        """The answers of all primaries to a command."""
        await self._redis.initialize()
        return [await self._redis.execute_command(*command, target_nodes=node) for node in self._redis.get_primaries()]

    async def together(self, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        """The answers to commands about one key's slot, over one connection, one after the other."""
        key = commands[0][1]
        for last in (False, True):
            await self._redis.execute_command("EXISTS", key)  # so that it is known where the slot is now
            sent = [PipelineCommand(number, *command) for number, command in enumerate(commands)]
            await self._redis.get_node_from_key(key).execute_pipeline(sent)
            wrong = next((one.result for one in sent if isinstance(one.result, Exception)), None)
            if wrong is None:
                break
            if not isinstance(wrong, (MovedError, AskError, TryAgainError)):
                raise wrong
            if last:
                raise TryAgainError("TRYAGAIN") from wrong
        return [one.result for one in sent]

    async def _read(self, command: tuple[Any, ...]) -> dict[Any, Any]:
        """What XREAD gives for keys that are on many nodes: as soon as one slot has news, or when the first wait ends.

        A read that waits goes on doing so for the next call, though that asks from a later id: whoever gets entries
        that it has already must be able to tell. Each slot that is waited for has a connection.
        """
        await self._redis.initialize()
        options, rest = command[: command.index("STREAMS") + 1], command[command.index("STREAMS") + 1 :]
        slots: dict[int, list[tuple[Any, Any]]] = {}
        for key, after in zip(rest[: len(rest) // 2], rest[len(rest) // 2 :], strict=True):
            slots.setdefault(self._redis.keyslot(key), []).append((key, after))
        for slot, asked in slots.items():
            if slot not in self._waiting:
                words = (*options, *(key for key, _ in asked), *(after for _, after in asked))
                node = self._redis.get_node_from_key(asked[0][0])
                self._waiting[slot] = asyncio.create_task(self._redis.execute_command(*words, target_nodes=node))
        done, _ = await asyncio.wait(self._waiting.values(), return_when=asyncio.FIRST_COMPLETED)
        self._waiting = {slot: task for slot, task in self._waiting.items() if task not in done}
        found: dict[Any, Any] = {}
        wrong = [error for task in done if (error := task.exception())]
        if wrong:
            raise wrong[0]
        for task in done:
            found |= task.result() or {}
        return found

    async def disconnect(self, inuse_connections: bool = True) -> None:
        """End all connections: where the slots are is asked anew."""
        for task in self._waiting.values():
            task.cancel()
        await asyncio.gather(*self._waiting.values(), return_exceptions=True)
        self._waiting.clear()
        await self._redis.aclose()

    async def aclose(self) -> None:
        """The same, at the end."""
        await self.disconnect()


def named(url: str) -> dict[str, Any]:
    """What a URL says, as options of redis-py's client for clusters."""
    parts = urlsplit(url)
    who, _, hosts = parts.netloc.rpartition("@")
    scheme = parts.scheme.removesuffix("+cluster")
    known: dict[str, Any] = dict(parse_url(f"{scheme}://{who}{'@' if who else ''}one/?{parts.query}"))
    for name in ("host", "connection_class"):
        known.pop(name, None)
    nodes = [ClusterNode(*_place(host)) for host in hosts.split(",")]
    return known | {"startup_nodes": nodes, **({"ssl": True} if scheme == "rediss" else {})}


def _place(host: str) -> tuple[str, int]:
    name, _, port = host.rpartition(":") if host.rpartition(":")[2].isdigit() else (host, "", "")
    return name.strip("[]"), int(port or _A_NODE)
