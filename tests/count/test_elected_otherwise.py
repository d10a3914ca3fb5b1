"""A correction that changes who is elected: one person begins it, another confirms it, and only then it is on air."""

import re

import pytest
from starlette.testclient import TestClient

from server.election.events import Corrected
from tests.count import rochester
from tests.count.conftest import Desk, Phone, signed_in
from tests.count.desk.test_paper import amend
from tests.count.rochester import RECKLESS, TOLHURST, VOTES, texts
from tests.count.test_api import BODY, Program

SAYS = "This changes who is elected"
OTHERWISE = VOTES | {RECKLESS: VOTES[TOLHURST], TOLHURST: VOTES[RECKLESS]}


@pytest.fixture
def officer(phone: Phone) -> Phone:
    """An officer who has declared, and keyed the two first exchanged as a slip that is put right."""
    phone.declare()
    phone.open("/count/receipt")
    phone.send("/count/correction", {"reason": "The two were read from each other's line."})
    phone.open()
    page = phone.send("/count/sheet", texts(OTHERWISE)).text
    wanted = re.findall(r'name="(reason\.[^"]+)"', page)
    if wanted:
        phone.send("/count/sheet", texts(OTHERWISE) | dict.fromkeys(wanted, "It is so."))
    phone.look_again(texts(OTHERWISE))
    return phone


@pytest.fixture
def program(client: TestClient, desk: Desk) -> Program:
    """A program with the token of an officer."""
    return Program(client, desk.invite())


def corrected(desk: Desk) -> list[Corrected]:
    return [event for event in desk.events() if isinstance(event, Corrected)]


def test_the_officer_is_told_and_cannot_send_it_alone(officer: Phone, desk: Desk) -> None:
    assert SAYS in officer.page
    assert "Mark Reckless is elected no more, and Kelly Tolhurst is." in officer.page
    assert 'action="/count/declare"' not in officer.page
    assert "One person alone cannot do that" in officer.page
    sheet = next(act for act in reversed(desk.acts()) if type(act).__name__ == "SheetKeyed")
    officer.open("/count?change=1")
    refused = officer.send("/count/declare", {"sheet": str(sheet.seq)})
    assert (refused.status_code, corrected(desk)) == (409, [])
    assert f"{SAYS}: the returning officer or the desk confirms it" in refused.text


def test_the_returning_officer_confirms_it_and_then_it_goes_out(officer: Phone, client: TestClient, desk: Desk) -> None:
    returning = signed_in(client, desk, "returning officer", name="Ann Lee")
    assert SAYS in returning.open()
    for _ in range(2):
        assert returning.send("/count/change").status_code == 303
    assert "Confirmed by Ann Lee, returning officer, at" in officer.open()
    officer.send("/count/declare")
    (event,) = corrected(desk)
    assert (event.votes, event.slip) == (OTHERWISE, True)


def test_who_withdraws_the_report_does_not_make_it_anew_for_another_alone(
    phone: Phone, client: TestClient, desk: Desk
) -> None:
    phone.declare()
    twice = signed_in(client, desk, "returning officer", name="jane  smith")
    twice.open()
    assert twice.send("/count/withdrawal", {"reason": "The two were exchanged."}).status_code == 303
    phone.open()
    page = phone.send("/count/sheet", texts(OTHERWISE)).text
    phone.send("/count/sheet", texts(OTHERWISE) | dict.fromkeys(re.findall(r'name="(reason\.[^"]+)"', page), "So."))
    assert SAYS in phone.look_again(texts(OTHERWISE))
    sheet = next(act for act in reversed(desk.acts()) if type(act).__name__ == "SheetKeyed")
    refused = phone.send("/count/declare", {"sheet": str(sheet.seq)})
    assert (refused.status_code, len(desk.declared())) == (409, 1)
    editor = signed_in(client, desk, "desk", name="Dora Lee")
    assert "Kelly Tolhurst instead of Mark Reckless" in editor.open("/desk")
    page = editor.open(f"/desk/contests/{rochester.BALLOT}")
    (command,) = re.findall(r'formaction="/desk/change" name="command" value="([^"]+)"', page)
    editor.send("/desk/change", {"command": command})
    phone.open()
    phone.send("/count/declare")
    assert [event.votes for event in desk.declared()] == [VOTES, OTHERWISE]


def test_no_way_round_a_withdrawal_lets_one_person_elect_another(client: TestClient, desk: Desk, phone: Phone) -> None:
    phone.declare()
    editor = signed_in(client, desk, "desk", name="jane  smith")
    address = f"/desk/contests/{rochester.BALLOT}"
    for form, more in (("withdrawal", {}), ("no-poll", {"state": "postponed"}), ("withdrawal", {})):
        editor.open(address)
        assert editor.send(f"/desk/{form}", {"reason": "It was so."} | more).status_code == 303
    phone.open()
    page = phone.send("/count/sheet", texts(OTHERWISE)).text
    phone.send("/count/sheet", texts(OTHERWISE) | dict.fromkeys(re.findall(r'name="(reason\.[^"]+)"', page), "So."))
    assert SAYS in phone.look_again(texts(OTHERWISE))
    sheet = next(act for act in reversed(desk.acts()) if type(act).__name__ == "SheetKeyed")
    assert phone.send("/count/declare", {"sheet": str(sheet.seq)}).status_code == 409
    assert [event.votes for event in desk.declared()] == [VOTES]
    assert {event.by for event in desk.events()} == {"desk", "officer"}, "no name is public"


