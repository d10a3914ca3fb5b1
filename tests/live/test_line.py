"""A websocket from its handshake to its end, on a real uvicorn: what a client asks for, says, and how it leaves."""

import asyncio
import gc
import socket
import struct
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.server import ServerProtocol

from server.election.commands import OpenNight
from server.live.line import Line
from server.serving.places import Places
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.conftest import until
from tests.nights_by_hand import START, declare, definition
from tests.running import Page, Site, answered, serving

NIGHT = "night"
HANDSHAKE = (
    f"GET /nights/{NIGHT}/live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


@pytest.fixture
async def site(redis: Embedded, stream: EventStream, tmp_path: Path) -> AsyncIterator[Site]:
    await Submitter(stream).submit(NIGHT, OpenNight(id="open", by="desk", night=definition(NIGHT)), START)
    await stream.announce(NIGHT)
    async with serving(redis.url, tmp_path) as server, httpx2.AsyncClient(base_url=server.url) as client:
        await answered(client, f"/nights/{NIGHT}")
        yield server


def live(site: Site, after: int = 1) -> str:
    return f"{site.ws}/nights/{NIGHT}/live?after={after}"


async def watched_by(site: Site, number: int) -> None:
    """Wait until the night has this many viewers."""
    async with httpx2.AsyncClient(base_url=site.url) as client:
        await answered(client, "/metrics", f'declared_viewers{{night="{NIGHT}"}} {number}.0')


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", ""),
        ("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZQ=="),
        ("dGhlIHNhbXBsZSBub25jZQ==", "!!!!!!!!!!!!!!!!!!!!!!=="),
        ("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8"),
        ("HTTP/1.1", "HTTP/1.0"),
        ("GET", "POST"),
    ],
)
async def test_a_handshake_that_is_none_is_told_so(site: Site, right: str, wrong: str) -> None:
    answer = await answer_to(site, HANDSHAKE.replace(right, wrong))
    assert answer.startswith("HTTP/1.1 400 ")
    assert "A websocket of version 13 (RFC 6455) was expected." in answer


async def test_a_websocket_where_there_is_none_is_denied(site: Site) -> None:
    for path in ("/healthz", "/count", "/nothing/here"):
        with pytest.raises(InvalidStatus) as denied:
            await connect(f"{site.ws}{path}")
        assert denied.value.response.status_code == 403


async def answer_to(site: Site, request: str) -> str:
    """Everything that the server answers until it closes the connection."""
    host, port = site.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request.encode())
    answer = (await reader.read()).decode()
    writer.close()
    return answer


async def test_a_night_that_is_not_there_is_denied_in_words(site: Site) -> None:
    with pytest.raises(InvalidStatus) as denied:
        await connect(f"{site.ws}/nights/another/live?after=0")
    response = denied.value.response
    assert (response.status_code, response.body) == (404, b"There is no such night, on air or past.")


@pytest.mark.parametrize(
    ("offer", "agreed"),
    [
        (ClientPerMessageDeflateFactory(), True),
        (ClientPerMessageDeflateFactory(client_max_window_bits=True), True),
        (ClientPerMessageDeflateFactory(server_no_context_takeover=True), False),
        (ClientPerMessageDeflateFactory(server_max_window_bits=10), False),
    ],
)
async def test_only_a_client_that_keeps_a_whole_window_is_sent_compressed_frames(
    site: Site, stream: EventStream, offer: ClientPerMessageDeflateFactory, agreed: bool
) -> None:
    page = Page(site, NIGHT)
    async with connect(live(site), compression=None, extensions=[offer]) as line:
        assert bool(line.protocol.extensions) == agreed
        for seat in range(3):
            await Submitter(stream).submit(NIGHT, declare(seat), START)
        await page.read(line, 4)
    assert "Con gain" in page.fragments["row-seat-2"]


@pytest.mark.parametrize("compression", ["deflate", None])
async def test_what_a_client_says_is_answered_as_the_rfc_has_it(site: Site, compression: str | None) -> None:
    async with connect(live(site), compression=compression) as line:
        await watched_by(site, 1)
        await line.send("hello, nobody listens")
        await asyncio.wait_for(await line.ping(), 30)
        await line.close()
        assert line.close_code == 1000
    await watched_by(site, 0)


async def test_a_client_that_has_left_leaves_nothing_for_the_collector(site: Site) -> None:
    gc.collect()
    gc.disable()
    try:
        async with connect(live(site)) as client:
            await (await client.ping())
        await watched_by(site, 0)
        assert not [one for one in gc.get_objects() if isinstance(one, ServerProtocol)]
    finally:
        gc.enable()


async def test_a_client_that_says_too_much_is_closed(site: Site) -> None:
    async with connect(live(site), compression=None) as line:
        assert await line.recv() == ""
        await line.send("x" * 5000)
        with pytest.raises(ConnectionClosed):
            await line.recv()
        assert line.close_code == 1009
    await watched_by(site, 0)


async def test_a_client_that_is_cut_off_is_forgotten(site: Site, stream: EventStream) -> None:
    async with connect(live(site)) as line:
        await watched_by(site, 1)
        held: socket.socket = line.transport.get_extra_info("socket")
        held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        line.transport.abort()
        await watched_by(site, 0)
    await Submitter(stream).submit(NIGHT, declare(0), START)


async def test_what_a_client_asks_for_and_does_not_read_does_not_pile_up() -> None:
    loop, ping = asyncio.get_running_loop(), b"\x89\xfd\0\0\0\0" + b"x" * 125
    lines: list[Line] = []
    transports: list[asyncio.Transport] = []

    class Accepting(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            transport.set_write_buffer_limits(high=0)
            transports.append(transport)
            lines.append(Line(transport, Places(), deflate=False))

    server = await loop.create_server(Accepting, "127.0.0.1", 0)
    client = socket.create_connection(server.sockets[0].getsockname())
    client.setblocking(False)
    await until(lambda: bool(lines))
    sent, most = 0, 0
    while sent < 64 * 1024 * 1024:
        try:
            sent += client.send(ping * 2000)
        except BlockingIOError:
            if lines[0].paused and not transports[0].is_reading():
                break
        await asyncio.sleep(0)
        most = max(most, transports[0].get_write_buffer_size())
    assert most < 1024 * 1024
    answered = 0
    while answered < 100_000:  # it is answered once it reads
        answered += len(await asyncio.wait_for(loop.sock_recv(client, 1 << 16), 30))
    client.close()
    server.close()


async def test_a_process_that_stops_sends_its_viewers_away_to_come_back(
    site: Site, redis: Embedded, tmp_path: Path
) -> None:
    async with serving(redis.url, tmp_path) as stops, httpx2.AsyncClient(base_url=stops.url) as client:
        await answered(client, f"/nights/{NIGHT}")
        line = await connect(live(stops))
        assert await line.recv() == "", "who has missed nothing hears so"
    with pytest.raises(ConnectionClosed):
        await line.recv()
    assert line.close_code == 1012
