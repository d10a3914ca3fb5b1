"""A phone, a program and a desk at one count: the real app on a real Redis-protocol server."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar, cast

import httpx2
import pytest
from starlette.testclient import TestClient

from server.count.invitations import Invitations
from server.count.inviting import choose_entry, invite_person
from server.election.acts import AnyAct, EntryMode, Role
from server.election.commands import AnyCommand, OpenNight
from server.election.events import AnyEvent
from server.settings import Settings
from server.stream.embedded import Embedded, start
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.count import rochester
from tests.count.count_app import count_app

T = TypeVar("T")
SECRET = "a secret for tests"
PIN = "2580"
HALL = "http://testserver"


@dataclass
class Phone:
    """A browser at the count, which sends forms as browsers do."""

    client: TestClient
    fields: dict[str, str] = field(default_factory=dict[str, str])

    def sign_in(self, link: str, pin: str = PIN) -> httpx2.Response:
        """Open an invitation, enter a PIN and press Start."""
        hidden = self.hidden(self.client.get(link).text)
        response = self.client.post(link, data=hidden | {"pin": pin}, headers={"Origin": HALL})
        self.fields = self.hidden(response.text)
        return response

    def open(self, address: str = "/count") -> str:
        """Open a page, whose form is then sent."""
        page = self.client.get(address).text
        self.fields = self.hidden(page)
        return page

    def send(self, address: str, texts: dict[str, str], **headers: str) -> httpx2.Response:
        """Send the form that is open, with these texts in it; redirects are left to the test."""
        data = self.fields | texts
        return self.client.post(address, data=data, headers={"Origin": HALL} | headers, follow_redirects=False)

    def verify(self) -> None:
        """Announce the papers, and have the sheet open."""
        self.send("/count/verification", {"issued": "40,113", "papers": "40,113"})
        self.open()

    def declare(self) -> httpx2.Response:
        """Verify, send the right sheet and tap Declare, as it is spoken."""
        self.verify()
        self.send("/count/sheet", rochester.texts())
        self.open()
        return self.send("/count/declare", {})

    @staticmethod
    def hidden(page: str) -> dict[str, str]:
        """The hidden fields of a page that are not figures."""
        found = re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)">', page)
        return {name: value for name, value in found if name != "papers"}


@dataclass
class Desk:
    """What is stored, and commands that come from elsewhere."""

    url: str

    def invite(self, role: str = "officer", *ballots: str, name: str = "Jane Smith") -> str:
        """The link of a new invitation, for Rochester and Strood unless another is named."""
        chosen = () if role == "desk" else ballots or (rochester.BALLOT,)

        async def invited(stream: EventStream) -> str:
            return await invite_person(Submitter(stream), rochester.NIGHT, name, cast(Role, role), chosen)

        invitation = asyncio.run(self._with(invited))
        return f"/{'desk' if role == 'desk' else 'count'}/invitation/{token(invitation)}"

    def record(self, act: AnyAct) -> None:
        """Do something at the count, as another process would."""

        async def recorded(stream: EventStream) -> None:
            await Submitter(stream).record(rochester.NIGHT, act)

        asyncio.run(self._with(recorded))

    def acts(self) -> list[AnyAct]:
        """The night's whole private stream."""

        async def read(stream: EventStream) -> list[AnyAct]:
            return await stream.read_acts(rochester.NIGHT)

        return asyncio.run(self._with(read))

    def choose_entry(self, entry: EntryMode) -> None:
        """Single or double."""

        async def chosen(stream: EventStream) -> None:
            await choose_entry(Submitter(stream), rochester.NIGHT, entry)

        asyncio.run(self._with(chosen))

    def submit(self, command: AnyCommand) -> None:
        """Carry a command out, as another process would."""

        async def submitted(stream: EventStream) -> None:
            await Submitter(stream).submit(rochester.NIGHT, command, datetime.now(UTC))

        asyncio.run(self._with(submitted))

    def events(self) -> list[AnyEvent]:
        """The night's whole stream."""

        async def read(stream: EventStream) -> list[AnyEvent]:
            return await stream.read(rochester.NIGHT)

        return asyncio.run(self._with(read))

    def open_night(self) -> None:
        """Put the night on air, with nothing declared, whatever was before."""

        async def opened(stream: EventStream) -> None:
            await stream.erase(rochester.NIGHT)
            command = OpenNight(id="open", by="desk", night=rochester.night())
            await Submitter(stream).submit(rochester.NIGHT, command, datetime.now(UTC))
            await stream.announce(rochester.NIGHT)

        asyncio.run(self._with(opened))

    async def _with(self, work: Callable[[EventStream], Awaitable[T]]) -> T:
        stream = EventStream(self.url)
        try:
            return await work(stream)
        finally:
            await stream.close()


def token(invitation: str, night: str = rochester.NIGHT) -> str:
    """The token of an invitation."""
    return Invitations(SECRET).make(night, invitation)


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    """A server for a module's tests, who each begin their night anew."""
    server = start(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


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
    with TestClient(count_app(settings), base_url=HALL) as client:
        yield client


@pytest.fixture
def phone(client: TestClient, desk: Desk) -> Phone:
    """A phone that is signed in for Rochester and Strood, with the form open."""
    phone = Phone(client)
    phone.sign_in(desk.invite())
    return phone
