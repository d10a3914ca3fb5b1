"""Recognises the columns of the Library's files where the row of their names is missing: by how many there are, and by
what their cells look like. No file is read here."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import product

Columns = tuple[str, ...]

_PLACE = (
    "ONS ID",
    "ONS region ID",
    "Constituency name",
    "County name",
    "Region name",
    "Country name",
    "Constituency type",
)
# The fourth party's column is UKIP to 2017, BRX in 2019, RUK in 2024. Nothing reads it.
_RESULT = (
    *("Member first name", "Member surname", "Member gender", "Result", "First party", "Second party"),
    *("Electorate", "Valid votes", "Invalid votes", "Majority"),
    *("Con", "Lab", "LD", "Fourth party", "Green", "SNP", "PC", "DUP", "SF", "SDLP", "UUP", "APNI"),
    "All other candidates",
)
_CANDIDATE = (
    *("Party name", "Party abbreviation", "Electoral Commission party ID", "MNIS party ID"),
    *("Electoral Commission adjunct party ID", "Candidate first name", "Candidate surname", "Candidate gender"),
    *("Sitting MP", "Former MP", "Member MNIS ID", "Votes", "Share", "Change"),
)

# The layouts of the files of general elections from 2010 to 2024, and of by-elections. Some files have no times.
CONTESTS: tuple[Columns, ...] = tuple(
    (*dates, *_PLACE, *times, *_RESULT, *others)
    for dates, times, others in product(
        ((), ("By-election date", "Writ date")), (("Declaration time",), ()), ((), ("Of which other winner",))
    )
)
CANDIDATES: tuple[Columns, ...] = tuple(
    (*dates, *_PLACE, *_CANDIDATE, *ids) for dates, ids in product(((), ("Election date",)), ((), ("Person ID",)))
)

GSS = re.compile(r"[ENSW]\d{8}")
_DAY = r"\d{1,4}[/-]\d{1,2}[/-]\d{1,4}"
_NUMBER = re.compile(r"\d[\d,]*")
_SHAPES = {
    "ONS ID": GSS,
    "ONS region ID": GSS,
    "Election date": re.compile(_DAY),
    "By-election date": re.compile(_DAY),
    "Declaration time": re.compile(rf"({_DAY} \d.*|\[x\])?"),
    "Electorate": _NUMBER,
    "Valid votes": _NUMBER,
    "Majority": _NUMBER,
    "Votes": _NUMBER,
    "constituency_id": GSS,
    "votes": _NUMBER,
}


def told(rows: Sequence[Sequence[str]], known: Sequence[Columns]) -> Columns | None:
    """The layout that fits most of these rows; None where none fits, or two that contradict each other fit equally
    well."""
    fitting = Counter(columns for row in rows for columns in known if _fits(row, columns))
    best = fitting.most_common(2)
    if not best:
        return None
    (first, most), (second, as_many) = best[0], best[-1]
    shorter = min(len(first), len(second))
    return None if most == as_many and first[:shorter] != second[:shorter] else first


def looks_like_data(row: Sequence[str]) -> bool:
    """Whether a row holds a constituency's code or a date, and so is not the row of the columns' names."""
    return any(GSS.fullmatch(cell.strip()) or re.fullmatch(_DAY, cell.strip()) for cell in row)


def _fits(row: Sequence[str], columns: Columns) -> bool:
    cells = [cell.strip() for cell in row]
    if any(cells[len(columns) :]) or len(cells) < len(columns):
        return False
    return all(_SHAPES[name].fullmatch(cell) for name, cell in zip(columns, cells, strict=False) if name in _SHAPES)
