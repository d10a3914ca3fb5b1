"""How much a request may say: told in a sentence on pages, as problem+json under /api, and never with a traceback."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import msgspec
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.access import allows, everyone
from server.app import build_app
from server.settings import Settings

MOST = 256 * 1024


@allows(everyone)
async def taken(request: Request) -> Response:
    """An endpoint that reads a JSON body."""
    msgspec.json.decode(await request.body())
    return Response("taken")


@allows(everyone)
async def form(request: Request) -> Response:
    """An endpoint that reads a form."""
    return Response(str(len(await request.form())))


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    app = build_app(Settings(redis_url="redis://127.0.0.1:1", secret_key="a secret of this test"))
    app.router.routes += [
        Route("/api/taken", taken, methods=["POST"]),
        Route("/taken", taken, methods=["POST"]),
        Route("/form", form, methods=["POST"]),
    ]
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://site") as visitor:
        yield visitor


async def chunks(size: int) -> AsyncIterator[bytes]:
    yield b'"'
    for _ in range(size // 1024):
        yield b"a" * 1024
    yield b'"'


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_that_is_too_large_is_told_so(client: httpx2.AsyncClient, chunked: bool) -> None:
    body: Any = chunks(MOST) if chunked else b'"' + b"a" * MOST + b'"'
    answer = await client.post("/api/taken", content=body)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": "Request Entity Too Large",
        "status": 413,
        "detail": "That is more than can be sent here: 256 KB at most. Nothing was kept of it.",
    }
    for path in ("/taken", "/form"):
        body = chunks(MOST) if chunked else b'"' + b"a" * MOST + b'"'
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await client.post(path, content=body, headers=kind)
        assert (answer.status_code, answer.headers["content-type"]) == (413, "text/html; charset=utf-8")
        assert "That is more than can be sent here: 256 KB at most. Nothing was kept of it." in answer.text


async def test_a_body_as_large_as_may_be_is_taken(client: httpx2.AsyncClient) -> None:
    assert (await client.post("/api/taken", content=b'"' + b"a" * (MOST - 2) + b'"')).text == "taken"


async def test_an_address_that_is_too_long_is_told_so(client: httpx2.AsyncClient) -> None:
    for address in ("/nights/%s", "/?lang=%s", "/static/0/%s", "/count/%s", "/nights/none/contests/%s/picture.png"):
        answer = await client.get(address % ("a" * 5000))
        assert (answer.status_code, "An address has at most 4096 characters." in answer.text) == (414, True), address
        assert "default-src 'self'" in answer.headers["content-security-policy"]
    answer = await client.get("/api/nights/" + "a" * 5000)
    assert (answer.status_code, answer.headers["content-type"]) == (414, "application/problem+json")


async def test_what_is_nested_too_deep_is_no_fault_of_ours(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/api/taken", content=b"[" * 100_000 + b"]" * 100_000)
    assert (answer.status_code, answer.json()["detail"]) == (400, "What was sent is nested too deep.")
    answer = await client.post("/taken", content=b"[" * 100_000 + b"]" * 100_000)
    assert (answer.status_code, "Traceback" in answer.text) == (400, False)
