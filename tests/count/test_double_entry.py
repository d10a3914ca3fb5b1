"""Two people key each result, neither sees the other's figures, and nobody else sees any before they are declared."""

import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from socket import socket

import httpx2
import pytest
from starlette.routing import Route
from starlette.testclient import TestClient
from websockets.sync.client import connect

from server.access import everyone
from server.app import build_app
from server.election.commands import ReachStage
from server.election.counting.acts import SheetKeyed
from server.settings import Settings
from server.stream.embedded import Embedded
from tests.count import rochester
from tests.count.conftest import Desk, Phone, declaration, process, signed_in, value_of
from tests.count.rochester import RECKLESS, TOLHURST, texts
from tests.count.test_api import ADDRESS, BODY

SHEET, DECLARE = "/count/sheet", "/count/declare"
# Figures that stand nowhere else, so that they can be looked for; a sum of three, so that all papers are accounted for.
ONE = rochester.VOTES | {RECKLESS: 16871, TOLHURST: 13943}
OTHER = rochester.VOTES | {RECKLESS: 16859, TOLHURST: 13955}
PEOPLE = {"officer": "Zebedee Quux", "second officer": "Ann Lee", "returning officer": "Ray Turner"}
CONTEST = f"/nights/{rochester.NIGHT}/contests/{rochester.BALLOT}"
DISTINCT_PIN = "74029183"
OF_ONE, OF_OTHER = (16871, 13943), (16859, 13955)


@pytest.fixture
def officer(phone: Phone, desk: Desk) -> Phone:
    """The first of two, with the sheet open."""
    desk.choose_entry("double")
    phone.verify()
    return phone


@pytest.fixture
def second(officer: Phone, client: TestClient, desk: Desk) -> Phone:
    """The second of two, with the sheet open."""
    return signed_in(client, desk, "second officer", name="Ann Lee")


@pytest.fixture
def returning(officer: Phone, client: TestClient, desk: Desk) -> Phone:
    """The returning officer."""
    return signed_in(client, desk, "returning officer", name="Ray Turner")


def shows(page: str, numbers: Iterable[int]) -> bool:
    """Whether any of these numbers is anywhere in a page, typed in any way."""
    return any(re.search(rf"(?<![\w.]){number // 1000}[, ]?{number % 1000:03}(?!\w)", page) for number in numbers)


def pages_of(phone: Phone) -> str:
    """Every page that somebody at the count can open."""
    addresses = ("/count", "/count?change=1", "/count/receipt", "/count/state", "/count/sheet", "/count/declare")
    return "".join(phone.client.get(address).text for address in addresses)


def test_each_keys_blind_in_every_state_until_both_are_equal(
    officer: Phone, second: Phone, returning: Phone, desk: Desk
) -> None:
    officer.send(SHEET, texts(ONE))
    assert "Your sheet is with the desk" in officer.open()
    assert "Waiting for the second officer" in officer.open()
    assert shows(pages_of(officer), OF_ONE), "one's own figures can be changed"
    assert value_of(second.open(), "votes.11") == "", "the second person begins with nothing"
    for page in (pages_of(second), pages_of(returning)):
        assert not shows(page, OF_ONE)

    second.send(SHEET, texts(OTHER))
    for phone, own, others in ((officer, OF_ONE, OF_OTHER), (second, OF_OTHER, OF_ONE)):
        page = phone.open()
        assert "The two sheets differ" in page
        assert "Mark Reckless, Kelly Tolhurst" in page
        assert re.findall(r'id="(votes-\d+|rejected-\w+)-differs"', page) == ["votes-11", "votes-13"]
        assert shows(pages_of(phone), own)
        assert not shows(pages_of(phone), others)
    assert not shows(pages_of(returning), (*OF_ONE, *OF_OTHER)), "nothing is confirmed yet"
    assert "Declare</button>" not in returning.page

    second.open()
    assert second.send(SHEET, texts(ONE)).status_code == 303
    for phone in (officer, second, returning):
        assert shows(phone.open(), OF_ONE)
        assert "Both sheets are equal" in phone.page
    assert "Declare</button>" in officer.page
    assert "Declare</button>" not in second.page
    assert "Declare</button>" in returning.page
    assert returning.send(DECLARE).status_code == 303
    assert [event.votes for event in desk.declared()] == [ONE]


def test_a_refused_sheet_shows_nothing_of_the_other_one(officer: Phone, second: Phone) -> None:
    second.open()
    officer.send(SHEET, texts(ONE))
    for wrong in ({"votes.1": ""}, {"votes.1": "55"}, {"replaces": "7"}, {"round": "7"}, {"lot": RECKLESS}):
        refused = second.send(SHEET, texts(OTHER) | wrong)
        assert refused.status_code in (409, 422)
        assert not shows(refused.text, OF_ONE)


