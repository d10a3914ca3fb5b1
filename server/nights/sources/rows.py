"""One row of a table: its cells by the column's name, read as numbers, dates and flags, and what is wrong with it."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime

from server.election.clock import LONDON
from server.election.limits import LONGEST_NUMBER
from server.election.numbers import written
from server.election.texts.mended import lost, mended
from server.election.texts.said import say, say_all
from server.election.texts.unseen import visible
from server.nights.sources.misprints import KNOWN
from server.nights.sources.problems import Problem

_WHOLE = re.compile(r"(\d+|[1-9]\d{0,2}((,\d{3})+|( \d{3})+))(\.00?)?")  # some spreadsheets write 1550.0
_DAYS = ("%d/%m/%Y", "%Y-%m-%d")
_CLOCKS = ("%H:%M", "%H:%M:%S")


class CsvRow:
    """One line of a table. Its readers note a problem, and give a harmless value, where a cell is wrong.

    ``damage`` is what is wrong with the line as a whole, as a sentence; it is noted by ``sound``.
    """

    def __init__(
        self, file: str, line: int, cells: dict[str, str], problems: list[Problem], damage: str | None = None
    ) -> None:
        self.file, self.line, self.damage, self._problems = file, line, damage, problems
        # Mended while all of it is there: a letter that was encoded twice can end with a NBSP, or a soft hyphen.
        self._cells = {plain(column): " ".join(visible(mended(cell)).split()) for column, cell in cells.items()}
        self._lost: set[str] = set()
        self._put_right()

    def _put_right(self) -> None:
        for one in KNOWN:
            day = self._cells.get("by-election date") or self._cells.get("election date")
            here = (day, self._cells.get("ons id"), self._cells.get(plain(one.column)))
            if here == (one.day, one.gss, one.printed):
                self._cells[plain(one.column)] = one.right

    def wrong(self, sentence: str, cause: str = "") -> None:
        """Note a problem with this line; ``cause`` is as ``Problem`` has it."""
        self._problems.append(Problem(self.file, self.line, sentence, cause))

    def has(self, column: str) -> bool:
        """Whether the table has this column."""
        return plain(column) in self._cells

    def text(self, column: str) -> str:
        """A cell without surplus white space, and with letters that were encoded twice put right (``LÃ©onie``);
        "" where there is no such column. Letters that cannot be put right are noted."""
        found = self._cells.get(plain(column), "")
        if (left := lost(found)) and column not in self._lost:
            self._lost.add(column)
            self.wrong(
                f"{column} is {shortened(found)!r}: a letter was encoded twice and lost ({left!r}). Write it anew."
            )
        return found

    @property
    def cells(self) -> tuple[str, ...]:
        """All cells, to tell whether two rows are the same."""
        return tuple(self._cells.values())

    def required(self, column: str) -> str:
        """A cell that may not be empty."""
        found = self.text(column)
        if not found:
            self.wrong(say("%(what)s is empty.", what=column))
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
            self._unread(column, found, "date", "12/12/2019")
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
            self._unread(column, found, "time", "13/12/2019 02:30")
        return read.replace(second=0) if read else None

    def _unread(self, column: str, found: str, what: str, like: str) -> None:
        sentence = f"{column} is {shortened(found)!r}: it should be a {what} such as {like}.{_advice(found)}"
        self.wrong(sentence, f"{column} is no {what}")

    def flag(self, column: str) -> bool:
        """Yes or no, also as t and f, true and false; no where it is empty or has no column."""
        found = self.text(column).casefold()
        if found not in ("t", "true", "yes", "f", "false", "no", ""):
            self.wrong(f"{column} is {shortened(found)!r}: it should be yes or no.", f"{column} is not yes or no")
        return found in ("t", "true", "yes")


def whole(row: CsvRow, what: str, text: str) -> int | None:
    """A whole number from 0 in this text; None, with a problem noted, if it is anything else."""
    number = written(re.sub("[, ]|\\.00?$", "", text) if _WHOLE.fullmatch(text) else text, LONGEST_NUMBER)
    if number is not None:
        return number
    if text.startswith("-") and text[1:].isdecimal():
        row.wrong(say("%(what)s: %(text)s is below 0.", what=what, text=text), f"{what} is below 0")
    elif text:
        sentence = say("%(what)s: %(text)s is not a whole number.", what=what, text=repr(shortened(text)))
        stop = say("A full stop can mean thousands or a fraction: write 1550 or 1,550.")
        dotted = re.fullmatch(r"[\d., ]*\.[\d., ]*", text)
        row.wrong(say_all(sentence, stop) if dotted else sentence, f"{what} is no number")
    else:
        row.wrong(say("%(what)s is empty.", what=what))
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


def _read(text: str, formats: Sequence[str]) -> datetime | None:
    for one in formats:
        with suppress(ValueError):
            return datetime.strptime(text, one).replace(tzinfo=LONDON)
    return None


def _advice(text: str) -> str:
    """A sentence about a date with its month first, or with a year of two digits; "" about any other text."""
    if re.fullmatch(r"\d{1,2}/\d{1,2}/\d\d( .*)?", text):
        return " Write all four digits of the year."
    swapped = re.sub(r"^(\d{1,2})/(\d{1,2})/", r"\2/\1/", text)
    american = swapped != text and _read(swapped.split(" ")[0], _DAYS)
    return " The month comes first in it, as in America: write the day first." if american else ""


def plain(column: str) -> str:
    """A column's name without regard to capitals, surplus white space and what nobody sees."""
    return " ".join(visible(column).split()).casefold()


def shortened(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"
