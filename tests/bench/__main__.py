"""What a viewer waits for: bytes of a first page, time from a declaration's POST to the banner in an open page.

Run by scripts/bench on this machine, on loopback, with a real Chromium; it ends by itself in under a minute.
"""

import asyncio
import re
import statistics
import tempfile
import time
from pathlib import Path

import httpx2
from msgspec.structs import replace
from playwright.async_api import Browser, async_playwright

from server.count.invitations import Invitations
from server.election.events import Declared
from server.nights import archive
from server.serve import open_night
from server.stream import embedded
from server.stream.events import EventStream
from tests.browser.conftest import FLAGS, chromium
from tests.running import Site, play, serving

ROCHESTER = "parl.rochester-and-strood.by.2014-11-20"
GENERAL = "parl.2019-12-12"
ROUNDS = 15
SEEN = """() => { window.seen = new Promise((done) => new MutationObserver(() => {
    if (document.querySelector('.headline').textContent.includes('UKIP')) done(Date.now());
}).observe(document.querySelector('main'), {subtree: true, childList: true, characterData: true})); }"""


async def main() -> None:
    """Measure, and print a table."""
    with tempfile.TemporaryDirectory() as folder:
        redis = embedded.start(Path(folder) / "redis")
        try:
            async with serving(redis.url, Path(folder)) as site:
                await play(redis.url, GENERAL, f"{GENERAL}.replay")
                await _first_pages(site)
                async with async_playwright() as playwright:
                    browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
                    await _post_to_banner(site, browser, redis.url)
                    await browser.close()
        finally:
            redis.stop()


async def _first_pages(site: Site) -> None:
    print("first page, bytes gzipped: the page itself | with style, icon and scripts")
    async with httpx2.AsyncClient(base_url=site.url, headers={"Accept-Encoding": "gzip"}) as client:
        for path in (f"/nights/{GENERAL}.replay", f"/nights/{GENERAL}", f"/nights/{ROCHESTER}", "/"):
            page = await client.get(path)
            sizes = [page.num_bytes_downloaded]
            for address in re.findall(r'"(/static/[^"]+)"', page.text):
                sizes.append((await client.get(address)).num_bytes_downloaded)
            print(f"  {path:<60} {sizes[0]:>7,} | {sum(sizes):>7,}")


async def _post_to_banner(site: Site, browser: Browser, redis_url: str) -> None:
    past = archive.load(ROCHESTER)
    votes = next(event.votes for event in past.events if isinstance(event, Declared))
    stream = EventStream(redis_url)
    answered: list[float] = []
    shown: list[float] = []
    for number in range(ROUNDS):
        night = f"round-{number}"
        await open_night(stream, replace(past.definition, id=night, times="live"), "open")
        page = await (await browser.new_context()).new_page()
        while (answer := await page.goto(f"{site.url}/nights/{night}")) is None or answer.status != 200:
            await asyncio.sleep(0.01)
        await page.locator("#line[data-state=up]").wait_for()
        await page.evaluate(SEEN)
        token = Invitations(site.settings.secret_key).make(night, ROCHESTER, "bench")
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "once"}
        path = f"{site.url}/api/nights/{night}/contests/{ROCHESTER}/declaration"
        async with httpx2.AsyncClient() as client:
            start = time.time() * 1000
            receipt = await client.post(path, headers=headers, json={"votes": votes})
            answered.append(time.time() * 1000 - start)
        assert receipt.status_code == 201, receipt.text
        shown.append(await page.evaluate("() => window.seen") - start)
        await page.context.close()
    await stream.close()
    print(f"a declaration's POST, ms over {ROUNDS} rounds: median (least to most)")
    for what, times in (("to its receipt, on disk", answered), ("to the banner in an open page", shown)):
        print(f"  {what:<32} {statistics.median(times):6.0f} ({min(times):.0f} to {max(times):.0f})")
    print(f"  ratio banner / receipt           {statistics.median(shown) / statistics.median(answered):6.1f}")


asyncio.run(main())
