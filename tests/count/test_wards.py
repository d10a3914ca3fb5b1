"""The officer's sheet where several are elected, where blocks are keyed apart, and where there is a second round."""

import re
from collections.abc import Callable
from html import unescape
from itertools import count
from typing import cast

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from server.count.phone.office import office_of, opening_of
from server.count.visit.inviting import choose_entry
from server.election.bodies import Body
from server.election.contests import Contest
from server.election.counting.acts import EntryMode, SheetKeyed
from server.election.events import Declared, PreferencesReported
from server.election.methods.figures import MoreFigures, SecondPreferences
from server.html.languages import language
from server.html.saying import said
from server.stream.submit import Submitter
from tests.count import rochester, wards
from tests.count.conftest import Desk, Phone, sentence_at, signed_in
from tests.count.wards import ABBEY, LONDON
from tests.election.wards import opened

SHEET, DECLARE = "/count/sheet", "/count/declare"


def at(client: TestClient, desk: Desk, contest: Contest = ABBEY, papers: int = wards.PAPERS) -> Phone:
    """A phone with the papers of a night of this contest verified."""
    desk.open_night(wards.night(contest))
    phone = signed_in(client, desk, "officer", contest.ballot, name="Jane Smith")
    phone.verify(str(papers), str(papers))
    return phone


def keyed(desk: Desk) -> list[SheetKeyed]:
    return [act for act in desk.acts() if isinstance(act, SheetKeyed)]


def keys_apart(desk: Desk, entry: EntryMode = "single") -> None:
    desk.do(lambda stream: choose_entry(Submitter(stream), rochester.NIGHT, entry, apart=True))


