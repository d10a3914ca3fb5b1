"""A night in a file can be what a shipped night can: replayed, rehearsed, exported, kept, opened, and a baseline."""

import argparse
import asyncio
import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
from msgspec.structs import replace

from server.__main__ import main
from server.commands.export import export
from server.commands.keep import keep
from server.commands.named import past_named
from server.election.contests import Previous
from server.election.events import AnyEvent, Corrected, DeclarationExpected, Declared, Withdrawn
from server.election.nights import fold
from server.election.refusals import Refused
from server.nights import archive
from server.nights.baselines import of_night
from server.nights.files import past_in, record_events
from server.nights.kept import Kept
from server.nights.sources.importer import import_night
from server.settings import Settings
from server.stream import embedded, record
from server.stream.events import EventStream
from tests.nights.library import CANDIDATES, CONTESTS, files
from tests.running import answered, serving

NIGHT, CLACTON = "parl.2019-12-12", "parl.clacton.by.2014-10-09"
MADE = "parl.2018-05-03"


Line = dict[str, Any]


def made(folder: Path, results: bool = True) -> Path:
    """The file of a night with a result, an uncontested seat, and one that waits and is expected at a time; or with
    none of its results."""
    text = import_night(*files(folder), id=NIGHT, title="The night in a file").replace("2019-12-1", "2018-05-0")
    header, brook, upper = (json.loads(line) for line in text.splitlines())
    header |= {"id": MADE, "contests": 3, "date": "2018-05-03", "polls_close": "2018-05-03T22:00:00+01:00"}
    brook |= {"ballot": "parl.brook-ford-and-hill.2018-05-03", "declared": "2018-05-04T00:15:00+01:00"}
    upper |= {"ballot": "parl.upper-of-lower.2018-05-03", "candidates": [["Ann Abel", "PP52"]], "declared": None}
    upper |= {"no_poll": ["uncontested", "Only one stands."], "published": None}
    zed: Line = brook | {"ballot": "parl.zed.2018-05-03", "name": "Zed", "gss": "E14000007", "published": None}
    zed |= {"candidates": [one[:2] for one in brook["candidates"]], "declared": None, "rejected": None}
    zed |= {"expected": "2018-05-04T03:00:00+01:00"}
    if not results:
        brook |= {"candidates": zed["candidates"], "declared": None, "rejected": None}
    path = folder / f"{MADE}.jsonl"
    path.write_text("".join(f"{json.dumps(one)}\n" for one in (header, brook, upper, zed)))
    return path


def test_a_night_file_is_kept_and_is_the_same_night_after_each_export_and_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "here"))
    file = made(tmp_path)
    assert main(["import", str(file)]) == 0
    kept = Kept(tmp_path / "here")
    from_file, here = past_named(str(file), kept), past_named(MADE, kept)
    assert here.definition == from_file.definition and here.expected == from_file.expected
    assert here.events == record_events(from_file) and isinstance(here.events[-1], DeclarationExpected)
    assert main(["import", str(file)]) == 0 and "is here already" in capsys.readouterr().out

    out = tmp_path / f"{MADE}.record.jsonl"
    out.write_bytes(b"".join(record.written(record_events(here))))
    assert past_named(str(out), kept) == here and record_events(past_in(out.read_bytes(), "x")) == here.events
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "there"))
    assert main(["import", str(out)]) == 0
    assert past_named(MADE, Kept(tmp_path / "there")) == here


def test_a_night_that_is_not_over_is_no_past_night(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "here"))
    file = made(tmp_path)
    file.write_text(file.read_text().replace("2018-05-0", "2098-05-0"))
    later = f"{tmp_path}/later.record.jsonl"
    events = record_events(past_in(file.read_bytes(), file.name))
    Path(later).write_bytes(b"".join(record.written(events)))
    for name in (str(file), later):
        assert main(["import", name]) != 0
        assert "is not over: it is no past night yet" in capsys.readouterr().err
    assert Kept(tmp_path / "here").listed() == ()


async def test_keep_says_how_a_file_is_kept(stream: EventStream, tmp_path: Path) -> None:
    file = made(tmp_path)
    with pytest.raises(Refused) as refused:
        await keep(argparse.Namespace(night=str(file), anyway=False), Settings(data_dir=tmp_path), stream)
    assert f"{file} is a file, and import {file} keeps it." in refused.value.sentence


