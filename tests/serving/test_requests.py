"""What is logged and counted of requests and websockets, and what is not."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket
from structlog.testing import capture_logs
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from server.html.errors import on_unavailable
from server.measures import REGISTRY
from server.serving import requests
from server.serving.web import WebServer
from server.settings import Settings
from server.stream.events import StreamUnavailable
from tests.conftest import until


async def page(request: Request) -> Response:
    status = int(request.path_params.get("status", 200))
    return PlainTextResponse("a page", status)


async def fails(request: Request) -> Response:
    raise LookupError("nothing here")


async def away(request: Request) -> Response:
    raise StreamUnavailable("No Redis answers there.")


async def stream(request: Request) -> Response:
    async def lines() -> AsyncGenerator[bytes]:
        yield b": hello\n\n"

    return StreamingResponse(lines(), media_type="text/event-stream")


async def never(request: Request) -> Response:
    ASKED.set()
    await asyncio.Event().wait()
    raise AssertionError


async def live(websocket: WebSocket) -> None:
    if "closed" in websocket.url.path:
        await websocket.close()
    else:
        await websocket.accept()


ASKED = asyncio.Event()
ROUTES = [
    Route("/nights/{status:int}", page),
    Route("/nights/never", never),
    Route("/count/invitation/{token}", page),
    Route("/static/{name}", page),
    Route("/readyz", page),
    Route("/admin", fails),
    Route("/api/away", away),
    Route("/api/events", stream),
    WebSocketRoute("/nights/live", live),
    WebSocketRoute("/nights/closed", live),
]


@asynccontextmanager
async def served(which: str = "some", addresses: bool = False) -> AsyncGenerator[str]:
    settings = Settings(port=0, data_dir=Path(), log_requests=which, log_addresses=addresses)
    app = Starlette(routes=ROUTES, exception_handlers={StreamUnavailable: on_unavailable})
    server = WebServer(app, settings, lambda: None)
    running = asyncio.create_task(server.listen())
    await until(lambda: server.started)
    yield f"127.0.0.1:{server.listening.getsockname()[1]}"
    server.should_exit = True
    await running


async def logged(paths: Sequence[str], **how: Any) -> list[Any]:
    """What is logged of requests for these paths, one after the other."""
    with capture_logs() as found:
        async with served(**how) as where, httpx2.AsyncClient(base_url=f"http://{where}") as client:
            for path in paths:
                await client.get(path)
    return [line for line in found if "request" in line["event"]]


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0


async def test_a_request_is_logged_with_its_time_and_size_and_without_what_opens_a_door() -> None:
    first, *links = await logged(
        ["/nights/200?q=somebody", "/count/invitation/s3cr3t?ended=1", "/count/%69nvitation/s3cr3t"]
    )
    assert isinstance(first.pop("ms"), float)
    expected = {
        "event": "request",
        "log_level": "info",
        "method": "GET",
        "path": "/nights/200",
        "status": 200,
        "bytes": 6,
    }
    assert first == expected
    assert [line["path"] for line in links] == ["/count/invitation/…"] * 2
    (line,) = await logged(["/nights/200"], addresses=True)
    assert line["client"] == "127.0.0.1"


async def test_files_and_health_are_logged_only_where_all_is_and_few_are_those_that_matter() -> None:
    paths = ["/static/live.js", "/readyz", "/nights/404", "/nights/503"]
    for which, expected in (("few", paths[3:]), ("some", paths[2:]), ("all", paths)):
        found = await logged(paths, which=which)
        assert [line["path"] for line in found] == expected
        assert [line["log_level"] for line in found if line["status"] == 503] == ["warning"]


async def test_a_request_that_redis_did_not_do_is_one_line_which_says_why() -> None:
    with capture_logs() as found:
        async with served() as where, httpx2.AsyncClient(base_url=f"http://{where}") as client:
            assert (await client.get("/api/away")).status_code == 503
    (line,) = [line for line in found if line["log_level"] == "warning"]
    assert (line["event"], line["status"], line["why"]) == ("request", 503, "No Redis answers there.")


async def test_a_slow_request_is_flagged_and_a_stream_of_events_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "SLOW_SECONDS", 0.0)
    found = await logged(["/nights/200", "/api/events"])
    assert [(line["event"], line["log_level"]) for line in found] == [("slow request", "warning"), ("request", "info")]


async def test_requests_refusals_errors_and_open_lines_are_counted() -> None:
    def stands() -> list[float]:
        return [
            counted("declared_requests_total", area="nights", status="200"),
            counted("declared_request_seconds_count", area="nights"),
            counted("declared_refusals_total", status="404", kind="nights"),
            counted("declared_errors_total", kind="answer"),
            counted("declared_errors_total", kind="unhandled"),
            counted("declared_refusals_total", status="403", kind="nights"),
        ]

    before, viewers = stands(), counted("declared_sockets", kind="viewers")
    with capture_logs() as found:
        async with served(which="all") as where:
            async with httpx2.AsyncClient(base_url=f"http://{where}") as client:
                for path in ("/nights/200", "/nights/404", "/admin"):
                    await client.get(path)
            async with connect(f"ws://{where}/nights/live"):
                assert counted("declared_sockets", kind="viewers") == viewers + 1
            await until(lambda: counted("declared_sockets", kind="viewers") == viewers)
            with pytest.raises(InvalidStatus):
                await connect(f"ws://{where}/nights/closed")
    assert [now - then for now, then in zip(stands(), before, strict=True)] == [1, 2, 1, 1, 1, 1]
    sockets = [line for line in found if "websocket" in line["event"]]
    assert [(line["event"], line["path"]) for line in sockets] == [
        ("websocket opened", "/nights/live"),
        ("websocket closed", "/nights/live"),
    ]
    assert "seconds" in sockets[1]


async def test_an_answer_says_nothing_of_the_server() -> None:
    async with served() as where, httpx2.AsyncClient(base_url=f"http://{where}") as client:
        assert "server" not in (await client.get("/nights/200")).headers


def test_the_path_that_a_site_is_below_is_no_area() -> None:
    counted_before = counted("declared_requests_total", area="nights", status="200")
    below = Starlette(routes=[Mount("/results", routes=ROUTES)])
    settings = Settings(public_url="https://hall.example/results")
    assert TestClient(requests.Requests(below, settings)).get("/results/nights/200").status_code == 200
    assert counted("declared_requests_total", area="nights", status="200") == counted_before + 1


def test_a_process_that_leaves_asks_each_client_for_another_connection() -> None:
    app = requests.Requests(Starlette(routes=ROUTES), Settings())
    client = TestClient(app)
    assert "connection" not in client.get("/nights/200").headers
    app.closes = True
    assert client.get("/nights/200").headers["connection"] == "close"


async def test_who_waits_when_the_process_has_to_stop_is_asked_to_come_again(caplog: pytest.LogCaptureFixture) -> None:
    async with httpx2.AsyncClient(timeout=20) as client:
        async with served() as where:
            asking = asyncio.create_task(client.get(f"http://{where}/nights/never"))
            await ASKED.wait()
        answer = await asking
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert "ask again" in answer.text
    assert "Traceback" not in caplog.text
