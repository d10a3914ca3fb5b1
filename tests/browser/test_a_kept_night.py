"""A night whose poll closes, and one that ends, while people have it open: what their browsers show then."""

import argparse
from datetime import timedelta
from pathlib import Path

import httpx2
from msgspec.structs import replace
from playwright.async_api import Page, expect

from server.commands import keep as keeping
from server.nights import ending
from server.stream import clock
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.opening import open_night
from server.stream.submit import Submitter
from tests.nights_by_hand import START, declare, definition
from tests.running import answered, open_then, serving


async def test_an_open_page_ends_on_the_past_page_at_the_same_address(
    redis: Embedded, stream: EventStream, tmp_path: Path, viewer: Page
) -> None:
    await open_then(stream, definition("night"), "open")
    await Submitter(stream).submit("night", declare(1), START)
    async with serving(redis.url, tmp_path) as site, httpx2.AsyncClient(base_url=site.url) as client:
        await answered(client, "/nights/night")
        await viewer.goto(f"{site.url}/nights/night?baseline=")
        await expect(viewer.locator("#line")).to_have_attribute("data-state", "up")
        options = argparse.Namespace(night="night", anyway=True)
        await keeping.keep(options, site.settings, stream)
        await expect(viewer.locator("#player")).to_be_visible()
        await expect(viewer.locator("#stands")).to_have_text("Past night")
        await expect(viewer.locator("#status")).to_contain_text("1 of 3 declared")
        assert viewer.url == f"{site.url}/nights/night?baseline="
        assert await viewer.locator("#line, #live").count() == 0


async def test_an_open_page_changes_at_the_close_of_the_poll_and_says_when_its_night_is_gone(
    redis: Embedded, stream: EventStream, tmp_path: Path, viewer: Page
) -> None:
    async with serving(redis.url, tmp_path) as site, httpx2.AsyncClient(base_url=site.url) as client:
        await viewer.goto(site.url)  # what takes long on a busy machine, the first page, is over before the time runs
        close = clock.now() + timedelta(seconds=15)
        night = replace(definition("night", contests=1), polls_close=close, date=close.date())
        await open_night(stream, night, "open")
        await answered(client, "/nights/night")
        await viewer.goto(f"{site.url}/nights/night")
        await expect(viewer.locator(".headline")).to_contain_text("Poll closes at")
        await expect(viewer.locator(".paper li")).to_have_text(["Ann Abel Conservative", "Ben Bond Labour"])
        await viewer.evaluate("window.opened = true")
        await expect(viewer.locator(".headline")).to_have_text("Waiting for the count")
        await expect(viewer.locator("#candidates")).to_be_visible()
        assert await viewer.evaluate("window.opened"), "the page was not loaded again"
        await ending.discard(stream, "night")
        await expect(viewer.locator("main")).to_contain_text("There is no such night", timeout=90_000)
