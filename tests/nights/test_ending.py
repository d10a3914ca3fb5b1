"""Ending nights by the command line, opening copies of them, and the ids that a night on air may have."""

import argparse
import asyncio
import io
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from msgspec.structs import replace
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from server.__main__ import main
from server.commands.discard import discard
from server.election.commands import OpenNight, RecordNoPoll, Withdraw
from server.election.counting.desk import Desk
from server.election.nights import fold
from server.election.refusals import Refused
from server.nights import ending
from server.nights.copies import open_copy
from server.nights.kept import Kept
from server.replay.player import Player
from server.replay.script import Orders
from server.settings import Settings
from server.stream import embedded
from server.stream.events import EventStream, StreamUnavailable
from server.stream.submit import Submitter
from tests.conftest import until
from tests.nights_by_hand import START, ballot, declare, definition, with_one_candidate
from tests.running import answered, serving

ROCHESTER = "parl.rochester-and-strood.by.2014-11-20"


async def on_air(stream: EventStream, *commands: object, night: str = "night", rehearsal: bool = False) -> None:
    submitter = Submitter(stream)
    defined = replace(definition(night), rehearsal=True) if rehearsal else definition(night)
    for command in (OpenNight(id="open", by="desk", night=defined), *commands):
        await submitter.submit(night, command, START)  # type: ignore[arg-type]
    await stream.announce(night)


async def discarded(stream: EventStream, night: str = "night", yes: bool = True) -> int:
    return await discard(argparse.Namespace(night=night, yes=yes), Settings(), stream)


async def test_a_night_is_discarded_once_its_id_is_typed_again(
    stream: EventStream, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await on_air(stream)
    for typed, code in (("\n", 1), ("nigth\n", 1), ("night\n", 0)):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        assert await discarded(stream, yes=False) == code
        assert (await stream.nights() == ["night"]) is bool(code)
    printed = capsys.readouterr()
    assert "A night, 1 event, 0 of 3 declared, and 0 acts at its count: all of it goes for good." in printed.out
    assert "Nothing was done: night is on air as it was." in printed.err
    assert await stream.read("night") == []
    with pytest.raises(Refused, match="night is not on air"):
        await discarded(stream)


async def test_what_was_declared_and_taken_back_was_read_too_and_is_not_discarded(stream: EventStream) -> None:
    await on_air(stream, declare(1), Withdraw(id="back", by="desk", ballot=ballot(1), reason="Misread."))
    with pytest.raises(Refused, match=r"Seat 1 was declared, and everybody could read it. The night is not discarded"):
        await discarded(stream)
    await on_air(stream, declare(1), night="practice", rehearsal=True)
    assert await discarded(stream, "practice") == 0
    assert await stream.nights() == ["night"]


class Dying(EventStream):
    """A stream of a process that dies when the night is erased, before it is taken off the list."""

    erased = False

    async def nights(self) -> list[str]:
        if self.erased:
            raise StreamUnavailable("The process has ended.")
        return await super().nights()

    async def take_off(self, night: str, seqs: tuple[int, int]) -> bool:
        self.erased = True
        return await super().take_off(night, seqs)


async def test_a_process_that_dies_while_it_discards_leaves_nothing_half_done(
    redis: embedded.Embedded, stream: EventStream
) -> None:
    await on_air(stream)
    dying = Dying(redis.url)
    with pytest.raises(StreamUnavailable):
        await discarded(dying)
    await dying.close()
    assert await stream.nights() == ["night"], "it is still listed, but nothing is stored: as if it were not there"
    with pytest.raises(Refused, match="night is not on air"):
        await discarded(stream)
    await on_air(stream)
    assert fold(await stream.read("night")).seq == 1


async def test_who_watches_a_night_that_is_discarded_is_sent_away_and_finds_nothing(
    redis: embedded.Embedded, stream: EventStream, tmp_path: Path
) -> None:
    await on_air(stream)
    async with serving(redis.url, tmp_path) as site, httpx2.AsyncClient(base_url=site.url) as client:
        await answered(client, "/nights/night")
        line = await connect(f"{site.ws}/nights/night/live?after=1")
        assert await line.recv() == "", "this page has missed nothing"
        await discarded(stream)
        with pytest.raises(ConnectionClosed):
            await line.recv()
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"{site.ws}/nights/night/live?after=1")
        assert refused.value.response.status_code == 404
        assert (await client.get("/nights/night/live")).status_code == 404
        assert "There is no such night, on air or past." in (await client.get("/nights/night")).text
        assert "/nights/night" not in (await client.get("/")).text


async def test_the_player_of_a_replay_that_is_discarded_ends_with_a_sentence(
    stream: EventStream, tmp_path: Path
) -> None:
    player = Player(stream, {"again": Kept(tmp_path).load(ROCHESTER)}, Orders(speed=1.0))
    playing = asyncio.create_task(player.play())
    submitter = Submitter(stream)
    while (await submitter.look("again")).desk.replay is None:
        await asyncio.sleep(0.01)
    assert await discarded(stream, "again") == 0
    await until(playing.done, "the player")
    with pytest.raises(Refused, match="again was taken off air, so its replay is over"):
        await playing
    assert await stream.nights() == []


