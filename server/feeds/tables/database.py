"""Nights as one SQLite file, with what its columns hold in a table of its own. No HTTP; nothing is kept."""

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime

from server.election.nights import Night
from server.feeds.tables import rows
from server.feeds.tables.columns import TABLES, VERSION, Kind
from server.feeds.tables.rows import Cell, Row
from server.html.languages import Language

_KINDS: dict[Kind, str] = {"text": "TEXT", "integer": "INTEGER", "number": "REAL", "boolean": "INTEGER", "time": "TEXT"}
_KEYS = {"contests": ("ballot",), "councils": ("council",)}  # which one other table refers to
_ABOUT = """
CREATE TABLE nights (night TEXT PRIMARY KEY, title TEXT, date TEXT, seq INTEGER, as_at TEXT, declared INTEGER,
  contests INTEGER, baseline TEXT, attribution TEXT);
CREATE TABLE columns ("table" TEXT, "column" TEXT, kind TEXT, meaning TEXT, version INTEGER);
"""


def written(nights: Iterable[Night], language: Language) -> bytes:
    """The file: tables ``nights`` and ``columns``, then one for each of ``TABLES``. A ballot is of one night here."""
    file = sqlite3.connect(":memory:")
    try:
        file.executescript(_ABOUT + ";".join(map(_table, TABLES)))
        for name, table in TABLES.items():
            told = [(name, one.name, one.kind, one.meaning, VERSION) for one in table.columns]
            file.executemany("INSERT INTO columns VALUES (?, ?, ?, ?, ?)", told)
        for night in nights:
            _add(file, night, language)
        file.commit()
        return file.serialize()
    finally:
        file.close()


def of(night: Night, table: str, language: Language) -> Iterator[Row]:
    """The rows of a table, all of them."""
    match table:
        case "contests":
            return (rows.contest_row(night, count, language) for count in night.counts.values())
        case "candidates":
            return (row for count in night.counts.values() for row in rows.candidate_rows(night, count, language))
        case "parties":
            return rows.party_rows(night, language)
        case "councils":
            return rows.council_rows(night)
        case _:
            return rows.council_seat_rows(night, language)


def _add(file: sqlite3.Connection, night: Night, language: Language) -> None:
    one = night.definition
    about = (one.id, one.title, str(one.date), night.seq, night.at.isoformat(), night.declared, len(night.counts))
    file.execute("INSERT INTO nights VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*about, one.baseline, one.attribution))
    for name, table in TABLES.items():
        places = ", ".join("?" for _ in table.columns)
        file.executemany(
            f'INSERT INTO "{name}" VALUES ({places})', (tuple(map(_cell, row)) for row in of(night, name, language))
        )


def _table(name: str) -> str:
    columns = [f"{one.name} {_KINDS[one.kind]}" for one in TABLES[name].columns]
    columns[0] += " REFERENCES nights(night)"
    if name not in _KEYS:
        for other, (key,) in _KEYS.items():
            columns = [f"{one} REFERENCES {other}({key})" if one.split()[0] == key else one for one in columns]
    ends = [f"PRIMARY KEY ({', '.join(_KEYS[name])})"] if name in _KEYS else []
    return f'CREATE TABLE "{name}" ({", ".join([*columns, *ends])})'


def _cell(cell: Cell) -> str | int | float | None:
    return cell.isoformat() if isinstance(cell, datetime) else cell
