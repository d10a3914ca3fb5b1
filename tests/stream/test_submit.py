"""What is asked for goes out once, in the order in which it was asked for, whichever process ends in between."""

from datetime import timedelta

import pytest

from server.election.commands import HoldNight, OpenNight, PostNote, ReachStage, ReleaseNight
from server.election.counting.acts import Asked, Dropped, PublicCommand, Stamp
from server.election.counting.entry import pending
from server.election.events import Declared, NightHeld, NightReleased, NotePosted, StageReached
from server.election.refusals import AFTER_DECLARING, Refused
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.nights_by_hand import START, ballot, declare, definition

NIGHT = "night"
REASONS = {"turnout-out-of-range": "A small hall.", "share-far-from-baseline": "It is."}
HOLD, RELEASE = HoldNight(id="hold", by="desk"), ReleaseNight(id="release", by="desk")
RECOUNT = ReachStage(id="recount", by="officer", ballot=ballot(0), stage="recount")


@pytest.fixture
async def submitter(stream: EventStream) -> Submitter:
    """A night on air with one contest being counted."""
    opened = Submitter(stream)
    await opened.submit(NIGHT, OpenNight(id="open", by="desk", night=definition(NIGHT)), START)
    counting = ReachStage(id="counting", by="officer", ballot=ballot(0), stage="counting")
    await opened.submit(NIGHT, counting, START)
    return opened


def asked(command: PublicCommand) -> Asked:
    stamp = Stamp(
        seq=0, at=START + timedelta(hours=1), by=command.by, invitation="", device="", command_id=f"ask/{command.id}"
    )
    return Asked(**stamp, command=command, reasons=REASONS)


async def waiting(submitter: Submitter) -> list[str]:
    """The ids of what waits to go out."""
    night = await submitter.night(NIGHT)
    assert night is not None
    return [request.command.id for request in pending(night, await submitter.desk(NIGHT))]


async def test_what_is_asked_for_while_the_night_is_held_goes_out_once_it_is_released(
    submitter: Submitter, stream: EventStream
) -> None:
    await submitter.ask(NIGHT, asked(HOLD))
    assert await submitter.ask(NIGHT, asked(declare(0))) is None
    assert await submitter.ask(NIGHT, asked(declare(0))) is None, "and waits once"
    await submitter.send_out(NIGHT, START)
    assert await waiting(submitter) == ["declare-0"]
    await submitter.ask(NIGHT, asked(RELEASE))
    await submitter.send_out(NIGHT, START)
    kinds = [type(event) for event in await stream.read(NIGHT, 2)]
    assert kinds == [NightHeld, NightReleased, Declared]
    assert await waiting(submitter) == []
    again = await submitter.ask(NIGHT, asked(declare(0)))
    assert again is not None
    assert again.repeated


async def test_figures_whose_process_ended_go_out_before_a_recount_that_was_said_later(
    submitter: Submitter, stream: EventStream
) -> None:
    await submitter.record(NIGHT, asked(declare(0)))  # and the process ends
    with pytest.raises(Refused) as refusal:
        await Submitter(stream).ask(NIGHT, asked(RECOUNT))
    assert refusal.value.code == "already-declared"
    assert isinstance((await stream.read(NIGHT))[-1], Declared)
    assert isinstance((await stream.read_acts(NIGHT))[-1], Dropped)


async def test_what_a_process_that_ended_left_behind_is_held_back_by_a_hold(
    submitter: Submitter, stream: EventStream
) -> None:
    await submitter.record(NIGHT, asked(declare(0)))
    await submitter.ask(NIGHT, asked(HOLD))
    assert isinstance((await stream.read(NIGHT))[-1], NightHeld)
    assert await waiting(submitter) == ["declare-0"]


async def test_two_who_hold_a_night_at_once_hold_it_once(submitter: Submitter, stream: EventStream) -> None:
    second = HoldNight(id="hold too", by="desk")
    await submitter.record(NIGHT, asked(second))
    await submitter.ask(NIGHT, asked(HOLD))
    await submitter.ask(NIGHT, asked(RELEASE))
    await submitter.send_out(NIGHT, START)
    night = await submitter.night(NIGHT)
    assert night is not None
    assert not night.held
    assert await waiting(submitter) == []
    assert [type(event) for event in await stream.read(NIGHT, 2)] == [NightHeld, NightReleased]


async def test_what_was_refused_when_it_came_to_go_out_is_on_record_and_is_not_tried_again(
    submitter: Submitter, stream: EventStream
) -> None:
    await submitter.ask(NIGHT, asked(HOLD))
    await submitter.ask(NIGHT, asked(declare(0)))
    await submitter.ask(NIGHT, asked(RECOUNT))
    await submitter.ask(NIGHT, asked(RELEASE))
    await submitter.send_out(NIGHT, START)
    assert isinstance((await stream.read(NIGHT))[-1], Declared)
    dropped = (await stream.read_acts(NIGHT))[-1]
    assert isinstance(dropped, Dropped)
    assert (dropped.asked, dropped.why) == ("recount", f"Seat 0 is already declared. {AFTER_DECLARING}")
    with pytest.raises(Refused) as refusal:
        await submitter.ask(NIGHT, asked(RECOUNT))
    assert refusal.value.code == "dropped"
    assert not any(isinstance(event, StageReached) and event.recount for event in await stream.read(NIGHT))


async def test_a_key_is_good_for_one_content(submitter: Submitter, stream: EventStream) -> None:
    note = PostNote(id="note", by="desk", text="A note.")
    first = await submitter.ask(NIGHT, asked(note))
    with pytest.raises(Refused) as refusal:
        await submitter.ask(NIGHT, asked(PostNote(id="note", by="desk", text="Another.")))
    assert refusal.value.code == "key-reused"
    again = await submitter.ask(NIGHT, asked(PostNote(id="note", by="someone else at the desk", text="A note.")))
    assert first is not None
    assert again is not None
    assert (again.seq, again.repeated) == (first.seq, True)
    assert [event.text for event in await stream.read(NIGHT) if isinstance(event, NotePosted)] == ["A note."]
