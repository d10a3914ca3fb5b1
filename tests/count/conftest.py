"""A phone, a program and a desk at one count: the real app on a real Redis-protocol server."""

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import TypeVar, cast

import httpx2
import pytest
from starlette.testclient import TestClient

from server.app import build_app
from server.count.visit.invitations import Invitations, area_of
from server.count.visit.inviting import choose_entry, invite_person
from server.election.commands import AnyCommand, Declare, HoldNight, OpenNight, ReleaseNight
from server.election.contests import Definition
from server.election.counting.acts import PLACE, AnyAct, EntryMode, Role, Stamp
from server.election.events import AnyEvent, Declared
from server.election.methods.figures import Rejected
from server.settings import ROOT, Settings
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.conftest import PATIENCE_SECONDS
from tests.count import rochester

T = TypeVar("T")
SECRET = "a secret for tests"
PIN = "2580"
HALL = "http://testserver"


@dataclass
class Phone:
    """A browser at the count, with a page open, which sends forms as browsers do."""

    client: httpx2.Client
    page: str = ""

    def sign_in(self, link: str, pin: str = PIN) -> httpx2.Response:
        """Open an invitation, enter a PIN and press Start."""
        self.page = self.client.get(link).text
        response = self.client.post(link, data=self.hidden(self.page) | {"pin": pin}, headers=self.origin)
        self.page = response.text
        return response

    def open(self, address: str = "/count") -> str:
        """Open a page, whose forms are then sent."""
        self.page = self.client.get(address).text
        return self.page

    def send(self, address: str, texts: dict[str, str] | None = None, **headers: str) -> httpx2.Response:
        """Send the form of the page that goes there, with these texts in it; redirects are left to the test."""
        data = self.hidden(self.page, address) | (texts or {})
        return self.client.post(address, data=data, headers=self.origin | headers, follow_redirects=False)

    def verify(self, issued: str = "40,113", papers: str = "40,113", **reasons: str) -> httpx2.Response:
        """Announce the papers, and see what comes then."""
        response = self.send("/count/verification", {"issued": issued, "papers": papers} | reasons)
        self.open()
        return response

    def key(self, texts: dict[str, str] | None = None) -> str:
        """Send a whole sheet, after the verification if there was none, and what is keyed again where one person keys;
        returns the page that follows."""
        if "/count/sheet" not in self.open():
            self.verify()
        response = self.send("/count/sheet", texts or rochester.texts())
        assert response.status_code == 303, response.text
        return self.look_again(texts)

    def look_again(self, texts: dict[str, str] | None = None) -> str:
        """Key again what one person is asked for, if that is so now; returns the page that follows."""
        if "/count/again" in self.open():
            self.send("/count/again", texts or rochester.texts())
        return self.open()

    def declare(self) -> httpx2.Response:
        """Send the right sheet and tap Declare, as it is spoken."""
        self.key()
        return self.send("/count/declare")

    @property
    def origin(self) -> dict[str, str]:
        """What a browser says of a form of our own."""
        return {"Origin": str(self.client.base_url).rstrip("/")}

    @staticmethod
    def hidden(page: str, action: str = "") -> dict[str, str]:
        """The hidden fields of a page, or of its form that goes to ``action`` if it has one."""
        forms: list[str] = re.findall(r"<form.*?</form>", page, re.DOTALL)
        chosen = [form for form in forms if f'action="{action}"' in form] or forms
        found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', "".join(chosen))
        return {name: unescape(value) for name, value in found}


@dataclass
class Desk:
    """What is stored, and commands that come from elsewhere."""

    url: str

    def invite(self, role: str = "officer", *ballots: str, name: str = "Jane Smith") -> str:
        """The link of a new invitation, for Rochester and Strood unless another is named."""
        chosen = () if role in ("desk", "admin") else ballots or (rochester.BALLOT,)
        night = PLACE if role == "admin" else rochester.NIGHT

        async def invited(stream: EventStream) -> str:
            return await invite_person(Submitter(stream), night, name, cast(Role, role), chosen)

        invitation = self.do(invited)
        return f"/{area_of(cast(Role, role))}/invitation/{token(invitation, night)}"

    def choose_entry(self, entry: EntryMode) -> None:
        """Single or double."""
        self.do(lambda stream: choose_entry(Submitter(stream), rochester.NIGHT, entry))

    def record(self, act: AnyAct, night: str = rochester.NIGHT) -> None:
        """Do something at the count, as another process would."""
        self.do(lambda stream: Submitter(stream).record(night, act))

    def submit(self, command: AnyCommand, at: datetime | None = None) -> None:
        """Carry a command out, as another process would."""
        self.do(lambda stream: Submitter(stream).submit(rochester.NIGHT, command, at or datetime.now(UTC)))

    def hold(self) -> None:
        """Let nothing go out."""
        self.submit(HoldNight(id=f"hold-{len(self.events())}", by="The desk"))

    def release(self) -> None:
        """End the hold, as a process that dies before it lets out what waited."""
        self.submit(ReleaseNight(id=f"release-{len(self.events())}", by="The desk"))

    def events(self) -> list[AnyEvent]:
        """The night's whole public stream."""
        return self.do(lambda stream: stream.read(rochester.NIGHT))

    def acts(self) -> list[AnyAct]:
        """The night's whole private stream."""
        return self.do(lambda stream: stream.read_acts(rochester.NIGHT))

    def declared(self) -> list[Declared]:
        """All declarations there were."""
        return [event for event in self.events() if isinstance(event, Declared)]

    def open_night(self, definition: Definition | None = None) -> None:
        """Put a night on air, with nothing declared, whatever was before."""
        night = definition or rochester.night()

        async def opened(stream: EventStream) -> None:
            await stream.erase(night.id)
            command = OpenNight(id="open", by="desk", night=night)
            await Submitter(stream).submit(night.id, command, min(night.polls_close, datetime.now(UTC)))
            await stream.announce(night.id)

        self.do(opened)

    def do(self, work: Callable[[EventStream], Awaitable[T]]) -> T:
        """Work on a connection of its own."""

        async def done() -> T:
            stream = EventStream(self.url)
            try:
                return await work(stream)
            finally:
                await stream.close()

        return asyncio.run(done())


