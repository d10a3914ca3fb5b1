"""Whole nights through the whole program: a replay watched from the start, and killed on the way."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2

from server.election.counting.acts import ReplaySet, ReplayState
from server.nights import archive
from server.stream import embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.conftest import PATIENCE_SECONDS, free_port, until
from tests.count.conftest import stamp
from tests.running import Page, answered, play, serving

GENERAL = "parl.2019-12-12"
BY_ELECTION = "parl.rochester-and-strood.by.2014-11-20"
ROOT = Path(__file__).resolve().parent.parent.parent


async def test_a_2019_replay_ends_as_published_for_page_json_and_viewers_alike(
    redis: embedded.Embedded, tmp_path: Path
) -> None:
    last = len(archive.load(GENERAL).events)
    async with serving(redis.url, tmp_path) as site, httpx2.AsyncClient(base_url=site.url) as client:
        playing = asyncio.create_task(play(redis.url, GENERAL, "replay"))
        await answered(client, "/nights/replay")
        throughout, late = Page(site, "replay"), Page(site, "replay")
        watching = asyncio.create_task(throughout.watch(last))
        await until(lambda: throughout.after > 300, "the replay")
        joined_late = asyncio.create_task(late.watch(last))
        await asyncio.gather(playing, watching, joined_late)

        data = (await client.get("/api/nights/replay")).json()
        page = (await client.get("/nights/replay")).text

    seats = {party["id"]: party["seats"] for party in data["parties"]}
    assert data["declared"] == 650
    assert [seats[party] for party in ("PP52", "PP53", "PP102", "PP90", "ynmp-party:12522")] == [
        365,
        202,
        48,
        11,
        1,
    ]
    assert data["replay_of"] == GENERAL
    assert throughout.fragments == late.fragments
    assert "All declared" in late.fragments.pop("air"), "this is a replay, and the night it plays has no such piece"
    assert len([name for name in throughout.fragments if name.startswith("row-")]) == 650
    for name, text in throughout.fragments.items():
        assert text in page, name
    whole = await _past(site_events=GENERAL)
    assert {name: text.replace("/nights/replay/", f"/nights/{GENERAL}/") for name, text in late.fragments.items()} == {
        name: whole[name] for name in late.fragments
    }


async def _past(site_events: str) -> dict[str, str]:
    from server.live.channel import Channel
    from server.pages.render import PageRenderer

    channel = Channel(PageRenderer(), on_air=False)
    channel.advance(archive.load(site_events).events)
    return {name: channel.text(name) for name in channel.fragments}


async def test_rochester_and_strood_is_a_ukip_gain_from_conservative(redis: embedded.Embedded, tmp_path: Path) -> None:
    await play(redis.url, BY_ELECTION, f"{BY_ELECTION}.replay")
    async with serving(redis.url, tmp_path) as site, httpx2.AsyncClient(base_url=site.url) as client:
        await answered(client, "/readyz")
        for night in (f"{BY_ELECTION}.replay", BY_ELECTION):
            page = " ".join((await client.get(f"/nights/{night}")).text.split())
            assert '<b class="verdict gain" data-party="PP85">UKIP GAIN</b> Rochester and Strood' in page
            assert "from Conservative" in page
            data = (await client.get(f"/api/nights/{night}/contests/{BY_ELECTION}")).json()
            assert data["verdict"] == "UKIP gain from Con"
            assert (data["winner"]["name"], data["winner"]["party"]) == ("Mark Reckless", "PP85")
            assert data["majority"] == 2920
            assert (round(data["turnout"]["papers"], 2), round(data["turnout"]["valid"], 2)) == (50.67, 50.61)
            votes = {candidate["party"]: candidate for candidate in data["candidates"]}
            assert votes["PP85"]["votes"] == 16867
            assert round(votes["PP90"]["share"], 2) == 0.87
            assert votes["PP90"]["lost_deposit"]


async def test_kill_9_of_redis_in_a_replay_loses_and_doubles_nothing(redis: embedded.Embedded, tmp_path: Path) -> None:
    async with serving(redis.url, tmp_path) as site, httpx2.AsyncClient(base_url=site.url) as client:
        playing = asyncio.create_task(play(redis.url, GENERAL, "replay"))
        await answered(client, "/nights/replay")
        page = Page(site, "replay")
        watching = asyncio.create_task(page.watch(651))
        for progress in (100, 300, 500):
            await until(lambda progress=progress: page.after >= progress or playing.done(), "the replay")
            await until(lambda: _kill(redis), "a server to kill")
        await asyncio.gather(playing, watching)
    await _complete(redis.url, "replay")


async def test_kill_9_of_the_web_process_in_a_replay_loses_and_doubles_nothing(tmp_path: Path) -> None:
    last = len(archive.load(GENERAL).events)
    for progress in (50, 250, 450):
        async with running(tmp_path, GENERAL) as (client, process):
            await _reached(client, process, progress)
            before = await _seq(client)
            process.kill()
            process.wait()
        assert progress <= before <= last
    async with running(tmp_path, GENERAL) as (client, process):
        await _reached(client, process, last)
        await _complete(embedded.address(tmp_path / "data" / "redis"), f"{GENERAL}.replay")


async def test_a_2019_replay_killed_and_resumed_three_times_misses_and_doubles_no_declaration(
    redis: embedded.Embedded, stream: EventStream
) -> None:
    name, submitter = f"{GENERAL}.replay", Submitter(stream)

    async def reached(seq: int, *processes: subprocess.Popen[bytes]) -> None:
        while (night := await submitter.night(name)) is None or night.seq < seq:
            assert [process.poll() for process in processes] == [None] * len(processes), "it ended by itself"
            await asyncio.sleep(0.01)
        for process in processes:
            process.kill()
            process.wait()

    async def steer(state: ReplayState, speed: float) -> None:
        await submitter.record(name, ReplaySet(**stamp(f"{state} {speed}", by="Ann Ray"), speed=speed, state=state))

    await reached(100, replaying(redis.url, "--speed", "50000"))
    await reached(300, replaying(redis.url), replaying(redis.url))  # two players at once
    await steer("paused", 20_000)
    paused = replaying(redis.url)
    await steer("playing", 50_000)
    await reached(500, paused)
    last = replaying(redis.url)
    await asyncio.to_thread(last.wait)
    await _complete(redis.url, name)
    desk = await submitter.desk(name)
    assert desk.replay and (last.returncode, desk.replay.state, desk.replay.speed) == (0, "ended", 50_000)


def replaying(url: str, *arguments: str) -> subprocess.Popen[bytes]:
    """The ``replay`` command as a process of its own."""
    command = [sys.executable, "-m", "server", "replay", GENERAL, *arguments]
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, "REDIS_URL": url}, stdout=subprocess.DEVNULL)


def _kill(redis: embedded.Embedded) -> bool:
    try:
        os.kill(redis.pid, signal.SIGKILL)
    except embedded.EmbeddedServerError:
        return False  # the server is just restarting
    return True


async def _complete(url: str, night: str) -> None:
    stream = EventStream(url)
    events = await stream.read(night)
    await stream.close()
    assert [event.seq for event in events] == list(range(1, len(archive.load(GENERAL).events) + 1))
    assert len({event.command_id for event in events}) == len(events)


async def _reached(client: httpx2.AsyncClient, process: subprocess.Popen[bytes], seq: int) -> None:
    while await _seq(client) < seq:
        assert process.poll() is None, "the program ended by itself"
        await asyncio.sleep(0.01)


async def _seq(client: httpx2.AsyncClient) -> int:
    try:
        data: dict[str, Any] = (await client.get("/api/nights")).json()
    except httpx2.TransportError:
        return -1
    return max((night["seq"] or 0 for night in data["nights"]), default=0)  # a past night of the archive has none


@asynccontextmanager
async def running(folder: Path, *arguments: str) -> AsyncGenerator[tuple[httpx2.AsyncClient, subprocess.Popen[bytes]]]:
    """``scripts/run`` as a process of its own, on its embedded server; ended as by Ctrl-C."""
    port = free_port()
    environment = {**os.environ, "PORT": str(port), "DATA_DIR": str(folder / "data")}
    environment.pop("REDIS_URL", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "server", "run", *arguments, "--speed", "50000"], cwd=ROOT, env=environment
    )
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            yield client, process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE_SECONDS)
