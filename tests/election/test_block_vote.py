"""Wards of several seats: who is elected, what it means by party, what cannot be declared. Figures as published."""

from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from server.election.commands import AmendBallotPaper, Correct, Declare, OpenNight, ReachStage, RecordNoPoll, Withdraw
from server.election.contests import Contest, Previous
from server.election.counting.figures.doubts import doubts_about_figures
from server.election.deciding.checks import check_figures
from server.election.deciding.decide import decide
from server.election.methods.figures import MoreFigures, Rejected
from server.election.nights import apply
from server.election.refusals import Refused
from server.election.results.records import records
from server.election.results.swings import swings
from server.election.results.tally import add_up, still_open
from server.election.results.targets import battlegrounds
from server.election.shares import half_up
from server.election.verdict import tie_in
from tests.election.wards import (
    CLOSE,
    CON,
    GREEN,
    IND,
    LAB,
    LD,
    PARTIES,
    after,
    declared,
    definition,
    opened,
    result,
    ward,
)

# Seats, then the votes, in the order published, of all candidates; then those elected: in each the lot shows only in
# that. Hartlepool Rossmere 2021, Radcliffe North & Ainsworth (Bury), North Middleton (Rochdale), Skipton West and West
# Craven (North Yorkshire) 2022, Woodfield (Stevenage) 2024.
TIES = [
    (3, (783, 600, 558, 558, 318, 297, 221, 141, 134, 126, 125, 101, 83), (1, 2, 3), ("3", "4")),
    (3, (1436, 1325, 1278, 1278, 1205, 1201, 856, 847, 736, 108), (1, 2, 3), ("3", "4")),
    (3, (1140, 1118, 1059, 1059, 1029, 886, 381, 282), (1, 2, 3), ("3", "4")),
    (1, (503, 503, 501, 166), (1,), ("1", "2")),
    (3, (624, 602, 571, 571, 559, 520, 227, 227, 204, 146), (1, 2, 3), ("3", "4")),
]


@pytest.mark.parametrize(("seats", "votes", "elected", "level"), TIES)
def test_the_five_ties_at_the_last_place_are_found_and_decided_by_their_lots(
    seats: int, votes: tuple[int, ...], elected: tuple[int, ...], level: tuple[str, str]
) -> None:
    contest = ward(*[LD] * len(votes), seats=seats)
    figures = {str(place): number for place, number in enumerate(votes, start=1)}
    tie = tie_in(contest, figures)
    assert tie is not None
    assert (tie.tied, tie.places) == (level, 1)
    found = result(contest, *votes, lots=(level[0],))
    assert [line.candidate.id for line in found.elected] == [str(one) for one in elected]
    assert found.by_lot
    assert found.majority == 0
    assert found.drawn == (level[0],)
    (finding,) = check_figures(contest, figures, None, None, None)
    assert finding.code == "tie-without-lot"
    other = result(contest, *votes, lots=(level[1],))
    assert level[1] in [line.candidate.id for line in other.elected]


def test_a_lot_may_have_to_decide_several_places() -> None:
    contest = ward(CON, CON, CON, LAB, LAB)
    votes = {"1": 500, "2": 300, "3": 300, "4": 300, "5": 20}
    (finding,) = check_figures(contest, votes, None, None, "2")
    assert finding.code == "tie-without-lot", "one was drawn, and two places are to be filled"
    assert "choose the 2 whose lots were drawn" in finding.sentence
    for lots in (("2", "4"), ("4", "2")):
        assert check_figures(contest, votes, None, None, None, MoreFigures(lots=lots)) == []
        found = result(contest, *votes.values(), lots=lots)
        assert [line.candidate.id for line in found.lines] == ["1", "2", "4", "3", "5"]
    for wrong in (("2", "2"), ("2", "5"), ("1", "2")):
        assert check_figures(contest, votes, None, None, None, MoreFigures(lots=wrong))[0].code == "tie-without-lot"


def test_a_lot_is_refused_where_the_votes_decide() -> None:
    contest = ward(CON, LAB, LD, GREEN)
    (finding,) = check_figures(contest, {"1": 9, "2": 9, "3": 8, "4": 7}, None, None, "1")
    assert finding.code == "lot-without-tie", "equal votes of two who are both elected are no tie"


