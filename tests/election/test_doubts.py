"""Doubts by example: figures that have each one, figures that just have not, and real results, rarely doubted."""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

import pytest
from msgspec.structs import replace

from server.election.contests import Candidate, Contest, Previous
from server.election.counting.figures.doubts import doubts_about_figures, doubts_about_papers
from server.election.counting.figures.expected import Changes, expected_from
from server.election.events import Declared
from server.election.methods.figures import Rejected
from server.election.parties import INDEPENDENT, LABOUR_AND_COOPERATIVE
from server.nights.archive import load, of_the_house

CON, LAB, LD, UKIP = "PP52", "PP53", "PP90", "PP85"
MEASURED = ("parl.2017-06-08", "parl.2019-12-12")  # with all that was before 2015's, and 2015
BEFORE = {CON: 5000, LAB: 3000, LD: 1500, UKIP: 500}


def contest(*parties: str, previous: dict[str, int] | None = BEFORE) -> Contest:
    names = ("Ann Abel", "Ben Bond", "Cat Cole", "Dan Dale", "Eve East")
    candidates = tuple(
        Candidate(str(place), name, party)
        for place, (name, party) in enumerate(zip(names, parties or (CON, LAB, LD, UKIP), strict=False), 1)
    )
    before = None if previous is None else Previous(CON, previous)
    return Contest("parl.somewhere.2019-12-12", "Somewhere", "E1", "", "", 100_000, candidates, before)


def doubts(*votes: int, seat: Contest | None = None, rejected: int | None = None) -> list[tuple[str, str]]:
    """Code and field of every doubt about these votes, in the order of the ballot paper."""
    sheet = {str(place): number for place, number in enumerate(votes, 1)}
    papers = None if rejected is None else Rejected(rejected)
    findings = doubts_about_figures(seat or contest(), sheet, papers, None)
    assert not any(one.blocks for one in findings)
    return [(one.code, one.field) for one in findings]


@pytest.mark.parametrize(
    ("papers", "issued", "codes"),
    [
        (24_999, None, ["turnout-out-of-range"]),
        (25_001, None, []),
        (84_999, None, []),
        (85_001, None, ["turnout-out-of-range"]),
        (60_001, 60_001, []),
        (60_001, 60_002, ["papers-differ-from-issued"]),
        (60_000, None, ["totals-end-in-000"]),
        (60_100, None, []),
        (90_000, 90_001, ["turnout-out-of-range", "papers-differ-from-issued", "totals-end-in-000"]),
    ],
)
def test_papers_are_doubted_by_turnout_by_those_issued_and_as_round_numbers(
    papers: int, issued: int | None, codes: list[str]
) -> None:
    findings = doubts_about_papers(contest(), papers, issued)
    assert [one.code for one in findings] == codes
    assert {one.field for one in findings} <= {"papers"}


def test_papers_say_by_how_many_they_differ_from_those_expected() -> None:
    (more,), (fewer,) = (doubts_about_papers(contest(), 40_113, issued) for issued in (40_101, 41_125))
    assert more.sentence == "40,113 ballot papers were counted: 12 more than the 40,101 expected."
    assert fewer.sentence == "40,113 ballot papers were counted: 1,012 fewer than the 41,125 expected."


def test_three_per_cent_of_rejected_papers_are_many() -> None:
    assert doubts(480, 290, 150, 50, rejected=30) == [("rejected-high", "rejected")]
    assert doubts(480, 290, 151, 50, rejected=30) == []


def test_round_thousands_of_votes_or_rejected_papers_are_doubted_but_not_none() -> None:
    assert doubts(500, 300, 150, 50, rejected=0) == [("totals-end-in-000", "votes")]
    assert doubts(500, 300, 150, 51, rejected=0) == []
    assert doubts(50_000, 30_000, 15_000, 501, rejected=1000) == [("totals-end-in-000", "rejected")]


def test_a_share_is_doubted_where_it_is_27_points_from_the_last() -> None:
    seat = contest(CON, LAB, INDEPENDENT)
    assert doubts(229, 301, 471, seat=seat) == [("share-far-from-baseline", "votes.1")]
    assert doubts(231, 301, 469, seat=seat) == []
    (finding,) = doubts_about_figures(seat, {"1": 123, "2": 301, "3": 577}, None, None)
    assert finding.sentence == "Ann Abel's share is 12.3%; the party had 50.0% at the last election."


def test_a_party_is_compared_as_it_is_counted() -> None:
    assert doubts(580, 20, 401, seat=contest(CON, LABOUR_AND_COOPERATIVE, INDEPENDENT)) == [
        ("share-far-from-baseline", "votes.2")
    ]


def test_no_share_is_compared_of_independents_newcomers_or_two_of_one_party() -> None:
    independents = {INDEPENDENT: 10, CON: 90}
    assert doubts(99, 0, seat=contest(INDEPENDENT, LAB, previous=independents)) == []
    assert doubts(99, 0, seat=contest("PP102", "PP77")) == []
    assert doubts(1, 1, 997, seat=contest(CON, CON, "PP102")) == []
    assert doubts(1, 998, seat=contest(CON, LAB, previous=None)) == []


