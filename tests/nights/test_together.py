"""Several nights as one: nothing is added, left out or told otherwise, and the House moves as was published."""

import re
from datetime import datetime, timedelta
from functools import cache

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from server.election.deciding.decide import decide
from server.election.events import AnyEvent, Declared
from server.election.nights import Night, apply, fold
from server.election.result import CandidateResult
from server.nights import archive
from server.nights.against import against, baselines
from server.nights.together import Group, together
from server.pages.night.house import StateOfParties, house_of
from server.replay.commands import commands

SEASON = "parl.by.2010-2015"
CORBY = "parl.by.2012-11-15"
GENERAL = "parl.2010-05-06"


@cache
def group(night: str) -> Group:
    return next(one for one in archive.groups() if one.summary.id == night)


@cache
def past(night: str) -> Night:
    return fold(archive.load(night).events)


def then(night: str, moment: str) -> Night:
    until = datetime.fromisoformat(moment)
    return fold([one for one in archive.load(night).events if one.seq == 1 or one.at <= until])


def test_by_elections_of_one_date_and_of_a_parliament_are_nights_together() -> None:
    assert {one.summary.id: (one.summary.title, one.summary.contests) for one in archive.groups()} == {
        "parl.by.2024-now": ("By-elections of the Parliament 2024–", 6),
        "parl.by.2026-06-18": ("By-elections of 18 June 2026", 3),
        "parl.by.2019-2024": ("By-elections of the Parliament 2019–2024", 23),
        "parl.by.2024-02-15": ("By-elections of 15 February 2024", 2),
        "parl.by.2023-10-19": ("By-elections of 19 October 2023", 2),
        "parl.by.2023-07-20": ("By-elections of 20 July 2023", 3),
        "parl.by.2022-06-23": ("By-elections of 23 June 2022", 2),
        "parl.by.2017-2019": ("By-elections of the Parliament 2017–2019", 5),
        "parl.by.2015-2017": ("By-elections of the Parliament 2015–2017", 10),
        "parl.by.2017-02-23": ("By-elections of 23 February 2017", 2),
        "parl.by.2016-10-20": ("By-elections of 20 October 2016", 2),
        "parl.by.2016-05-05": ("By-elections of 5 May 2016", 2),
        SEASON: ("By-elections of the Parliament 2010–2015", 21),
        CORBY: ("By-elections of 15 November 2012", 3),
        "parl.by.2012-11-29": ("By-elections of 29 November 2012", 3),
        "parl.by.2014-10-09": ("By-elections of 9 October 2014", 2),
    }
    listed = {one.id for one in archive.listed()}
    assert not listed & {one.summary.id for one in archive.groups()}, "what adds up over these counts a ballot twice"


def undescribed(line: CandidateResult) -> CandidateResult:
    return replace(line, candidate=replace(line.candidate, description=UNSET))


def stood_as(night: str, ballot: str) -> list[str]:
    """The name of the party of each candidate on a ballot paper, as the pages of a night show it."""
    parties = past(night).parties
    return [one.description or parties[one.party].name for one in past(night).counts[ballot].contest.candidates]


@pytest.mark.parametrize("night", [one.summary.id for one in archive.groups()])
def test_together_they_say_what_each_says_in_order_of_time(night: str) -> None:
    def told(event: AnyEvent) -> AnyEvent:
        return replace(event, seq=0, command_id="")

    whole = archive.load(night)
    apart = [event for one in group(night).nights for event in archive.load(one).events[1:]]
    assert [event.seq for event in whole.events] == list(range(1, len(apart) + 2))
    assert sorted(whole.events, key=lambda one: one.at) == list(whole.events)
    assert len({event.command_id for event in whole.events}) == len(whole.events)
    assert sorted(map(repr, map(told, whole.events[1:]))) == sorted(map(repr, map(told, apart)))
    for one in group(night).nights:
        here, there = past(night).counts[one].result, past(one).counts[one].result
        assert here and there and here.verdict == there.verdict
        assert [undescribed(line) for line in here.lines] == [undescribed(line) for line in there.lines]
        assert stood_as(night, one) == stood_as(one, one), "a party that has changed its name since"
    assert {party.id for party in whole.definition.parties} >= {
        party.id for one in group(night).nights for party in archive.load(one).definition.parties
    }


def test_who_is_declared_later_comes_later_whatever_its_name() -> None:
    clacton, heywood = (archive.load(one) for one in group("parl.by.2014-10-09").nights)
    later = replace(clacton, events=tuple(replace(one, at=one.at + timedelta(hours=1)) for one in clacton.events))
    events = together(group("parl.by.2014-10-09"), [later, heywood]).events
    declared = [one.ballot for one in events if isinstance(one, Declared)]
    assert declared == [heywood.definition.id, clacton.definition.id]


