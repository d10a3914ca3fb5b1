"""The layout of the map: every constituency has a hexagon of its own, and outlines are drawn around the right ones."""

import argparse
import shutil
from collections import Counter
from datetime import date
from itertools import combinations
from math import dist, isclose, sqrt
from pathlib import Path

import pytest
from msgspec.structs import replace

from server.commands import import_ as command
from server.election.contests import Definition
from server.nights import archive, layout
from server.nights.layout import CORNERS, Cell, Layout, Outline, Point, bounds, centre, outlines
from server.nights.sources import hexjson
from server.settings import Settings

GENERAL = {
    "parl.2010-05-06": 2010,
    "parl.2015-05-07": 2010,
    "parl.2017-06-08": 2010,
    "parl.2019-12-12": 2010,
    "parl.2024-07-04": 2024,
}
YEARS = (2010, 2024)
RING = [Cell(1, 0), Cell(2, 0), Cell(0, 1), Cell(2, 1), Cell(1, 2), Cell(2, 2)]  # around 1, 1

HEXJSON = """{"layout": "odd-r", "hexes": {
    "E14000001": {"n": "South", "q": -2, "r": -1, "e": 1000},
    "W07000001": {"n": "North", "q": -1, "r": 2, "e": 1000},
    "S14000001": {"n": "Between", "q": -2, "r": 1, "e": 1000}
}}"""


def laid_out(year: int) -> Layout:
    return layout.read(layout.file_of(year))


def definition(night: str) -> Definition:
    return archive.load(night).definition


