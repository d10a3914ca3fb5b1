"""Records and the scope they are true in: small nights, and the shipped archive."""

from datetime import date, timedelta
from fractions import Fraction
from functools import cache

import pytest
from msgspec.structs import replace

from server.election.events import StageReached
from server.election.nights import Night, fold
from server.election.results.entries import Entry, deposit_of
from server.election.results.records import Scope, records, together
from server.election.shares import share_text
from server.nights import archive
from tests.election.by_events import CON, IND, LAB, LD, contest, declared, night, told


@cache
def by_elections() -> tuple[Night, ...]:
    """Those of the Parliament of 2010 to 2015."""
    nights = [one.id for one in archive.of_the_house() if one.contests == 1 and one.date.year < 2015]
    return tuple(fold(archive.load(night).events) for night in nights)


def names(entries: tuple[Entry, ...]) -> list[str]:
    return [entry.contest.name for entry in entries]


def test_rochester_and_strood_has_the_lowest_liberal_democrat_share_of_the_21_by_elections_of_2010_to_2015() -> None:
    found = records(by_elections(), years=(2010, 2015))
    party = found.parties[LD]
    (worst,) = party.worst
    assert (worst.entry.contest.name, worst.line.votes, share_text(worst.line.share)) == (
        "Rochester and Strood",
        349,
        "0.87",
    )
    assert found.scope == Scope(21, 21, 21, (2010, 2015))
    assert party.contests == 19, "it did not stand in Northern Ireland"


def test_without_a_parliament_the_scope_has_the_years_of_the_polls() -> None:
    assert records(by_elections()).scope == Scope(21, 21, 21, (2011, 2014))
    assert records(by_elections()[:1]).scope == Scope(1, 1, 1, (2014, 2014))


def test_the_scope_of_a_night_says_how_much_of_it_is_declared() -> None:
    one = night(*(contest(name, CON, LAB) for name in "abc"))
    one = declared(one, "a", 60, 40)
    assert records([one]).scope == Scope(1, 3, 0, None)
    one = declared(declared(one, "b", 60, 40), "c", 60, 40)
    assert records([one]).scope == Scope(3, 3, 0, None)


def test_the_scope_of_many_nights_is_all_their_contests() -> None:
    day = date(2010, 5, 6)
    past = declared(night(contest("a", CON, day=day), day=day, title="2010 general election"), "a", 1)
    present = night(contest("a", CON), title="Assembly of Kent")
    assert records([present, past]).scope == Scope(1, 2, 0, None)
    assert records([*by_elections(), past]).scope == Scope(22, 22, 21, (2011, 2014))


def test_by_elections_outside_the_parliament_they_are_said_to_be_of_are_a_mistake() -> None:
    with pytest.raises(AssertionError):
        records(by_elections(), years=(2010, 2013))


def test_a_night_and_its_replay_count_once() -> None:
    found = records([*by_elections(), by_elections()[0]])
    assert found.scope.contests == 21
    assert found.lost_deposits == records(by_elections()).lost_deposits


def test_a_record_belongs_to_everybody_who_holds_it_and_points_are_not_votes() -> None:
    one = night(*(contest(name, CON, LAB) for name in "abc"))
    one = declared(declared(declared(one, "a", 51, 49), "b", 401, 399), "c", 90, 10)
    found = records([one])
    assert names(found.smallest_majority) == ["a", "b"]
    assert names(found.smallest_majority_share) == ["b"]
    assert names(found.largest_majority) == names(found.largest_majority_share) == ["c"]


def test_turnout_is_of_papers_where_they_are_known_everywhere_and_else_of_valid_votes_everywhere() -> None:
    one = night(*(contest(name, CON, LAB) for name in "ab"))
    one = declared(one, "a", 300, 200, rejected=100)
    known = records([declared(one, "b", 300, 250, rejected=0)])
    assert (known.turnout_of, names(known.highest_turnout), names(known.lowest_turnout)) == ("papers", ["a"], ["b"])
    unknown = records([declared(one, "b", 300, 250, rejected=None)])
    assert (unknown.turnout_of, names(unknown.highest_turnout), names(unknown.lowest_turnout)) == (
        "valid",
        ["b"],
        ["a"],
    )


def test_the_largest_swing_is_between_winner_and_second_whatever_its_direction() -> None:
    one = night(contest("a", CON, LAB, before={CON: 60, LAB: 40}), contest("b", CON, LAB, before={CON: 60, LAB: 40}))
    one = declared(declared(one, "a", 45, 55), "b", 80, 20)
    (largest,) = records([one]).largest_swing
    assert largest.contest.name == "b" and largest.result.swing and largest.result.swing.size == Fraction(1, 5)


