"""CSV files read strictly: rows by column name, each with its line and what is wrong with it. No votes."""

import csv
import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from io import StringIO
from pathlib import Path

from msgspec import Struct

from server.election.clock import LONDON
from server.election.limits import LONGEST_NUMBER
from server.election.numbers import written
from server.nights.sources.columns import Columns, looks_like_data, told
from server.nights.sources.misprints import KNOWN, NAMES

_GROUPED = re.compile(r"[1-9]\d{0,2}(,\d{3})+")
_DAYS = ("%d/%m/%Y", "%Y-%m-%d")
_CLOCKS = ("%H:%M", "%H:%M:%S")
_PREAMBLE = 10  # lines in which the names of the columns are looked for: the Library's file of 2024 begins with a title
_BEGINNING = 10_000  # characters by which is told what stands between the cells
_SAMPLE = 50  # rows by which columns without names are told


class Problem(Struct, frozen=True):
    """One thing wrong with a file; ``line`` is 0 where it is the file as a whole."""

    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        where = f", line {self.line}" if self.line else ""
        return f"{self.file}{where}: {self.sentence}"


class CsvRow:
    """One line of a table. Its readers note a problem, and give a harmless value, where a cell is wrong."""

    def __init__(self, file: str, line: int, cells: dict[str, str], problems: list[Problem]) -> None:
        self.file, self.line, self._problems = file, line, problems
        self._cells = {_plain(column): cell for column, cell in cells.items()}
        self._put_right()

    def _put_right(self) -> None:
        for one in KNOWN:
            day = self._cells.get("by-election date") or self._cells.get("election date")
            here = (day, self._cells.get("ons id"), self._cells.get(_plain(one.column)))
            if here == (one.day, one.gss, one.printed):
                self._cells[_plain(one.column)] = one.right

    def wrong(self, sentence: str) -> None:
        """Note a problem with this line."""
        self._problems.append(Problem(self.file, self.line, sentence))

    def has(self, column: str) -> bool:
        """Whether the table has this column."""
        return _plain(column) in self._cells

    def text(self, column: str) -> str:
        """A cell without surplus white space, mended where UTF-8 was once read as Latin-1 (``LÃ©onie``);
        "" where there is no such column."""
        return _mended(" ".join(self._cells.get(_plain(column), "").split()))

    def required(self, column: str) -> str:
        """A cell that may not be empty."""
        found = self.text(column)
        if not found:
            self.wrong(f"{column} is empty.")
        return found

    def number(self, column: str) -> int | None:
        """A whole number from 0; None, with a problem noted, if it is anything else."""
        return whole(self, column, self.text(column))

    def number_if_known(self, column: str) -> int | None:
        """The same, but None without a problem where the cell is empty or ``[x]``, or has no column."""
        found = self.text(column)
        return None if found in ("", "[x]") else whole(self, column, found)

    def day(self, column: str) -> date | None:
        """A date as dd/mm/yyyy or yyyy-mm-dd."""
        found = self.text(column)
        read = _read(found, _DAYS)
        if read is None:
            self.wrong(f"{column} is {_short(found)!r}: it should be a date such as 12/12/2019.")
        return read.date() if read else None

    def moment(self, column: str) -> datetime | None:
        """A minute in London as dd/mm/yyyy hh:mm or yyyy-mm-dd hh:mm; None where it is empty or ``[x]``."""
        found = self.text(column)
        if found in ("", "[x]"):
            return None
        read = _read(found.replace("T", " "), [f"{day} {clock}" for day in _DAYS for clock in _CLOCKS])
        if read is None:
            self.wrong(f"{column} is {_short(found)!r}: it should be a time such as 13/12/2019 02:30.")
        return read.replace(second=0) if read else None

    def flag(self, column: str) -> bool:
        """Yes or no, as t and f, true and false; no where it is empty or has no column."""
        found = self.text(column).casefold()
        if found not in ("t", "true", "yes", "f", "false", "no", ""):
            self.wrong(f"{column} is {_short(found)!r}: it should be t or f.")
        return found in ("t", "true", "yes")


def whole(row: CsvRow, what: str, text: str) -> int | None:
    """A whole number from 0 in this text; None, with a problem noted, if it is anything else."""
    number = written(text.replace(",", "") if _GROUPED.fullmatch(text) else text, LONGEST_NUMBER)
    if number is not None:
        return number
    if text.startswith("-") and text[1:].isdecimal():
        row.wrong(f"{what}: {text} is below 0.")
    else:
        row.wrong(f"{what}: {_short(text)!r} is not a whole number." if text else f"{what} is empty.")
    return None


