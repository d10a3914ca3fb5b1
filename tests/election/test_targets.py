"""Targets, defences and what a party still needs, on nights of a few seats."""

from datetime import timedelta
from fractions import Fraction

from msgspec.structs import replace

from server.election.events import Corrected, DeclarationExpected, NoPollTaken, Withdrawn
from server.election.nights import Night, apply
from server.election.parties import SPEAKER
from server.election.results.places import Area
from server.election.results.tally import add_up
from server.election.results.targets import Battleground, Due, battlegrounds, needs, timetable
from server.html.languages import ENGLISH
from server.html.telling.words import to_win
from server.pages.night.score import banner_of
from tests.election.by_events import CON, IND, LAB, LD, UKIP, ballot, contest, declared, night, stamp, told

MINUTES = {"a": 30, "b": 10, "c": 0, "d": -20, "e": -5, "f": -1}


def names(grounds: tuple[Battleground, ...]) -> list[tuple[str, int | None]]:
    return [(one.ballot.split(".")[1], one.rank) for one in grounds]


def test_targets_are_ranked_by_half_the_holders_lead_and_equal_ones_alike() -> None:
    one = night(
        contest("far", CON, LAB, before={LAB: 70, CON: 30}),
        contest("near", CON, LAB, before={LAB: 52, CON: 48}),
        contest("alike", CON, LAB, before={LAB: 104, CON: 96}),
        contest("last", CON, LAB, before={LAB: 80, CON: 20}),
    )
    targets = battlegrounds(one, CON).targets
    assert names(targets) == [("near", 1), ("alike", 1), ("far", 3), ("last", 4)]
    assert [target.swing for target in targets] == [Fraction(2, 100), Fraction(2, 100), Fraction(1, 5), Fraction(3, 10)]
    assert {(target.rival, target.status, target.votes) for target in targets} == {(LAB, "pending", None)}


def test_a_seat_where_it_did_not_stand_has_no_rank_and_one_where_it_does_not_is_no_target() -> None:
    one = night(
        contest("new", CON, UKIP, before={CON: 60, LAB: 40}),
        contest("left", CON, LAB, before={CON: 60, UKIP: 40}),
        contest("again", CON, UKIP, before={CON: 60, UKIP: 40}),
        contest("unknown", CON, UKIP),
    )
    grounds = battlegrounds(one, UKIP)
    assert names(grounds.targets) == [("again", 1), ("new", None)]
    assert grounds.targets[1].swing is None
    assert grounds.defences == ()


def test_a_target_falls_or_is_missed_by_so_many_votes() -> None:
    one = night(
        contest("a", CON, LAB, before={LAB: 52, CON: 48}),
        contest("b", CON, LAB, LD, before={LAB: 60, CON: 40}),
        contest("c", CON, LAB, before={LAB: 70, CON: 30}),
    )
    one = declared(declared(declared(one, "a", 60, 40), "b", 30, 50, 20), "c", 45, 55)
    grounds = battlegrounds(one, CON)
    assert [(target.status, target.winner, target.votes, target.share) for target in grounds.targets] == [
        ("gained", CON, 20, Fraction(1, 5)),
        ("missed", LAB, 20, Fraction(1, 5)),
        ("missed", LAB, 10, Fraction(1, 10)),
    ]
    assert names(grounds.nearest_misses) == [("c", 3), ("b", 2)]


def test_defences_stand_least_safe_first_and_are_held_or_lost() -> None:
    one = night(
        contest("safe", CON, LAB, before={CON: 70, LAB: 20, LD: 10}),
        contest("marginal", CON, LD, before={CON: 40, LD: 38, LAB: 22}),
        contest("speaker", LAB, SPEAKER, before={CON: 55, LAB: 45}),
    )
    one = declared(declared(declared(one, "safe", 60, 40), "marginal", 40, 60), "speaker", 10, 90)
    defences = battlegrounds(one, CON).defences
    assert names(defences) == [("marginal", 1), ("speaker", 2), ("safe", 3)]
    assert [(each.rival, each.swing, each.status, each.winner, each.votes) for each in defences] == [
        (LD, Fraction(1, 100), "lost", LD, 20),
        (LAB, Fraction(5, 100), "lost", SPEAKER, None),
        (LAB, Fraction(25, 100), "held", CON, 20),
    ]


