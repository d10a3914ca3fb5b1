"""Which past nights are shipped, and how their files are made from a folder of the Library's CSV files."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from server.nights.archive import past_night
from server.nights.format import parsed
from server.nights.past import PastNight
from server.nights.register import Registration
from server.nights.sources import columns
from server.nights.sources.ballots import CONTEST_COLUMNS, ballot_id, seat
from server.nights.sources.importer import ImportRefused, import_night
from server.nights.sources.problems import Problem
from server.nights.sources.tables import CsvRow, table

# Each with the year of the notional results that it is counted from, where its boundaries were new.
_GENERAL_ELECTIONS = {
    date(2010, 5, 6): 2005,
    date(2015, 5, 7): None,
    date(2017, 6, 8): None,
    date(2019, 12, 12): None,
    date(2024, 7, 4): 2019,
}
_REGISTER = "party-registrations.csv"
_REGISTER_COLUMNS = ("MNIS ID", "MNIS name", "Electoral Commission ID", "Jurisdiction", "Registered on")


def shipped(folder: Path) -> Iterator[tuple[str, str]]:
    """Night id and text of every shipped night, each against the general election before it.

    ``folder`` holds ``general-election-<year>-contests.csv`` and ``-candidates.csv``, the same two of
    ``by-elections-<year>-<year>`` for each Parliament, and ``notional-<year>-results.csv`` where boundaries were new.
    ImportRefused as ``import_night`` has it.
    """
    before: PastNight | None = None
    for day, notional in _GENERAL_ELECTIONS.items():
        night = f"parl.{day}"
        text = import_night(
            *_pair(folder, f"general-election-{day.year}"),
            id=night,
            title=f"{day.year} general election",
            baseline=folder / f"notional-{notional}-results.csv" if notional else before,
            baseline_name=f"{notional} general election, notional" if notional else "",
        )
        yield night, text
        before = past_night(*parsed(text.encode(), night))
        for contests, candidates in _by_elections_after(folder, day.year):
            for by_election, name in _by_elections(contests):
                title = f"{name} by-election"
                yield by_election, import_night(contests, candidates, id=by_election, title=title, baseline=before)


def registrations(folder: Path) -> list[Registration]:
    """The register of parties in ``party-registrations.csv`` of the folder; one without an id is none."""
    problems: list[Problem] = []
    rows: dict[str, list[CsvRow]] = {}
    for row in table(folder / _REGISTER, _REGISTER_COLUMNS, problems):
        rows.setdefault(row.text("Electoral Commission ID"), []).append(row)
    if problems:
        raise ImportRefused(problems)
    return [_registration(id, same) for id, same in rows.items() if id.startswith("PP")]


def _registration(id: str, rows: list[CsvRow]) -> Registration:
    first = rows[0]
    return Registration(
        id=id,
        name=first.text("MNIS name"),
        numbers=tuple(dict.fromkeys(number for row in rows if (number := row.text("MNIS ID")))),
        northern_ireland=first.text("Jurisdiction") == "Northern Ireland",
        since=first.day("Registered on") if first.text("Registered on") else None,
        until=first.day("Deregistered on") if first.text("Deregistered on") else None,
    )


def _pair(folder: Path, stem: str) -> tuple[Path, Path]:
    return folder / f"{stem}-contests.csv", folder / f"{stem}-candidates.csv"


def _by_elections_after(folder: Path, year: int) -> Iterator[tuple[Path, Path]]:
    """The files of the by-elections of the Parliament that was elected in a year."""
    for contests in sorted(folder.glob(f"by-elections-{year}-*-contests.csv")):
        yield _pair(folder, contests.name.removesuffix("-contests.csv"))


def _by_elections(contests: Path) -> list[tuple[str, str]]:
    problems: list[Problem] = []
    seats = [seat(row, date.min) for row in table(contests, CONTEST_COLUMNS, problems, columns.CONTESTS)]
    if problems:
        raise ImportRefused(problems)
    return [(ballot_id(one), one.name) for one in seats]
