"""The ballot paper and the night's own words, put right from the desk while officers key and everybody watches."""

import re
import time
from datetime import UTC, datetime, timedelta
from html import unescape

import httpx2
import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from server.election.contests import Contest, Previous
from server.election.events import BallotPaperAmended, NightAmended
from server.election.nights import fold
from server.nights import archive
from server.stream.record import read
from tests.conftest import PATIENCE_SECONDS
from tests.count import rochester, wards
from tests.count.conftest import Desk, Phone, sentence_at, signed_in
from tests.count.desk.conftest import CONTEST, OTHER, alert, text
from tests.count.test_api import ADDRESS, BODY, Program

PAPER = f"{CONTEST}/paper"
PUBLIC = f"/nights/{rochester.NIGHT}/contests/{rochester.BALLOT}"
TOLHURST = f"paper.candidate.{rochester.TOLHURST}"
ELECTORATE = "paper.electorate"


def fields(page: str) -> dict[str, str]:
    """Every field of the form as the page has it, as a browser would send it."""
    form = re.search(r'<form class="paper".*?</form>', page, re.DOTALL)
    assert form
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form[0]):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ("checkbox" not in tag or " checked" in tag):
            found[name[1]] = unescape(value[1]) if value else ""
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form[0], re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


def amend(desk: Phone, address: str = PAPER, **changes: str) -> httpx2.Response:
    """Open the form and send it with these fields changed; "__" in a name stands for "."."""
    typed = {name.replace("__", "."): text for name, text in changes.items()}
    to = "/desk/night" if address.endswith("night") else "/desk/paper"
    data = fields(desk.open(address)) | typed
    return desk.client.post(to, data=data, headers=desk.origin, follow_redirects=False)


def send(desk: Phone, data: dict[str, str]) -> httpx2.Response:
    return desk.client.post("/desk/paper", data=data, headers=desk.origin, follow_redirects=False)


