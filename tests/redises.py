"""Real servers of any kind for a test: primaries, replicas, sentinels, nodes, each at a port of its own."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from time import sleep
from typing import Any, cast

from redis import Connection
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError
from redis.retry import Retry

from server.stream.embedded import binary
from tests.conftest import PATIENCE_SECONDS, free_port

_ALWAYS = ("--appendonly", "yes", "--appendfsync", "always", "--save", "")
_AT_ONCE = ("--repl-diskless-sync-delay", "0")


class Server:
    """A server that this test started."""

    def __init__(self, folder: Path, port: int, process: "subprocess.Popen[bytes]") -> None:
        self.folder, self.port, self.process = folder, port, process
        self.url = f"redis://127.0.0.1:{port}"

    def ask(self, question: str) -> str:
        """The reply to a command as text, or what is wrong; "" if the server is gone."""
        once = Retry(NoBackoff(), 0)
        line: Any = cast(Any, Connection)("127.0.0.1", self.port, retry=once, socket_timeout=PATIENCE_SECONDS)
        try:
            line.send_command(*question.split())
            reply = line.read_response()
        except (ResponseError, RedisConnectionError) as error:
            return "" if isinstance(error, RedisConnectionError) else str(error)
        finally:
            line.disconnect()
        return reply.decode() if isinstance(reply, bytes) else str(reply)

    def wait_until(self, question: str, holds: str) -> None:
        """Return once the reply to a question holds some text."""
        for _ in range(int(PATIENCE_SECONDS * 50)):
            if holds in self.ask(question):
                return
            sleep(0.02)
        raise AssertionError(f"{question} never told {holds}, but {self.ask(question)}")

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.wait()


@contextmanager
def server(folder: Path, *options: str, port: int = 0, program: str = "") -> Generator[Server]:
    """A server at a port of its own that syncs every write, once it answers; it is ended with the block."""
    folder.mkdir(parents=True, exist_ok=True)
    with _started(folder, [program or str(binary()), *_ALWAYS, *_AT_ONCE, *options], port or free_port()) as one:
        yield one


@contextmanager
def _started(folder: Path, command: list[str], port: int) -> Generator[Server]:
    with (folder / "log").open("ab") as printed:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--dir", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=printed,
        )
    started = Server(folder, port, process)
    try:
        started.wait_until("PING", "PONG")
        yield started
    finally:
        process.kill()
        process.wait()


@contextmanager
def replica_of(primary: Server, folder: Path, *options: str) -> Generator[Server]:
    """A replica of a server, once it has everything."""
    with server(folder, "--replicaof", f"127.0.0.1 {primary.port}", *options) as one:
        one.wait_until("INFO replication", "master_link_status:up")
        yield one


@contextmanager
def sentinel(folder: Path, primary: Server, name: str) -> Generator[Server]:
    """A Sentinel of three that watches a primary and its replicas under a name."""
    folder.mkdir(parents=True)
    file = folder / "sentinel.conf"
    lines = (f"monitor {name} 127.0.0.1 {primary.port} 2", f"down-after-milliseconds {name} 500")
    lines += (f"failover-timeout {name} 3000",)
    file.write_text("".join(f"sentinel {line}\n" for line in lines))
    with _started(folder, [str(binary()), str(file), "--sentinel"], free_port()) as one:
        yield one


class Switch:
    """An address behind which the servers change, as a virtual IP's do: every connection ends when ``to`` is set."""

    def __init__(self, to: Server) -> None:
        self._to = to
        self.answers = asyncio.Event()
        self.answers.set()
        self._open = set[asyncio.StreamWriter]()
        self.url = ""

    def turn(self, to: Server) -> None:
        """End every connection; the next ones lead to another server."""
        self._to = to
        for writer in self._open:
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one connection on."""
        with suppress(OSError):
            there, back = await asyncio.open_connection("127.0.0.1", self._to.port)
            self._open |= {writer, back}
            await asyncio.gather(self._pump(reader, back), self._pump(there, writer))

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                await self.answers.wait()  # while it is cleared, the server hangs
                sink.write(data)
        sink.close()


@asynccontextmanager
async def switch_to(one: Server, tls: ssl.SSLContext | None = None) -> AsyncGenerator[Switch]:
    """A switch that leads to a server, and speaks TLS where a context is given."""
    switch = Switch(one)
    listener = await asyncio.start_server(switch.serve, "127.0.0.1", 0, ssl=tls)
    switch.url = f"{'rediss' if tls else 'redis'}://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    yield switch
    switch.turn(one)
    listener.close()
