"""What was acknowledged before another server took over: never confirmed where it is gone, and noticed by everybody."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import httpx2
import pytest
from websockets.asyncio.client import connect

from server.election.commands import PostNote
from server.election.counting.acts import AnyAct, Asked, EventLost, PublicCommand, Stamp
from server.election.events import AnyEvent
from server.stream import follow as following_module
from server.stream.codec import encode
from server.stream.events import EventStream, StreamUnavailable
from server.stream.follow import Erased
from server.stream.reading import key
from server.stream.submit import Submitter
from tests.conftest import until
from tests.nights_by_hand import START, declare
from tests.redises import Server, Switch, replica_of, server, switch_to
from tests.running import Page, answered, serving
from tests.stream.test_events import NIGHT, opened
from tests.stream.test_follow import following, seqs
from tests.stream.test_ledger import REASONS


class Pair(NamedTuple):
    """A primary, the replica that takes over, and the address at which either is found."""

    primary: Server
    replica: Server
    switch: Switch

    def part(self) -> None:
        """From here on the replica gets nothing more: it will take over without it."""
        self.replica.wait_until("INFO replication", "slave_read_repl_offset:" + self._offset())
        self.replica.ask("REPLICAOF NO ONE")

    def _offset(self) -> str:
        told = self.primary.ask("INFO replication")
        return told.partition("master_repl_offset:")[2].partition("\r")[0]

    def fail_over(self) -> None:
        """The replica answers in the primary's place."""
        self.switch.turn(self.replica)


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    with server(tmp_path / "a") as primary, replica_of(primary, tmp_path / "b") as replica:
        async with switch_to(primary) as switch:
            yield Pair(primary, replica, switch)


@pytest.fixture
async def stream(pair: Pair) -> AsyncIterator[EventStream]:
    """The stream at the address of both servers."""
    one = EventStream(pair.switch.url)
    await one.open()
    yield one
    await one.close()


def asked(command: PublicCommand, at: datetime = START) -> Asked:
    stamp = Stamp(seq=0, at=at, by="officer", invitation="", device="", command_id=f"ask/{command.id}")
    return Asked(**stamp, command=command, reasons=REASONS)


class FailsOver(EventStream):
    """A stream whose servers change places between a write and its confirmation."""

    def __init__(self, pair: Pair) -> None:
        super().__init__(pair.switch.url)
        self.pair = pair

    async def settle(self, night: str, *written: AnyEvent | AnyAct, again: bool = False) -> None:
        self.pair.fail_over()
        await super().settle(night, *written, again=again)


async def test_a_server_that_took_over_without_an_event_confirms_nothing(pair: Pair) -> None:
    pair.primary.ask("CONFIG SET appendfsync everysec")
    before, stream = EventStream(pair.switch.url), FailsOver(pair)
    await opened(before)
    pair.part()
    await stream.open()
    submitter = Submitter(stream)
    with pytest.raises(StreamUnavailable, match="lost what was sent"):
        await submitter.ask(NIGHT, asked(declare(0)))
    receipt = await submitter.ask(NIGHT, asked(declare(0)))
    assert receipt and [event.seq for event in await stream.read(NIGHT)] == [1, receipt.seq]
    await before.close()
    await stream.close()


async def test_what_another_server_lacks_is_put_back_before_anything_else_is_written(
    pair: Pair, stream: EventStream
) -> None:
    submitter = await opened(stream)
    pair.part()
    act = asked(declare(0))
    await submitter.record(NIGHT, act)
    pair.fail_over()
    with pytest.raises(StreamUnavailable, match="lost what was sent"):
        await submitter.record(NIGHT, act)
    assert await submitter.record(NIGHT, act) == ((await stream.read_acts(NIGHT))[0], True)


async def test_nothing_is_appended_to_another_history_of_the_same_length(pair: Pair, stream: EventStream) -> None:
    ours, theirs = await opened(stream), EventStream(pair.replica.url)
    pair.part()
    await ours.submit(NIGHT, declare(0), START)
    await Submitter(theirs).submit(NIGHT, declare(1), START)
    pair.fail_over()
    receipt = await ours.submit(NIGHT, declare(2), START)
    assert receipt.seq == 3
    night = await ours.night(NIGHT)
    assert night and list(night.receipts) == ["open", "declare-1", "declare-2"], "it was decided on the truth"
    await theirs.close()


