"""What a viewer waits for: from a declaration's POST to its receipt, and to the banner in an open page, in Chromium."""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

import httpx2
from msgspec import Struct
from msgspec.structs import replace
from playwright.async_api import Browser, async_playwright

from server.election.events import Declared
from server.nights import archive
from server.stream import embedded
from server.stream.events import EventStream
from server.stream.opening import open_night
from tests.bench.posting import body_of, tokens
from tests.browser.conftest import FLAGS, chromium
from tests.running import Site, serving

_BALLOT = "parl.rochester-and-strood.by.2014-11-20"
_SEEN = """() => { window.seen = new Promise((done) => new MutationObserver(() => {
    if (document.querySelector('.headline').textContent.includes('UKIP')) done(Date.now());
}).observe(document.querySelector('main'), {subtree: true, childList: true, characterData: true})); }"""


class Banner(Struct, frozen=True):
    """Milliseconds from the POST, one a round: until the receipt, which is on disk, and until the banner is there."""

    receipt: tuple[float, ...]
    banner: tuple[float, ...]


async def measure(rounds: int = 15) -> Banner:
    """So many declarations of Rochester and Strood, each in a night of its own."""
    with tempfile.TemporaryDirectory() as folder:
        redis = embedded.start(Path(folder) / "redis")
        try:
            async with serving(redis.url, Path(folder)) as site, async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
                found = [await _round(number, site, browser, redis.url) for number in range(rounds)]
                await browser.close()
        finally:
            redis.stop()
    return Banner(tuple(receipt for receipt, _ in found), tuple(banner for _, banner in found))


async def _round(number: int, site: Site, browser: Browser, redis_url: str) -> tuple[float, float]:
    past, night = archive.load(_BALLOT), f"round-{number}"
    declared = next(event for event in past.events if isinstance(event, Declared))
    stream = EventStream(redis_url)
    await open_night(stream, replace(past.definition, id=night, times="live"), "open")
    token = (await tokens(stream, site.settings.secret_key, night, _BALLOT))[_BALLOT]
    await stream.close()
    page = await (await browser.new_context()).new_page()
    while (answer := await page.goto(f"{site.url}/nights/{night}")) is None or answer.status != 200:
        await asyncio.sleep(0.01)
    await page.locator("#line[data-state=up]").wait_for()
    await page.evaluate(_SEEN)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "once"}
    path = f"{site.url}/api/nights/{night}/contests/{_BALLOT}/declaration"
    async with httpx2.AsyncClient() as client:
        start = time.time() * 1000
        receipt = await client.post(path, headers=headers, json=body_of(declared))
        answered = time.time() * 1000 - start
    assert receipt.status_code == 201, receipt.text
    shown = await page.evaluate("() => window.seen") - start
    await page.context.close()
    return answered, shown


def show(found: Banner) -> None:
    """Print it."""
    print(f"a declaration's POST, ms over {len(found.receipt)} rounds: median (least to most)")
    for what, times in (("to its receipt, on disk", found.receipt), ("to the banner in an open page", found.banner)):
        print(f"  {what:<32} {statistics.median(times):6.0f} ({min(times):.0f} to {max(times):.0f})")
    ratio = statistics.median(found.banner) / statistics.median(found.receipt)
    print(f"  ratio banner / receipt           {ratio:6.1f}")


if __name__ == "__main__":
    show(asyncio.run(measure()))
