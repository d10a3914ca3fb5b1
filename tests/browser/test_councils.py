"""Councils in a real Chromium: a declaration reaches the night's page and the council's, by the push."""

from pathlib import Path

from playwright.async_api import Browser, Page, expect

from server.election.commands import Declare
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.browser.conftest import PHONE
from tests.election.wards import CON, LAB, LD, definition, kent, ward
from tests.running import open_then, serving

WARDS = tuple(ward(CON, LAB, LD, seats=1, name=f"w{n}", before={CON: 1}) for n in range(70))
NIGHT = definition(*WARDS, bodies=(kent(*WARDS, seats=100, not_up={LAB: 50}, control=""),), name="councils", live=False)


async def test_control_reaches_the_pages_of_the_night_and_of_the_council(
    redis: Embedded, stream: EventStream, tmp_path: Path, viewer: Page, browser: Browser
) -> None:
    await open_then(stream, NIGHT, "open")
    async with serving(redis.url, tmp_path) as site:
        phone = await browser.new_page(viewport=PHONE)
        await viewer.goto(f"{site.url}/nights/councils")
        await phone.goto(f"{site.url}/nights/councils/councils/local.kent")
        row = viewer.locator("#council-local-kent")
        await expect(row).to_contain_text("Nothing declared yet")
        await expect(viewer.locator("[id^=row-]")).to_have_count(0)
        await expect(phone.locator("#control-local-kent")).to_contain_text("51 of 100 seats make control")
        for page in (viewer, phone):
            await expect(page.locator("#line")).to_have_attribute("data-state", "up")
        votes = {"1": 100, "2": 300, "3": 50}
        won = Declare(id="one", by="desk", ballot=WARDS[0].ballot, votes=votes)
        await Submitter(stream).submit("councils", won, NIGHT.polls_close)
        await expect(row).to_contain_text("Lab gain from NOC")
        await expect(viewer.locator("#banner .headline")).to_have_text("LAB GAIN Kent from no overall control")
        await expect(viewer.locator("#feed")).to_contain_text("Kent: Lab gain from NOC")
        await expect(viewer.locator("#score")).to_contain_text("Control is certain")
        await expect(phone.locator("#control-local-kent .headline")).to_contain_text("LAB GAIN Kent")
        await expect(phone.locator("#row-kent-w0")).to_contain_text("Lab gain from Con")
        assert await phone.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        await phone.close()
