"""Somebody at the desk, with the officers' phones beside."""

import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from tests.count import rochester
from tests.count.conftest import Desk, Phone, signed_in

CONTEST = f"/desk/contests/{rochester.BALLOT}"
OTHER = f"/desk/contests/{rochester.OTHER}"


@pytest.fixture
def editor(client: TestClient, desk: Desk) -> Phone:
    """The desk, with its page open."""
    editor = signed_in(client, desk, "desk", name="Ann Ray")
    editor.open("/desk")
    return editor


@pytest.fixture
def officer(client: TestClient, desk: Desk) -> Phone:
    """An officer's phone for Rochester and Strood."""
    return signed_in(client, desk, "officer", name="Jane Smith")


def alert(page: str) -> str:
    """What a page says went wrong."""
    found = re.search(r'<p class="alert"[^>]*>(.*?)</p>', page, re.DOTALL)
    return unescape(found[1]) if found else ""


def element(page: str, id: str) -> str:
    """An element of a page as text: its tags taken out."""
    found = re.search(rf'<(\w+) id="{id}".*?</\1>', page, re.DOTALL)
    assert found, f"there is no {id}"
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", found[0])).split())


def text(page: str) -> str:
    """A page as text."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())
