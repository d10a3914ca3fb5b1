"""The record as it is downloaded from the program, and checked from the file alone."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from server.__main__ import main
from server.election.events import (
    AnyEvent,
    Corrected,
    Declared,
    NightHeld,
    NightOpened,
    PreferencesReported,
    StageReached,
)
from server.election.methods.figures import Rejected
from server.nights import archive
from server.replay.lawful import Unlawful, follow_the_rules
from server.settings import ROOT
from server.stream.record import read, written
from tests.election.wards import CON, LAB, LD, mayor, opened
from tests.nights_by_hand import START, ballot, definition

NIGHT = "parl.2017-06-08"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def record(tmp_path: Path) -> Path:
    file = tmp_path / "record.jsonl"
    file.write_bytes(b"".join(written(archive.load(NIGHT).events)))
    return file


def test_a_record_is_checked_and_added_up_from_the_file_alone(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(record)]) == 0
    printed = capsys.readouterr().out
    assert "2017 general election: 651 events, each fits the ones before it." in printed
    assert "650 of 650 declared: 580 holds, 70 gains." in printed
    assert "Conservative 317 13,636,684" in " ".join(printed.split())
    head = printed.rpartition(" is ")[2].partition(":")[0]
    assert main(["verify", str(record), "--head", head[:16].upper()]) == 0
    assert "that of event 651" in capsys.readouterr().out


def test_a_record_that_was_written_anew_does_not_have_the_head_that_was_noted(
    record: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events = archive.load(NIGHT).events
    record.write_bytes(b"".join(written(events[:-1])))
    noted = next(reversed(list(written(events))))[9:25].decode()
    assert main(["verify", str(record), "--head", noted]) == 1
    assert f"No event of this record has the head {noted}" in capsys.readouterr().err


def test_a_record_that_was_changed_is_refused_with_its_line(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record.write_bytes(record.read_bytes().replace(b'"by":"archive"', b'"by":"someone"', 5))
    assert main(["verify", str(record)]) == 1
    assert "Line " in (error := capsys.readouterr().err) and "was changed" in error


def test_a_night_is_enough_where_its_record_is_in_the_folder(
    record: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(record.parent)
    assert main(["verify", "nowhere"]) == 1
    sentence = "There is no file nowhere here, and no nowhere.record.jsonl: "
    assert sentence + "it is downloaded from /api/nights/nowhere/record." in capsys.readouterr().err
    record.rename(f"{NIGHT}.record.jsonl")
    assert main(["verify", NIGHT]) == 0
    assert "650 of 650 declared" in capsys.readouterr().out


@pytest.mark.parametrize("spoil", ["a tie without its lot", "a contest of another night", "a second opening"])
def test_a_record_that_was_written_as_no_night_could_be_is_refused(
    record: Path, capsys: pytest.CaptureFixture[str], spoil: str
) -> None:
    events = list(archive.load(NIGHT).events[:3])
    last = events[-1]
    assert isinstance(last, Declared)
    match spoil:
        case "a tie without its lot":
            events[-1] = replace(last, votes=dict.fromkeys(last.votes, 9))
        case "a contest of another night":
            events[-1] = replace(last, ballot="parl.elsewhere.2017-06-08")
        case _:
            events[-1] = replace(events[0], seq=3)
    record.write_bytes(b"".join(written(events)))
    assert main(["verify", str(record)]) == 1
    shown = capsys.readouterr()
    assert shown.err.startswith("The lines fit one another, but they are not a night that can be added up: ")
    assert shown.out == ""


def test_a_head_is_noted_with_eight_digits_at_least(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = next(reversed(list(written(archive.load(NIGHT).events))))[9:73].decode()
    for wrong in ("", head[:7], f"{head}0", "no such head"):
        with pytest.raises(SystemExit) as ended:
            main(["verify", str(record), "--head", wrong])
        assert ended.value.code == 2
        assert "is no head: write the first 8 or more of its 64 digits" in capsys.readouterr().err
    assert main(["verify", str(record), "--head", f" {head[:8].upper()}\n"]) == 0


def told(tmp_path: Path, events: Sequence[AnyEvent], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    file = tmp_path / "told.jsonl"
    file.write_bytes(b"".join(written(events)))
    return main(["verify", str(file)]), "".join(capsys.readouterr())


def counted(*events: AnyEvent) -> list[AnyEvent]:
    """A night that is counted here, with these events at a minute's distance."""
    opened = NightOpened(seq=1, at=START, by="desk", command_id="open", night=definition("by-hand"))
    return [opened, *(replace(event, seq=seq, at=START + seq * MINUTE) for seq, event in enumerate(events, 2))]


