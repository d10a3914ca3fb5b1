"""The officer's forms, from the papers verified to a whole sheet."""

import re
from html import unescape
from typing import get_args

import pytest

from server.election.commands import ReachStage, RecordNoPoll, TakeBackStage, Withdraw
from server.election.counting.acts import Asked, PapersVerified, SheetKeyed
from server.election.events import NoPollState, StageReached, StageTakenBack
from tests.count import rochester
from tests.count.conftest import Desk, Phone, declaration, once_it_says, sentence_at, value_of
from tests.count.rochester import RECKLESS, TOLHURST, texts

VERIFICATION, SHEET = "/count/verification", "/count/sheet"
DRAW = rochester.VOTES | {RECKLESS: 15407, TOLHURST: 15407}
ONE_FOR_ANOTHER = rochester.VOTES | {"1": 53, "2": 23}
LABOUR_AND_CONSERVATIVE_EXCHANGED = rochester.VOTES | {"8": 13947, TOLHURST: 6713}


@pytest.fixture
def sheet(phone: Phone) -> Phone:
    """The phone with the papers verified and the sheet open."""
    phone.verify()
    return phone


def keyed(desk: Desk) -> list[SheetKeyed]:
    return [act for act in desk.acts() if isinstance(act, SheetKeyed)]


def stages(desk: Desk) -> list[StageReached]:
    return [event for event in desk.events() if isinstance(event, StageReached)]


def test_the_papers_come_before_the_votes(phone: Phone) -> None:
    page = phone.open()
    assert re.findall(r'<input id="[^"]+" name="([^"]+)"', page) == ["issued", "papers"]
    assert "Announce the turnout" in page


def test_papers_are_announced_and_what_was_expected_is_on_record(phone: Phone, desk: Desk) -> None:
    for _ in range(2):  # a second tap
        assert phone.send(VERIFICATION, {"issued": "40 113", "papers": "40,113"}).status_code == 303
    assert [(one.stage, one.papers, one.by) for one in stages(desk)] == [("verified", 40113, "officer")]
    (act,) = (act for act in desk.acts() if isinstance(act, PapersVerified))
    assert (act.issued, act.papers, act.reasons) == (40113, 40113, {})
    assert "<b>Ballot papers verified</b>" in phone.open()


@pytest.mark.parametrize(
    ("papers", "sentence"),
    [
        (
            "79,164",
            "79,164 ballot papers are more than the electorate of 79,163. "
            "If the electorate is wrong, the desk can put it right under “The ballot paper”.",
        ),
        ("", "Enter the ballot papers counted."),
        ("-1", "Ballot papers cannot be fewer than 0."),
        ("40.113", "A full stop can mean thousands or a fraction. Type the number without it."),
    ],
)
def test_papers_that_cannot_be_are_not_announced(phone: Phone, desk: Desk, papers: str, sentence: str) -> None:
    answer = phone.send(VERIFICATION, {"issued": " 40113", "papers": papers})
    assert answer.status_code == 422
    assert sentence_at(answer.text, "papers") == sentence
    assert (value_of(answer.text, "issued"), value_of(answer.text, "papers")) == (" 40113", papers)
    assert stages(desk) == []


def test_papers_that_are_not_those_expected_want_a_reason_which_is_on_record(phone: Phone, desk: Desk) -> None:
    sent = {"issued": "40,213", "papers": "40,113"}
    doubted = phone.send(VERIFICATION, sent)
    assert doubted.status_code == 422
    assert "40,113 ballot papers were counted: 100 fewer than the 40,213 expected." in doubted.text
    assert stages(desk) == []
    reason = "reason.papers-differ-from-issued"
    phone.page = doubted.text
    assert phone.send(VERIFICATION, sent | {reason: " "}).status_code == 422
    assert phone.send(VERIFICATION, sent | {reason: "A hundred went home."}).status_code == 303
    (act,) = (act for act in desk.acts() if isinstance(act, PapersVerified))
    assert act.reasons == {"papers-differ-from-issued": "A hundred went home."}