def test_two_rows_that_look_swapped_are_named_once() -> None:
    votes = {"1": 151, "2": 302, "3": 500, "4": 50}
    (finding,) = doubts_about_figures(contest(), votes, None, None)
    assert (finding.code, finding.field) == ("rows-look-swapped", "votes.1")
    assert finding.sentence == (
        "Are Ann Abel's 151 and Cat Cole's 500 exchanged? Their shares are 15.1% and 49.9%; "
        "their parties had 50.0% and 15.0% at the last election."
    )


def changed(region: str, seats: int, **points: int) -> list[tuple[str, Changes]]:
    """So many seats of a region in which parties have changed by these points."""
    return [(region, {party: Fraction(change, 100) for party, change in points.items()})] * seats


def test_what_is_declared_says_what_is_to_be_expected_in_the_region_or_else_on_the_night() -> None:
    seat = replace(contest(), region="North")
    fell = changed("North", 5, PP52=-20, PP53=20)
    assert expected_from(fell[:4], seat) == {}, "four seats say nothing yet"
    assert expected_from(fell, seat) == {"1": Fraction(3, 10), "2": Fraction(1, 2)}
    rose = changed("South", 9, PP52=10, PP53=-10)
    assert expected_from([*fell, *rose], seat) == {"1": Fraction(3, 10), "2": Fraction(1, 2)}
    assert expected_from(rose, seat) == {"1": Fraction(6, 10), "2": Fraction(2, 10)}


def test_rows_are_swapped_by_what_is_to_be_expected_and_true_ones_are_left_alone() -> None:
    """The leading two have changed places everywhere else: then it is the old order that is unlikely."""
    seat = replace(contest(), region="North")
    expected = expected_from(changed("North", 5, PP52=-20, PP53=20), seat)
    as_before, as_elsewhere = {"1": 5001, "2": 2999, "3": 1501, "4": 502}, {"1": 2999, "2": 5001, "3": 1501, "4": 502}

    def codes(votes: dict[str, int], known: dict[str, Fraction]) -> list[str]:
        return [one.code for one in doubts_about_figures(seat, votes, None, None, expected=known)]

    assert codes(as_before, {}) == [] and codes(as_elsewhere, {}) == ["rows-look-swapped"]
    assert codes(as_before, expected) == ["rows-look-swapped"] and codes(as_elsewhere, expected) == []
    (finding,) = doubts_about_figures(seat, as_before, None, None, expected=expected)
    assert "have changed where it is declared, 30.0% and 50.0% were to be expected" in finding.sentence


def test_two_rows_are_not_called_swapped_where_only_one_comes_nearer() -> None:
    assert doubts(380, 420, 151, 50) == []  # exchanged, each would be nearer, but not clearly
    assert doubts(290, 310, 350, 51) == []  # LD has risen, and nobody has its place


def test_a_digit_too_many_is_named_and_nothing_else_is_said_of_the_shares() -> None:
    votes = {"1": 500, "2": 301, "3": 1503, "4": 50}
    (finding,) = doubts_about_figures(contest(), votes, None, None)
    assert (finding.code, finding.field) == ("ten-times-too-big", "votes.3")
    assert finding.sentence == (
        "Is there a digit too many in Cat Cole's 1,503? "
        "That is 63.8% of the votes; the party had 15.0% at the last election."
    )


def test_a_party_that_rises_is_not_ten_times_too_big() -> None:
    assert doubts(440, 260, 100, 201) == []  # UKIP with 20% after 5%: a tenth would fit it, but not all the others


def real_doubts() -> Iterator[tuple[str, set[str]]]:
    """Night and codes of the doubts about every real result; papers are known where the rejected ones are."""
    for summary in of_the_house():
        night = load(summary.id)
        contests = {one.ballot: one for one in night.definition.contests}
        for event in night.events:
            if isinstance(event, Declared):
                seat = contests[event.ballot]
                findings = doubts_about_figures(seat, event.votes, event.rejected, None)
                if event.rejected is not None:
                    papers = sum(event.votes.values()) + event.rejected.total
                    findings += doubts_about_papers(seat, papers, papers)
                yield summary.id, {one.code for one in findings}


def test_real_results_are_rarely_doubted() -> None:
    every = list(real_doubts())
    assert len(every) == 5 * 650 + 65
    results = [(night, codes) for night, codes in every if night[-10:] < "2015-05-08" or night in MEASURED]
    assert len(results) == 2621
    by_code = Counter(code for _, codes in results for code in codes)
    assert all(number < 0.02 * len(results) for number in by_code.values()), by_code
    doubted = Counter(night for night, codes in results if codes)
    assert doubted.total() < 0.05 * len(results)
    assert doubted["parl.2019-12-12"] < 0.01 * 650
    assert doubted["parl.rochester-and-strood.by.2014-11-20"] == 0
    assert sum(bool(codes) for night, codes in every if night == "parl.2024-07-04") < 0.33 * 650, "shares moved too far"