def regions(night: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for contest in definition(night).contests:
        found.setdefault(contest.region, []).append(contest.gss)
    return found


def edges(paths: tuple[Outline, ...]) -> list[tuple[Point, Point]]:
    return [edge for path in paths for edge in zip(path, (*path[1:], path[0]), strict=True)]


def area(path: Outline) -> float:
    """Twice what it goes around, in points; above 0 if it runs clockwise, as y counts southwards."""
    return sum(one.x * two.y - two.x * one.y for one, two in edges((path,)))


@pytest.mark.parametrize(("night", "year"), GENERAL.items())
def test_every_constituency_of_a_general_election_has_a_hexagon_on_the_map_of_its_boundaries(
    night: str, year: int
) -> None:
    found = layout.of(definition(night))
    assert found is not None
    assert found.cells == laid_out(year).cells
    assert {contest.gss for contest in definition(night).contests} == set(found.cells)


def test_every_by_election_is_on_the_map_of_the_general_election_before_it() -> None:
    for one in archive.of_the_house():
        if not one.seats:
            found = layout.of(definition(one.id))
            assert found is not None
            assert found.source == f"constituencies-{2010 if str(one.date) < '2024-07-04' else 2024}.hexjson", one.id


@pytest.mark.parametrize("year", YEARS)
def test_no_two_constituencies_share_a_hexagon(year: int) -> None:
    assert len(set(laid_out(year).cells.values())) == len(laid_out(year).codes) == 650


@pytest.mark.parametrize("year", YEARS)
def test_the_source_is_named(year: int) -> None:
    assert laid_out(year).attribution == "Hexagon layout by Open Innovations, MIT licence"
    assert laid_out(year).source == f"constituencies-{year}.hexjson"


@pytest.mark.parametrize("year", YEARS)
def test_hexagons_next_to_each_other_are_one_width_apart_and_all_others_farther(year: int) -> None:
    found = laid_out(year)
    centres = {gss: centre(cell) for gss, cell in found.cells.items()}
    near = {frozenset((one, two)) for one, two in combinations(centres, 2) if dist(centres[one], centres[two]) < 1.5}
    assert near == {frozenset((gss, other)) for gss in centres for other in found.neighbours(gss)}
    assert all(isclose(dist(*(centres[gss] for gss in pair)), 1) for pair in near)


def test_neighbours_go_clockwise_from_the_north_east() -> None:
    found = laid_out(2010)
    inland = next(gss for gss in found.cells if len(found.neighbours(gss)) == 6)
    here = found.cells[inland].centre
    around = [found.cells[one].centre for one in found.neighbours(inland)]
    steps = [(beyond.x - here.x, beyond.y - here.y) for beyond in around]
    assert steps == [(1, -3), (2, 0), (1, 3), (-1, 3), (-2, 0), (-1, -3)]


def test_a_corner_is_as_far_from_the_middle_as_a_regular_hexagons() -> None:
    assert all(isclose(dist((0, 0), (one.x * layout.X, one.y * layout.Y)), 1 / sqrt(3)) for one in CORNERS)


@pytest.mark.parametrize(
    ("night", "southwards", "eastwards"),
    [
        (
            "parl.2019-12-12",
            ["Orkney and Shetland", "Edinburgh East", "Leeds East", "Brighton, Pavilion"],
            ["St Ives", "Exeter", "Brighton, Pavilion", "South Thanet"],
        ),
        (
            "parl.2024-07-04",
            ["Orkney and Shetland", "Edinburgh South", "Leeds East", "Brighton Pavilion"],
            ["St Ives", "Exeter", "Brighton Pavilion", "East Thanet"],
        ),
    ],
)
def test_north_is_up_and_east_is_right(night: str, southwards: list[str], eastwards: list[str]) -> None:
    cells = laid_out(GENERAL[night]).cells
    names = {one.name: cells[one.gss].centre for one in definition(night).contests}
    assert southwards == sorted(southwards, key=lambda name: names[name].y)
    assert eastwards == sorted(eastwards, key=lambda name: names[name].x)


def test_one_hexagon_is_its_own_outline_clockwise() -> None:
    (path,) = outlines([Cell(0, 0)])
    assert path == CORNERS


def test_two_hexagons_side_by_side_have_ten_edges() -> None:
    (path,) = outlines([Cell(0, 0), Cell(1, 0)])
    assert len(path) == len(set(path)) == 10


def test_a_hole_has_an_outline_the_other_way_round() -> None:
    outer, hole = outlines(RING)
    assert (len(outer), len(hole)) == (18, 6)
    assert area(outer) > 0 > area(hole)


def test_apart_they_have_outlines_of_their_own_from_the_north_west_on() -> None:
    paths = outlines([Cell(5, 5), Cell(0, 0), Cell(5, 0)])
    assert [path[0] for path in paths] == [Point(0, -2), Point(10, -2), Point(11, 13)]
    assert paths == outlines([Cell(5, 0), Cell(5, 5), Cell(0, 0), Cell(0, 0)])


@pytest.mark.parametrize(
    ("night", "region"),
    [(night, region) for night in ("parl.2019-12-12", "parl.2024-07-04") for region in regions(night)],
)
def test_the_outline_of_a_region_is_closed_and_has_the_edges_that_its_hexagons_do_not_share(
    night: str, region: str
) -> None:
    found, codes = laid_out(GENERAL[night]), regions(night)[region]
    paths = found.outlines(codes)
    shared = sum(other in codes for gss in codes for other in found.neighbours(gss))
    assert sum(map(len, paths)) == 6 * len(codes) - shared
    for start, end in edges(paths):
        assert (abs(end.x - start.x), abs(end.y - start.y)) in {(1, 1), (0, 2)}, "no edge but a hexagon's"
    assert len(set(edges(paths))) == len(edges(paths))
    assert max(Counter(start for start, _ in edges(paths)).values()) == 1
    assert sum(map(area, paths)) == 12 * len(codes), "they go around exactly their hexagons"


@pytest.mark.parametrize("night", ["parl.2019-12-12", "parl.2024-07-04"])
def test_the_outlines_of_all_regions_meet_where_regions_do(night: str) -> None:
    found = laid_out(GENERAL[night])
    inner = [edge for codes in regions(night).values() for edge in edges(found.outlines(codes))]
    coast = edges(found.outlines(found.cells))
    assert Counter(inner) - Counter(coast) == Counter((end, start) for start, end in set(inner) - set(coast))


@pytest.mark.parametrize("year", YEARS)
def test_the_box_around_the_map_holds_every_corner_of_every_hexagon(year: int) -> None:
    first, last = bounds(laid_out(year).cells.values())
    assert bounds([Cell(0, 0)]) == (Point(-1, -2), Point(1, 2))
    for path in laid_out(year).outlines(laid_out(year).cells):
        assert all(first.x <= point.x <= last.x and first.y <= point.y <= last.y for point in path)


def test_a_night_on_boundaries_without_a_layout_has_none() -> None:
    clacton = definition("parl.clacton.by.2014-10-09")
    assert layout.of(clacton) is not None
    contests = tuple(replace(one, gss="E14009999") for one in clacton.contests)
    assert layout.of(replace(clacton, contests=contests)) is None


@pytest.mark.parametrize(
    ("gss", "day", "year"),
    [
        ("E14000642", "2014-10-09", 2010),  # Clacton, with a new code in 2024
        ("E14001174", "2026-08-13", 2024),
        ("S14000021", "2010-05-06", 2010),  # East Renfrewshire, which kept its code
        ("S14000021", "2024-07-03", 2024),
        ("S14000021", "2030-05-02", 2024),
        ("S14000021", "2001-06-07", 2010),  # before there was any
    ],
)
def test_a_code_that_outlived_new_boundaries_is_on_the_newest_map_that_is_not_of_a_later_year(
    gss: str, day: str, year: int
) -> None:
    clacton = definition("parl.clacton.by.2014-10-09")
    contests = tuple(replace(one, gss=gss) for one in clacton.contests)
    found = layout.of(replace(clacton, date=date.fromisoformat(day), contests=contests))
    assert found is not None
    assert found.cells == laid_out(year).cells


def test_rows_are_turned_to_count_southwards_and_stay_odd_or_even(tmp_path: Path) -> None:
    source = tmp_path / "three.hexjson"
    source.write_text(HEXJSON)
    assert [line for line in hexjson.imported(source, 2010).text.splitlines() if "[" in line] == [
        '  "E14000001": [0, 3],',
        '  "S14000001": [0, 1],',
        '  "W07000001": [1, 0]',
    ]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("odd-r", "even-q", "The layout is 'even-q'; only odd-r can be read."),
        ('"r": 1', '"r": -1', "E14000001 and S14000001 are at one place."),
        ("E14000001", "Aldershot", "'Aldershot' is not the code of a constituency."),
        ('"r": 1', '"s": 1', "This is not HexJSON: Object missing required field `r` - at `$.hexes[...]`."),
        (HEXJSON, "{", "This is not HexJSON: Input data was truncated."),
        (HEXJSON, '{"layout": "odd-r", "hexes": {}}', "There is no hexagon in it."),
    ],
)
def test_a_file_that_is_no_layout_is_refused_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, sentence: str
) -> None:
    source, out = tmp_path / "bad.hexjson", tmp_path / "out.json"
    source.write_text(HEXJSON.replace(old, new))
    assert _import("--layout", str(source), "--out", str(out), "--year", "2010") == 1
    assert capsys.readouterr().err == f"bad.hexjson: {sentence}\n"
    assert not out.exists()


