"""The swing between any two parties, by small nights whose figures can be added up in the head."""

from fractions import Fraction

import pytest

from server.election.events import NoPollTaken
from server.election.nights import Night
from server.election.results.places import EVERYWHERE, Area, nations, regions
from server.election.results.swings import Bin, swings
from tests.election.by_events import CON, IND, LAB, LD, UKIP, ballot, contest, declared, night, told

WALES = ("Wales", "Wales")


@pytest.fixture
def two() -> Night:
    """Con 40 → 50% and Lab 50 → 40% in a seat in London, of fewer votes; 60 → 50% and 30 → 50% in one in Wales."""
    one = night(
        contest("a", CON, LAB, LD, before={CON: 80, LAB: 100, LD: 20}),
        contest("b", CON, LAB, before={CON: 600, LAB: 300, "others": 100}, where=WALES),
    )
    return declared(declared(one, "a", 50, 40, 10), "b", 500, 500, lot=1)


def test_a_swing_is_the_mean_of_ones_loss_and_the_others_gain(two: Night) -> None:
    london = swings(two, LAB, CON, Area("England", "London"))
    assert london.together == Fraction(10, 100)
    assert london.compared == 1


def test_together_all_votes_are_compared_and_not_the_mean_of_the_seats(two: Night) -> None:
    found = swings(two, LAB, CON)
    con, lab = Fraction(550, 1100) - Fraction(680, 1200), Fraction(540, 1100) - Fraction(400, 1200)
    assert found.together == (con - lab) / 2
    assert [(one.ballot, one.size) for one in found.seats] == [
        (ballot(two, "b"), Fraction(-15, 100)),
        (ballot(two, "a"), Fraction(10, 100)),
    ]
    assert found.median == Fraction(-25, 1000)


def test_the_other_way_round_every_swing_has_the_other_sign(two: Night) -> None:
    there, back = swings(two, LAB, CON), swings(two, CON, LAB)
    assert there.together is not None and back.together == -there.together
    assert [one.size for one in back.seats] == [-one.size for one in reversed(there.seats)]


def test_bins_are_a_point_wide_downwards_too_and_have_no_gap() -> None:
    before = {CON: 500, LAB: 500}
    one = night(*(contest(name, CON, LAB, before=before) for name in "abcd"))
    for name, con in zip("abcd", (490, 499, 501, 520), strict=True):  # -1.0, -0.1, +0.1 and +2.0 points to Con
        one = declared(one, name, con, 1000 - con)
    assert swings(one, LAB, CON).bins == (Bin(-1, 2), Bin(0, 1), Bin(1, 0), Bin(2, 1))


def test_a_party_that_is_new_has_a_swing_together_but_none_by_seat() -> None:
    one = declared(night(contest("a", CON, UKIP, before={CON: 60, LAB: 40})), "a", 40, 60)
    found = swings(one, CON, UKIP)
    assert found.together == Fraction(20 + 60, 200)
    assert found.seats == () and found.median is None and found.bins == ()


@pytest.mark.parametrize("pair", [(LAB, LD), (UKIP, LD), (CON, CON), (CON, IND), (IND, LAB)])
def test_where_there_is_nothing_to_compare_there_is_no_swing(pair: tuple[str, str]) -> None:
    one = night(contest("a", CON, LAB, IND, UKIP, before={CON: 60, LAB: 40, IND: 5}))
    found = swings(declared(one, "a", 40, 60, 5, 5), *pair)
    assert (found.together, found.seats) == (None, ())


def test_before_a_declaration_and_without_a_baseline_or_a_poll_nothing_is_compared() -> None:
    one = night(contest("a", CON, LAB), contest("b", CON, before={CON: 60, LAB: 40}), contest("c", CON, LAB))
    one = told(declared(one, "a", 50, 50, lot=1), NoPollTaken, "b", state="uncontested", reason="Nobody else stood.")
    found = swings(one, LAB, CON)
    assert (found.together, found.compared, found.seats) == (None, 0, ())


def test_labour_and_cooperative_is_labour() -> None:
    one = night(contest("a", CON, "joint-party:53-119", before={CON: 60, LAB: 40}))
    assert swings(declared(one, "a", 50, 50, lot=1), CON, LAB).together == Fraction(1, 10)


def test_areas_are_nations_by_size_and_regions_nation_by_nation() -> None:
    one = night(
        contest("a", CON, where=WALES),
        contest("b", CON),
        contest("c", CON, where=("England", "East")),
        contest("d", CON, where=("", "")),
    )
    assert nations(one.definition) == (Area("England"), Area("Wales"))
    assert regions(one.definition) == (Area("England", "East"), Area("England", "London"), Area("Wales", "Wales"))
    areas = (EVERYWHERE, *regions(one.definition))
    contests = one.definition.contests
    assert [[each.name for each in contests if area.has(each.nation, each.region)] for area in areas] == [
        ["a", "b", "c", "d"],
        ["c"],
        ["b"],
        ["a"],
    ]
    assert [area.name for area in (EVERYWHERE, *nations(one.definition))] == ["", "England", "Wales"]
