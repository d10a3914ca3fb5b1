"""The nights that are shipped: complete, in order, and what was published about them."""

import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server.election.events import Declared, NightOpened, NotePosted, StageReached
from server.election.nights import fold
from server.election.parties import counted_as
from server.nights import archive
from server.nights.format import BadNight, parsed, written

ROCHESTER = "parl.rochester-and-strood.by.2014-11-20"
GENERAL_ELECTIONS = ("parl.2010-05-06", "parl.2015-05-07", "parl.2017-06-08", "parl.2019-12-12", "parl.2024-07-04")
EVERY_NIGHT = tuple(one.id for one in archive.listed())
OF_THE_HOUSE = tuple(one.id for one in archive.of_the_house())
COUNCILS = {"local.2025-05-01": 1401, "local.rushmoor.2024-05-02": 13, "mayor.london.2021-05-06": 1}

SEATS = {
    "parl.2010-05-06": {"PP52": 306, "PP53": 258, "PP90": 57},
    "parl.2015-05-07": {"PP52": 330, "PP53": 232, "PP102": 56, "PP90": 8, "PP85": 1},
    "parl.2017-06-08": {"PP52": 317, "PP53": 262, "PP102": 35, "PP90": 12, "PP70": 10},
    "parl.2019-12-12": {"PP52": 365, "PP53": 202, "PP102": 48, "PP90": 11, "ynmp-party:12522": 1},
    "parl.2024-07-04": {"PP53": 411, "PP52": 121, "PP90": 72, "PP102": 9, "PP7931": 5, "PP63": 4, "PP77": 4},
}


def test_five_general_elections_and_65_by_elections_are_listed_newest_first() -> None:
    listed = archive.listed()
    assert [one.id for one in listed if one.contests == 650] == list(reversed(GENERAL_ELECTIONS))
    assert sum(one.contests == 1 and one.id in OF_THE_HOUSE for one in listed) == 65 == len(OF_THE_HOUSE) - 5
    assert [one.date for one in listed] == sorted((one.date for one in listed), reverse=True)


def test_two_nights_of_councils_and_one_of_a_mayor_are_listed_and_are_not_of_the_house() -> None:
    assert {one.id: one.contests for one in archive.listed() if one.id not in OF_THE_HOUSE} == COUNCILS
    assert not {one.id for one in archive.listed() if one.seats} - set(OF_THE_HOUSE)
    assert not {night for group in archive.groups() for night in group.nights} & COUNCILS.keys()


def test_what_is_known_when_the_program_begins_opens_each_night_once_and_councils_for_the_search_alone() -> None:
    """The front page, its search and the names of parties are made then: they must not take longer."""
    program = (
        "from server.nights import archive, polls; from server.nights.coming import parties;"
        "from server.pages.front import past, seats;"
        "parties.known(); polls.know(); print(archive.load.cache_info().misses);"
        "past.shipped(); seats.seat_of('E00000000', ()); print(archive.load.cache_info().misses)"
    )
    first, then = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert (int(first), int(then)) == (len(OF_THE_HOUSE), len(EVERY_NIGHT))


def test_every_ballot_and_every_night_has_an_id_of_its_own() -> None:
    ballots = [one.ballot for night in EVERY_NIGHT for one in archive.load(night).definition.contests]
    assert len(ballots) == len(set(ballots)) == 5 * 650 + 65 + sum(COUNCILS.values())
    assert len(EVERY_NIGHT) == len(set(EVERY_NIGHT))


@pytest.mark.parametrize("night", EVERY_NIGHT)
def test_events_are_gapless_in_order_of_time_and_have_ids_of_their_own(night: str) -> None:
    past = archive.load(night)
    opened, *others = past.events
    assert isinstance(opened, NightOpened) and opened.night == past.definition
    assert opened.at == past.definition.polls_close
    assert [event.seq for event in past.events] == list(range(1, len(past.events) + 1))
    assert all(before.at <= after.at for before, after in zip(past.events, others, strict=False))
    assert len({event.command_id for event in past.events}) == len(past.events)
    assert sum(isinstance(event, Declared) for event in others) == len(past.definition.contests)


