"""The very second at which a poll closes: before it no way lets a figure out, from it on each does."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from server.election.clock import LONDON
from server.election.counting.acts import Asked, PapersVerified, SheetKeyed
from server.election.events import NightAmended, NightHeld, NightReleased
from server.stream import clock
from tests.count import rochester
from tests.count.conftest import Desk, Phone, signed_in
from tests.count.desk.conftest import alert, text
from tests.count.desk.test_paper import amend
from tests.count.test_api import Program

CLOSE = datetime.now(LONDON).replace(hour=22, minute=0, second=0, microsecond=0) + timedelta(days=1)
BEFORE = CLOSE - timedelta(microseconds=1)
NOT_YET = "The poll closes at 22:00: nothing is published before that."
LATE = {"Date": "Wed, 31 Dec 2098 23:59:59 GMT", "If-Modified-Since": "Wed, 31 Dec 2098 23:59:59 GMT"}


@contextmanager
def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> Generator[None]:
    """Redis's time, as this process knows it, stands still at this moment."""
    with monkeypatch.context() as patch:
        patch.setattr(clock._clock, "now", moment.timestamp)  # pyright: ignore[reportPrivateUsage]
        yield


def there(monkeypatch: pytest.MonkeyPatch, client: TestClient, desk: Desk, role: str, name: str) -> Phone:
    """Somebody who signed in an hour before the close, since a session lasts a day."""
    with at(monkeypatch, CLOSE - timedelta(hours=1)):
        return signed_in(client, desk, role, name=name)


@pytest.fixture
def tonight(desk: Desk) -> Desk:
    """The night with its poll still open."""
    desk.open_night(replace(rochester.night(), polls_close=CLOSE, date=CLOSE.date()))
    return desk


def test_a_program_is_refused_up_to_the_second_and_then_taken_whatever_its_own_clock_says(
    tonight: Desk, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = Program(client, tonight.invite())
    with at(monkeypatch, BEFORE):
        refused = program.post(**LATE)
        assert (refused.status_code, refused.json()["code"], refused.json()["detail"]) == (409, "poll-open", NOT_YET)
    assert len(tonight.events()) == 1
    with at(monkeypatch, CLOSE):
        assert program.post(**LATE).status_code == 201
    assert [event.at for event in tonight.events()[1:]] == [CLOSE] * 2


def test_two_phones_and_a_returning_officer_are_refused_up_to_the_second_and_then_taken(
    tonight: Desk, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    tonight.choose_entry("double")
    officer = there(monkeypatch, client, tonight, "officer", name="Jane Smith")
    second = there(monkeypatch, client, tonight, "second officer", name="Ann Lee")
    returning = there(monkeypatch, client, tonight, "returning officer", name="Olu Hay")
    verification = {"issued": "40,113", "papers": "40,113"}
    with at(monkeypatch, BEFORE):
        officer.open()
        for address, texts in (("/count/stage", {"stage": "boxes in"}), ("/count/verification", verification)):
            answer = officer.send(address, texts, **LATE)
            assert answer.status_code in (409, 422) and NOT_YET in alert(answer.text), address
        for phone in (officer, second):
            phone.open()
            data = phone.hidden(phone.page) | rochester.texts()
            answer = phone.client.post("/count/sheet", data=data, headers=phone.origin)
            assert answer.status_code in (409, 422, 403), answer.status_code
        answer = returning.client.post(
            "/count/declare", data=returning.hidden(returning.open()), headers=returning.origin
        )
        assert NOT_YET in text(answer.text)
    assert len(tonight.events()) == 1
    assert not any(isinstance(act, Asked | PapersVerified | SheetKeyed) for act in tonight.acts())
    with at(monkeypatch, CLOSE):
        officer.open()
        assert officer.send("/count/verification", verification).status_code == 303
        for phone in (officer, second):
            phone.open()
            assert phone.send("/count/sheet", rochester.texts()).status_code == 303
        returning.open()
        assert returning.send("/count/declare").status_code == 303
    assert [event.at for event in tonight.events()[1:]] == [CLOSE] * 2


def test_a_hold_keeps_no_figure_for_the_close(
    tonight: Desk, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, editor = Program(client, tonight.invite()), there(monkeypatch, client, tonight, "desk", name="Ann Ray")
    with at(monkeypatch, BEFORE):
        editor.open("/desk/hold")
        assert editor.send("/desk/hold").status_code == 303
        assert program.post().json()["code"] == "poll-open"
    with at(monkeypatch, CLOSE):
        editor.open("/desk/hold")
        assert editor.send("/desk/release").status_code == 303
    assert [type(event) for event in tonight.events()[1:]] == [NightHeld, NightReleased]


def test_hours_that_are_put_right_move_the_second(
    tonight: Desk, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, editor = Program(client, tonight.invite()), there(monkeypatch, client, tonight, "desk", name="Ann Ray")
    with at(monkeypatch, CLOSE - timedelta(hours=1)):
        assert amend(editor, "/desk/night", paper__closes="22:30").status_code == 303
    with at(monkeypatch, CLOSE):
        assert "22:30" in program.post().json()["detail"]
        assert amend(editor, "/desk/night", paper__closes="21:45").status_code == 303
        assert program.post().status_code == 201
    assert [type(event) for event in tonight.events()[1:3]] == [NightAmended] * 2