def test_papers_found_to_be_another_number_are_announced_again(sheet: Phone, desk: Desk) -> None:
    sheet.send(VERIFICATION, {"issued": "40,114", "papers": "40,114"})
    assert [one.papers for one in stages(desk)] == [40113, 40114]
    sheet.open()
    assert "1 fewer than the 40,114 ballot papers verified" in sheet.send(SHEET, texts()).text


def test_candidates_are_in_the_order_of_the_ballot_paper(sheet: Phone) -> None:
    page = sheet.open()
    assert re.findall(r'name="votes\.(\d+)"', page) == [str(place) for place in range(1, 14)]
    assert page.index("Mike Barker") < page.index("Mark Reckless") < page.index("Kelly Tolhurst")


def test_every_field_asks_for_a_keypad_and_no_suggestions(phone: Phone) -> None:
    for many in (2, 13 + 4 + 2):  # the verification, and the sheet with the verification beside it
        inputs = [one for one in re.findall(r'<input id="[^>]*>', phone.open()) if 'name="reason"' not in one]
        assert len(inputs) == many
        assert all('inputmode="numeric"' in one and 'autocomplete="off"' in one for one in inputs)
        phone.verify()


def test_papers_announced_by_the_desk_open_the_sheet(phone: Phone, desk: Desk) -> None:
    desk.submit(ReachStage(id="p", by="desk", ballot=rochester.BALLOT, stage="verified", papers=40113))
    page = phone.open()
    assert "Ballot papers verified: 40,113" in page
    assert SHEET in page


def test_an_empty_field_is_refused_and_nought_must_be_typed(sheet: Phone) -> None:
    response = sheet.send(SHEET, texts() | {"votes.7": "", "rejected.official_mark": " "})
    assert response.status_code == 422
    assert sentence_at(response.text, "votes.7") == "Enter the votes for Geoff Juby; 0 if there are none."
    assert "0 if there are none" in (sentence_at(response.text, "rejected.official_mark") or "")


def test_a_refused_sheet_keeps_every_text_as_it_was_typed(sheet: Phone, desk: Desk) -> None:
    typed = texts() | {"votes.11": " 16.867 ", "votes.13": "13 947", "votes.1": "fifty<b>", "votes.2": "-22"}
    response = sheet.send(SHEET, typed)
    assert response.status_code == 422
    assert {field: value_of(response.text, field) for field in typed} == typed
    assert "full stop" in (sentence_at(response.text, "votes.11") or "")
    assert "digits only" in (sentence_at(response.text, "votes.1") or "")
    assert sentence_at(response.text, "votes.2") == "Votes cannot be fewer than 0."
    assert sentence_at(response.text, "votes.13") is None
    assert "3 things to put right" in response.text
    assert keyed(desk) == []


def test_votes_above_the_papers_are_refused_with_by_how_many(sheet: Phone) -> None:
    sheet.verify("40,000", "40,000", **{"reason.totals-end-in-000": "So it is."})
    response = sheet.send(SHEET, texts())
    assert response.status_code == 422
    assert "113 more than the 40,000 ballot papers verified" in response.text
    assert "113 more than papers" in response.text


def test_papers_that_nobody_accounts_for_are_refused_with_their_number(sheet: Phone, desk: Desk) -> None:
    sheet.verify("46,671", "46,671")
    response = sheet.send(SHEET, texts())
    assert response.status_code == 422
    assert "6,558 fewer than the 46,671 ballot papers verified" in response.text
    assert keyed(desk) == []


def test_a_sheet_before_the_verification_is_refused(phone: Phone, desk: Desk) -> None:
    response = phone.send(SHEET, texts() | {"round": "0", "replaces": "0"})
    assert response.status_code == 422
    assert "must be verified before the votes" in response.text
    assert keyed(desk) == []


def test_a_candidate_who_is_not_on_the_paper_is_refused(sheet: Phone, desk: Desk) -> None:
    response = sheet.send(SHEET, texts() | {"votes.14": "0"})
    assert response.status_code == 422
    assert "No candidate 14" in response.text
    assert keyed(desk) == []


