"""The record as it is downloaded from the program, and checked from the file alone."""

from pathlib import Path

import pytest

from server.__main__ import main
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
    assert "650 of 650 declared." in printed
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
    assert main(["verify", str(record.parent / "none")]) == 1
