"""What tests of several rooms need: a real Redis-protocol server, and waiting for a thing instead of sleeping."""

import asyncio
import gc
import os
import re
import sys
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import suppress
from pathlib import Path
from random import SystemRandom
from socket import socket
from time import monotonic

import httpx2
import pytest
from argon2 import PasswordHasher
from hypothesis import settings

from server.count.visit import pins
from server.stream import embedded
from server.stream.events import EventStream
from server.stream.watching.watcher import ask
from tests import at_once as at_once  # each test client asks in one step

PATIENCE_SECONDS = 90.0  # for what comes in the end, however busy the machine is

# Otherwise each worker compiles all tests anew, and each process that they start the whole program.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# These machines are noisy: no test has a time to keep.
settings.register_profile("noisy", deadline=None)
settings.load_profile("noisy")
for client in (httpx2.Client, httpx2.AsyncClient):
    # Without verifying, none of them reads the authorities of TLS, which takes 24 ms and which nobody here has.
    client.__init__.__kwdefaults__ = (client.__init__.__kwdefaults__ or {}) | {
        "timeout": PATIENCE_SECONDS,  # for 5
        "verify": False,
    }


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage while tests are collected, which makes next to none and would take half as long again; and
    leave what was made then, with that little, out of every search to come."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
        gc.set_threshold(20_000, 5, 5)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin the files that mostly wait early, each between two that keep a processor busy: by their names they would be
    last, when there is nothing else to do meanwhile."""
    files = list(dict.fromkeys(item.path for item in items))
    wait = [file for file in files if file.parent.name == "stream"]
    busy = [file for file in files if file not in wait]
    places = {file: 2 * place for place, file in enumerate(busy)} | {file: 4 * n + 1 for n, file in enumerate(wait)}
    items.sort(key=lambda item: places[item.path])


# A PIN that is hashed or checked takes 28 ms of a processor, which is meant for those who guess. Tests do so hundreds
# of times: but for those of the hash itself, they take the least that Argon2 allows.
THOROUGH = pins._hasher  # pyright: ignore[reportPrivateUsage]
pins._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # pyright: ignore[reportPrivateUsage]


def free_port() -> int:
    """A port of loopback that nobody serves, below those that the kernel gives to whoever asks for any; a node of
    a cluster has it and 10,000, too."""
    while True:
        port = SystemRandom().randrange(10_000, 22_000)
        with socket() as free, suppress(OSError):
            free.bind(("127.0.0.1", port))
            return port


async def until(true: Callable[[], bool], what: str = "it") -> None:
    """Return once ``true()`` is; fail if that takes unreasonably long."""
    end = monotonic() + PATIENCE_SECONDS
    while not true():
        assert monotonic() < end, f"waited too long for {what}"
        await asyncio.sleep(0.01)


_spare: list[embedded.Embedded] = []  # what tests of this process have left


def _looks(server: embedded.Embedded) -> tuple[bytes, list[bytes]]:
    """How a server is set up, and what it is and who uses it; both empty if it does not answer."""
    path = embedded.socket_path(server.folder)
    told = ask(path, b"INFO server\r\nINFO replication\r\nCLIENT LIST")
    return ask(path, b"CONFIG GET *\r\nACL LIST"), re.findall(rb"run_id:\S+|role:\S+|slave\d+:|cmd=", told)


def _server(folder: Path) -> Iterator[embedded.Embedded]:
    """A server with nothing in it. Starting one takes a fifth of a second, and there are 800 tests that want one: where
    a test leaves it as it was, and unused, it is emptied for the next."""
    server = _spare.pop() if _spare else embedded.start(folder)
    before = _looks(server)
    yield server
    path = embedded.socket_path(server.folder)
    if all(before) and _looks(server) == before and ask(path, b"CONFIG RESETSTAT\r\nFLUSHALL SYNC").count(b"+OK") == 3:
        _spare.append(server)
    else:
        server.stop()


@pytest.fixture
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[embedded.Embedded]:
    """A server with nothing in it, this test's own."""
    yield from _server(tmp_path_factory.mktemp("redis"))


@pytest.fixture(scope="module")
def shared_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[embedded.Embedded]:
    """A server for all tests of a module: each leaves it as it was, or begins its night anew."""
    yield from _server(tmp_path_factory.mktemp("redis"))


@pytest.fixture
async def stream(redis: embedded.Embedded) -> AsyncIterator[EventStream]:
    """The event stream on that server."""
    one = EventStream(redis.url)
    await one.open()
    yield one
    await one.close()