def told(page: str) -> str:
    """The text of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.split("<main")[1])).split())


def test_the_sheet_of_a_ward_asks_for_papers_and_reads_back_all_who_are_elected(client: TestClient, desk: Desk) -> None:
    phone = at(client, desk)
    fields = re.findall(r'<input id="[^"]+" name="([^"]+)"', phone.open())
    assert fields[:8] == [f"votes.{place}" for place in range(1, 9)]
    assert fields[8:14] == ["valid_papers", *(f"rejected.{head}" for head in wards.HEADS), "in_part"]
    said = told(phone.key(wards.texts()))
    assert "As Returning Officer for the Abbey division of Kent I declare" in said
    assert "the following 3 are elected as councillors for the Abbey division of Kent: Abbey 2 Abbey 4 Abbey 7" in said
    assert "Voting for more candidates than the voter was entitled to 9" in said
    assert "Rejected in part 14" in said
    assert "Lab 3" in said
    assert "Between the last place and the next: 240 votes" in told(phone.open("/count/provisional"))
    phone.open(SHEET)
    assert phone.send(DECLARE).headers["location"] == "/count/receipt"
    assert "Last seat by 240 votes · turnout" in told(phone.open("/count/receipt"))
    (declared,) = desk.declared()
    assert declared.votes == wards.VOTES
    assert declared.more == MoreFigures(valid_papers=1981, in_part=14)


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"valid_papers": "1,980"}, "valid_papers", "come to 2,000: 1 fewer than the 2,001 ballot papers verified"),
        ({"valid_papers": ""}, "valid_papers", "Enter the valid ballot papers."),
        ({"votes.2": "1,982"}, "votes.2", "1,982 votes are more than the 1,981 valid papers"),
        ({"votes.3": ""}, "votes.3", "Enter the votes for Abbey 3; 0 if there are none."),
        ({"in_part": "1,982"}, "in_part", "1,982 papers rejected in part are more"),
        ({"in_part": ""}, "in_part", "Enter the papers rejected in part; 0 if there are none."),
    ],
)
def test_what_cannot_be_stands_at_its_field(
    client: TestClient, desk: Desk, typed: dict[str, str], field: str, sentence: str
) -> None:
    phone = at(client, desk)
    phone.open()
    answer = phone.send(SHEET, wards.texts() | typed)
    assert answer.status_code == 422
    assert sentence in (sentence_at(answer.text, field) or "")
    assert keyed(desk) == []


def test_a_declarations_order_and_a_party_far_apart_want_a_reason(client: TestClient, desk: Desk) -> None:
    phone = at(client, desk)
    phone.open()
    by_votes = enumerate(sorted(wards.VOTES.values(), reverse=True), 1)
    falling = {f"votes.{place}": str(votes) for place, votes in by_votes}
    answer = phone.send(SHEET, wards.texts() | falling)
    assert answer.status_code == 422
    assert "in the order of the ballot paper, or as a declaration has them" in told(answer.text)
    answer = phone.send(SHEET, wards.texts() | {"votes.2": "120", "votes.6": "910"})
    assert "Abbey 4 has 905 votes and Abbey 2, of the same party, 120" in told(answer.text)
    reasons = {"reason.slate-far-apart": "She had left the party."}
    assert phone.send(SHEET, wards.texts() | {"votes.2": "120", "votes.6": "910"} | reasons).status_code == 303


def test_several_lots_are_drawn_at_the_last_place(client: TestClient, desk: Desk) -> None:
    phone = at(client, desk)
    phone.open()
    tie = {"votes.4": "640", "votes.7": "640"}  # with 640 of the first: two of three
    answer = phone.send(SHEET, wards.texts(**tie))
    assert "choose the 2 whose lots were drawn" in (told(answer.text))
    assert re.findall(r'type="checkbox" name="lot\.(\d)" value="1">', answer.text) == ["1", "4", "7"]
    assert phone.send(SHEET, wards.texts(**tie, **{"lot.1": "1"})).status_code == 422
    page = phone.key(wards.texts(**tie, **{"lot.1": "1", "lot.7": "1"}))
    assert "the lot fell on Abbey 1 and Abbey 7" in told(page)
    assert "elected as councillors for the Abbey division of Kent: Abbey 2 Abbey 1 Abbey 7" in told(page)
    changed = phone.open("/count?change=1")
    assert re.findall(r'name="lot\.(\d)" value="1" checked', changed) == ["1", "7"]
    phone.open()
    phone.send(DECLARE)
    more = desk.declared()[0].more
    assert more and more.lots == ("1", "7")


def test_blocks_and_split_votes_are_keyed_apart_and_added_by_the_form(client: TestClient, desk: Desk) -> None:
    phone = at(client, desk)
    keys_apart(desk)
    page = phone.open()
    fields = re.findall(r'<input id="[^"]+" name="([^"]+)"', page)
    assert fields[:10] == ["block.PP52", "block.PP53", *(f"split.{place}" for place in range(1, 9))]
    added = phone.send(SHEET, wards.apart() | {"add": "1"})
    assert added.status_code == 200
    assert re.findall(r"data-sum>([^<]*)<", added.text) == [
        *("640 votes", "910 votes", "905 votes", "622 votes", "880 votes", "600 votes"),
    ]
    assert keyed(desk) == []
    assert phone.send(SHEET, wards.texts()).status_code == 422, "votes that are not apart are not taken"
    page = phone.key(wards.apart())
    assert "the following 3 are elected" in told(page)
    (sheet,) = keyed(desk)
    assert sheet.votes == wards.VOTES
    assert sheet.apart and (sheet.apart.blocks, sheet.apart.split) == (wards.BLOCKS, wards.SPLIT)
    assert 'name="split.3" value="300"' in phone.open("/count?change=1")


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"block.PP53": ""}, "block-PP53", "Enter the papers with a block vote for this party; 0 if there are none."),
        ({"split.3": ""}, "split-3", "Enter the split votes for Abbey 3; 0 if there are none."),
        ({"split.3": "782"}, "split-3", "782 split votes are more than the 781 valid papers that are no blocks"),
        ({"block.PP53": "1,500"}, "votes", "2,000 block papers are more than the 1,981 valid papers"),
        ({"block.PP53": "7"}, "votes", "1,377 split votes are fewer than the 1,474 valid papers that are no blocks"),
    ],
)
def test_what_parts_cannot_be_stands_at_its_field(
    client: TestClient, desk: Desk, typed: dict[str, str], field: str, sentence: str
) -> None:
    phone = at(client, desk)
    keys_apart(desk)
    phone.open()
    answer = phone.send(SHEET, wards.apart() | typed)
    assert answer.status_code == 422
    found = re.search(rf'<p class="wrong" id="{field}-wrong">([^<]*)</p>', answer.text)
    assert found, told(answer.text)
    assert sentence in unescape(found[1])


def test_two_people_compare_all_that_is_keyed(client: TestClient, desk: Desk) -> None:
    first = at(client, desk)
    keys_apart(desk, "double")
    second = signed_in(client, desk, "second officer", ABBEY.ballot, name="Omar Khan")
    first.key(wards.apart())
    other = wards.apart() | {"block.PP53": "701", "split.2": "209", "split.4": "204", "split.7": "179", "in_part": "13"}
    page = told(second.key(other))
    assert "The two sheets differ" in page
    assert "Block votes for Labour, Split votes for Abbey 2" in page
    assert "Ballot papers rejected in part" in page
    assert "The two sheets differ" in told(first.open())
    second.key(wards.apart())
    assert "Both sheets are equal" in told(first.open())


def test_a_second_round_follows_the_first_on_air(client: TestClient, desk: Desk) -> None:
    phone = at(client, desk, LONDON, papers=10_001)
    page = phone.open()
    assert "second." not in page
    said = told(phone.key(wards.first()))
    assert "the number of first preference votes given" in said
    assert "The second preferences for Candidate 1 and Candidate 2 are counted next" in said
    assert phone.send(DECLARE).headers["location"] == "/count"
    (reported,) = [event for event in desk.events() if isinstance(event, PreferencesReported)]
    assert reported.votes == wards.FIRST
    page = phone.open()
    assert re.findall(r'<input id="[^"]+" name="((?:second|votes)[^"]+)"', page) == [
        *("second.1", "second.2", "second_rejected"),
    ]
    refused = phone.send(SHEET, {"second.1": "1,000", "second.2": "1,082"})
    assert "2,082 second preferences are more than the 2,081 papers of those who are out" in told(refused.text)
    said = told(phone.key({"second.1": "400", "second.2": "900", "second_rejected": "700"}))
    assert "Candidate 2 3,900 900 4,800" in said
    assert "I declare that Candidate 2 is elected as Mayor of London." in said
    assert phone.send(DECLARE).headers["location"] == "/count/receipt"
    (declared,) = [event for event in desk.events() if isinstance(event, Declared)]
    assert declared.votes == wards.FIRST
    assert declared.more == MoreFigures(second=SecondPreferences({"1": 400, "2": 900}, 700))
    phone.open("/count/receipt")
    phone.send("/count/correction", {"reason": "Two figures were exchanged."})
    page = phone.open()
    assert re.findall(r'name="(second[^"]+|votes.1)" value="([^"]*)"', page) == [
        *(("votes.1", "4,000"), ("second.1", "400"), ("second.2", "900"), ("second_rejected", "700")),
    ]
    said = told(phone.key(wards.first() | {"second.1": "900", "second.2": "400", "second_rejected": "700"}))
    assert "Candidate 1 is elected" in said


def test_more_than_half_of_the_first_preferences_is_declared_at_once(client: TestClient, desk: Desk) -> None:
    phone = at(client, desk, LONDON, papers=10_001)
    page = phone.key(wards.first() | {"votes.1": "6,000", "votes.2": "1,900"})
    assert "I declare that Candidate 1 is elected" in told(page)
    assert phone.send(DECLARE).headers["location"] == "/count/receipt"


def program(client: TestClient, desk: Desk, contest: Contest = ABBEY) -> Callable[..., dict[str, object]]:
    """What a program at such a night is answered."""
    desk.open_night(wards.night(contest))
    bearer = desk.invite("officer", contest.ballot).rpartition("/")[2]
    numbers = count(1)

    def post(status: int, **body: object) -> dict[str, object]:
        address = f"/api/nights/{rochester.NIGHT}/contests/{contest.ballot}/declaration"
        headers = {"Authorization": f"Bearer {bearer}", "Idempotency-Key": f"key-{next(numbers)}"}
        answer = client.post(address, json={"rejected": {"total": 20} | wards.HEADS, **body}, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    return post


def test_the_desk_records_that_no_more_stand_than_there_are_seats(client: TestClient, desk: Desk) -> None:
    few = replace(ABBEY, candidates=ABBEY.candidates[:2])
    desk.open_night(wards.night(few))
    editor = signed_in(client, desk, "desk", name="Ann Ray")
    address = f"/desk/contests/{few.ballot}"
    assert "Uncontested: all who stand are elected" in editor.open(address)
    editor.send("/desk/no-poll", {"state": "uncontested", "reason": "Two stood nominated for three seats."})
    assert [type(event).__name__ for event in desk.events()][1:] == ["NoPollTaken"]
    assert "1 vacant" in told(client.get(f"/nights/{rochester.NIGHT}/contests/{few.ballot}").text).casefold()


def test_a_program_sends_what_a_ward_has_besides_votes(client: TestClient, desk: Desk) -> None:
    post = program(client, desk)
    whole: dict[str, object] = {
        "votes": wards.VOTES,
        "papers": wards.PAPERS,
        "valid_papers": wards.VALID,
        "in_part": 14,
    }
    refused = post(422, **(whole | {"valid_papers": None}))
    assert [(one["code"], one["field"]) for one in cast(list[dict[str, str]], refused["errors"])] == [
        ("valid-papers-missing", "valid_papers")
    ]
    assert desk.declared() == []
    tie = whole | {"votes": wards.VOTES | {"4": 640, "7": 640}}
    assert "tie-without-lot" in str(post(422, **tie, lots=["1", "2"]))
    twice = post(422, **tie, lot="1", lots=["7", "4"], second={"votes": {"1": 1}})
    told = [(one["code"], one["field"]) for one in cast(list[dict[str, str]], twice["errors"])]
    assert told == [("shape", "lots"), ("shape", "second")], "what is said twice, or of a round that there is not"
    post(201, **tie, lots=["7", "4"])
    more = desk.declared()[0].more
    assert more and (more.valid_papers, more.in_part, more.lots) == (wards.VALID, 14, ("7", "4"))


def test_a_program_announces_the_first_round_and_then_sends_both(client: TestClient, desk: Desk) -> None:
    post = program(client, desk, LONDON)
    first: dict[str, object] = {"votes": wards.FIRST, "papers": 10_001}
    second = {"votes": {"1": 400, "2": 900}, "rejected": 700}
    assert post(409, **first, second=second)["code"] == "preferences-missing"
    assert "second-missing" in str(post(422, **first))
    assert "shape" in str(post(422, **first, second=second, first_round=True))
    assert [type(event).__name__ for event in desk.events()] == ["NightOpened"]
    assert "where one is elected they are the same" in str(post(422, **first, second=second, valid_papers=9_000))
    post(201, **first, first_round=True)
    assert post(409, **(first | {"votes": wards.FIRST | {"3": 1499, "4": 582}}), second=second)["code"] == (
        "preferences-differ"
    )
    post(201, **first, second=second)
    assert [type(event).__name__ for event in desk.events()][1:] == ["StageReached", "PreferencesReported", "Declared"]


def test_a_program_sends_block_votes_and_split_votes_apart(client: TestClient, desk: Desk) -> None:
    post = program(client, desk)
    body = {
        "votes": wards.SPLIT,
        "blocks": wards.BLOCKS,
        "rejected": {"total": 20} | wards.HEADS,
        "papers": wards.PAPERS,
        "valid_papers": wards.VALID,
        "in_part": 14,
    }
    refused = post(422, **body | {"blocks": {"PP53": 1_500, "PP52": 500}})
    assert "block-above-valid-papers" in str(refused["errors"])
    unknown = post(422, **body | {"blocks": wards.BLOCKS | {"PP63": 3}})
    assert "block-unknown" in str(unknown["errors"])
    stranger = post(422, **body | {"votes": wards.SPLIT | {"nobody": 9_999}})
    assert "candidate-unknown" in str(stranger["errors"])
    post(201, **body)
    (declared,) = desk.declared()
    assert declared.votes == wards.VOTES


@pytest.mark.parametrize(
    ("contest", "member", "area", "welsh"),
    [
        (ABBEY, "councillor", "division", "gynghorwyr dros adran Abbey, Kent"),
        (ABBEY, "", "", "gynghorwyr dros ward Abbey, Kent"),
        (ABBEY, "jurat", "parish", "jurats dros parish Abbey, Kent"),
        (LONDON, "mayor", "", "Faer London"),
    ],
)
def test_what_people_are_elected_to_is_said_in_welsh_as_it_follows_yn(
    contest: Contest, member: str, area: str, welsh: str
) -> None:
    known = wards.night(contest)
    body = replace(known.body_of(contest) or known.councils[0], member=member, area=area)
    night = opened(contest, bodies=(body,), live=False)
    assert said(language("cy"), office_of(night, contest).several) == welsh


def test_a_commissioner_is_declared_by_the_police_areas_returning_officer() -> None:
    kent = replace(LONDON, ballot="pcc.kent.2021-05-06", body="pcc.kent", name="Kent")
    night = opened(kent, bodies=(Body("pcc.kent", "Police and Crime Commissioner for Kent", "office"),), live=False)
    office = office_of(night, kent)
    assert str(opening_of(office, "Jane Smith", kent)).startswith(
        "I, Jane Smith, Police Area Returning Officer for Kent, declare that the number of first preference votes"
    )
    assert str(office.one) == "Police and Crime Commissioner for Kent"
