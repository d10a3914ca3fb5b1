"""Notices to closed browsers, end to end: subscribed over HTTP, sent from the stream, and read by a push service's
receiver with the browser's own keys, http_ece and py_vapid."""

import asyncio
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import http_ece  # pyright: ignore[reportMissingTypeStubs]
import httpx2
import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec.structs import replace
from py_vapid import Vapid02  # pyright: ignore[reportMissingTypeStubs]
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.election.commands import AmendBallotPaper, HoldNight, ReleaseNight, Withdraw
from server.hooks.web_push import public_key
from server.settings import Settings, SettingsError
from server.stream.cursors.subscriptions import Subscriptions
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.conftest import PATIENCE_SECONDS
from tests.nights_by_hand import START, ballot, correct, declare, definition
from tests.running import open_then, serving

ON: dict[str, Any] = {"push_contact": "mailto:desk@example.org", "webhook_networks": ("127.0.0.1/32",)}


class Browser:
    """A browser with keys of its own; ``shown`` is what it showed, as its service worker reads it."""

    def __init__(self) -> None:
        self._key, self._secret = ec.generate_private_key(ec.SECP256R1()), bytes(range(16))
        self.shown: list[dict[str, str]] = []
        self.answers: list[int] = []
        self.tried = 0

    @property
    def keys(self) -> dict[str, str]:
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"p256dh": coded(point), "auth": coded(self._secret)}

    def read(self, body: bytes) -> dict[str, str]:
        return json.loads(
            cast(Any, http_ece).decrypt(body, private_key=self._key, auth_secret=self._secret, version="aes128gcm")
        )


class PushService:
    """Takes messages for browsers, each at a path of its own, verifies who sent them and hands them on."""

    def __init__(self) -> None:
        self.browsers: dict[str, Browser] = {}
        self.url, self.key = "", ""
        self.wrong: list[str] = []

    async def take(self, request: Request) -> Response:
        browser, body = self.browsers[request.path_params["browser"]], await request.body()
        browser.tried += 1
        if browser.answers and (status := browser.answers.pop(0)) != 201:
            return Response(status_code=status)
        scheme, _, parts = request.headers["authorization"].partition(" ")
        told = dict(part.strip().split("=", 1) for part in parts.split(","))
        claims = json.loads(urlsafe_b64decode(told["t"].split(".")[1] + "=="))
        if (
            scheme != "vapid"
            or told["k"] != self.key
            or not cast(Any, Vapid02).verify(request.headers["authorization"])
        ):
            self.wrong.append("signature")
        if claims["aud"] != self.url or claims["sub"] != ON["push_contact"]:
            self.wrong.append(str(claims))
        if {"ttl", "topic", "urgency"} - set(request.headers) or request.headers["content-encoding"] != "aes128gcm":
            self.wrong.append(str(request.headers))
        browser.shown.append(browser.read(body))
        return Response(status_code=201)


