"""/openapi.json and /asyncapi.json against the whole program: what is public is described, and each answer that is
described is given by a real server, as it is described."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import jsonschema_rs
import pytest
from msgspec.structs import replace
from starlette.routing import Match, Route, WebSocketRoute
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedOK

from server.access import everyone
from server.app import build_app
from server.election.commands import OpenNight, ShowPhoto
from server.feeds.asyncapi import document as pushed
from server.feeds.openapi import document
from server.nights import archive
from server.settings import ROOT, Settings
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.photos.photos import Photos
from server.stream.submit import Submitter
from tests.nights_by_hand import START, ballot, declare, definition, on_the_map
from tests.running import Site, answered, serving

ROCHESTER = "parl.rochester-and-strood.by.2014-11-20"
COUNCILS = "local.2025-05-01"
ROUTES = build_app(Settings(redis_url="redis://127.0.0.1:1", secret_key="x")).routes
DESCRIBED = json.loads(json.dumps(document()))
PUSHED = json.loads(json.dumps(pushed("https://results.example/nights-of")))
PLACES_OF_STAFF = re.compile("/(count|desk|admin)/")  # their doors are open to everybody, and lead nowhere else
OFFICIAL = ROOT / "web/node_modules/@asyncapi/specs/schemas/3.0.0-without-$id.json"

FILLED = {
    "night": "night",
    "ballot": ballot(0),
    "body": "local.kent",
    "table": "contests",
    "form": "post",
    "task": "chart",
    "part": "0",
    "digest": "latest",
    "name": "embed.js",
    "photo": "5" * 64,
}
ARCHIVE = ("/api/archive.sqlite", "/api/archive.jsonl")  # they take seconds, and are in test_tables
BUSY = ("429", "503")  # what a process says that has too much to do, in tests/serving
# What is missing and what is wrong, where that is asked for of another night or otherwise.
MORE = (
    "/live?after=1&made=other",
    "/find?q=Rochester",
    "/nights/night/live?after=3",
    f"/nights/{ROCHESTER}/live",
    "/nights/night/frame?after=1&seq=2&rows=1",
    "/nights/night/frame?seq=99",
    "/nights/night/reel/none",
    "/nights/night/find?q=Seat+1",
    f"/nights/{ROCHESTER}/contests",
    f"/nights/{ROCHESTER}/embed/score",
    "/nights/night/copy/none.txt",
    "/static/latest/none.js",
    "/directors/NONE",
    "/clocks/NONE",
    f"/api/nights/{ROCHESTER}/contests/{ROCHESTER}",
    "/api/oembed?url=https://elsewhere.example/",
    "/api/oembed?format=xml",
)


def public() -> set[tuple[str, str]]:
    """Method and path of what anybody may ask for, as the program has it; a websocket's method is WS."""
    found: set[tuple[str, str]] = set()
    for route in ROUTES:
        assert isinstance(route, Route | WebSocketRoute)
        if route.endpoint.__dict__["rule"] is everyone and not PLACES_OF_STAFF.match(route.path):
            path = re.sub(r":\w+}", "}", route.path)
            methods = (route.methods or set[str]()) - {"HEAD"} if isinstance(route, Route) else {"WS"}
            found |= {(method, path) for method in methods}
    return found


def test_every_public_address_is_described_and_nothing_that_is_not_there() -> None:
    asked = {
        (method.upper(), path) for path, one in DESCRIBED["paths"].items() for method in one.keys() - {"parameters"}
    }
    pushed = {("WS", one["address"]) for one in PUSHED["channels"].values() if "ws" in one.get("bindings", ())}
    by_token = {("POST", f"/api/nights/{{night}}/contests/{{ballot}}/{what}") for what in ("declaration", "boxes")}
    assert asked | pushed == public() | by_token
    assert PUSHED["channels"]["sent"]["address"] in DESCRIBED["paths"]


def test_every_reference_leads_somewhere() -> None:
    for whole in (DESCRIBED, PUSHED):
        for reference in set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(whole))):
            part = whole
            for name in reference.split("/"):
                part = part[name]


def test_the_description_of_the_push_is_asyncapi() -> None:
    official = jsonschema_rs.validator_for(json.loads(OFFICIAL.read_text()))
    official.validate(PUSHED)
    assert not official.is_valid(PUSHED | {"channels": {"events": {"adress": "/live"}}})
    assert not official.is_valid(PUSHED | {"operations": {"events": {"action": "push"}}})
    assert PUSHED["servers"]["push"] == {"protocol": "wss", "host": "results.example", "pathname": "/nights-of"}


def described_by(method: str, path: str) -> tuple[str, dict[str, Any]]:
    """The path of a description that a request is described at, and its operation."""
    scope: dict[str, Any] = {"type": "http", "method": method, "path": path, "headers": []}
    (found, *_) = [one for one in ROUTES if isinstance(one, Route) and one.matches(scope)[0] is Match.FULL]
    template = re.sub(r":\w+}", "}", found.path)
    return template, DESCRIBED["paths"][template][method.lower()]


