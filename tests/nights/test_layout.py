"""The layout of the map: every constituency has a hexagon of its own, and outlines are drawn around the right ones."""

import argparse
from collections import Counter
from itertools import combinations
from math import dist, isclose, sqrt
from pathlib import Path

import pytest
from msgspec.structs import replace

from server.commands import import_ as command
from server.nights import archive, layout
from server.nights.layout import CORNERS, Cell, Outline, Point, bounds, centre, outlines
from server.nights.sources import hexjson
from server.settings import Settings

GENERAL = ("parl.2010-05-06", "parl.2015-05-07", "parl.2017-06-08", "parl.2019-12-12")
RING = [Cell(1, 0), Cell(2, 0), Cell(0, 1), Cell(2, 1), Cell(1, 2), Cell(2, 2)]  # around 1, 1

HEXJSON = """{"layout": "odd-r", "hexes": {
    "E14000001": {"n": "South", "q": -2, "r": -1, "e": 1000},
    "W07000001": {"n": "North", "q": -1, "r": 2, "e": 1000},
    "S14000001": {"n": "Between", "q": -2, "r": 1, "e": 1000}
}}"""


def regions(night: str = GENERAL[-1]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for contest in archive.load(night).definition.contests:
        found.setdefault(contest.region, []).append(contest.gss)
    return found


def edges(paths: tuple[Outline, ...]) -> list[tuple[Point, Point]]:
    return [edge for path in paths for edge in zip(path, (*path[1:], path[0]), strict=True)]


def area(path: Outline) -> float:
    """Twice what it goes around, in points; above 0 if it runs clockwise, as y counts southwards."""
    return sum(one.x * two.y - two.x * one.y for one, two in edges((path,)))


@pytest.mark.parametrize("night", GENERAL)
def test_every_constituency_of_a_general_election_has_a_hexagon(night: str) -> None:
    definition = archive.load(night).definition
    assert {contest.gss for contest in definition.contests} == set(layout.load().cells)
    assert layout.load().has_all(definition)


def test_no_two_constituencies_share_a_hexagon() -> None:
    assert len(set(layout.load().cells.values())) == 650
    assert len(layout.load().codes) == 650


def test_the_source_is_named() -> None:
    found = layout.load()
    assert found.attribution == "Hexagon layout by Open Innovations, MIT licence"
    assert found.source == "constituencies-2010.hexjson"


def test_hexagons_next_to_each_other_are_one_width_apart_and_all_others_farther() -> None:
    found = layout.load()
    centres = {gss: centre(cell) for gss, cell in found.cells.items()}
    near = {frozenset((one, two)) for one, two in combinations(centres, 2) if dist(centres[one], centres[two]) < 1.5}
    assert near == {frozenset((gss, other)) for gss in centres for other in found.neighbours(gss)}
    assert all(isclose(dist(*(centres[gss] for gss in pair)), 1) for pair in near)


def test_neighbours_go_clockwise_from_the_north_east() -> None:
    found = layout.load()
    inland = next(gss for gss in found.cells if len(found.neighbours(gss)) == 6)
    here = found.cells[inland].centre
    around = [found.cells[one].centre for one in found.neighbours(inland)]
    steps = [(beyond.x - here.x, beyond.y - here.y) for beyond in around]
    assert steps == [(1, -3), (2, 0), (1, 3), (-1, 3), (-2, 0), (-1, -3)]


def test_a_corner_is_as_far_from_the_middle_as_a_regular_hexagons() -> None:
    assert all(isclose(dist((0, 0), (one.x * layout.X, one.y * layout.Y)), 1 / sqrt(3)) for one in CORNERS)


def test_north_is_up_and_east_is_right() -> None:
    names = {one.name: layout.load().cells[one.gss].centre for one in archive.load(GENERAL[-1]).definition.contests}
    southwards = ["Orkney and Shetland", "Edinburgh East", "Leeds East", "Brighton, Pavilion"]
    eastwards = ["St Ives", "Exeter", "Brighton, Pavilion", "South Thanet"]
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


@pytest.mark.parametrize("region", sorted(regions()))
def test_the_outline_of_a_region_is_closed_and_has_the_edges_that_its_hexagons_do_not_share(region: str) -> None:
    found, codes = layout.load(), regions()[region]
    paths = found.outlines(codes)
    shared = sum(other in codes for gss in codes for other in found.neighbours(gss))
    assert sum(map(len, paths)) == 6 * len(codes) - shared
    for start, end in edges(paths):
        assert (abs(end.x - start.x), abs(end.y - start.y)) in {(1, 1), (0, 2)}, "no edge but a hexagon's"
    assert len(set(edges(paths))) == len(edges(paths))
    assert max(Counter(start for start, _ in edges(paths)).values()) == 1
    assert sum(map(area, paths)) == 12 * len(codes), "they go around exactly their hexagons"


def test_the_outlines_of_all_regions_meet_where_regions_do() -> None:
    found = layout.load()
    inner = [edge for codes in regions().values() for edge in edges(found.outlines(codes))]
    coast = edges(found.outlines(found.cells))
    assert Counter(inner) - Counter(coast) == Counter((end, start) for start, end in set(inner) - set(coast))


def test_the_box_around_the_map_holds_every_corner_of_every_hexagon() -> None:
    first, last = bounds(layout.load().cells.values())
    assert bounds([Cell(0, 0)]) == (Point(-1, -2), Point(1, 2))
    for path in layout.load().outlines(layout.load().cells):
        assert all(first.x <= point.x <= last.x and first.y <= point.y <= last.y for point in path)


def test_a_night_on_other_boundaries_has_no_map() -> None:
    definition = archive.load("parl.clacton.by.2014-10-09").definition
    assert layout.load().has_all(definition)
    contests = tuple(replace(one, gss="E14001180") for one in definition.contests)
    assert not layout.load().has_all(replace(definition, contests=contests))


def test_rows_are_turned_to_count_southwards_and_stay_odd_or_even(tmp_path: Path) -> None:
    source = tmp_path / "three.hexjson"
    source.write_text(HEXJSON)
    assert [line for line in hexjson.imported(source).splitlines() if "[" in line] == [
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
    assert _import("--layout", str(source), "--out", str(out)) == 1
    assert capsys.readouterr().err == f"bad.hexjson: {sentence}\n"
    assert not out.exists()


def test_the_command_writes_a_layout_of_which_every_line_is_a_hexagon(tmp_path: Path) -> None:
    source, out = tmp_path / "three.hexjson", tmp_path / "out.json"
    source.write_text(HEXJSON)
    assert _import("--layout", str(source), "--out", str(out)) == 0
    assert layout.read(out).cells == {"E14000001": (0, 3), "S14000001": (0, 1), "W07000001": (1, 0)}
    assert _import("--layout", str(tmp_path / "missing"), "--out", str(out)) == 1


def _import(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    options = parser.parse_args(["import", *arguments])
    return options.call(options, Settings())