def test_a_replay_of_a_season_ends_as_the_season() -> None:
    replayed: Night | None = None
    for at, command in commands(archive.load(SEASON).events, "again"):
        replayed = apply(replayed, decide(replayed, command, at))
    assert replayed and replayed.feed[-1].at == past(SEASON).at
    assert [one.result for one in replayed.counts.values()] == [one.result for one in past(SEASON).counts.values()]


@pytest.mark.parametrize("night", [one.summary.id for one in archive.groups()])
def test_every_baseline_that_is_offered_can_be_chosen(night: str) -> None:
    definition = archive.load(night).definition
    day = str(definition.date)
    earlier = [year for year in ("2017", "2015", "2010") if year < definition.baseline[:4]]
    expected = ["", "2019-notional"] if day > "2024-07-04" else ["", *earlier, "2005-notional"]
    assert [one.key for one in baselines(definition)] == expected
    for key in expected:
        assert all(one.previous for one in against(definition, key).contests)


def published(night: str) -> dict[str, str]:
    """Who won each seat, by its code, by the words that the Library has for it."""
    found: dict[str, str] = {}
    for contest in archive.load(night).definition.contests:
        words = re.fullmatch(r"(.+?) ([Hh]old|win|gain from .+)", archive.load(night).published[contest.ballot][0])
        assert words, contest.ballot
        found[contest.gss] = words[1].removesuffix(" Coop")
    return found


def numbers(house: StateOfParties) -> dict[str, tuple[int, int]]:
    return {row.party.short: (row.elected, row.now) for row in house.rows}


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2012-04-01T12:00Z", {"Con": 306, "Lab": 257, "LD": 57, "Res": 1}),
        ("2014-10-10T12:00Z", {"Con": 304, "Lab": 258, "LD": 57, "Res": 1, "UKIP": 1}),
        ("2014-12-01T12:00Z", {"Con": 303, "Lab": 258, "LD": 57, "Res": 1, "UKIP": 2}),
    ],
)
def test_the_house_moves_as_the_published_verdicts_say(moment: str, expected: dict[str, int]) -> None:
    house = house_of(then(SEASON, moment))
    seats = published(GENERAL)
    elected = list(seats.values())
    for one in sorted(group(SEASON).nights, key=lambda ballot: ballot[-10:]):
        if one[-10:] < moment[:10]:
            seats |= published(one)
    now = list(seats.values())
    found = numbers(house)
    assert found == {party: (elected.count(party), now.count(party)) for party in {*elected, *now}}
    assert {party: found[party][1] for party in expected} == expected
    assert (found["Con"][0], found["Lab"][0], found["LD"][0]) == (306, 258, 57)
    assert sum(now for _, now in found.values()) == house.seats == 650


@pytest.mark.parametrize(
    ("season", "general", "expected"),
    [
        ("parl.by.2015-2017", "parl.2015-05-07", {"Con": 330, "Lab": 231, "LD": 9, "UKIP": 1}),
        ("parl.by.2017-2019", "parl.2017-06-08", {"Con": 316, "Lab": 262, "LD": 13}),
        ("parl.by.2019-2024", "parl.2019-12-12", {"Con": 355, "Lab": 208, "SNP": 47, "LD": 15, "WPB": 1}),
        ("parl.by.2024-now", "parl.2024-07-04", {"Lab": 409, "Con": 122, "SNP": 8, "RUK": 6, "Green": 5}),
    ],
)
def test_every_parliament_stands_as_the_published_verdicts_say(
    season: str, general: str, expected: dict[str, int]
) -> None:
    house, seats = house_of(past(season)), published(general)
    elected = list(seats.values())
    for one in group(season).nights:
        seats |= published(one)
    now = list(seats.values())
    found = numbers(house)
    assert found == {party: (elected.count(party), now.count(party)) for party in {*elected, *now}}
    assert {party: found[party][1] for party in expected} == expected
    assert sum(now for _, now in found.values()) == house.seats == 650


def test_a_date_begins_where_the_by_elections_before_it_left_the_house() -> None:
    opened = house_of(fold(archive.load(CORBY).events[:1]))
    assert numbers(opened)["Res"] == (0, 1) and numbers(opened)["Lab"] == (258, 257)
    assert [step.count.contest.name for step in opened.moves] == ["Bradford West"] and not opened.newest
    whole = house_of(past(CORBY))
    assert [step.count.contest.name for step in whole.moves] == ["Bradford West", "Corby"]
    assert len(whole.newest) == 3, "all at one assumed minute: none of them hides another"
    assert [(dot.moved, bool(dot.party)) for dot in opened.drawing.dots].count((False, False)) == 3
