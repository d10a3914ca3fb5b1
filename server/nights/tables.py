"""CSV files read strictly: rows by column name, each with its line and what is wrong with it. No votes."""

import csv
from collections.abc import Iterable
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import Struct

LONDON = ZoneInfo("Europe/London")
_DIGITS = 9  # more than any electorate


class Problem(Struct, frozen=True):
    """One thing wrong with a file; ``line`` is 0 where it is the file as a whole."""

    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        where = f", line {self.line}" if self.line else ""
        return f"{self.file}{where}: {self.sentence}"


class Row:
    """One line of a table. Its readers note a problem, and give a harmless value, where a cell is wrong."""

    def __init__(self, file: str, line: int, cells: dict[str, str], problems: list[Problem]) -> None:
        self.file, self.line, self._cells, self._problems = file, line, cells, problems

    def wrong(self, sentence: str) -> None:
        """Note a problem with this line."""
        self._problems.append(Problem(self.file, self.line, sentence))

    def has(self, column: str) -> bool:
        """Whether the table has this column."""
        return column in self._cells

    def text(self, column: str) -> str:
        """A cell without surplus white space, mended where UTF-8 was once read as Latin-1 (``LÃ©onie``);
        "" where there is no such column."""
        return _mended(" ".join(self._cells.get(column, "").split()))

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
        """A date as dd/mm/yyyy."""
        found = self.text(column)
        try:
            return datetime.strptime(found, "%d/%m/%Y").replace(tzinfo=LONDON).date()
        except ValueError:
            self.wrong(f"{column} is {found!r}: it should be a date such as 12/12/2019.")
            return None

    def moment(self, column: str) -> datetime | None:
        """A minute in London as dd/mm/yyyy hh:mm; None where it is empty."""
        found = self.text(column)
        if not found:
            return None
        try:
            return datetime.strptime(found, "%d/%m/%Y %H:%M").replace(tzinfo=LONDON)
        except ValueError:
            self.wrong(f"{column} is {found!r}: it should be a time such as 13/12/2019 02:30.")
            return None


def whole(row: Row, what: str, text: str) -> int | None:
    """A whole number from 0 in this text; None, with a problem noted, if it is anything else."""
    if text.isascii() and text.isdecimal() and len(text) <= _DIGITS:
        return int(text)
    if text.startswith("-") and text[1:].isdecimal():
        row.wrong(f"{what}: {text} is below 0.")
    else:
        row.wrong(f"{what}: {_short(text)!r} is not a whole number." if text else f"{what} is empty.")
    return None


def table(path: Path, required: Iterable[str], problems: list[Problem]) -> list[Row]:
    """The rows of a CSV file with a header, or none where it cannot be used; ``problems`` then says why."""
    text = _text(path, problems)
    if text is None:
        return []
    lines = csv.reader(StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    try:
        header = [name.strip() for name in next(lines, list[str]())]
        missing = [name for name in required if name not in header]
        twice = sorted({name for name in header if name and header.count(name) > 1})
        problems += [Problem(path.name, 1, f"There is no column {name!r}.") for name in missing]
        problems += [Problem(path.name, 1, f"There are two columns {name!r}.") for name in twice]
        if missing or twice:
            return []
        line = lines.line_num + 1
        for cells in lines:
            row = Row(path.name, line, dict(zip(header, cells, strict=False)), problems)
            line = lines.line_num + 1
            if not any(cells):
                continue
            if len(cells) != len(header):
                row.wrong(f"There are {len(cells)} cells, but {len(header)} columns.")
                continue
            rows.append(row)
    except csv.Error as error:
        problems.append(Problem(path.name, lines.line_num, f"This is not CSV: {error}."))
    if not rows and not problems:
        problems.append(Problem(path.name, 0, "There is nothing below the header."))
    return rows


def _text(path: Path, problems: list[Problem]) -> str | None:
    try:
        data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    except OSError as error:
        problems.append(Problem(path.name, 0, f"It cannot be read: {error.strerror}."))
        return None
    sound = True
    for number, line in enumerate(data.split(b"\n"), start=1):
        try:
            line.decode()
        except UnicodeDecodeError as error:
            sentence = f"Byte {error.start + 1} is not UTF-8 (0x{line[error.start]:02X}); save the file as UTF-8."
            problems.append(Problem(path.name, number, sentence))
            sound = False
    return data.decode() if sound else None


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"


def _mended(text: str) -> str:
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text