@pytest.mark.parametrize("night", EVERY_NIGHT)
def test_a_file_read_and_written_is_the_same_file(night: str) -> None:
    text = (archive.FOLDER / f"{night}.jsonl").read_text(encoding="utf-8")
    assert written(*parsed(text.encode(), night)) == text


@pytest.mark.parametrize("night", EVERY_NIGHT)
def test_every_party_of_a_night_has_a_name_and_so_has_the_one_it_is_counted_as(night: str) -> None:
    definition = archive.load(night).definition
    named = {party.id for party in definition.parties}
    for contest in definition.contests:
        standing = {one.party for one in contest.candidates}
        assert standing | {counted_as(party) for party in standing} <= named
        if contest.previous is None:
            assert night in COUNCILS, "a seat of the House has a baseline"
            continue
        assert counted_as(contest.previous.holder) == contest.previous.holder
        assert {contest.previous.holder, *contest.previous.won} <= named
        assert set(contest.previous.votes) - {"others"} <= named
    for body in definition.bodies or ():
        assert {*body.not_up, *filter(None, [body.control])} <= named


@pytest.mark.parametrize("night", OF_THE_HOUSE)
def test_a_night_folds_to_the_published_majorities(night: str) -> None:
    past = archive.load(night)
    for ballot, count in fold(past.events).counts.items():
        assert count.result and count.result.majority == past.published[ballot][1]


@pytest.mark.parametrize("night", GENERAL_ELECTIONS)
def test_seats_are_those_of_the_winners(night: str) -> None:
    counts = fold(archive.load(night).events).counts.values()
    won = Counter(counted_as(one.result.winner.candidate.party) for one in counts if one.result)
    assert won.total() == 650
    assert {party: won[party] for party in SEATS[night]} == SEATS[night]


def test_notional_votes_of_2005_add_up_with_other_parties_together() -> None:
    aberavon = archive.load("parl.2010-05-06").definition.contests[0].previous
    assert aberavon and sum(aberavon.votes.values()) == 30_104 and aberavon.votes["others"] == 768


def test_all_nights_have_the_same_regions_and_no_party_has_the_id_of_a_registration_that_is_over() -> None:
    contests = [one for night in EVERY_NIGHT for one in archive.load(night).definition.contests]
    assert len({one.region for one in contests}) == 12 and len({one.nation for one in contests}) == 4
    assert "PP65" not in {candidate.party for one in contests for candidate in one.candidates}  # until 2007


def test_the_notional_votes_of_2019_have_every_party_by_its_id_now() -> None:
    past = archive.load("parl.2024-07-04")
    assert past.definition.baseline == "2019 general election, notional"
    before = {one.name: one.previous for one in past.definition.contests}
    chorley, aberafan = before["Chorley"], before["Aberafan Maesteg"]
    assert chorley and chorley.holder == "ynmp-party:12522"
    assert aberafan and aberafan.votes["PP7931"] == 3_794 and aberafan.electorate == 69_817
    held = Counter(one.holder for one in before.values() if one)
    assert [held[party] for party in ("PP52", "PP53", "PP102", "PP90", "PP77")] == [372, 200, 48, 8, 2]


def test_unionists_of_2010_are_no_independents() -> None:
    past = archive.load("parl.2010-05-06")
    belongs = {
        one.name: one.party
        for contest in past.definition.contests
        if contest.name == "North Down"
        for one in contest.candidates
    }
    assert belongs["Ian Parsley"] == "PP83" and belongs["Sylvia Hermon"] == "ynmp-party:2"


def test_times_are_london_time_in_may_and_in_december() -> None:
    may, december = (
        next(event for event in archive.load(night).events if isinstance(event, Declared))
        for night in ("parl.2010-05-06", "parl.2019-12-12")
    )
    assert may.at.utcoffset() == timedelta(hours=1)
    assert may.at == datetime(2010, 5, 6, 21, 52, tzinfo=UTC)  # 22:52 in Houghton and Sunderland South
    assert december.at == datetime(2019, 12, 12, 23, 27, tzinfo=UTC)
    assert december.ballot == "parl.newcastle-upon-tyne-central.2019-12-12"


