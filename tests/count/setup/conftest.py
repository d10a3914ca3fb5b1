"""Somebody who runs the place, in a browser that is signed in; the real app on a real Redis-protocol server."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

import httpx2
import pytest
from starlette.testclient import TestClient

from server.app import build_app
from server.count.visit.invitations import Invitations
from server.count.visit.inviting import invite_person
from server.election.counting.acts import PLACE
from server.settings import Settings
from server.stream.drafts import Drafts
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.count.conftest import HALL, SECRET, Desk, Phone, another

INPUT = re.compile(r"<input\b([^>]*)>")
TEXTAREA = re.compile(r"<textarea\b([^>]*)>([^<]*)</textarea>")
SELECT = re.compile(r"<select\b([^>]*)>(.*?)</select>", re.DOTALL)


@dataclass
class Admin(Phone):
    """A browser of somebody who runs the place; ``draft`` is the address of the draft that it works on."""

    draft: str = field(default="")

    def begin(self, way: str, **typed: str) -> httpx2.Response:
        """Begin a night in one of the ways; a draft is opened then."""
        self.open("/admin/nights")
        answer = self.send(f"/admin/nights/{way}", fields(typed))
        self.page = answer.text
        if answer.status_code == 303:
            self.draft = answer.headers["location"]
            self.open(self.draft)
        return answer

    def save(self, do: str = "save", **typed: str) -> httpx2.Response:
        """Send the draft's form as the page has it, with these texts in it and this button pressed."""
        answer = self.send(self.draft, self.form() | fields(typed) | {"do": do})
        if answer.status_code == 303:
            self.open(answer.headers["location"])
        else:
            self.page = answer.text
        return answer

    def form(self) -> dict[str, str]:
        """What a browser would send of the draft's form, without the pasted list."""
        (form,) = re.findall(r'<form[^>]* id="draft".*?</form>', self.page, re.DOTALL)
        found = {attribute(one, "name"): attribute(one, "value") for one in INPUT.findall(form) if not unticked(one)}
        found |= {attribute(one, "name"): unescape(text) for one, text in TEXTAREA.findall(form)}
        for one, options in SELECT.findall(form):
            chosen = re.search(r'<option(?: value="([^"]*)")? selected>([^<]*)', options)
            found[attribute(one, "name")] = (chosen[1] or chosen[2]) if chosen else ""
        del found["draft.list"]
        return found

    def open_draft(self, do: str = "now", **typed: str) -> httpx2.Response:
        """Press a button of the preview's bar."""
        self.open(f"{self.draft}/preview")
        return self.send(f"{self.draft}/open", fields(typed) | {"do": do})

    def faults(self) -> list[str]:
        """What the page lists as missing or wrong, each with its field."""
        listed = re.search(r'<section class="todo".*?</section>', self.page, re.DOTALL)
        found = re.findall(r"<li>(.*?)</li>", listed[0], re.DOTALL) if listed else []
        return [unescape(" ".join(re.sub(r"<[^>]+>", "", one).split())) for one in found]


def attribute(tag: str, name: str) -> str:
    """The value of an attribute."""
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return unescape(found[1]) if found else ""


def unticked(tag: str) -> bool:
    """Whether this is a box that is not ticked, which browsers do not send."""
    return 'type="checkbox"' in tag and " checked" not in tag


def fields(typed: dict[str, str]) -> dict[str, str]:
    """Fields of a draft: ``title``; ``c_electorate`` of its first contest; ``party_2`` of that one's third row."""
    found: dict[str, str] = {}
    for name, text in typed.items():
        of, _, row = name.rpartition("_")
        where = f"0.{row}.{of}" if row.isdigit() else name.replace("c_", "0.", 1) if name.startswith("c_") else name
        found[f"draft.{where}"] = text
    return found


async def invited(stream: EventStream, name: str = "Ann Admin") -> str:
    """The link of a new invitation to run the place."""
    invitation = await invite_person(Submitter(stream), PLACE, name, "admin", ())
    return f"/admin/invitation/{Invitations(SECRET).make(PLACE, invitation)}"


@pytest.fixture
def place(shared_redis: Embedded, tmp_path: Path) -> Iterator[TestClient]:
    """A place with nothing on air, and no draft."""
    desk = Desk(shared_redis.url)

    async def emptied(stream: EventStream) -> None:
        drafts = Drafts(stream)
        for draft in await drafts.listed():
            await drafts.drop(draft)
        for night in await stream.nights():
            await stream.erase(night)
        await stream.erase(PLACE)

    desk.do(emptied)
    settings = Settings(redis_url=shared_redis.url, data_dir=tmp_path, secret_key=SECRET, public_url=HALL)
    with TestClient(build_app(settings), base_url=HALL) as client:
        yield client


@pytest.fixture
def stored(shared_redis: Embedded) -> Desk:
    """What is stored."""
    return Desk(shared_redis.url)


@pytest.fixture
def admin(place: TestClient, stored: Desk) -> Admin:
    """Somebody who runs the place, signed in."""
    return signed_in(place, stored)


def signed_in(place: TestClient, stored: Desk, name: str = "Ann Admin") -> Admin:
    """Another one."""
    one = Admin(another(place))
    assert one.sign_in(stored.do(lambda stream: invited(stream, name))).status_code == 200
    return one
