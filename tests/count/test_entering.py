"""The officer's form, from the first number to the receipt."""

import re

from server.election.commands import Correct, Declare, ReachStage, Withdraw
from server.election.events import Declared, StageReached
from tests.count import rochester
from tests.count.conftest import Desk, Phone
from tests.count.rochester import RECKLESS, TOLHURST, texts

FORM = "/count/check"
SEND = "/count/declare"
DRAW = rochester.VOTES | {RECKLESS: 15407, TOLHURST: 15407}


def declared(desk: Desk) -> list[Declared]:
    return [event for event in desk.events() if isinstance(event, Declared)]


def value_of(page: str, field: str) -> str | None:
    found = re.search(rf'<input[^>]* name="{re.escape(field)}" value="([^"]*)"', page)
    return found[1] if found else None


def sentence_at(page: str, field: str) -> str | None:
    """What is written beside a field, which must be tied to it for screen readers."""
    id = field.replace(".", "-")
    found = re.search(rf'<p class="wrong" id="{id}-wrong">([^<]*)</p>', page)
    if found:
        assert re.search(rf'id="{id}" [^>]*aria-invalid="true" aria-describedby="{id}-wrong"', page)
        assert f'href="#{id}"' in page, "the summary leads to the field"
    return found[1] if found else None


def test_candidates_are_in_the_order_of_the_ballot_paper(phone: Phone) -> None:
    page = phone.client.get("/count").text
    assert re.findall(r'name="votes\.(\d+)"', page) == [str(place) for place in range(1, 14)]
    assert page.index("Mike Barker") < page.index("Mark Reckless") < page.index("Kelly Tolhurst")


def test_every_field_asks_for_a_keypad_and_no_suggestions(phone: Phone) -> None:
    inputs = re.findall(r'<input id="[^>]*>', phone.client.get("/count").text)
    assert len(inputs) == 13 + 4 + 1
    assert all('inputmode="numeric"' in one and 'autocomplete="off"' in one for one in inputs)


def test_papers_announced_before_are_filled_in(phone: Phone, desk: Desk) -> None:
    desk.submit(ReachStage(id="p", by="desk", ballot=rochester.BALLOT, stage="verified", papers=40113))
    assert value_of(phone.client.get("/count").text, "papers") == "40,113"


def test_an_empty_field_is_refused_and_nought_must_be_typed(phone: Phone) -> None:
    response = phone.send(FORM, texts() | {"votes.7": "", "rejected.official_mark": "", "papers": " "})
    assert response.status_code == 422
    page = response.text
    assert sentence_at(page, "votes.7") == "Enter the votes for Geoff Juby; 0 if there are none."
    assert sentence_at(page, "papers") == "Enter the ballot papers verified."
    assert "0 if there are none" in (sentence_at(page, "rejected.official_mark") or "")


def test_a_refused_form_keeps_every_text_as_it_was_typed(phone: Phone) -> None:
    typed = texts() | {
        "votes.11": " 16.867 ",
        "votes.13": "13 947",
        "votes.1": "fifty<b>",
        "votes.2": "-22",
        "papers": "40,113",
    }
    response = phone.send(FORM, typed)
    assert response.status_code == 422
    page = response.text.replace("&lt;", "<").replace("&gt;", ">")
    assert {field: value_of(page, field) for field in typed} == typed
    assert "full stop" in (sentence_at(response.text, "votes.11") or "")
    assert "digits only" in (sentence_at(response.text, "votes.1") or "")
    assert sentence_at(response.text, "votes.2") == "Votes cannot be fewer than 0."
    assert sentence_at(response.text, "votes.13") is None
    assert "3 things to put right" in response.text


def test_votes_above_the_papers_are_refused_with_by_how_many(phone: Phone) -> None:
    page = phone.send(FORM, texts(papers="40,000")).text
    assert "113 more than the 40,000 ballot papers verified" in page
    assert "113 more than papers" in page


def test_a_candidate_who_is_not_on_the_paper_is_refused(phone: Phone, desk: Desk) -> None:
    response = phone.send(SEND, texts() | {"votes.14": "0"})
    assert response.status_code == 422
    assert "No candidate 14" in response.text
    assert declared(desk) == []


def test_a_tie_asks_for_the_lot_and_takes_it(phone: Phone, desk: Desk) -> None:
    response = phone.send(FORM, texts(DRAW))
    assert response.status_code == 422
    assert "choose the one whose lot was drawn" in response.text
    offered = re.findall(r'name="lot" value="(\d+)">', response.text)
    assert offered == [RECKLESS, TOLHURST]
    page = phone.send(FORM, texts(DRAW, lot=TOLHURST)).text
    assert "the lot fell on Kelly Tolhurst" in page
    assert "Con hold" in page
    phone.send(SEND, texts(DRAW, lot=TOLHURST))
    assert declared(desk)[0].lot == TOLHURST


def test_no_lot_is_offered_where_there_is_no_tie(phone: Phone) -> None:
    page = phone.client.get("/count").text
    assert re.search(r'<fieldset id="lot"[^>]* hidden>', page)


def test_the_read_back_is_the_declaration_in_the_order_of_the_law(phone: Phone, desk: Desk) -> None:
    page = phone.send(FORM, texts() | {"votes.11": "16 867", "papers": "40,113"}).text
    order = [
        "Mike Barker",
        "16,867",
        "13,947",
        "is elected as",
        "official mark",
        "30",
        "48",
        "UKIP gain from Con",
    ]
    places = [page.index(text) for text in order]
    assert places == sorted(places)
    assert "<b>Mark Reckless</b>" in page
    assert "Majority 2,920" in page
    assert "turnout 50.7%" in page
    assert declared(desk) == [], "reading back declares nothing"