def test_a_tie_asks_for_the_lot_and_takes_it(sheet: Phone, desk: Desk) -> None:
    response = sheet.send(SHEET, texts(DRAW))
    assert response.status_code == 422
    assert "choose the one whose lot was drawn" in response.text
    assert re.findall(r'name="lot" value="(\d+)">', response.text) == [RECKLESS, TOLHURST], "only those who tie"
    page = sheet.key(texts(DRAW, lot=TOLHURST))
    assert "the lot fell on Kelly Tolhurst" in page
    assert "Con hold" in page
    sheet.send("/count/declare")
    (event,) = desk.declared()
    assert (event.lot, event.votes[RECKLESS], event.votes[TOLHURST]) == (TOLHURST, 15407, 15407)


def test_no_lot_is_offered_where_there_is_no_tie_nor_taken(sheet: Phone) -> None:
    assert re.search(r'<fieldset id="lot"[^>]* hidden>', sheet.open())
    assert sheet.send(SHEET, texts(lot=RECKLESS)).status_code == 422


def test_figures_that_look_unusual_want_a_reason_which_is_on_record(sheet: Phone, desk: Desk) -> None:
    sent = texts(LABOUR_AND_CONSERVATIVE_EXCHANGED)
    doubted = sheet.send(SHEET, sent)
    assert doubted.status_code == 422
    sentence = "Kelly Tolhurst's share is 16.8%; the party had 52.4% at the last election."
    assert sentence in unescape(doubted.text)
    assert {field: value_of(doubted.text, field) for field in sent} == sent
    assert keyed(desk) == []
    sheet.page = doubted.text
    reason = {"reason.share-far-from-baseline": "Both counted them again."}
    assert sheet.send(SHEET, sent | reason).status_code == 303
    assert [one.reasons for one in keyed(desk)] == [{"share-far-from-baseline": "Both counted them again."}]


def test_a_reason_outlives_another_mistake(sheet: Phone) -> None:
    sent = texts(LABOUR_AND_CONSERVATIVE_EXCHANGED) | {
        "reason.share-far-from-baseline": 'They said "so".',
        "votes.1": "",
    }
    sheet.page = sheet.send(SHEET, sent).text
    assert sheet.hidden(sheet.page, SHEET)["reason.share-far-from-baseline"] == 'They said "so".'
    assert sheet.send(SHEET, texts(LABOUR_AND_CONSERVATIVE_EXCHANGED)).status_code == 303


def test_a_sheet_sent_again_is_the_same_sheet(sheet: Phone, desk: Desk) -> None:
    assert {sheet.send(SHEET, texts()).headers["location"] for _ in range(3)} == {"/count"}
    assert len(keyed(desk)) == 1


def test_changing_figures_goes_back_to_what_was_sent(sheet: Phone, desk: Desk) -> None:
    sheet.key()
    page = sheet.open("/count?change=1")
    assert value_of(page, "votes.11") == "16,867"
    assert "to put right" not in page
    sheet.send(SHEET, texts(ONE_FOR_ANOTHER))
    assert [(one.replaces, one.votes["1"]) for one in keyed(desk)] == [(0, 54), (keyed(desk)[0].seq, 53)]
    assert ">53<" in sheet.open(), "the newest is read back"


def test_of_two_tabs_the_second_is_told_and_keeps_what_was_typed(sheet: Phone, desk: Desk) -> None:
    other_tab = Phone(sheet.client, sheet.page)
    sheet.send(SHEET, texts())
    typed = texts(ONE_FOR_ANOTHER) | {"votes.11": "16 867"}
    refused = other_tab.send(SHEET, typed)
    assert refused.status_code == 409
    assert "Other figures were sent at" in refused.text
    assert {field: value_of(refused.text, field) for field in typed} == typed
    assert len(keyed(desk)) == 1
    other_tab.page = refused.text
    assert other_tab.send(SHEET, typed).status_code == 303, "once it was read, it can be meant"
    assert keyed(desk)[-1].votes["1"] == 53


def test_a_form_that_replaces_a_sheet_there_never_was_is_refused_and_kept(sheet: Phone, desk: Desk) -> None:
    refused = sheet.send(SHEET, texts() | {"replaces": "999", "votes.11": "16 867"})
    assert refused.status_code == 409
    assert value_of(refused.text, "votes.11") == "16 867"
    assert keyed(desk) == []


