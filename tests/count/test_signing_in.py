"""Opening an invitation: the link, the PIN, the session, and the way back after a lock-out."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from server.count.visit import pins
from server.count.visit.invitations import Invitations, NotInvited
from server.count.visit.pins import hashed, is_pin
from server.count.visit.signed import Signer
from server.election.counting.acts import PinChosen, PinCleared, PinMistaken, Revoked, SessionsEnded, SignedIn
from server.stream import clock
from tests.conftest import THOROUGH
from tests.count import rochester
from tests.count.conftest import HALL, PIN, SECRET, Desk, Phone, another, signed_in, stamp, token

WELCOME = "/count/invitation"


@pytest.fixture
def link(desk: Desk) -> str:
    """An invitation that nobody has opened."""
    return desk.invite()


def invitation_of(link: str) -> str:
    return Invitations(SECRET).read(link.rpartition("/")[2])[1]


def test_the_link_says_who_is_invited_for_what_and_signs_nobody_in(client: TestClient, desk: Desk, link: str) -> None:
    before = desk.acts()
    page = client.get(link).text
    assert "Jane Smith, you are invited as officer" in page
    assert "Rochester and Strood" in page
    assert "Choose a PIN" in page
    assert client.get("/count", follow_redirects=False).headers["location"] == WELCOME
    assert desk.acts() == before, "a preview of the link changes nothing"


def test_start_makes_a_session_and_takes_the_token_out_of_the_address(client: TestClient, link: str) -> None:
    response = Phone(client).sign_in(link)
    assert str(response.url) == f"{HALL}/count"
    assert response.headers["cache-control"] == "no-store"
    assert token(invitation_of(link)) not in response.history[0].headers["location"] + response.text


@pytest.fixture
def thorough(monkeypatch: pytest.MonkeyPatch) -> None:
    """PINs are hashed as the program does it."""
    monkeypatch.setattr(pins, "_hasher", THOROUGH)


@pytest.mark.usefixtures("thorough")
def test_the_pin_is_kept_only_as_a_hash(client: TestClient, desk: Desk, link: str) -> None:
    Phone(client).sign_in(link)
    (act,) = (act for act in desk.acts() if isinstance(act, PinChosen))
    assert act.pin.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert asyncio.run(is_pin(PIN, act.pin))
    assert not asyncio.run(is_pin("2581", act.pin))


@pytest.mark.parametrize("pin", ["", "123", "12345", "0000", "987654", "123456789", "12a4", "２５８０"])
def test_a_pin_that_is_none_or_too_easily_guessed_is_refused(
    client: TestClient, desk: Desk, link: str, pin: str
) -> None:
    assert Phone(client).sign_in(link, pin).status_code == 422
    assert not any(isinstance(act, PinChosen) for act in desk.acts())


def test_another_phone_gets_in_with_the_pin_and_both_go_on(client: TestClient, link: str) -> None:
    first, second = Phone(client), Phone(another(client))
    first.sign_in(link)
    assert "Your PIN" in second.client.get(link).text
    assert str(second.sign_in(link).url) == f"{HALL}/count"
    assert "Announce the turnout" in first.open()
    assert "Announce the turnout" in second.open()


def test_whoever_is_second_to_choose_a_pin_has_not_chosen_it(client: TestClient, desk: Desk, link: str) -> None:
    one, other = Phone(client), Phone(another(client))
    one.page, other.page = client.get(link).text, other.client.get(link).text
    assert one.send(link, {"pin": PIN}).status_code == 303
    assert "That is not the PIN. 4 tries are left." in other.send(link, {"pin": "1357"}).text
    assert len([act for act in desk.acts() if isinstance(act, PinChosen)]) == 1


def test_five_wrong_pins_in_a_row_lock_the_invitation_and_only_the_desk_opens_it(
    client: TestClient, desk: Desk, link: str
) -> None:
    phone, other = Phone(client), Phone(another(client))
    phone.sign_in(link)
    for left in ("4 tries are", "3 tries are", "2 tries are", "1 try is"):
        assert f"{left} left" in other.sign_in(link, "1357").text
    locked = other.sign_in(link, "1357").text
    assert "This invitation is locked after too many wrong PINs" in locked
    assert 'name="pin"' not in locked
    assert "Announce the turnout" in phone.open(), "who is signed in is not thrown out by a stranger's guesses"
    desk.record(PinCleared(**stamp("clear"), invited=invitation_of(link)))
    assert "The desk has signed this phone out" in phone.open()
    assert str(phone.sign_in(link, "8642").url) == f"{HALL}/count"
    assert sum(isinstance(act, PinMistaken) for act in desk.acts()) == 5


def test_the_right_pin_does_not_open_what_is_locked(client: TestClient, desk: Desk, link: str) -> None:
    phone = Phone(client)
    phone.sign_in(link)
    phone.page = client.get(link).text
    for number in range(5):
        desk.record(PinMistaken(**stamp(f"wrong-{number}", invitation=invitation_of(link))))
    refused = phone.send(link, {"pin": PIN})
    assert refused.status_code == 422
    assert "locked" in refused.text
    assert not any(isinstance(act, SignedIn) for act in desk.acts())


def test_a_right_pin_forgets_the_wrong_ones(client: TestClient, link: str) -> None:
    phone = Phone(client)
    for pin in (PIN, "1357", PIN):
        phone.sign_in(link, pin)
    assert "4 tries are left" in phone.sign_in(link, "1357").text


def test_a_wrong_pin_opens_nothing_while_the_right_one_is_entered_elsewhere(
    client: TestClient, desk: Desk, link: str
) -> None:
    """The last try that is left, at the moment at which the right PIN gives all of them back."""
    guesser = Phone(another(client))
    Phone(client).sign_in(link)
    guesser.page = guesser.client.get(link).text
    for number in range(4):
        desk.record(PinMistaken(**stamp(f"wrong-{number}", invitation=invitation_of(link))))

    def body() -> Iterator[bytes]:
        """Asked for once it is known who is invited, and how many tries are left."""
        elsewhere = SignedIn(**stamp("elsewhere", invitation=invitation_of(link)), session="elsewhere")
        with ThreadPoolExecutor() as pool:
            pool.submit(desk.record, elsewhere).result()
        yield urlencode(guesser.hidden(guesser.page) | {"pin": "1357"}).encode()

    headers = guesser.origin | {"Content-Type": "application/x-www-form-urlencoded"}
    answer = guesser.client.post(link, content=body(), headers=headers, follow_redirects=False)
    assert answer.status_code == 422
    assert [act.session for act in desk.acts() if isinstance(act, SignedIn)] == ["elsewhere"]


def test_a_revoked_invitation_opens_nothing_and_ends_what_it_had_opened(
    client: TestClient, desk: Desk, link: str
) -> None:
    phone = Phone(client)
    phone.sign_in(link)
    desk.record(Revoked(**stamp("revoke"), invited=invitation_of(link)))
    ended = client.get("/count", follow_redirects=False)
    assert ended.headers["location"] == f"{WELCOME}?ended=1"
    refused = client.get(link)
    assert refused.status_code == 403
    assert "not good any more" in refused.text


def test_a_session_that_the_desk_ended_is_over_and_the_pin_brings_it_back(
    client: TestClient, desk: Desk, link: str
) -> None:
    phone = Phone(client)
    phone.sign_in(link)
    desk.record(SessionsEnded(**stamp("end"), invited=invitation_of(link)))
    assert "The desk has signed this phone out" in phone.open()
    assert phone.send("/count/verification").headers["location"] == f"{WELCOME}?ended=1"
    assert str(phone.sign_in(link).url) == f"{HALL}/count"


def test_without_a_session_the_page_says_how_to_get_one(client: TestClient) -> None:
    response = client.get("/count")
    assert response.history[0].status_code == 303
    assert "not signed in" in response.text


def test_a_token_that_was_changed_is_refused(client: TestClient, link: str) -> None:
    response = client.get(link[:-3] + "abc")
    assert response.status_code == 403
    assert "not a valid invitation" in response.text


def test_a_token_signed_with_another_key_is_refused() -> None:
    other = Invitations("another secret").make(rochester.NIGHT, "anybody")
    with pytest.raises(NotInvited):
        Invitations(SECRET).read(other)


def test_an_invitation_ends_after_fourteen_days(monkeypatch: pytest.MonkeyPatch) -> None:
    made = token("anybody")
    now = Signer(SECRET).get_timestamp()

    def later(_: Signer) -> int:
        return now + 15 * 24 * 3600

    monkeypatch.setattr(Signer, "get_timestamp", later)
    with pytest.raises(NotInvited, match="older than 14 days"):
        Invitations(SECRET).read(made)


def test_a_session_that_was_made_up_is_none(client: TestClient) -> None:
    client.cookies.set("count", "eyJpbnZpdGF0aW9uIjoge319.aaaa.bbbb")
    assert client.get("/count", follow_redirects=False).status_code == 303


def test_an_invitation_to_a_night_that_is_not_on_air_opens_nothing(client: TestClient) -> None:
    response = client.get(f"{WELCOME}/{token('anybody', night='parl.never.2014-11-20')}")
    assert response.status_code == 403
    assert "not on air any more" in response.text


def test_start_without_the_page_of_the_link_is_refused(client: TestClient, link: str) -> None:
    assert client.post(link, data={"pin": PIN, "csrf": ""}, headers={"Origin": HALL}).status_code == 403


def test_a_form_without_the_sessions_secret_is_refused(phone: Phone) -> None:
    response = phone.send("/count/verification", {"issued": "40113", "papers": "40113", "csrf": "guessed"})
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
    response = phone.send("/count/verification", {"issued": "40113", "papers": "40113"}, **headers)
    assert response.status_code == 403
    assert "another site" in response.text


def test_a_form_left_open_for_another_contest_is_refused(phone: Phone, desk: Desk) -> None:
    left_open = Phone(phone.client, phone.page)
    phone.sign_in(desk.invite("officer", rochester.OTHER))
    mine = phone.hidden(phone.page)
    response = left_open.send("/count/verification", {"issued": "40113", "papers": "40113", "csrf": mine["csrf"]})
    assert response.status_code == 403
    assert "another contest" in response.text


def test_one_link_can_be_started_only_so_often_in_a_minute(client: TestClient, link: str) -> None:
    phone = Phone(client, client.get(link).text)
    answers = [phone.send(link, {"pin": "1234"}) for _ in range(12)]
    assert answers[0].status_code == 422
    refused = answers[-1]
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert "try again" in refused.text
    in_german = phone.send(link, {"pin": "1234"}, **{"Accept-Language": "de"})
    assert "Sekunden noch einmal" in in_german.text, "in the officer's own language"


def test_wrong_tokens_from_an_address_are_limited_and_good_ones_from_a_full_hall_are_not(
    client: TestClient, link: str
) -> None:
    answers = [client.get("/count/invitation/wrong").status_code for _ in range(302)]
    assert (answers[0], answers[-1]) == (403, 429)
    assert client.get(link).status_code == 200
    phone = Phone(client)
    phone.sign_in(link)
    assert "/count/verification" in phone.open()


@pytest.mark.usefixtures("thorough")
async def test_pins_of_a_whole_hall_hold_up_nothing_else_that_wants_a_thread() -> None:
    hashes = [asyncio.create_task(hashed("4711")) for _ in range(16)]
    await asyncio.sleep(0)
    await asyncio.to_thread(int)
    assert sum(not one.done() for one in hashes) > len(hashes) / 2
    await asyncio.gather(*hashes)


def test_an_invitation_can_send_only_so_often_in_a_minute(phone: Phone) -> None:
    answers = [phone.send("/count/stage", {"stage": ""}) for _ in range(62)]
    assert {answer.status_code for answer in answers[:50]} == {303}
    assert answers[-1].status_code == 429


def test_the_address_of_an_invitation_is_told_to_no_other_address(client: TestClient, desk: Desk) -> None:
    for page in (client.get(desk.invite()), client.get(desk.invite("desk"))):
        assert page.status_code == 200
        assert page.headers["referrer-policy"] == "origin"


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("192.168.1.20:8000", "http://192.168.1.20:8000"),
        ("hall.local:8000", "http://hall.local:8000"),
        ("[2001:db8::7]:8000", "http://[2001:db8::7]:8000"),
        ("testserver", HALL),
        ("127.0.0.1:8000", HALL),  # a proxy that asks by another name
    ],
    ids=["an address", "a .local name", "IPv6", "PUBLIC_URL", "PUBLIC_URL by a proxy"],
)
def test_a_phone_signs_in_by_whichever_name_it_opened_the_machine(
    client: TestClient, link: str, host: str, origin: str
) -> None:
    page = client.get(link, headers={"Host": host})
    data = Phone.hidden(page.text) | {"pin": PIN}
    started = client.post(
        link,
        data=data,
        headers={"Host": host, "Origin": origin, "Sec-Fetch-Site": "same-origin"},
        follow_redirects=False,
    )
    assert (started.status_code, started.headers["location"]) == (303, "/count")


def test_once_a_night_is_over_its_people_are_told_so_and_not_to_sign_in_again(
    phone: Phone, client: TestClient, desk: Desk
) -> None:
    editor, link = signed_in(client, desk, "desk", name="Ann Ray"), desk.invite()
    desk.do(lambda stream: stream.erase(rochester.NIGHT))
    for visitor, area in ((phone, "count"), (editor, "desk")):
        for _ in range(2):  # the page's own question, and then its person
            answer = visitor.client.get(f"/{area}", follow_redirects=False)
            assert (answer.status_code, answer.headers["location"]) == (303, f"/{area}/invitation?over=1")
        assert "The night is over" in visitor.open(f"/{area}")
    answer = client.get(link)
    assert answer.status_code == 403 and "is for a night that is not on air any more" in answer.text


@pytest.mark.parametrize("seconds", [5, 3600, 40 * 24 * 3600])
def test_an_invitation_is_good_on_a_machine_whose_time_is_behind(seconds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    link = Invitations("a secret").make("night", "invitation")
    there = clock.now() - timedelta(seconds=seconds)
    monkeypatch.setattr("server.count.visit.signed.now", lambda: there)
    assert Invitations("a secret").read(link) == ("night", "invitation", "")


def test_the_time_of_redis_counts_and_not_that_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_clock", clock._Clock())  # pyright: ignore[reportPrivateUsage]
    clock.heard(2_000_000_000.0)
    link = Invitations("a secret").make("night", "invitation")
    monkeypatch.setattr("time.time", lambda: 0.0)
    assert Invitations("a secret").read(link) == ("night", "invitation", "")
    clock.heard(2_000_000_000.0 + 15 * 24 * 3600)
    with pytest.raises(NotInvited, match="older than 14 days"):
        Invitations("a secret").read(link)