def test_a_program_of_whoever_withdrew_the_report_elects_nobody_else(
    program: Program, client: TestClient, desk: Desk
) -> None:
    program.post()
    returning = signed_in(client, desk, "returning officer", name="jane  smith")
    returning.open("/count/receipt")
    assert returning.send("/count/withdrawal", {"reason": "The two were exchanged."}).status_code == 303
    reasons = {"rows-look-swapped": "So.", "share-far-from-baseline": "So."}
    refused = program.post(BODY | {"votes": OTHERWISE, "reasons": reasons}, key="second")
    assert (refused.status_code, refused.json().get("code")) == (422, "change-unconfirmed"), refused.text
    assert len(desk.declared()) == 1


def test_who_keyed_the_figures_does_not_confirm_them_as_returning_officer(
    officer: Phone, client: TestClient, desk: Desk
) -> None:
    twice = signed_in(client, desk, "returning officer", name="jane  smith")
    twice.open()
    refused = twice.send("/count/change")
    assert refused.status_code == 409
    assert "has keyed these figures: a different person must confirm them." in refused.text


def test_the_desk_is_asked_and_confirms_it(officer: Phone, client: TestClient, desk: Desk) -> None:
    editor = signed_in(client, desk, "desk", name="Dora Lee")
    needs = editor.open("/desk").partition('id="desk-needs"')[2].partition("</section>")[0]
    assert "this changes who is elected: Kelly Tolhurst instead of Mark Reckless." in needs
    page = editor.open(f"/desk/contests/{rochester.BALLOT}")
    (command,) = re.findall(r'formaction="/desk/change" name="command" value="([^"]+)"', page)
    assert editor.send("/desk/change", {"command": "another"}).status_code == 422
    assert editor.send("/desk/change", {"command": command}).status_code == 303
    page = editor.open(f"/desk/contests/{rochester.BALLOT}")
    assert "Confirmed by Dora Lee at" in page
    assert "Confirmed a correction that changes who is elected" in page
    officer.open()
    officer.send("/count/declare")
    assert len(corrected(desk)) == 1


def test_after_a_declaration_everybody_is_told_that_nothing_is_counted_again(
    phone: Phone, client: TestClient, desk: Desk
) -> None:
    phone.declare()
    says = "After a declaration nothing is counted again"
    assert says in phone.open("/count/receipt")
    editor = signed_in(client, desk, "desk", name="Dora Lee")
    assert says in editor.open(f"/desk/contests/{rochester.BALLOT}")


def test_names_exchanged_on_the_paper_elect_nobody_else_by_one_person_alone(
    phone: Phone, client: TestClient, desk: Desk
) -> None:
    phone.declare()
    editor = signed_in(client, desk, "desk", name="jane  smith")
    names = {one.id: one.name for one in rochester.night().contests[0].candidates}
    exchanged = {f"paper__candidate__{RECKLESS}__name": f"{names[TOLHURST]} ".upper()}
    exchanged[f"paper__candidate__{TOLHURST}__name"] = names[RECKLESS]
    refused = amend(editor, reason="A wrong list.", **exchanged)
    assert refused.status_code == 422
    assert "KELLY TOLHURST would be elected by the votes of somebody else." in refused.text
    editor.open(f"/desk/contests/{rochester.BALLOT}")
    assert editor.send("/desk/withdrawal", {"reason": "The names were exchanged."}).status_code == 303
    assert amend(editor, reason="A wrong list.", **exchanged).status_code == 303
    phone.key()
    assert SAYS in phone.look_again()
    sheet = next(act for act in reversed(desk.acts()) if type(act).__name__ == "SheetKeyed")
    assert phone.send("/count/declare", {"sheet": str(sheet.seq)}).status_code == 409
    assert [event.votes for event in desk.declared()] == [VOTES]


def test_who_withdraws_a_report_does_not_record_alone_that_another_is_elected_without_a_poll(
    phone: Phone, client: TestClient, desk: Desk
) -> None:
    phone.declare()
    editor = signed_in(client, desk, "desk", name="Dora Lee")
    address = f"/desk/contests/{rochester.BALLOT}"
    editor.open(address)
    editor.send("/desk/withdrawal", {"reason": "It was so."})
    others = [one.id for one in rochester.night().contests[0].candidates if one.id != TOLHURST]
    assert (
        amend(editor, reason="They had.", **{f"paper__candidate__{id}__fate": "withdrew" for id in others}).status_code
        == 303
    )
    uncontested = {"reason": "Nobody else stood.", "state": "uncontested"}
    editor.open(address)
    refused = editor.send("/desk/no-poll", uncontested)
    assert refused.status_code == 422
    assert "Dora Lee has withdrawn a report that others are elected" in refused.text
    second = signed_in(client, desk, "desk", name="Ann Ray")
    second.open(address)
    assert second.send("/desk/no-poll", uncontested).status_code == 303