async def test_a_contest_without_a_poll_is_not_missing_and_an_uncontested_one_is_done(stream: EventStream) -> None:
    off = RecordNoPoll(id="off", by="desk", ballot=ballot(1), state="countermanded", reason="A death.")
    alone = RecordNoPoll(id="alone", by="desk", ballot=ballot(0), state="uncontested", reason="Alone.")
    submitter, opening = (
        Submitter(stream),
        OpenNight(id="open", by="desk", night=with_one_candidate(definition("night"))),
    )
    for command in (opening, off, alone):
        await submitter.submit("night", command, START)
    stands = await submitter.look("night")
    assert stands.night is not None
    assert ending.declared(stands.night) == "1 of 2 declared, 1 countermanded"
    assert [one.sentence for one in ending.objections(stands.night, stands.desk, START)] == [
        "1 of 2 declared, 1 countermanded; missing: Seat 2."
    ]
    await submitter.submit("night", declare(2), START + timedelta(hours=1))
    stands = await submitter.look("night")
    assert stands.night is not None
    assert ending.objections(stands.night, stands.desk, START) == ()


async def test_before_the_poll_closes_a_night_is_no_past_night_unless_nothing_is_awaited(stream: EventStream) -> None:
    await on_air(stream)
    night, desk = fold(await stream.read("night")), Desk()
    closes = night.definition.polls_close
    assert ending.objections(night, desk, closes)[0].code == "missing"
    early = ending.objections(night, desk, closes - timedelta(days=1))[0]
    assert early.code == "poll-open"
    assert "nothing is published before that" in early.sentence and "discard it" in early.sentence
    for number, contest in enumerate(night.definition.contests):
        off = RecordNoPoll(id=f"off{number}", by="desk", ballot=contest.ballot, state="countermanded", reason="Died.")
        await Submitter(stream).submit("night", off, START)
    assert ending.objections(fold(await stream.read("night")), desk, closes - timedelta(days=1)) == ()


async def test_a_kept_night_is_opened_again_to_practise_with_once_for_everybody_who_asks(
    stream: EventStream, tmp_path: Path
) -> None:
    await on_air(stream, declare(0))
    kept = Kept(tmp_path)
    await ending.keep(stream, kept, "night", lambda night, desk: None)
    past = kept.load("night")
    await on_air(stream, night="night.rehearsal")  # a night of that name which is none to practise with
    opened = await asyncio.gather(
        *(open_copy(stream, kept, past.definition, past.expected, command) for command in ("one", "two", "two"))
    )
    assert {one.id for one in opened} == {"night.rehearsal-2"}
    assert await stream.nights() == ["night.rehearsal", "night.rehearsal-2"]
    copy = fold(await stream.read("night.rehearsal-2")).definition
    assert (copy.rehearsal, copy.replay_of, copy.times, copy.contests) == (True, None, "live", definition().contests)
    await ending.keep(stream, kept, "night.rehearsal-2", lambda night, desk: None)
    assert (await open_copy(stream, kept, past.definition, past.expected, "three")).id == "night.rehearsal-3"
    with pytest.raises(Refused, match="practise with already"):
        await open_copy(stream, kept, copy, past.expected, "four")


TAKEN = "is a past night already: a night on air needs its own id"
BY_THE_COMMAND_LINE = {
    "open a shipped night": (["open", ROCHESTER], f"{ROCHESTER} {TAKEN}"),
    "open as a shipped night": (["open", ROCHESTER, "--as", "parl.2019-12-12"], f"parl.2019-12-12 {TAKEN}"),
    "open as a group": (["open", ROCHESTER, "--as", "parl.by.2010-2015", "--rehearsal"], TAKEN),
    "open under no address": (["open", ROCHESTER, "--as", "a/b"], "'a/b' cannot be the id of a night"),
    "open under a brace": (["open", ROCHESTER, "--as", "{night}"], "'{night}' cannot be the id of a night"),
    "open under a name that no file can have": (["open", ROCHESTER, "--as", "a" * 300], "write at most 200 letters"),
    "open hidden": (["open", ROCHESTER, "--as", "."], "'.' cannot be the id of a night"),
    "replay as a shipped night": (["replay", ROCHESTER, "--as", "parl.2019-12-12"], TAKEN),
    "replay a kept replay": (["replay", ROCHESTER], f"{ROCHESTER}.replay {TAKEN}"),
    "replay under no address": (["replay", ROCHESTER, "--as", "Käse?"], "'Käse?' cannot be the id of a night"),
    "rehearse as a shipped night": (["rehearse", ROCHESTER, "--as", "parl.2019-12-12"], TAKEN),
}


@pytest.mark.parametrize("case", BY_THE_COMMAND_LINE)
def test_no_night_on_air_hides_a_past_night_or_has_an_id_that_makes_no_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    (tmp_path / "nights").mkdir()
    (tmp_path / "nights" / f"{ROCHESTER}.replay.record.jsonl").write_text("kept")
    arguments, sentence = BY_THE_COMMAND_LINE[case]
    assert main(arguments) == 1
    assert sentence in capsys.readouterr().err
