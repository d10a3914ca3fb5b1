"""What clients send that is no request, or not a whole one: on a real uvicorn, over a plain socket."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.serving import connection
from server.stream.embedded import Embedded
from tests.running import Site, serving

LINE = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
HANDSHAKE = (
    b"GET /nights/night/live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)
POST = b"POST /nowhere HTTP/1.1\r\nHost: x\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n"
MEGABYTE = 1 << 20


@pytest.fixture
async def site(redis: Embedded, tmp_path: Path) -> AsyncIterator[Site]:
    async with serving(redis.url, tmp_path) as server:
        yield server


class Caller:
    """A client that can send any bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def to(cls, site: Site) -> "Caller":
        host, port = site.url.removeprefix("http://").split(":")
        return cls(*await asyncio.open_connection(host, int(port)))

    async def says(self, *parts: bytes) -> None:
        """Send all of it; ConnectionError once the server has closed the connection."""
        for part in parts:
            self.writer.write(part)
            await self.writer.drain()

    async def hears(self) -> bytes:
        """Everything that comes until the server closes the connection."""
        try:
            return await asyncio.wait_for(self.reader.read(), 30)
        except ConnectionError:
            return b""

    async def hears_status(self) -> int:
        """The status of the next answer, whose headers are read as well."""
        head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 30)
        return int(head.split()[1])


@pytest.mark.parametrize(
    ("begin", "part"),
    [
        pytest.param(b"GET /", b"a" * MEGABYTE, id="address"),
        pytest.param(LINE + b"X-Long: ", b"a" * MEGABYTE, id="a header"),
        pytest.param(LINE, b"x: y\r\n" * (MEGABYTE // 6), id="headers"),
        pytest.param(LINE + b"Cookie: ", b"a=b; " * (MEGABYTE // 5), id="cookies"),
        pytest.param(HANDSHAKE, b"x: y\r\n" * (MEGABYTE // 6), id="headers of a handshake"),
        pytest.param(CHUNKED, b"x: y\r\n" * (MEGABYTE // 6), id="trailers"),
        pytest.param(CHUNKED + b"x: ", b"a" * MEGABYTE, id="a trailer"),
    ],
)
async def test_a_request_that_never_ends_is_let_go_and_takes_no_memory(site: Site, begin: bytes, part: bytes) -> None:
    caller = await Caller.to(site)
    await caller.says(begin)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    with pytest.raises(ConnectionError):
        await caller.says(*[part] * 50)
    assert tracemalloc.get_traced_memory()[1] - before < 16 * MEGABYTE, "of fifty that were sent"
    tracemalloc.stop()


@pytest.mark.parametrize("begin", [b"GET /", LINE + b"X-Long: ", HANDSHAKE + b"X-Long: "])
async def test_a_head_that_is_too_long_is_told_so(site: Site, begin: bytes) -> None:
    caller = await Caller.to(site)
    await caller.says(begin + b"a" * (connection.MOST_HEAD + 1))
    answer = await caller.hears()
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert b"connection: close" in answer.lower()


async def test_a_head_of_many_long_headers_is_still_a_request(site: Site) -> None:
    caller = await Caller.to(site)
    await caller.says(LINE + (b"X-Padding: " + b"a" * 1000 + b"\r\n") * 20 + b"Connection: close\r\n\r\n")
    assert (await caller.hears()).startswith(b"HTTP/1.1 200 ")


async def test_an_address_that_is_too_long_is_told_so(site: Site) -> None:
    for path in (b"/nights/%s", b"/nights/none?lang=%s", b"/static/%s/declared.css", b"/api/nights/%s"):
        caller = await Caller.to(site)
        address = path % (b"a" * 5000)
        await caller.says(b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % address)
        assert (await caller.hears()).startswith(b"HTTP/1.1 414 "), path
    caller = await Caller.to(site)
    await caller.says(HANDSHAKE.replace(b"/live", b"/live?contest=" + b"a" * 5000) + b"\r\n")
    assert (await caller.hears()).startswith(b"HTTP/1.1 414 ")


async def test_a_request_that_does_not_come_to_an_end_is_not_waited_for(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "SECONDS_TO_ASK", 1.0)
    declaration = b"POST /api/nights/n/contests/c/declaration HTTP/1.1\r\nHost: x\r\n"

    async def heard(*parts: bytes) -> bytes:
        caller = await Caller.to(site)
        await caller.says(*parts)
        return (await caller.hears())[:13]

    assert await asyncio.gather(
        heard(),
        heard(b"G"),
        heard(LINE),
        heard(HANDSHAKE),
        heard(LINE + b"\r\nGET /he"),
        heard(POST + b"Content-Length: 5\r\n\r\nx"),
        heard(CHUNKED + b"X: y\r\n"),
        heard(declaration + b"Content-Length: 5\r\n\r\nx"),
    ) == [
        b"",
        b"HTTP/1.1 408 ",
        b"HTTP/1.1 408 ",
        b"HTTP/1.1 408 ",
        b"HTTP/1.1 200 ",
        b"HTTP/1.1 404 ",
        b"HTTP/1.1 404 ",
        b"HTTP/1.1 401 ",
    ]


async def test_one_letter_after_another_does_not_buy_time(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "SECONDS_TO_ASK", 1.0)
    caller = await Caller.to(site)
    await caller.says(LINE + b"X-Slow: ")

    async def trickle() -> None:
        while True:
            await caller.says(b"a")
            await asyncio.sleep(0.05)  # so slowly that it would never be too much

    with pytest.raises(ConnectionError):
        await asyncio.wait_for(trickle(), 30)


async def test_empty_lines_after_an_answer_do_not_buy_time(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "SECONDS_TO_ASK", 1.0)
    caller = await Caller.to(site)
    await caller.says(LINE + b"\r\n")
    assert await caller.hears_status() == 200

    async def trickle() -> None:
        while True:
            await caller.says(b"\r\n")
            await asyncio.sleep(0.05)

    with pytest.raises(ConnectionError):
        await asyncio.wait_for(trickle(), 30)


async def test_a_thousand_requests_at_once_on_one_line_are_not_kept(site: Site) -> None:
    caller = await Caller.to(site)
    request = LINE + b"\r\n"
    with pytest.raises(ConnectionError):
        await caller.says(*[request * 500] * 2000)
    caller = await Caller.to(site)
    await caller.says(request * 5 + LINE + b"Connection: close\r\n\r\n")
    assert (await caller.hears()).count(b"HTTP/1.1 200 ") == 6, "a few are answered in turn"


async def test_a_program_that_polls_keeps_its_connection_longer_than_a_browser(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "SECONDS_TO_ASK", 0.1)
    browser, program = await Caller.to(site), await Caller.to(site)
    for caller, asked in ((browser, LINE), (program, b"GET /api/nights HTTP/1.1\r\nHost: x\r\n")):
        await caller.says(asked + b"\r\n")
        assert await caller.hears_status() == 200
    left = [asyncio.create_task(caller.reader.read()) for caller in (browser, program)]
    await asyncio.wait(left, return_when=asyncio.FIRST_COMPLETED)
    assert [one.done() for one in left] == [False, True], "its time is that in which a request must come"
    left[0].cancel()
