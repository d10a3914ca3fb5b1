"""A machine whose clock is nine hours fast beside Redis: the time of every event and act is that of Redis."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from server.count.visit.invitations import Invitations
from server.count.visit.inviting import invite_person
from server.stream import clock
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.opening import open_night
from server.stream.submit import Submitter
from tests.count import rochester
from tests.count.conftest import PIN, Phone
from tests.running import answered, serving

FAST = timedelta(hours=9)


@pytest.fixture
async def behind(redis: Embedded, tmp_path: Path) -> AsyncIterator[str]:
    """A proxy to Redis that makes the time in its replies nine hours earlier."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_unix_connection(redis.url.removeprefix("unix://"))

        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter, told: bool) -> None:
            while data := await source.read(1 << 20):
                sink.write(re.sub(rb"(?<=\*2\r\n\$10\r\n)\d{10}(?=\r\n)", earlier, data) if told else data)
            sink.close()

        both: list[Awaitable[None]] = [pump(reader, server_writer, False), pump(server_reader, writer, True)]
        await asyncio.gather(*both)

    def earlier(found: re.Match[bytes]) -> bytes:
        return str(int(found[0]) - int(FAST.total_seconds())).encode()

    listener = await asyncio.start_unix_server(serve, tmp_path / "behind.sock")
    yield f"unix://{tmp_path / 'behind.sock'}"
    listener.close()
    clock.heard(time.time())


async def test_what_happens_is_stamped_with_the_time_of_redis_and_not_of_the_machine_that_took_it(
    behind: str, tmp_path: Path
) -> None:
    began, night = datetime.now(UTC) - timedelta(seconds=1), rochester.night()
    token = Invitations("a secret of this test").make(night.id, "nobody")  # before Redis has told its time
    stream = EventStream(behind)
    await stream.open()
    await open_night(stream, night, "open")
    invitation = await invite_person(Submitter(stream), night.id, "Jane Smith", "officer", (rochester.BALLOT,))
    async with serving(behind, tmp_path) as site, httpx2.AsyncClient(base_url=site.url) as client:
        client.headers["Origin"] = site.url
        await answered(client, f"/api/nights/{night.id}")
        invitations = Invitations(site.settings.secret_key)
        assert invitations.read(token) == (night.id, "nobody", ""), "a signature of the future is no old one"
        link = f"/count/invitation/{invitations.make(night.id, invitation)}"
        form = Phone.hidden((await client.get(link)).text)
        assert (await client.post(link, data=form | {"pin": PIN})).status_code == 303
        page = (await client.get("/count")).text
        assert 'action="/count/verification"' in page, "signed in"
        sent = Phone.hidden(page, "/count/verification") | {"issued": "40,113", "papers": "40,113"}
        assert (await client.post("/count/verification", data=sent)).status_code == 303
    stamps = [stored.at for stored in (*await stream.read(night.id), *await stream.read_acts(night.id))]
    assert len(stamps) == 6
    assert all(began - FAST <= at <= datetime.now(UTC) - FAST + timedelta(seconds=1) for at in stamps)
    await stream.close()
