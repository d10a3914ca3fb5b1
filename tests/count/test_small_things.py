"""Small things that people stumble over: what a page calls a phone, cookies that are off, a list that stands still."""

from starlette.testclient import TestClient

from server.count.visit.sending import device_told
from tests.count import rochester
from tests.count.conftest import Desk, Phone, another, declaration, signed_in
from tests.count.rochester import texts


def test_a_phone_is_called_by_what_it_is_and_not_by_a_code() -> None:
    assert device_told("iPhone, Safari, 10.0.0.7, p4PuRy") == "iPhone, Safari, 10.0.0.7"
    assert device_told("10.0.0.7, p4-_Ry") == "10.0.0.7"
    for whole in ("Windows, Chrome", "Android, Safari", "the command line", "iPhone, Safari, 10.0.0.7", ""):
        assert device_told(whole) == whole


def test_figures_from_another_phone_are_told_without_its_code(phone: Phone, client: TestClient, desk: Desk) -> None:
    phone.verify()
    other = Phone(phone.client, phone.page)
    phone.key()
    refused = other.send("/count/sheet", texts(rochester.VOTES | {"1": 53, "2": 23}))
    assert (refused.status_code, "from testclient. Those below" in refused.text) == (409, True)
    editor = signed_in(client, desk, "desk", name="Ann Ray")
    act = next(act for act in desk.acts() if type(act).__name__ == "SheetKeyed")
    code = act.device.rpartition(", ")[2]
    assert len(code) == 6
    for address in ("/desk/record", "/desk/people", f"/desk/contests/{rochester.BALLOT}"):
        assert code not in editor.open(address)


def test_a_browser_without_cookies_is_told_so(client: TestClient, desk: Desk) -> None:
    link = desk.invite()
    phone = Phone(another(client))
    page = phone.client.get(link).text
    phone.client.cookies.clear()
    answer = phone.client.post(link, data=Phone.hidden(page) | {"pin": "2580"}, headers=phone.origin)
    assert answer.status_code == 403
    assert "Cookies are off" in answer.text
    assert "Allow cookies for this site, and open the link again." in answer.text


def test_a_list_of_contests_says_when_it_is_another(client: TestClient, desk: Desk) -> None:
    phone = signed_in(client, desk, "officer", rochester.BALLOT, rochester.OTHER, name="Jane Smith")
    page = phone.open()
    assert "Your contests" in page
    before = phone.client.get("/count/state").json()["token"]
    assert f'data-token="{before}"' in page
    desk.submit(declaration())
    assert phone.client.get("/count/state").json()["token"] != before
    assert "declared" in phone.open()
