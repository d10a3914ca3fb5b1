"""Who gives way when clients hold every place: those that ask for nothing, never who asks."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import httpx2
import pytest
from structlog.testing import capture_logs
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from server.serving.places import Places
from server.stream.embedded import Embedded
from tests.running import Site, play, serving
from tests.serving.test_connection import Caller

NIGHT = "parl.rochester-and-strood.by.2014-11-20"


class Client:
    """A connection whose client has not asked for anything."""

    gone = False

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


def test_viewers_are_refused_when_only_the_reserve_is_left() -> None:
    places = Places(10)
    places.connections.update(Client() for _ in range(8))  # type: ignore[arg-type]
    assert places.takes_a_viewer()
    places.connections.add(Client())  # type: ignore[arg-type]
    assert not places.takes_a_viewer()


def test_what_strangers_do_is_logged_once_a_minute() -> None:
    places = Places(2)
    places.tell(0.0)
    with capture_logs() as told:
        for second in range(130):
            places.asks(Client())
            places.was_late()
            places.tell(float(second))
    assert len(told) == 3
    assert (told[1]["gave_way"], told[1]["late"]) == (60, 60)


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


async def test_viewers_leave_places_for_officers_and_the_desk(
    redis: Embedded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.serving.places._files", lambda: 256 + 20)
    await play(redis.url, NIGHT, "night")
    async with serving(redis.url, tmp_path) as site, AsyncExitStack() as stack:
        refused = None
        for _ in range(20):
            try:
                await stack.enter_async_context(connect(f"{site.ws}/nights/night/live?contest=&after=0"))
            except InvalidStatus as error:
                refused = error.response.status_code
                break
        assert refused == 503
        async with httpx2.AsyncClient(base_url=site.url) as officer:
            assert (await officer.get("/count/invitation")).status_code == 200
        with pytest.raises(InvalidStatus) as desk:
            await asyncio.wait_for(stack.enter_async_context(connect(f"{site.ws}/desk/live")), 30)
        assert desk.value.response.status_code != 503


async def _visited(site: Site) -> int:
    async with httpx2.AsyncClient(base_url=site.url) as visitor:
        return (await visitor.get("/healthz")).status_code