@pytest.mark.parametrize("field", ["votes.1", "rejected.identifiable"])
def test_one_paper_in_another_row_is_a_difference(officer: Phone, second: Phone, field: str) -> None:
    officer.send(SHEET, texts())
    second.open()
    to = {"votes.1": {"votes.1": "55", "votes.2": "21"}}.get(field) or {
        "rejected.identifiable": "2",
        "rejected.more_than_one": "16",
    }
    second.send(SHEET, texts() | to)
    assert f'id="{field.replace(".", "-")}-differs"' in officer.open()


def test_another_lot_is_a_difference(officer: Phone, second: Phone, desk: Desk) -> None:
    draw = rochester.VOTES | {RECKLESS: 15407, TOLHURST: 15407}
    officer.send(SHEET, texts(draw, lot=RECKLESS))
    second.open()
    second.send(SHEET, texts(draw, lot=TOLHURST))
    assert "Look at the paper again, both of you: The lot." in second.open()
    assert officer.send(DECLARE).headers["location"] == "/count"
    assert desk.declared() == []


def test_nothing_is_declared_before_both_are_equal(officer: Phone, second: Phone, returning: Phone, desk: Desk) -> None:
    for figures, phone in ((ONE, officer), (OTHER, second)):
        phone.open()
        phone.send(SHEET, texts(figures))
        for one in (officer, returning):
            assert one.send(DECLARE, {"sheet": "5"}).headers["location"] == "/count"
    assert desk.declared() == []


@pytest.mark.parametrize("name", ["Jane Smith", " jane  SMITH "])
def test_the_same_person_cannot_key_both(officer: Phone, client: TestClient, desk: Desk, name: str) -> None:
    officer.send(SHEET, texts())
    herself = signed_in(client, desk, "second officer", name=name)
    herself.open()
    refused = herself.send(SHEET, texts())
    assert refused.status_code == 409
    assert "a different person must key this one" in refused.text
    assert [act.role for act in desk.acts() if isinstance(act, SheetKeyed)] == ["officer"]


def test_only_the_officer_and_the_returning_officer_declare(officer: Phone, second: Phone, desk: Desk) -> None:
    officer.send(SHEET, texts())
    second.open()
    second.send(SHEET, texts())
    refused = second.send(DECLARE, {"sheet": str(len(desk.acts()))})
    assert refused.status_code == 403
    assert "not for the second officer" in refused.text
    assert desk.declared() == []
    officer.open()
    assert officer.send(DECLARE).headers["location"] == "/count/receipt"
    assert len(desk.declared()) == 1


def test_only_the_two_key_and_the_second_only_where_two_are_wanted(
    officer: Phone, second: Phone, returning: Phone, desk: Desk
) -> None:
    assert returning.send(SHEET, texts()).status_code == 403
    desk.choose_entry("single")
    assert "One person keys each result of this night" in second.open()


def test_a_program_declares_nothing_that_two_have_not_confirmed(officer: Phone, client: TestClient, desk: Desk) -> None:
    program = {"Authorization": f"Bearer {desk.invite(name='Ann Lee').rpartition('/')[2]}", "Idempotency-Key": "one"}
    response = client.post(ADDRESS, json=BODY, headers=program)
    assert (response.status_code, response.json()["code"]) == (409, "not-confirmed")
    assert desk.declared() == []


def test_a_correction_is_keyed_by_both(officer: Phone, second: Phone, desk: Desk) -> None:
    desk.submit(declaration())
    officer.open("/count/receipt")
    officer.send("/count/correction", {"reason": "The last two were read in each other's place."})
    for phone, others in ((officer, ()), (second, OF_ONE)):
        form = phone.open()
        assert value_of(form, "votes.11") == "16,867", "both begin with what is declared"
        assert not shows(form, others)
        assert phone.send(SHEET, texts(ONE)).status_code == 303
    officer.open()
    officer.send(DECLARE)
    assert "Corrected. Receipt" in officer.open("/count/receipt")


def test_a_recount_voids_both_sheets_and_gives_each_their_own_back(officer: Phone, second: Phone, desk: Desk) -> None:
    for phone, theirs in ((officer, ONE), (second, ONE | {"1": 55, "2": 21})):
        phone.open()
        phone.send(SHEET, texts(theirs))
    desk.submit(ReachStage(id="r", by="desk", ballot=rochester.BALLOT, stage="recount"))
    for phone, theirs in ((officer, ONE), (second, ONE | {"1": 55, "2": 21})):
        form = phone.open()
        assert "These are your figures from before the recount" in form
        assert value_of(form, "votes.1") == str(theirs["1"]), "each sees their own, and not the other's"
    assert officer.send(DECLARE, {"sheet": "6"}).headers["location"] == "/count"
    assert desk.declared() == []


