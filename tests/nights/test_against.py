"""A night counted from another baseline: what is offered, and that verdicts and totals follow."""

import json
from collections import Counter
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from msgspec.structs import replace

from server.election.contests import Contest, Definition
from server.election.events import NightOpened
from server.election.nights import Night, fold
from server.election.results.tally import add_up
from server.nights import archive
from server.nights.against import Choice, Poll, UnknownBaseline, against, baselines, poll
from server.replay.script import replay_id

GENERAL_2010, GENERAL_2015, GENERAL_2017, GENERAL_2019, GENERAL_2024 = (
    f"parl.{day}" for day in ("2010-05-06", "2015-05-07", "2017-06-08", "2019-12-12", "2024-07-04")
)
CLACTON, ROCHESTER = "parl.clacton.by.2014-10-09", "parl.rochester-and-strood.by.2014-11-20"
EVERY_NIGHT = tuple(one.id for one in archive.of_the_house())
EVERY_CHOICE = [(one, choice.key) for one in EVERY_NIGHT for choice in baselines(archive.load(one).definition)]


def definition(night: str) -> Definition:
    return archive.load(night).definition


def keys(night: Definition) -> list[str]:
    return [one.key for one in baselines(night)]


def counted(night: str, key: str) -> Night:
    """A past night to its end, from another baseline."""
    opened, *others = archive.load(night).events
    assert isinstance(opened, NightOpened)
    return fold((replace(opened, night=against(opened.night, key)), *others))


def verdict(night: Night, name: str) -> str:
    (count,) = (one for one in night.counts.values() if one.contest.name == name)
    assert count.result
    return count.result.verdict.text(night.parties)


def seat(night: Definition, name: str) -> Contest:
    (found,) = (one for one in night.contests if one.name == name)
    return found


@pytest.mark.parametrize(
    ("night", "offered"),
    [
        (GENERAL_2010, [""]),
        (GENERAL_2015, ["", "by-elections", "2005-notional"]),
        (GENERAL_2017, ["", "by-elections", "2010", "2005-notional"]),
        (GENERAL_2019, ["", "by-elections", "2015", "2010", "2005-notional"]),
        (GENERAL_2024, [""]),
        (ROCHESTER, ["", "2005-notional"]),
    ],
)
def test_a_night_offers_its_own_baseline_and_then_what_the_archive_has_from_before_it(
    night: str, offered: list[str]
) -> None:
    assert keys(definition(night)) == offered
    assert keys(replace(definition(night), id=replay_id(night), replay_of=night)) == offered


def test_a_baseline_says_what_it_is_in_data_and_in_english() -> None:
    assert baselines(definition(GENERAL_2015)) == (
        Choice("", "2010 general election", "general", 2010, 650),
        Choice("by-elections", "2010 general election and by-elections since", "by-elections", 2010, 650),
        Choice("2005-notional", "2005 general election, notional", "notional", 2005, 650),
    )


@pytest.mark.parametrize("night", EVERY_NIGHT)
def test_no_baseline_is_offered_twice(night: str) -> None:
    offered = baselines(definition(night))
    figures = [[one.previous for one in against(definition(night), choice.key).contests] for choice in offered]
    assert all(one not in figures[:place] for place, one in enumerate(figures))
    assert len({one.name for one in offered}) == len({one.key for one in offered}) == len(offered)


def test_the_nights_own_baseline_is_known_by_its_figures_or_by_its_name() -> None:
    own = definition(GENERAL_2019)
    renamed = replace(own, baseline="Two years ago")
    assert baselines(renamed)[0] == Choice("", "Two years ago", "general", 2017, 650)
    assert keys(renamed) == keys(own)
    some = replace(own, contests=(replace(own.contests[0], previous=None), *own.contests[1:]))
    assert baselines(some)[0] == Choice("", "2017 general election", "general", 2017, 649)
    assert keys(some) == keys(own)


def test_a_night_with_a_baseline_of_its_own_is_offered_all_of_the_archive() -> None:
    bare = replace(
        definition(GENERAL_2019),
        baseline="",
        contests=tuple(replace(one, previous=None) for one in definition(GENERAL_2019).contests),
    )
    assert baselines(bare)[0] == Choice("", "", None, None, 0)
    assert keys(bare) == ["", "by-elections", "2017", "2015", "2010", "2005-notional"]
    assert poll(bare, "", bare.contests[0]) is None
    assert [one.previous for one in against(bare, "2017").contests] == [
        one.previous for one in definition(GENERAL_2019).contests
    ]


