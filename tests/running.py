"""The whole program running for a test: a real uvicorn in this process, and a viewer that applies what it is sent."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from socket import socket
from typing import Any

import httpx2
from msgspec import Struct
from websockets.asyncio.client import ClientConnection, connect

from server.app import build_app
from server.election.commands import OpenNight
from server.election.contests import Definition
from server.nights import archive
from server.replay.commands import commands
from server.serving.web import WebServer
from server.settings import Settings
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.conftest import PATIENCE_SECONDS

_HEXAGON = re.compile(r'<svg><a hx-swap-oob="outerHTML:\[aria-labelledby=row-([^"]+)\]" (.*?</a>)</svg>', re.DOTALL)
_PARTIAL = re.compile(r'<hx-partial hx-target="#([^"]+)" hx-swap="([^"]+)">(.*?)</hx-partial>', re.DOTALL)


class Site(Struct, frozen=True):
    """Where the program answers."""

    url: str
    ws: str
    settings: Settings
    listening: socket | None = None  # each connection's socket is made like it


@asynccontextmanager
async def serving(redis_url: str, data_dir: Path, port: int = 0, **more: Any) -> AsyncGenerator[Site]:
    """A web process on that Redis, at a free port of loopback unless one is given; ``more`` settings."""
    settings = Settings(redis_url=redis_url, data_dir=data_dir, secret_key="a secret of this test", port=port, **more)
    app = build_app(settings)
    server = WebServer(app, settings, app.hub.end)
    running = asyncio.create_task(server.listen())
    while not server.started:
        assert not running.done(), "uvicorn did not start"
        await asyncio.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    try:
        yield Site(f"http://{host}:{port}", f"ws://{host}:{port}", settings, server.listening)
    finally:
        server.should_exit = True
        await running


async def answered(client: httpx2.AsyncClient, path: str, holding: str = "") -> httpx2.Response:
    """The first answer at this path that is a page, with this text in it: the follower needs a moment."""
    while True:
        answer = await client.get(path)
        if answer.status_code == 200 and holding in answer.text:
            return answer
        await asyncio.sleep(0.01)


async def play(redis_url: str, night: str, name: str) -> None:
    """Put a past night on air as ``name`` and declare all of it, going on where it was."""
    stream = EventStream(redis_url)
    await stream.open()
    submitter = Submitter(stream)
    for at, command in commands(archive.load(night).events, name):
        await submitter.submit(name, command, at)
        if isinstance(command, OpenNight):
            await stream.announce(name)
    await stream.close()


async def open_then(stream: EventStream, definition: Definition, command_id: str) -> None:
    """Put a night on air as if its poll had just closed: its declarations can have the times of a past night."""
    opening = OpenNight(id=command_id, by="a test", night=definition)
    await Submitter(stream).submit(definition.id, opening, definition.polls_close)
    await stream.announce(definition.id)


class Page:
    """What a browser does with frames: whole fragments by id, entries added to the feed, what the banner names also."""

    def __init__(self, site: Site, night: str, contest: str = "") -> None:
        self.fragments: dict[str, str] = {}
        self.feed = ""
        self.also = ""
        self.frames = 0  # messages
        self.characters = 0  # of all of them
        self.after = 0
        self._address = f"{site.ws}/nights/{night}/live?contest={contest}&after="

    async def watch(self, until_seq: int, compression: str | None = "deflate") -> None:
        """Connect where we are, and read until the page is at that seq."""
        address = f"{self._address}{self.after}"
        async with connect(address, compression=compression, max_size=None, ping_interval=None) as line:
            await self.read(line, until_seq)

    async def read(self, line: ClientConnection, until_seq: int) -> None:
        """Apply frames until the page is at that seq."""
        while self.after < until_seq:
            self.apply(str(await asyncio.wait_for(line.recv(), PATIENCE_SECONDS)))

    def apply(self, message: str) -> None:
        """Swap in every fragment of a message, as htmx does; what is added to the feed goes to its beginning."""
        self.frames += 1
        self.characters += len(message)
        for fragment, swap, text in _PARTIAL.findall(message):
            if fragment == "cursor":
                self.after = int(re.findall(r'value="(\d+)"', text)[0])
            elif fragment == "latest":
                self.feed = text
            elif swap == "afterbegin":
                self.feed = text + self.feed
            elif swap == "innerHTML":
                self.also = text
            else:
                self.fragments[fragment] = text
        for slug, hexagon in _HEXAGON.findall(message):
            self.fragments[f"hex-{slug}"] = f"<a {hexagon}"


def until_made(get: Callable[[str], httpx2.Response]) -> None:
    """Ask for the files of the archive until they are made: a busy machine takes longer than a reader waits."""
    for path in ("/api/archive.sqlite", "/api/archive.jsonl"):
        while get(path).status_code == 503:
            pass
