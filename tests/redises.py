"""Real servers of any kind for a test: primaries, replicas, sentinels, nodes, each at a port of its own."""

import asyncio
import subprocess
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from socket import create_connection, socket
from time import sleep

from server.stream.embedded import binary
from tests.conftest import PATIENCE_SECONDS

_ALWAYS = ("--appendonly", "yes", "--appendfsync", "always", "--save", "")
_AT_ONCE = ("--repl-diskless-sync-delay", "0")


class Server:
    """A server that this test started. ``ask`` sends it an inline command and gives the raw reply."""

    def __init__(self, folder: Path, port: int, process: "subprocess.Popen[bytes]") -> None:
        self.folder, self.port, self.process = folder, port, process
        self.url = f"redis://127.0.0.1:{port}"

    def ask(self, question: str) -> str:
        """The raw reply; "" if the server is gone."""
        try:
            with create_connection(("127.0.0.1", self.port), PATIENCE_SECONDS) as line:
                line.sendall(question.encode() + b"\r\nQUIT\r\n")
                reply = b"".join(iter(lambda: line.recv(65536), b""))
        except OSError:
            return ""
        return reply.decode().removesuffix("+OK\r\n")

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


def free_port() -> int:
    """A port that nobody listens at."""
    with socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@contextmanager
def server(folder: Path, *options: str, port: int = 0) -> Generator[Server]:
    """A server at a port of its own that syncs every write, once it answers; it is ended with the block."""
    folder.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    command = [str(binary()), *_ALWAYS, *_AT_ONCE, "--port", str(port), "--dir", str(folder), *options]
    with (folder / "log").open("ab") as printed:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=printed, stderr=printed)
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


class Switch:
    """An address behind which the servers change, as a virtual IP's do: every connection ends when ``to`` is set."""

    def __init__(self, to: Server) -> None:
        self._to = to
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
            await asyncio.gather(_pump(reader, back), _pump(there, writer))


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(65536):
            sink.write(data)
    sink.close()


@asynccontextmanager
async def switch_to(one: Server) -> AsyncGenerator[Switch]:
    """A switch that leads to a server."""
    switch = Switch(one)
    listener = await asyncio.start_server(switch.serve, "127.0.0.1", 0)
    switch.url = f"redis://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    yield switch
    switch.turn(one)
    listener.close()
