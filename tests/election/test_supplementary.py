"""The supplementary vote: London 2021 to the vote, who stays for the second round, what is announced before it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from server.election.commands import Declare, ReachStage, ReportPreferences
from server.election.contests import Contest, Previous
from server.election.deciding.checks import Keyed, check_figures, check_preferences
from server.election.deciding.decide import decide
from server.election.events import PreferencesReported
from server.election.methods.figures import MoreFigures, Rejected, SecondPreferences
from server.election.methods.supplementary import Supplementary
from server.election.nights import Night
from server.election.refusals import Refused
from server.election.results.known import as_known, was_revised
from server.election.verdict import judge
from tests.election.wards import CLOSE, CON, GREEN, IND, LAB, LD, PARTIES, after, mayor, opened

# The election of the Mayor of London of 6 May 2021, in ballot-paper order, as the Greater London Returning Officer
# declared it: first preferences, then those transferred to the two who stayed.
LONDON = (
    893051, 7774, 197976, 24775, 5305, 20604, 6309, 47634, 14393, 28012,
    16826, 8764, 1013721, 11025, 11869, 9682, 49628, 111716, 21182, 31111,
)  # fmt: skip
BAILEY, KHAN = "1", "13"
REJECTED, TRANSFERRED = Rejected(114201), SecondPreferences({BAILEY: 84550, KHAN: 192313})


def london() -> Contest:
    stand = [IND] * len(LONDON)
    stand[0], stand[2], stand[12], stand[17] = CON, GREEN, LAB, LD
    return mayor(*stand, previous=Previous(LAB, {LAB: 1148716, CON: 909755}))


def numbered(*votes: int) -> dict[str, int]:
    return {str(place): number for place, number in enumerate(votes, start=1)}


def second(**votes: int) -> MoreFigures:
    return MoreFigures(second=SecondPreferences({name[1:]: number for name, number in votes.items()}))


def test_london_2021_is_right_to_the_vote() -> None:
    votes, more = numbered(*LONDON), MoreFigures(second=TRANSFERRED)
    assert check_figures(london(), votes, REJECTED, 2_645_558, None, more, must_reconcile=True) == []
    found = judge(london(), Keyed(votes, REJECTED, None, more))
    assert found.valid == 2_531_357
    assert found.papers == 2_645_558
    assert [(line.candidate.id, line.total) for line in found.lines[:2]] == [(KHAN, 1_206_034), (BAILEY, 977_601)]
    assert found.winner.candidate.id == KHAN
    assert found.majority == 1_206_034 - 977_601
    assert found.verdict.text(PARTIES) == "Lab hold"
    assert [line.candidate.id for line in found.lines[2:4]] == ["3", "18"], "those who are out, by first preferences"
    assert all(line.total is None for line in found.lines[2:])
    assert found.swing is None
    assert sum(line.lost_deposit for line in found.lines) == 17, "all but four had more than 5% of first preferences"


def test_who_stays_are_the_first_two_and_all_who_are_equal_with_them() -> None:
    def stay(*votes: int) -> tuple[str, ...]:
        return Supplementary(1, "mayor").remaining(numbered(*votes))

    assert stay(40, 35, 25) == ("1", "2")
    assert stay(40, 30, 30) == ("1", "2", "3"), "equal second places"
    assert stay(20, 35, 35, 10) == ("2", "3")
    assert stay(30, 30, 30, 10) == ("1", "2", "3"), "equal first places"
    assert stay(51, 30, 19) == (), "more than half"
    assert stay(50, 30, 20) == ("1", "2"), "half is not more than half"
    assert stay(50, 50) == (), "two candidates are elected by simple majority"


def test_more_than_half_of_first_preferences_elects_without_a_second_round() -> None:
    contest = mayor(CON, LAB, LD)
    found = judge(contest, Keyed(numbered(51, 30, 19)))
    assert found.winner.candidate.id == "1"
    assert found.majority == 21
    codes = [one.code for one in check_figures(contest, numbered(51, 30, 19), None, None, None, second(c1=1, c2=1))]
    assert codes == ["second-unneeded"]


def test_two_candidates_with_equal_votes_are_a_tie() -> None:
    codes = [one.code for one in check_figures(mayor(CON, LAB), numbered(50, 50), None, None, None)]
    assert codes == ["tie-without-lot"]


def test_a_tie_after_the_second_round_is_decided_by_lot() -> None:
    contest, votes = mayor(CON, LAB, LD), numbered(40, 35, 25)
    tied = second(c1=5, c2=10)
    assert [one.code for one in check_figures(contest, votes, None, None, None, tied)] == ["tie-without-lot"]
    assert check_figures(contest, votes, None, None, "2", tied) == []
    found = judge(contest, Keyed(votes, None, "2", tied))
    assert found.winner.candidate.id == "2"
    assert found.by_lot
    assert found.majority == 0


def test_second_preferences_are_those_of_the_papers_that_are_out() -> None:
    contest, votes = mayor(CON, LAB, LD, GREEN), numbered(40, 35, 20, 5)

    def codes(more: MoreFigures) -> list[str]:
        return [one.code for one in check_figures(contest, votes, None, None, None, more)]

    assert codes(second(c1=5, c2=20)) == []
    assert codes(second(c1=6, c2=20)) == ["second-above-papers"]
    assert codes(MoreFigures(second=SecondPreferences({"1": 5, "2": 15}, rejected=6))) == ["second-above-papers"]
    assert codes(second(c1=5)) == ["second-missing"]
    assert codes(MoreFigures()) == ["second-missing", "second-missing"]
    assert codes(second(c1=5, c2=2, c3=1)) == ["second-unknown"]
    assert codes(second(c1=-1, c2=2)) == ["votes-negative"]


def counted() -> tuple[Night, str]:
    """A night with 105 papers verified."""
    night = opened(mayor(CON, LAB, LD))
    (ballot,) = night.counts
    papers = ReachStage(id="papers", by="officer", ballot=ballot, stage="verified", papers=105)
    return after(night, papers), ballot


def test_the_first_round_is_on_record_before_the_second() -> None:
    night, ballot = counted()
    votes = numbered(40, 35, 25)
    declare = Declare(
        id="declare", by="officer", ballot=ballot, votes=votes, rejected=Rejected(5), more=second(c1=1, c2=20)
    )
    with pytest.raises(Refused) as refused:
        decide(night, declare, CLOSE)
    assert refused.value.code == "preferences-missing"
    report = ReportPreferences(id="first", by="officer", ballot=ballot, votes=votes, rejected=Rejected(4))
    with pytest.raises(Refused) as refused:
        decide(night, report, CLOSE)
    assert refused.value.code == "votes-below-papers"
    night = after(night, replace(report, votes=numbered(41, 34, 25), rejected=Rejected(5)))
    with pytest.raises(Refused) as refused:
        decide(night, declare, CLOSE)
    assert refused.value.code == "preferences-differ"
    again = replace(report, id="again", rejected=Rejected(5))
    with pytest.raises(Refused) as refused:
        decide(night, again, CLOSE)
    assert refused.value.code == "reason-missing", "what is on record is replaced with a reason"
    night = after(night, replace(again, reason="Two bundles were exchanged."))
    preferences = night.counts[ballot].preferences
    assert preferences is not None
    assert preferences.votes == votes
    assert night.counts[ballot].result is None, "nobody is elected yet"
    with pytest.raises(Refused) as refused:
        decide(night, replace(again, id="third", reason="Once more."), CLOSE)
    assert refused.value.code == "nothing-changed"
    night = after(night, declare)
    found = night.counts[ballot].result
    assert found is not None
    assert found.winner.candidate.id == "2"
    with pytest.raises(Refused) as refused:
        decide(night, replace(again, id="late", votes=numbered(42, 33, 25), reason="Late."), CLOSE)
    assert refused.value.code == "already-declared"


def test_what_decides_in_one_round_needs_no_first_one_on_record() -> None:
    night, ballot = counted()
    night = after(night, Declare(id="d", by="officer", ballot=ballot, votes=numbered(60, 30, 10), rejected=Rejected(5)))
    assert night.counts[ballot].result is not None


def test_a_recount_and_a_withdrawal_take_the_first_round_back() -> None:
    night, ballot = counted()
    report = ReportPreferences(id="first", by="o", ballot=ballot, votes=numbered(40, 35, 25), rejected=Rejected(5))
    night = after(night, report)
    recounted = after(night, ReachStage(id="recount", by="o", ballot=ballot, stage="recount"))
    assert recounted.counts[ballot].preferences is None


def test_a_seat_in_one_round_has_no_first_preferences() -> None:
    night = opened(replace(mayor(CON, LAB, LD), method=UNSET))
    (ballot,) = night.counts
    report = ReportPreferences(
        id="first", by="officer", ballot=ballot, votes=numbered(4, 3, 2), rejected=Rejected(0), papers=9
    )
    with pytest.raises(Refused) as refused:
        decide(night, report, CLOSE)
    assert refused.value.code == "one-round"


def test_a_night_retold_has_the_first_preferences_that_stood() -> None:
    night, ballot = counted()
    first = ReportPreferences(id="first", by="o", ballot=ballot, votes=numbered(41, 34, 25), rejected=Rejected(5))
    told = decide(night, first, CLOSE)
    assert isinstance(told, PreferencesReported)
    night = after(night, first)
    second_one = decide(night, replace(first, id="b", votes=numbered(40, 35, 25), reason="Exchanged."), CLOSE)
    assert was_revised([told, second_one])
    (retold,) = as_known([told, second_one])
    assert isinstance(retold, PreferencesReported)
    assert (retold.votes, retold.reason, retold.at) == (numbered(40, 35, 25), "", told.at)


@given(st.lists(st.integers(0, 30), min_size=3, max_size=6).filter(any), st.data())
def test_the_second_round_elects_who_has_the_most_votes_of_those_who_stayed(
    votes: list[int], data: st.DataObject
) -> None:
    contest, first = mayor(*[IND] * len(votes)), numbered(*votes)
    rules = Supplementary(1, "mayor")
    stay = rules.remaining(first)
    out = sum(number for one, number in first.items() if one not in stay)
    added: dict[str, int] = {}
    for one in stay:
        added[one] = data.draw(st.integers(0, out - sum(added.values())))
    more = MoreFigures(second=SecondPreferences(added)) if stay else MoreFigures()
    totals = {one: first[one] + added[one] for one in stay} or first
    best = [one for one, number in totals.items() if number == max(totals.values())]
    lot = best[-1] if len(best) > 1 else None
    alone = [finding.code for finding in check_preferences(contest, first, None, None)]
    assert alone == ([] if stay else ["second-unneeded"]), "first preferences that decide are the result"
    assert check_figures(contest, first, None, None, lot, more) == []
    found = judge(contest, Keyed(first, None, lot, more))
    assert found.winner.candidate.id == best[-1]
    assert found.majority == sorted(totals.values())[-1] - sorted(totals.values())[-2]