def test_seats_are_held_as_by_elections_left_them() -> None:
    night = counted(GENERAL_2015, "by-elections")
    assert night.definition.baseline == "2010 general election and by-elections since"
    assert verdict(night, "Clacton") == "UKIP hold"
    assert verdict(night, "Rochester and Strood") == "Con gain from UKIP"
    assert verdict(night, "Bradford West") == "Lab gain from Res"
    assert verdict(night, "Corby") == "Con gain from Lab"
    as_opened = fold(archive.load(GENERAL_2015).events)
    names = ("Clacton", "Rochester and Strood", "Bradford West", "Corby")
    assert [verdict(as_opened, name) for name in names] == ["UKIP gain from Con", "Con hold", "Lab hold", "Con hold"]


def test_a_baseline_names_the_poll_that_each_seat_has_its_figures_from() -> None:
    night = definition(GENERAL_2015)
    by_election = Poll("by-election", "Clacton by-election", date(2014, 10, 9), CLACTON)
    general = Poll("general", "2010 general election", date(2010, 5, 6), GENERAL_2010)
    notional = Poll("notional", "2005 general election, notional", date(2005, 5, 5), None)
    assert poll(night, "by-elections", seat(night, "Clacton")) == by_election
    assert poll(night, "by-elections", seat(night, "Aberavon")) == general
    assert poll(night, "", seat(night, "Clacton")) == general
    assert poll(night, "2005-notional", seat(night, "Clacton")) == notional
    sources = Counter(found.kind for one in night.contests if (found := poll(night, "by-elections", one)))
    assert sources == {"by-election": 21, "general": 629}


def test_a_by_election_counts_from_an_earlier_one_in_the_same_seat_only() -> None:
    december = date(2014, 12, 4)
    again = replace(definition(CLACTON), id=f"parl.clacton.by.{december}", date=december)
    assert keys(again) == ["", "by-elections", "2005-notional"]
    (contest,) = against(again, "by-elections").contests
    assert contest.previous and contest.previous.holder == "PP85" and contest.previous.votes["PP85"] == 21_113
    assert contest.previous.electorate == 69_118
    witham = seat(definition(GENERAL_2015), "Witham")
    elsewhere = replace(again, id=f"parl.witham.by.{december}", contests=(witham,))
    assert keys(elsewhere) == ["", "2005-notional"]
    bare = replace(again, baseline="", contests=tuple(replace(one, previous=None) for one in again.contests))
    assert keys(bare) == ["", "by-elections", "2010", "2005-notional"]


def test_after_another_general_election_the_by_elections_before_it_are_over() -> None:
    later = replace(definition(CLACTON), id="parl.clacton.by.2016-12-01", date=date(2016, 12, 1))
    assert keys(later) == ["", "2015", "2005-notional"]


def test_nothing_is_offered_from_the_day_of_the_night_or_after_it() -> None:
    night = definition(GENERAL_2015)
    assert "2015" not in keys(night) and "2017" not in keys(night)
    early = replace(night, id="parl.2001-06-07", date=date(2001, 6, 7))
    assert keys(early) == [""]


def test_a_seat_with_other_boundaries_is_unknown_and_a_night_of_such_seats_is_offered_nothing() -> None:
    night = definition(GENERAL_2019)
    first, *others = night.contests
    moved = replace(night, id="parl.moved", contests=(replace(first, gss="E14009999"), *others))
    assert [one.known for one in baselines(moved)] == [650, 649, 649, 649, 649]
    found = against(moved, "2015")
    assert [one.name for one in found.contests if one.previous is None] == [first.name]
    assert poll(moved, "2015", moved.contests[0]) is None
    new = replace(moved, contests=moved.contests[:1])
    assert keys(new) == [""]


@pytest.mark.parametrize(("night", "key"), EVERY_CHOICE)
def test_every_party_of_a_baseline_has_a_name_and_the_nights_own_names_stay(night: str, key: str) -> None:
    own, found = definition(night), against(definition(night), key)
    assert found.parties[: len(own.parties)] == own.parties
    named = {party.id for party in found.parties}
    assert len(named) == len(found.parties)
    for contest in found.contests:
        assert contest.previous
        assert {contest.previous.holder, *contest.previous.votes} - {"others"} <= named


def test_nothing_but_the_baseline_is_another() -> None:
    own, found = definition(GENERAL_2015), against(definition(GENERAL_2015), "by-elections")
    contests = tuple(
        replace(one, previous=before.previous, why=before.why)
        for one, before in zip(found.contests, own.contests, strict=True)
    )
    assert replace(found, baseline=own.baseline, parties=own.parties, contests=contests) == own
    assert against(own, "") is own


def test_a_sentence_about_the_nights_own_baseline_does_not_stand_beside_another() -> None:
    own = definition(GENERAL_2015)
    assert "but hold and gain are counted" in seat(own, "Clacton").why
    assert not any(one.why for one in against(own, "by-elections").contests)


