"""The stream on a real server: the lock, retries, lost replies, kill -9."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from server.election.commands import OpenNight
from server.election.refusals import Refused
from server.stream import codec
from server.stream.codec import UnknownEvent
from server.stream.embedded import Embedded
from server.stream.events import Conflict, EventStream
from server.stream.reading import Position, Since
from server.stream.submit import Receipt, Submitter
from tests.conftest import until
from tests.nights_by_hand import START, declare, definition

NIGHT = "night"


async def opened(stream: EventStream, contests: int = 3) -> Submitter:
    submitter = Submitter(stream)
    await submitter.submit(NIGHT, OpenNight(id="open", by="desk", night=definition(NIGHT, contests)), START)
    await stream.announce(NIGHT)
    return submitter


async def test_events_come_back_as_they_were_stored(stream: EventStream) -> None:
    submitter = await opened(stream)
    await submitter.submit(NIGHT, declare(0), START)
    events = await stream.read(NIGHT)
    assert [event.seq for event in events] == [1, 2]
    assert [codec.decode(codec.encode(event)) for event in events] == events


async def test_a_seq_is_written_once_and_the_loser_reads_on(stream: EventStream) -> None:
    submitter = await opened(stream)
    await submitter.submit(NIGHT, declare(0), START)
    (event,) = await stream.read(NIGHT, 1)
    with pytest.raises(Conflict) as conflict:
        await stream.append(NIGHT, event, Position(events=1))
    assert replace(conflict.value.since, event_mark="") == Since(whole=False, round="0-0", events=(event,), acts=())


async def test_fifty_writers_at_once_leave_no_gap_and_no_double(stream: EventStream) -> None:
    await opened(stream, contests=50)
    writers = [Submitter(stream) for _ in range(50)]
    receipts = await asyncio.gather(
        *(writer.submit(NIGHT, declare(seat), START) for seat, writer in enumerate(writers))
    )
    assert sorted(receipt.seq for receipt in receipts) == list(range(2, 52))
    assert [event.seq for event in await stream.read(NIGHT)] == list(range(1, 52))


async def test_a_command_sent_again_gets_its_first_receipt(stream: EventStream) -> None:
    submitter = await opened(stream)
    first = await submitter.submit(NIGHT, declare(0), START)
    await submitter.submit(NIGHT, declare(1), START)
    again = await Submitter(stream).submit(NIGHT, declare(0), START)
    assert again == Receipt(NIGHT, first.seq, first.at, repeated=True)
    assert len(await stream.read(NIGHT)) == 3


async def test_another_declaration_of_the_same_contest_is_refused_from_any_process(stream: EventStream) -> None:
    await (await opened(stream)).submit(NIGHT, declare(0), START)
    with pytest.raises(Refused):
        await Submitter(stream).submit(NIGHT, declare(0, command="another"), START)


async def test_a_lost_reply_stores_the_event_once(redis: Embedded, tmp_path: Path) -> None:
    async with Lossy(redis, tmp_path / "lossy.sock") as url:
        stream = EventStream(url)
        submitter = await opened(stream)
        receipt = await submitter.submit(NIGHT, declare(0), START)
        assert receipt.seq == 2
        assert [event.command_id for event in await stream.read(NIGHT)] == ["open", "declare-0"]
        await stream.close()


async def test_kill_9_loses_and_doubles_nothing_that_was_acknowledged(redis: Embedded, stream: EventStream) -> None:
    submitter = await opened(stream, contests=200)
    acknowledged: list[Receipt] = []

    async def declare_all() -> None:
        for seat in range(200):
            acknowledged.append(await submitter.submit(NIGHT, declare(seat), START))

    declaring = asyncio.create_task(declare_all())
    for progress in (20, 90, 150):
        await until(lambda progress=progress: len(acknowledged) >= progress or declaring.done(), "declarations")
        os.kill(redis.pid, signal.SIGKILL)
    await declaring
    events = await stream.read(NIGHT)
    assert [event.seq for event in events] == list(range(1, 202))
    assert [event.command_id for event in events[1:]] == [f"declare-{seat}" for seat in range(200)]
    assert [receipt.seq for receipt in acknowledged] == list(range(2, 202))


async def test_an_unknown_kind_is_an_error_with_a_sentence() -> None:
    with pytest.raises(UnknownEvent, match="newest version"):
        codec.decode(b'{"kind":"declared.2","seq":2}')


async def test_an_erased_night_is_gone_and_can_be_opened_again(stream: EventStream) -> None:
    await opened(stream)
    assert await stream.nights() == [NIGHT]
    await stream.erase(NIGHT)
    assert await stream.nights() == []
    assert await stream.read(NIGHT) == []
    await opened(stream)
    assert await stream.nights() == [NIGHT]


async def test_a_night_begins_again_once_though_several_find_that_it_is_over(stream: EventStream) -> None:
    submitter = await opened(stream)
    await submitter.submit(NIGHT, declare(0), START)
    (opening, _) = await stream.read(NIGHT)
    assert [await stream.begin_again(NIGHT, (2, 0), opening, ()) for _ in range(2)] == [True, False]
    assert await stream.read(NIGHT) == [opening]
    assert not await stream.begin_again(NIGHT, (1, 1), opening, ()), "something was done at its desk meanwhile"


class Lossy:
    """A proxy to Redis that loses the reply to every second append, and the connection with it."""

    def __init__(self, redis: Embedded, path: Path) -> None:
        self._server, self._path = redis.url.removeprefix("unix://"), path
        self._adds = 0

    async def __aenter__(self) -> str:
        self._listener = await asyncio.start_unix_server(self._serve, self._path)
        return f"unix://{self._path}"

    async def __aexit__(self, *_: object) -> None:
        self._listener.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_unix_connection(self._server)
        lose = asyncio.Event()

        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter, seen: Callable[[bytes], None]) -> None:
            while data := await source.read(65536):
                seen(data)
                if lose.is_set() and sink is writer:
                    break
                sink.write(data)
            sink.close()

        def request(data: bytes) -> None:
            if b"declare" in data:
                self._adds += 1
                if self._adds % 2:
                    lose.set()

        both: list[Awaitable[None]] = [
            pump(reader, server_writer, request),
            pump(server_reader, writer, lambda _: None),
        ]
        await asyncio.gather(*both)
