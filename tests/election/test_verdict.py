"""What one declaration means: examples from the field."""

from datetime import UTC, datetime
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from server.election.contests import Candidate, Contest, Previous
from server.election.events import Declared
from server.election.methods.figures import Rejected
from server.election.parties import INDEPENDENT, LABOUR_AND_COOPERATIVE, Party
from server.election.shares import half_up, share_text
from server.election.verdict import judge, lost_deposit

PARTIES = {
    one.id: one
    for one in (
        Party("PP52", "Conservative", "Con"),
        Party("PP53", "Labour", "Lab"),
        Party(LABOUR_AND_COOPERATIVE, "Labour and Co-operative", "Lab"),
        Party("PP85", "UK Independence Party", "UKIP"),
        Party("PP90", "Liberal Democrat", "LD"),
        Party(INDEPENDENT, "Independent", "Ind"),
    )
}


def contest(*parties: str, previous: Previous | None = None, electorate: int = 100_000) -> Contest:
    candidates = tuple(Candidate(str(n), f"Candidate {n}", party) for n, party in enumerate(parties, 1))
    return Contest("parl.somewhere.2019-12-12", "Somewhere", "E1", "", "", electorate, candidates, previous)


def declared(*votes: int, rejected: int | None = None, lot: str | None = None) -> Declared:
    return Declared(
        seq=2,
        at=datetime(2019, 12, 13, tzinfo=UTC),
        by="test",
        command_id="c",
        ballot="parl.somewhere.2019-12-12",
        votes={str(n): number for n, number in enumerate(votes, 1)},
        rejected=None if rejected is None else Rejected(rejected),
        lot=lot,
    )


def test_rochester_and_strood_is_a_ukip_gain_from_con_with_its_published_figures() -> None:
    previous = Previous("PP52", {"PP52": 23604, "PP53": 13651, "PP90": 7800, "PP17": 2182, "PP63": 734})
    # Everybody else's votes stand together as one independent.
    parties = ("PP85", "PP52", "PP53", "PP90", INDEPENDENT)
    seat = contest(*parties, previous=previous, electorate=79163)
    result = judge(seat, declared(16867, 13947, 6713, 349, 2189, rejected=48))
    assert result.verdict.text(PARTIES) == "UKIP gain from Con"
    assert result.majority == 2920
    assert share_text(result.winner.share) == "42.1"
    assert result.turnout_papers is not None
    assert half_up(result.turnout_papers * 100, 2) == "50.67"
    assert result.turnout_valid is not None
    assert half_up(result.turnout_valid * 100, 2) == "50.61"
    liberal_democrat = next(line for line in result.lines if line.candidate.party == "PP90")
    assert share_text(liberal_democrat.share) == "0.87"
    assert liberal_democrat.lost_deposit
    assert result.swing is not None
    assert (result.swing.from_party, result.swing.to_party) == ("PP52", "PP85")
    assert half_up(result.swing.size * 100, 1) == "28.2"


def test_a_party_that_held_the_seat_holds_it_whatever_its_registration() -> None:
    seat = contest(LABOUR_AND_COOPERATIVE, "PP52", previous=Previous("PP53", {"PP53": 6, "PP52": 4}))
    result = judge(seat, declared(60, 40))
    assert result.verdict.text(PARTIES) == "Lab hold"
    assert result.lines[0].change == Fraction(0)


def test_without_a_previous_result_a_win_is_neither_hold_nor_gain() -> None:
    result = judge(contest("PP52", "PP53"), declared(2, 1))
    assert result.verdict.text(PARTIES) == "Con win"
    assert result.swing is None
    assert result.lines[0].change is None


def test_a_tie_is_decided_by_its_lot_and_never_by_one_vote_more() -> None:
    result = judge(contest("PP52", "PP53"), declared(500, 500, lot="2"))
    assert result.winner.candidate.id == "2"
    assert result.winner.votes == 500
    assert result.majority == 0
    assert result.by_lot