@pytest.mark.parametrize("key", ["2015", "by-election", "Tory <i>", "2005"])
def test_a_baseline_that_is_not_offered_is_refused_with_a_sentence(key: str) -> None:
    night = definition(GENERAL_2015)
    with pytest.raises(UnknownBaseline, match=r"^There is no baseline called .+ for 2015 general election\.$"):
        against(night, key)
    with pytest.raises(LookupError):
        poll(night, key, night.contests[0])


def test_it_is_worked_out_once_and_never_for_another_night_of_the_same_id() -> None:
    night = definition(GENERAL_2017)
    assert against(night, "2010") is against(night, "2010")
    assert baselines(night) == baselines(night) and baselines(night)[0] is baselines(night)[0]
    other = replace(night, contests=night.contests[:3])
    assert len(against(other, "2010").contests) == 3 and baselines(other)[0].known == 3
    assert len(against(night, "2010").contests) == 650


# The same from the night files alone, without any code of ours.
_FAMILY = {"joint-party:53-119": "PP53", "PP51": "PP52", "PP84": "PP85", "PP130": "PP63", "PP305": "PP63"}


def polled(night: str) -> dict[str, tuple[str, Counter[str]]]:
    """GSS code → the winner and the votes, by party."""
    _, *lines = (archive.FOLDER / f"{night}.jsonl").read_text(encoding="utf-8").splitlines()
    found: dict[str, tuple[str, Counter[str]]] = {}
    for line in lines:
        contest: dict[str, Any] = json.loads(line)
        candidates: list[Any] = contest["candidates"]
        drawn: int | None = contest.get("lot")
        first = candidates[drawn - 1] if drawn else max(candidates, key=lambda one: one[2])
        votes: Counter[str] = Counter()
        for one in candidates:
            votes[family(one[1])] += one[2]
        found[contest["gss"]] = (family(first[1]), votes)
    return found


def family(party: str) -> str:
    return _FAMILY.get(party, party)


def by_elections_until(general: str) -> list[str]:
    """Those since the general election before this one, the first of them first: a later one in a seat counts."""
    before = max(one for one in EVERY_NIGHT if ".by." not in one and one < general)
    return sorted(
        (one for one in EVERY_NIGHT if ".by." in one and before[-10:] < one[-10:] < general[-10:]),
        key=lambda one: one[-10:],
    )


@pytest.mark.parametrize(
    ("night", "key", "before"),
    [
        (GENERAL_2015, "by-elections", [GENERAL_2010, *by_elections_until(GENERAL_2015)]),
        (GENERAL_2017, "by-elections", [GENERAL_2015, *by_elections_until(GENERAL_2017)]),
        (GENERAL_2019, "by-elections", [GENERAL_2017, *by_elections_until(GENERAL_2019)]),
        (GENERAL_2019, "2015", [GENERAL_2015]),
        (GENERAL_2019, "2010", [GENERAL_2010]),
    ],
)
def test_totals_equal_those_recomputed_from_the_files(night: str, key: str, before: list[str]) -> None:
    now, then = polled(night), {gss: one for file in before for gss, one in polled(file).items()}
    seats, held = Counter(one for one, _ in now.values()), Counter(one for one, _ in then.values())
    gained = Counter(one for gss, (one, _) in now.items() if one != then[gss][0])
    lost = Counter(then[gss][0] for gss, (one, _) in now.items() if one != then[gss][0])
    votes, past = (sum((one for _, one in every.values()), Counter[str]()) for every in (now, then))

    totals = add_up(counted(night, key)).parties
    assert sum(one.gained for one in totals) == sum(one.lost for one in totals) == gained.total()
    for one in totals:
        assert (one.seats, one.gained, one.lost) == (seats[one.party], gained[one.party], lost[one.party])
        assert one.net == seats[one.party] - held[one.party]
        if one.party != "ynmp-party:2" and past[one.party]:
            change = Fraction(votes[one.party], votes.total()) - Fraction(past[one.party], past.total())
            assert one.change == change
        else:
            assert one.change is None
    assert set(gained) | set(lost) | set(seats) <= {one.party for one in totals}


def test_the_conservatives_of_2015_gained_27_on_the_seats_held_when_the_election_was_called() -> None:
    totals = {one.party: one for one in add_up(counted(GENERAL_2015, "by-elections")).parties}
    conservative, ukip = totals["PP52"], totals["PP85"]
    assert (conservative.seats, conservative.net) == (330, 330 - 303)  # 306 less Corby, Clacton, Rochester and Strood
    assert (ukip.seats, ukip.gained, ukip.lost) == (1, 0, 1)
    assert totals["PP362"].lost == 1  # Respect's only seat
