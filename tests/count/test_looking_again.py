"""One person alone: what is keyed again from the paper, how a difference is shown, and that nothing sent is lost."""

import re

from starlette.testclient import TestClient

from server.election.counting.acts import KeyedAgain
from tests.count.conftest import Desk, Phone, sentence_at, signed_in, value_of
from tests.count.rochester import BALLOT, RECKLESS, TOLHURST, VOTES, texts

SHEET, AGAIN, DECLARE = "/count/sheet", "/count/again", "/count/declare"
CHALLIS, LOONY = "2", "3"
EXCHANGED = VOTES | {CHALLIS: VOTES[LOONY], LOONY: VOTES[CHALLIS]}


def keyed_again(desk: Desk) -> list[KeyedAgain]:
    return [act for act in desk.acts() if isinstance(act, KeyedAgain)]


def test_exchanged_rows_are_found_beside_their_fields_and_put_right_on_the_sheet(
    phone: Phone, client: TestClient, desk: Desk
) -> None:
    phone.verify()
    assert phone.send(SHEET, texts(EXCHANGED)).status_code == 303
    page = phone.open()
    asked = re.findall(r'<input id="[^"]+" name="([^"]+)" value="([^"]*)"', page)
    fields = [name for name, _ in asked if name != "reason"]  # of a recount, which can be reported here too
    assert fields == [f"votes.{one}" for one in (CHALLIS, "5", "6", "7", "8", RECKLESS, TOLHURST)] + [
        f"rejected.{head}" for head in ("more_than_one", "identifiable", "unmarked_or_void")
    ]
    assert {text for _, text in asked} == {""}
    assert "1,692" not in page and "16,867" not in page, "what was keyed is not shown"
    assert phone.send(DECLARE).status_code == 303
    assert desk.declared() == [], "nothing is declared that was not looked at again"

    missing = phone.send(AGAIN, texts() | {"votes.8": "", "votes.11": "16.867"})
    assert missing.status_code == 422
    assert "as it stands on the paper" in (sentence_at(missing.text, "votes.8") or "")
    assert value_of(missing.text, "votes.13") == "13947", "what was typed stays"
    for _ in range(2):  # a second tap is the same
        assert phone.send(AGAIN, texts()).status_code == 303
    assert len(keyed_again(desk)) == 1
    page = phone.open()
    assert "Not what you keyed before" in page
    assert "On your sheet: 151." in page
    assert value_of(page, "votes.2") == "22"
    returning = signed_in(client, desk, "returning officer", name="Rita Hall")
    assert "The officer looks at the paper again" in returning.open()
    phone.open("/count?change=1")
    assert "Keyed again: 22." in phone.page
    assert value_of(phone.page, "votes.2") == "151"
    assert phone.send(SHEET, texts()).status_code == 303
    assert AGAIN in phone.open(), "the Loonies are among the first now, and were not read again"
    assert "Keyed twice, and equal" in phone.look_again()
    phone.send(DECLARE)
    assert [event.votes for event in desk.declared()] == [VOTES]


def test_what_was_misread_is_put_right_where_it_was_keyed_again(phone: Phone, desk: Desk) -> None:
    phone.verify()
    phone.send(SHEET, texts())
    phone.open()
    behind = Phone(phone.client, phone.page)
    phone.send(AGAIN, texts() | {"votes.11": "16,876"})
    assert "On your sheet: 16,867." in phone.open()
    late = behind.send(AGAIN, texts() | {"votes.11": "16,877"})
    assert late.status_code == 409
    assert "from another page or phone" in late.text
    assert phone.send(AGAIN, texts()).status_code == 303
    assert DECLARE in phone.open()
    assert [len(act.figures) for act in keyed_again(desk)] == [10, 10]


def test_the_desk_sees_that_it_is_looked_at_again_and_what_differs(
    phone: Phone, client: TestClient, desk: Desk
) -> None:
    editor = signed_in(client, desk, "desk", name="Dora Lee")
    phone.verify()
    phone.send(SHEET, texts())
    assert "keyed by one person, who looks at the paper again" in editor.open("/desk")
    phone.open()
    phone.send(AGAIN, texts() | {"votes.11": "16,876"})
    page = editor.open("/desk")
    assert "keyed again otherwise in 1 row" in page
    assert "The officer looks at the paper again." in page
    page = editor.open(f"/desk/contests/{BALLOT}")
    assert "16,867" in page and "16,876" in page
    assert "Looked at the paper again, and keyed 10 rows: 1 differ" in page
