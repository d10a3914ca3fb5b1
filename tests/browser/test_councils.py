"""Councils in a real Chromium: a declaration reaches the night's page, the council's and the list of all contests by
the push; what is folded there is searched, and who follows a ward has it on its council's page."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from server.election.bodies import Body
from server.election.commands import Declare
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.browser.conftest import PHONE, window
from tests.election.wards import CON, GREEN, LAB, LD, definition, kent, mayor, ward
from tests.running import Site, open_then, serving

WARDS = tuple(ward(CON, LAB, LD, seats=1, name=f"w{n}", before={CON: 1}) for n in range(70))
ESSEX = tuple(ward(CON, LAB, LD, seats=1, name=f"e{n}", before={CON: 1}, body="local.essex") for n in range(2))
BODIES = (kent(*WARDS, seats=100, not_up={LAB: 50}, control=""), Body("local.essex", "Essex", "council", 2, {}, CON))
NIGHT = definition(*WARDS, *ESSEX, mayor(LAB, CON, GREEN), bodies=BODIES, name="councils", live=False)
ROWS = ".seats-of tbody:first-of-type tr"


@pytest.fixture
async def site(redis: Embedded, stream: EventStream, tmp_path: Path) -> AsyncIterator[Site]:
    """The whole program, with a night of two councils and a mayor on air, and nothing declared."""
    await open_then(stream, NIGHT, "open")
    async with serving(redis.url, tmp_path) as site:
        yield site


async def declare(stream: EventStream, *names: str) -> None:
    """Labour wins these wards."""
    for name in names:
        ballot = next(one.ballot for one in NIGHT.contests if one.name == name)
        won = Declare(id=name, by="desk", ballot=ballot, votes={"1": 100, "2": 300, "3": 50})
        await Submitter(stream).submit("councils", won, NIGHT.polls_close)


async def on_air(page: Page, address: str) -> None:
    await page.goto(address)
    await expect(page.locator("#line")).to_have_attribute("data-state", "up")


async def test_control_reaches_the_pages_of_the_night_and_of_the_council(
    site: Site, stream: EventStream, viewer: Page, browser: Browser
) -> None:
    phone = await browser.new_page(viewport=PHONE)
    await on_air(viewer, f"{site.url}/nights/councils")
    await on_air(phone, f"{site.url}/nights/councils/councils/local.kent")
    row = viewer.locator("#council-local-kent")
    await expect(row).to_contain_text("Nothing declared yet")
    await expect(viewer.locator("[id^=row-kent]")).to_have_count(0)
    await expect(phone.locator("#control-local-kent")).to_contain_text("51 of 100 seats make control")
    await declare(stream, "w0")
    await expect(row).to_contain_text("Lab gain from NOC")
    await expect(viewer.locator("#banner .headline")).to_have_text("LAB GAIN Kent from no overall control")
    await expect(viewer.locator("#feed")).to_contain_text("Kent: Lab gain from NOC")
    await expect(viewer.locator("#score")).to_contain_text("Control is certain in 1 of 2 councils")
    await expect(phone.locator("#control-local-kent .headline")).to_contain_text("LAB GAIN Kent")
    await expect(phone.locator("#row-kent-w0")).to_contain_text("Lab gain from Con")
    assert await phone.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    await phone.close()


async def test_all_contests_are_folded_behind_their_councils_and_found_and_followed_from_there(
    site: Site, stream: EventStream, viewer: Page
) -> None:
    contests = f"{site.url}/nights/councils/contests"
    folded, rows, said = viewer.locator("#by-council"), viewer.locator(ROWS), viewer.locator("#said")
    await on_air(viewer, contests)
    await expect(folded.get_by_role("listitem")).to_have_count(3)
    await expect(viewer.locator("#seats")).to_be_hidden()
    await declare(stream, "w1")
    await expect(viewer.locator("#wards-local-kent")).to_contain_text("1 of 70 declared")

    find = viewer.get_by_label("Seat, candidate or party")
    await find.fill("w69")
    await expect(rows).to_have_count(1)
    await expect(folded).to_be_hidden()
    await declare(stream, "w69")
    await expect(rows).to_contain_text("Lab gain from Con")
    await find.fill("w6")
    await expect(viewer.locator("#shown")).to_have_text("11 of 73 contests")
    for name in ("w67", "w68", "w69"):
        await viewer.get_by_role("button", name=f"Follow {name}", exact=True).click()
    await find.fill("")
    await expect(folded).to_be_visible()
    await expect(rows).to_have_count(0)
    await expect(viewer).to_have_url(contests)
    await viewer.locator("[name=council]").select_option("Essex")
    await expect(rows).to_have_count(2)
    await expect(viewer).to_have_url(f"{contests}?council=local.essex")
    await viewer.locator("[name=council]").select_option("Mayors and others")
    await expect(rows).to_have_text([re.compile("London")])

    await on_air(viewer, contests)
    await expect(viewer.locator("#seat-kent-w68")).to_be_attached()
    await declare(stream, "w2", "w68")
    await expect(said).to_have_text("Your seat w68: Lab gain from Con")
    await on_air(viewer, f"{site.url}/nights/councils/councils/local.kent")
    yours = viewer.get_by_role("region", name="Your seats")
    await expect(yours.get_by_role("listitem")).to_have_text(
        [re.compile(r"w67 \(Kent\) awaiting"), re.compile(r"w68 \(Kent\) Lab gain from Con"), re.compile("w69")]
    )
    await declare(stream, "w3", "w67")
    await expect(said).to_have_text("Your seat w67 (Kent): Lab gain from Con")
    await expect(yours).to_contain_text("w67 (Kent) Lab gain from Con")
    await yours.get_by_role("button", name="Follow w67 (Kent)").click()
    await expect(yours.get_by_role("listitem")).to_have_count(2)
    await on_air(viewer, f"{site.url}/nights/councils/councils/local.essex")
    await expect(yours).to_be_hidden()


async def test_without_javascript_each_council_leads_to_its_table_and_the_form_searches_all(
    site: Site, browser: Browser
) -> None:
    async with window(browser, java_script_enabled=False) as page:
        await page.goto(f"{site.url}/nights/councils/contests")
        await page.get_by_role("link", name="Essex").click()
        await expect(page.locator(f"{ROWS} th a")).to_have_text(["e0", "e1"])
        await page.locator("[name=council]").select_option("")
        await page.get_by_role("searchbox").fill("w12")
        await page.get_by_role("button", name="Show").click()
        await expect(page.locator(f"{ROWS} th a")).to_have_text(["w12"])
        await page.goto(f"{site.url}/nights/councils/contests?council=all&sort=seat&order=desc")
        await expect(page.locator(ROWS)).to_have_count(73)
