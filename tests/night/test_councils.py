"""The shipped nights of councils and of a mayor, against a plain recomputation.

The upper half knows only the night files, as lines of JSON, and the rules as FIELD has them: it shares no code with the
program. The lower half holds the program against it.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from server.election.deciding.decide import decide
from server.election.events import Declared, PreferencesReported
from server.election.nights import Night, apply, fold
from server.election.result import Result
from server.election.results.councils.together import councils
from server.nights import archive
from server.nights.layout import of_councils
from server.replay.commands import commands

DATA = Path(__file__).resolve().parent.parent.parent / "server" / "nights" / "data"
ENGLAND, RUSHMOOR, LONDON = "local.2025-05-01", "local.rushmoor.2024-05-02", "mayor.london.2021-05-06"
ONE_PARTY = {"joint-party:53-119": "PP53", "PP51": "PP52"}
INDEPENDENT = "ynmp-party:2"
NOBODY = ""  # no overall control

FileLine = dict[str, Any]


@cache
def file(night: str) -> tuple[FileLine, ...]:
    return tuple(json.loads(line) for line in (DATA / f"{night}.jsonl").read_text().splitlines())


@cache
def eve(night: str) -> dict[str, FileLine]:
    return json.loads((DATA / f"{night}.eve.json").read_text())["bodies"]


def in_order_of_time(night: str) -> list[FileLine]:
    """The times are assumed: smaller electorates come first."""
    return sorted(file(night)[1:], key=lambda one: (one["electorate"], one["name"]))


def party_of(candidate: list[Any]) -> str:
    party: str = candidate[1]
    return ONE_PARTY.get(party, party)


def elected(ward: FileLine) -> list[list[Any]]:
    """Those with the most votes, as many as there are seats: none of these wards is a tie at its last seat."""
    ranked = sorted(ward["candidates"], key=lambda candidate: -candidate[2])
    seats = ward.get("seats", 1)
    assert len(ranked) > seats and ranked[seats - 1][2] > ranked[seats][2]
    return ranked[:seats]


def won(ward: FileLine) -> Counter[str]:
    return Counter(map(party_of, elected(ward)))


def moved(ward: FileLine) -> Counter[str]:
    """Party → seats more or fewer than when they were last fought."""
    before = ward.get("previous")
    if before is None:
        return Counter()
    change = won(ward)
    change.subtract(before.get("seats") or {before["holder"]: 1})
    if ward.get("seats", 1) == 1 and before["holder"] == INDEPENDENT == party_of(elected(ward)[0]):
        return Counter()  # whether it is the same person decides, and nobody is counted as both
    return Counter({party: number for party, number in change.items() if number})


def votes_of_parties(ward: FileLine) -> dict[str, int]:
    """Party → votes: in a ward of several seats its best candidate's; an independent is a party alone."""
    best: dict[str, int] = {}
    for place, candidate in enumerate(ward["candidates"]):
        party = party_of(candidate) if candidate[1] != INDEPENDENT else f"{place}"
        best[party] = (
            max(best.get(party, 0), candidate[2]) if ward.get("seats", 1) > 1 else (best.get(party, 0) + candidate[2])
        )
    return best


def controls(seats: int, has: Counter[str], open: Iterable[FileLine]) -> str | None:
    """Who controls a council whatever the open wards do; None while more than one thing can come."""
    line = seats // 2 + 1
    most = Counter(has)
    for ward in open:
        stand = Counter(map(party_of, ward["candidates"]))
        most.update({party: min(number, ward.get("seats", 1)) for party, number in stand.items()})
    for party in has:
        if has[party] >= line and party != INDEPENDENT:
            return party
    if any(number >= line for party, number in most.items() if party != INDEPENDENT):
        return None
    return NOBODY


# From here on, the program.


@cache
def after(name: str, number: int) -> Night:
    """The night after so many declarations."""
    events = archive.load(name).events
    declared = [place for place, event in enumerate(events) if isinstance(event, Declared)]
    return fold(events[: declared[number - 1] + 1])


def result_of(night: Night, ballot: str) -> Result:
    found = night.counts[ballot].result
    assert found is not None
    return found