def test_thirsk_and_malton_comes_last_in_2010_and_says_that_its_time_is_a_placeholder() -> None:
    past = archive.load("parl.2010-05-06")
    last = past.events[-1]
    assert isinstance(last, Declared) and last.at == datetime(2010, 5, 27, 23, tzinfo=UTC)
    why = {one.ballot: one.why for one in past.definition.contests}
    assert "placeholder" in why[last.ballot]


def test_a_by_election_without_a_time_is_declared_at_two_and_says_that_this_is_assumed() -> None:
    past = archive.load("parl.eastleigh.by.2013-02-28")
    assert past.definition.times == "assumed" and past.definition.seats == 0
    assert past.events[-1].at == datetime(2013, 3, 1, 2, tzinfo=UTC)


def test_rochester_and_strood_goes_from_closed_polls_to_a_gain_by_its_stages() -> None:
    past = archive.load(ROCHESTER)
    stages = [one.stage for one in past.events if isinstance(one, StageReached)]
    assert stages == ["boxes in", "verified", "counting"]
    declared = next(one for one in past.events if isinstance(one, Declared))
    assert declared.at == datetime(2014, 11, 21, 4, 15, tzinfo=UTC)
    night = fold(past.events)
    (count,) = night.counts.values()
    assert count.papers == 40_113 and count.contest.electorate == 79_163
    assert count.result and count.result.winner.candidate.name == "Mark Reckless"
    assert count.result.verdict.text(night.parties) == "UKIP gain from Con" == past.published[ROCHESTER][0]
    assert "27 September 2014" in count.contest.why


def test_no_note_on_rochester_and_strood_gives_the_result_away_before_its_declaration() -> None:
    before: list[str] = []
    for event in archive.load(ROCHESTER).events:
        if isinstance(event, Declared):
            break
        if isinstance(event, NotePosted):
            assert event.particulars, "every note has its kind and its translations"
            before += [event.text, *event.particulars.texts.values()]
    assert len(before) == 5 * 3
    assert not any(
        word in text
        for text in before
        for word in (
            "16,867",
            "2,920",
            "gain from",
            "349",
            "04:15",
            "second seat",
            "ail sedd",
            "zweiter Sitz",
            "winner",
        )
    )


def test_the_lowest_liberal_democrat_share_of_that_parliament_is_as_the_note_says() -> None:
    lines = [
        (line.share, line.votes, night)
        for night in EVERY_NIGHT
        if ".by." in night and night[-10:] < "2015-05-07"
        for count in fold(archive.load(night).events).counts.values()
        if count.result
        for line in count.result.lines
        if line.candidate.party == "PP90"
    ]
    assert min(lines)[1:] == (349, ROCHESTER)


def test_candidates_are_in_the_order_of_the_ballot_paper() -> None:
    (contest,) = archive.load(ROCHESTER).definition.contests
    surnames = [one.name.split()[-1] for one in contest.candidates]
    assert surnames == sorted(surnames) and len(surnames) == 13
    assert [one.id for one in contest.candidates] == [str(place) for place in range(1, 14)]


@pytest.mark.parametrize("night", ["parl.2020-12-12", "../../settings", ""])
def test_a_night_that_is_not_shipped_is_unknown(night: str) -> None:
    with pytest.raises(archive.UnknownNight, match="There is no past night called"):
        archive.load(night)


def test_a_file_of_ones_own_can_be_read_and_a_broken_one_is_named_with_its_line(tmp_path: Path) -> None:
    text = (archive.FOLDER / f"{ROCHESTER}.jsonl").read_text(encoding="utf-8")
    own = tmp_path / "own.jsonl"
    own.write_text(text, encoding="utf-8")
    assert archive.read(own) == archive.load(ROCHESTER)
    own.write_text(text.replace('"PP85",16867', '"PP85",-1'), encoding="utf-8")
    with pytest.raises(BadNight, match=r"own\.jsonl, line 2: "):
        archive.read(own)