def test_a_swing_to_the_beaten_party_is_said_the_other_way_round() -> None:
    previous = Previous("PP52", {"PP52": 70, "PP53": 30})
    result = judge(contest("PP52", "PP53", previous=previous), declared(60, 40))
    assert result.swing is not None
    assert (result.swing.from_party, result.swing.to_party, result.swing.size) == ("PP52", "PP53", Fraction(1, 10))


def test_independents_are_not_compared_with_other_independents() -> None:
    previous = Previous(INDEPENDENT, {INDEPENDENT: 60, "PP52": 40})
    result = judge(contest(INDEPENDENT, "PP52", previous=previous), declared(30, 70))
    assert result.verdict.text(PARTIES) == "Con gain from Ind"
    assert result.lines[1].change is None
    assert result.swing is None


def test_an_independent_holds_the_seat_only_as_its_sitting_mp() -> None:
    previous = Previous(INDEPENDENT, {INDEPENDENT: 21181, "PP52": 6817})
    seat = contest(INDEPENDENT, INDEPENDENT, "PP52", previous=previous)
    figures = declared(17689, 900, 8487)

    def verdict(sitting: str) -> str:
        candidates = tuple(replace(standing, sitting=standing.id == sitting) for standing in seat.candidates)
        return judge(replace(seat, candidates=candidates), figures).verdict.text(PARTIES)

    assert verdict(sitting="1") == "Ind hold"
    assert verdict(sitting="2") == "Ind gain from Ind", "one independent beat the other, who was the MP"
    assert verdict(sitting="3") == "Ind gain from Ind", "the MP had been elected at a by-election"
    assert verdict(sitting="") == "Ind win", "nobody knows whether it is the same person"


def test_there_is_no_swing_between_parties_that_both_did_not_stand_before() -> None:
    previous = Previous("ynmp-party:12522", {"ynmp-party:12522": 34_299, "PP63": 8_574})
    assert judge(contest("PP52", "PP90", previous=previous), declared(37_035, 16_624)).swing is None


def test_turnout_by_papers_is_unknown_where_rejected_papers_are() -> None:
    result = judge(contest("PP52", "PP53"), declared(2, 1))
    assert result.turnout_papers is None
    assert result.turnout_valid == Fraction(3, 100_000)


def test_a_candidate_without_opponent_has_all_votes_as_majority() -> None:
    assert judge(contest("PP52"), declared(7)).majority == 7


def test_five_per_cent_exactly_loses_the_deposit() -> None:
    assert lost_deposit(50, 1000)
    assert not lost_deposit(51, 1000)


def test_a_winner_never_loses_the_deposit() -> None:
    seat = contest(*["PP52"] * 25)
    result = judge(seat, declared(*[5] + [4] * 24))
    assert not result.winner.lost_deposit


def test_shares_are_rounded_half_up_with_two_decimals_below_one_per_cent() -> None:
    assert half_up(Fraction("42.05"), 1) == "42.1"
    assert half_up(Fraction("-0.05"), 1) == "-0.1"
    assert half_up(Fraction("-0.04"), 1) == "0.0"
    assert half_up(Fraction("2.5"), 0) == "3"
    assert share_text(Fraction(349, 40065)) == "0.87"
    assert share_text(Fraction(1, 100)) == "1.0"
    assert share_text(Fraction(0)) == "0.0"


@given(st.lists(st.integers(0, 50_000), min_size=2, max_size=20).filter(lambda v: v.count(max(v)) == 1))
def test_any_result_is_in_order_adds_up_and_has_one_winner(votes: list[int]) -> None:
    result = judge(contest(*["PP52"] * len(votes)), declared(*votes))
    assert [line.votes for line in result.lines] == sorted(votes, reverse=True)
    assert sum(line.share for line in result.lines) == 1
    assert sum(line.elected for line in result.lines) == 1
    assert result.majority == sorted(votes)[-1] - sorted(votes)[-2]


@given(st.fractions(), st.integers(0, 4))
def test_half_up_is_never_further_off_than_half_a_digit(number: Fraction, places: int) -> None:
    off = Fraction(half_up(number, places)) - number
    assert abs(off) <= Fraction(1, 2 * 10**places)