async def test_a_file_and_a_kept_night_are_exported_and_verified(
    stream: EventStream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    file, settings = made(tmp_path), Settings(data_dir=tmp_path)
    for number, named in enumerate((str(file), MADE, str(tmp_path / "0"), CLACTON)):
        options = argparse.Namespace(night=named, out=tmp_path / str(number))
        assert await export(options, settings, stream) == 0
        if number == 0:
            assert await asyncio.to_thread(main, ["import", str(tmp_path / "0")]) == 0
    assert (tmp_path / "0").read_bytes() == (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()
    assert main(["verify", MADE]) == main(["verify", str(tmp_path / "3")]) == 0
    assert main(["verify", str(file)]) == main(["verify", CLACTON]) == 1
    printed = capsys.readouterr().err
    assert "is a night file, which has no heads to check: export" in printed
    assert f"{CLACTON} is shipped with the program and has no record yet: export writes one." in printed


def test_a_kept_night_and_a_file_are_baselines_as_a_shipped_night_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    earlier = tmp_path / "earlier.jsonl"
    text = import_night(*files(tmp_path, CONTESTS.replace("2019", "2018")), id="parl.2018-12-12", title="Earlier")
    earlier.write_text(text)
    assert main(["import", str(earlier)]) == 0
    contests, candidates = files(tmp_path, CONTESTS, CANDIDATES)
    texts: list[str] = []
    for baseline in (str(earlier), "parl.2018-12-12", str(Kept(tmp_path).file("parl.2018-12-12"))):
        out = tmp_path / "out.jsonl"
        where = ["--contests", str(contests), "--candidates", str(candidates), "--out", str(out)]
        assert main(["import", *where, "--id", NIGHT, "--title", "A night", "--baseline", baseline]) == 0
        texts.append(out.read_text())
    assert len(set(texts)) == 1 and '"baseline":"Earlier"' in texts[0] and '"holder":"PP53"' in texts[0]


def test_a_baseline_is_what_stood_at_the_end_of_a_night_and_not_what_was_declared_first() -> None:
    past = archive.load(CLACTON)
    declared = next(event for event in past.events if isinstance(event, Declared))
    last = past.events[-1]
    stamp: dict[str, Any] = {"by": "the desk", "ballot": CLACTON, "command_id": "x", "at": last.at}
    votes = declared.votes | {"1": declared.votes["1"] + 5}
    corrected = Corrected(
        seq=last.seq + 1, votes=votes, rejected=declared.rejected, lot=None, reason="A slip.", **stamp
    )
    (party,) = {one.party for one in past.definition.contests[0].candidates if one.id == "1"}

    def before(*more: AnyEvent) -> dict[str, Previous]:
        return of_night(replace(past, events=(*past.events, *more))).previous

    assert before(corrected)["E14000642"].votes[party] == before()["E14000642"].votes[party] + 5
    assert before(Withdrawn(seq=last.seq + 1, reason="Counted anew.", **stamp)) == {}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["open", "nowhere.jsonl"], "There is no file nowhere.jsonl."),
        (["replay", "./nowhere"], "There is no file ./nowhere."),
        (["replay", "parl.1066-10-14"], "There is no past night called parl.1066-10-14."),
        (["replay", "{folder}/contests.csv"], "contests.csv: It begins neither as a record nor as a night file"),
        (["open", "{folder}/list.xlsx"], "list.xlsx: This is an Excel workbook, a ZIP file: open it and save"),
        (["import", "{folder}/page.csv"], "page.csv: This is a web page, or XML, and no CSV"),
        (["verify", "{folder}/list.xlsx"], "list.xlsx: This is an Excel workbook, a ZIP file: open it and save"),
        (["replay", "{folder}/wide.csv"], "wide.csv: This is no text in UTF-8"),
        (["open", "{folder}/broken.jsonl"], "broken.jsonl"),
        (["import", "{folder}/nowhere.jsonl"], "nowhere.jsonl"),
        (["import", "{folder}/contests.csv"], "contests.csv: It begins neither as a record nor as a night file"),
    ],
)
def test_what_is_no_night_is_said_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    files(tmp_path)
    (tmp_path / "list.xlsx").write_bytes(b"PK\x03\x04xl/workbook.xml")
    (tmp_path / "page.csv").write_text("<!doctype html>")
    (tmp_path / "wide.csv").write_text("surname", "utf-32")
    (tmp_path / "broken.jsonl").write_bytes(made(tmp_path).read_bytes()[:-40])
    assert main([word.format(folder=tmp_path) for word in words]) == 1
    assert sentence in capsys.readouterr().err


async def test_a_night_in_a_file_is_opened_replayed_and_rehearsed(
    redis: embedded.Embedded, stream: EventStream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = str(made(tmp_path))
    async with serving(redis.url, tmp_path) as site, httpx2.AsyncClient(base_url=site.url) as client:
        monkeypatch.setenv("REDIS_URL", redis.url)
        monkeypatch.setenv("DATA_DIR", str(tmp_path))
        monkeypatch.setenv("SECRET_KEY", "a secret of this test")

        async def run(*words: str) -> int:
            return await asyncio.to_thread(main, list(words))

        assert await run("open", file) == 0
        opened = fold(await stream.read(MADE))
        assert [count.status for count in opened.counts.values()] == ["awaiting", "uncontested", "awaiting"]
        assert opened.counts["parl.zed.2018-05-03"].expected

        assert await run("replay", file, "--speed", "max") == 0
        assert fold(await stream.read(f"{MADE}.replay")).declared == 2
        await answered(client, f"/nights/{MADE}.replay", "Ann Abel")

        waiting = str(made(tmp_path, results=False))
        rehearsal = ("rehearse", waiting, "--minutes", "0.03", "--url", site.url, "--accidents", "none")
        assert await run(*rehearsal) == 0
        night = fold(await stream.read(f"{MADE}.rehearsal"))
        assert night.definition.rehearsal and night.declared == 3


def test_a_night_without_anything_to_replay_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    header, *lines = made(tmp_path, results=False).read_text().splitlines()
    file = tmp_path / "waiting.jsonl"
    file.write_text("\n".join([header.replace('"contests": 3', '"contests": 1'), lines[0], ""]))
    assert main(["replay", str(file)]) == 1
    assert capsys.readouterr().err == (
        "The night in a file has no results yet: there is nothing to replay. Open it, or rehearse it.\n"
    )