def coded(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


@asynccontextmanager
async def push_service() -> AsyncGenerator[PushService]:
    service = PushService()
    app = Starlette(routes=[Route("/{browser}", service.take, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", ws="none", lifespan="off"))
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    service.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield service
    finally:
        server.should_exit = True
        await running


async def until(is_so: Callable[[], bool], what: str) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not is_so():
            await asyncio.sleep(0.01)
    assert is_so(), what


async def test_whoever_follows_a_seat_is_told_once_in_their_language_and_of_what_replaces_it(
    redis: Embedded, stream: EventStream, tmp_path: Path
) -> None:
    await open_then(stream, definition("night", 4, seats=100), "open")
    submitter = Submitter(stream)
    (other_folder := tmp_path / "other").mkdir()
    async with (
        push_service() as service,
        serving(redis.url, tmp_path, **ON) as one,
        serving(redis.url, other_folder, **ON),
        httpx2.AsyncClient(base_url=one.url) as client,
    ):
        service.key = public_key(one.settings.secret_key)
        page = (await client.get("/nights/night")).text
        assert f'data-key="{service.key}"' in page and 'rel="manifest"' in page
        english, german, gone, ended = (Browser() for _ in range(4))
        service.browsers = {"english": english, "german": german, "gone": gone, "ended": ended}
        await submitter.submit("night", declare(3, 5, 4), START)  # before anybody followed

        async def follow(name: str, *seats: str, lang: str = "en") -> int:
            body = {
                "endpoint": f"{service.url}/{name}",
                "keys": service.browsers[name].keys,
                "expirationTime": None,
            }
            answer = await client.put("/nights/night/notices", json={**body, "seats": seats, "lang": lang})
            return answer.status_code

        assert await follow("english", "seat-0", "seat-1", "seat-3", "nowhere") == 204
        assert await follow("german", "seat-0", lang="de") == 204
        assert await follow("gone", "seat-0") == 204
        assert await follow("ended", "seat-0") == 204
        assert await follow("ended", "seat-1", "seat-2") == 204
        endpoint = {"endpoint": f"{service.url}/ended"}
        assert (await client.request("DELETE", "/nights/night/notices", json=endpoint)).status_code == 204
        gone.answers, english.answers = [410], [503]

        await submitter.submit("night", declare(0, 5, 4), START)
        await until(lambda: bool(german.shown and english.shown), "both are told, one at the second try")
        told = english.shown[0]
        assert told["title"] == "Seat 0: CON GAIN"
        assert told["body"] == "from Labour, Ann Abel elected, majority 1"
        assert told["url"] == f"http://127.0.0.1:8000/nights/night/contests/{ballot(0)}?lang=en"
        assert (german.shown[0]["lang"], german.shown[0]["tag"]) == ("de", "night/seat-0")
        assert "Vorsprung 1" in german.shown[0]["body"] and "lang=de" in german.shown[0]["url"]

        await submitter.submit("night", HoldNight(id="hold", by="desk"), START)
        await submitter.submit("night", ReleaseNight(id="release", by="desk"), START)
        await submitter.submit("night", correct(0, 8), START)
        withdraw = Withdraw(id="withdraw", by="desk", ballot=ballot(1), reason="A box was left out.")
        for command in (declare(1), withdraw, declare(2)):
            await submitter.submit("night", command, START)
        await until(lambda: len(english.shown) > 3, "the correction, and the other seat twice")
        assert english.shown[1]["title"] == "Seat 0: LAB HOLD"
        assert english.shown[1]["body"].startswith("Corrected: ")
        last = english.shown[-1]
        assert (last["title"], last["body"]) == ("Seat 1: result withdrawn", "A box was left out.")
        await until(lambda: len(german.shown) > 1, "the correction")
        contest = definition("night", 4, seats=100).contests[0]
        assert contest.previous is not None
        renamed = replace(
            contest, candidates=(replace(contest.candidates[0], name="Bob Abel"), *contest.candidates[1:])
        )
        gained = replace(renamed, previous=replace(contest.previous, holder="PP52"))
        for amended in (renamed, gained):
            id, why = f"{amended is gained}", "A wrong list."
            command = AmendBallotPaper(id=id, by="desk", ballot=amended.ballot, contest=amended, reason=why)
            await submitter.submit("night", command, START)
        await until(lambda: len(german.shown) > 2, "the amendment")
        assert [told["title"] for told in english.shown].count("Seat 0: LAB GAIN") == 1, "once, by the second"
        told = english.shown[-1]
        assert (told["title"], told["body"]) == (
            "Seat 0: LAB GAIN",
            "Corrected: from Conservative, Ben Bond elected, majority 7",
        )
        assert gone.tried == 1, "who is gone is told nothing more"
        assert not ended.tried
        assert service.wrong == []
        assert [told["title"] for told in english.shown].count("Seat 3: CON GAIN") == 0
        kept = Subscriptions(stream)
        assert len(await kept.of("night", "seat-0")) == 2
        await stream.erase("night")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await kept.of("night", "seat-0"):
                await asyncio.sleep(0.05)
        assert not await stream.client.call("EXISTS", "{night}:notices")


async def test_a_place_that_has_not_turned_it_on_has_nothing_of_it(
    redis: Embedded, stream: EventStream, tmp_path: Path
) -> None:
    await open_then(stream, definition("night", 2, seats=2), "open")
    async with serving(redis.url, tmp_path) as site, httpx2.AsyncClient(base_url=site.url) as client:
        page = (await client.get("/nights/night")).text
        assert "notices" not in page and "manifest" not in page
        assert (await client.put("/nights/night/notices", json={})).status_code == 404
        assert (await client.get("/manifest.webmanifest")).status_code == 404
        assert "showNotification" in (await client.get("/notices.js")).text


async def test_what_cannot_be_sent_to_is_refused_in_a_sentence(
    redis: Embedded, stream: EventStream, tmp_path: Path
) -> None:
    await open_then(stream, definition("night", 2, seats=2), "open")
    keys, apple = Browser().keys, "https://web.push.apple.com/QGuQyavXutnMH"
    async with (
        serving(redis.url, tmp_path, push_contact=ON["push_contact"]) as site,
        httpx2.AsyncClient(base_url=site.url) as client,
    ):
        manifest = (await client.get("/manifest.webmanifest")).json()
        assert (manifest["display"], manifest["scope"]) == ("standalone", "/")
        for night, endpoint, some, status, sentence in (
            ("night", apple, keys, 204, ""),
            ("night", "https://mail.example/inbox", keys, 400, "at an address that is not known here"),
            ("night", "https://push.apple.com.example/x", keys, 400, "at an address that is not known here"),
            ("night", "http://web.push.apple.com/x", keys, 400, "at an address that is not known here"),
            ("night", "https://a@web.push.apple.com/x", keys, 400, "at an address that is not known here"),
            ("night", apple, keys | {"p256dh": coded(bytes(65))}, 400, "keys of this browser"),
            ("night", apple, keys | {"auth": coded(bytes(12))}, 400, "keys of this browser"),
            ("night", apple, keys | {"auth": "?"}, 400, "That is no subscription"),
            ("parl.2019-12-12", apple, keys, 409, "over"),
            ("none", apple, keys, 404, "none"),
        ):
            body = {"endpoint": endpoint, "keys": some, "seats": ["seat-0"], "lang": "en"}
            answer = await client.put(f"/nights/{night}/notices", json=body)
            assert (answer.status_code, sentence in answer.text) == (status, True), (endpoint, answer.text[-500:])


def test_whom_push_services_can_write_to_is_an_address() -> None:
    for right in ("", "mailto:desk@example.org", "https://results.example/contact"):
        assert Settings.from_env({"PUSH_CONTACT": right, "SECRET_KEY": "k"}).push_contact == right
    for wrong in ("1", "desk@example.org", "mailto:desk"):
        with pytest.raises(SettingsError, match="PUSH_CONTACT must be like mailto:"):
            Settings.from_env({"PUSH_CONTACT": wrong, "SECRET_KEY": "k"})
