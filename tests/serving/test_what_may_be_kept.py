"""What a shared cache may keep, and for how long: as the page for who operates it says, and nothing of the count."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from server import feeds
from server.app import build_app
from server.html import static
from server.pages.routes import routes as pages
from server.settings import ROOT, Settings
from server.stream.embedded import Embedded
from tests.count import rochester
from tests.count.conftest import HALL, SECRET, Desk

_PAST = "parl.2010-05-06"
_FILLED = {
    "night": _PAST,
    "ballot": "parl.clacton.2010-05-06",
    "body": "local.kent",
    "table": "contests",
    "form": "post",
    "task": "chart",
    "part": "0",
    "code": "7777",
    "name": "declared.css",
    "photo": "0" * 64,
}
_KEPT = {
    "a year": "public, max-age=31536000, immutable",
    "a day": "public, max-age=86400",
    "1 s": "max-age=0, must-revalidate, s-maxage=1",
    "asked each time": "no-cache",
}


def table() -> dict[str, tuple[str, str, str]]:
    """Address → how long, by what, and whether with an ETag; from the page."""
    text = (ROOT / "server" / "OPERATIONS.md").read_text()
    section = text[text.index("## What may be kept") :].partition("\n## ")[0]
    rows = re.findall(r"^\| (`/.*?) \| (.*?) \| (.*?) ?\| (.*?) ?\|$", section, re.MULTILINE)
    return {path: (kept, by, etag) for paths, kept, by, etag in rows for path in re.findall("`(/.*?)`", paths)}


@pytest.fixture(scope="module")
def client(shared_redis: Embedded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A browser, with Rochester and Strood on air."""
    Desk(shared_redis.url).open_night()
    folder = tmp_path_factory.mktemp("kept")
    settings = Settings(redis_url=shared_redis.url, data_dir=folder, secret_key=SECRET, public_url=HALL)
    with TestClient(build_app(settings), base_url=HALL, follow_redirects=False) as client:
        yield client


def answered(client: TestClient, path: str) -> httpx2.Response:
    """The answer at a route's path, with something that exists in it."""
    filled = _FILLED | {"digest": static.static("declared.css").split("/")[2]}
    filled |= {"night": rochester.NIGHT} if path.endswith("/live") else {}
    filled |= {"night": "local.2025-05-01"} if "{body}" in path else {}
    address = path.replace("{name:path}", "{name}").format(**filled)
    query = {"/frame": "?after=1&seq=2", "/reel/{part}": "?stops=1"}.get(path.removeprefix("/nights/{night}"), "")
    if path == "/api/oembed":
        query = f"?url={HALL}/nights/{_PAST}"
    answer = client.get(address + query)
    while path.startswith("/api/archive.") and answer.status_code == 503:  # it is being made
        answer = client.get(address)
    return answer


def test_every_public_address_says_how_long_it_may_be_kept_as_the_table_does(client: TestClient) -> None:
    told = table()
    routes = [
        route.path for route in (*pages, *feeds.routes) if isinstance(route, Route) and "GET" in (route.methods or ())
    ]
    wrong: dict[str, object] = {}
    for path in routes:
        answer = answered(client, path)
        below = path.startswith("/nights/{night}/") and path not in told and answer.status_code == 200
        kept, by, etag = told.get(path) or (told["/nights/{night}"] if below else ("no-store", "", ""))
        cache, vary = answer.headers["cache-control"], answer.headers.get("vary", "")
        if kept.startswith("not"):
            right = cache.startswith("private, max-age=")
        else:
            right = cache == _KEPT.get(kept.partition(",")[0], "no-store")
        if not right or (by and vary != by) or ((etag == "yes") != ("etag" in answer.headers) and etag):
            wrong[path] = (answer.status_code, cache, vary, kept, by, etag)
    assert wrong == {}
    assert set(told) <= set(routes)


def test_a_page_that_depends_on_who_led_to_it_says_so(client: TestClient) -> None:
    night = f"/nights/{rochester.NIGHT}"
    from_elsewhere = client.get(f"{night}?lang=cy", headers={"Sec-Fetch-Site": "cross-site"})
    assert from_elsewhere.headers["vary"].endswith("Cookie, Sec-Fetch-Dest, Sec-Fetch-Site, Referer")
    assert "s-maxage=1" in from_elsewhere.headers["cache-control"] and "set-cookie" not in from_elsewhere.headers
    here = {"Sec-Fetch-Site": "same-origin", "Referer": "https://declared.example/"}
    chosen = client.get(f"{night}?lang=cy", headers=here)
    assert chosen.headers["cache-control"] == "private, no-cache" and "set-cookie" in chosen.headers


@pytest.mark.parametrize(
    "path", ["/count", "/desk", "/admin", "/count/invitation", "/desk/invitation/x", "/desk/nothing"]
)
def test_what_is_refused_or_redirected_at_the_count_is_kept_by_nobody(client: TestClient, path: str) -> None:
    assert client.get(path).headers["cache-control"] == "no-store"
    assert client.post(path).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", [f"/nights/{_PAST}/", "/static/x", "/static/x%00"])
def test_a_redirect_for_a_slash_names_no_host_and_is_kept_by_nobody(client: TestClient, path: str) -> None:
    moved = client.get(path, headers={"Host": "evil.example"})
    assert moved.status_code == 307 and moved.headers["location"].startswith(path[:8])
    assert moved.headers["cache-control"] == "no-store"


def test_a_stream_and_what_does_not_exist_are_kept_by_nobody(client: TestClient, tmp_path: Path) -> None:
    over = client.get(f"/api/nights/{_PAST}/events?after=100000", headers={"Accept": "text/event-stream"})
    for answer in (
        over,
        client.get("/nights/nothing"),
        client.get("/static/x/nothing.css"),
        client.get(f"/nights/{_PAST}/"),
    ):
        assert answer.headers["cache-control"] == "no-store"
