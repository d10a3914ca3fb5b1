"""Which past nights are shipped, and how their files are made from a folder of the Library's CSV files."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from server.nights.archive import past_night
from server.nights.format import parsed
from server.nights.past import PastNight
from server.nights.sources import columns
from server.nights.sources.ballots import CONTEST_COLUMNS, ballot_id, seat
from server.nights.sources.importer import ImportRefused, import_night
from server.nights.sources.tables import Problem, table

_GENERAL_ELECTIONS = (date(2010, 5, 6), date(2015, 5, 7), date(2017, 6, 8), date(2019, 12, 12))
_BY_ELECTIONS = "by-elections-2010-2015"
_NOTIONAL = "notional-2005-results.csv"


def shipped(folder: Path) -> Iterator[tuple[str, str]]:
    """Night id and text of every shipped night, each against the general election before it.

    ``folder`` holds ``general-election-<year>-contests.csv`` and ``-candidates.csv``, the same two of
    ``by-elections-2010-2015``, and ``notional-2005-results.csv``. ImportRefused as ``import_night`` has it.
    """
    before: PastNight | Path = folder / _NOTIONAL
    first: PastNight | None = None
    for day in _GENERAL_ELECTIONS:
        night = f"parl.{day}"
        text = import_night(
            *_pair(folder, f"general-election-{day.year}"),
            id=night,
            title=f"{day.year} general election",
            baseline=before,
            baseline_name="2005 general election, notional",
        )
        yield night, text
        before = past_night(*parsed(text.encode(), night))
        first = first or before
    contests, candidates = _pair(folder, _BY_ELECTIONS)
    for night, name in _by_elections(contests):
        yield night, import_night(contests, candidates, id=night, title=f"{name} by-election", baseline=first)


def _pair(folder: Path, stem: str) -> tuple[Path, Path]:
    return folder / f"{stem}-contests.csv", folder / f"{stem}-candidates.csv"


def _by_elections(contests: Path) -> list[tuple[str, str]]:
    problems: list[Problem] = []
    seats = [seat(row, date.min) for row in table(contests, CONTEST_COLUMNS, problems, columns.CONTESTS)]
    if problems:
        raise ImportRefused(problems)
    return [(ballot_id(one), one.name) for one in seats]
