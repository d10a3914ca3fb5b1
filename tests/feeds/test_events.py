"""The events of a night: as lines, and as a stream that stays open."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
import uvicorn
from starlette.testclient import TestClient

from server.feeds.events import live
from server.nights import archive
from server.stream import codec
from tests.conftest import until
from tests.feeds.site import GENERAL, ROCHESTER, Site

EVENT_STREAM = {"Accept": "text/event-stream"}
ADDRESS = f"/api/nights/{ROCHESTER}/events"
REPLAY = f"/api/nights/{ROCHESTER}.replay/events"


def test_lines_are_the_events_as_they_are_stored(client: TestClient) -> None:
    response = client.get(ADDRESS)
    assert response.headers["content-type"] == "application/x-ndjson"
    events = [codec.decode(line.encode()) for line in response.text.splitlines()]
    assert tuple(events) == archive.load(ROCHESTER).events
    assert response.text.endswith("\n")


@pytest.mark.parametrize(("after", "first"), [("9", 10), ("0", 1), ("", 1), ("4000", 1)])
def test_lines_go_on_after_a_seq_and_start_anew_where_it_has_not_come(
    client: TestClient, after: str, first: int
) -> None:
    seqs = [json.loads(line)["seq"] for line in client.get(ADDRESS, params={"after": after}).text.splitlines()]
    assert seqs == list(range(first, 18))


def test_nothing_after_the_last_event_is_an_empty_body(client: TestClient) -> None:
    response = client.get(ADDRESS, params={"after": "17"})
    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize("after", ["-1", "four", "1.0", "9" * 30, "٣"])
def test_after_that_is_no_seq_is_a_problem(client: TestClient, after: str) -> None:
    response = client.get(ADDRESS, params={"after": after})
    assert (response.status_code, response.json()["status"]) == (400, 400)
    assert response.json()["detail"].startswith("after must be the seq of an event")


def test_past_nights_stream_ends_with_its_last_event_and_is_not_opened_again(client: TestClient) -> None:
    response = client.get(ADDRESS, headers=EVENT_STREAM)
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.text.count("\nid: ") + response.text.startswith("id: ") == 17
    again = client.get(ADDRESS, headers=EVENT_STREAM | {"Last-Event-ID": "17"})
    assert (again.status_code, again.content) == (204, b"")


def test_stream_resumes_after_the_last_event_id_whatever_the_address_says(client: TestClient) -> None:
    headers = EVENT_STREAM | {"Last-Event-ID": "15"}
    text = client.get(ADDRESS, params={"after": "3"}, headers=headers).text
    last_but_one, last = archive.load(ROCHESTER).events[15:]
    assert text.split("\n\n")[1:] == [
        f"id: 16\ndata: {codec.encode(last_but_one).decode()}",
        f"id: 17\ndata: {codec.encode(last).decode()}",
        "",
    ]


async def test_stream_brings_events_as_they_come_and_forgets_a_reader_who_leaves(site: Site) -> None:
    channel = site.replay(ROCHESTER, until=8)
    async with _served(site) as client:
        async with client.stream("GET", REPLAY, headers=EVENT_STREAM | {"Last-Event-ID": "7"}) as response:
            seqs = _seqs(response)
            assert await anext(seqs) == 8
            channel.advance(archive.load(ROCHESTER).events[8:10])
            assert [await anext(seqs), await anext(seqs)] == [9, 10]
            channel.advance(archive.load(ROCHESTER).events[10:11])
            assert await anext(seqs) == 11
            assert channel.watchers == 1
        await until(lambda: channel.watchers == 0, "the reader to be forgotten")


async def test_quiet_stream_says_that_it_is_still_there(site: Site) -> None:
    channel = site.replay(ROCHESTER, until=1)
    stream = live(channel, 1, lambda: True, lambda: False, beat=0.001)
    assert [(await anext(stream))[:1] for _ in range(3)] == [b":", b":", b":"]
    await stream.aclose()
    assert channel.watchers == 0


async def test_stream_of_a_night_taken_off_air_ends_and_its_reader_begins_anew(site: Site) -> None:
    channel = site.replay(ROCHESTER, until=1)
    stream = live(channel, 0, lambda: channel in site.hub.channels.values(), lambda: site.hub.ending)
    assert (await anext(stream)).startswith(b":")
    assert (await anext(stream)).startswith(b"id: 1\n")
    waiting = asyncio.ensure_future(anext(stream))
    await until(lambda: channel.watchers == 1)
    site.hub.channels.clear()
    channel.advance(archive.load(ROCHESTER).events[1:2])
    assert (await waiting).startswith(b"id: 2\n")
    assert await anext(stream) == b"id: 0\n\n"
    with pytest.raises(StopAsyncIteration):
        await anext(stream)
    assert channel.watchers == 0


async def test_stream_ends_when_the_process_does_and_its_reader_goes_on_from_its_last_id(site: Site) -> None:
    channel = site.replay(ROCHESTER, until=1)
    stream = live(channel, 1, lambda: True, lambda: site.hub.ending)
    assert (await anext(stream)).startswith(b":")
    waiting = asyncio.ensure_future(anext(stream))
    await until(lambda: channel.watchers == 1)
    site.hub.end()
    with pytest.raises(StopAsyncIteration):
        await waiting


async def test_a_reader_is_handed_little_at_once_however_large_an_event_is(site: Site) -> None:
    channel = site.replay(GENERAL, until=2)
    pieces = [piece async for piece in live(channel, 0, lambda: True, lambda: True)]
    assert max(map(len, pieces)) <= 8 * 1024 < len(codec.encode(channel.events[0]))
    told = b"".join(pieces)
    assert all(b"data: " + codec.encode(event) + b"\n\n" in told for event in channel.events)


async def _seqs(response: httpx2.Response) -> AsyncIterator[int]:
    async for line in response.aiter_lines():
        if line.startswith("id: "):
            yield int(line.removeprefix("id: "))


@asynccontextmanager
async def _served(site: Site) -> AsyncGenerator[httpx2.AsyncClient]:
    """The site on a real server: only there do readers leave."""
    server = uvicorn.Server(uvicorn.Config(site.app, port=0, log_config=None, log_level="warning", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started, "the server")
    port = server.servers[0].sockets[0].getsockname()[1]
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        yield client
    server.should_exit = True
    await serving