def test_a_partys_share_is_looked_for_only_where_it_stood() -> None:
    one = night(contest("a", CON, LAB, LD), contest("b", CON, LAB), contest("c", CON, LAB, LD, IND, IND))
    one = declared(declared(declared(one, "a", 50, 45, 5), "b", 50, 50, lot=2), "c", 50, 20, 10, 15, 5)
    found = records([one])
    party = found.parties[LD]
    assert party.contests == 2
    assert [(each.entry.contest.name, each.line.share) for each in party.worst] == [("a", Fraction(5, 100))]
    assert [(each.entry.contest.name, each.line.share) for each in party.best] == [("c", Fraction(10, 100))]
    assert (party.lost_deposits, party.pounds_lost) == (1, 500)
    alone = found.parties[IND]
    assert (alone.contests, alone.lost_deposits) == (1, 1)
    assert [each.line.share for each in (*alone.best, *alone.worst)] == [Fraction(15, 100), Fraction(5, 100)]
    assert (found.lost_deposits, found.pounds_lost) == (2, 1000)
    assert names(found.ties) == ["b"]


def test_recounts_are_told_by_their_stages_and_the_last_declared_by_its_time() -> None:
    one = night(*(contest(name, CON, LAB) for name in "abcd"))
    for name, recounts in (("a", 1), ("b", 3), ("c", 0), ("d", 1)):
        for number in range(recounts):
            one = told(one, StageReached, name, stage="recount", recount=number + 1)
            one = told(one, StageReached, name, stage="provisional")
        if name != "d":
            one = declared(one, name, 60, 40)
    found = records([one])
    assert [(entry.contest.name, entry.recounts) for entry in found.recounts] == [("b", 3), ("a", 1)]
    assert names(found.last_declared) == ["c"]
    assert found.last_declared[0].declared_at == one.at - timedelta(minutes=2)


def test_where_times_are_assumed_and_over_several_nights_nobody_was_last() -> None:
    one = night(contest("a", CON, LAB), times="assumed")
    assert records([declared(one, "a", 60, 40)]).last_declared == ()
    assert records(by_elections()).last_declared == ()


def test_of_nothing_there_are_no_records() -> None:
    found = records([night(contest("a", CON, LAB))])
    assert found.smallest_majority == found.highest_turnout == found.largest_swing == found.last_declared == ()
    assert found.parties == {} and found.lost_deposits == 0
    assert records([]).scope == Scope(0, 0, 0, None)


def general_elections() -> list[Night]:
    return [fold(archive.load(one.id).events) for one in reversed(archive.listed()) if one.seats]


@pytest.mark.parametrize("part", [0, 1, 50, 400, 650])
def test_records_put_together_are_those_of_all_the_nights(part: int) -> None:
    *earlier, last = general_elections()
    events = archive.load(last.definition.id).events
    now = fold(events[: 1 + part])
    for first, second in ((earlier, [now]), (earlier[:1], [*earlier[1:], now]), ([now], earlier)):
        whole = records([*first, *second])
        assert replace(whole, last_declared=()) == together(records(first), records(second))


def test_put_together_turnout_is_of_papers_only_where_both_scopes_know_them() -> None:
    known = declared(night(contest("a", CON, LAB)), "a", 300, 200, rejected=400)
    unknown = declared(night(contest("b", CON, LAB)), "b", 300, 250, rejected=None)
    found = together(records([known]), records([unknown]))
    assert (found.turnout_of, names(found.highest_turnout), names(found.lowest_turnout)) == ("valid", ["b"], ["a"])
    both = together(records([known]), records([declared(night(contest("c", CON, LAB)), "c", 300, 250, rejected=0)]))
    assert (both.turnout_of, names(both.highest_turnout), names(both.lowest_turnout)) == ("papers", ["a"], ["c"])


def test_put_together_an_equal_record_belongs_to_both() -> None:
    one = declared(night(contest("a", CON, LAB)), "a", 60, 40)
    other = declared(night(contest("b", CON, LAB)), "b", 50, 30)
    found = together(records([one]), records([other]))
    assert names(found.smallest_majority) == names(found.largest_majority) == ["a", "b"]
    assert found.last_declared == ()


@pytest.mark.parametrize(
    ("ballot", "pounds"),
    [
        ("parl.clacton.by.2014-10-09", 500),
        ("mayor.bedford.2023-05-04", 500),
        ("mayor.greater-manchester-ca.2024-05-02", 5_000),
        ("mayor.london.2021-05-06", 10_000),
        ("pcc.avon-and-somerset.2024-05-02", 5_000),
    ],
)
def test_a_deposit_is_that_of_the_office(ballot: str, pounds: int) -> None:
    assert deposit_of(ballot) == pounds
