"""CSV files read strictly: rows by column name, each with its line and what is wrong with it. No votes."""

import csv
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime
from io import StringIO

from server.election.clock import LONDON
from server.election.limits import LONGEST_NUMBER
from server.election.numbers import written
from server.nights.sources.columns import Columns, looks_like_data, told
from server.nights.sources.mended import lost, mended
from server.nights.sources.misprints import KNOWN, NAMES
from server.nights.sources.problems import Problem
from server.nights.sources.source import File, damage, text_of

_GROUPED = re.compile(r"[1-9]\d{0,2}(,\d{3})+")
_DAYS = ("%d/%m/%Y", "%Y-%m-%d")
_CLOCKS = ("%H:%M", "%H:%M:%S")
_PREAMBLE = 10  # lines in which the names of the columns are looked for: the Library's file of 2024 begins with a title
_BEGINNING = 10_000  # characters by which is told what stands between the cells
_SAMPLE = 50  # rows by which columns without names are told


class CsvRow:
    """One line of a table. Its readers note a problem, and give a harmless value, where a cell is wrong.

    ``damage`` is what is wrong with the line as a whole, as a sentence; it is noted by ``sound``.
    """

    def __init__(
        self, file: str, line: int, cells: dict[str, str], problems: list[Problem], damage: str | None = None
    ) -> None:
        self.file, self.line, self.damage, self._problems = file, line, damage, problems
        # Mended while the white space is there: a letter that was encoded twice can end with a NBSP.
        self._cells = {_plain(column): " ".join(mended(cell).split()) for column, cell in cells.items()}
        self._lost: set[str] = set()
        self._put_right()

    def _put_right(self) -> None:
        for one in KNOWN:
            day = self._cells.get("by-election date") or self._cells.get("election date")
            here = (day, self._cells.get("ons id"), self._cells.get(_plain(one.column)))
            if here == (one.day, one.gss, one.printed):
                self._cells[_plain(one.column)] = one.right

    def wrong(self, sentence: str, cause: str = "") -> None:
        """Note a problem with this line; ``cause`` is as ``Problem`` has it."""
        self._problems.append(Problem(self.file, self.line, sentence, cause))

    def has(self, column: str) -> bool:
        """Whether the table has this column."""
        return _plain(column) in self._cells

    def text(self, column: str) -> str:
        """A cell without surplus white space, and with letters that were encoded twice put right (``LÃ©onie``);
        "" where there is no such column. Letters that cannot be put right are noted."""
        found = self._cells.get(_plain(column), "")
        if (left := lost(found)) and column not in self._lost:
            self._lost.add(column)
            self.wrong(f"{column} is {_short(found)!r}: a letter was encoded twice and lost ({left!r}). Write it anew.")
        return found

    @property
    def cells(self) -> tuple[str, ...]:
        """All cells, to tell whether two rows are the same."""
        return tuple(self._cells.values())

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
            sentence = f"{column} is {_short(found)!r}: it should be a date such as 12/12/2019.{_american(found)}"
            self.wrong(sentence, f"{column} is no date")
        return read.date() if read else None

    def day_if_any(self, column: str) -> date | None:
        """The same, but None without a problem where the cell is no date."""
        read = _read(self.text(column), _DAYS)
        return read.date() if read else None

    def moment(self, column: str) -> datetime | None:
        """A minute in London as dd/mm/yyyy hh:mm or yyyy-mm-dd hh:mm; None where it is empty or ``[x]``."""
        found = self.text(column)
        if found in ("", "[x]"):
            return None
        read = _read(found.replace("T", " "), [f"{day} {clock}" for day in _DAYS for clock in _CLOCKS])
        if read is None:
            sentence = f"{column} is {_short(found)!r}: it should be a time such as 13/12/2019 02:30.{_american(found)}"
            self.wrong(sentence, f"{column} is no time")
        return read.replace(second=0) if read else None

    def flag(self, column: str) -> bool:
        """Yes or no, as t and f, true and false; no where it is empty or has no column."""
        found = self.text(column).casefold()
        if found not in ("t", "true", "yes", "f", "false", "no", ""):
            self.wrong(f"{column} is {_short(found)!r}: it should be t or f.", f"{column} is not t or f")
        return found in ("t", "true", "yes")


def whole(row: CsvRow, what: str, text: str) -> int | None:
    """A whole number from 0 in this text; None, with a problem noted, if it is anything else."""
    number = written(text.replace(",", "") if _GROUPED.fullmatch(text) else text, LONGEST_NUMBER)
    if number is not None:
        return number
    if text.startswith("-") and text[1:].isdecimal():
        row.wrong(f"{what}: {text} is below 0.", f"{what} is below 0")
    elif text:
        row.wrong(f"{what}: {_short(text)!r} is not a whole number.", f"{what} is no number")
    else:
        row.wrong(f"{what} is empty.")
    return None


def sound(rows: Iterable[CsvRow]) -> list[CsvRow]:
    """These rows without those that are damaged, which are noted."""
    found: list[CsvRow] = []
    for row in rows:
        if row.damage:
            row.wrong(row.damage)
        else:
            found.append(row)
    return found


def table(
    file: File, required: Columns, problems: list[Problem], without_names: Sequence[Columns] = ()
) -> list[CsvRow]:
    """The rows of a CSV file, damaged ones too, or none where it cannot be used; ``problems`` then says why.

    Between the cells are commas, or semicolons or tabs as some spreadsheets write them. Where there is no row of names,
    the columns are those of ``without_names`` that fit.
    """
    text = text_of(file, problems)
    if text is None:
        return []
    lines, broken = _split(text, file.name)
    if not lines:
        problems.append(broken or Problem(file.name, 0, "It is empty."))
        return []
    header = _header(file.name, lines, required, without_names, problems)
    if header is None:
        return []
    names, rest = header
    rows = [_row(file.name, line, names, cells, problems) for line, cells in rest]
    if broken:
        problems.append(broken)
    elif not rest:
        problems.append(Problem(file.name, 0, "There is nothing below the header."))
    return rows


def _row(file: str, line: int, names: list[str], cells: list[str], problems: list[Problem]) -> CsvRow:
    wrong = damage(",".join(cells))
    if len(cells) < len(names) or any(map(str.strip, cells[len(names) :])):
        wrong = wrong or f"There are {len(cells)} cells, but {len(names)} columns."
    return CsvRow(file, line, dict(zip(names, cells, strict=False)), problems, wrong)


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


def _read(text: str, formats: Sequence[str]) -> datetime | None:
    for one in formats:
        with suppress(ValueError):
            return datetime.strptime(text, one).replace(tzinfo=LONDON)
    return None


def _american(text: str) -> str:
    """A sentence where a date would be one with its month first; "" where not."""
    swapped = re.sub(r"^(\d{1,2})/(\d{1,2})/", r"\2/\1/", text)
    if swapped == text or not _read(swapped.split(" ")[0], _DAYS):
        return ""
    return " The month comes first in it, as in America: write the day first."


def _plain(column: str) -> str:
    """A column's name without regard to capitals and surplus white space."""
    return " ".join(column.split()).casefold()


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"
