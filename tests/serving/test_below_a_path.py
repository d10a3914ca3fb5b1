"""The site below a path of another site's host: every address that goes out begins there, with any kind of proxy."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import closing
from html import unescape
from pathlib import Path
from socket import socket
from urllib.parse import urljoin, urlsplit

import httpx2
import pytest
from msgspec.json import decode
from starlette.routing import Match
from starlette.types import Scope
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from server import feeds
from server.app import NoPrefix, build_app
from server.count import routes as count
from server.html.root import begin_at
from server.pages.routes import routes as pages
from server.settings import ROOT, Settings
from server.stream.embedded import Embedded
from tests.conftest import PATIENCE_SECONDS
from tests.count import rochester
from tests.count.conftest import SECRET, Desk, Phone, process

PREFIX = "/results"
ROUTES = (*pages, *feeds.routes, *count.routes(Settings()))
_ADDRESS = re.compile(r'[\s](?:href|action|src|formaction|hx-ws:connect|data-(?:state|script|style))="([^"]*)"')
_TO_FOLLOW = re.compile(r'\s(?:href|src|data-(?:state|script|style))="([^"]+)"')


@pytest.fixture(scope="module")
def desk(shared_redis: Embedded) -> Desk:
    """Rochester and Strood on air."""
    desk = Desk(shared_redis.url)
    desk.open_night()
    return desk


@pytest.fixture(scope="module")
def below(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """A browser at a process that serves below /results."""
    with closing(socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    site = f"http://127.0.0.1:{port}"
    with (
        process(tmp_path_factory.mktemp("below"), desk.url, port, PUBLIC_URL=site + PREFIX),
        httpx2.Client(base_url=site) as client,
    ):
        yield client


class Walk:
    """Opens one address of each route that pages lead to, as a browser would."""

    def __init__(self, client: httpx2.Client) -> None:
        self.client, self.seen = client, dict[str, httpx2.Response]()

    def from_(self, *addresses: str) -> "Walk":
        """Walk on from these addresses until no page leads to a route that was not seen."""
        waiting = list(addresses)
        while waiting:
            path = urlsplit(address := waiting.pop()).path
            route = self._route(path.removeprefix(PREFIX) or "/")
            if not f"{path}/".startswith(f"{PREFIX}/") or route in self.seen:
                continue
            answer = self.seen[route] = self.client.get(address)
            assert answer.status_code in (200, 303, 307), (address, answer.status_code)
            waiting += [urljoin(address, where) for where in _led_to(answer)]
        return self

    def _route(self, path: str) -> str:
        scope: Scope = {"type": "http", "method": "GET", "path": path, "headers": []}
        for route in ROUTES:
            match, found = route.matches(scope)
            if match is Match.FULL:
                parts = found.get("path_params", {})
                return path if "name" in parts else str(getattr(route, "path", path))
        raise AssertionError(f"{path} is no address of the site")


def _led_to(answer: httpx2.Response) -> list[str]:
    if place := answer.headers.get("location"):
        return [place]
    if not answer.headers["content-type"].startswith("text/html"):
        return []
    found = [unescape(where) for where in _TO_FOLLOW.findall(answer.text)]
    ours = [where.removeprefix(str(answer.request.url.copy_with(path="/", query=None)).rstrip("/")) for where in found]
    return [where for where in ours if where.startswith("/")]


def wrong(answer: httpx2.Response) -> list[str]:
    """The addresses in an answer that lead past the site."""
    found = [unescape(where) for where in _ADDRESS.findall(answer.text)]
    found += re.findall(r'(?:content|href)="http://127\.0\.0\.1:\d+([^"]*)"', answer.text)
    found += [answer.headers.get("location", "")]
    found += re.findall(r"[Pp]ath=([^;,]*)", answer.headers.get("set-cookie", ""))
    return [where for where in found if where.startswith("/") and not f"{where}/".startswith(f"{PREFIX}/")]


def test_every_page_that_a_viewer_can_reach_leads_to_addresses_below_the_path(below: httpx2.Client) -> None:
    past = f"{PREFIX}/nights/parl.2010-05-06"
    walk = Walk(below).from_(
        f"{PREFIX}/", past, f"{past}?at=2010-05-07T02:00", f"{PREFIX}/find?q=clacton", f"{PREFIX}/find/suggested?q=cl"
    )
    assert {route: wrong(answer)[:5] for route, answer in walk.seen.items() if wrong(answer)} == {}
    assert len(walk.seen) > 30, sorted(walk.seen)


def test_every_page_of_an_officer_and_of_who_runs_it_leads_below_the_path(below: httpx2.Client, desk: Desk) -> None:
    for role, start in (("officer", "/count"), ("desk", "/desk"), ("admin", "/admin")):
        phone = Phone(httpx2.Client(base_url=below.base_url))
        answer = phone.sign_in(PREFIX + desk.invite(role))
        assert (answer.status_code, answer.headers["location"]) == (303, PREFIX + start)
        assert f"path={PREFIX}{start};" in answer.headers["set-cookie"].lower()
        walk = Walk(phone.client).from_(PREFIX + start)  # type: ignore[arg-type]  # it is a httpx2.Client
        assert {route: wrong(answer)[:5] for route, answer in walk.seen.items() if wrong(answer)} == {}
        assert sum(route.startswith(start) for route in walk.seen) > {"/count": 0}.get(start, 3), sorted(walk.seen)


def test_a_proxy_may_take_the_path_off_or_leave_it_there(below: httpx2.Client) -> None:
    night = f"/nights/{rochester.NIGHT}"
    taken_off, left_there = below.get(night), below.get(PREFIX + night)
    assert taken_off.text == left_there.text and f'href="{PREFIX}{night}/newsroom"' in taken_off.text
    assert below.get("/").text == below.get(PREFIX).text == below.get(f"{PREFIX}/").text
    assert below.get("/resultsx/").status_code == 404
    assert below.get("/readyz").status_code == below.get(f"{PREFIX}/readyz").status_code == 200


def test_a_redirect_names_no_host_and_begins_with_the_path(below: httpx2.Client) -> None:
    forged = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
    for address in (f"/nights/{rochester.NIGHT}/", f"{PREFIX}/nights/{rochester.NIGHT}/"):
        moved = below.get(f"{address}?lang=cy", headers=forged)
        assert (moved.status_code, moved.headers["location"]) == (307, f"{PREFIX}/nights/{rochester.NIGHT}?lang=cy")
    assert below.get(f"{PREFIX}/desk").headers["location"] == f"{PREFIX}/desk/invitation"
    assert "evil.example" not in below.get(f"/nights/{rochester.NIGHT}", headers=forged).text


async def test_what_is_pushed_leads_below_the_path(below: httpx2.Client) -> None:
    site = str(below.base_url).rstrip("/").replace("http", "ws")
    for root in (PREFIX, ""):
        async with connect(f"{site}{root}/nights/{rochester.NIGHT}/live?after=0", compression=None) as line:
            message = str(await asyncio.wait_for(line.recv(), PATIENCE_SECONDS))
        assert f'href="{PREFIX}/nights/' in message and 'href="/nights' not in message
    with pytest.raises(InvalidStatus):
        await connect(f"{site}/elsewhere/nights/{rochester.NIGHT}/live?after=0").__aenter__()


def test_cookies_workers_crawlers_and_the_description_of_the_api_know_the_path(below: httpx2.Client) -> None:
    chosen = below.get(f"{PREFIX}/?lang=cy", headers={"Referer": str(below.base_url)}).headers["set-cookie"]
    assert f"path={PREFIX};" in chosen.lower()
    assert below.get(f"{PREFIX}/count/worker.js").headers["service-worker-allowed"] == f"{PREFIX}/count"
    assert f"Disallow: {PREFIX}/desk\n" in below.get(f"{PREFIX}/robots.txt").text
    assert decode(below.get(f"{PREFIX}/openapi.json").content)["servers"] == [{"url": PREFIX}]


def test_a_path_that_is_one_of_the_sites_own_is_refused(tmp_path: Path) -> None:
    for path in ("/nights", "/desk/results"):
        settings = Settings(
            redis_url="redis://x", data_dir=tmp_path, secret_key=SECRET, public_url=f"https://news.example{path}"
        )
        with pytest.raises(NoPrefix, match="begins as an address of its own"):
            build_app(settings)
    begin_at("")


def test_no_script_asks_for_an_address_from_the_root() -> None:
    asks = re.compile(r"""(?:fetch|put|register|assign|location\.replace|URL)\(["'`]/.*""")
    scripts = {file.name: asks.findall(file.read_text()) for file in (ROOT / "web" / "static").glob("*.js")}
    assert len(scripts) > 15 and {name: lines for name, lines in scripts.items() if lines} == {}
