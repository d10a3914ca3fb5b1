"""Nights that were on air and are kept: the same pages wherever the record goes, and nothing kept that is not one."""

import argparse
import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from msgspec import UNSET
from msgspec.structs import replace
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from server.__main__ import main
from server.commands import keep as keeping
from server.commands.export import export
from server.count.visit.inviting import invite_person
from server.election.bodies import Body
from server.election.commands import AnyCommand, Declare, HoldNight, OpenNight, PostNote, ReachStage, Withdraw
from server.election.contests import Definition
from server.election.counting.acts import Asked, ReplaySet, ReplayState
from server.election.events import AnyEvent, NightOpened
from server.election.methods.figures import Rejected
from server.election.nights import fold
from server.election.parties import Party
from server.election.refusals import Refused
from server.feeds.tables import database
from server.html.languages import ENGLISH
from server.nights import archive, kept
from server.nights.kept import Kept, NotKept
from server.replay.player import Player
from server.replay.script import Orders
from server.settings import Settings
from server.stream import embedded
from server.stream.events import EventStream
from server.stream.record import read, written
from server.stream.submit import Submitter
from tests.count.conftest import stamp
from tests.nights_by_hand import START, ballot, correct, declare, definition
from tests.running import answered, play, serving

NIGHT = "etholiad.2026"
REPLAY = "rochester.again"
ROCHESTER = "parl.rochester-and-strood.by.2014-11-20"


def by_hand() -> Definition:
    """A night with all that is hard to write: Welsh, quotes, what looks like HTML, and three seats."""
    night = definition(NIGHT)
    names = ("Ynys Môn", "Dwyfor 'a' Meirionnydd", 'Tŷ "<b>" & Tŵr')
    contests = tuple(replace(one, name=name) for one, name in zip(night.contests, names, strict=True))
    titled = replace(night, title='Noson “Llŷn” <i>1</i> & "2"', attribution="Figures of Cyngor Gwynedd & others")
    return replace(titled, contests=contests)


COMMANDS: tuple[AnyCommand, ...] = (
    OpenNight(id="open", by="Siân", night=by_hand()),
    ReachStage(id="boxes", by="Siân", ballot=ballot(0), stage="boxes in"),
    Declare(id="tie", by="Siân", ballot=ballot(0), votes={"1": 7, "2": 7}, rejected=Rejected(0), lot="2", papers=14),
    PostNote(id="note", by="Siân", text="Tynnwyd coelbren: “’n ail” & <b>'\"</b>", ballot=ballot(0)),
    declare(1),
    correct(1, 4),
    declare(2),
    Withdraw(id="back", by="Siân", ballot=ballot(2), reason='They were read out as "8".'),
    PostNote(id="end", by="Siân", text="Nos da."),
)


async def on_air(stream: EventStream) -> None:
    """The night by hand, each thing some odd microseconds after the other, with somebody invited."""
    submitter = Submitter(stream)
    for number, command in enumerate(COMMANDS):
        await submitter.submit(NIGHT, command, START + number * timedelta(minutes=7, microseconds=123457))
    await stream.announce(NIGHT)
    await invite_person(submitter, NIGHT, "Siân Ó Briain", "officer", (ballot(0),))


def settings(data_dir: Path) -> Settings:
    return Settings(data_dir=data_dir, secret_key="a secret of this test")


async def keep(stream: EventStream, data_dir: Path, night: str = NIGHT, anyway: bool = True) -> None:
    assert await keeping.keep(argparse.Namespace(night=night, anyway=anyway), settings(data_dir), stream) == 0


