"""Three Sentinels, a primary and two replicas: receipts and following through planned and unplanned fail-overs."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest
from limits import parse

from server.settings import ROOT
from server.stream.events import EventStream, StreamUnavailable
from server.stream.rates import Rates
from server.stream.submit import Receipt
from tests.conftest import until
from tests.nights_by_hand import START, declare
from tests.redises import Server, replica_of, sentinel, server
from tests.stream.test_events import NIGHT, opened
from tests.stream.test_follow import following, seqs


class Watched(NamedTuple):
    """Servers of which the first is the primary at the beginning, and the Sentinels that watch them."""

    servers: tuple[Server, ...]
    sentinels: tuple[Server, ...]

    @property
    def url(self) -> str:
        """The address of whichever is the primary."""
        return f"redis+sentinel://{','.join(f'127.0.0.1:{one.port}' for one in self.sentinels)}/night"


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    with ExitStack() as stack:
        primary = stack.enter_context(server(tmp_path / "0"))
        replicas = [stack.enter_context(replica_of(primary, tmp_path / str(number))) for number in (1, 2)]
        sentinels = [stack.enter_context(sentinel(tmp_path / f"s{number}", primary, "night")) for number in range(3)]
        for one in sentinels:
            one.wait_until("SENTINEL MASTERS", "num-slaves': b'2'")
            one.wait_until("SENTINEL MASTERS", "num-other-sentinels': b'2'")
        yield Watched((primary, *replicas), tuple(sentinels))


async def test_nothing_acknowledged_is_lost_by_fail_overs_planned_and_unplanned(watched: Watched) -> None:
    stream = EventStream(watched.url, replicas=1)
    await stream.open()
    submitter, receipts, heard = await opened(stream, contests=30), list[Receipt](), set[int]()
    assert stream.durable and await stream.lacks_replicas() == ""

    async def declared(seat: int) -> Receipt:
        while True:
            try:
                return await submitter.submit(NIGHT, declare(seat), START)
            except StreamUnavailable:
                await asyncio.sleep(0.05)

    async def declare_all() -> None:
        for seat in range(30):
            receipts.append(await declared(seat))

    async with following(watched.url) as (news, task):
        declaring = asyncio.create_task(declare_all())
        await until(lambda: len(receipts) >= 8 or declaring.done(), "declarations")
        watched.sentinels[0].ask("SENTINEL FAILOVER night")
        await until(lambda: len(receipts) >= 18 or declaring.done(), "declarations after a planned fail-over")
        primary = next(one for one in watched.servers if "role:master" in one.ask("INFO replication"))
        primary.kill()
        await declaring
        stored = await stream.read(NIGHT)
        assert [event.command_id for event in stored] == ["open", *(f"declare-{seat}" for seat in range(30))]
        assert [receipt.seq for receipt in receipts] == [event.seq for event in stored[1:]]
        await until(lambda: seqs(news)[-1:] == [31] or task.done(), "all events")
        heard.update(seqs(news))
        assert heard == set(range(1, 32))
    await stream.close()


async def test_nothing_is_acknowledged_by_a_primary_whose_replica_has_just_been_promoted(watched: Watched) -> None:
    stream = EventStream(watched.url, replicas=1)
    await stream.open()
    submitter = await opened(stream)
    watched.servers[1].ask("REPLICAOF NO ONE")  # as a Sentinel begins a fail-over: the other replica still confirms
    watched.servers[1].ask("CLIENT KILL TYPE normal")  # which it does, too: for a moment no Sentinel is connected
    with pytest.raises(StreamUnavailable, match="not yet confirmed"):
        await submitter.submit(NIGHT, declare(0), START)
    await stream.close()


async def test_nothing_is_acknowledged_where_most_sentinels_are_out_of_reach(watched: Watched) -> None:
    stream = EventStream(watched.url, replicas=1)
    await stream.open()
    submitter = await opened(stream)
    watched.sentinels[0].kill()
    assert (await submitter.submit(NIGHT, declare(0), START)).seq == 2
    watched.sentinels[1].kill()  # as for who is cut off with a primary, while the others promote a replica of it
    with pytest.raises(StreamUnavailable, match="Too few of the Sentinels"):
        await submitter.submit(NIGHT, declare(1), START)
    await stream.close()


async def test_a_replica_that_one_sentinel_does_not_know_could_take_over(watched: Watched) -> None:
    stream = EventStream(watched.url, replicas=1)
    await stream.open()
    for one in watched.sentinels:
        one.ask("SENTINEL RESET night")  # it knows no replica until the primary tells it of them
        assert await stream.client.could_take_over() == 2
        one.wait_until("SENTINEL MASTERS", "num-slaves': b'2'")
    await stream.close()


async def test_the_rights_that_are_named_for_sentinels_are_enough_and_rates_are_counted_at_the_primary(
    watched: Watched,
) -> None:
    readme = (ROOT / "server" / "stream" / "README.md").read_text()
    (rights,) = re.findall(r"^ACL SETUSER declared .* \+sentinel.*$", readme, re.MULTILINE)
    assert {one.ask(rights) for one in watched.sentinels} == {"OK"}
    url = f"{watched.url}?sentinel_username=declared&sentinel_password=password"
    stream = EventStream(url, replicas=1)
    await stream.open()
    assert (await (await opened(stream)).submit(NIGHT, declare(0), START)).seq == 2
    await stream.close()
    rates = Rates(url)
    assert [await rates.seconds_over(parse("1/minute"), "somebody") > 0 for _ in range(2)] == [False, True]
    assert {one.ask("ACL LOG") for one in watched.sentinels} == {"[]"}