def test_a_tie_is_won_and_missed_by_no_vote() -> None:
    one = declared(night(contest("a", CON, LAB, before={LAB: 52, CON: 48})), "a", 50, 50, lot=1)
    assert [(each.status, each.votes) for each in battlegrounds(one, CON).targets] == [("gained", 0)]
    assert [(each.status, each.votes) for each in battlegrounds(one, LAB).defences] == [("lost", 0)]


def test_a_lead_over_independents_who_are_known_together_is_never_below_nothing() -> None:
    one = night(contest("a", CON, IND, before={CON: 45, IND: 46, LAB: 9}, holder=CON))
    (defence,) = battlegrounds(one, CON).defences
    assert (defence.rival, defence.swing) == (IND, 0)
    assert battlegrounds(one, IND).targets == ()


def test_other_parties_together_are_not_the_second() -> None:
    one = night(contest("a", CON, LAB, before={CON: 50, "others": 30, LAB: 20}))
    (defence,) = battlegrounds(one, CON).defences
    assert (defence.rival, defence.swing) == (LAB, Fraction(15, 100))


def test_who_was_not_first_at_the_baseline_can_be_its_holder_all_the_same() -> None:
    """As where the baseline is who sat for the seat when the House was dissolved."""
    one = night(contest("a", CON, UKIP, before={CON: 60, UKIP: 40}, holder=UKIP))
    (target,) = battlegrounds(one, CON).targets
    assert (target.rank, target.swing) == (1, Fraction(-1, 10))


def test_a_corrected_or_withdrawn_declaration_changes_what_became_of_a_target() -> None:
    one = declared(night(contest("a", CON, LAB, before={LAB: 52, CON: 48})), "a", 60, 40)
    fields = {"votes": {"1": 40, "2": 60}, "rejected": None, "lot": None, "reason": "Rows were swapped."}
    one = told(one, Corrected, "a", **fields)
    assert [target.status for target in battlegrounds(one, CON).targets] == ["missed"]
    one = told(one, Withdrawn, "a", reason="A box was left out.")
    assert [target.status for target in battlegrounds(one, CON).targets] == ["pending"]


def five() -> Night:
    """A House of five: a Con seat, three Lab ones, and one of which nothing is known."""
    seats = [contest(name, CON, LAB, before={LAB: 60, CON: 40}) for name in "bcd"]
    return night(contest("a", CON, LAB, before={CON: 60, LAB: 40}), *seats, contest("e", CON, LAB), seats=5)


def test_what_a_party_needs_is_seats_to_the_line_and_where_they_can_come_from() -> None:
    one = five()
    need = needs(one, battlegrounds(one, CON))
    assert need and (need.line, need.seats, need.to_line, need.defences, need.targets, need.most) == (3, 0, 3, 1, 3, 5)
    one = declared(declared(one, "a", 60, 40), "b", 60, 40)
    need = needs(one, battlegrounds(one, CON))
    assert need and (need.seats, need.to_line, need.defences, need.targets, need.most) == (2, 1, 0, 2, 5)
    one = declared(one, "e", 60, 40)
    need = needs(one, battlegrounds(one, CON))
    assert need and (need.seats, need.to_line) == (3, 0)
    lost = needs(one, battlegrounds(one, LAB))
    assert lost and (lost.most, lost.within_reach) == (2, False)


def test_where_no_majority_is_at_stake_nothing_is_needed() -> None:
    one = night(contest("a", CON, LAB, before={LAB: 52, CON: 48}))
    assert needs(one, battlegrounds(one, CON)) is None


def test_a_house_is_hung_from_the_declaration_that_leaves_too_few_seats_for_everybody() -> None:
    one = night(*(contest(name, CON, LAB, LD, before={LAB: 60, CON: 40}) for name in "abcdef"), seats=6)  # line: 4
    for name, votes in zip("abcd", [(9, 1, 1), (1, 9, 1), (1, 1, 9), (9, 1, 1)], strict=True):
        one = declared(one, name, *votes)
        assert add_up(one).hung is None, "Con can still have four"
    one = declared(one, "e", 1, 9, 1)
    hung = add_up(one).hung
    assert hung and (hung.seq, hung.at) == (one.seq, one.at)
    assert all(need and not need.within_reach for need in (needs(one, battlegrounds(one, each)) for each in (CON, LAB)))
    one = declared(one, "f", 9, 1, 1)
    assert add_up(one).hung == hung
    one = told(one, Withdrawn, "a", reason="A box was left out.")
    assert add_up(one).hung and add_up(one).hung != hung
    one = told(one, Withdrawn, "e", reason="A box was left out.")
    assert add_up(one).hung is None