def test_buckinghamshire_abbey_has_its_turnout_both_ways_and_not_by_votes() -> None:
    contest = ward(CON, CON, LAB, LAB, "PP7931", IND, LD, IND, LD, seats=2, electorate=9270)
    votes = (1021, 659, 580, 561, 390, 340, 281, 275, 258)
    found = result(contest, *votes, rejected=14, valid_papers=2357)
    assert found.turnout_papers is not None
    assert found.turnout_valid is not None
    assert half_up(found.turnout_papers * 100, 1) == "25.6"
    assert half_up(found.turnout_valid * 100, 1) == "25.4"
    assert found.papers == 2371
    assert sum(votes) == 4365
    assert [line.candidate.id for line in found.elected] == ["1", "2"]
    assert found.majority == 79, "the last elected over the first who is not"
    assert found.valid == 1021 + 580 + 390 + 340 + 275 + 281, "each party's best, and each independent"
    assert found.by_party == {CON: 1021, LAB: 580, "PP7931": 390, IND: 615, LD: 281}


def test_reading_abbey_elects_three_of_one_party() -> None:
    found = result(ward(LAB, LAB, LAB, GREEN, CON, LD, CON, CON), 936, 876, 861, 450, 314, 291, 288, 269)
    assert found.verdict.text(PARTIES) == "Lab 3"
    assert found.majority == 411


def test_the_verdict_is_by_party() -> None:
    stand = (LAB, LAB, CON, LD)

    def said(before: dict[str, int], *votes: int) -> str:
        return result(ward(*stand, before=before), *votes).verdict.text(PARTIES)

    assert said({LAB: 1, CON: 2}, 9, 8, 7, 1) == "Lab 2, Con 1: Lab +1"
    assert said({LAB: 2, CON: 1}, 9, 8, 7, 1) == "Lab 2, Con 1: no change"
    assert said({CON: 3}, 9, 7, 8, 6) == "Lab 2, Con 1: Lab +2"
    assert said({CON: 3}, 9, 1, 8, 6) == "Lab 1, Con 1, LD 1: Lab +1, LD +1"
    assert result(ward(*stand), 9, 8, 7, 1).verdict.text(PARTIES) == "Lab 2, Con 1"


def test_only_where_one_seat_is_fought_is_it_gained_from_somebody() -> None:
    one = replace(ward(LAB, CON, seats=1), previous=Previous(CON, {CON: 60, LAB: 40}))
    found = result(one, 60, 40)
    assert found.verdict.text(PARTIES) == "Lab gain from Con"
    assert found.swing is not None
    three = replace(ward(LAB, CON, LD, GREEN, before={CON: 3}), previous=Previous(CON, {CON: 60}, seats={CON: 3}))
    several = result(three, 9, 8, 7, 6)
    assert several.verdict.previous is None
    assert several.swing is None
    assert not any(line.lost_deposit for line in (*found.lines, *several.lines)), "no deposit is left for a council"


def test_a_change_of_share_is_of_a_party_by_its_best_candidate() -> None:
    contest = ward(LAB, LAB, CON, IND, before={CON: 3}, votes={CON: 60, LAB: 40, IND: 3})
    found = result(contest, 50, 40, 30, 20)
    assert found.valid == 100
    assert [(line.candidate.id, line.change) for line in found.lines] == [
        ("1", Fraction(1, 2) - Fraction(40, 103)),
        ("2", None),
        ("3", Fraction(3, 10) - Fraction(60, 103)),
        ("4", None),
    ]


VALID = MoreFigures(valid_papers=400, in_part=5)


def findings(
    contest: Contest, *votes: int, more: MoreFigures = VALID, rejected: int = 10, papers: int = 410
) -> set[str]:
    keyed = {str(place): number for place, number in enumerate(votes, start=1)}
    found = check_figures(contest, keyed, Rejected(rejected), papers, None, more, must_reconcile=True)
    assert all(one.blocks for one in found)
    return {one.code for one in found}


def test_papers_reconcile_and_votes_have_limits() -> None:
    contest = ward(CON, CON, LAB, LAB)
    assert findings(contest, 300, 250, 200, 150) == set()
    assert findings(contest, 300, 250, 200, 150, more=MoreFigures()) == {"valid-papers-missing"}
    assert findings(contest, 300, 250, 200, 150, rejected=9) == {"valid-papers-below-papers"}
    assert findings(contest, 300, 250, 200, 150, papers=409) == {"valid-papers-above-papers"}
    assert findings(contest, 401, 250, 200, 150) == {"votes-above-valid-papers"}, "as in Kingstanding in 2006"
    assert findings(contest, 400, 399, 398, 4) == {"votes-above-allowed"}
    assert findings(contest, 400, 399, 398, 3) == set(), "three on every paper"
    assert findings(contest, 120, 110, 100, 69) == {"votes-below-valid-papers"}
    assert findings(contest, 9, 8, 7, 6, more=replace(VALID, in_part=401)) == {
        "in-part-above-valid-papers",
        "votes-below-valid-papers",
    }
    assert findings(contest, 300, 250, 200, 150, more=replace(VALID, in_part=-1)) == {"rejected-negative"}
    assert findings(replace(contest, electorate=409), 300, 250, 200, 150) == {"papers-above-electorate"}


