"""The form on a phone-sized page: every number is kept, whatever happens to tab and network."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page

from server.count.invitations import Invitations
from server.election.commands import OpenNight
from server.election.events import Declared
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.browser.conftest import PHONE
from tests.count import rochester
from tests.running import Site, serving


@pytest.fixture
async def site(redis: Embedded, stream: EventStream, tmp_path: Path) -> AsyncIterator[Site]:
    """The whole program, with the night on air."""
    opening = OpenNight(id="open", by="desk", night=rochester.night())
    await Submitter(stream).submit(rochester.NIGHT, opening, rochester.night().polls_close)
    await stream.announce(rochester.NIGHT)
    async with serving(redis.url, tmp_path) as site:
        yield site


@pytest.fixture
async def phone(site: Site, browser: Browser) -> AsyncIterator[BrowserContext]:
    """A browser the size of a phone."""
    context = await browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, base_url=site.url)
    yield context
    await context.close()


async def signed_in(phone: BrowserContext, site: Site) -> Page:
    """The form, opened by an invitation's link."""
    page = await phone.new_page()
    token = Invitations(site.settings.secret_key).make(rochester.NIGHT, rochester.BALLOT, "Jane Smith")
    await page.goto(f"/count/invitation/{token}")
    await page.get_by_role("button", name="Start").tap()
    await page.wait_for_url("**/count")
    return page


async def type_all(page: Page, papers: str = "40113") -> None:
    for field, text in rochester.texts(papers=papers).items():
        await page.locator(f'[name="{field}"]').fill(text)


async def test_every_number_outlives_reload_closed_tab_lost_network_and_double_tap(
    phone: BrowserContext, site: Site, stream: EventStream
) -> None:
    page = await signed_in(phone, site)
    await type_all(page, papers="40,113")
    reckless = '[name="votes.11"]'
    await page.locator(reckless).fill("16 867")
    assert "all papers accounted for" in await page.inner_text("#sum")
    key = await page.input_value('[name="key"]')
    await page.reload()
    assert await page.input_value(reckless) == "16 867"
    await page.close()

    page = await phone.new_page()
    await page.goto("/count")
    assert await page.input_value(reckless) == "16 867"
    assert await page.input_value('[name="key"]') == key, "what is sent from here is still the same declaration"
    assert "is back" in await page.inner_text("#restored")

    await phone.set_offline(True)
    await page.get_by_role("button", name="Check and read back").tap()
    await page.wait_for_selector("#offline:not([hidden])")
    assert "Every number is kept" in await page.inner_text("#offline")
    assert page.url.endswith("/count")

    await phone.set_offline(False)
    await page.get_by_role("button", name="Check and read back").tap()
    await page.wait_for_url("**/count/check")
    await page.get_by_role("button", name="Send declaration").dblclick()
    await page.wait_for_url("**/count/receipt")
    await page.wait_for_selector('[data-state="on-air"]')
    assert await page.evaluate("() => localStorage.length") == 0, "the draft ends with the receipt"
    declared = [event for event in await stream.read(rochester.NIGHT) if isinstance(event, Declared)]
    assert [one.votes for one in declared] == [rochester.VOTES]


async def test_what_was_typed_after_a_refusal_outlives_reloading_the_refused_page(
    phone: BrowserContext, site: Site
) -> None:
    page = await signed_in(phone, site)
    await type_all(page, papers="40")
    async with page.expect_navigation():
        await page.get_by_role("button", name="Check and read back").tap()
    assert "to put right" in await page.inner_text("#alert")
    await page.locator('[name="papers"]').fill("40113")
    await page.reload()
    assert await page.input_value('[name="papers"]') == "40113"


async def test_a_lot_is_asked_for_the_moment_the_first_place_is_a_tie(phone: BrowserContext, site: Site) -> None:
    page = await signed_in(phone, site)
    await type_all(page)
    assert not await page.locator("#lot").is_visible()
    await page.locator('[name="votes.11"]').fill("13,947")
    assert await page.locator("#lot label:visible").all_inner_texts() == ["Mark Reckless", "Kelly Tolhurst"]


async def test_the_key_next_leads_from_field_to_field(phone: BrowserContext, site: Site) -> None:
    page = await signed_in(phone, site)
    await page.locator('[name="papers"]').focus()
    for text in ["40113", *map(str, rochester.VOTES.values()), *map(str, rochester.HEADS.values())]:
        await page.keyboard.type(text)
        await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/count/check")
    assert "UKIP gain from Con" in await page.inner_text("main")