def test_a_house_with_a_majority_or_without_a_line_is_not_hung() -> None:
    contests = [contest(name, CON, LAB, before={LAB: 60, CON: 40}) for name in "abc"]
    for seats in (3, 0):
        one = night(*contests, seats=seats)
        for name in "abc":
            one = declared(one, name, 9, 1)
        assert add_up(one).hung is None


def test_independents_have_no_majority_together_and_lead_nothing() -> None:
    stands = night(*(contest(name, CON, IND, before={LAB: 60, CON: 40}) for name in "abcde"), seats=5)  # line: 3
    for name in "abc":
        stands = declared(stands, name, 1, 9)
    assert add_up(stands).majority is None
    assert add_up(stands).lead is None
    stands = declared(stands, "d", 9, 1)
    lead = add_up(stands).lead
    assert lead and (lead.party, lead.seats) == (CON, 1)
    assert to_win(stands, add_up(stands), ENGLISH).startswith("No party can have a majority any more")
    whole = declared(stands, "e", 1, 9)
    largest = banner_of(whole).largest
    assert largest and (largest[0].id, largest[1]) == (CON, 1)
    stands = night(*(contest(name, CON, IND, before={LAB: 60, CON: 40}) for name in "abcde"), seats=5)
    stands = declared(stands, "a", 1, 9)
    assert to_win(stands, add_up(stands), ENGLISH) == "3 make a majority"
    stands = declared(stands, "b", 9, 1)
    assert to_win(stands, add_up(stands), ENGLISH) == "3 make a majority: Con, 2 to go"


def test_one_independent_after_another_is_no_net_gain() -> None:
    seat = contest("a", CON, IND, before={IND: 60, CON: 40})
    sitting = replace(seat, candidates=(replace(seat.candidates[0], sitting=True), *seat.candidates[1:]))
    totals = {total.party: total for total in add_up(declared(night(sitting), "a", 1, 9)).parties}
    assert (totals[IND].gained, totals[IND].lost, totals[IND].net) == (1, 1, 0)


def test_a_part_of_the_country_has_totals_but_no_majority() -> None:
    one = night(contest("a", CON, LAB, where=("Wales", "Wales")), contest("b", CON, LAB), seats=2)
    one = declared(declared(one, "a", 9, 1), "b", 1, 9)
    wales = add_up(one, Area("Wales"))
    assert [(total.party, total.seats, total.votes) for total in wales.parties] == [(CON, 1, 9), (LAB, 0, 1)]
    assert (wales.declared, wales.contests, wales.line, wales.majority, wales.hung) == (1, 1, 0, None, None)
    assert add_up(one).hung


def test_a_poll_put_off_leaves_its_seat_open_for_anybody() -> None:
    one = night(*(contest(name, CON, LAB, before={LAB: 60, CON: 40}) for name in "abc"), seats=3)
    one = told(declared(one, "a", 9, 1), NoPollTaken, "b", state="countermanded", reason="A candidate has died.")
    one = declared(one, "c", 1, 9)
    assert add_up(one).hung is None


def test_seats_are_due_by_their_expected_times_and_late_after_them() -> None:
    one = night(*(contest(name, CON, LAB) for name in "abcdef"))
    now = one.at + timedelta(hours=1)
    for name, minutes in MINUTES.items():
        expected = now + timedelta(minutes=minutes)
        one = apply(one, DeclarationExpected(**stamp(one), ballot=ballot(one, name), expected=expected))
    one = declared(one, "e", 9, 1)
    one = told(one, NoPollTaken, "f", state="postponed", reason="Snow.")
    due = {name: Due(ballot(one, name), now + timedelta(minutes=at)) for name, at in MINUTES.items()}
    table = timetable(one, now)
    assert table.next == (due["c"], due["b"], due["a"])
    assert table.late == (due["d"],)
