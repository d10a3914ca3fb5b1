"""The record as it is downloaded from the program, and checked from the file alone."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from server.__main__ import main
from server.election.events import Declared
from server.nights import archive
from server.stream.record import written

NIGHT = "parl.2017-06-08"


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
