"""Webhooks at the desk: made with a secret that is shown once, tried, switched, dropped; on no public page."""

import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import sleep

import pytest
from standardwebhooks import Webhook
from starlette.testclient import TestClient

from server.app import build_app
from server.election.counting.acts.hook_acts import HookMade
from server.settings import Settings
from tests.count import rochester
from tests.count.conftest import HALL, SECRET, Desk, Phone, declaration, signed_in

FORM = {"kind.results": "yes", "kind.notes": "yes"}


class Receiver(ThreadingHTTPServer):
    """Somebody else's server; ``took`` are the bodies and headers that came."""

    def __init__(self) -> None:
        self.took: list[tuple[bytes, dict[str, str]]] = []
        self.status = 200
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook?token=abc"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, Receiver)
        server.took.append((self.rfile.read(int(self.headers["Content-Length"])), dict(self.headers)))
        self.send_response(server.status)
        self.send_header("Content-Length", "14")
        self.end_headers()
        self.wfile.write(b"well <received>")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def client(desk: Desk, tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(
        redis_url=desk.url,
        data_dir=tmp_path,
        secret_key=SECRET,
        public_url=HALL,
        webhook_networks=("127.0.0.1/32",),
        webhook_pauses=(0.05,),
    )
    with TestClient(build_app(settings), base_url=HALL) as client:
        yield client


@pytest.fixture
def at_the_desk(client: TestClient, desk: Desk) -> Phone:
    phone = signed_in(client, desk, "desk", name="Ann Ray")
    phone.open("/desk/hooks")
    return phone


def _secret(page: str) -> str:
    return re.findall(r"<code>(whsec_[^<]+)</code>", page)[0]


def test_a_webhook_is_made_and_its_secret_shown_once(at_the_desk: Phone, desk: Desk, receiver: Receiver) -> None:
    form = FORM | {"address": receiver.url, "contests": "Elsewhere\n" + rochester.BALLOT}
    sent = Phone.hidden(at_the_desk.page, "/desk/hooks") | form
    made = at_the_desk.client.post("/desk/hooks", data=sent, headers=at_the_desk.origin)
    assert made.status_code == 200
    assert made.headers["cache-control"] == "no-store"
    secret = _secret(made.text)
    again = at_the_desk.client.post("/desk/hooks", data=sent, headers=at_the_desk.origin)
    assert secret not in again.text + at_the_desk.open("/desk/hooks") + at_the_desk.open("/desk/record")
    assert "token=abc" not in at_the_desk.page, "the record names the host alone"
    (act,) = [act for act in desk.acts() if isinstance(act, HookMade)]
    assert (act.url, act.kinds, act.after) == (receiver.url, ("results", "notes"), 1)
    assert set(act.ballots) == {rochester.OTHER, rochester.BALLOT}
    assert "whsec" not in repr(desk.acts())
    assert b"hook" not in at_the_desk.client.get(f"/api/nights/{rochester.NIGHT}/events").content


def test_the_desk_tries_a_webhook_and_reads_the_answer(at_the_desk: Phone, receiver: Receiver) -> None:
    made = at_the_desk.send("/desk/hooks", FORM | {"address": receiver.url})
    at_the_desk.open("/desk/hooks")
    assert at_the_desk.send("/desk/hooks/test").status_code == 303
    body, headers = receiver.took[-1]
    assert Webhook(_secret(made.text)).verify(body, headers)["type"] == "webhook.test"
    assert "<q>well &lt;received</q>" in at_the_desk.open("/desk/hooks")


def test_what_is_declared_is_sent_with_the_secret_that_was_shown(
    at_the_desk: Phone, desk: Desk, receiver: Receiver
) -> None:
    secret = _secret(at_the_desk.send("/desk/hooks", FORM | {"address": receiver.url}).text)
    desk.submit(declaration())
    while not receiver.took:
        sleep(0.01)
    told = Webhook(secret).verify(*receiver.took[0])
    assert (told["type"], told["data"]["event"]["votes"]) == ("contest.declared", rochester.VOTES)
    assert "Up to event 2 of 2" in _shown(at_the_desk, "Up to event 2")
    assert 'declared_hook_deliveries_total{answer="taken"}' in at_the_desk.client.get("/metrics").text


def test_a_webhook_that_nobody_takes_is_off_and_is_switched_on_again(
    at_the_desk: Phone, desk: Desk, receiver: Receiver
) -> None:
    receiver.status = 500
    at_the_desk.send("/desk/hooks", FORM | {"address": receiver.url})
    desk.submit(declaration())
    page = _shown(at_the_desk, "Switched off by itself")
    assert "500 well &lt;received" in page
    assert "not been sent everything" in at_the_desk.open("/desk/close")
    receiver.status = 200
    at_the_desk.open("/desk/hooks")
    assert at_the_desk.send("/desk/hooks/on").status_code == 303
    assert "Up to event 2 of 2" in _shown(at_the_desk, "Up to event 2")
    assert "not been sent everything" not in at_the_desk.open("/desk/close")
    at_the_desk.open("/desk/hooks")
    assert at_the_desk.send("/desk/hooks/off").status_code == 303
    at_the_desk.open("/desk/hooks")
    assert at_the_desk.send("/desk/hooks/drop").status_code == 303
    assert "There is none yet" in at_the_desk.open("/desk/hooks")


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        (FORM | {"address": "cms.example"}, "Write the whole address"),
        (FORM | {"address": "https://me:word@cms.example/"}, "Write the whole address"),
        ({"address": "https://cms.example/"}, "Choose what"),
        (FORM | {"address": "https://cms.example/", "contests": "Nowhere"}, "“Nowhere” is not"),
        (FORM | {"address": "https://cms.example/" + "x" * 500}, "Write the whole address"),
    ],
)
def test_what_cannot_be_comes_back_as_it_was_typed(at_the_desk: Phone, form: dict[str, str], sentence: str) -> None:
    refused = at_the_desk.send("/desk/hooks", form)
    assert refused.status_code == 422
    assert sentence in refused.text
    assert f'value="{form["address"]}"' in refused.text


def test_the_page_speaks_three_languages(at_the_desk: Phone) -> None:
    pages = {code: at_the_desk.client.get(f"/desk/hooks?lang={code}").text for code in ("en", "cy", "de")}
    words = {"en": "Make a webhook", "cy": "Gwneud bachyn gwe", "de": "Webhook anlegen"}
    assert all(words[code] in page for code, page in pages.items())


def _shown(desk: Phone, words: str) -> str:
    while words not in desk.open("/desk/hooks"):
        sleep(0.02)
    return desk.page
