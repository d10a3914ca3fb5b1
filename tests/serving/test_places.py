"""Who gives way when clients hold every place: those that ask for nothing, never who asks."""

import asyncio
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from socket import SO_LINGER, SO_RCVBUF, SOL_SOCKET, socket
from struct import pack

import httpx2
import pytest
import uvloop
from structlog.testing import capture_logs
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from server.measures import REGISTRY
from server.serving.places import SECONDS_TO_TAKE, Places
from server.stream.embedded import Embedded
from tests.conftest import PATIENCE_SECONDS
from tests.running import Site, play, serving
from tests.serving.test_connection import Caller

NIGHT = "parl.rochester-and-strood.by.2014-11-20"


class Client:
    """A connection whose client has not asked for anything, or has not taken so many bytes that are left."""

    gone = False

    def __init__(self, left: int = 0) -> None:
        self.left = left

    def give_way(self) -> None:
        self.gone = True


def test_the_oldest_that_ask_for_nothing_give_way_once_they_have_half_of_all_places() -> None:
    places = Places(10)
    clients = [Client() for _ in range(7)]
    for client in clients:
        places.asks(client)
    assert [client.gone for client in clients] == [True, True, False, False, False, False, False]
    places.asked(clients[2])
    places.asks(Client())
    assert not any(client.gone for client in clients[2:])


def test_who_takes_next_to_nothing_is_let_go_and_who_takes_slowly_is_not() -> None:
    places = Places(10)
    never, slowly, again = Client(50_000), Client(200_000), Client(50_000)
    for client in (never, slowly, again):
        places.waits(client, 0.0)
    places.let_go_if_slow(SECONDS_TO_TAKE)
    assert not never.gone
    slowly.left = 180_000
    places.took(again)
    places.waits(again, SECONDS_TO_TAKE)
    for second in (1, 2):
        places.let_go_if_slow(SECONDS_TO_TAKE + second)
        assert (never.gone, slowly.gone, again.gone) == (True, False, False)
    places.let_go_if_slow(3 * SECONDS_TO_TAKE)
    assert slowly.gone and again.gone


def test_who_takes_nothing_gives_way_where_every_place_is_taken() -> None:
    places = Places(10)
    clients = [Client(1) for _ in range(11)]
    places.connections.update(clients)  # type: ignore[arg-type]
    for client in clients[:5]:
        places.waits(client, 0.0)
    places.asks(clients[10])
    assert [client.gone for client in clients[:5]] == [True, False, False, False, False]
    assert not clients[10].gone


def test_viewers_are_refused_when_only_the_reserve_is_left() -> None:
    places = Places(10)
    places.connections.update(Client() for _ in range(8))  # type: ignore[arg-type]
    assert places.takes_a_viewer(0.0)
    places.connections.add(Client())  # type: ignore[arg-type]
    assert not places.takes_a_viewer(0.0)


def test_who_has_taken_nothing_for_some_seconds_gives_way_to_a_viewer() -> None:
    places, never, slowly = Places(10), Client(50_000), Client(200_000)
    places.connections.update((never, slowly, *(Client() for _ in range(7))))  # type: ignore[arg-type]
    for client in (slowly, never):
        places.waits(client, 0.0)
    slowly.left = 180_000
    assert not places.takes_a_viewer(4.0)
    assert places.takes_a_viewer(6.0)
    assert (never.gone, slowly.gone) == (True, False)
    places.connections.add(Client())  # type: ignore[arg-type]  # the viewer
    assert not places.takes_a_viewer(6.0)


def test_what_strangers_do_is_logged_once_a_minute() -> None:
    places = Places(2)
    places.tell(0.0)
    with capture_logs() as told:
        for second in range(130):
            places.asks(Client())
            places.was_late()
            places.was_malformed()
            places.tell(float(second))
    assert len(told) == 3
    assert (told[1]["gave_way"], told[1]["late"], told[1]["malformed"]) == (60, 60, 60)


