"""The importer on whole years of the Local Elections Handbooks, and the shipped nights made again.

The files are not part of the project: HANDBOOKS names the folder with wards-2025.csv and the others, beside which are
the folders golden and maps. What is published is read here from the CSV itself, and by nothing that the importer uses.
"""

import csv
import os
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from server.election.nights import Night, fold
from server.election.results.councils.together import councils
from server.nights import archive
from server.nights.councils.importer import imported
from server.nights.councils.shipped import shipped
from server.nights.format import parsed
from tests.election.test_handbooks import FLAGS_EXCHANGED

FOLDER = Path(os.environ.get("HANDBOOKS", "/nowhere"))
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="HANDBOOKS names no folder with their files")
DAYS = {2021: "2021-05-06", 2024: "2024-05-02", 2025: "2025-05-01"}


@cache
def night(year: int) -> Night:
    files = FOLDER / f"wards-{year}.csv", FOLDER / f"candidates-{year}.csv"
    found = imported(*files, id=f"local.{DAYS[year]}", title=f"{year} local elections", complete=False)
    return fold(archive.past_night(*parsed(found.text.encode(), "a.jsonl")).events)


@cache
def flagged(year: int) -> dict[str, list[int]]:
    """The votes of those called elected in each ward, by its code."""
    found: dict[str, list[int]] = defaultdict(list)
    with (FOLDER / f"candidates-{year}.csv").open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            if row["elected"] == "1":
                found[row["ward_code"]].append(int(row["votes"]))
    return found


@pytest.mark.parametrize(
    ("year", "wards", "wrong"), [(2025, 1401, FLAGS_EXCHANGED), (2024, 1903, set[str]()), (2021, 3863, set[str]())]
)
def test_the_winners_of_every_imported_ward_are_those_published(year: int, wards: int, wrong: set[str]) -> None:
    different: set[str] = set()
    for count in night(year).counts.values():
        assert count.result, count.contest.ballot
        won = sorted(line.votes for line in count.result.elected)
        if won != sorted(flagged(year)[count.contest.gss]):
            different.add(count.contest.name)
    assert len(night(year).counts) == wards
    assert different == wrong


def controlled(year: int) -> dict[str, str]:
    with (FOLDER / "control-2016-2025.csv").open(encoding="utf-8") as rows:
        return {row["authority"]: row["majority"].upper() for row in csv.DictReader(rows) if row["year"] == f"{year}"}


def test_control_of_the_councils_is_that_published_but_for_two_whose_words_are_of_something_else() -> None:
    published, different = controlled(2025), dict[str, str]()
    short = {"PP52": "CON", "PP53": "LAB", "PP90": "LD", "PP7931": "REF"}
    for council in councils(fold(archive.load("local.2025-05-01").events)).councils:
        assert council.control
        said = published[council.body.name]
        ours = short.get(council.control.party, "NOC")
        if ours != (said if said in short.values() else "NOC"):
            different[council.body.name] = said
    # Doncaster's mayor is Labour's, its council is not; Warwickshire's row is the one of the year before.
    assert different == {"Doncaster": "LAB MAYOR", "Warwickshire": "CON"}
    (rushmoor,) = councils(fold(archive.load("local.rushmoor.2024-05-02").events)).councils
    assert rushmoor.control and (rushmoor.control.party, controlled(2024)["Rushmoor"]) == ("PP53", "LAB")


def test_the_seats_of_rushmoor_are_those_of_the_roll_after_it() -> None:
    roll: dict[str, int] = defaultdict(int)
    with (FOLDER / "opencouncildata_councillors_2024.csv").open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            if row["Council"] == "Rushmoor":
                roll[row["Electoral Commission Party Code"]] += 1
    (rushmoor,) = councils(fold(archive.load("local.rushmoor.2024-05-02").events)).councils
    assert rushmoor.seats == roll


def test_the_shipped_files_are_made_again_as_they_are() -> None:
    for name, text in shipped(FOLDER.parent):
        assert (archive.FOLDER / name).read_text(encoding="utf-8") == text, name
