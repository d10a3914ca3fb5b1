"""Invitations and sessions: who gets in, and what is refused at the door."""

import pytest
from itsdangerous import TimestampSigner
from starlette.testclient import TestClient

from server.count.invitations import Invitations, NotInvited
from tests.count import rochester
from tests.count.conftest import HALL, SECRET, Phone, token

LINK = "/count/invitation/"


def test_the_link_says_who_is_invited_for_what_and_signs_nobody_in(client: TestClient) -> None:
    page = client.get(LINK + token())
    assert "Jane Smith" in page.text
    assert "Rochester and Strood" in page.text
    assert client.get("/count", follow_redirects=False).headers["location"] == "/count/invitation"


def test_start_makes_a_session_and_takes_the_token_out_of_the_address(client: TestClient) -> None:
    response = Phone(client).sign_in()
    assert str(response.url) == f"{HALL}/count"
    assert response.headers["cache-control"] == "no-store"
    cookie = response.history[0].headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_without_a_session_the_page_says_how_to_get_one(client: TestClient) -> None:
    response = client.get("/count")
    assert response.history[0].status_code == 303
    assert "not signed in" in response.text


@pytest.mark.parametrize("address", ["/count", "/count/receipt", "/count/check"])
def test_nothing_is_shown_without_a_session(client: TestClient, address: str) -> None:
    assert client.get(address, follow_redirects=False).headers["location"] == "/count/invitation"


@pytest.mark.parametrize("address", ["/count/check", "/count/change", "/count/declare", "/count/stage"])
def test_nothing_is_taken_without_a_session(client: TestClient, address: str) -> None:
    response = client.post(address, data=rochester.texts(), follow_redirects=False)
    assert response.headers["location"] == "/count/invitation"


def test_a_token_that_was_changed_is_refused(client: TestClient) -> None:
    response = client.get(LINK + token()[:-3] + "abc")
    assert response.status_code == 403
    assert "not a valid invitation" in response.text


def test_a_token_signed_with_another_key_is_refused() -> None:
    other = Invitations("another secret").make(rochester.NIGHT, rochester.BALLOT, "Jane Smith")
    with pytest.raises(NotInvited):
        Invitations(SECRET).read(other)


def test_an_invitation_ends_after_fourteen_days(monkeypatch: pytest.MonkeyPatch) -> None:
    made = token()
    now = TimestampSigner(SECRET).get_timestamp()

    def later(_: TimestampSigner) -> int:
        return now + 15 * 24 * 3600

    monkeypatch.setattr(TimestampSigner, "get_timestamp", later)
    with pytest.raises(NotInvited, match="older than 14 days"):
        Invitations(SECRET).read(made)


def test_a_session_that_was_made_up_is_none(client: TestClient) -> None:
    client.cookies.set("count", "eyJpbnZpdGF0aW9uIjoge319.aaaa.bbbb")
    assert client.get("/count", follow_redirects=False).status_code == 303


def test_an_invitation_to_a_night_that_is_not_on_air_is_told_so(client: TestClient) -> None:
    response = client.get(LINK + token(night="parl.never.2014-11-20"))
    assert response.status_code == 404
    assert "not on air" in response.text


def test_start_without_the_page_of_the_link_is_refused(client: TestClient) -> None:
    assert client.post(LINK + token(), headers={"Origin": HALL}).status_code == 403


def test_a_form_without_the_sessions_secret_is_refused(phone: Phone) -> None:
    response = phone.send("/count/declare", rochester.texts() | {"csrf": "guessed"})
    assert response.status_code == 403
    assert "Nothing was sent" in response.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_from_another_site_is_refused(phone: Phone, headers: dict[str, str]) -> None:
    response = phone.send("/count/declare", rochester.texts(), **headers)
    assert response.status_code == 403
    assert "another site" in response.text


def test_a_form_left_open_for_another_contest_is_refused(phone: Phone) -> None:
    left_open = dict(phone.fields)
    phone.sign_in(rochester.OTHER)
    response = phone.send("/count/declare", rochester.texts() | {"contest": left_open["contest"]})
    assert response.status_code == 403
    assert "another contest" in response.text


def test_one_link_can_be_started_only_so_often_in_a_minute(client: TestClient) -> None:
    link = LINK + token()
    hidden = Phone.hidden(client.get(link).text)
    answers = [
        client.post(link, data=Phone.hidden(client.get(link).text) or hidden, headers={"Origin": HALL})
        for _ in range(12)
    ]
    assert answers[0].status_code == 200
    refused = answers[-1]
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert "try again" in refused.text