def token(invitation: str, night: str = rochester.NIGHT) -> str:
    """The token of an invitation."""
    return Invitations(SECRET).make(night, invitation)


def stamp(command_id: str, invitation: str = "", by: str = "The desk", at: datetime | None = None) -> Stamp:
    """What an act of another process begins with."""
    return Stamp(
        seq=0, at=at or datetime.now(UTC), by=by, invitation=invitation, device="a test", command_id=command_id
    )


def declaration(id: str = "other", by: str = "The desk", ballot: str = rochester.BALLOT) -> Declare:
    """The result of Rochester and Strood, declared elsewhere."""
    rejected = Rejected(sum(rochester.HEADS.values()), **rochester.HEADS)
    return Declare(id=id, by=by, ballot=ballot, votes=rochester.VOTES, rejected=rejected, papers=rochester.PAPERS)


def in_the_end(ask: Callable[[], T], is_right: Callable[[T], bool]) -> T:
    """What is answered once it is right: the follower brings it as soon as it can."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not is_right(answer := ask()):
        assert time.monotonic() < end, answer
        time.sleep(0.005)
    return answer


def once_it_says(phone: Phone, address: str, text: str) -> str:
    """The page, once the follower has brought it so far."""
    return in_the_end(lambda: phone.client.get(address).text, lambda page: text in page)


def value_of(page: str, field: str) -> str | None:
    """What is in a field of a page."""
    found = re.search(rf'<input[^>]* name="{re.escape(field)}" value="([^"]*)"', page)
    return unescape(found[1]) if found else None


def sentence_at(page: str, field: str) -> str | None:
    """What is written beside a field, which must be tied to it for screen readers."""
    id = field.replace(".", "-")
    found = re.search(rf'<p class="wrong" id="{id}-wrong">([^<]*)</p>', page)
    if found:
        assert re.search(rf'id="{id}" [^>]*aria-invalid="true" aria-describedby="{id}-wrong"', page)
        assert f'href="#{id}"' in page, "the summary leads to the field"
    return unescape(found[1]) if found else None


@pytest.fixture(scope="module")
def hall(shared_redis: Embedded) -> Embedded:
    """A server for a module's tests, who each begin their night anew."""
    return shared_redis


@pytest.fixture
def desk(hall: Embedded) -> Desk:
    """The night on air, nothing declared."""
    desk = Desk(hall.url)
    desk.open_night()
    return desk


@pytest.fixture
def client(desk: Desk, tmp_path: Path) -> Iterator[TestClient]:
    """A browser that knows nothing yet."""
    settings = Settings(redis_url=desk.url, data_dir=tmp_path, secret_key=SECRET, public_url=HALL)
    with TestClient(build_app(settings), base_url=HALL) as client:
        yield client


@pytest.fixture
def phone(client: TestClient, desk: Desk) -> Phone:
    """An officer's phone that is signed in for Rochester and Strood, with the verification open."""
    phone = Phone(client)
    phone.sign_in(desk.invite())
    return phone


def another(client: TestClient) -> TestClient:
    """Another browser at the same app, which knows nothing of the first."""
    other = TestClient(client.app, base_url=HALL)
    other.portal = client.portal
    other.app_state.update(client.app_state)
    return other


def signed_in(client: TestClient, desk: Desk, role: str, *ballots: str, name: str) -> Phone:
    """Another person's phone at the same app."""
    phone = Phone(another(client))
    assert phone.sign_in(desk.invite(role, *ballots, name=name)).status_code == 200
    return phone


@contextmanager
def process(folder: Path, redis_url: str, port: int, **more: str) -> Generator[subprocess.Popen[bytes]]:
    """``python -m server serve`` on that Redis, once it answers; what it prints goes to the file ``printed``."""
    environment = {**os.environ, "PORT": str(port), "DATA_DIR": str(folder), "REDIS_URL": redis_url}
    environment |= {"SECRET_KEY": SECRET, "PUBLIC_URL": f"http://127.0.0.1:{port}", **more}
    with (folder / "printed").open("ab") as printed:
        started = subprocess.Popen(
            [sys.executable, "-m", "server", "serve"], cwd=ROOT, env=environment, stdout=printed, stderr=printed
        )
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client:
            while not _ready(client):
                assert started.poll() is None, (folder / "printed").read_text()
                time.sleep(0.01)
        yield started
    finally:
        started.terminate()
        started.wait(PATIENCE_SECONDS)


def _ready(client: httpx2.Client) -> bool:
    with suppress(httpx2.TransportError):
        return client.get("/readyz").status_code == 200
    return False
