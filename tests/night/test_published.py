"""Every shipped result, judged by our rules, against what was published."""

import pytest

from server.election.nights import Night, fold
from server.election.results.tally import add_up
from server.nights import archive

GENERAL = ("parl.2010-05-06", "parl.2015-05-07", "parl.2017-06-08", "parl.2019-12-12", "parl.2024-07-04")
BY_ELECTIONS = tuple(night.id for night in archive.of_the_house() if night.contests == 1)

# Where the published words are not ours, and both. Blaenau Gwent's holder was of the People's Voice, where the notional
# results have an independent; Clacton's verdict is printed with a capital.
DIFFERENT = {
    "parl.blaenau-gwent.2010-05-06": ("Lab gain from BGPV", "Lab gain from Ind"),
    "parl.clacton.by.2026-08-13": ("RUK Hold", "RUK hold"),
}


def night(name: str) -> Night:
    return fold(archive.load(name).events)


@pytest.mark.parametrize("name", [*GENERAL, *BY_ELECTIONS])
def test_every_verdict_and_majority_equals_the_published_one(name: str) -> None:
    published = archive.load(name).published
    stands = night(name)
    assert published.keys() == stands.counts.keys()
    for ballot, (verdict, majority) in published.items():
        result = stands.counts[ballot].result
        assert result is not None
        ours = result.verdict.text(stands.parties)
        if ballot in DIFFERENT:
            assert (verdict, ours) == DIFFERENT[ballot]
        else:
            assert ours == verdict.replace("Lab Coop", "Lab"), ballot
        assert result.majority == majority, ballot


def test_all_3250_and_65_are_there_and_14_are_spelt_lab_coop() -> None:
    verdicts = [verdict for name in GENERAL for verdict, _ in archive.load(name).published.values()]
    assert len(verdicts) == 3250
    assert len(BY_ELECTIONS) == 65
    assert sum("Lab Coop" in verdict for verdict in verdicts) == 14


@pytest.mark.parametrize(
    ("name", "seats"),
    [
        ("parl.2010-05-06", {"PP52": 306, "PP53": 258, "PP90": 57}),
        ("parl.2015-05-07", {"PP52": 330, "PP53": 232, "PP102": 56, "PP90": 8, "PP85": 1}),
        ("parl.2017-06-08", {"PP52": 317, "PP53": 262, "PP102": 35, "PP90": 12, "PP70": 10}),
        ("parl.2019-12-12", {"PP52": 365, "PP53": 202, "PP102": 48, "PP90": 11, "ynmp-party:12522": 1}),
        (
            "parl.2024-07-04",
            {"PP53": 411, "PP52": 121, "PP90": 72, "PP102": 9, "PP39": 7, "ynmp-party:2": 6, "PP7931": 5, "PP70": 5}
            | {"PP63": 4, "PP77": 4, "PP55": 2, "PP103": 1, "PP680": 1, "PP83": 1, "ynmp-party:12522": 1},
        ),
    ],
)
def test_seats_add_up_as_published(name: str, seats: dict[str, int]) -> None:
    tally = add_up(night(name))
    totals = {total.party: total for total in tally.parties}
    assert {party: totals[party].seats for party in seats} == seats
    assert sum(total.seats for total in tally.parties) == 650
    assert sum(total.net for total in tally.parties) == 0


def test_majorities_of_the_house_are_found_in_2015_2019_and_2024_only() -> None:
    reached = {name: add_up(night(name)).majority for name in GENERAL}
    assert {name: majority.party for name, majority in reached.items() if majority} == {
        "parl.2015-05-07": "PP52",
        "parl.2019-12-12": "PP52",
        "parl.2024-07-04": "PP53",
    }


def test_1568_deposits_were_lost_in_2017() -> None:
    results = [count.result for count in night("parl.2017-06-08").counts.values()]
    assert sum(line.lost_deposit for result in results if result for line in result.lines) == 1568


def test_the_same_seat_changes_hands_by_general_elections_only() -> None:
    seats = {
        "parl.rochester-and-strood.by.2014-11-20": "UKIP gain from Con",
        "parl.rochester-and-strood.2015-05-07": "Con hold",
        "parl.clacton.by.2014-10-09": "UKIP gain from Con",
        "parl.clacton.2015-05-07": "UKIP gain from Con",
        "parl.clacton.2017-06-08": "Con gain from UKIP",
        "parl.richmond-park.2017-06-08": "Con hold",
        "parl.brecon-and-radnorshire.2019-12-12": "Con hold",
    }
    for ballot, verdict in seats.items():
        name = ballot if ".by." in ballot else "parl." + ballot.rsplit(".", 1)[1]
        stands = night(name)
        result = stands.counts[ballot].result
        assert result is not None
        assert result.verdict.text(stands.parties) == verdict, ballot
