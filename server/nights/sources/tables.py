"""CSV files read strictly: rows by column name, each with its line and what is wrong with it. No votes."""

import csv
from collections.abc import Sequence
from io import StringIO

from server.election.texts.said import _, say
from server.nights.sources.columns import Columns, looks_like_data, told
from server.nights.sources.misprints import NAMES
from server.nights.sources.problems import Problem
from server.nights.sources.rows import CsvRow, plain, shortened, sound
from server.nights.sources.source import File, damage, text_of

_PREAMBLE = 10  # lines in which the names of the columns are looked for: the Library's file of 2024 begins with a title
_BEGINNING = 10_000  # characters by which is told what stands between the cells
_SAMPLE = 50  # rows by which columns without names are told


def table(
    file: File, required: Columns, problems: list[Problem], without_names: Sequence[Columns] = (), last: Columns = ()
) -> list[CsvRow]:
    """The rows of a CSV file, or none where it cannot be used; ``problems`` then says why, and what is damaged.

    Between the cells are commas, or semicolons, tabs or strokes (|) as some programs write them. Where there is no
    row of names, the columns are those of ``without_names`` that fit. A row may end before the ``last`` columns.
    """
    return sound(every_row(file, required, problems, without_names, last))


def every_row(
    file: File, required: Columns, problems: list[Problem], without_names: Sequence[Columns] = (), last: Columns = ()
) -> list[CsvRow]:
    """The same with the damaged rows among the others: nothing is said of them, for they may not matter."""
    text = text_of(file, problems)
    if text is None:
        return []
    lines, broken = _split(text, file.name)
    if not lines:
        problems.append(broken or Problem(file.name, 0, say("It is empty.")))
        return []
    header = _header(file.name, lines, required, without_names, problems)
    if header is None:
        return []
    names, rest = header
    rows = [_row(file.name, line, names, last, cells, problems) for line, cells in rest]
    if broken:
        problems.append(broken)
    elif not rest:
        problems.append(Problem(file.name, 0, say("There is nothing below the header.")))
    return rows


def _row(file: str, line: int, names: list[str], last: Columns, cells: list[str], problems: list[Problem]) -> CsvRow:
    wrong = damage(",".join(cells))
    lacking = [name for name in names[len(cells) :] if plain(name) not in last]
    if lacking or any(map(str.strip, cells[len(names) :])):
        wrong = wrong or say("There are %(cells)s cells, but %(names)s columns.", cells=len(cells), names=len(names))
    return CsvRow(file, line, dict(zip(names, cells, strict=False)), problems, wrong)


_Line = tuple[int, list[str]]


def _split(text: str, file: str) -> tuple[list[_Line], Problem | None]:
    """The lines that are not empty, each with its number, up to where it is not CSV any more."""
    separator = max(",;\t|", key=text[:_BEGINNING].count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    found, number = list[_Line](), 1
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                found.append((number, cells))
            number = reader.line_num + 1
    except csv.Error as error:
        return found, Problem(file, reader.line_num, say("This is not CSV: %(why)s.", why=str(error)))
    return found, None


def _header(
    file: str, lines: list[_Line], required: Columns, without_names: Sequence[Columns], problems: list[Problem]
) -> tuple[list[str], list[_Line]] | None:
    """The names of the columns and the lines below them; None where they cannot be told."""

    def named(place: int) -> int:
        found = (NAMES.get(plain(name), name) for name in lines[place][1])
        return len({plain(name) for name in required} & set(map(plain, found)))

    place = max(range(min(_PREAMBLE, len(lines))), key=named)
    line, cells = lines[place]
    if not named(place):
        columns = told([cells for _, cells in lines[:_SAMPLE]], without_names)
        if columns:
            return list(columns), lines
        first, cells = lines[0]
        bare = say("This is a row of %(cells)s cells without names above it", cells=len(cells))
        what = bare if looks_like_data(cells) else say("This is no row of names")
        message = _("%(what)s: add a first row that names the columns, among them %(columns)s.")
        problems.append(Problem(file, first, say(message, what=what, columns=", ".join(required))))
        return None
    names = [NAMES.get(plain(name), name.strip()) for name in cells]
    while not names[-1]:
        names.pop()
    known = list(map(plain, names))
    missing = [name for name in required if plain(name) not in known]
    twice = sorted({repr(shortened(name)) for name in names if name and known.count(plain(name)) > 1})
    problems += [Problem(file, line, say("There is no column %(name)s.", name=repr(name))) for name in missing]
    problems += [Problem(file, line, say("There are two columns %(name)s.", name=name)) for name in twice]
    # Where files were put one below the other, the names of the columns stand there again.
    rest = [one for one in lines[place + 1 :] if list(map(plain, one[1][: len(known)])) != known]
    return None if missing or twice else (names, rest)
