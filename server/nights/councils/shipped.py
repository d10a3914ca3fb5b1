"""Which nights of councils and mayors are shipped, and how their files are made from a folder of data."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
from msgspec.structs import replace

from server.nights.archive import past_night
from server.nights.baselines import Baseline, of_night
from server.nights.councils import mayors, rolls
from server.nights.councils.importer import Known, imported
from server.nights.councils.names import council_id
from server.nights.format import parsed
from server.nights.layout import file_of
from server.nights.sources import hexjson
from server.nights.sources.importer import ImportRefused
from server.nights.sources.problems import Problem
from server.nights.written.before import Before, written

ENGLAND, RUSHMOOR, LONDON = "local.2025-05-01", "local.rushmoor.2024-05-02", "mayor.london.2021-05-06"
_LAYOUT_ATTRIBUTION = "Hexagon layout of councils by Open Innovations, ODC-BY licence"
_REGIONS = {
    "E12000001": "North East",
    "E12000002": "North West",
    "E12000003": "Yorkshire and The Humber",
    "E12000004": "East Midlands",
    "E12000005": "West Midlands",
    "E12000006": "East of England",
    "E12000007": "London",
    "E12000008": "South East",
    "E12000009": "South West",
}


def shipped(folder: Path) -> Iterator[tuple[str, str]]:
    """File name and text of every shipped night of councils and mayors, of what was known on an eve, and of the map.

    ``folder`` holds ``councils``, ``golden`` and ``maps``, as the data's README has them. ImportRefused as ``imported``
    has it.
    """
    problems: list[Problem] = []
    councils, hexes = folder / "councils", folder / "maps" / "councils-2025.hexjson"
    earlier = _in_2021(councils)
    known = _known(hexes, councils)
    text = _night(councils, 2025, ENGLAND, "2025 local elections", earlier, known)
    yield f"{ENGLAND}.jsonl", text
    header = parsed(text.encode(), ENGLAND)[0]
    control = rolls.controlled(councils / "control-2016-2025.csv", 2024, problems)
    on_the_eve = {body.id: Before(control=control.get(body.id)) for body in header.bodies or ()}
    yield f"{ENGLAND}.eve.json", written(rolls.eve("May 2024", on_the_eve))

    of_2023 = rolls.listed(councils / "council-control-2023.csv", problems)
    text = _night(
        councils, 2024, RUSHMOOR, "2024 Rushmoor council election", earlier, of_2023, control_baseline="May 2023"
    )
    yield f"{RUSHMOOR}.jsonl", text
    header = parsed(text.encode(), RUSHMOOR)[0]
    away = rolls.not_up(councils / "opencouncildata_councillors_2024.csv", header.bodies or (), problems)
    on_the_eve = {body: Before(not_up=seats) for body, seats in away.items()}
    yield f"{RUSHMOOR}.eve.json", written(rolls.eve("May 2023", on_the_eve))

    golden = folder / "golden" / "supplementary-vote-london-2021.json"
    title = "2021 London mayoral election"
    yield f"{LONDON}.jsonl", mayors.imported(golden, title=title, place="London", gss="E12000007")

    within = _districts(councils / "wards-2021.csv")
    layout = hexjson.imported(hexes, 2025, attribution=_LAYOUT_ATTRIBUTION, within=within)
    yield file_of(2025, councils=True).name, layout.text
    if problems:
        raise ImportRefused(problems)


def _night(
    folder: Path,
    year: int,
    id: str,
    title: str,
    earlier: Baseline,
    known: Mapping[str, Known],
    control_baseline: str = "",
) -> str:
    return imported(
        folder / f"wards-{year}.csv",
        folder / f"candidates-{year}.csv",
        id=id,
        title=title,
        baseline=earlier,
        known=known,
        control_baseline=control_baseline,
    ).text


def _in_2021(folder: Path) -> Baseline:
    id = "local.2021-05-06"
    made = imported(
        folder / "wards-2021.csv",
        folder / "candidates-2021.csv",
        id=id,
        title="2021 local elections",
        complete=False,
    )
    return of_night(past_night(*parsed(made.text.encode(), id)))


def _known(hexes: Path, folder: Path) -> dict[str, Known]:
    """Body id → code and region: of a council with a hexagon as that has it, of a county as those of its districts."""
    found: dict[str, Known] = {}
    for gss, one in msgspec.json.decode(hexes.read_bytes())["hexes"].items():
        found[council_id(one["n"])] = Known(gss=gss, region=_REGIONS.get(one["region"], ""))
    with (folder / "wards-2021.csv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            if row["type"] == "SC" and (district := found.get(council_id(row["council"]))):
                found.setdefault(council_id(row["county"]), replace(district, gss=row["county_code"]))
    return found


def _districts(wards: Path) -> dict[str, tuple[str, ...]]:
    """The code of each county of 2021 → those of its districts."""
    found: dict[str, set[str]] = {}
    with wards.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            if row["county_code"].startswith("E10"):
                found.setdefault(row["county_code"], set()).add(row["council_code"])
    return {county: tuple(sorted(its)) for county, its in sorted(found.items())}