def test_the_command_writes_a_layout_of_which_every_line_is_a_hexagon(tmp_path: Path) -> None:
    source, out = tmp_path / "three-2010.hexjson", tmp_path / "out.json"
    source.write_text(HEXJSON)
    assert _import("--layout", str(source), "--out", str(out)) == 0
    assert layout.read(out).cells == {"E14000001": (0, 3), "S14000001": (0, 1), "W07000001": (1, 0)}
    assert _import("--layout", str(tmp_path / "missing-2010"), "--out", str(out)) == 1


def test_a_layout_is_added_under_its_year_and_the_others_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(layout, "FOLDER", tmp_path)
    for year in YEARS:
        shutil.copy(archive.FOLDER / f"hexes-{year}.json", tmp_path)
    before = [layout.file_of(year).read_bytes() for year in YEARS]
    source = tmp_path / "wards-of-2031.hexjson"
    source.write_text(HEXJSON)
    assert _import("--layout", str(source)) == 0
    assert _import("--layout", str(source), "--year", "2031") == 0, "the same set once more"
    layout.layouts.cache_clear()
    try:
        assert [year for year, _ in layout.layouts()] == [2010, 2024, 2031]
    finally:
        layout.layouts.cache_clear()
    capsys.readouterr()
    assert _import("--layout", str(source), "--year", "2024") == 1
    assert capsys.readouterr().err == (
        f"{tmp_path / 'hexes-2024.json'} is here already and has other constituencies: give another --year or --out, "
        "or take it away.\n"
    )
    assert [layout.file_of(year).read_bytes() for year in YEARS] == before


@pytest.mark.parametrize("name", ["three.hexjson", "from-2010-to-2024.hexjson", "20240.hexjson"])
def test_a_layout_of_no_one_year_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    source, out = tmp_path / name, tmp_path / "out.json"
    source.write_text(HEXJSON)
    assert _import("--layout", str(source), "--out", str(out)) == 1
    assert capsys.readouterr().err == (
        f"{name}: Its name does not say from which year these boundaries are: give it with --year.\n"
    )
    assert not out.exists()


def test_scottish_seats_that_have_new_codes_since_2024_get_them_and_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = tmp_path / "three.hexjson", tmp_path / "out.json"
    source.write_text(HEXJSON.replace("S14000001", "S14000058"))
    assert _import("--layout", str(source), "--out", str(out), "--year", "2024") == 0
    assert "S14000111" in layout.read(out).cells
    assert "three.hexjson: S14000058 is now S14000111.\n" in capsys.readouterr().out
    out.unlink()
    assert _import("--layout", str(source), "--out", str(out), "--year", "2010") == 0
    assert "S14000058" in layout.read(out).cells
    source.write_text(HEXJSON.replace("S14000001", "S14000058").replace("W07000001", "S14000111"))
    assert _import("--layout", str(source), "--out", str(out), "--year", "2024") == 1
    assert capsys.readouterr().err == "three.hexjson: S14000111 is in it under its old code too.\n"


def _import(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    options = parser.parse_args(["import", *arguments])
    return options.call(options, Settings())