def test_without_the_valid_papers_the_papers_verified_are_the_limit() -> None:
    contest = ward(CON, CON, LAB, LAB)
    votes = {"1": 3, "2": 2, "3": 2, "4": 1}
    assert check_figures(contest, votes, None, 3, None) == []
    assert [one.code for one in check_figures(contest, votes, None, 2, None)] == [
        "votes-above-valid-papers",
        "votes-above-allowed",
    ]


def test_a_ward_is_verified_declared_corrected_and_withdrawn() -> None:
    night = opened(ward(CON, CON, LAB, LAB, seats=2))
    (ballot,) = night.counts
    night = after(night, ReachStage(id="papers", by="officer", ballot=ballot, stage="verified", papers=410))
    votes = {"1": 300, "2": 240, "3": 240, "4": 10}
    declare = Declare(id="declare", by="officer", ballot=ballot, votes=votes, rejected=Rejected(10), more=VALID)
    with pytest.raises(Refused, match="same number of votes") as refused:
        decide(night, declare, CLOSE)
    assert refused.value.code == "tie-without-lot"
    night = after(night, replace(declare, lot="3"))
    found = night.counts[ballot].result
    assert found is not None
    assert [line.candidate.id for line in found.elected] == ["1", "3"]
    assert found.papers == 410
    correct = Correct(
        id="correct",
        by="desk",
        ballot=ballot,
        votes=votes | {"2": 241},
        reason="Misread.",
        rejected=Rejected(9),
        more=VALID,
    )
    with pytest.raises(Refused, match="1 fewer than the 410 ballot papers verified"):
        decide(night, correct, CLOSE)
    night = after(night, replace(correct, rejected=Rejected(10)))
    found = night.counts[ballot].result
    assert found is not None
    assert [line.candidate.id for line in found.elected] == ["1", "2"]
    night = after(night, Withdraw(id="withdraw", by="desk", ballot=ballot, reason="Another ward's sheet."))
    assert night.counts[ballot].status == "withdrawn"


def test_fewer_nominees_than_seats_are_elected_and_the_rest_are_vacancies() -> None:
    night = opened(ward(CON, LAB, before={CON: 3}))
    (ballot,) = night.counts
    night = after(night, RecordNoPoll(id="none", by="desk", ballot=ballot, state="uncontested", reason="Two stand."))
    found = night.counts[ballot].result
    assert found is not None
    assert found.unopposed
    assert len(found.elected) == 2
    assert found.verdict.vacant == 1
    assert found.verdict.text(PARTIES) == "Con 1, Lab 1, 1 vacant: Lab +1"


def test_a_ward_with_more_candidates_than_seats_or_with_none_is_not_uncontested() -> None:
    for contest in (ward(CON, LAB, LD, GREEN), ward()):
        night = opened(contest)
        (ballot,) = night.counts
        record = RecordNoPoll(id="none", by="desk", ballot=ballot, state="uncontested", reason="So it is.")
        with pytest.raises(Refused) as refused:
            decide(night, record, CLOSE)
        assert refused.value.code == "contested"


def test_the_death_of_any_candidate_stops_the_poll_of_a_ward() -> None:
    contest = ward(CON, LAB, IND, LD)
    dead = replace(contest.candidates[2], fate="died")
    contest = replace(contest, candidates=(*contest.candidates[:2], dead, contest.candidates[3]))
    codes = {one.code for one in check_figures(contest, {"1": 4, "2": 3, "3": 2, "4": 1}, None, None, None)}
    assert codes == {"party-candidate-died"}


def test_records_swings_and_battlegrounds_leave_out_what_has_no_meaning() -> None:
    night = opened(ward(CON, LAB, LD, GREEN, before={CON: 3}, votes={CON: 5, LAB: 4}), live=False)
    (ballot,) = night.counts
    votes = {"1": 9, "2": 8, "3": 7, "4": 1}
    night = after(night, Declare(id="declare", by="desk", ballot=ballot, votes=votes))
    found = records([night])
    assert found.largest_swing == ()
    assert found.lost_deposits == 0
    assert [entry.result.majority for entry in found.smallest_majority] == [6]
    assert swings(night, CON, LAB).seats == ()
    assert battlegrounds(night, LAB).targets == ()


