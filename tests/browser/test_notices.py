"""The button by which a browser asks to be told when it is closed, and the worker that shows what it is told.

A headless browser has no maker's push service. So the first test sees that it says so; in the second, one of the test
stands in for it: it takes what this program sends, and the browser's own worker is given what was in it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, expect

from server.hooks.web_push import public_key
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.nights_by_hand import START, declare, definition
from tests.notices.test_notices import ON, Browser, push_service, until
from tests.running import Site, open_then, serving

IPHONE = """
    delete window.PushManager;
    Object.defineProperty(navigator, "userAgent", { value: "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)" });
"""
SUBSCRIBES = """
    PushManager.prototype.subscribe = async function () {
        const json = SUBSCRIPTION;
        const one = { toJSON: () => json, unsubscribe: async () => true };
        PushManager.prototype.getSubscription = async () => one;
        return one;
    };
"""


NOTES = """() => {
    self.registration.showNotification = async (title, { body, tag }) => { self.noted = [title, body, tag]; };
}"""  # as a headless browser shows no notification


@pytest.fixture
async def site(redis: Embedded, stream: EventStream, tmp_path: Path) -> AsyncIterator[Site]:
    """A night on air where browsers are told of seats."""
    await open_then(stream, definition("night", 3, seats=100), "open")
    async with serving(redis.url, tmp_path, **ON) as one:
        yield one


async def followed(page: Page, site: Site, seat: int = 0) -> None:
    """The night's page, with a seat followed there."""
    await page.goto(f"{site.url}/nights/night/contests")
    await page.locator(f".follow[data-seat=seat-{seat}]").first.click()
    await expect(page.locator("#notices")).to_be_visible()


async def test_a_browser_that_cannot_be_told_says_why(site: Site, viewer: Page, phone: Page) -> None:
    await viewer.goto(f"{site.url}/nights/night/contests")
    await expect(viewer.locator("#notices")).to_be_hidden()
    await followed(viewer, site)
    button, said = viewer.locator("#notices button"), viewer.locator("#notices span")
    await button.click()
    await expect(said).to_contain_text("does not allow notifications")
    await viewer.context.grant_permissions(["notifications"], origin=site.url)
    await button.click()
    await expect(said).to_contain_text("push service does not answer")
    await expect(button).to_have_attribute("aria-pressed", "false")

    await phone.add_init_script(IPHONE)
    await followed(phone, site)
    await expect(phone.locator("#notices button")).to_be_hidden()
    await expect(phone.locator("#notices span")).to_contain_text("Add to Home Screen")


async def test_a_browser_is_told_with_no_page_open(
    site: Site, browser_context: BrowserContext, stream: EventStream
) -> None:
    async with push_service() as service:
        one = service.browsers["one"] = Browser()
        service.key = public_key(site.settings.secret_key)
        subscription = json.dumps({"endpoint": f"{service.url}/one", "keys": one.keys})
        await browser_context.add_init_script(SUBSCRIBES.replace("SUBSCRIPTION", subscription))
        await browser_context.grant_permissions(["notifications"], origin=site.url)
        page = await browser_context.new_page()
        await followed(page, site)
        button, said = page.locator("#notices button"), page.locator("#notices span")
        await button.click()
        await expect(said).to_contain_text("until the night is over")
        await expect(button).to_have_attribute("aria-pressed", "true")
        await expect(button).to_have_attribute("aria-pressed", "true")
        async with page.expect_request("**/notices") as asked:
            await page.locator(".follow[data-seat=seat-1]").first.click()
        assert json.loads((await asked.value).post_data or "")["seats"] == ["seat-0", "seat-1"]

        await Submitter(stream).submit("night", declare(1, 5, 4), START)
        await until(lambda: bool(one.shown), "a message")
        assert await shown(page, one.shown[0]) == ["Seat 1: CON GAIN", one.shown[0]["body"], "night/seat-1"]
        async with page.expect_response("**/notices") as answer:
            await button.click()
        assert (await answer.value).status == 204
        await expect(button).to_have_attribute("aria-pressed", "false")
        await Submitter(stream).submit("night", declare(0, 5, 4), START)
        assert len(one.shown) == 1


@pytest.fixture
async def browser_context(browser: Any) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context()
    yield context
    await context.close()


async def shown(page: Page, message: dict[str, str]) -> list[str]:
    """What the page's worker shows when its browser brings it a message."""
    (worker,) = page.context.service_workers
    await worker.evaluate(NOTES)
    tools: Any = await page.context.new_cdp_session(page)
    found: list[str] = []

    def registered(told: dict[str, Any]) -> None:
        found.extend(one["registrationId"] for one in told["registrations"])

    tools.on("ServiceWorker.workerRegistrationUpdated", registered)
    await tools.send("ServiceWorker.enable")
    await until(lambda: bool(found), "a registration")
    told = {"origin": "/".join(page.url.split("/")[:3]), "registrationId": found[0], "data": json.dumps(message)}
    await tools.send("ServiceWorker.deliverPushMessage", told)
    noted = "async () => { while (!self.noted) await new Promise((go) => setTimeout(go, 20)); return self.noted; }"
    return await worker.evaluate(noted)