async def test_a_follower_starts_anew_where_another_history_has_its_seqs(pair: Pair, stream: EventStream) -> None:
    submitter, theirs = await opened(stream), EventStream(pair.replica.url)
    async with following(pair.switch.url) as (news, task):
        await until(lambda: seqs(news) == [1])
        pair.part()
        for seat in (0, 1):
            await submitter.submit(NIGHT, declare(seat), START)
        await until(lambda: seqs(news) == [1, 2, 3])
        for seat in (2, 1):
            await Submitter(theirs).submit(NIGHT, declare(seat), START)
        pair.fail_over()
        await until(lambda: len(seqs(news)) == 6 or task.done(), "the other history")
        assert seqs(news) == [1, 2, 3, 1, 2, 3]
        assert Erased(NIGHT, went_back=True) in news
    await theirs.close()


async def test_a_stream_refilled_to_its_length_is_noticed_though_nothing_comes(
    pair: Pair, stream: EventStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following_module, "_BLOCK_MS", 50)
    submitter = await opened(stream)
    await submitter.submit(NIGHT, declare(0), START)
    events = await stream.read(NIGHT)
    async with following(pair.switch.url) as (news, _):
        await until(lambda: seqs(news) == [1, 2])
        await submitter.submit(NIGHT, declare(1), START)
        await until(lambda: seqs(news) == [1, 2, 3])
        other = [*events, *await stream.read(NIGHT, 2)]
        await stream._call("DEL", key(NIGHT))  # pyright: ignore[reportPrivateUsage]
        for event in [*other[:1], *other[1:][::-1]]:  # as another program would write them
            seq = 1 + len(await stream.read(NIGHT))
            data = encode(event).replace(f'"seq":{event.seq}'.encode(), f'"seq":{seq}'.encode())
            await stream._call("XADD", key(NIGHT), f"{seq}-0", "event", data)  # pyright: ignore[reportPrivateUsage]
        await until(lambda: seqs(news)[-3:] == [1, 2, 3] and len(seqs(news)) >= 6, "the refilled stream")
        assert Erased(NIGHT, went_back=True) in news


async def test_everybody_sees_the_truth_and_what_survived_at_the_desk_is_sent_again(
    pair: Pair, stream: EventStream, tmp_path: Path
) -> None:
    submitter = await opened(stream)
    note = PostNote(id="note", by="desk", text="A note that is lost.")
    async with serving(pair.switch.url, tmp_path) as site, httpx2.AsyncClient(base_url=site.url) as client:
        await answered(client, "/readyz")
        await submitter.record(NIGHT, asked(declare(0)))  # it survives, but not its event
        pair.part()
        for command in (note, declare(1), declare(2)):
            await submitter.submit(NIGHT, command, START)
        await answered(client, f"/nights/{NIGHT}", "A note that is lost.")
        page = Page(site, NIGHT)
        await page.watch(4)
        theirs = EventStream(pair.replica.url)
        for seat in (2, 1):
            await Submitter(theirs).submit(NIGHT, declare(seat), START)
        pair.fail_over()
        reasons = ""
        while "went out again" not in reasons and "must be sent again" not in reasons:
            reasons = str((await client.get("/readyz")).json()["reasons"])
        assert f"Redis came back without 2 events of {NIGHT}" in reasons
        async with connect(f"{site.ws}/nights/{NIGHT}/live?after=4") as line:
            page.apply(str(await line.recv()))
        assert "A note that is lost" not in "".join((page.feed, *page.fragments.values()))
        while not any(isinstance(act, EventLost) for act in await stream.read_acts(NIGHT)):
            pass
        lost = [act for act in await stream.read_acts(NIGHT) if isinstance(act, EventLost)]
        assert ("note", 2) in [(act.command, act.lost) for act in lost]
        seen = [event.command_id for event in await stream.read(NIGHT)]
        assert seen == ["open", "declare-2", "declare-1", "declare-0"]
        await theirs.close()