def table(
    path: Path, required: Columns, problems: list[Problem], without_names: Sequence[Columns] = ()
) -> list[CsvRow]:
    """The rows of a CSV file, or none where it cannot be used; ``problems`` then says why.

    Between the cells are commas, or semicolons or tabs as some spreadsheets write them. Where there is no row of names,
    the columns are those of ``without_names`` that fit.
    """
    text = _text(path, problems)
    if text is None:
        return []
    lines, broken = _split(text, path.name)
    if not lines:
        problems.append(broken or Problem(path.name, 0, "It is empty."))
        return []
    header = _header(path.name, lines, required, without_names, problems)
    if header is None:
        return []
    names, rest = header
    rows: list[CsvRow] = []
    for line, cells in rest:
        row = CsvRow(path.name, line, dict(zip(names, cells, strict=False)), problems)
        if len(cells) < len(names) or any(map(str.strip, cells[len(names) :])):
            row.wrong(f"There are {len(cells)} cells, but {len(names)} columns.")
        else:
            rows.append(row)
    if broken:
        problems.append(broken)
    elif not rest:
        problems.append(Problem(path.name, 0, "There is nothing below the header."))
    return rows


_Line = tuple[int, list[str]]


def _split(text: str, file: str) -> tuple[list[_Line], Problem | None]:
    """The lines that are not empty, each with its number, up to where it is not CSV any more."""
    separator = max(",;\t", key=text[:_BEGINNING].count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    found: list[_Line] = []
    number = 1
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                found.append((number, cells))
            number = reader.line_num + 1
    except csv.Error as error:
        return found, Problem(file, reader.line_num, f"This is not CSV: {error}.")
    return found, None


def _header(
    file: str, lines: list[_Line], required: Columns, without_names: Sequence[Columns], problems: list[Problem]
) -> tuple[list[str], list[_Line]] | None:
    """The names of the columns and the lines below them; None where they cannot be told."""

    def named(place: int) -> int:
        found = (NAMES.get(_plain(name), name) for name in lines[place][1])
        return len({_plain(name) for name in required} & set(map(_plain, found)))

    place = max(range(min(_PREAMBLE, len(lines))), key=named)
    line, cells = lines[place]
    if not named(place):
        columns = told([cells for _, cells in lines[:_SAMPLE]], without_names)
        if columns:
            return list(columns), lines
        first, cells = lines[0]
        what = f"a row of {len(cells)} cells without names above it" if looks_like_data(cells) else "no row of names"
        sentence = f"This is {what}: add a first row that names the columns, among them {', '.join(required)}."
        problems.append(Problem(file, first, sentence))
        return None
    names = [NAMES.get(_plain(name), name.strip()) for name in cells]
    while not names[-1]:
        names.pop()
    plain = list(map(_plain, names))
    missing = [name for name in required if _plain(name) not in plain]
    twice = sorted({name for name in names if name and plain.count(_plain(name)) > 1})
    problems += [Problem(file, line, f"There is no column {name!r}.") for name in missing]
    problems += [Problem(file, line, f"There are two columns {_short(name)!r}.") for name in twice]
    return None if missing or twice else (names, lines[place + 1 :])


def _text(path: Path, problems: list[Problem]) -> str | None:
    try:
        data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    except OSError as error:
        problems.append(Problem(path.name, 0, f"It cannot be read: {error.strerror}."))
        return None
    if data.startswith(b"PK\x03\x04"):
        problems.append(Problem(path.name, 0, "This is a ZIP file or a spreadsheet: save the table as CSV in UTF-8."))
        return None
    if b"\0" in data:
        problems.append(Problem(path.name, 0, "This is no text in UTF-8: save the table as CSV in UTF-8."))
        return None
    data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    sound = True
    for number, line in enumerate(data.split(b"\n"), start=1):
        try:
            line.decode()
        except UnicodeDecodeError as error:
            sentence = f"Byte {error.start + 1} is not UTF-8 (0x{line[error.start]:02X}); save the file as UTF-8."
            problems.append(Problem(path.name, number, sentence))
            sound = False
    return data.decode() if sound else None


def _read(text: str, formats: Sequence[str]) -> datetime | None:
    for one in formats:
        with suppress(ValueError):
            return datetime.strptime(text, one).replace(tzinfo=LONDON)
    return None


def _plain(column: str) -> str:
    """A column's name without regard to capitals and surplus white space."""
    return " ".join(column.split()).casefold()


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"


def _mended(text: str) -> str:
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text
