"""Whether a process is alive and ready, and its figures."""

import re
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from server.html import static
from server.live.channel import Channel
from server.measures import FOLLOWER_HEARD
from server.pages.render import PageRenderer
from server.settings import ROOT
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from tests.feeds.site import GENERAL, ROCHESTER, Site
from tests.nights_by_hand import START, declare
from tests.stream.test_events import NIGHT, opened

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


def test_metrics_can_be_asked_for_again_and_each_is_explained_to_operators(client: TestClient) -> None:
    assert client.get("/metrics").status_code == 200
    again = client.get("/metrics")
    assert again.status_code == 200
    names = {line.split()[2] for line in again.text.splitlines() if line.startswith("# TYPE declared_")}
    explained = set(re.findall(r"declared_\w+", (ROOT / "server" / "OPERATIONS.md").read_text()))
    assert len(names) > 20 and names - explained == set()


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


async def test_process_that_is_told_to_stop_is_not_ready_while_it_goes_on(stream: EventStream) -> None:
    site = Site(stream=stream)
    site.hub.ready.set()
    site.hub.leaving = True
    async with site.in_this_loop() as client:
        ready, figures = await client.get("/readyz"), await client.get("/metrics")
    assert ready.status_code == 503
    assert ready.json()["reasons"] == ["This process has been told to stop, and goes on for a little while only."]
    assert "\ndeclared_ready 0.0\n" in figures.text


async def test_metrics_say_how_far_a_process_is_behind_and_how_soon_redis_answers(stream: EventStream) -> None:
    site = Site(stream=stream)
    site.hub.ready.set()
    submitter = await opened(stream)
    site.hub.channels[NIGHT] = Channel(PageRenderer())
    site.hub.channels[NIGHT].advance(await stream.read(NIGHT))
    async with site.in_this_loop() as client:

        async def figures() -> dict[str, float]:
            lines = (await client.get("/metrics")).text.splitlines()
            return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if line[0] != "#"}

        before = await figures()
        assert (before["declared_ready"], before["declared_durable"]) == (1, 1)
        assert before[f'declared_follower_behind_events{{night="{NIGHT}"}}'] == 0
        assert before["declared_follower_behind_seconds"] == 0
        for seat in range(2):
            await submitter.submit(NIGHT, declare(seat), START)
        FOLLOWER_HEARD.set(1)  # long ago
        after = await figures()
    assert after[f'declared_follower_behind_events{{night="{NIGHT}"}}'] == 2
    assert after["declared_follower_behind_seconds"] > 1e9
    assert after["declared_redis_seconds_count"] > before["declared_redis_seconds_count"]
    assert after["process_resident_memory_bytes"] > 1e6 and after["process_open_fds"] > 0
