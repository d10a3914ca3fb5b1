"""By-elections of a Parliament in order, and the House as elected, from the shipped nights."""

from datetime import date
from functools import cache

import pytest

from server.election.nights import Night, fold
from server.election.results.parliament import Term, house, term, wins
from server.nights import archive
from tests.election.by_events import CON, LAB, contest, declared, night

ROCHESTER = "parl.rochester-and-strood.by.2014-11-20"
CLACTON = "parl.clacton.by.2014-10-09"
UKIP = "PP85"


@cache
def shipped() -> dict[str, Night]:
    return {one.id: fold(archive.load(one.id).events) for one in archive.of_the_house()}


def test_rochester_and_strood_is_ukips_second() -> None:
    until = shipped()[ROCHESTER]
    found = wins(shipped().values(), until)
    assert [(win.ballot, win.number, win.gained_from) for win in found if win.party == UKIP] == [
        (CLACTON, 1, "PP52"),
        (ROCHESTER, 2, "PP52"),
    ]
    assert len(found) == 21, "none was held after it"


def test_nothing_is_told_of_what_came_later() -> None:
    found = wins(shipped().values(), shipped()[CLACTON])
    assert [win.ballot for win in found if win.party == UKIP] == [CLACTON]
    assert ROCHESTER not in [win.ballot for win in found]


def test_a_replay_on_which_nothing_is_declared_is_no_win_though_its_original_is_at_hand() -> None:
    opened = fold(archive.load(ROCHESTER).events[:1])
    assert [win.ballot for win in wins(shipped().values(), opened) if win.party == UKIP] == [CLACTON]


def test_where_a_party_won_twice_on_a_day_of_assumed_times_neither_has_a_number() -> None:
    found = wins(shipped().values(), shipped()[ROCHESTER])
    numbers = {win.ballot: win.number for win in found if win.party == LAB and win.date.year == 2012}
    assert [numbers[one] for one in numbers if "2012-11-15" in one] == [None, None, None]
    earlier = [win for win in found if win.party == LAB and win.date < date(2012, 1, 1)]
    assert [win.number for win in earlier] == [1, 2, 3, 4, 5]


def test_the_house_before_and_after_is_as_elected() -> None:
    seen = house(shipped().values(), shipped()[ROCHESTER])
    assert seen and seen.after and seen.since == date(2010, 5, 6)
    assert [(seats[UKIP], seats[CON]) for seats in (seen.before, seen.after)] == [(1, 304), (2, 303)]
    assert sum(seen.before.values()) == sum(seen.after.values()) == 650
    pending = house(shipped().values(), fold(archive.load(ROCHESTER).events[:1]))
    assert pending and pending.before == seen.before and pending.after is None


def test_a_general_election_and_a_by_election_before_all_that_is_known_have_no_house() -> None:
    assert house(shipped().values(), shipped()["parl.2015-05-07"]) is None
    day = date(2009, 7, 23)
    early = declared(night(contest("norwich-north", CON, LAB, day=day, by=True), day=day), "norwich-north", 60, 40)
    assert house(shipped().values(), early) is None
    assert wins(shipped().values(), early) == ()


@pytest.mark.parametrize(
    ("day", "found"),
    [
        (date(2014, 11, 20), Term(date(2010, 5, 6), date(2015, 5, 7))),
        (date(2015, 5, 7), Term(date(2015, 5, 7), date(2017, 6, 8))),
        (date(2021, 5, 6), Term(date(2019, 12, 12), date(2024, 7, 4))),
        (date(2026, 8, 13), Term(date(2024, 7, 4), None)),
        (date(2009, 7, 23), None),
    ],
)
def test_a_day_lies_between_two_general_elections(day: date, found: Term | None) -> None:
    assert term(shipped().values(), day) == found


def test_the_years_of_a_parliament_name_the_scope_of_its_by_elections() -> None:
    found = term(shipped().values(), date(2014, 11, 20))
    assert found and found.years == (2010, 2015)
    unfinished = term(shipped().values(), date(2026, 8, 13))
    assert unfinished and unfinished.years is None
