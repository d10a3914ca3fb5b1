"""Every text that somebody can send to the count has a limit: it is said beside the field, and nothing is lost."""

import json

import httpx2
import pytest
from starlette.testclient import TestClient

from server.count.visit.invitations import Invitations, NotInvited
from server.election.commands import ReachStage, Withdraw
from server.election.counting.acts import Asked, PinMistaken
from server.election.events import NightOpened
from server.election.limits import LONGEST_TEXT, LONGEST_TOKEN
from tests.count import rochester
from tests.count.conftest import SECRET, Desk, Phone, signed_in, value_of
from tests.count.desk.conftest import CONTEST, alert, editor
from tests.count.test_api import BODY, Program, errors, program
from tests.count.test_entering import VERIFICATION

__all__ = ["editor", "program"]
LONG = "why " * 200


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"votes":{"1":' + b"[" * 3000 + b"]" * 3000 + b"}}", "not-json"),
        (b'{"votes":{"1":' + b"[" * 100_000, "not-json"),
        (b'{"votes":{"1":NaN}}', "not-json"),
        (b'{"votes":{"1":-Infinity}}', "not-json"),
        (b'{"votes":{}, "lot":"\xff"}', "not-json"),
        (b'\xef\xbb\xbf{"votes":{}}', "not-json"),
        (json.dumps(BODY).replace('"papers"', '"papers": 40112, "papers"').encode(), "key-twice"),
        (json.dumps(BODY).replace('"1": ', '"1": 53, "1": ').encode(), "key-twice"),
        (json.dumps(BODY).replace('"total"', '"total": 1, "total"').encode(), "key-twice"),
    ],
)
def test_json_that_nobody_can_understand_is_400_and_declares_nothing(
    program: Program, desk: Desk, body: bytes, code: str
) -> None:
    response = program.post(body)
    assert (response.status_code, response.headers["content-type"]) == (400, "application/problem+json")
    assert response.json()["code"] == code
    assert [type(event) for event in desk.events()] == [NightOpened]


@pytest.mark.parametrize("number", ["465.0", "1e3", "1e400", "9" * 30, "1" + "0" * 9, "9" * 5000, '"52"'])
def test_a_number_that_is_no_number_of_votes_is_422_at_its_field(program: Program, number: str) -> None:
    body, first = json.dumps(BODY), f'"1": {rochester.VOTES["1"]}'
    changed = body.replace(first, f'"1": {number}', 1)
    assert any("votes" in field for field in errors(program.post(changed.encode())))
    assert any("papers" in field for field in errors(program.post(body.replace("40113", number).encode())))


def test_a_programs_reasons_have_a_limit(program: Program, desk: Desk) -> None:
    for reasons in ({"rejected-high": LONG}, {"x" * 90: "why"}, {str(number): "why" for number in range(100)}):
        assert set(errors(program.post(BODY | {"reasons": reasons})).values()) == {"text-too-long"}
    assert [type(event) for event in desk.events()] == [NightOpened]


def test_a_reason_that_is_too_long_is_told_beside_its_field_and_is_still_there(phone: Phone, desk: Desk) -> None:
    sent = Phone.hidden(phone.open()) | {"issued": "40,213", "papers": "40,113"}
    page = phone.send(VERIFICATION, sent | {"reason.papers-differ-from-issued": LONG})
    assert page.status_code == 422
    assert f"{len(LONG) - 1} characters are too many: say it in {LONGEST_TEXT}." in page.text
    assert value_of(page.text, "reason.papers-differ-from-issued") == LONG.strip()
    assert desk.acts()[-1].by != "nobody"
    assert not any(isinstance(act, Asked) for act in desk.acts())


def test_a_reason_for_no_check_is_not_kept(phone: Phone, desk: Desk) -> None:
    sent = Phone.hidden(phone.open()) | {"issued": "40,113", "papers": "40,113", "reason.nothing": LONG}
    assert phone.send(VERIFICATION, sent).status_code == 303
    (act,) = (act for act in desk.acts() if isinstance(act, Asked))
    assert isinstance(act.command, ReachStage)


def test_a_withdrawal_whose_reason_is_too_long_is_not_made_and_its_text_comes_back(
    client: TestClient, phone: Phone, desk: Desk
) -> None:
    phone.declare()
    officer = signed_in(client, desk, "returning officer", rochester.BALLOT, name="Rita Olu")
    page = officer.open("/count/receipt")
    response = officer.send("/count/withdrawal", Phone.hidden(page, "/count/withdrawal") | {"reason": LONG})
    assert response.status_code == 422
    assert f"say it in {LONGEST_TEXT}" in response.text
    assert LONG.strip() in response.text
    assert not any(isinstance(act, Asked) and isinstance(act.command, Withdraw) for act in desk.acts())


def test_what_the_desk_looks_for_has_a_limit(editor: Phone) -> None:
    response = editor.client.get("/desk", params={"q": "x" * 101})
    assert response.status_code == 422
    assert alert(response.text) == "Look for at most 100 characters: these were 101."


def test_a_line_of_guests_has_a_limit_and_the_list_is_still_there(editor: Phone) -> None:
    page = editor.open("/desk/people")
    lines = "Jane Smith, officer, " + "Rochester " * 2000
    response = editor.send("/desk/invitations", Phone.hidden(page, "/desk/invitations") | {"lines": lines})
    assert response.status_code == 422
    assert "Line 1: a line has at most 300 characters" in alert(response.text)
    assert lines.strip() in response.text
    page = editor.open(CONTEST)
    form = Phone.hidden(page, "/desk/invitations") | {"name": "Bob Lee", "role": "officer", "contests": lines}
    assert "a line has at most 300 characters" in alert(editor.send("/desk/invitations", form).text)


def test_a_pin_longer_than_any_is_neither_hashed_nor_counted(phone: Phone, desk: Desk) -> None:
    link = desk.invite(name="Bob Lee")
    phone.sign_in(link)
    answer = phone.sign_in(link, pin="1" * 100_000)
    assert answer.status_code == 422
    assert "longer than any PIN" in answer.text
    assert not any(isinstance(act, PinMistaken) for act in desk.acts())


def test_a_field_of_our_own_that_is_too_long_is_refused_before_it_is_looked_at(phone: Phone, editor: Phone) -> None:
    sent = Phone.hidden(phone.open()) | {"issued": "40,113", "papers": "40,113"}
    for field in ("step", "x" * 300):
        response: httpx2.Response = phone.send(VERIFICATION, sent | {field: "y" * 300})
        assert response.status_code == 400
        assert "Nothing was sent" in response.text


def test_a_token_longer_than_any_is_not_unpacked() -> None:
    with pytest.raises(NotInvited, match="not a valid invitation"):
        Invitations(SECRET).read("a" * (LONGEST_TOKEN + 1))