def test_a_recount_voids_what_was_keyed_and_a_form_left_open_is_told(sheet: Phone, desk: Desk) -> None:
    left_open = Phone(sheet.client, sheet.page)
    sheet.key()
    desk.submit(ReachStage(id="r", by="desk", ballot=rochester.BALLOT, stage="recount"))
    assert sheet.send("/count/declare").headers["location"] == "/count", "there is nothing to declare"
    again = sheet.open()
    assert "These are your figures from before the recount" in again
    assert value_of(again, "votes.11") == "16,867", "they come back to be looked at"
    assert sheet.client.get("/count/receipt").url.path == "/count", "and are not sent"
    refused = left_open.send(SHEET, texts(ONE_FOR_ANOTHER) | {"votes.11": "16 867"})
    assert refused.status_code == 409
    assert "The count has moved on" in refused.text
    assert value_of(refused.text, "votes.11") == "16 867"
    assert len(keyed(desk)) == 1
    assert desk.declared() == []
    left_open.page = refused.text
    assert left_open.send(SHEET, texts()).status_code == 303


def test_after_a_withdrawal_the_old_form_does_not_pass_for_a_new_sheet(sheet: Phone, desk: Desk) -> None:
    left_open = Phone(sheet.client, sheet.page)
    sheet.declare()
    desk.submit(Withdraw(id="w", by="desk", ballot=rochester.BALLOT, reason="A box was found."))
    assert "A box was found." in sheet.open()
    assert left_open.send(SHEET, texts(ONE_FOR_ANOTHER)).status_code == 409
    assert left_open.send(SHEET, texts()).headers["location"] == "/count", "it is the sheet of then, and stays that"
    assert len(keyed(desk)) == 1
    assert sheet.declare().headers["location"] == "/count/receipt"
    assert len(desk.declared()) == 2


def test_stages_are_one_tap_each_and_a_second_tap_is_the_same(sheet: Phone, desk: Desk) -> None:
    for stage in ("counting", "provisional", "recount", "recount"):
        assert f'value="{stage}"' in sheet.open(), "it is offered"
        sent = [sheet.send("/count/stage", {"stage": stage}) for _ in range(2)][-1]
        if stage == "recount":
            assert "Begin a recount?" in sent.text, "it asks first"
            sheet.page = sent.text
            for _ in range(2):
                sheet.send("/count/stage", {"stage": stage, "sure": "1"})
    reached = [(one.stage, one.recount) for one in stages(desk)]
    assert reached[1:] == [("counting", None), ("provisional", None), ("recount", 1), ("recount", 2)]
    assert "Another recount" in sheet.open()


def test_what_was_reported_by_mistake_is_taken_back_for_a_reason_and_on_record(sheet: Phone, desk: Desk) -> None:
    sheet.key()
    sheet.send("/count/stage", {"stage": "counting"})
    assert "Reported by mistake: Counting" in sheet.open()
    refused = sheet.send("/count/stage/back", {"reason": " "})
    assert (refused.status_code, "Give the reason" in refused.text) == (422, True)
    sheet.open()
    for _ in range(2):  # a second tap takes back nothing more
        assert sheet.send("/count/stage/back", {"reason": "The wrong seat."}).status_code == 303
    assert "Reported by mistake: Ballot papers verified, 40,113" in sheet.open()
    assert "is elected as" in sheet.page, "the sheet is as ready as it was"
    sheet.send("/count/stage/back", {"reason": "The wrong seat."})
    assert "Verification" in sheet.open()
    events = [event for event in desk.events() if isinstance(event, StageTakenBack)]
    told = [(event.stage, event.papers, event.reason, event.by) for event in events]
    assert told == [
        ("counting", None, "The wrong seat.", "officer"),
        ("verified", 40113, "The wrong seat.", "officer"),
    ]
    assert len([act for act in desk.acts() if isinstance(act, Asked) and isinstance(act.command, TakeBackStage)]) == 2
    contest = f"/nights/{rochester.NIGHT}/contests/{rochester.BALLOT}"
    page = once_it_says(sheet, contest, "<del>40,113 ballot papers verified</del>")
    assert "Taken back:" in page
    said = sheet.client.get(f"/api{contest}").json()
    assert (said["status"], said["turnout"]["papers"]) == ("awaiting", None)
    assert [one["what"] for one in said["history"]][-1] == "Taken back: Verified: 40,113 ballot papers."


