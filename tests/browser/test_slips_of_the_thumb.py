"""What a thumb does by mistake, on a phone: the wrong stage, a recount, a correction that elects another."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route, expect

from server.election.events import Corrected, StageTakenBack
from server.stream.events import EventStream
from tests.browser.conftest import PHONE
from tests.browser.officers import CHECK, DECLARE, key, link_for, look_again, open_sheet, says, sheet, sign_in, tap
from tests.browser.test_an_officers_phone import link, phone, site
from tests.count import rochester
from tests.count.rochester import RECKLESS, TOLHURST, VOTES
from tests.running import Site

__all__ = ["link", "phone", "site"]
OTHERWISE = VOTES | {RECKLESS: VOTES[TOLHURST], TOLHURST: VOTES[RECKLESS]}


async def look(page: Page, name: str) -> None:
    """Keep a picture, if PICTURES names a folder."""
    if folder := os.environ.get("PICTURES"):
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


async def test_a_recount_is_asked_about_and_taken_back_and_the_figures_come_back(
    phone: BrowserContext, link: str, stream: EventStream
) -> None:
    page = await open_sheet(phone, link)
    reckless = page.locator('[name="votes.11"]')
    await reckless.press_sequentially("168")
    await tap(page, "Counting has begun")
    await expect(page.get_by_text("Reported by mistake: Counting")).to_be_visible()
    await tap(page, "Recount")
    await expect(page.get_by_role("heading", name="Begin a recount?")).to_be_visible()
    await expect(reckless).to_have_value("168")
    assert await page.locator('main [data-say="moved"]').count() == 0
    await page.get_by_role("link", name="No, leave it as it is").tap()
    await expect(page.get_by_role("heading", name="Begin a recount?")).to_have_count(0)
    await page.get_by_text("Reported by mistake: Counting").tap()
    await page.locator("#back").fill("Why " * 200)
    await tap(page, "Take it back")
    await expect(page.locator("#back-wrong")).to_contain_text("characters are too many")
    assert len(await page.locator("#back").input_value()) == 800
    await expect(reckless).to_have_value("168")
    await key(page)
    await tap(page, CHECK)
    await look_again(page)
    await expect(page.get_by_role("button", name=DECLARE)).to_be_visible()
    await tap(page, "Recount")
    await expect(page.get_by_role("heading", name="Begin a recount?")).to_be_visible()
    await look(page, "recount-asked")
    await tap(page, "Yes, begin the recount")
    await expect(page.get_by_text("These are your figures from before the recount.")).to_be_visible()
    await expect(page.locator('[name="votes.11"]')).to_have_value("16,867")
    await look(page, "recount-begun")
    await page.get_by_text("Reported by mistake: Recount").tap()
    await page.locator("#back").fill("The wrong button.")
    await look(page, "taking-back")
    await tap(page, "Take it back")
    await expect(page.get_by_text("Reported by mistake: Counting")).to_be_visible()
    events = [event for event in await stream.read(rochester.NIGHT) if isinstance(event, StageTakenBack)]
    assert [(event.stage, event.reason) for event in events] == [("recount", "The wrong button.")]
    await page.goto(f"/nights/{rochester.NIGHT}/contests/{rochester.BALLOT}")
    await expect(page.locator("del", has_text="Recount").first).to_be_visible()
    await look(page, "what-viewers-see")


async def test_a_correction_that_elects_another_waits_for_the_returning_officer(
    phone: BrowserContext, link: str, site: Site, stream: EventStream, browser: Browser
) -> None:
    page = await open_sheet(phone, link)
    await key(page)
    await tap(page, CHECK)
    await look_again(page)
    await expect(page.get_by_role("button", name=DECLARE)).to_be_visible()
    await tap(page, DECLARE)
    await says(page, "On air")
    await page.get_by_text("A figure is wrong").tap()
    await look(page, "a-figure-is-wrong")
    await page.locator("#slip").fill("The two were read from each other's line.")
    await tap(page, "Put a slip right")
    await key(page, OTHERWISE)
    await tap(page, CHECK)
    await expect(page.locator("#alert, #again").first).to_be_visible()
    for reason in await page.locator('[name^="reason."]').all():
        await reason.fill("It is so.")
    if await page.locator('[name^="reason."]').count():
        await tap(page, CHECK)
    await look_again(page, sheet(OTHERWISE))
    await expect(page.get_by_role("heading", name="This changes who is elected")).to_be_visible()
    await expect(page.get_by_role("button", name="Correct on air")).to_have_count(0)
    await look(page, "elects-another-officer")
    hers = await browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, base_url=site.url)
    returning = await sign_in(hers, await link_for(site, stream, "returning officer", "Rita Hall"))
    await look(returning, "elects-another-returning-officer")
    await tap(returning, "I confirm that this changes who is elected")
    await expect(returning.get_by_text("Confirmed by Rita Hall")).to_be_visible()
    await tap(page, "Correct on air")  # the officer's page has followed by itself
    await says(page, "On air")
    assert [event.votes for event in await stream.read(rochester.NIGHT) if isinstance(event, Corrected)] == [OTHERWISE]
    await hers.close()


@pytest.mark.parametrize("status", [429, 503])
async def test_a_server_that_answers_is_not_called_no_signal(phone: BrowserContext, link: str, status: int) -> None:
    page = await open_sheet(phone, link)
    await key(page)
    asked = 0

    async def answer(route: Route) -> None:
        nonlocal asked
        asked += 1
        if asked > 1:
            await route.continue_()
        else:
            await route.fulfill(status=status, headers={"Retry-After": "3"}, body="Later.")

    await page.route("**/count/sheet", answer)
    await tap(page, CHECK)
    await says(page, "the server answered, and cannot take it now")
    await expect(
        page.get_by_text("There is a signal, and the server asks this phone to wait 3 seconds.")
    ).to_be_visible()
    await look(page, f"the-server-said-{status}")
    await expect(page.locator("#again")).to_be_visible()
