"""The push on a real uvicorn: catching up, compression, clients that never read, polling, two processes."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.client import ClientProtocol
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame
from websockets.protocol import OPEN
from websockets.uri import parse_uri

from server.app import build_app
from server.election.commands import OpenNight
from server.serving.web import PortTaken, WebServer
from server.settings import Settings
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.conftest import until
from tests.nights_by_hand import START, ballot, correct, declare, definition
from tests.running import Page, Site, answered, serving

NIGHT = "night"
MORE_THAN_IS_BUFFERED = 200_000  # characters: asyncio keeps 64 KiB for a client, and here the kernel next to nothing


@pytest.fixture
async def site(redis: Embedded, stream: EventStream, tmp_path: Path) -> AsyncIterator[Site]:
    night = definition(NIGHT, contests=200, seats=200)
    await Submitter(stream).submit(NIGHT, OpenNight(id="open", by="desk", night=night), START)
    await stream.announce(NIGHT)
    async with serving(redis.url, tmp_path) as server:
        await ready(server)
        yield server


async def ready(site: Site) -> None:
    async with httpx2.AsyncClient(base_url=site.url) as client:
        await answered(client, "/readyz")


async def test_what_was_kept_of_a_night_is_out_of_date_once_it_plays_again_whichever_process_is_asked(
    redis: Embedded, stream: EventStream, site: Site, tmp_path: Path
) -> None:
    submitter, address = Submitter(stream), f"/api/nights/{NIGHT}"
    await submitter.submit(NIGHT, declare(0), START)
    async with httpx2.AsyncClient(base_url=site.url) as client:
        kept = await answered(client, address, '"seq":2')
    assert kept.headers["etag"] == '"2"'
    assert await stream.begin_again(NIGHT, (2, 0), (await stream.read(NIGHT))[0], ())
    await submitter.submit(NIGHT, declare(1), START)
    async with serving(redis.url, tmp_path) as other:
        await ready(other)
        for one in (site, other):
            async with httpx2.AsyncClient(base_url=one.url) as client:
                await answered(client, f"{address}/contests/{ballot(1)}", '"status":"declared"')
                now = await client.get(address, headers={"If-None-Match": '"2"'})
                assert (now.status_code, now.headers["etag"][:3]) == (200, '"2-')
                assert (await client.get(address, headers={"If-None-Match": now.headers["etag"]})).status_code == 304


@pytest.mark.parametrize("compression", ["deflate", None])
async def test_a_viewer_with_or_without_compression_gets_every_declaration(
    site: Site, stream: EventStream, compression: str | None
) -> None:
    submitter, page = Submitter(stream), Page(site, NIGHT)
    watching = asyncio.create_task(page.watch(21, compression))
    for seat in range(20):
        await submitter.submit(NIGHT, declare(seat), START)
    await watching
    async with httpx2.AsyncClient() as client:
        html = (await client.get(f"{site.url}/nights/{NIGHT}")).text
    assert all(text in html for text in page.fragments.values())
    assert "Con gain from Lab" in page.fragments["row-seat-19"]


async def test_a_viewer_who_reconnects_resumes_where_it_was(site: Site, stream: EventStream) -> None:
    submitter, page = Submitter(stream), Page(site, NIGHT)
    await submitter.submit(NIGHT, declare(0), START)
    await page.watch(2)
    for seat in range(1, 10):
        await submitter.submit(NIGHT, declare(seat), START)
    frames = page.frames
    await page.watch(11)
    assert page.frames >= frames + 1
    assert all(f"row-seat-{seat}" in page.fragments for seat in range(10))


async def test_events_come_as_json_one_a_message(site: Site, stream: EventStream) -> None:
    submitter = Submitter(stream)
    await submitter.submit(NIGHT, declare(0), START)
    address = f"{site.ws}/nights/{NIGHT}/live?after=1"
    async with connect(address, subprotocols=["json"]) as line:  # type: ignore[list-item]
        assert line.subprotocol == "json"
        assert '"seq":2,' in str(await line.recv())
        await submitter.submit(NIGHT, declare(1), START)
        assert '"seq":3,' in str(await line.recv())


async def test_a_burst_is_few_frames_and_every_entry_of_the_feed_is_in_them(site: Site, stream: EventStream) -> None:
    submitter, page = Submitter(stream), Page(site, NIGHT)
    page.after = 1
    async with connect(f"{site.ws}/nights/{NIGHT}/live?after=1", max_size=None) as line:
        for seat in range(200):
            await submitter.submit(NIGHT, declare(seat), START)
        await page.read(line, 201)
    assert page.frames < 100
    assert re.findall(r'id="item-(\d+)"', page.feed) == [str(seq) for seq in range(201, 1, -1)]
    assert "Also just declared" in page.also


async def test_a_client_that_never_reads_delays_nobody_and_recovers_by_itself(site: Site, stream: EventStream) -> None:
    assert site.listening
    site.listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    line = await stuck_client(site)
    submitter, page, stuck = Submitter(stream), Page(site, NIGHT), Page(site, NIGHT)
    watching = asyncio.create_task(page.watch(10**9, compression=None))
    # No more than does it: uvicorn closes the line of a client that does not answer a ping within 40 seconds.
    last, declarations = 1, count()
    while page.characters < MORE_THAN_IS_BUFFERED:
        turn, seat = divmod(next(declarations), 200)
        last = (await submitter.submit(NIGHT, correct(seat, turn) if turn else declare(seat), START)).seq
    await until(lambda: page.after == last, "the last of it")
    watching.cancel()
    decoder = ClientProtocol(parse_uri(site.ws), state=OPEN, max_size=None)
    data = (await head_and_rest(line))[1]
    while stuck.after < last:
        decoder.receive_data(data or await asyncio.get_running_loop().sock_recv(line, 1 << 16))
        data = b""
        for event in decoder.events_received():
            if isinstance(event, Frame):
                stuck.apply(bytes(event.data).decode())
    assert stuck.fragments == page.fragments
    assert stuck.frames < page.frames
    line.close()


async def stuck_client(site: Site) -> socket.socket:
    """A websocket that is opened and then never read, with the smallest buffer that the kernel allows."""
    host, port = site.url.removeprefix("http://").split(":")
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(line, (host, int(port)))
    request = (
        f"GET /nights/{NIGHT}/live?after=0 HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    await loop.sock_sendall(line, request.encode())
    return line


async def head_and_rest(line: socket.socket) -> tuple[bytes, bytes]:
    """The answer to a handshake, and the bytes that came with it."""
    read = b""
    while b"\r\n\r\n" not in read:
        read += await asyncio.get_running_loop().sock_recv(line, 4096)
    head, _, rest = read.partition(b"\r\n\r\n")
    return head, rest


async def test_polling_gets_the_same_fragments_and_304_when_nothing_is_new(site: Site, stream: EventStream) -> None:
    submitter = Submitter(stream)
    await submitter.submit(NIGHT, declare(0), START)
    page = Page(site, NIGHT)
    await page.watch(2)
    async with httpx2.AsyncClient(base_url=site.url) as client:
        answer = await client.get(f"/nights/{NIGHT}/live?after=1")
        polled = Page(site, NIGHT)
        polled.apply(answer.text)
        assert polled.after == 2
        assert polled.fragments == {name: page.fragments[name] for name in polled.fragments}
        again = await client.get(f"/nights/{NIGHT}/live?after=2", headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304
        assert (await client.get(f"/nights/{NIGHT}/live?after=2")).status_code == 204


async def test_a_page_of_a_night_that_has_begun_anew_is_sent_all_of_it(site: Site, stream: EventStream) -> None:
    await Submitter(stream).submit(NIGHT, declare(0), START)
    await Page(site, NIGHT).watch(2)
    async with httpx2.AsyncClient(base_url=site.url) as client:
        page = (await client.get(f"/nights/{NIGHT}")).text
        (of,) = re.findall(r'id="cursor" value="2" data-of="(\d+)"', page)
        live = f"/nights/{NIGHT}/live?after=2&of="
        assert (await client.get(live + of)).status_code == 204
        anew = await client.get(f"{live}{int(of) + 1}")
        assert 'id="banner"' in anew.text and f'data-of="{of}"' in anew.text
        assert 'id="banner"' in (await client.get(f"/nights/{NIGHT}/live?after=9&of={of}")).text, "and one further on"


async def test_two_processes_on_one_redis_show_the_same(
    site: Site, redis: Embedded, stream: EventStream, tmp_path: Path
) -> None:
    async with serving(redis.url, tmp_path) as second:
        await ready(second)
        pages = [Page(site, NIGHT), Page(second, NIGHT)]
        watching = [asyncio.create_task(page.watch(31)) for page in pages]
        for seat in range(30):
            await Submitter(stream).submit(NIGHT, declare(seat), START)
        await asyncio.gather(*watching)
        assert pages[0].fragments == pages[1].fragments


async def test_several_processes_serve_at_one_port_only_where_that_is_asked_for(
    redis: Embedded, tmp_path: Path
) -> None:
    settings = Settings(redis_url=redis.url, data_dir=tmp_path, secret_key="a secret", port=0)
    app = build_app(settings)
    first = WebServer(app, replace(settings, share_port=True), app.hub.end)
    port: int = first.listening.getsockname()[1]
    second = WebServer(app, replace(settings, share_port=True, port=port), app.hub.end)
    with pytest.raises(PortTaken, match=f"at 127.0.0.1:{port}: Address already in use. Set PORT to another."):
        WebServer(app, replace(settings, port=port), app.hub.end)
    for host in ("203.0.113.9", "nowhere.invalid"):  # of nobody
        with pytest.raises(PortTaken, match=f"at {host}:{port}: [A-Z].*. Set HOST to one of this machine."):
            WebServer(app, replace(settings, host=host, port=port), app.hub.end)
    first.listening.close()
    second.listening.close()


async def test_rubbish_in_the_address_or_on_the_line_hurts_nobody(site: Site, stream: EventStream) -> None:
    for after in ("-1", "x", "99999999999999999999", "2%00", ""):
        page = Page(site, NIGHT)
        async with connect(f"{site.ws}/nights/{NIGHT}/live?after={after}", max_size=None) as line:
            await page.read(line, 1)
    with pytest.raises(InvalidStatus):
        await connect(f"{site.ws}/nights/no-such-night/live?after=0")
    for no_line in (f"/api/nights/{NIGHT}/chart.csv", f"/nights/{NIGHT}", "/"):
        with pytest.raises(InvalidStatus, match="403"):
            await connect(f"{site.ws}{no_line}")
    async with connect(f"{site.ws}/nights/{NIGHT}/live?after=1") as line:
        await line.send(b"\x00\xff")
        await line.send("x" * 100_000)
        assert await line.recv() == ""
        with pytest.raises(ConnectionClosed):
            await line.recv()
    await Submitter(stream).submit(NIGHT, declare(0), START)
    page = Page(site, NIGHT)
    await page.watch(2)
    assert "Con gain" in page.fragments["banner"] or "CON" in page.fragments["banner"]


async def test_a_page_of_another_version_of_the_program_is_told_to_load_itself_anew(site: Site) -> None:
    async with httpx2.AsyncClient(base_url=site.url) as client:
        for page, live in ((f"/nights/{NIGHT}", f"/nights/{NIGHT}/live"), ("/", "/live")):
            made = re.findall(r"&amp;made=(\w+)", (await answered(client, page, "hx-ws:connect")).text)[0]
            for asked, status, close in ((f"&made={made}", 204, 0), ("", 204, 0), ("&made=before", 205, 1000)):
                address = f"{live}?after={'1' if page != '/' else await _mark(client)}{asked}"
                assert (await client.get(address)).status_code == status
                async with connect(f"{site.ws}{address}") as line:
                    if close:
                        with pytest.raises(ConnectionClosed):
                            await line.recv()
                        assert line.close_code == close


async def _mark(client: httpx2.AsyncClient) -> str:
    return re.findall(r'id="cursor" value="(\d+)"', (await client.get("/")).text)[0]


@pytest.mark.parametrize("topic", ["x" * 500, "swing/PP53/PP53", "parl.nowhere.2019-12-12", "battlegrounds/PP1/none"])
async def test_a_page_that_a_night_does_not_have_cannot_be_watched(site: Site, topic: str) -> None:
    past = "parl.2019-12-12"
    async with httpx2.AsyncClient(base_url=site.url) as client:
        for address in (f"/nights/{NIGHT}/live", f"/nights/{past}/frame", f"/nights/{past}/reel/0"):
            answer = await client.get(address, params={"contest": topic})
            assert answer.status_code == 404, address
            assert "This night has no page" in answer.text
    for night in (NIGHT, past):
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"{site.ws}/nights/{night}/live?contest={topic}&after=0")
        assert refused.value.response.status_code == 404


@pytest.mark.parametrize(
    "topic", ["", "contests", "areas", "records", "swing/PP53/PP52", "battlegrounds/PP53/all", "wall", "embed-map"]
)
async def test_every_page_that_a_night_has_can_be_watched(site: Site, topic: str) -> None:
    async with httpx2.AsyncClient(base_url=site.url) as client:
        answer = await client.get("/nights/parl.2019-12-12/frame", params={"contest": topic, "after": 640})
    assert answer.status_code == 200


async def test_an_erased_night_sends_its_viewers_back_and_they_find_the_new_one(
    site: Site, stream: EventStream
) -> None:
    page = Page(site, NIGHT)
    await Submitter(stream).submit(NIGHT, declare(0), START)
    async with connect(f"{site.ws}/nights/{NIGHT}/live?after=0", max_size=None) as line:
        await page.read(line, 2)
        await stream.erase(NIGHT)
        await line.wait_closed()
        assert line.close_code == 1012
    opening = OpenNight(id="open-2", by="desk", night=definition(NIGHT, contests=2))
    await Submitter(stream).submit(NIGHT, opening, START)
    await stream.announce(NIGHT)
    async with httpx2.AsyncClient(base_url=site.url) as client:
        await answered(client, f"/nights/{NIGHT}")
    page.fragments.clear()
    await page.watch(0)
    async with connect(f"{site.ws}/nights/{NIGHT}/live?after={page.after}", max_size=None) as line:
        page.apply(str(await line.recv()))
    assert "waiting" in page.fragments["banner"].lower()
    assert ballot(1) in page.fragments["row-seat-1"]
