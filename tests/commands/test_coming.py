"""A night still to come, by the command line: ``open`` and ``import`` take what the pages take."""

from pathlib import Path

import pytest

from server.__main__ import main
from server.election.events import NightOpened
from server.nights import archive
from server.nights.coming.files import template
from server.stream.embedded import Embedded
from tests.count.conftest import Desk
from tests.count.setup import clacton

SEAT = ("--seat", "clacton", "--date", clacton.DAY)


@pytest.fixture
def folder(tmp_path: Path, shared_redis: Embedded, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with files as people have them, and this Redis in the environment."""
    monkeypatch.setenv("REDIS_URL", shared_redis.url)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SECRET_KEY", "a secret for tests")
    (tmp_path / "list.txt").write_text(clacton.LIST)
    (tmp_path / "export.csv").write_text(clacton.DEMOCRACY_CLUB)
    (tmp_path / "night.csv").write_text(template() + "Clacton,Smith,Jane,Labour,,,,,,,,10/12/2026,,,,,\n")
    return tmp_path


@pytest.mark.parametrize(
    ("options", "candidates"),
    [((*SEAT, "--candidates", "list.txt"), 34), (("export.csv",), 4), (("night.csv",), 1)],
)
def test_open_takes_a_seat_with_a_list_an_export_and_our_spreadsheet(
    folder: Path, shared_redis: Embedded, options: tuple[str, ...], candidates: int
) -> None:
    name = f"clacton-{candidates}"
    (folder / "workbook.txt").write_bytes(b"PK\x03\x04" + bytes(100))
    (folder / "export.txt").write_text(clacton.DEMOCRACY_CLUB)
    (folder / "large.txt").write_text(clacton.DEMOCRACY_CLUB + " " * 17_000_000)
    paths = [str(folder / one) if "." in one else one for one in options]
    assert main(["open", *paths, "--as", name]) == 0
    event = Desk(shared_redis.url).do(lambda stream: stream.read(name))[0]
    assert isinstance(event, NightOpened)
    night = event.night
    assert len(night.contests[0].candidates) == candidates
    assert night.contests[0].gss == "E14001174"


@pytest.mark.parametrize(
    "options", [(*SEAT, "--candidates", "list.txt"), ("--candidates", "export.csv"), ("--candidates", "night.csv")]
)
def test_import_writes_a_night_file_of_the_same(folder: Path, options: tuple[str, ...]) -> None:
    (folder / "workbook.txt").write_bytes(b"PK\x03\x04" + bytes(100))
    (folder / "export.txt").write_text(clacton.DEMOCRACY_CLUB)
    (folder / "large.txt").write_text(clacton.DEMOCRACY_CLUB + " " * 17_000_000)
    paths = [str(folder / one) if "." in one else one for one in options]
    out = folder / "out.jsonl"
    assert main(["import", *paths, "--out", str(out)]) == 0
    assert archive.read(out).definition.id == clacton.NIGHT


def test_votes_of_an_export_that_a_night_to_come_leaves_out_are_said_to_be_left_out(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names, *rows = clacton.DEMOCRACY_CLUB.splitlines()
    with_votes = [f"{row},{votes}" for row, votes in zip(rows, (9, 5, 3, 1, ""), strict=True)]
    (folder / "results.csv").write_text("\n".join([f"{names},votes_cast", *with_votes]))
    for file, said in (("export.csv", ""), ("results.csv", "results.csv has the votes of 4 candidates")):
        assert main(["import", "--candidates", str(folder / file), "--out", str(folder / "out.jsonl")]) == 0
        told = capsys.readouterr().err
        assert (said in told and "import it with --id and --title" in told) if said else "votes" not in told


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--seat", "clatcon", "--date", clacton.DAY, "--candidates", "list.txt"), "Near it: clacton."),
        (("--seat", "clacton", "--date", "soon", "--candidates", "list.txt"), "soon is no date"),
        (("--seat", "clacton", "--candidates", "list.txt"), "Say on which day the poll is."),
        (SEAT, "Give the candidates"),
        ((*SEAT, "--candidates", "nowhere.txt"), "cannot be read: No such file"),
        ((*SEAT, "--candidates", "bad.txt"), "bad.txt, line 2, row 2, party: Labuor is not in the register"),
        ((*SEAT, "--candidates", "latin.txt"), "latin.txt, line 1: A letter is not UTF-8"),
        ((*SEAT, "--candidates", "workbook.txt"), "workbook.txt: This is a ZIP file or a spreadsheet: unpack it"),
        (("--seat", "bath", "--date", clacton.DAY, "--candidates", "export.txt"), "for Bath, but for Clacton."),
        (("large.txt",), "large.txt: It has more than 16 MB"),
        (("x" * 300,), "cannot be used: File name too long."),
        ((), "Say which night"),
    ],
)
def test_what_cannot_be_opened_is_told_in_sentences(
    folder: Path, options: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "bad.txt").write_text("SMITH, Jane, Labour\nLEE, Bob, Labuor\n")
    (folder / "latin.txt").write_bytes("ÉVANS, Zoë, Labour\n".encode("latin-1"))
    (folder / "workbook.txt").write_bytes(b"PK\x03\x04" + bytes(100))
    (folder / "export.txt").write_text(clacton.DEMOCRACY_CLUB)
    (folder / "large.txt").write_text(clacton.DEMOCRACY_CLUB + " " * 17_000_000)
    paths = [str(folder / one) if one.endswith(".txt") else one for one in options]
    assert main(["open", *paths]) == 1
    assert said in capsys.readouterr().err