@pytest.mark.parametrize(("name", "wards", "seats"), [(ENGLAND, 1401, 1641), (RUSHMOOR, 13, 13)])
def test_in_every_ward_those_with_the_most_votes_are_elected(name: str, wards: int, seats: int) -> None:
    night = after(name, wards)
    assert len(file(name)) == 1 + wards
    for ward in file(name)[1:]:
        result = result_of(night, ward["ballot"])
        assert sorted(line.candidate.name for line in result.elected) == sorted(one[0] for one in elected(ward))
        assert result.verdict.won == won(ward)
        ranked = sorted((one[2] for one in ward["candidates"]), reverse=True)
        assert result.majority == ranked[ward.get("seats", 1) - 1] - ranked[ward.get("seats", 1)]
        votes = votes_of_parties(ward)
        assert result.valid == sum(votes.values())
        for line in result.lines:
            assert line.share == Fraction(line.votes, sum(votes.values()))
    assert sum(map(len, map(elected, file(name)[1:]))) == seats


@pytest.mark.parametrize(("name", "wards"), [(ENGLAND, 1401), (RUSHMOOR, 13)])
def test_seats_gained_and_lost_are_those_of_the_file_and_nothing_is_said_of_new_boundaries(
    name: str, wards: int
) -> None:
    night = after(name, wards)
    for ward in file(name)[1:]:
        verdict, change = result_of(night, ward["ballot"]).verdict, moved(ward)
        assert verdict.gained == {party: number for party, number in change.items() if number > 0}, ward["ballot"]
        assert verdict.lost == {party: -number for party, number in change.items() if number < 0}, ward["ballot"]
        assert (verdict.kind == "win") >= ("previous" not in ward)
    known = sum("previous" in ward for ward in file(name)[1:])
    assert known == {ENGLAND: 746, RUSHMOOR: 12}[name]


@pytest.mark.parametrize(
    ("name", "number"),
    [*((ENGLAND, number) for number in (1, 350, 700, 1000, 1401)), *((RUSHMOOR, n) for n in (1, 7, 13))],
)
def test_each_council_is_as_the_files_add_up_at_any_moment(name: str, number: int) -> None:
    declared, open = in_order_of_time(name)[:number], in_order_of_time(name)[number:]
    has: dict[str, Counter[str]] = defaultdict(Counter)
    for body, its in eve(name).items():
        has[body].update(its.get("not_up", {}))
    for ward in declared:
        has[ward["body"]].update(won(ward))
    found = councils(after(name, number))
    assert len(found.councils) == len(file(name)[0]["bodies"])
    for body, council in zip(file(name)[0]["bodies"], found.councils, strict=True):
        still = [ward for ward in open if ward["body"] == body["id"]]
        assert council.body.name == body["name"]
        assert council.seats == has[body["id"]]
        assert council.open == sum(ward.get("seats", 1) for ward in still)
        assert (council.control and council.control.party) == controls(body["seats"], has[body["id"]], still)
        assert council.vacant == 0
    elected_by_party = sum((won(ward) for ward in declared), Counter[str]())
    assert {one.party: one.councillors for one in found.parties if one.councillors} == elected_by_party


def test_control_of_the_councils_of_2025() -> None:
    night = after(ENGLAND, 1401)
    said = {one.body.name: one.control.text(night.parties) for one in councils(night).councils if one.control}
    assert said == {
        "Buckinghamshire": "Con loss to NOC",
        "Cambridgeshire": "LD gain from NOC",
        "Cornwall": "Con loss to NOC",
        "Derbyshire": "RUK gain from Con",
        "Devon": "Con loss to NOC",
        "Doncaster": "RUK gain from Lab",
        "Durham": "RUK gain from NOC",
        "Gloucestershire": "Con loss to NOC",
        "Hertfordshire": "Con loss to NOC",
        "Kent": "RUK gain from Con",
        "Lancashire": "RUK gain from Con",
        "Leicestershire": "Con loss to NOC",
        "Lincolnshire": "RUK gain from Con",
        "North Northamptonshire": "RUK gain from Con",
        "Northumberland": "NOC, no change",
        "Nottinghamshire": "RUK gain from Con",
        "Oxfordshire": "LD gain from NOC",
        "Shropshire": "LD gain from Con",
        "Staffordshire": "RUK gain from Con",
        "Warwickshire": "Con loss to NOC",
        "West Northamptonshire": "RUK gain from Con",
        "Wiltshire": "Con loss to NOC",
        "Worcestershire": "Con loss to NOC",
    }


def test_rushmoor_elected_a_third_and_labour_gained_control() -> None:
    (council,) = councils(after(RUSHMOOR, 13)).councils
    assert council.body.not_up == {"PP52": 12, "PP53": 12, "PP90": 2} and council.body.seats == 39
    assert council.seats == {"PP53": 21, "PP52": 15, "PP90": 3}
    assert council.control and council.control.text(after(RUSHMOOR, 13).parties) == "Lab gain from Con"


