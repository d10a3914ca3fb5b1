"""A process that is told to stop while another serves at the same port: nobody notices."""

import asyncio
import errno
import signal
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx2
from starlette.applications import Starlette
from websockets.exceptions import ConnectionClosed

from server.app import build_app
from server.live.line import Line
from server.serving.leaving import Leaving, take_no_newcomers
from server.serving.web import WebServer
from server.settings import Settings
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from tests.conftest import until
from tests.nights_by_hand import START, declare
from tests.running import Page, Site, answered
from tests.stream.test_events import NIGHT, opened

SECONDS = 2
VIEWERS = 12
EVENTS = 30


@asynccontextmanager
async def sharing(
    redis_url: str, folder: Path, port: int = 0
) -> AsyncGenerator[tuple[WebServer, "asyncio.Task[None]"]]:
    """One of several processes at a port, ready."""
    settings = Settings(
        redis_url=redis_url, data_dir=folder, secret_key="a secret", port=port, share_port=True, drain_seconds=SECONDS
    )
    app = build_app(settings)
    server = WebServer(app, settings, app.hub.end, app.leave)
    running = asyncio.create_task(server.listen())
    await until(lambda: server.started)
    try:
        yield server, running
    finally:
        server.should_exit = True
        await running


async def watch(page: Page, until_seq: int) -> None:
    """Watch as a browser does, which comes again when it is sent away."""
    while page.after < until_seq:
        with suppress(ConnectionClosed):
            await page.watch(until_seq)


async def test_while_one_of_two_leaves_every_request_is_answered_and_no_viewer_misses_an_event(
    redis: Embedded, stream: EventStream, tmp_path: Path
) -> None:
    submitter = await opened(stream, contests=60)
    statuses: list[int] = []

    async def ask(client: httpx2.AsyncClient, path: str) -> None:
        """Ask one request after the other, on a connection that is kept, or on a new one each time."""
        while not leaving.done() or len(statuses) <= 10:  # on a busy machine, the rest is asked of the one that stays
            answer = await client.get(path, headers={"Connection": "close"} if path == "/" else {})
            statuses.append(answer.status_code)
            await asyncio.wait([leaving], timeout=0.02)

    async with sharing(redis.url, tmp_path) as (first, leaving):
        port: int = first.listening.getsockname()[1]
        site = Site(f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port}", Settings())
        async with sharing(redis.url, tmp_path, port), httpx2.AsyncClient(base_url=site.url) as client:
            await answered(client, f"/nights/{NIGHT}")
            pages = [Page(site, NIGHT) for _ in range(VIEWERS)]
            watching = [asyncio.create_task(watch(page, EVENTS)) for page in pages]
            await until(lambda: any(isinstance(one, Line) for one in first.places.connections))
            asking = [asyncio.create_task(ask(client, path)) for path in ("/", "/", f"/nights/{NIGHT}")]
            first.leave()
            for seat in range(EVENTS - 1):
                await submitter.submit(NIGHT, declare(seat), START)
                await asyncio.wait([leaving], timeout=SECONDS / EVENTS)
            await asyncio.gather(*watching, *asking)
    assert len(statuses) > 10
    assert set(statuses) == {200}
    assert all(page.fragments == pages[0].fragments for page in pages)


async def test_who_connects_to_a_process_that_takes_nobody_new_is_taken_by_the_other() -> None:
    with listening_at(0) as leaving, socket.socket() as early, socket.socket() as late:
        at = leaving.getsockname()
        early.connect(at)
        take_no_newcomers(leaving)
        late.setblocking(False)
        assert late.connect_ex(at) == errno.EINPROGRESS
        with listening_at(at[1]) as staying:
            leaving.accept()[0].close()
            leaving.close()
            await asyncio.wait_for(asyncio.get_running_loop().sock_accept(staying), 30)
            await asyncio.wait_for(asyncio.get_running_loop().sock_sendall(late, b"GET"), 30)  # once it is connected


def test_a_busy_process_leaves_after_the_same_seconds_in_fewer_steps() -> None:
    closed: list[bool] = []
    with listening_at(0) as listening:
        leaving = Leaving(20, [object()], listening, lambda: closed.append(True))
        steps = [(leaving.step(100.0 + now), len(closed)) for now in (0, 9.5, 10.5, 19.5, 20)]
    assert steps == [(False, 0), (False, 0), (False, 1), (False, 1), (True, 1)]


def listening_at(port: int) -> socket.socket:
    """A socket that listens at a port which others may share."""
    made = socket.create_server(("127.0.0.1", port), reuse_port=True)
    made.setblocking(False)
    return made


def test_a_process_leaves_at_the_first_sigterm_and_stops_at_the_second_or_at_once_where_it_has_no_time() -> None:
    left: list[int] = []
    for seconds in (10, 0):
        settings = Settings(port=0, drain_seconds=seconds)
        server = WebServer(Starlette(), settings, lambda: None, lambda seconds=seconds: left.append(seconds))
        server.started = True
        stops: list[bool] = []
        for _ in range(2):
            server.handle_exit(signal.SIGTERM, None)
            stops.append(server.should_exit)
        assert stops == ([False, True] if seconds else [True, True])
        server.listening.close()
    assert left == [10]
