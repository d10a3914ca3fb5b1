"""Files as people have them: what is no table is named, letters are put right or refused, errors are summed up."""

from pathlib import Path

import pytest

from server.election.texts.mended import lost, mended
from server.nights.archive import past_night
from server.nights.format import parsed
from server.nights.past import PastNight
from server.nights.sources.importer import ImportRefused, import_night
from server.nights.sources.problems import Problem, summed_up
from server.nights.sources.source import MOST_BYTES, Source
from tests.nights.library import CANDIDATES, CONTESTS, files

NIGHT = "parl.2019-12-12"


def imported(contests: bytes, candidates: bytes) -> PastNight:
    text = import_night(
        Source("contests.csv", contests), Source("candidates.csv", candidates), id=NIGHT, title="A night"
    )
    return past_night(*parsed(text.encode(), NIGHT))


def refused(contests: bytes, candidates: bytes = CANDIDATES.encode()) -> list[str]:
    with pytest.raises(ImportRefused) as caught:
        imported(contests, candidates)
    return [str(problem) for problem in caught.value.problems]


SOUND = imported(CONTESTS.encode(), CANDIDATES.encode())


def test_a_file_that_was_read_already_is_the_same_as_one_on_disk(tmp_path: Path) -> None:
    text = import_night(*files(tmp_path), id=NIGHT, title="A night")
    assert past_night(*parsed(text.encode(), NIGHT)) == SOUND


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_utf_16_is_read_with_its_mark_and_without(encoding: str) -> None:
    assert imported(CONTESTS.encode(encoding), CANDIDATES.encode(encoding)) == SOUND


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"PK\x03\x04\x14\0\x06\0[Content_Types].xml xl/workbook.xml", "This is an Excel workbook, a ZIP file"),
        (b"PK\x03\x04 mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "a spreadsheet of LibreOffice"),
        (b"PK\x03\x04 other", "This is a ZIP file or a spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "This is an old Excel workbook"),
        (b"\n <!DOCTYPE HTML><html>", "This is a web page, or XML, and no CSV"),
        (b"%PDF-1.7", "This is a PDF"),
        (b"\x1f\x8b\x08", "This is a compressed file"),
        (b"\x89PNG\r\n", "This is a picture"),
        (b"ONS ID\0", "This is no text in UTF-8"),
        ("a,b\n".encode("utf-16-le")[:-1], "This looks like UTF-16, but is damaged"),
        (b"\xff\xfe\0\0O\0\0\0", "This is no text in UTF-8"),
    ],
)
def test_what_is_no_csv_is_said_to_be_what_it_is(data: bytes, sentence: str) -> None:
    (problem,) = refused(data)
    assert sentence in problem


def test_a_file_that_is_too_large_is_refused_by_its_size_alone(tmp_path: Path) -> None:
    contests, candidates = files(tmp_path)
    with candidates.open("r+b") as file:
        file.truncate(200 * 1024**2)
    with pytest.raises(ImportRefused, match=r"candidates\.csv: It has more than 16 MB, and no table of a night has"):
        import_night(contests, candidates, id=NIGHT, title="A night")
    (problem,) = refused(b"x" * (MOST_BYTES + 1))
    assert "more than 16 MB" in problem


def test_a_workbook_in_place_of_an_export_is_named_too() -> None:
    with pytest.raises(ImportRefused) as caught:
        import_night(None, Source("export.xlsx", b"PK\x03\x04 [Content_Types].xml"), id=NIGHT, title="A night")
    (problem,) = caught.value.problems
    assert str(problem).startswith("export.xlsx: This is an Excel workbook")


NAMES = ["Léonie", "Màiri NicÀrdle", "Siân O’Brien", "Zoë", "Šárka", "Ŵyn", "José Álvaro", "Dafydd ap Siôn – Ffûon"]


def as_latin_1(name: str) -> str:
    return name.encode().decode("latin-1")


def as_windows_1252(name: str) -> str:
    """As Windows reads bytes: those that Windows-1252 does not have stay what they are."""
    return "".join(
        bytes([byte]).decode("cp1252") if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else chr(byte)
        for byte in name.encode()
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_was_encoded_twice_is_mended_whichever_way_it_was_read(name: str) -> None:
    assert mended(name) == name and lost(name) is None
    assert mended(as_latin_1(name)) == name == mended(as_windows_1252(name))
    assert mended(as_windows_1252(as_windows_1252(name))) == name


@pytest.mark.parametrize("name", ["SÃO JOÃO", "Ångström", "ÂNGELA", "É – Ý", "Âmbar", "Iñaki’s"])
def test_a_name_with_rare_letters_stays_as_it_is(name: str) -> None:
    assert mended(name) == name and lost(name) is None


def test_letters_are_mended_before_white_space_is_touched() -> None:
    twice = CANDIDATES.replace("LÃ©onie", as_windows_1252("Màiri à Bhèin"))
    brook, _ = imported(CONTESTS.encode(), twice.encode()).definition.contests
    assert "Màiri à Bhèin O Bye" in [one.name for one in brook.candidates]


@pytest.mark.parametrize("broken", ["VoilÃ ", "L\ufffdonie", "O â€ Brien", "Ã lvaro"])
def test_a_letter_that_is_lost_is_refused_with_its_line(broken: str) -> None:
    (problem,) = refused(CONTESTS.encode(), CANDIDATES.replace("LÃ©onie", broken).encode())
    assert (
        problem.startswith("candidates.csv, line 7: Candidate first name is ") and "encoded twice and lost" in problem
    )


def test_what_many_rows_share_is_said_once_and_first_and_a_hundred_sentences_are_enough() -> None:
    odd = [Problem("a.csv", line, f"Name {line} is odd.") for line in range(2, 150)]
    same = [Problem("a.csv", line, f"Votes: 'x{line}' is no number.", "Votes") for line in range(200, 850)]
    said = summed_up([*odd, *same])
    assert said[0] == "a.csv, 650 rows, the first on line 200: Votes: 'x200' is no number."
    assert said[1] == "a.csv, line 2: Name 2 is odd."
    assert len(said) == 101 and said[-1] == "49 more like these are not shown."
    assert summed_up(odd[:2]) == ["a.csv, line 2: Name 2 is odd.", "a.csv, line 3: Name 3 is odd."]


def test_a_wrong_column_is_one_sentence_however_many_rows_have_it() -> None:
    head, row, _ = CONTESTS.splitlines()
    rows = [row.replace("E14000001", f"E1400{n:04}").replace("1000,600", f"{n}.5,600") for n in range(650)]
    with pytest.raises(ImportRefused) as caught:
        imported("\n".join([head, *rows]).encode(), CANDIDATES.encode())
    assert len(caught.value.problems) > 650
    assert "contests.csv, 650 rows, the first on line 2: Electorate: '0.5' is not a whole number." in str(caught.value)
    assert len(str(caught.value).splitlines()) < 100
