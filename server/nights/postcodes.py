"""A table of postcodes that the place may have: which constituency each is in. None is shipped. No pages here.

The file is ``postcodes.csv`` in the data folder, of the shape that the README of this room describes. It is held in
four bytes a postcode, and found by its outward half.
"""

import csv
import logging
import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from threading import Lock

from msgspec import Struct

FILE = "postcodes.csv"
_POSTCODES = ("pcds", "pcd", "pcd2", "pcd7", "pcd8", "postcode")  # columns, as the ONS has called them
_SEATS = ("pcon", "gss", "constituency")  # beginnings of columns: it appends years, as in pcon24cd
_MOST = 3_000_000  # rows that are read: 1.8 million postcodes are in use, 2.7 million have ever been
_WHOLE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})")
_OUTWARD = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?")
_GSS = re.compile(r"[ENSW][0-9]{8}")
_LETTERS = 26
_reading = Lock()
_log = logging.getLogger(__name__)


class Postcodes(Struct, frozen=True):
    """A table: for each outward half its postcodes, sorted, as inward half and place in ``seats``."""

    seats: tuple[str, ...]
    by_outward: "dict[str, array[int]]"

    def seat(self, postcode: str) -> str | None:
        """The GSS code of the constituency that a whole postcode is in; None if the table does not have it."""
        halves = _WHOLE.fullmatch(_squeezed(postcode))
        known = self.by_outward.get(halves[1]) if halves else None
        if not halves or known is None:
            return None
        inward = _number(halves[2])
        place = bisect_left(known, inward << 16)
        return self.seats[known[place] & 0xFFFF] if place < len(known) and known[place] >> 16 == inward else None


def is_postcode(text: str) -> bool:
    """Whether a text has the form of a postcode, whole or its outward half: "sw1a 1aa", "ME2"."""
    return bool(_WHOLE.fullmatch(_squeezed(text)) or _OUTWARD.fullmatch(_squeezed(text)))


def is_whole(text: str) -> bool:
    """Whether a text has the form of a whole postcode."""
    return bool(_WHOLE.fullmatch(_squeezed(text)))


def table(folder: Path) -> Postcodes | None:
    """The table of a data folder, read once; None where there is none, or the file is not one, which is logged."""
    with _reading:  # that whole countries of postcodes are not read twice at a time
        return _table(folder)


@cache
def _table(folder: Path) -> Postcodes | None:
    file = folder / FILE
    try:
        with file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
            return read(lines)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, csv.Error) as error:
        _log.warning("%s cannot be used: %s", file, error)
        return None


def read(lines: Iterable[str]) -> Postcodes:
    """A table from its lines; ValueError if a column is missing, or nothing in it is a postcode with a constituency."""
    rows = csv.reader(lines)
    heading = [name.strip().lower() for name in next(rows, list[str]())]
    code = next((place for place, name in enumerate(heading) if name in _POSTCODES), None)
    seat = next((place for place, name in enumerate(heading) if name.startswith(_SEATS)), None)
    if code is None or seat is None:
        raise ValueError("its first line must name a column postcode and a column gss, or the ONS's pcds and pcon.")
    seats: dict[str, int] = {}
    by_outward: dict[str, array[int]] = {}
    for row, _ in zip(rows, range(_MOST), strict=False):
        if len(row) <= max(code, seat):
            continue
        halves, gss = _WHOLE.fullmatch(_squeezed(row[code])), row[seat].strip()
        if halves and _GSS.fullmatch(gss):
            place = seats.setdefault(gss, len(seats))
            by_outward.setdefault(halves[1], array("I")).append(_number(halves[2]) << 16 | place)
    if not by_outward:
        raise ValueError("no line of it has a postcode and the GSS code of a constituency.")
    return Postcodes(tuple(seats), {outward: array("I", sorted(known)) for outward, known in by_outward.items()})


def _squeezed(text: str) -> str:
    return "".join(text.upper().split())


def _number(inward: str) -> int:
    """An inward half, a digit and two letters, as a number below 6,760."""
    digit, first, second = inward
    return (int(digit) * _LETTERS + ord(first) - ord("A")) * _LETTERS + ord(second) - ord("A")
