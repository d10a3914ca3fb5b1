"""What a night's page asks of a browser: its first load on the wire, and the time to apply a declaration, and fifty."""

import asyncio
import statistics
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec import Struct
from playwright.async_api import Browser, async_playwright

from server.election.commands import AnyCommand
from server.nights import archive
from server.replay.commands import commands
from server.stream import embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.browser.conftest import FLAGS, chromium
from tests.running import serving

Script = Iterator[tuple[datetime, AnyCommand]]
_NIGHT = "painted"

# From the frame's arrival to the end of layout: htmx has swapped, all who watch the page have had their turn, and
# nothing has been painted in between, which would be the time until the next picture of the screen.
STOPWATCH = """() => {
    window.took = [];
    let began = 0;
    document.addEventListener("htmx:ws:before:message:incoming", () => { began = performance.now(); });
    document.addEventListener("htmx:ws:after:message:incoming", () => queueMicrotask(() => {
        document.body.getBoundingClientRect();
        window.took.push(performance.now() - began);
    }));
}"""


class Painting(Struct, frozen=True):
    """``wire`` is the first load in bytes, headers included, of ``requests``; milliseconds for each declaration, and
    for those ``at_once`` (more than one frame where they did not come in one tick: the sum)."""

    wire: int
    requests: int
    single: tuple[float, ...]
    at_once: int
    burst: float


async def measure(before: int = 400, single: int = 40, burst: int = 50, past: str = "parl.2019-12-12") -> Painting:
    """A past night after so many events, in Chromium: declarations one by one, and then at once."""
    with tempfile.TemporaryDirectory() as folder:
        redis = embedded.start(Path(folder) / "redis")
        try:
            async with serving(redis.url, Path(folder)) as site, async_playwright() as playwright:
                stream = EventStream(redis.url)
                await stream.open()
                submitter, script = Submitter(stream), iter(commands(archive.load(past).events, _NIGHT))
                for _ in range(before):
                    at, command = next(script)
                    await submitter.submit(_NIGHT, command, at)
                await stream.announce(_NIGHT)
                browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
                found = await _painted(browser, f"{site.url}/nights/{_NIGHT}", submitter, script, single, burst)
                await browser.close()
                await stream.close()
        finally:
            redis.stop()
    return found


async def _painted(
    browser: Browser, address: str, submitter: Submitter, script: Script, single: int, burst: int
) -> Painting:
    page = await browser.new_page(viewport={"width": 390, "height": 844})
    client: Any = await page.context.new_cdp_session(page)
    sizes: list[float] = []

    def arrived(event: dict[str, Any]) -> None:
        sizes.append(event["encodedDataLength"])

    client.on("Network.loadingFinished", arrived)
    await client.send("Network.enable")
    while (answer := await page.goto(address)) is None or answer.status != 200:
        sizes.clear()
        await asyncio.sleep(0.05)
    await page.locator("#line[data-state=up]").wait_for()
    wire, requests = round(sum(sizes)), len(sizes)
    await page.evaluate(STOPWATCH)

    async def declare(number: int) -> list[float]:
        seq = int(await page.locator("#cursor").get_attribute("value") or 0)
        await page.evaluate("() => { window.took = []; }")
        for _ in range(number):
            at, command = next(script)
            await submitter.submit(_NIGHT, command, at)
        await page.wait_for_function(f"() => document.getElementById('cursor').value == {seq + number}")
        await page.wait_for_timeout(300)  # the tick, and the stopwatch
        return await page.evaluate("() => window.took")

    took = [sum(await declare(1)) for _ in range(single)]
    return Painting(wire, requests, tuple(took), burst, sum(await declare(burst)))


def show(found: Painting) -> None:
    """Print it."""
    print(f"first load of a night on air: {found.wire:,} bytes with headers, {found.requests} requests")
    worst = max(found.single)
    print(f"a declaration applied in Chromium: median {statistics.median(found.single):.1f} ms, worst {worst:.1f} ms")
    print(f"{found.at_once} declarations at once: {found.burst:.1f} ms")


if __name__ == "__main__":
    show(asyncio.run(measure()))