class Public:
    """Everything that anybody can see of a running program without an invitation, and what the program prints."""

    def __init__(self, client: httpx2.Client, printed: Path, redis_url: str) -> None:
        self.client, self._printed = client, printed
        names = {"night": rochester.NIGHT, "ballot": rochester.BALLOT, "part": "0", "photo": "0" * 64}
        names |= {"digest": "x", "name:path": "count.js", "code": "AAAAA", "body": "local.kent"}
        names |= {"form": "post", "table": "candidates", "task": "chart"}
        routes = build_app(Settings(redis_url=redis_url, secret_key="x")).routes
        self.addresses = [
            re.sub(r"{([^}]+)}", lambda found: names[found[1]], route.path)
            for route in routes
            if isinstance(route, Route)
            and getattr(route.endpoint, "rule", None) is everyone
            and not route.path.startswith("/api/archive.")  # all past nights: any number is in them
        ]
        self._live = f"ws{str(client.base_url).removeprefix('http').rstrip('/')}/nights/{rochester.NIGHT}/live"

    def texts(self, until: str = "") -> dict[str, str]:
        """Where → what is said there; the pages first say ``until``."""
        while until not in self.client.get(CONTEST).text:
            pass
        said = {address: self.client.get(address).text for address in self.addresses}
        seq = self.client.get(f"/api/nights/{rochester.NIGHT}").json()["seq"]
        said["event stream"] = "".join(self._events(seq))
        with connect(f"{self._live}?contest={rochester.BALLOT}") as line:
            said["websocket"] = str(line.recv(10))
        with connect(self._live, subprotocols=["json"]) as line:  # type: ignore[list-item] # it is a str of a kind
            said["websocket, JSON"] = "".join(str(line.recv(10)) for _ in range(seq))
        return said | {"printed": self._printed.read_text()}

    def _events(self, last: int) -> Iterator[str]:
        address = f"/api/nights/{rochester.NIGHT}/events"
        with self.client.stream("GET", address, headers={"Accept": "text/event-stream"}) as response:
            lines = response.iter_lines()
            for line in lines:
                yield line
                if line == f"id: {last}":
                    yield next(lines)
                    return


@pytest.fixture
def public(hall: Embedded, desk: Desk, tmp_path: Path) -> Iterator[Public]:
    """A real process with the night on air."""
    with closing(socket()) as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    with process(tmp_path, hall.url, port), httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client:
        yield Public(client, tmp_path / "printed", hall.url)


def test_nothing_that_is_not_declared_is_public_anywhere(public: Public, desk: Desk) -> None:
    base = str(public.client.base_url)
    desk.choose_entry("double")
    links = {name: desk.invite(role, name=name) for role, name in PEOPLE.items()}
    phones = {name: Phone(httpx2.Client(base_url=base, follow_redirects=True)) for name in links}
    for name, link in links.items():
        phones[name].sign_in(link, DISTINCT_PIN)
    officer, second = phones["Zebedee Quux"], phones["Ann Lee"]
    officer.verify()

    moments: list[dict[str, str]] = []
    officer.send(SHEET, texts(ONE))
    moments.append(public.texts("40,113"))
    second.open()
    second.send(SHEET, texts(OTHER))
    moments.append(public.texts())
    second.open()
    second.send(SHEET, texts(ONE))
    moments.append(public.texts())
    desk.hold()
    officer.open()
    officer.send(DECLARE)
    assert "Not on air" in officer.open()
    moments.append(public.texts("40,113"))
    for moment in moments:
        assert len(moment) > 15
        assert [where for where, text in moment.items() if shows(text, (*OF_ONE, *OF_OTHER))] == []
        hidden = [
            *(link.rpartition("/")[2] for link in links.values()),
            DISTINCT_PIN,
            "argon2",
            *PEOPLE.values(),
        ]
        assert [where for where, text in moment.items() if any(one in text for one in hidden)] == []

    desk.release()
    officer.open()
    declared = public.texts("16,871")
    assert [where for where, text in declared.items() if any(name in text for name in PEOPLE.values())] == []
    for where in ("websocket", "websocket, JSON", "event stream", f"/api/nights/{rochester.NIGHT}/events", CONTEST):
        assert shows(declared[where], OF_ONE), f"{where} is looked at in the right place"
        assert not shows(declared[where], OF_OTHER)
