"""Nights as one file of all tables, SQLite or JSON Lines. No HTTP; nothing is kept."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from server.election.events import AnyEvent
from server.election.nights import Night
from server.feeds.states.contest_shapes import ContestState
from server.feeds.states.contests import contest_state
from server.feeds.tables import rows
from server.feeds.tables.columns import TABLES, VERSION, Kind, Table
from server.feeds.tables.rows import Cell, Row
from server.feeds.tables.text import json_lines
from server.html.languages import Language
from server.nights.written.exported import OF_RECORD
from server.stream import record

States = Mapping[str, ContestState]

_NOT_YET: States = {}
_KINDS: dict[Kind, str] = {"text": "TEXT", "integer": "INTEGER", "number": "REAL", "boolean": "INTEGER", "time": "TEXT"}
_KEYS = {"contests": ("ballot",), "councils": ("council",)}  # which one other table refers to
_ABOUT = """
CREATE TABLE nights (night TEXT PRIMARY KEY, title TEXT, date TEXT, seq INTEGER, as_at TEXT, declared INTEGER,
  contests INTEGER, baseline TEXT, attribution TEXT, rehearsal INTEGER, replay_of TEXT);
CREATE TABLE columns ("table" TEXT, "column" TEXT, kind TEXT, meaning TEXT, version INTEGER);
"""
_RECORD = "CREATE TABLE record (night TEXT REFERENCES nights(night), seq INTEGER PRIMARY KEY, line TEXT)"


def written(nights: Iterable[Night], language: Language, events: Sequence[AnyEvent] = ()) -> bytes:
    """An SQLite file: tables ``nights`` and ``columns``, which says what columns hold, then one for each of ``TABLES``.
    A ballot is of one night here. Where there is one night, ``events`` are its own: their record is a table too, of
    which the night can be made again."""
    file = sqlite3.connect(":memory:")
    try:
        file.executescript(_ABOUT + ";".join(map(_table, TABLES)))
        for name, table in TABLES.items():
            told = [(name, one.name, one.kind, one.meaning, VERSION) for one in table.columns]
            file.executemany("INSERT INTO columns VALUES (?, ?, ?, ?, ?)", told)
        for night in nights:
            _add(file, night, language)
            if events:
                file.execute(_RECORD)
                lines = enumerate(record.written(events), start=1)
                told = ((night.definition.id, seq, line.decode()) for seq, line in lines)
                file.executemany("INSERT INTO record VALUES (?, ?, ?)", told)
        file.commit()
        return file.serialize()
    finally:
        file.close()


def lines(nights: Iterable[Night], language: Language, events: Sequence[AnyEvent] = ()) -> bytes:
    """The same as JSON Lines: each row of each table is an object that names its ``table`` first. Lines of the record
    are as a record has them, but for that name."""
    told = [_lines(name, table, night, language) for night in nights for name, table in TABLES.items()]
    return b"".join((*told, *(OF_RECORD + line[1:] for line in record.written(events))))


def _lines(name: str, table: Table, night: Night, language: Language) -> bytes:
    return json_lines(("table", *table.names), ((name, *row) for row in of(night, name, language)))


def of(night: Night, table: str, language: Language, states: States = _NOT_YET) -> Iterator[Row]:
    """The rows of a table, all of them; ``states`` are those of contests, by ballot, where they were made already."""
    counts = ((count, states.get(ballot)) for ballot, count in night.counts.items())
    match table:
        case "contests":
            return (rows.contest_row(night, count, language, state) for count, state in counts)
        case "candidates":
            return (row for count, state in counts for row in rows.candidate_rows(night, count, language, state))
        case "parties":
            return rows.party_rows(night, language)
        case "councils":
            return rows.council_rows(night)
        case _:
            return rows.council_seat_rows(night, language)


def _add(file: sqlite3.Connection, night: Night, language: Language) -> None:
    one = night.definition
    about = (one.id, one.title, str(one.date), night.seq, night.at.isoformat(), night.declared, len(night.counts))
    rest = (one.baseline, one.attribution, bool(one.rehearsal), one.replay_of)
    file.execute("INSERT INTO nights VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*about, *rest))
    states = {ballot: contest_state(night, count, with_history=False) for ballot, count in night.counts.items()}
    for name, table in TABLES.items():
        places = ", ".join("?" for _ in table.columns)
        told = (tuple(map(_cell, row)) for row in of(night, name, language, states))
        file.executemany(f'INSERT INTO "{name}" VALUES ({places})', told)


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