async def pages(client: httpx2.AsyncClient, night: str) -> dict[str, bytes]:
    """A past night in all its pages, and at five of its moments."""
    events = (await client.get(f"/api/nights/{night}/events")).text.splitlines()
    ballots = [one["ballot"] for one in (await client.get(f"/api/nights/{night}")).json()["contests"]]
    moments = [json.loads(event)["at"] for event in [*events[:: len(events) // 4], events[-2]][:5]]
    addresses = [f"/nights/{night}{page}" for page in ("", "/contests", "/records", "/picture.png")]
    addresses += [f"/nights/{night}/contests/{one}" for one in ballots[:2]]
    addresses += [f"/nights/{night}?{httpx2.QueryParams(at=moment)}" for moment in moments]
    addresses += [f"/api/nights/{night}", f"/api/nights/{night}/record", f"/nights/{night}?lang=cy"]
    found = {one: await client.get(one, follow_redirects=True) for one in addresses}
    client.cookies.clear()  # or all that follows is in Welsh
    assert [one for one, answer in found.items() if answer.status_code != 200] == []
    return {one: answer.content for one, answer in found.items()}


async def test_a_kept_night_has_the_same_pages_byte_for_byte_where_its_record_is_imported(
    redis: embedded.Embedded, stream: EventStream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    await on_air(stream)
    await play(redis.url, ROCHESTER, REPLAY)
    async with serving(redis.url, here) as site, httpx2.AsyncClient(base_url=site.url) as client:
        await answered(client, "/api/nights", REPLAY)
        await answered(client, f"/nights/{NIGHT}", "Nos da.")
        for night in (NIGHT, REPLAY):
            await keep(stream, here, night)
            await answered(client, f"/api/nights/{night}", '"state":"past"')
        first = {night: await pages(client, night) for night in (NIGHT, REPLAY)}
        for night in (NIGHT, REPLAY):
            out = str(tmp_path / f"{night}.file")
            options = argparse.Namespace(night=night, out=Path(out))
            assert await export(options, site.settings, stream) == 0

    other = embedded.start(tmp_path / "other")
    monkeypatch.setenv("DATA_DIR", str(there))
    async with serving(other.url, there) as site, httpx2.AsyncClient(base_url=site.url) as client:
        before = {one: (await client.get(one)).content for one in ("/", "/api/nights", f"/nights/{ROCHESTER}")}
        assert (await client.get(f"/nights/{NIGHT}")).status_code == 404
        for night in (NIGHT, REPLAY):
            assert main(["import", str(tmp_path / f"{night}.file")]) == 0
            assert await pages(client, night) == first[night]
        front, listed = (await client.get("/")).text, (await client.get("/api/nights")).json()["nights"]
        assert "Kept here" in front and front.count(f'href="/nights/{NIGHT}"') == 1
        marks = {one["night"]: (one["state"], one["replay_of"], one["declared"]) for one in listed}
        assert (marks[NIGHT], marks[REPLAY]) == (("past", None, 2), ("past", ROCHESTER, 1))

        for night in (NIGHT, REPLAY):
            Kept(there).file(night).unlink()
        assert (await client.get(f"/nights/{NIGHT}")).status_code == 404
        assert {one: (await client.get(one)).content for one in before} == before
    other.stop()


async def test_who_watches_a_night_that_is_kept_is_caught_up_and_let_go(
    redis: embedded.Embedded, stream: EventStream, tmp_path: Path
) -> None:
    await on_air(stream)
    async with serving(redis.url, tmp_path) as site, httpx2.AsyncClient(base_url=site.url) as client:
        await answered(client, f"/nights/{NIGHT}")
        live = f"/nights/{NIGHT}/live?after=8"
        line = await connect(site.ws + live)
        assert "Nos da." in str(await line.recv())
        await keep(stream, tmp_path)
        with pytest.raises(ConnectionClosed):
            await line.recv()
        assert line.close_code == 1012, "it is to come back"
        async with connect(site.ws + live) as again:
            assert "Nos da." in str(await again.recv())
            with pytest.raises(ConnectionClosed):
                await again.recv()
            assert again.close_code == 1000, "and then to open the page anew"
        assert (await client.get(live)).status_code == 205


async def test_what_was_done_at_the_count_is_kept_apart_and_only_its_owner_can_read_it(
    stream: EventStream, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await on_air(stream)
    await keep(stream, tmp_path)
    private = tmp_path / "nights" / f"{NIGHT}.desk.jsonl"
    assert private.stat().st_mode & 0o777 == 0o600
    assert "Siân Ó Briain" in private.read_text() and "Briain" not in Kept(tmp_path).file(NIGHT).read_text()
    printed = capsys.readouterr().out
    assert "9 events, 2 of 3 declared: kept in " in printed
    assert f"What was done at the count, 1 act, is in {private.name} beside it: only you can read that." in printed
    assert NIGHT not in await stream.nights()
    assert await stream.read(NIGHT) == await stream.read_acts(NIGHT) == []


class Busy(EventStream):
    """A stream to which something is added in the moment in which a night is taken off air, as often as asked."""

    times = 1

    async def take_off(self, night: str, seqs: tuple[int, int]) -> bool:
        if self.times:
            self.times -= 1
            await Submitter(self).submit(night, declare(2, command="at the last moment"), START + timedelta(hours=9))
        return await super().take_off(night, seqs)


async def test_what_comes_in_the_last_moment_is_in_the_record(redis: embedded.Embedded, tmp_path: Path) -> None:
    stream = Busy(redis.url)
    await stream.open()
    await on_air(stream)
    await keep(stream, tmp_path)
    await stream.close()
    assert [event.command_id for event in Kept(tmp_path).load(NIGHT).events][-2:] == ["end", "at the last moment"]


@pytest.mark.parametrize("state", ["missing", "playing", "held", "waiting"])
async def test_a_night_that_is_not_over_is_not_kept(stream: EventStream, tmp_path: Path, state: str) -> None:
    await on_air(stream)
    night, submitter = NIGHT, Submitter(stream)
    if state != "missing":
        await submitter.submit(night, declare(2, command="counted again"), START + timedelta(hours=2))
    if state == "playing":
        await play(stream.url, ROCHESTER, night := REPLAY)
        await submitter.record(night, steered("playing"))
    elif state != "missing":
        await submitter.submit(night, HoldNight(id="hold", by="desk"), START + timedelta(hours=2))
    if state == "waiting":
        note = PostNote(id="later", by="desk", text="Later.")
        await submitter.record(night, Asked(**stamp("ask"), command=note, reasons={}))
    with pytest.raises(Refused) as refused:
        await keep(stream, tmp_path, night, anyway=False)
    assert refused.value.code == state
    assert Kept(tmp_path).listed() == () and night in await stream.nights()
    if state == "playing":  # its player would find the night gone
        with pytest.raises(Refused, match="stop it at its desk"):
            await keep(stream, tmp_path, night, anyway=True)
        await submitter.record(night, steered("stopped"))
    await keep(stream, tmp_path, night, anyway=True)
    assert [one.id for one in Kept(tmp_path).listed()] == [night]


def steered(state: ReplayState) -> ReplaySet:
    return ReplaySet(**stamp(state), speed=1.0, state=state)


async def test_a_kept_night_is_played_again_with_all_that_happened_on_it(stream: EventStream, tmp_path: Path) -> None:
    await on_air(stream)
    await keep(stream, tmp_path)
    past = Kept(tmp_path).load(NIGHT)
    left = await Player(stream, {"again": past}, Orders(None)).play()
    assert left.state == "ended"
    assert [(one.at, type(one)) for one in await stream.read("again")] == [(one.at, type(one)) for one in past.events]


async def test_the_count_of_another_night_of_the_same_id_is_not_lost(stream: EventStream, tmp_path: Path) -> None:
    for _ in range(2):
        await on_air(stream)
        if Kept(tmp_path).listed():
            Kept(tmp_path).file(NIGHT).unlink()
            with pytest.raises(NotKept, match="another night of that id: move it away first"):
                await keep(stream, tmp_path)
            assert Kept(tmp_path).listed() == ()
        else:
            await keep(stream, tmp_path)


def events(night: Definition) -> list[AnyEvent]:
    return [NightOpened(seq=1, at=START, by="desk", command_id="open", night=night)]


def record(*held: AnyEvent) -> bytes:
    return b"".join(written(held))


def with_candidate(party: str) -> Definition:
    night = definition()
    first = night.contests[0]
    candidates = (first.candidates[0], replace(first.candidates[1], party=party))
    return replace(night, contests=(replace(first, candidates=candidates), *night.contests[1:]))


def of_council(body: str) -> Definition:
    """A night whose first contest is for a body, while only the council "here" is named, and that by a party that no
    one else has."""
    night = definition()
    here = Body("local.here", "Here", "council", seats=3, control="PP99")
    return replace(night, contests=(replace(night.contests[0], body=body), *night.contests[1:]), bodies=(here,))


GOOD = record(*events(definition("good")))
NO_TIME = datetime(2019, 12, 12, 22)  # noqa: DTZ001 - that is what is wrong with it
SPOILT: dict[str, tuple[Callable[[], bytes], str]] = {
    "changed": (lambda: GOOD.replace(b"Ann Abel", b"Ann Able"), "Line 1 was changed"),
    "cut off": (lambda: GOOD[:-1], "Line 1 is cut off"),
    "empty": (lambda: b"", "The file is empty."),
    "a shipped night's file": (lambda: (archive.FOLDER / f"{ROCHESTER}.jsonl").read_bytes(), "is shipped with the"),
    "half a night file": (lambda: (archive.FOLDER / f"{ROCHESTER}.jsonl").read_bytes()[:-40], "given, line 2: "),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n\0\0", "given: This is a picture: a table of text is needed"),
    "another line": (lambda: b'{"a":1}\n', "Line 1 is not a line of a night's record"),
    "as if by another program": (lambda: spaced(GOOD), "are not as this program writes them"),
    "no night": (lambda: record(*events(definition("good")) * 2), "Line 2 holds event 1"),
    "a path": (lambda: record(*events(definition("../evil"))), "'../evil' cannot be the name of a file"),
    "hidden": (lambda: record(*events(definition(".hidden"))), "'.hidden' cannot be the name of a file"),
    "endless": (lambda: record(*events(definition("n" * 300))), "cannot be the name of a file"),
    "shipped": (lambda: record(*archive.load(ROCHESTER).events[:4]), "is shipped with the program"),
    "no contest": (lambda: record(*events(definition(contests=0))), "The night has no contests"),
    "a foreign party": (lambda: record(*events(with_candidate("PP85"))), "does not name the party PP85"),
    "a foreign council": (lambda: record(*events(of_council("local.kent"))), "does not name local.kent, to which"),
    "a foreign control": (lambda: record(*events(of_council("local.here"))), "does not name the party PP99, which has"),
    "no time": (lambda: record(replace(events(definition())[0], at=NO_TIME)), "Event 1 is at no time"),
}


def spaced(data: bytes) -> bytes:
    """The same event in other bytes, with the head that these have."""
    import hashlib

    event = data.partition(b',"event":')[2][:-2].replace(b'"seq":1', b'"seq": 1')
    return b'{"head":"%s","event":%s}\n' % (hashlib.sha256(bytes(32) + event).hexdigest().encode(), event)


@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_file_that_is_no_record_is_refused_with_a_sentence_and_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], spoilt: str
) -> None:
    make, sentence = SPOILT[spoilt]
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    file = tmp_path / "given"
    file.write_bytes(make())
    assert main(["import", str(file)]) == 1
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "nights").exists()


def test_a_file_that_is_larger_than_any_record_is_refused_without_being_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    with (file := tmp_path / "huge").open("wb") as huge:
        huge.truncate(1024**4)
    assert main(["import", str(file)]) == 1
    assert (
        capsys.readouterr().err == f"huge is larger than {kept.MOST_BYTES // 1024**2} MB, and no night's record is.\n"
    )


def test_a_night_is_kept_once_and_another_of_its_id_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    (file := tmp_path / "good").write_bytes(GOOD)
    assert [main(["import", str(file)]), main(["import", str(file)])] == [0, 0]
    assert "A night is here already, with the same head" in capsys.readouterr().out
    held = events(definition("good"))
    for make in (database.written, database.lines):  # tables of a night, which have its record
        (tables := tmp_path / "tables").write_bytes(make([fold(held)], ENGLISH, held))
        assert main(["import", str(tables)]) == 0
        assert "A night is here already, with the same head" in capsys.readouterr().out
        tables.write_bytes(make([fold(held)], ENGLISH))
        assert main(["import", str(tables)]) == 1
        assert "no record of a night" in capsys.readouterr().err
    (other := tmp_path / "other").write_bytes(record(*events(replace(definition("good"), title="Another"))))
    assert main(["import", str(other)]) == 1
    assert "good is kept here with another head" in capsys.readouterr().err
    assert Kept(tmp_path / "data").file("good").read_bytes() == GOOD
    assert main(["open", "good"]) == 1
    assert capsys.readouterr().err == "good is a past night already: a night on air needs its own id, --as practice.\n"


async def test_a_record_is_not_imported_under_a_night_on_air(
    redis: embedded.Embedded,
    stream: EventStream,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await on_air(stream)
    (file := tmp_path / "record").write_bytes(b"".join(written((await stream.read(NIGHT))[:4])))
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("REDIS_URL", redis.url)
    assert await asyncio.to_thread(main, ["import", str(file)]) == 1
    assert f"{NIGHT} is on air here: end that night first" in capsys.readouterr().err
    assert Kept(tmp_path / "data").listed() == ()


def test_a_kept_file_that_was_spoilt_later_takes_no_other_night_with_it(tmp_path: Path) -> None:
    here = Kept(tmp_path)
    for name in ("good", "bad"):
        here.add(record(*events(definition(name))))
    assert [one.id for one in here.listed()] == ["bad", "good"]
    here.file("bad").write_bytes(b"nothing")
    assert [one.id for one in here.listed()] == ["good"]
    assert here.events("bad") is None
    assert here.events("good") is here.events("good")


def test_a_record_says_what_it_is_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    night = replace(by_hand(), replay_of="etholiad", parties=(*by_hand().parties, Party("PP77", "Plaid Cymru", "PC")))
    (file := tmp_path / "file").write_bytes(record(*events(replace(night, rehearsal=UNSET))))
    assert main(["verify", str(file)]) == 0
    printed = capsys.readouterr().out
    assert f"{night.title}: 1 events" in printed
    assert "The night etholiad.2026, a replay of etholiad; the poll was on 12 December 2019.\n" in printed
    assert "Figures of Cyngor Gwynedd & others.\n" in printed
    assert read(file.read_bytes())[0][0].at == START.astimezone(UTC)
