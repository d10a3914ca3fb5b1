"""Webhooks sent by real web processes to a real receiver: once, again, in order, whatever befalls either of them."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.responses import Response
from structlog.testing import capture_logs

from server.election.commands import HoldNight, OpenNight, ReachStage, ReleaseNight, TakeBackStage, Withdraw
from server.election.counting.acts import Asked
from server.election.counting.acts.hook_acts import HookDropped, HookSwitched
from server.election.events import Declared
from server.hooks.progress import progress_of
from server.stream.cursors.cursors import Cursors
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.reading import hooks_key
from server.stream.submit import Submitter
from tests.conftest import free_port, until
from tests.count.conftest import declaration, stamp
from tests.count.rochester import BALLOT, NIGHT, OTHER, night
from tests.hooks.receiver import LOOPBACK, Receiver, event_in, make, note, receiving, secrets
from tests.running import serving

_KEY = "a secret of this test"


@pytest.fixture
async def opened(stream: EventStream) -> Submitter:
    """The night on air, with its opening as event 1."""
    submitter = Submitter(stream)
    command = OpenNight(id="open", by="desk", night=night())
    await submitter.submit(NIGHT, command, night().polls_close)
    await stream.announce(NIGHT)
    return submitter


async def test_what_happens_is_sent_signed_in_order_and_whole(
    redis: Embedded, stream: EventStream, opened: Submitter, tmp_path: Path
) -> None:
    receiver = Receiver(secrets(_KEY, "hook"))
    async with receiving(receiver) as url:
        await make(stream, NIGHT, "hook", f"{url}/hook")
        async with serving(redis.url, tmp_path, webhook_networks=(LOOPBACK,)):
            await note(opened, 1, 2)
            await opened.submit(NIGHT, declaration(), datetime.now(UTC))
            await until(lambda: receiver.seqs() == [1, 2, 3, 4], "four messages")
    types = [one.type for one in receiver.received["/hook"]]
    assert types == ["night.opened", "note.posted", "note.posted", "contest.declared"]
    last = receiver.received["/hook"][-1]
    assert event_in(last) == (await stream.read(NIGHT))[-1]
    assert isinstance(event_in(last), Declared)
    assert last.data["url"] == f"http://127.0.0.1:8000/api/nights/{NIGHT}/contests/{BALLOT}"
    assert len({one.id for one in receiver.received["/hook"]}) == 4


async def test_a_webhook_is_sent_the_kinds_and_contests_that_it_asked_for(
    redis: Embedded, stream: EventStream, opened: Submitter, tmp_path: Path
) -> None:
    receiver = Receiver(secrets(_KEY, "notes", "one", "results"))
    async with receiving(receiver) as url:
        await make(stream, NIGHT, "notes", f"{url}/notes", ("notes",))
        await make(stream, NIGHT, "one", f"{url}/one", ("notes", "results"), OTHER)
        await make(stream, NIGHT, "results", f"{url}/results", ("results",), BALLOT)
        async with serving(redis.url, tmp_path, webhook_networks=(LOOPBACK,)):
            await note(opened, 1)  # event 2, of no contest
            await note(opened, 2, ballot=OTHER)
            await opened.submit(NIGHT, declaration(), datetime.now(UTC))
            await until(lambda: receiver.seqs("/results") == [4] and receiver.seqs("/notes") == [2, 3], "messages")
            await until(lambda: receiver.seqs("/one") == [3], "the note of one contest")


async def test_a_stage_that_is_taken_back_is_sent_and_what_follows_it(
    redis: Embedded, stream: EventStream, opened: Submitter, tmp_path: Path
) -> None:
    receiver = Receiver(secrets(_KEY, "hook"))
    async with receiving(receiver) as url:
        await make(stream, NIGHT, "hook", f"{url}/hook")
        async with serving(redis.url, tmp_path, webhook_networks=(LOOPBACK,)):
            at = datetime.now(UTC)
            await opened.submit(NIGHT, ReachStage(id="s", by="desk", ballot=BALLOT, stage="boxes in"), at)
            back = TakeBackStage(id="b", by="desk", ballot=BALLOT, stage="boxes in", papers=None, reason="A mistake.")
            await opened.submit(NIGHT, back, at)
            await note(opened, 4)
            await until(lambda: receiver.seqs() == [1, 2, 3, 4], "four messages")
    types = [one.type for one in receiver.received["/hook"]]
    assert types == ["night.opened", "contest.stage", "contest.stage_taken_back", "note.posted"]


async def test_a_cursor_that_nobody_of_ours_wrote_begins_again_and_stops_no_process(
    redis: Embedded, stream: EventStream, opened: Submitter, tmp_path: Path
) -> None:
    receiver = Receiver(secrets(_KEY, "hook"))
    async with receiving(receiver) as url:
        await make(stream, NIGHT, "hook", f"{url}/hook")
        await note(opened, 1)
        await stream.client.call("HSET", hooks_key(NIGHT), "hook", "{nonsense", "hook/log", "more\nof it\n")
        (hook,) = (await opened.desk(NIGHT)).hooks.values()
        assert (await progress_of(Cursors(stream), NIGHT, hook)).tries == ()
        async with serving(redis.url, tmp_path, webhook_networks=(LOOPBACK,)):
            await until(lambda: receiver.seqs() == [1, 2], "both events")


async def test_a_key_that_was_set_by_hand_is_told_in_the_log_and_stops_no_process(
    redis: Embedded, stream: EventStream, opened: Submitter, tmp_path: Path
) -> None:
    await make(stream, NIGHT, "hook", "http://127.0.0.1:9/hook")
    await stream.client.call("SET", hooks_key(NIGHT), "by hand")
    with capture_logs() as lines:
        async with serving(redis.url, tmp_path, webhook_networks=(LOOPBACK,)):
            await until(lambda: any("webhook" in line["event"] for line in lines), "a line about it")
    (told,) = [line for line in lines if "webhook" in line["event"]]
    assert told["hook"] == "hook" and "DEL that key" in told["error"]


async def test_a_receiver_that_was_down_is_sent_everything_in_order(
    redis: Embedded, stream: EventStream, opened: Submitter, tmp_path: Path
) -> None:
    receiver, port = Receiver(secrets(_KEY, "hook")), free_port()
    await make(stream, NIGHT, "hook", f"http://127.0.0.1:{port}/hook")
    pauses = (0.1,) * 100
    async with serving(redis.url, tmp_path, webhook_networks=(LOOPBACK,), webhook_pauses=pauses):
        await note(opened, *range(20))
        async with receiving(receiver, port):
            receiver.answering["/hook"] = lambda tried: Response("busy", 500 if tried < 5 else 200)
            await until(lambda: receiver.seqs() == list(range(1, 22)), "all that happened meanwhile")
        assert [one.seq for one in receiver.received["/hook"]] == list(range(1, 22))


async def test_after_the_last_pause_a_webhook_is_switched_off_and_goes_on_where_it_was(
    redis: Embedded, stream: EventStream, opened: Submitter, tmp_path: Path
) -> None:
    receiver = Receiver(secrets(_KEY, "hook"))
    receiver.answering["/hook"] = lambda _: Response("no room", 507)
    async with receiving(receiver) as url:
        await make(stream, NIGHT, "hook", f"{url}/hook")
        async with serving(redis.url, tmp_path, webhook_networks=(LOOPBACK,), webhook_pauses=(0.05, 0.1)):
            while (hook := (await opened.desk(NIGHT)).hooks["hook"]).on:
                await asyncio.sleep(0.02)
            assert (hook.why, receiver.tried) == ("507 no room", 3)
            await note(opened, 1)
            receiver.answering["/hook"] = lambda _: Response()
            await opened.record(NIGHT, HookSwitched(**stamp("on"), hook="hook", on=True))
            await until(lambda: receiver.seqs() == [1, 2], "what was missed")


async def test_a_receiver_that_is_gone_is_not_asked_again(
    redis: Embedded, stream: EventStream, opened: Submitter, tmp_path: Path
) -> None:
    receiver = Receiver(secrets(_KEY, "hook"))
    receiver.answering["/hook"] = lambda _: Response(status_code=410)
    async with receiving(receiver) as url:
        await make(stream, NIGHT, "hook", f"{url}/hook")
        async with serving(redis.url, tmp_path, webhook_networks=(LOOPBACK,)):
            while (await opened.desk(NIGHT)).hooks["hook"].on:
                await asyncio.sleep(0.02)
    assert receiver.tried == 1


async def test_what_is_held_is_sent_when_it_goes_out_and_what_is_corrected_or_withdrawn_after_it(
    redis: Embedded, stream: EventStream, opened: Submitter, tmp_path: Path
) -> None:
    receiver = Receiver(secrets(_KEY, "hook"))
    async with receiving(receiver) as url:
        await make(stream, NIGHT, "hook", f"{url}/hook", ("results", "night"))
        async with serving(redis.url, tmp_path, webhook_networks=(LOOPBACK,)):
            await opened.submit(NIGHT, HoldNight(id="hold", by="desk"), datetime.now(UTC))
            asked = Asked(**stamp("ask"), command=declaration("held"), reasons={})
            assert await opened.ask(NIGHT, asked) is None, "it waits"
            await until(lambda: receiver.seqs() == [1, 2], "the hold")
            await opened.submit(NIGHT, ReleaseNight(id="release", by="desk"), datetime.now(UTC))
            await opened.send_out(NIGHT, datetime.now(UTC))
            withdrawal = Withdraw(id="withdraw", by="desk", ballot=BALLOT, reason="A wrong sheet was read.")
            await opened.submit(NIGHT, withdrawal, datetime.now(UTC))
            await until(lambda: receiver.seqs() == [1, 2, 3, 4, 5], "the rest")
    types = [one.type for one in receiver.received["/hook"]]
    assert types == ["night.opened", "night.held", "night.released", "contest.declared", "contest.withdrawn"]


async def test_two_processes_send_each_event_once(
    redis: Embedded, stream: EventStream, opened: Submitter, tmp_path: Path
) -> None:
    receiver = Receiver(secrets(_KEY, "hook", "other"))
    async with receiving(receiver) as url:
        await make(stream, NIGHT, "hook", f"{url}/hook")
        await make(stream, NIGHT, "other", f"{url}/other")
        async with (
            serving(redis.url, tmp_path, webhook_networks=(LOOPBACK,)),
            serving(redis.url, tmp_path, webhook_networks=(LOOPBACK,)),
        ):
            await note(opened, *range(60))
            for path in ("/hook", "/other"):
                await until(lambda path=path: len(receiver.seqs(path)) == 61, "all of them")
    for path in ("/hook", "/other"):
        assert [one.seq for one in receiver.received[path]] == list(range(1, 62)), "once, and in order"


async def test_a_night_that_begins_again_is_sent_again_under_other_ids(
    redis: Embedded, stream: EventStream, opened: Submitter, tmp_path: Path
) -> None:
    receiver = Receiver(secrets(_KEY, "hook"))
    async with receiving(receiver) as url:
        await make(stream, NIGHT, "hook", f"{url}/hook")
        async with serving(redis.url, tmp_path, webhook_networks=(LOOPBACK,)):
            await note(opened, 1)
            await until(lambda: receiver.seqs() == [1, 2], "the first round")
            acts = await stream.read_acts(NIGHT)
            (opening, _) = await stream.read(NIGHT)
            assert await stream.begin_again(NIGHT, (2, 1), opening, acts)
            await note(Submitter(stream), 7)
            await until(lambda: len(receiver.received["/hook"]) == 4, "the second round")
    first, second = receiver.received["/hook"][:2], receiver.received["/hook"][2:]
    assert [one.seq for one in second] == [1, 2]
    assert first[1].id != second[1].id
    assert event_in(first[1]) != event_in(second[1])


async def test_a_night_that_is_erased_leaves_no_cursor_and_sends_nothing_more(
    redis: Embedded, stream: EventStream, opened: Submitter, tmp_path: Path
) -> None:
    receiver = Receiver(secrets(_KEY, "hook"))
    receiver.answering["/hook"] = lambda _: Response(status_code=503)
    async with receiving(receiver) as url:
        await make(stream, NIGHT, "hook", f"{url}/hook")
        async with serving(redis.url, tmp_path, webhook_networks=(LOOPBACK,), webhook_pauses=(0.05,) * 100):
            await until(lambda: receiver.tried > 1, "a second try")
            await stream.erase(NIGHT)
            assert not await stream.client.call("EXISTS", f"{{{NIGHT}}}:hooks")
            again = Submitter(stream)
            await again.submit(NIGHT, OpenNight(id="anew", by="desk", night=night()), night().polls_close)
            await stream.announce(NIGHT)
            tried = receiver.tried
            await make(stream, NIGHT, "hook", f"{url}/hook")  # the first thing that a new night of that name is sent
            receiver.answering["/hook"] = lambda _: Response()
            await until(lambda: receiver.seqs() == [1], "the new night")
            assert receiver.tried <= tried + 3
            assert not await stream.client.call("HGET", f"{{{NIGHT}}}:hooks", "gone")


async def test_a_webhook_that_is_dropped_is_sent_nothing_more(
    redis: Embedded, stream: EventStream, opened: Submitter, tmp_path: Path
) -> None:
    receiver = Receiver(secrets(_KEY, "hook", "other"))
    async with receiving(receiver) as url:
        await make(stream, NIGHT, "hook", f"{url}/hook")
        await make(stream, NIGHT, "other", f"{url}/other")
        async with serving(redis.url, tmp_path, webhook_networks=(LOOPBACK,)):
            await until(lambda: receiver.seqs("/hook") == receiver.seqs("/other") == [1], "both")
            await opened.record(NIGHT, HookDropped(**stamp("drop"), hook="hook"))
            await note(opened, 1)
            await until(lambda: receiver.seqs("/other") == [1, 2], "the other")
    assert receiver.seqs("/hook") == [1]