class Asking:
    """A program that compares each answer with its description; ``seen`` has those that were given."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client
        self.seen: set[tuple[str, str, str]] = set()

    async def ask(self, method: str, address: str, **more: Any) -> httpx2.Response:
        """An answer that is as described."""
        answer = await self.client.request(method, address, **more)
        path, operation = described_by(method, answer.request.url.path)
        status = str(answer.status_code)
        self.seen.add((method, path, status))
        assert status in operation["responses"], f"{method} {address} is answered by {status}: {answer.text[:200]}"
        told = operation["responses"][status]
        told = DESCRIBED["components"]["responses"][told["$ref"].rpartition("/")[2]] if "$ref" in told else told
        if "content" not in told:
            assert answer.content == b"", f"{method} {address} {status}"
            return answer
        media = answer.headers["content-type"].partition(";")[0]
        assert media in told["content"] or "*/*" in told["content"], f"{method} {address} {status} is {media}"
        kind = told["content"].get(media, {})
        schema = kind.get("x-itemSchema", kind.get("schema")) if media.endswith("json") else None
        if schema:
            check = jsonschema_rs.Draft202012Validator({**schema, "components": DESCRIBED["components"]})
            for one in answer.text.splitlines() if media == "application/x-ndjson" else [answer.text]:
                check.validate(json.loads(one) if "x-itemSchema" in kind or "ndjson" not in media else one)
        return answer


@pytest.fixture
async def site(redis: Embedded, stream: EventStream, tmp_path: Path) -> AsyncIterator[Site]:
    night = replace(on_the_map(definition("night", seats=3)), replay_of="night-before")
    await Submitter(stream).submit("night", OpenNight(id="open", by="desk", night=night), START)
    await Submitter(stream).submit("night", declare(0), START)
    photo = dict[str, Any](sha256=FILLED["photo"], size=9, width=100, height=100)
    await Photos(stream).put("night", FILLED["photo"], b"a picture")
    await Submitter(stream).submit("night", ShowPhoto(id="photo", by="desk", ballot=ballot(0), **photo), START)
    await stream.announce("night")
    async with serving(redis.url, tmp_path, push_contact="mailto:desk@example.org") as site:
        yield site


async def test_every_answer_that_is_described_is_given_as_described(site: Site) -> None:
    async with httpx2.AsyncClient(base_url=site.url) as client:
        await answered(client, "/readyz")
        asking = Asking(client)
        for path, operations in DESCRIBED["paths"].items():
            if "get" not in operations or "{code}" in path or path in ARCHIVE:
                continue
            night = COUNCILS if "{body}" in path else "night"
            address = re.sub(r"{(\w+)}", lambda name, night=night: (FILLED | {"night": night})[name[1]], path)
            address += f"?contest={ballot(0)}" if path.endswith("/overlay/banner") else ""
            answer = await asking.ask("GET", address)
            if "etag" in answer.headers:
                await asking.ask("GET", address, headers={"If-None-Match": answer.headers["etag"]})
            if "400" in operations["get"]["responses"]:
                await asking.ask("GET", f"{address.partition('?')[0]}?at=yesterday&after=x")
            if "{night}" in path:
                await asking.ask("GET", address.replace(f"/nights/{night}", "/nights/nowhere"))
        for address in MORE:
            await asking.ask("GET", address.replace("{site}", site.settings.public_url))
        (push,) = re.findall(r'hx-ws:connect="([^"]+)"', (await client.get("/")).text)
        await asking.ask("GET", push.replace("&amp;", "&"))
        past = f"/api/nights/{ROCHESTER}/events?after={len(archive.load(ROCHESTER).events)}"
        await asking.ask("GET", past, headers={"Accept": "text/event-stream"})
        framed = f"/api/oembed?url={site.settings.public_url}/nights/night"
        await asking.ask("GET", f"{framed}&at=garbage")
        known = (await asking.ask("GET", framed)).headers["etag"]
        await asking.ask("GET", framed, headers={"If-None-Match": known})
        await asking.ask("GET", f"{framed}&at=never")
        await ask_clocks(asking)
        await ask_directors(asking)
        await ask_notices(asking)
    described = {
        (method.upper(), path, status)
        for path, one in DESCRIBED["paths"].items()
        for method in one.keys() - {"parameters"}
        for status in one[method]["responses"]
        if status not in BUSY and path not in ARCHIVE and not (method == "post" and path.startswith("/api/"))
    }
    assert described - asking.seen == {("GET", "/manifest.webmanifest", "404")}, "it is there, where notices are sent"


async def ask_clocks(asking: Asking) -> None:
    """Begin a clock, move it, and look where it stands."""
    where = {"at": 1_416_500_000_000, "pace": 60, "plays": True}
    begun = (await asking.ask("POST", f"/nights/{ROCHESTER}/clock", json=where)).json()
    code = begun["code"]
    await asking.ask("GET", f"/clocks/{code}")
    for token in (begun["token"], "another"):
        await asking.ask("PUT", f"/clocks/{code}", json=where, headers={"Authorization": f"Bearer {token}"})
    await asking.ask("PUT", f"/clocks/{code}", json={})
    await asking.ask("PUT", "/clocks/NONE", json=where)
    await asking.ask("POST", f"/nights/{ROCHESTER}/clock", json={})
    await asking.ask("POST", "/nights/night/clock", json=where)
    await asking.ask("POST", "/nights/nowhere/clock", json=where)
    await asking.ask("GET", f"/follow/{code}")
    await asking.ask("GET", f"/follow/{code.lower()}")
    await asking.ask("GET", "/follow/NONE")
    await asking.ask("GET", f"/follow?code={code}")
    await asking.ask("GET", "/follow?code=NONE")


async def ask_directors(asking: Asking) -> None:
    """Begin to direct overlays, show something, and look what is shown."""
    shows = {"shows": ["banner-seat-1"], "seconds": 8}
    begun = (await asking.ask("POST", "/nights/night/director", json=shows)).json()
    await asking.ask("GET", f"/directors/{begun['code']}")
    for token in (begun["token"], "another"):
        headers = {"Authorization": f"Bearer {token}"}
        await asking.ask("PUT", f"/directors/{begun['code']}", json=shows | {"number": 2}, headers=headers)
    await asking.ask("PUT", f"/directors/{begun['code']}", json={})
    await asking.ask("PUT", "/directors/NONE", json=shows)
    await asking.ask("POST", "/nights/night/director", json={})
    await asking.ask("POST", "/nights/nowhere/director", json=shows)


async def ask_notices(asking: Asking) -> None:
    """Ask to be told, and not to be any more."""
    point = "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"
    keys = {"p256dh": point, "auth": "A" * 22}
    wanted: dict[str, object] = {"endpoint": "https://fcm.googleapis.com/one", "keys": keys, "seats": []}
    nothing: dict[str, object] = {}
    for night, sent in (("night", wanted), ("night", nothing), ("nowhere", wanted), (ROCHESTER, wanted)):
        await asking.ask("PUT", f"/nights/{night}/notices", json=sent)
    for night, sent in (("night", {"endpoint": wanted["endpoint"]}), ("night", nothing), ("nowhere", wanted)):
        await asking.ask("DELETE", f"/nights/{night}/notices", json=sent)


def check(message: str, text: str) -> None:
    """A message on a line is as it is described."""
    told = PUSHED["components"]["messages"][message]
    sent = json.loads(text) if told["contentType"] == "application/json" else text
    jsonschema_rs.Draft7Validator({**told["payload"], "components": PUSHED["components"]}).validate(sent)


async def test_what_is_pushed_is_as_described(site: Site, stream: EventStream) -> None:
    submitter = Submitter(stream)
    night = f"{site.ws}/nights/night/live"
    events = connect(f"{night}?after=0", subprotocols=["json"])  # type: ignore[list-item]
    async with httpx2.AsyncClient(base_url=site.url) as client, events as as_json, connect(f"{night}?after=3") as page:
        await answered(client, "/readyz")
        assert (
            as_json.subprotocol
            == PUSHED["channels"]["events"]["bindings"]["ws"]["headers"]["properties"]["Sec-WebSocket-Protocol"][
                "const"
            ]
        )
        check("beat", str(await page.recv()))
        await submitter.submit("night", declare(1), START)
        for _ in range(4):  # the night is opened, two seats declared, a sheet photographed
            check("event", str(await as_json.recv()))
        check("fragments", str(await page.recv()))
        async with connect(f"{site.ws}/live?after=0&lang=de") as front:
            check("fragments", str(await front.recv()))
        where = {"at": 1_416_500_000_000, "pace": 60, "plays": True}
        code = (await client.post(f"/nights/{ROCHESTER}/clock", json=where)).json()["code"]
        async with connect(f"{site.ws}/clocks/{code}") as clock, connect(f"{site.ws}/clocks/NONE") as none:
            check("stands", str(await clock.recv()))
            check("over", str(await none.recv()))
            begun = (await client.post("/nights/night/director", json={"shows": ["a"]})).json()
            async with connect(f"{site.ws}/directors/{begun['code']}") as directed:
                check("shows", str(await directed.recv()))
            with pytest.raises(ConnectionClosedOK):
                await none.recv()
        headers = {"Accept": "text/event-stream", "Last-Event-ID": "2"}
        async with client.stream("GET", "/api/nights/night/events", headers=headers) as sent:
            lines = [line async for line in taken(sent.aiter_lines(), 4)]
    assert lines[2] == "id: 3"
    check("event", lines[3].removeprefix("data: "))
    with pytest.raises(jsonschema_rs.ValidationError):
        check("event", lines[3].removeprefix("data: ").replace('"seq":3', '"seq":"3"'))


async def taken(lines: AsyncIterator[str], most: int) -> AsyncIterator[str]:
    """So many lines of them."""
    async for line in lines:
        yield line
        most -= 1
        if not most:
            return