def test_a_majority_of_a_house_is_of_seats_and_not_of_contests() -> None:
    wards = [ward(LAB, LAB, LAB, CON, name=name) for name in "abc"]
    opening = replace(definition(*wards, live=False), seats=9)
    night = apply(None, decide(None, OpenNight(id="open", by="desk", night=opening), CLOSE))
    assert still_open(night) == 9
    night = declared(night, "a", 9, 8, 7, 1)
    assert still_open(night) == 6
    assert add_up(night).majority is None, "3 of 9"
    second = declared(night, "b", 9, 8, 1, 7)
    tally = add_up(second)
    assert [(total.party, total.seats) for total in tally.parties] == [(LAB, 5), (CON, 1)]
    assert tally.majority is not None
    assert (tally.majority.party, tally.majority.seq) == (LAB, second.seq)


def test_a_ward_is_put_right_but_not_into_one_of_other_seats() -> None:
    night = opened(ward(CON, LAB, LD, before={CON: 2}, seats=2))
    (count,) = night.counts.values()
    contest = count.contest

    def amend(other: Contest) -> AmendBallotPaper:
        return AmendBallotPaper(id="amend", by="desk", ballot=contest.ballot, contest=other)

    with pytest.raises(Refused, match="How many are elected"):
        decide(night, amend(replace(contest, elects=3)), CLOSE)
    with pytest.raises(Refused, match="none that this night names"):
        decide(night, amend(replace(contest, previous=Previous(CON, {}, seats={CON: 1, "PP1": 1}))), CLOSE)
    later = after(night, amend(replace(contest, previous=Previous(CON, {}, seats={CON: 1, LAB: 1}))))
    papers = ReachStage(id="papers", by="desk", ballot=contest.ballot, stage="verified", papers=4)
    votes, more = {"1": 3, "2": 2, "3": 1}, MoreFigures(valid_papers=4)
    declare = Declare(id="d", by="desk", ballot=contest.ballot, votes=votes, rejected=Rejected(0), more=more)
    (count,) = after(after(later, papers), declare).counts.values()
    assert count.result is not None
    assert count.result.verdict.text(PARTIES) == "Con 1, Lab 1: no change"
    known = replace(amend(replace(contest, electorate=5)), reason="A misprint.")
    (count,) = after(declared(opened(contest, live=False), "abbey", 3, 2, 1, valid_papers=4), known).counts.values()
    assert count.contest.electorate == 5, "its 6 votes are no papers"


def test_a_party_s_candidates_for_several_seats_are_not_compared_with_its_share() -> None:
    contest = ward(CON, LAB, LD, before={CON: 2}, votes={CON: 90, LAB: 10}, seats=2)
    votes = {"1": 90, "2": 901, "3": 902}
    assert doubts_about_figures(contest, votes, Rejected(0), 1001) == []
    assert doubts_about_figures(replace(contest, elects=UNSET), votes, Rejected(0), 1001) != []


def test_a_method_without_rules_is_refused_and_says_which() -> None:
    contest = replace(ward(CON, LAB), method="single transferable vote")
    with pytest.raises(Refused, match="by the single transferable vote cannot be entered yet"):
        opened(contest)
    assert [one.code for one in check_figures(contest, {"1": 2, "2": 1}, None, None, None)] == ["method-not-counted"]


def test_what_is_unset_is_not_encoded() -> None:
    plain = replace(ward(CON, LAB, seats=1), elects=msgspec.UNSET, body=msgspec.UNSET)
    encoded = msgspec.to_builtins(plain)
    assert {"seats", "method", "body"} & encoded.keys() == set()
    assert msgspec.to_builtins(ward(CON))["seats"] == 3
    night = replace(definition(plain), bodies=msgspec.UNSET, control_baseline=msgspec.UNSET)
    assert {"bodies", "control_baseline"} & msgspec.to_builtins(night).keys() == set()
    several = definition(ward(CON, LAB, before={CON: 2, LAB: 1}))
    assert msgspec.json.decode(msgspec.json.encode(several), type=type(several)) == several


@given(st.lists(st.integers(0, 30), min_size=1, max_size=9), st.integers(1, 5))
def test_whoever_is_elected_has_as_many_votes_as_anybody_who_is_not(votes: list[int], seats: int) -> None:
    contest = ward(*[CON] * len(votes), seats=seats)
    figures = {str(place): number for place, number in enumerate(votes, start=1)}
    tie = tie_in(contest, figures)
    lots = tie.tied[: tie.places] if tie else ()
    found = result(contest, *votes, lots=lots)
    elected = [line.votes for line in found.lines if line.elected]
    others = [line.votes for line in found.lines if not line.elected]
    assert len(elected) == min(seats, len(votes))
    assert min(elected) >= max(others, default=0)
    assert (tie is not None) == bool(others and min(elected) == max(others))
    assert sorted(elected, reverse=True) == elected
    assert found.by_lot == (tie is not None)
