"""From the link of whoever runs the place to a night on air with its desk and an officer invited, in a real Chromium:
what must be tapped and typed, and what the machine takes. Clacton, from the archive and a pasted list of 34 names."""

import asyncio
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Page, async_playwright

from server.count.visit.inviting import first_admin, link_of
from server.election.counting.acts import PLACE
from server.stream import embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.browser.conftest import FLAGS, PHONE, chromium
from tests.count.conftest import PIN
from tests.count.setup import clacton
from tests.running import Site, serving


@dataclass
class Walk:
    """One way through: ``waits`` are seconds from a tap to the next page. A paste is one tap. Pictures go to ``shots``,
    if there is such a folder."""

    page: Page
    shots: Path | None = None
    taps: int = 0
    keys: int = 0
    waits: dict[str, float] = field(default_factory=dict[str, float])

    async def type(self, field: str, text: str) -> None:
        """Tap a field, and type."""
        await self.page.locator(field).click()
        await self.page.keyboard.type(text)
        self.taps, self.keys = self.taps + 1, self.keys + len(text)

    async def paste(self, field: str, text: str) -> None:
        """Tap a field, and paste."""
        await self.page.locator(field).fill(text)
        self.taps += 2

    async def tap(self, name: str, button: str, until: str) -> None:
        """Tap what leads to another page, and wait for that."""
        begun = time.perf_counter()
        await self.page.locator(button).click()
        await self.page.wait_for_selector(until)
        self.taps, self.waits[name] = self.taps + 1, time.perf_counter() - begun

    async def shoot(self, name: str) -> None:
        """Keep a picture of the whole page."""
        if self.shots:
            await self.page.screenshot(path=self.shots / f"{name}.png", full_page=True)


async def admins_link(site: Site, stream: EventStream) -> str:
    """The link that ``scripts/run`` prints."""
    invitation = await first_admin(Submitter(stream))
    assert invitation
    return site.url + link_of(site.settings, PLACE, invitation, "admin").removeprefix(site.settings.public_url)


async def make_a_night(walk: Walk, link: str) -> None:
    """From the link to the night on air."""
    page = walk.page
    await page.goto(link)
    await walk.shoot("1-link")
    await page.keyboard.type(PIN)  # the field has the focus
    walk.taps, walk.keys = walk.taps + 1, walk.keys + len(PIN)
    await walk.tap("Start", ".pin .go", "text=Make a night")
    await walk.shoot("2-nights")
    await walk.tap("Make a night", "a.go", "#q")
    await page.keyboard.type("Clacton")
    await page.locator("#seat-date").fill(clacton.DAY)
    walk.taps, walk.keys = walk.taps + 1, walk.keys + len("Clacton") + 8
    await walk.tap("Begin", "#q >> xpath=ancestor::form >> text=Begin", ".found")
    await walk.shoot("3-which")
    await walk.tap("Which", f'[value="{clacton.GENERAL}"]', '[name="draft.list"]')
    await walk.shoot("4-draft")
    await walk.paste('[name="draft.list"]', clacton.LIST)
    await walk.tap("Use this list", "button[value=list]", '[name="draft.0.33.surname"]')
    await walk.shoot("5-list")
    await walk.tap("See it", "button[value=preview]", ".preview-bar")
    await walk.shoot("6-preview")
    await walk.tap("Open it now", "button[value=now]", "text=It is on air")
    await walk.shoot("7-on-air")


async def invite_people(walk: Walk) -> None:
    """From the night on air to a desk and an officer who are invited."""
    await walk.tap("Run it", ".opened button", "text=How results are entered")
    await walk.shoot("8-desk")
    await walk.tap("People", "nav >> text=People", "#lines")
    await walk.paste("#lines", "Bob Lee, desk\nJane Smith, officer, Clacton")
    await walk.tap("Invite", "text=Invite them all", "text=Jane Smith")
    await walk.shoot("9-people")


async def measure(shots: Path | None = None, phone: bool = False) -> Walk:
    """One walk on a server of its own."""
    with tempfile.TemporaryDirectory() as folder:
        redis = embedded.start(Path(folder) / "redis")
        stream = EventStream(redis.url)
        await stream.open()
        async with serving(redis.url, Path(folder)) as site, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            context = await browser.new_context(viewport=PHONE if phone else None)
            walk = Walk(await context.new_page(), shots)
            await make_a_night(walk, await admins_link(site, stream))
            await invite_people(walk)
            await browser.close()
        await stream.close()
        redis.stop()
    return walk


def show(walks: list[Walk]) -> None:
    """Print it: each figure is the median of the rounds."""
    print(f"setting up a night of 34 candidates: {walks[0].taps} taps and {walks[0].keys} keystrokes")
    for name in walks[0].waits:
        print(f"{name:<16} {sorted(one.waits[name] for one in walks)[len(walks) // 2]:6.2f} s")
    print(f"{'all waiting':<16} {sorted(sum(one.waits.values()) for one in walks)[len(walks) // 2]:6.2f} s")


if __name__ == "__main__":
    show([asyncio.run(measure()) for _ in range(3)])