async def test_what_is_sent_again_keeps_the_number_and_time_of_its_receipt(
    pair: Pair, stream: EventStream, tmp_path: Path
) -> None:
    submitter = await opened(stream)
    declared = [asked(declare(seat), START + timedelta(seconds=10 + seat)) for seat in (0, 1)]
    async with serving(pair.switch.url, tmp_path) as site, httpx2.AsyncClient(base_url=site.url) as client:
        await answered(client, "/readyz")
        for act in declared:
            await submitter.record(NIGHT, act)  # the acts survive, but not their events
        pair.part()
        receipts = [await submitter.ask(NIGHT, act) for act in declared]
        shown = await stream.read(NIGHT)
        assert [(one.seq, one.at) for one in receipts if one] == [(event.seq, event.at) for event in shown[1:]]
        page = Page(site, NIGHT)
        await page.watch(3)
        pair.fail_over()
        while len(again := await stream.read(NIGHT)) < len(shown):
            pass
        assert again == shown
        while (reasons := (await client.get("/readyz")).json()["reasons"]) and "came back without" in str(reasons):
            pass
        acts = await stream.read_acts(NIGHT)
        assert not any(isinstance(act, EventLost) for act in acts), "both receipts are as good as before"


async def test_acts_and_events_that_another_server_lacks_are_put_back_as_they_were(
    pair: Pair, stream: EventStream, tmp_path: Path
) -> None:
    submitter = await opened(stream)
    async with serving(pair.switch.url, tmp_path) as site, httpx2.AsyncClient(base_url=site.url) as client:
        await answered(client, "/readyz")
        pair.part()
        receipts = [await submitter.ask(NIGHT, asked(declare(seat))) for seat in (0, 1)]
        before = [*await stream.read(NIGHT), *await stream.read_acts(NIGHT)]
        page = Page(site, NIGHT)
        await page.watch(3)  # so the process that serves it has heard of all
        pair.fail_over()
        while len(await stream.read(NIGHT)) < 3:
            pass
        assert [*await stream.read(NIGHT), *await stream.read_acts(NIGHT)] == before
        assert [receipt and receipt.seq for receipt in receipts] == [2, 3]
        while "came back without" in str((await client.get("/readyz")).json()["reasons"]):
            pass


async def test_what_is_sent_again_under_its_number_with_another_time_is_told_as_lost(
    pair: Pair, stream: EventStream, tmp_path: Path
) -> None:
    submitter, late = await opened(stream), START + timedelta(hours=1)
    act = asked(declare(0), START + timedelta(seconds=10))
    async with serving(pair.switch.url, tmp_path) as site, httpx2.AsyncClient(base_url=site.url) as client:
        await answered(client, "/readyz")
        await submitter.record(NIGHT, act)
        pair.part()
        await submitter.submit(NIGHT, PostNote(id="note", by="desk", text="A note."), START)
        receipt = await submitter.ask(NIGHT, act)
        page = Page(site, NIGHT)
        await page.watch(3)
        theirs = EventStream(pair.replica.url)
        await Submitter(theirs).submit(NIGHT, PostNote(id="later", by="desk", text="A later note."), late)
        pair.fail_over()
        lost: dict[str, EventLost] = {}
        while len(lost) < 2:
            acts = await stream.read_acts(NIGHT)
            lost = {act.command: act for act in acts if isinstance(act, EventLost)}
        again = (await stream.read(NIGHT))[-1]
        assert receipt and (again.seq, again.at) == (receipt.seq, late), "a night's clock never goes back"
        told = lost[again.command_id]
        assert (told.lost, told.announced, told.asked_by) == (receipt.seq, receipt.at, "officer")
        while "1 of them must be sent again" not in (reasons := str((await client.get("/readyz")).json()["reasons"])):
            pass
        assert "Redis came back without 2 events" in reasons
        await theirs.close()
    async with serving(pair.switch.url, tmp_path) as site, httpx2.AsyncClient(base_url=site.url) as client:
        await answered(client, "/readyz")
        address, before = f"/api/nights/{NIGHT}", {"If-None-Match": f'"{again.seq}"'}
        now = await client.get(address, headers=before)
        assert now.status_code == 200, "another process has not shown the events that were lost, and knows of them"
        assert (await client.get(address, headers={"If-None-Match": now.headers["etag"]})).status_code == 304
