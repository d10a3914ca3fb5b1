"""Rows as the lines of CSV or JSON Lines. No figures, no HTTP."""

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import StringIO

import msgspec

from server.feeds.tables.rows import Cell, Row

_OF_FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # as OWASP lists them; no name of a shipped night begins so
BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # without it some spreadsheets take UTF-8 for the encoding of their own country


def comma_separated(rows: Iterable[Sequence[Cell]]) -> bytes:
    """The lines of CSV (RFC 4180, but with LF) of these rows, in UTF-8: true and false, times with their offset, and
    nothing in a cell that is not known. A text that a spreadsheet would take for a formula has an apostrophe first."""
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows([_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def json_lines(names: Sequence[str], rows: Iterable[Row]) -> bytes:
    """A line of JSON for each of these rows, with the names of its columns."""
    return b"".join(msgspec.json.encode(dict(zip(names, row, strict=True))) + b"\n" for row in rows)


def _cell(cell: Cell) -> str | int | float:
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case datetime():
            return cell.isoformat()
        case str() if cell.startswith(_OF_FORMULAS):
            return f"'{cell}"
        case _:
            return cell
