"""A night of councils beside a night of the House: each replayed at full speed through a real Redis and a real server
while Chromium watches a page, and at its end compared with its data. No figure is judged.

What is CPU is that of one process which submits, makes frames and pushes, without Redis and without the browser.
"""

import asyncio
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import httpx2
import msgspec
from msgspec import Struct
from playwright.async_api import Browser, Page, async_playwright

from server.election.commands import AnyCommand
from server.election.events import AnyEvent, Declared
from server.live.channel import Channel
from server.nights import archive
from server.pages.council.seen import TOPIC
from server.pages.render import NIGHT, PageRenderer
from server.replay.commands import commands
from server.stream import embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.bench.painting import STOPWATCH
from tests.browser.conftest import FLAGS, chromium
from tests.running import answered, serving

COUNCILS, HOUSE = "local.2025-05-01", "parl.2019-12-12"
_NAME = "replayed"
Ordered = tuple[datetime, AnyCommand]


class Watched(Struct, frozen=True):
    """One page of a night that was replayed while a browser had it open.

    ``made_ms`` of CPU go into a declaration's frames for the page, ``cpu_ms`` into all that the process does about one
    at full speed. ``frame`` is the median frame, ``largest`` the largest, ``deflated`` the median on the wire; ``page``
    the whole page at the end in brotli, ``whole`` not compressed. ``single`` are milliseconds until a declaration is
    applied, one by one; ``bundled`` those of each frame at full speed, with ``at_once`` declarations on average.
    """

    page_of: str
    declarations: int
    contests: int
    made_ms: float
    cpu_ms: float
    frame: int
    largest: int
    deflated: int
    page: int
    whole: int
    single: tuple[float, ...]
    bundled: tuple[float, ...]
    at_once: float


class _Sizes:
    paused = False

    def __init__(self, deflate: bool) -> None:
        self.deflate = deflate
        self.frames: list[int] = []

    def write(self, frame: bytes) -> None:
        self.frames += [len(frame)] * (len(frame) > 2)  # what has two bytes is a beat


async def measure(
    single: int = 40, council: str = COUNCILS, house: str = HOUSE, most: int | None = None
) -> list[Watched]:
    """The two nights' own pages, and that of the council with the most contests; the first ``most`` events of each."""
    contests = Counter(contest.body for contest in archive.load(council).definition.contests)
    body = str(contests.most_common(1)[0][0])
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        found = [
            await _watched(browser, night, body, single, most)
            for night, body in ((house, ""), (council, ""), (council, body))
        ]
        await browser.close()
    return found