def test_papers_that_nobody_accounts_for_are_refused_with_their_number(phone: Phone) -> None:
    page = phone.send(FORM, texts(papers="46,671")).text
    assert "6,558 fewer than the 46,671 ballot papers verified" in page


def test_change_figures_goes_back_with_every_text_as_typed(phone: Phone) -> None:
    typed = texts() | {"votes.11": "16 867", "papers": "40,113 "}
    page = phone.send("/count/change", typed).text
    assert {field: value_of(page, field) for field in typed} == typed
    assert phone.hidden(page)["key"] == phone.fields["key"]
    assert "put right" not in page


def test_declaring_leads_to_a_receipt_with_its_number(phone: Phone, desk: Desk) -> None:
    response = phone.send(SEND, texts())
    assert response.status_code == 303
    assert response.headers["location"] == "/count/receipt"
    (event,) = declared(desk)
    assert (event.votes, event.by) == (rochester.VOTES, "Jane Smith")
    assert event.rejected is not None
    assert event.rejected.total == 48
    receipt = phone.client.get("/count/receipt").text
    assert f"Declared. Receipt {event.seq}" in receipt
    assert f'href="/nights/{rochester.NIGHT}/contests/{rochester.BALLOT}"' in receipt


def test_the_receipt_says_on_air_once_the_event_came_round(phone: Phone) -> None:
    phone.send(SEND, texts())
    states: list[str] = []
    while "on-air" not in states and len(states) < 500:  # each request lets the follower run on
        states += re.findall(r'id="air" [^>]*data-state="([a-z-]+)"', phone.client.get("/count/receipt").text)
    assert states[-1] == "on-air"
    assert set(states) <= {"stored", "on-air"}


def test_a_second_tap_shows_the_same_receipt_and_declares_nothing_more(phone: Phone, desk: Desk) -> None:
    answers = [phone.send(SEND, texts()) for _ in range(3)]
    assert {answer.headers["location"] for answer in answers} == {"/count/receipt"}
    assert len(declared(desk)) == 1


def test_other_figures_after_the_declaration_are_not_taken_for_it(phone: Phone, desk: Desk) -> None:
    phone.send(SEND, texts())
    again = phone.send(SEND, texts() | {"votes.1": "55", "votes.2": "21"})
    assert again.headers["location"] == "/count/receipt?sent=no"
    page = phone.client.get(again.headers["location"]).text
    assert "Your last figures were not sent" in page
    assert "data-done" not in page, "what was typed stays on the phone"
    assert len(declared(desk)) == 1


def test_a_contest_declared_by_someone_else_shows_what_is_declared(phone: Phone, desk: Desk) -> None:
    desk.submit(Declare(id="other", by="The desk", ballot=rochester.BALLOT, votes=rochester.VOTES))
    page = phone.client.get("/count").text
    assert "by The desk" in page
    assert "call the desk" in page
    assert phone.send(FORM, texts()).headers["location"] == "/count/receipt?sent=no"


def test_a_correction_is_shown_as_one_on_the_receipt(phone: Phone, desk: Desk) -> None:
    phone.send(SEND, texts())
    votes = rochester.VOTES | {"1": 50}
    reason = "A bundle was counted twice."
    desk.submit(Correct(id="c", by="desk", ballot=rochester.BALLOT, votes=votes, reason=reason))
    page = phone.client.get("/count/receipt").text
    assert reason in page
    assert ">50<" in page


def test_after_a_withdrawal_the_old_form_does_not_pass_for_a_new_declaration(phone: Phone, desk: Desk) -> None:
    phone.send(SEND, texts())
    desk.submit(Withdraw(id="w", by="desk", ballot=rochester.BALLOT, reason="A box was found."))
    assert "A box was found." in phone.client.get("/count").text
    stale = phone.send(SEND, texts())
    assert stale.status_code == 409
    assert "withdrawn since" in stale.text
    phone.fields = phone.hidden(stale.text)
    assert phone.send(SEND, texts()).status_code == 303
    assert len(declared(desk)) == 2


def test_stages_are_one_tap_each_and_a_second_tap_is_the_same(phone: Phone, desk: Desk) -> None:
    for _ in range(2):
        phone.send("/count/stage", texts(papers="40,113", stage="verified"))
    phone.fields = phone.hidden(phone.client.get("/count").text)
    for _ in range(2):
        phone.send("/count/stage", {"stage": "counting"})
    phone.fields = phone.hidden(phone.client.get("/count").text)
    phone.send("/count/stage", {"stage": "recount"})
    stages = [event for event in desk.events() if isinstance(event, StageReached)]
    assert [(one.stage, one.papers) for one in stages] == [
        ("verified", 40113),
        ("counting", None),
        ("recount", None),
    ]
    assert "Another recount" in phone.client.get("/count").text


def test_papers_that_cannot_be_are_not_announced(phone: Phone, desk: Desk) -> None:
    above = phone.send("/count/stage", texts(papers="79,164", stage="verified"))
    nothing = phone.send("/count/stage", texts(papers="", stage="verified"))
    assert "more than the electorate" in (sentence_at(above.text, "papers") or "")
    assert sentence_at(nothing.text, "papers") == "Enter the ballot papers verified."
    assert value_of(nothing.text, "votes.11") == "16867"
    assert not any(isinstance(event, StageReached) for event in desk.events())


def test_a_page_that_only_a_form_leads_to_leads_back_to_the_form(phone: Phone) -> None:
    assert str(phone.client.get("/count/check").url).endswith("/count")
