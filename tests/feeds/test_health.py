"""Whether a process is alive and ready, and its figures."""

from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from server.html import static
from server.settings import ROOT
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from tests.feeds.site import GENERAL, ROCHESTER, Site

FILES = ROOT / "web" / "static"


def test_process_is_alive(client: TestClient) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.text) == (200, "ok")


async def test_process_is_ready_once_everything_stored_has_been_read(stream: EventStream) -> None:
    site = Site(stream=stream)
    async with site.in_this_loop() as client:
        before = await client.get("/readyz")
        assert (before.status_code, before.json()["ready"]) == (503, False)
        assert before.json()["reasons"] == ["The events that are stored have not all been read yet."]
        site.hub.ready.set()
        after = await client.get("/readyz")
    assert after.status_code == 200
    assert after.json() == {"ready": True, "durable": True, "reasons": []}


async def test_process_is_not_ready_while_redis_does_not_answer(redis: Embedded, stream: EventStream) -> None:
    site = Site(stream=stream)
    site.hub.ready.set()
    redis.stop()
    async with site.in_this_loop() as client:
        response = await client.get("/readyz")
    assert (response.status_code, response.json()["reasons"]) == (503, ["Redis does not answer."])


def test_metrics_are_those_of_the_nights_on_air(site: Site, client: TestClient) -> None:
    site.replay(GENERAL, until=101)
    site.replay(ROCHESTER, until=1)
    samples = {
        (sample.name, sample.labels.get("night")): sample.value
        for family in text_string_to_metric_families(client.get("/metrics").text)
        for sample in family.samples
    }
    general = f"{GENERAL}.replay"
    assert samples["declared_nights_on_air", None] == 2
    assert samples["declared_seq", general] == 101
    assert samples["declared_contests_declared", general] == 100
    assert samples["declared_contests", general] == 650
    assert samples["declared_contests_declared", f"{ROCHESTER}.replay"] == 0
    assert samples["declared_viewers", general] == 0


def test_metrics_say_how_much_is_remembered_and_how_much_may_be(site: Site, client: TestClient) -> None:
    site.replay(GENERAL, until=101)
    client.get(f"/api/nights/{GENERAL}.replay")
    lines = dict(
        line.rsplit(" ", 1) for line in client.get("/metrics").text.splitlines() if line.startswith("declared")
    )
    size = len(client.get(f"/api/nights/{GENERAL}.replay").content)
    assert size < float(lines["declared_remembered_bytes"]) <= float(lines["declared_remembered_bytes_limit"])


def test_metrics_can_be_asked_for_again(client: TestClient) -> None:
    assert client.get("/metrics").status_code == client.get("/metrics").status_code == 200


async def test_a_process_without_the_files_of_its_pages_is_not_ready_and_says_which(
    stream: EventStream, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    site = Site(stream=stream)
    site.hub.ready.set()
    copytree(FILES, tmp_path / "static", ignore=ignore_patterns("vendor"))
    monkeypatch.setattr(static, "_FOLDER", tmp_path / "static")
    for remembered in (static._files, static.lacking):  # type: ignore[reportPrivateUsage]
        remembered.cache_clear()
    try:
        async with site.in_this_loop() as client:
            answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert "web/static lacks vendor/htmx.min.js, vendor/hx-ws.min.js." in answer.json()["reasons"][0]
        assert static.static("vendor/htmx.min.js") == "/static/missing/vendor/htmx.min.js", "and pages are shown"
    finally:
        for remembered in (static._files, static.lacking):  # type: ignore[reportPrivateUsage]
            remembered.cache_clear()
