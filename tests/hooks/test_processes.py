"""A thousand events to a receiver that is down for an hour, from web processes that are killed: none is lost, or late
for its contest. The hour and each pause of the schedule are shortened alike; leases of processes that die are not."""

import asyncio
import os
import signal
from contextlib import ExitStack
from itertools import accumulate
from pathlib import Path

from server.election.commands import OpenNight
from server.hooks.progress import progress_of
from server.settings import WEBHOOK_PAUSES
from server.stream.cursors.cursors import Cursors
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.conftest import free_port, until
from tests.count.conftest import SECRET, process
from tests.count.rochester import BALLOT, NIGHT, OTHER, night
from tests.hooks.receiver import LOOPBACK, Receiver, event_in, make, note, receiving, secrets

_EVENTS = 1_000
_MEANWHILE = 400  # while the receiver is down
_FASTER = 900  # the hour takes four seconds, all pauses together half a minute
_TRIES = 1 + sum(after < 3600 for after in accumulate(WEBHOOK_PAUSES))  # within the hour
_KEPT_AFTER = 20  # events, which may come twice after each kill


async def test_each_of_a_thousand_events_arrives_though_the_receiver_was_down_and_both_processes_are_killed(
    redis: Embedded, stream: EventStream, tmp_path: Path
) -> None:
    submitter, receiver, port = Submitter(stream), Receiver(secrets(SECRET, "hook")), free_port()
    await submitter.submit(NIGHT, OpenNight(id="open", by="desk", night=night()), night().polls_close)
    await stream.announce(NIGHT)
    await make(stream, NIGHT, "hook", f"http://127.0.0.1:{port}/hook")
    shortened = " ".join(f"{pause / _FASTER:.3f}" for pause in WEBHOOK_PAUSES)
    pauses = {"WEBHOOK_NETWORKS": LOOPBACK, "WEBHOOK_PAUSES": shortened}
    with ExitStack() as running:

        async def started(name: str) -> int:
            folder = tmp_path / name
            folder.mkdir()
            one = await asyncio.to_thread(running.enter_context, process(folder, redis.url, free_port(), **pauses))
            return one.pid

        pids = await asyncio.gather(started("one"), started("two"))
        for number in range(1, _MEANWHILE):
            await note(submitter, number, ballot=(BALLOT, OTHER, None)[number % 3])
        (hook,) = (await submitter.desk(NIGHT)).hooks.values()
        while (await progress_of(Cursors(stream), NIGHT, hook)).cursor.failed < _TRIES:  # the next is after the hour
            await asyncio.sleep(0.05)
        async with receiving(receiver, port):
            await until(lambda: len(receiver.received["/hook"]) > _MEANWHILE // 4, "the first of them")
            for pid in pids:
                await asyncio.to_thread(_kill, pid)
            killed_at = len(receiver.seqs())
            assert killed_at < _MEANWHILE, "both are killed while they send"
            for number in range(_MEANWHILE, _EVENTS):
                await note(submitter, number, ballot=(BALLOT, OTHER, None)[number % 3])
            await started("three")
            await until(lambda: len(receiver.seqs()) == _EVENTS, "all of them")
    received = receiver.received["/hook"]
    assert receiver.seqs() == list(range(1, _EVENTS + 1)), "in order, none lost"
    assert len(received) <= _EVENTS + _KEPT_AFTER + 1
    assert len({one.id for one in received}) == _EVENTS, "a double has the id of the first"
    assert [event_in(one) for one in received[-_EVENTS // 2 :]] == (await stream.read(NIGHT))[-_EVENTS // 2 :]


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