def test_turnout_in_abbey_is_25_6_of_papers_and_25_4_of_valid_papers() -> None:
    result = result_of(after(ENGLAND, 1401), "local.buckinghamshire.abbey.2025-05-01")
    assert (result.papers, result.valid_papers, result.rejected and result.rejected.total) == (2371, 2357, 14)
    assert result.turnout_papers and f"{float(result.turnout_papers):.1%}" == "25.6%"
    assert result.turnout_valid and f"{float(result.turnout_valid):.1%}" == "25.4%"
    assert sum(line.votes for line in result.lines) == 4365


def test_papers_that_cannot_be_right_are_left_out() -> None:
    without = {ward["name"] for ward in file(ENGLAND)[1:] if ward.get("seats", 1) > 1 and "valid_papers" not in ward}
    assert without == {"Kettering North", "Talavera", "Upton"}
    for ward in file(ENGLAND)[1:]:
        if "valid_papers" in ward:
            votes = [candidate[2] for candidate in ward["candidates"]]
            assert max(votes) <= ward["valid_papers"] <= sum(votes) <= ward["seats"] * ward["valid_papers"]


def test_the_mayor_of_london_was_elected_in_the_second_round_to_the_vote() -> None:
    past = archive.load(LONDON)
    _, first, declared = past.events
    assert isinstance(first, PreferencesReported) and isinstance(declared, Declared)
    assert first.at < declared.at and first.votes == declared.votes and sum(first.votes.values()) == 2_531_357
    night = fold(past.events)
    result = result_of(night, LONDON)
    khan, bailey = result.lines[:2]
    assert (khan.candidate.name, khan.votes, khan.total) == ("Sadiq Aman Khan", 1_013_721, 1_206_034)
    assert (bailey.candidate.name, bailey.votes, bailey.total) == ("Shaun Bailey", 893_051, 977_601)
    assert result.majority == 1_206_034 - 977_601 and result.papers == 2_531_357 + 114_201
    assert result.majority_share == Fraction(1_206_034 - 977_601, 1_206_034 + 977_601)
    assert [line.candidate.name for line in result.elected] == ["Sadiq Aman Khan"]


@pytest.mark.parametrize("name", [ENGLAND, RUSHMOOR, LONDON])
def test_replayed_the_night_ends_as_it_did(name: str) -> None:
    events = archive.load(name).events
    again: Night | None = None
    for at, command in commands(events, f"{name}.replay"):
        again = apply(again, decide(again, command, at))
    assert again
    ended = fold(events)
    assert {ballot: count.result for ballot, count in again.counts.items()} == {
        ballot: count.result for ballot, count in ended.counts.items()
    }
    assert all(count.result for count in again.counts.values())
    one, other = councils(again), councils(ended)
    assert [council.control for council in one.councils] == [council.control for council in other.councils]


def test_times_are_assumed_and_every_licence_is_named() -> None:
    for name in (ENGLAND, RUSHMOOR, LONDON):
        assert archive.load(name).definition.times == "assumed"
    for name in (ENGLAND, RUSHMOOR):
        definition = archive.load(name).definition
        assert "Open Parliament Licence v3.0" in definition.attribution
        assert "Open Council Data UK, licensed under CC BY-SA 4.0" in definition.attribution
        assert "CC BY-SA" not in (DATA / f"{name}.jsonl").read_text(), "share-alike data is in a file of its own"
        assert "CC BY-SA 4.0" in (DATA / f"{name}.eve.json").read_text()
    assert archive.load(ENGLAND).definition.control_baseline == "May 2024"
    assert archive.load(RUSHMOOR).definition.control_baseline == "May 2023"


def test_every_council_has_its_place_on_the_map_of_councils_and_no_two_share_a_hexagon() -> None:
    for name, hexagons in ((ENGLAND, 115), (RUSHMOOR, 1)):
        definition = archive.load(name).definition
        layout = of_councils(definition)
        assert layout and layout.attribution == "Hexagon layout of councils by Open Innovations, ODC-BY licence"
        parts = [part for body in definition.councils for part in layout.parts_of(body.gss)]
        assert len(parts) == len(set(parts)) == hexagons
        assert all(layout.outlines(layout.parts_of(body.gss)) for body in definition.councils)
        assert len(set(layout.cells.values())) == len(layout.cells) == 361
    assert of_councils(archive.load(LONDON).definition) is None
    assert of_councils(archive.load("parl.2024-07-04").definition) is None
