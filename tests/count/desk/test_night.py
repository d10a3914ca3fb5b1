"""What the desk does to a whole night: hold, release, notes, how results are entered."""

import re

import pytest
from starlette.testclient import TestClient

from server.election.commands import HoldNight
from server.election.counting.acts import Asked, EntryChosen
from server.election.events import Declared, NightHeld, NightReleased, NotePosted
from tests.count import rochester
from tests.count.conftest import Desk, Phone, in_the_end, signed_in, value_of
from tests.count.desk.conftest import CONTEST, alert, element, text


def notes(desk: Desk) -> list[tuple[str, str | None]]:
    return [(one.text, one.ballot) for one in desk.events() if isinstance(one, NotePosted)]


def hold(editor: Phone) -> None:
    editor.open("/desk/hold")
    assert editor.send("/desk/hold").headers["location"] == "/desk"


def release(editor: Phone) -> None:
    editor.open("/desk/hold")
    assert editor.send("/desk/release").headers["location"] == "/desk"


def public(editor: Phone, state: str) -> None:
    """Wait until the API says so."""
    in_the_end(lambda: editor.client.get("/api/nights").json()["nights"][0], lambda night: night["state"] == state)


def test_nobody_but_the_desk_sees_the_desk(client: TestClient, phone: Phone) -> None:
    for address in ("/desk", "/desk/people", "/desk/invitations", "/desk/record", "/desk/hold", "/desk/live", CONTEST):
        answer = phone.client.get(address, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk/invitation"), address


def test_a_declaration_while_held_is_kept_and_goes_out_once_on_release_in_its_order(
    editor: Phone, officer: Phone, desk: Desk
) -> None:
    officer.key()
    hold(editor)
    officer.open()
    assert officer.send("/count/declare").status_code == 303
    editor.open("/desk")
    editor.send("/desk/note", {"text": "Declared while held."})
    assert desk.declared() == [] and notes(desk) == []
    assert {type(act.command).__name__ for act in desk.acts() if isinstance(act, Asked)} >= {"Declare", "PostNote"}
    public(editor, "held")
    page = editor.open("/desk")
    assert "HELD" in element(page, "desk-status")
    assert "2 things wait" in element(page, "desk-needs")
    asked = text(editor.open("/desk/hold"))
    assert asked.index("the declaration, UKIP gain from Con") < asked.index("“Declared while held.”")

    release(editor)
    kinds = [type(event) for event in desk.events()][-4:]
    assert kinds == [NightHeld, NightReleased, Declared, NotePosted]
    editor.open("/desk")
    assert len(desk.declared()) == 1 and len(notes(desk)) == 1
    public(editor, "on air")


def test_figures_that_are_set_aside_do_not_go_out_on_release_and_are_keyed_again(
    editor: Phone, officer: Phone, desk: Desk
) -> None:
    officer.key()
    hold(editor)
    officer.open()
    officer.send("/count/declare")
    (asked,) = re.findall(r'name="asked" value="([^"]+)"', editor.open("/desk/hold"))
    for _ in range(2):  # the second tap finds nothing left to do, and does no harm
        editor.send("/desk/set-aside", {"asked": asked})
    release(editor)
    assert desk.declared() == []
    page = officer.open()
    assert "What was sent did not go out" in page and "Set aside by Ann Ray." in page
    assert 'name="votes.11" value="16,867"' in page, "the sheet is asked for again, as it was"
    officer.send("/count/sheet", rochester.texts())
    officer.look_again()
    officer.send("/count/declare")
    assert len(desk.declared()) == 1


def test_two_taps_and_two_desks_make_one_hold_and_one_release(editor: Phone, client: TestClient, desk: Desk) -> None:
    other = signed_in(client, desk, "desk", name="Bob Lee")
    for one in (editor, other):
        one.open("/desk/hold")
    for one in (editor, editor, other):
        assert one.send("/desk/hold").headers["location"] == "/desk"
    editor.open("/desk/hold")
    for _ in range(2):
        assert editor.send("/desk/release").headers["location"] == "/desk"
    told = [type(event) for event in desk.events() if isinstance(event, NightHeld | NightReleased)]
    assert told == [NightHeld, NightReleased]


def test_a_page_from_before_another_hold_does_not_release_it(editor: Phone, desk: Desk) -> None:
    hold(editor)
    editor.open("/desk/hold")
    old = editor.page
    release(editor)
    hold(editor)
    editor.page = old
    answer = editor.send("/desk/release")
    assert answer.status_code == 409
    assert "held again" in alert(answer.text)
    assert isinstance(desk.events()[-1], NightHeld)


def test_an_old_page_holds_the_night_all_the_same(editor: Phone, desk: Desk) -> None:
    editor.open("/desk/hold")
    old = editor.page
    hold(editor)
    release(editor)
    editor.page = old
    editor.send("/desk/hold")
    assert isinstance(desk.events()[-1], NightHeld)


def test_a_night_can_be_held_by_somebody_else_first(editor: Phone, desk: Desk) -> None:
    editor.open("/desk/hold")
    desk.submit(HoldNight(id="elsewhere", by="The command line"))
    assert editor.send("/desk/hold").headers["location"] == "/desk"
    assert "by The command line" in element(editor.open("/desk"), "desk-status")


def test_a_note_goes_out_once_however_often_it_is_sent(editor: Phone, desk: Desk) -> None:
    for _ in range(3):
        assert editor.send("/desk/note", {"text": "Snow in Kent."}).status_code == 303
    editor.open(CONTEST)
    editor.send("/desk/note", {"text": "The boxes are late."})
    assert notes(desk) == [("Snow in Kent.", None), ("The boxes are late.", rochester.BALLOT)]
    editor.open("/desk")
    editor.send("/desk/note", {"text": "Snow in Kent."})
    assert len(notes(desk)) == 3, "the same words from a page opened since are meant again"


@pytest.mark.parametrize(("typed", "why"), [(" ", "Write the note"), ("x" * 501, "at most 500")])
def test_a_note_that_is_refused_comes_back_as_typed(editor: Phone, desk: Desk, typed: str, why: str) -> None:
    for address in ("/desk", CONTEST):
        editor.open(address)
        answer = editor.send("/desk/note", {"text": typed})
        assert answer.status_code == 422
        assert why in alert(answer.text)
        assert f">{typed.strip()}</textarea>" in answer.text
    assert notes(desk) == []


def test_how_results_are_entered_can_be_changed(editor: Phone, desk: Desk) -> None:
    for _ in range(2):
        assert editor.send("/desk/entry", {"entry": "double"}).status_code == 303
    (chosen,) = (act for act in desk.acts() if isinstance(act, EntryChosen))
    assert (chosen.entry, chosen.by) == ("double", "Ann Ray")
    assert "2 people" in element(editor.open("/desk"), "desk-status")
    answer = editor.send("/desk/entry", {"entry": "treble"})
    assert answer.status_code == 422
    assert "or two" in alert(answer.text)


def test_from_two_people_to_one_the_desk_is_asked_and_nothing_unconfirmed_becomes_ready(
    editor: Phone, officer: Phone, desk: Desk
) -> None:
    desk.choose_entry("double")
    officer.key()
    editor.open("/desk")
    asked = editor.send("/desk/entry", {"entry": "single"})
    assert asked.status_code == 200
    assert "Nobody has confirmed the figures of Rochester and Strood: they do not become ready." in alert(asked.text)
    assert sum(isinstance(act, EntryChosen) for act in desk.acts()) == 1, "it is only asked"
    editor.page = asked.text
    assert editor.send("/desk/entry", {"entry": "single"}).status_code == 303
    page = officer.open()
    assert "nobody else has confirmed these figures" in page
    assert value_of(page, "votes.11") == "16,867"
    assert officer.send("/count/declare").headers["location"] == "/count"
    assert desk.declared() == []
    officer.declare()
    assert len(desk.declared()) == 1


def test_what_is_typed_never_becomes_html(editor: Phone, desk: Desk) -> None:
    evil = "<img src=x onerror=alert(1)>"
    desk.invite("officer", name=evil)
    editor.send("/desk/note", {"text": evil})
    editor.open(CONTEST)
    editor.send("/desk/note", {"text": evil})
    editor.open("/desk/people")
    refused = editor.send("/desk/invitations", {"lines": f"{evil}, {evil}"}).text
    pages = [editor.client.get(one).text for one in ("/desk", "/desk/people", "/desk/invitations", "/desk/record")]
    for page in (*pages, editor.open(CONTEST), refused, editor.client.get("/desk/live").text):
        assert "<img" not in page
        assert "&lt;img" in page or page is pages[0]


def test_a_form_from_another_site_or_without_the_sessions_secret_is_refused(editor: Phone, desk: Desk) -> None:
    assert editor.send("/desk/note", {"text": "x", "csrf": "guessed"}).status_code == 403
    assert editor.send("/desk/note", {"text": "x"}, Origin="https://elsewhere.example").status_code == 403
    assert editor.send("/desk/hold", {"contest": "another night/"}).status_code == 403
    assert len(desk.events()) == 1


def test_a_page_that_only_a_form_leads_to_leads_back_to_the_desk(editor: Phone) -> None:
    for address in ("/desk/release", "/desk/expected", "/desk/people/revoke", "/desk/no-poll"):
        assert editor.client.get(address, follow_redirects=False).headers["location"] == "/desk"
