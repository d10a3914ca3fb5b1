"""The wards of whole years, against the House of Commons Library's Local Elections Handbooks.

The files are not part of the project: HANDBOOKS names the folder with wards-2025.csv, candidates-2025.csv and those of
other years. Who should be elected is worked out here from the votes alone, and by nothing that the rules use.
"""

import csv
import os
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from server.election.verdict import tie_in
from tests.election.wards import LD, result, ward

FOLDER = Path(os.environ.get("HANDBOOKS", "/nowhere"))
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="HANDBOOKS names no folder with their files")

Ward = tuple[str, int | None, list[tuple[int, bool]]]
# Wards in which two parties' candidates have each other's flag: the flag is wrong, and the votes are right.
FLAGS_EXCHANGED = {
    "Higham Ferrers", "Cramlington Village", "Broadway", "Bromsgrove South", "Clent Hills", "Droitwich East",
    "Evesham North West", "Harvington", "Malvern Link", "Nunnery", "Pershore", "Redditch Central", "Redditch West",
    "St Georges", "St Peter", "Upton Snodsbury", "Wythall",
}  # fmt: skip


def plain(name: str) -> str:
    """A council's name as both files of a year have it."""
    return re.sub("[^a-z]", "", name.casefold().replace("&", "and"))


def wards_of(year: int) -> list[Ward]:
    """Each ward's name and seats (None where the file has none), and its candidates' votes and flags."""
    candidates: dict[tuple[str, str], list[tuple[int, bool]]] = defaultdict(list)
    for row in csv.DictReader((FOLDER / f"candidates-{year}.csv").open()):
        candidates[plain(row["council"]), row["ward_code"]].append((int(row["votes"] or 0), row["elected"] == "1"))
    return [
        (row["ward"], int(row["seats"] or 0) or None, candidates[plain(row["council"]), row["ward_code"]])
        for row in csv.DictReader((FOLDER / f"wards-{year}.csv").open())
    ]


@pytest.mark.parametrize(
    ("year", "all_of_them", "without_seats", "wrong"),
    [(2025, 1401, 0, FLAGS_EXCHANGED), (2024, 1903, 0, set[str]()), (2021, 3863, 71, set[str]())],
)
def test_the_winners_of_every_ward_are_those_published(
    year: int, all_of_them: int, without_seats: int, wrong: set[str]
) -> None:
    found = Counter[str]()
    different: set[str] = set()
    for name, seats, candidates in wards_of(year):
        found["wards"] += 1
        flags = [place for place, (_, flag) in enumerate(candidates) if flag]
        if seats is None:
            found["without seats"] += 1
            seats = len(flags)
        votes = [number for number, _ in candidates]
        assert votes, name
        if len(votes) <= seats:
            found["unopposed"] += 1
        level = sorted(votes, reverse=True)[seats - 1] if len(votes) >= seats else -1
        contest = ward(*[LD] * len(votes), seats=seats)
        tie = tie_in(contest, {str(place): number for place, number in enumerate(votes, start=1)})
        # In a tie only the flag says whose lot was drawn.
        lots = tuple(one for one in tie.tied if int(one) - 1 in flags) if tie else ()
        elected = {int(line.candidate.id) - 1 for line in result(contest, *votes, lots=lots).elected}
        found["ties"] += tie is not None
        above = {place for place, number in enumerate(votes) if number > level}
        assert above <= elected <= {place for place, number in enumerate(votes) if number >= level}
        assert len(elected) == min(seats, len(votes))
        if elected != set(flags):
            different.add(name)

    assert found["wards"] == all_of_them
    assert found["without seats"] == without_seats
    assert different == wrong
