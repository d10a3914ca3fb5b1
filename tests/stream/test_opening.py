"""Opening a night on a real server: the time of the opening, and when it is refused."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from server.election.refusals import Refused
from server.stream import clock
from server.stream.embedded import Embedded, socket_path
from server.stream.events import EventStream
from server.stream.opening import open_night
from server.stream.watching.watcher import ask
from tests.nights_by_hand import definition

NIGHT = definition("night")


async def test_a_night_is_opened_when_it_is_opened_and_not_at_the_close_of_its_poll(stream: EventStream) -> None:
    before = clock.now()
    receipt = await open_night(stream, replace(NIGHT, polls_close=before + timedelta(hours=5)), "open")
    assert before <= receipt.at <= clock.now()


async def test_a_night_that_counts_is_not_opened_where_redis_may_throw_it_away(
    redis: Embedded, stream: EventStream
) -> None:
    assert stream.durable
    ask(socket_path(redis.folder), b"CONFIG SET maxmemory-policy allkeys-lru")
    with pytest.raises(Refused, match="set maxmemory-policy noeviction, not allkeys-lru"):
        await open_night(stream, NIGHT, "open")
    assert await stream.nights() == []
    await open_night(stream, replace(NIGHT, id="practice", rehearsal=True), "practice")
    await open_night(stream, replace(NIGHT, id="again", replay_of="then"), "again")
    assert await stream.nights() == ["practice", "again"]
    started = EventStream(redis.url)
    await started.open()
    assert not started.durable
    assert "throw a whole night away" in started.not_durable[0]
    await started.close()