STAMP: dict[str, Any] = {"seq": 0, "at": START, "by": "desk"}
SEAT: dict[str, Any] = {"by": "desk", "seq": 0, "at": START, "ballot": ballot(0)}
VERIFIED = StageReached(command_id="verified", stage="verified", papers=20, **SEAT)
DECLARED = Declared(command_id="declared", votes={"1": 11, "2": 7}, rejected=Rejected(2), **SEAT)
CORRECTED = Corrected(
    command_id="corrected", votes={"1": 12, "2": 6}, rejected=Rejected(2), lot=None, reason="Misread.", **SEAT
)


@pytest.mark.parametrize(
    ("events", "sentence"),
    [
        ((VERIFIED, replace(DECLARED, votes={"1": 11, "2": 6})), "Event 3 breaks the rules of a count: "),
        ((VERIFIED, replace(DECLARED, rejected=None)), "Event 3 breaks the rules of a count: "),
        ((replace(VERIFIED, stage="provisional"),), "Provisional cannot follow nothing."),
        ((VERIFIED, DECLARED, replace(DECLARED, command_id="again")), "is already declared"),
        ((VERIFIED, DECLARED, replace(CORRECTED, reason=" ")), "Give the reason"),
        ((VERIFIED, DECLARED, replace(VERIFIED, command_id="b", stage="recount", papers=None)), "is already declared"),
        ((NightHeld(command_id="held", **STAMP), VERIFIED), "The desk holds this night"),
        ((VERIFIED, replace(DECLARED, lot="1")), "Event 3 breaks the rules of a count: "),
    ],
)
def test_what_no_count_could_have_is_told_with_a_code_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], events: Sequence[AnyEvent], sentence: str
) -> None:
    code, said = told(tmp_path, counted(*events), capsys)
    assert (code, sentence in said) == (3, True), said
    assert "Nothing was changed, but this is no count as it must be. Event " in said


def test_a_time_that_goes_back_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    opened, verified, declared = counted(VERIFIED, DECLARED)
    code, said = told(tmp_path, [opened, verified, replace(declared, at=opened.at)], capsys)
    assert (code, "Event 3 is of an earlier time than the event before it." in said) == (3, True), said


def test_a_count_as_it_must_be_is_told_with_its_corrections(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = told(tmp_path, counted(VERIFIED, DECLARED, CORRECTED), capsys)
    assert code == 0
    assert "was corrected at " in said and "(event 4): Misread." in said
    assert "Each event follows the rules of a count" in said


def test_first_preferences_that_a_program_sent_with_their_papers_follow_the_rules() -> None:
    told = replace(opened(mayor(CON, LAB, LD)).definition, times="live")
    night = NightOpened(seq=1, at=told.polls_close, by="desk", command_id="open", night=told)
    first = PreferencesReported(
        seq=2,
        at=told.polls_close,
        by="officer",
        command_id="first",
        ballot=told.contests[0].ballot,
        votes={"1": 40, "2": 35, "3": 25},
        rejected=Rejected(5),
    )
    follow_the_rules([night, first])
    with pytest.raises(Unlawful, match="The first preferences decide"):
        follow_the_rules([night, replace(first, votes={"1": 60, "2": 30, "3": 10})])


def test_all_that_was_ever_recorded_follows_the_rules() -> None:
    for night in archive.listed():
        follow_the_rules(archive.load(night.id).events)
    follow_the_rules(read((ROOT / "tests/stream/data/before-amendments.record.jsonl").read_bytes())[0])