def public(visitor: Phone, desk: Desk, address: str = PUBLIC) -> str:
    """A page that everybody can open, once it shows all that is stored."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    seq = len(desk.events())
    while visitor.client.get(f"/api/nights/{rochester.NIGHT}").json()["seq"] < seq:
        assert time.monotonic() < give_up, "the page does not follow"
    return visitor.client.get(address).text


def amendments(desk: Desk) -> list[BallotPaperAmended]:
    return [event for event in desk.events() if isinstance(event, BallotPaperAmended)]


def candidate(desk: Desk, id: str) -> tuple[str, str]:
    known = fold(desk.events()).counts[rochester.BALLOT].contest.candidate(id)
    return known.name, known.party


def test_the_form_sent_as_it_is_changes_nothing(editor: Phone, desk: Desk) -> None:
    answer = amend(editor)
    assert (answer.status_code, alert(answer.text)) == (
        422,
        "Nothing is changed: the ballot paper says all of that already.",
    )
    assert amendments(desk) == []


def test_names_parties_order_and_electorate_are_put_right_before_the_count_without_a_word(
    editor: Phone, desk: Desk
) -> None:
    changes = {f"{TOLHURST}.name": "Kelly  Tollhurst", f"{TOLHURST}.party": "ukip", f"{TOLHURST}.place": "1"}
    changes[f"{TOLHURST}.full_name"] = "Kelly Jane Tollhurst"
    assert send(editor, fields(editor.open(PAPER)) | changes | {ELECTORATE: "79 200"}).status_code == 303
    (event,) = amendments(desk)
    assert (event.reason, event.contest.electorate, event.contest.candidates[0].id) == ("", 79200, rochester.TOLHURST)
    assert candidate(desk, rochester.TOLHURST) == ("Kelly Tollhurst", "PP85")
    assert event.contest.candidates[0].full_name == "Kelly Jane Tollhurst"
    assert "Kelly Tollhurst Kelly Jane Tollhurst" in text(public(editor, desk, f"{PUBLIC}/notice"))
    page = text(public(editor, desk))
    assert page.index("Kelly Tollhurst") < page.index("Mike Barker")
    assert "79,200" in page


def test_a_party_comes_from_the_register_or_is_named_at_the_desk(editor: Phone, desk: Desk) -> None:
    answer = amend(editor, paper__candidate__1__party="The Rochester Riverside Party")
    assert answer.status_code == 422
    assert "short name" in (re.search(r'id="paper-candidate-1-party-wrong">([^<]*)<', answer.text) or [""] * 2)[1]
    assert fields(answer.text)["paper.candidate.1.party"] == "The Rochester Riverside Party"
    named = {"paper.candidate.1.short": "Riverside", "paper.candidate.2.party": "Plaid Cymru"}
    assert send(editor, fields(answer.text) | named).status_code == 303
    night = fold(desk.events())
    party = night.parties[candidate(desk, "1")[1]]
    assert (party.name, party.short) == ("The Rochester Riverside Party", "Riverside")
    assert candidate(desk, "2")[1] == "PP77"
    assert "The Rochester Riverside Party" in public(editor, desk)


def test_what_nobody_sees_of_a_pasted_name_does_not_go_on_the_paper(editor: Phone, desk: Desk) -> None:
    amend(editor, **{f"{TOLHURST}.name": "Kel\u00adly Tol\u200bhurst-Smith\u200e"})
    assert candidate(desk, rochester.TOLHURST)[0] == "Kelly Tolhurst-Smith"


def test_two_new_parties_without_latin_letters_are_two(editor: Phone, desk: Desk) -> None:
    more = {"1": ("Ελλάδα", "Ελλ"), "2": ("Україна", "Укр")}
    texts = {f"paper__candidate__{id}__party": name for id, (name, _) in more.items()}
    shorts = {f"paper__candidate__{id}__short": short for id, (_, short) in more.items()}
    assert amend(editor, **texts, **shorts).status_code == 303
    parties = fold(desk.events()).parties
    assert {id: parties[candidate(desk, id)[1]].name for id in more} == {id: name for id, (name, _) in more.items()}


def test_somebody_new_is_added_and_a_name_that_was_never_there_goes(editor: Phone, desk: Desk) -> None:
    more = editor.client.post("/desk/paper", data=fields(editor.open(PAPER)) | {"more": "1"}, headers=editor.origin)
    assert more.status_code == 200 and amendments(desk) == []
    new = {"paper.candidate.14.name": "Ada Moss", "paper.candidate.14.party": "Independent"}
    assert send(editor, fields(more.text) | new | {"paper.candidate.1.fate": "off"}).status_code == 303
    paper = fold(desk.events()).counts[rochester.BALLOT].contest
    assert [one.id for one in paper.candidates] == [str(id) for id in range(2, 15)]
    assert candidate(desk, "14") == ("Ada Moss", "ynmp-party:2")
    amend(editor, paper__candidate__13__fate="off")
    amend(editor, paper__candidate__13__name="Una Wren", paper__candidate__13__party="Independent")
    assert candidate(desk, "15")[0] == "Una Wren"  # no id is given twice


def test_a_wrong_electorate_stops_nobody_any_more(
    editor: Phone, client: TestClient, desk: Desk, officer: Phone
) -> None:
    assert amend(editor, paper__electorate="30,000").status_code == 303
    refused = officer.send("/count/verification", {"issued": "40,113", "papers": "40,113"})
    assert refused.status_code == 422
    assert sentence_at(refused.text, "papers") == (
        "40,113 ballot papers are more than the electorate of 30,000. "
        "If the electorate is wrong, the desk can put it right under “The ballot paper”."
    )
    program = Program(client, desk.invite())
    by_program = program.post()
    assert by_program.status_code == 422 and "the desk can put it right" in by_program.text
    assert amend(editor, paper__electorate="79,163").status_code == 303
    assert program.post(key="second").status_code == 201
    assert '"declared":1' in public(editor, desk, f"/api/nights/{rochester.NIGHT}")


def test_after_the_verification_it_is_a_correction_with_a_reason_that_everybody_reads(
    editor: Phone, officer: Phone, desk: Desk
) -> None:
    officer.verify()
    answer = amend(editor, paper__electorate="79,200")
    assert answer.status_code == 422 and alert(answer.text).startswith("Give the reason")
    assert fields(answer.text)[ELECTORATE] == "79,200"
    assert send(editor, fields(answer.text) | {"reason": "A misprint in the notice."}).status_code == 303
    for address in (PUBLIC, f"/nights/{rochester.NIGHT}"):
        assert "A misprint in the notice." in public(editor, desk, address)
    data = editor.client.get(f"/api{PUBLIC}").json()
    assert data["history"][-1]["what"] == "The ballot paper was put right: electorate 79,200, not 79,163."
    assert (data["history"][-1]["reason"], data["electorate"]) == ("A misprint in the notice.", 79200)
    assert "Ann Ray put the ballot paper right" in text(officer.open())
    assert "the ballot paper put right" in text(editor.open(CONTEST)).lower()


def test_figures_keyed_stay_with_their_candidate_and_a_sheet_that_does_not_fit_is_void(
    editor: Phone, officer: Phone, desk: Desk
) -> None:
    officer.key()
    amend(editor, paper__candidate__13__name="Kelly Tollhurst", paper__candidate__13__place="1", reason="Her name.")
    assert "13,947" in officer.open() and "Kelly Tollhurst" in officer.page and "/count/declare" in officer.page
    amend(editor, paper__candidate__13__fate="withdrew", reason="She withdrew in time.")  # id 12 is in row 13 now
    page = officer.open()
    assert "/count/declare" not in page and "withdrew before the poll, and has no votes." in page
    assert "sheets do not fit the ballot paper as it was put right" in text(editor.open("/desk"))
    texts = rochester.texts({one: votes for one, votes in rochester.VOTES.items() if one != "12"})
    answer = officer.send("/count/sheet", texts)
    assert "43 fewer" in answer.text, text(answer.text)
    assert officer.send("/count/sheet", texts | {"votes.1": "97"}).status_code == 303
    officer.open()
    assert officer.send("/count/declare").status_code == 303
    assert '<tr class="withdrew">' in public(editor, desk)


def test_two_desks_at_once_one_is_told_and_keeps_what_was_typed(editor: Phone, client: TestClient, desk: Desk) -> None:
    other = signed_in(client, desk, "desk", name="Bob Lee")
    mine = fields(editor.open(PAPER)) | {ELECTORATE: "79,200", "paper.candidate.1.name": "Michael Barker"}
    assert amend(other, paper__electorate="79,300").status_code == 303
    late = send(editor, mine)
    assert late.status_code == 409
    assert (
        "This was put right at" in alert(late.text)
        and " Bob Lee: " in late.text
        and "what you typed is kept" in alert(late.text)
    )
    typed = fields(late.text)
    assert (typed[ELECTORATE], typed["paper.candidate.1.name"]) == ("79,200", "Michael Barker")
    assert "On the paper now: <b>79,300</b>" in late.text
    assert len(amendments(desk)) == 1
    assert send(editor, typed).status_code == 303
    assert amendments(desk)[-1].contest.electorate == 79200


def test_of_two_desks_at_once_the_second_has_what_the_first_put_right_in_the_form_and_takes_nothing_back(
    editor: Phone, client: TestClient, desk: Desk
) -> None:
    other = signed_in(client, desk, "desk", name="Bob Lee")
    mine = fields(editor.open(PAPER)) | {"paper.candidate.2.name": "Chris Challis", "paper.candidate.3.name": "Knorm"}
    mine |= {"paper.candidate.14.name": "Zoe New", "paper.candidate.14.party": "Independent"}
    theirs = fields(other.open(PAPER)) | {ELECTORATE: "79,300", "paper.candidate.13.place": "1"}
    theirs |= {"paper.candidate.1.fate": "off", "paper.candidate.4.description": "Local", "paper.previous.1.votes": "9"}
    theirs |= {"paper.candidate.3.name": "Hairy", "paper.candidate.14.name": "Ada Moss"}
    assert send(other, theirs | {"paper.candidate.14.party": "Independent"}).status_code == 303
    late = send(editor, mine)
    assert late.status_code == 409
    said = text(late.text)
    assert "Put right since this page was opened" in said and "Bob Lee: electorate 79,300, not 79,163; " in said
    assert "Ada Moss is on the paper; Mike Barker is not on the paper; the order of the candidates" in said
    assert "On the paper now: <b>Hairy</b>" in late.text
    assert send(editor, fields(late.text)).status_code == 303
    paper = amendments(desk)[-1].contest
    assert [one.name for one in paper.candidates][:4] == [
        "Kelly Tolhurst",
        "Chris Challis",
        "Knorm",
        "Jayda Fransen",
    ]
    assert [one.name for one in paper.candidates][-2:] == ["Ada Moss", "Zoe New"]
    assert (paper.electorate, paper.candidates[3].description) == (79300, "Local")
    assert paper.previous and next(iter(paper.previous.votes.values())) == 9


def test_room_for_another_candidate_does_not_make_an_old_form_a_new_one(
    editor: Phone, client: TestClient, desk: Desk
) -> None:
    other = signed_in(client, desk, "desk", name="Bob Lee")
    mine = fields(editor.open(PAPER))
    assert amend(other, paper__electorate="79,300").status_code == 303
    more = editor.client.post("/desk/paper", data=mine | {"more": "1"}, headers=editor.origin)
    assert send(editor, fields(more.text) | {"paper.candidate.1.name": "Michael"}).status_code == 409
    stale = fields(editor.open("/desk/night")) | {"paper.title": "Mine"}
    assert amend(other, "/desk/night", paper__baseline="2015").status_code == 303
    wrong = editor.client.post("/desk/night", data=stale | {"paper.closes": "late"}, headers=editor.origin)
    again = editor.client.post(
        "/desk/night", data=fields(wrong.text) | {"paper.closes": "22:00"}, headers=editor.origin
    )
    assert again.status_code == 409
    assert (fields(again.text)["paper.title"], fields(again.text)["paper.baseline"]) == ("Mine", "2015")


def test_what_is_put_right_while_the_night_is_held_goes_out_with_the_release_one_after_the_other(
    editor: Phone, officer: Phone, desk: Desk
) -> None:
    officer.key()
    desk.hold()
    officer.send("/count/declare")
    struck = amend(editor, paper__candidate__12__fate="withdrew", reason="She withdrew.")
    assert (struck.status_code, alert(struck.text)) == (
        422,
        "Figures of this contest wait to go out, and do not allow that: set them aside first.",
    )
    for name in ("Charlie Rose", "Charlotte Rose-Lee"):
        assert amend(editor, paper__candidate__12__name=name, reason="As on the paper.").status_code == 303
    for title in ("One", "Two"):
        assert amend(editor, "/desk/night", paper__title=title, reason="As it is called.").status_code == 303
    desk.release()
    editor.open("/desk")
    assert [one.contest.candidates[11].name for one in amendments(desk)] == ["Charlie Rose", "Charlotte Rose-Lee"]
    assert "did not go out" not in text(editor.open("/desk"))
    assert fold(desk.events()).definition.title == "Two"


def test_an_electorate_below_the_papers_verified_is_said_at_the_desk(editor: Phone, officer: Phone, desk: Desk) -> None:
    officer.verify()
    assert amend(editor, paper__electorate="30,000", reason="By the register.").status_code == 303
    assert "40,113 papers are verified, and there are 30,000 electors." in text(editor.open("/desk"))
    assert amend(editor, paper__electorate="79,163", reason="It was right.").status_code == 303
    assert "there are 30,000 electors" not in text(editor.open("/desk"))


def test_a_form_that_is_sent_twice_amends_once(editor: Phone, desk: Desk) -> None:
    data = fields(editor.open(PAPER)) | {ELECTORATE: "79,200"}
    assert [send(editor, data).status_code for _ in range(2)] == [303, 303]
    assert len(amendments(desk)) == 1


def test_what_cannot_be_read_stands_at_its_field_and_nothing_typed_is_lost(editor: Phone, desk: Desk) -> None:
    wrong = {
        ELECTORATE: "79.163",
        "paper.candidate.2.name": "",
        "paper.candidate.3.party": "",
        "paper.candidate.4.name": "<b>" + "x" * 130,
        "paper.previous.1.votes": "many",
        "paper.previous.holder": "Nobody",
    }
    answer = send(editor, fields(editor.open(PAPER)) | wrong)
    assert answer.status_code == 422
    for field in ("paper-electorate", "paper-candidate-2-name", "paper-candidate-3-party", "paper-previous-1-votes"):
        assert f'id="{field}-wrong"' in answer.text
    assert {name: fields(answer.text)[name] for name in wrong} == wrong
    assert "things are to be put right first" in alert(answer.text)
    long = send(editor, fields(editor.open(PAPER)) | {"paper.candidate.4.name": "<b>" + "x" * 130})
    assert "133 characters are too many" in long.text
    assert amendments(desk) == []


def test_the_previous_result_is_put_right_and_the_verdict_with_it(editor: Phone, officer: Phone, desk: Desk) -> None:
    officer.declare()
    assert "UKIP gain from Con" in public(editor, desk, f"/api{PUBLIC}")
    answer = amend(editor, paper__previous__holder="UK Independence Party", reason="By the result of 2010 and since.")
    assert answer.status_code == 303
    assert "UKIP hold" in public(editor, desk, f"/api{PUBLIC}")
    struck = amend(editor, paper__candidate__13__fate="withdrew", reason="She did.")
    assert struck.status_code == 422 and "Withdraw the report of the declaration first." in struck.text


def test_the_nights_title_close_and_baseline_are_put_right(editor: Phone, desk: Desk) -> None:
    answer = amend(
        editor, "/desk/night", paper__title="Rochester tonight", paper__closes="22.15", paper__baseline="2010"
    )
    assert answer.status_code == 303
    (event,) = (event for event in desk.events() if isinstance(event, NightAmended))
    assert event.polls_close == datetime(2014, 11, 20, 22, 15, tzinfo=UTC)
    assert '"title":"Rochester tonight"' in public(editor, desk, f"/api/nights/{rochester.NIGHT}")
    wrong = amend(editor, "/desk/night", paper__closes="late", paper__title="T")
    assert wrong.status_code == 422 and 'id="paper-closes-wrong"' in wrong.text
    assert fields(wrong.text)["paper.title"] == "T"


def test_the_desk_chooses_another_election_of_the_archive_and_is_told_what_that_changes(
    editor: Phone, officer: Phone, desk: Desk
) -> None:
    officer.declare()
    form = text(editor.open("/desk/night"))
    assert "2005 general election, notional" in form and "other votes at the election before" in form
    refused = amend(editor, "/desk/night", paper__compared="2005-notional")
    assert refused.status_code == 422, "there are figures, so it wants a reason"
    assert fields(refused.text)["paper.compared"] == "2005-notional"
    why = {"reason": "The seat is compared with 2005."}
    assert amend(editor, "/desk/night", paper__compared="2005-notional", **why).status_code == 303
    night = fold(desk.events())
    assert night.definition.baseline == "2005 general election, notional"
    before = [count.contest.previous for count in night.counts.values()]
    assert before == [seat_of_2010().previous] * 2
    assert "2005 general election, notional" in public(editor, desk)
    assert "2010 general election" in editor.open("/desk/night"), "and there is a way back"
    wrong = amend(editor, "/desk/night", paper__compared="1832", **why)
    assert wrong.status_code == 422 and "The archive has no such election for this night." in wrong.text


def seat_of_2010() -> Contest:
    general = archive.load("parl.2010-05-06").definition
    return next(one for one in general.contests if one.gss == "E14000898")


def test_the_record_of_a_night_with_amendments_is_sound(editor: Phone, officer: Phone, desk: Desk) -> None:
    amend(editor, paper__electorate="79,200")
    officer.declare()
    amend(editor, paper__candidate__13__name="Kelly T.", reason="As on the paper.")
    events, _ = read(public(editor, desk, f"/api/nights/{rochester.NIGHT}/record").encode())
    assert events == desk.events()
    kinds = re.findall(r'"kind":"([^"]*)"', public(editor, desk, f"/api/nights/{rochester.NIGHT}/events"))
    assert kinds.count("ballot-paper-amended.1") == 2


def test_another_contests_paper_is_another_page_and_an_unknown_one_is_404(editor: Phone) -> None:
    assert "Elsewhere" in editor.open(f"{OTHER}/paper")
    assert editor.client.get("/desk/contests/parl.nowhere.2014-11-20/paper").status_code == 404


@pytest.fixture
def tonight(desk: Desk) -> Desk:
    """The night with its poll still open."""
    close = datetime.now(UTC) + timedelta(hours=2)
    desk.open_night(replace(rochester.night(), polls_close=close, date=close.date()))
    return desk


def test_before_the_poll_closes_no_figure_goes_out_by_phone_or_program(tonight: Desk, client: TestClient) -> None:
    officer = signed_in(client, tonight, "officer", name="Jane Smith")
    assert "The poll closes" in officer.open()
    for address, texts in (
        ("/count/verification", {"issued": "9", "papers": "9"}),
        ("/count/stage", {"stage": "boxes in"}),
    ):
        answer = officer.send(address, texts)
        assert answer.status_code in (409, 422) and "nothing is published before that." in alert(answer.text)
    refused = Program(client, tonight.invite()).post(BODY, address=ADDRESS)
    assert (refused.status_code, refused.headers["content-type"]) == (409, "application/problem+json")
    assert refused.json()["detail"].startswith("The poll closes") and refused.json()["code"] == "poll-open"
    assert len(tonight.events()) == 1
    assert all(act.at <= datetime.now(UTC) for act in tonight.acts())


def test_a_night_to_practise_with_is_one_tap_away(tonight: Desk, client: TestClient) -> None:
    editor = signed_in(client, tonight, "desk", name="Ann Ray")
    assert "Figures can be rehearsed until then, not published." in editor.open("/desk")
    for _ in range(2):  # a second tap
        assert editor.send("/desk/practice").headers["location"] == "/desk/practice"
    page = editor.open("/desk/practice")
    address, own = re.findall(r'<a href="(http[^"]*)"', page)
    assert address.endswith(f"/nights/{rochester.NIGHT}.rehearsal")
    assert '<b class="tag test"' in editor.client.get(address).text
    practice = Phone(editor.client)
    practice.sign_in(own)
    assert "Rochester and Strood" in practice.open("/desk") and "tag test" in practice.page
    assert "practise with already" in alert(practice.send("/desk/practice").text)


@pytest.mark.parametrize(("seats", "holder"), [(3, "Labour"), (1, "Labour"), (1, "Conservative")])
def test_who_held_the_seats_of_a_ward_stays_when_a_name_is_put_right(
    client: TestClient, desk: Desk, seats: int, holder: str
) -> None:
    held = {"PP53": 2, "PP52": 1} if seats == 3 else {"PP53": 1}
    contest = replace(wards.ABBEY, elects=seats, previous=Previous("PP53", {}, seats=held))
    desk.open_night(wards.night(contest))
    editor = signed_in(client, desk, "desk", name="Ann Ray")
    data = {"paper__candidate__1__name": "Anne Abel", "paper__previous__holder": holder}
    assert amend(editor, f"/desk/contests/{contest.ballot}/paper", **data).status_code == 303
    (event,) = amendments(desk)
    assert event.contest.previous and event.contest.candidates[0].name == "Anne Abel"
    assert event.contest.previous.won == (held if holder == "Labour" else {"PP52": 1})