async def test_a_new_visitor_is_served_while_strangers_hold_more_places_than_there_are(
    redis: Embedded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.serving.places._files", lambda: 256 + 40)
    async with serving(redis.url, tmp_path) as site, AsyncExitStack() as stack:
        for number in range(100):
            stranger = await Caller.to(site)
            stack.callback(stranger.writer.close)
            if number % 2:
                await stranger.says(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
            if number % 10 == 0:
                assert await _visited(site) == 200
        assert await _visited(site) == 200


async def test_a_new_visitor_is_served_while_strangers_take_nothing_of_what_they_asked_for(
    redis: Embedded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.serving.places._files", lambda: 256 + 20)
    async with serving(redis.url, tmp_path) as site, AsyncExitStack() as stack:
        for number in range(30):
            stack.enter_context(await _who_takes_nothing(site))
            if number % 5 == 0:
                assert await _visited(site) == 200
        assert await _visited(site) == 200


async def test_who_takes_nothing_of_an_answer_is_let_go(
    redis: Embedded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.serving.places.SECONDS_TO_TAKE", 0.0)
    async with serving(redis.url, tmp_path) as site:
        with await _who_takes_nothing(site) as stranger, pytest.raises(ConnectionError):
            await asyncio.wait_for(_says_on(stranger), PATIENCE_SECONDS)


def test_who_hangs_up_before_answers_to_several_requests_is_no_fault_of_ours(
    redis: Embedded, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def hang_up() -> None:
        async with serving(redis.url, tmp_path) as site:
            strangers = [await _who_takes_nothing(site) for _ in range(4)]
            assert await _visited(site) == 200
            for stranger in strangers:
                stranger.setsockopt(SOL_SOCKET, SO_LINGER, pack("ii", 1, 0))  # as a machine that is gone
                stranger.close()
            for _ in range(4):
                assert await _visited(site) == 200

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # which refuses to write there
        runner.run(hang_up())
    assert caplog.messages == []


async def test_what_is_no_request_is_counted_and_not_logged_one_by_one(
    redis: Embedded, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(redis.url, tmp_path) as site:
        for _ in range(3):
            stranger = await Caller.to(site)
            await stranger.says(b"\0 is this a request?\r\n\r\n")
            assert (await stranger.hears()).startswith(b"HTTP/1.1 400 ")
    assert caplog.records == []


async def test_viewers_leave_places_for_officers_and_the_desk(
    redis: Embedded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.serving.places._files", lambda: 256 + 20)
    refusals = partial(REGISTRY.get_sample_value, "declared_refusals_total", {"status": "503", "kind": "no place"})
    errors = partial(REGISTRY.get_sample_value, "declared_errors_total", {"kind": "answer"})
    await play(redis.url, NIGHT, "night")
    before, failed = refusals() or 0, errors()
    async with serving(redis.url, tmp_path) as site, AsyncExitStack() as stack:
        refused = None
        for _ in range(20):
            try:
                await stack.enter_async_context(connect(f"{site.ws}/nights/night/live?contest=&after=0"))
            except InvalidStatus as error:
                refused = error.response.status_code
                break
        assert refused == 503
        stream = {"Accept": "text/event-stream"}
        async with httpx2.AsyncClient(base_url=site.url) as reader:
            answer = await reader.get("/api/nights/night/events", headers=stream)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
        assert ((refusals() or 0) - before, errors()) == (2, failed), "each is a refusal, and nothing has failed"
        async with httpx2.AsyncClient(base_url=site.url) as officer:
            assert (await officer.get("/count/invitation")).status_code == 200
        with pytest.raises(InvalidStatus) as desk:
            await asyncio.wait_for(stack.enter_async_context(connect(f"{site.ws}/desk/live")), 30)
        assert desk.value.response.status_code != 503


async def _visited(site: Site) -> int:
    async with httpx2.AsyncClient(base_url=site.url) as visitor:
        return (await visitor.get("/healthz")).status_code


async def _says_on(stranger: socket) -> None:
    while True:
        await asyncio.get_running_loop().sock_sendall(stranger, b"\r\n")
        await asyncio.sleep(0.05)


async def _who_takes_nothing(site: Site) -> socket:
    """A client that asks for much, and reads nothing."""
    host, port = site.url.removeprefix("http://").split(":")
    stranger = socket()
    stranger.setsockopt(SOL_SOCKET, SO_RCVBUF, 2048)
    stranger.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(stranger, (host, int(port)))
    await loop.sock_sendall(stranger, b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 16)
    return stranger
