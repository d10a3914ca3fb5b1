"""A Redis Cluster of three nodes: what is written, read and followed while slots move from one to another."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest
from limits import parse

from server.settings import ROOT
from server.stream.cursors.clocks import Clocks
from server.stream.drafts import Drafts
from server.stream.events import EventStream, StreamUnavailable, StreamUnfit
from server.stream.follow import Opened
from server.stream.rates import Rates
from server.stream.reading import key
from server.stream.submit import Receipt, Submitter
from tests.conftest import until
from tests.nights_by_hand import START, declare, definition
from tests.redises import Server, server
from tests.running import answered, open_then, serving
from tests.stream.test_events import NIGHT, opened
from tests.stream.test_follow import following, seqs

_SLOTS = 16384
_NODE = ("--cluster-enabled", "yes", "--cluster-node-timeout", "500")


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Server]]:
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("cluster")
        started = [stack.enter_context(server(folder / str(each), *_NODE)) for each in range(3)]
        for number, one in enumerate(started):
            one.ask(f"CLUSTER ADDSLOTSRANGE {number * _SLOTS // 3} {(number + 1) * _SLOTS // 3 - 1}")
            one.ask(f"CLUSTER SET-CONFIG-EPOCH {number + 1}")
        for one in started[1:]:
            started[0].ask(f"CLUSTER MEET 127.0.0.1 {one.port}")
        for one in started:
            one.wait_until("CLUSTER INFO", "cluster_state:ok")
            one.wait_until("CLUSTER INFO", "cluster_known_nodes:3")
        yield started


@pytest.fixture
def url(nodes: list[Server]) -> str:
    """The address by two of the nodes: the third is found."""
    return f"redis+cluster://{','.join(f'127.0.0.1:{one.port}' for one in nodes[:2])}"


def owner(nodes: list[Server], slot: str) -> tuple[Server, Server]:
    """The node that has a slot, and another."""
    here = next(one for one in nodes if has(one, slot))
    return here, next(one for one in nodes if one is not here)


def has(node: Server, slot: str) -> bool:
    """Whether a node has a slot, as it says itself."""
    own = next(line for line in node.ask("CLUSTER NODES").splitlines() if "myself" in line)
    ranges = [part.split("-") for part in own.split()[8:] if not part.startswith("[")]
    return any(int(part[0]) <= int(slot) <= int(part[-1]) for part in ranges)


async def test_a_night_goes_on_while_its_slot_moves_to_another_node(nodes: list[Server], url: str) -> None:
    stream = EventStream(url)
    await stream.open()
    submitter, receipts = await opened(stream, contests=30), list[Receipt]()
    refusals: list[str] = []

    async def declared(seat: int) -> Receipt:
        while True:
            try:
                return await submitter.submit(NIGHT, declare(seat), START)
            except StreamUnavailable as error:
                refusals.append(str(error))
                await asyncio.sleep(0.01)

    async def declare_all() -> None:
        for seat in range(30):
            receipts.append(await declared(seat))

    slot = nodes[0].ask(f"CLUSTER KEYSLOT {key(NIGHT)}")
    async with following(url) as (news, task):
        declaring = asyncio.create_task(declare_all())
        await until(lambda: len(receipts) >= 8 or declaring.done(), "declarations")
        here, there = owner(nodes, slot)
        there.ask(f"CLUSTER SETSLOT {slot} IMPORTING {here.ask('CLUSTER MYID')}")
        here.ask(f"CLUSTER SETSLOT {slot} MIGRATING {there.ask('CLUSTER MYID')}")
        asked = await asyncio.to_thread(here.ask, f"MIGRATE 127.0.0.1 {there.port} {key(NIGHT)} 0 5000")
        assert asked == "OK"
        await asyncio.sleep(0)
        for word in (f"{{{NIGHT}}}:desk", f"{{{NIGHT}}}:round", f"{{{NIGHT}}}:settled"):
            await asyncio.to_thread(here.ask, f"MIGRATE 127.0.0.1 {there.port} {word} 0 5000")
        for one in (there, here, *nodes):
            one.ask(f"CLUSTER SETSLOT {slot} NODE {there.ask('CLUSTER MYID')}")
        await declaring
        stored = await stream.read(NIGHT)
        assert [event.command_id for event in stored] == ["open", *(f"declare-{seat}" for seat in range(30))]
        assert not [sentence for sentence in refusals if "another node" not in sentence]
        assert [receipt.seq for receipt in receipts] == [event.seq for event in stored[1:]]
        await until(lambda: seqs(news)[-1:] == [31] or task.done(), "all events")
        assert set(seqs(news)) == set(range(1, 32))
    await stream.close()


async def test_what_a_place_keeps_is_on_any_node(url: str) -> None:
    stream = EventStream(url)
    await stream.open()
    assert stream.not_durable == ("A fail-over may lose what no replica has yet: set REDIS_REPLICAS=1.",)
    drafts, rates, others = Drafts(stream), Rates(url), Rates(url)
    assert await drafts.listed() == {} and await drafts.due(START) == []
    code, _ = await Clocks(drafts).begin(NIGHT, b"{}") or ("", "")
    assert await Clocks(drafts).found(code) == (NIGHT, b"{}")
    counted = [await one.seconds_over(parse("1/minute"), "somebody") > 0 for one in (rates, others)]
    assert counted == [False, True], "all processes count together"
    await stream.close()


async def test_viewers_see_what_a_cluster_has(url: str, tmp_path: Path) -> None:
    stream = EventStream(url)
    await stream.open()
    async with serving(url, tmp_path) as site, httpx2.AsyncClient(base_url=site.url) as client:
        await answered(client, "/readyz")
        for night in ("north", "south", "east"):  # on three nodes, or two
            await open_then(stream, definition(night, 3), "open")
            await Submitter(stream).submit(night, declare(0), START)
            await answered(client, f"/api/nights/{night}", '"declared":1')
    await stream.close()


async def test_the_rights_that_are_named_are_enough_for_a_cluster(nodes: list[Server], url: str) -> None:
    readme = (ROOT / "server/stream/README.md").read_text()
    (rights,) = re.findall(r"^ACL SETUSER declared .* ~nights .*$", readme, re.MULTILINE)
    (more,) = re.findall(r"needs `([^`]+)` there", readme.replace("\n", " "))
    for one in nodes:
        assert one.ask(f"{rights} {more}") == "OK"
    theirs = url.replace("//", "//declared:password@")
    stream = EventStream(theirs)
    await stream.open()
    await open_then(stream, definition("west", 3), "open")
    async with following(theirs) as (news, task):
        await until(lambda: Opened("west") in news or task.done())
        await Submitter(stream).submit("west", declare(0), START)
        await until(lambda: 2 in seqs(news) or task.done(), "what was written")
    assert await Rates(theirs).seconds_over(parse("1/minute"), "another") == 0
    assert await Drafts(stream).listed() == {}
    await stream.close()


async def test_a_cluster_that_lacks_a_slot_or_a_node_says_so(nodes: list[Server], url: str) -> None:
    stream = EventStream(url)
    await stream.open()
    slot = nodes[0].ask("CLUSTER KEYSLOT nights")
    here, there = owner(nodes, slot)
    for one in nodes:
        one.ask(f"CLUSTER DELSLOTS {slot}")
    with pytest.raises(StreamUnavailable, match="Redis Cluster is down") as failure:
        await stream.nights()
    assert not isinstance(failure.value, StreamUnfit)
    for one in nodes:
        one.ask(f"CLUSTER SETSLOT {slot} NODE {here.ask('CLUSTER MYID')}")
    assert isinstance(await stream.nights(), list)
    there.kill()
    said = ""
    while not said:
        try:
            await stream.nights()
        except StreamUnavailable as error:
            said = f"{type(error).__name__}: {error}"
    assert said.startswith(("StreamUnavailable: No Redis answers", "StreamUnavailable: Redis Cluster is down"))
    await stream.close()