def test_a_recount_by_mistake_is_taken_back_and_the_figures_are_there_to_send(sheet: Phone, desk: Desk) -> None:
    sheet.key()
    sheet.send("/count/stage", {"stage": "recount", "sure": "1"})
    sheet.open()
    sheet.send("/count/stage/back", {"reason": "The wrong button."})
    assert value_of(sheet.open(), "votes.11") == "16,867"
    sheet.declare()
    assert len(desk.declared()) == 1


def test_a_stage_out_of_order_or_unheard_of_is_none(phone: Phone, desk: Desk) -> None:
    refused = phone.send("/count/stage", {"stage": "provisional"})
    assert refused.status_code == 409
    assert "Provisional cannot follow nothing" in refused.text
    for stage in ("verified", "lunch", ""):
        assert phone.send("/count/stage", {"stage": stage}).status_code == 303
    assert stages(desk) == []


def test_a_contest_declared_by_someone_else_shows_what_is_declared(sheet: Phone, desk: Desk) -> None:
    desk.submit(declaration(by="Ann Lee"))
    assert sheet.send(SHEET, texts()).headers["location"] == "/count/receipt?sent=no"
    page = sheet.open("/count/receipt?sent=no")
    assert "Your last figures were not sent" in page
    assert "by Ann Lee" in page
    assert "data-done" not in page, "what was typed stays on the phone"


@pytest.mark.parametrize("state", get_args(NoPollState)[1:])
def test_where_no_poll_is_taken_there_is_nothing_to_count(phone: Phone, desk: Desk, state: NoPollState) -> None:
    left_open = Phone(phone.client, phone.page)
    reason = "A candidate has died."
    desk.submit(RecordNoPoll(id="n", by="desk", ballot=rochester.BALLOT, state=state, reason=reason))
    page = phone.open()
    assert f"Nothing to count: {state}" in page
    assert reason in page
    assert "<form" not in page
    before = desk.acts()
    for address in (VERIFICATION, SHEET):
        refused = left_open.send(address, texts() | {"issued": "40,113", "papers": "40,113"})
        assert refused.status_code in (409, 422)
        assert f"{state}: there is nothing to count" in refused.text
    assert desk.acts() == before


def test_several_contests_are_chosen_from_and_kept_apart(phone: Phone, desk: Desk) -> None:
    phone.sign_in(desk.invite("officer", rochester.BALLOT, rochester.OTHER))
    page = phone.open()
    assert re.findall(r'href="/count\?contest=([^"]+)"', page) == [rochester.BALLOT, rochester.OTHER]
    phone.open(f"/count?contest={rochester.OTHER}")
    answer = phone.send(VERIFICATION, {"issued": "40,000", "papers": "39,998", "reason.papers-differ-from-issued": "."})
    assert answer.headers["location"] == f"/count?contest={rochester.OTHER}"
    assert re.findall(r'name="votes\.(\d+)"', phone.open(answer.headers["location"])) == ["1", "2"]
    assert [(one.ballot, one.papers) for one in stages(desk)] == [(rochester.OTHER, 39998)]
    assert "Announce the turnout" in phone.open(f"/count?contest={rochester.BALLOT}")
    assert "<span>verified</span>" in phone.open()


def test_a_page_that_only_a_form_leads_to_leads_back_to_the_form(phone: Phone) -> None:
    for name in ("sheet", "verification", "stage", "declare", "correction", "correction/drop", "withdrawal"):
        assert str(phone.client.get(f"/count/{name}").url).endswith("/count")


def test_the_phones_word_changes_with_what_its_page_shows_and_not_otherwise(sheet: Phone, desk: Desk) -> None:
    def word() -> str:
        return sheet.client.get("/count/state").json()["token"]

    first = word()
    assert f'data-token="{first}"' in sheet.open()
    assert word() == first
    desk.submit(ReachStage(id="other", by="desk", ballot=rochester.OTHER, stage="boxes in"))
    assert word() == first
    sheet.send("/count/stage", {"stage": "counting"})
    assert word() != first