async def _watched(browser: Browser, night: str, body: str, single: int, most: int | None) -> Watched:
    past = archive.load(night)
    events, path = past.events[:most], f"/nights/{_NAME}/councils/{body}" if body else f"/nights/{_NAME}"
    script = [*commands(events, _NAME)]
    before, rest = script[: len(script) // 2], script[len(script) // 2 :]
    made, frame, largest, deflated = _frames(events, f"{TOPIC}{body}" if body else NIGHT)
    with tempfile.TemporaryDirectory() as folder:
        redis = embedded.start(Path(folder) / "redis")
        try:
            async with serving(redis.url, Path(folder)) as site, httpx2.AsyncClient(base_url=site.url) as client:
                stream = EventStream(redis.url)
                await stream.open()
                submitter = Submitter(stream)
                for at, command in before:
                    await submitter.submit(_NAME, command, at)
                await stream.announce(_NAME)
                await answered(client, path)
                page = await browser.new_page(viewport={"width": 390, "height": 844})
                await page.goto(f"{site.url}{path}")
                await page.locator("#line[data-state=up]").wait_for()
                await page.evaluate(STOPWATCH)
                one_by_one: list[float] = []
                for place, one in enumerate(rest[:single]):
                    one_by_one.append(sum(await _applied(page, submitter, [one], len(before) + place + 1)))
                together, began = rest[single:], time.process_time()
                bundled = await _applied(page, submitter, together, len(script))
                cpu = time.process_time() - began
                await page.close()
                await _compare(client, night, events, whole=most is None)
                whole, packed = [await _size(client, path, coding) for coding in ("identity", "br")]
                await stream.close()
        finally:
            redis.stop()
    contests = [contest for contest in past.definition.contests if body in ("", contest.body)]
    return Watched(
        page_of=f"{night} {body}".strip(),
        declarations=len(events) - 1,
        contests=len(contests),
        made_ms=made,
        cpu_ms=1000 * cpu / len(together),
        frame=frame,
        largest=largest,
        deflated=deflated,
        whole=whole,
        page=packed,
        single=tuple(one_by_one),
        bundled=tuple(bundled),
        at_once=len(together) / len(bundled),
    )


async def _applied(page: Page, submitter: Submitter, script: Sequence[Ordered], until: int) -> list[float]:
    """Submit as fast as it goes; what the browser took for each frame, once the page is at the seq."""
    await page.evaluate("() => { window.took = []; }")
    for at, command in script:
        await submitter.submit(_NAME, command, at)
    await page.wait_for_function(f"() => document.getElementById('cursor').value == {until}")
    await page.wait_for_timeout(300)  # the tick, and the stopwatch
    return await page.evaluate("() => window.took")


def _frames(events: Sequence[AnyEvent], topic: str) -> tuple[float, int, int, int]:
    """CPU to make a declaration's frames, in milliseconds; the median frame, the largest, the median on the wire."""
    channel, plain, deflated = Channel(PageRenderer()), _Sizes(False), _Sizes(True)
    channel.advance(events[:1])
    for one in (plain, deflated):
        channel.join(one, topic, 1)
    began = time.process_time()
    for event in events[1:]:
        channel.advance([event])
    made = 1000 * (time.process_time() - began) / (len(events) - 1)
    of_all = [round(statistics.median(one.frames)) if one.frames else 0 for one in (plain, deflated)]
    return made, of_all[0], max(plain.frames, default=0), of_all[1]


async def _compare(client: httpx2.AsyncClient, night: str, events: Sequence[AnyEvent], whole: bool) -> None:
    """An AssertionError where the end of the replay is not the data: each vote, and who is elected and who controls."""
    lines = (await client.get(f"/api/nights/{_NAME}/events")).text.splitlines()
    came = {one["ballot"]: one["votes"] for one in map(msgspec.json.decode, lines) if one["kind"] == "declared.1"}
    assert came == {event.ballot: event.votes for event in events if isinstance(event, Declared)}
    if whole:
        replayed, data = [(await client.get(f"/api/nights/{name}")).json() for name in (_NAME, night)]
        for part in ("declared", "parties", "contests", "councils"):
            assert replayed.get(part) == data.get(part), part


async def _size(client: httpx2.AsyncClient, path: str, coding: str) -> int:
    async with client.stream("GET", path, headers={"Accept-Encoding": coding}) as answer:
        return sum([len(part) async for part in answer.aiter_raw()])


def show(found: list[Watched]) -> None:
    """Print it."""
    for one in found:
        worst, most, bundled = max(one.single), sorted(one.single)[int(0.95 * len(one.single))], one.bundled
        print(f"{one.page_of}: {one.contests:,} contests, {one.declarations:,} declarations, the end equal to the data")
        print(f"  CPU a declaration: {one.made_ms:.1f} ms for its frames, {one.cpu_ms:.1f} ms in all at full speed")
        print(f"  a frame: {one.frame:,} bytes (largest {one.largest:,}), deflated {one.deflated:,}")
        print(f"  the page: {one.page:,} bytes in brotli, {one.whole:,} without")
        print(
            f"  a declaration applied in Chromium: {statistics.median(one.single):.1f} ms, "
            f"95% within {most:.1f}, worst {worst:.1f} ms"
        )
        middle = f"{statistics.median(bundled):.1f} ms, worst {max(bundled):.1f} ms"
        print(f"  a frame at full speed, {one.at_once:.1f} declarations: {middle}")


if __name__ == "__main__":
    show(asyncio.run(measure()))
