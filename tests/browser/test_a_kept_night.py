"""A night that ends while people have it open: their pages end on the past night, in a real browser."""

import argparse
from pathlib import Path

import httpx2
from playwright.async_api import Page, expect

from server.commands import keep as keeping
from server.stream.embedded import Embedded
from server.stream.events import EventStream
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
        options = argparse.Namespace(night="night", anyway=False)
        await keeping.keep(options, site.settings, stream)
        await expect(viewer.locator("#player")).to_be_visible()
        await expect(viewer.locator("#stands")).to_have_text("Past night")
        await expect(viewer.locator("#status")).to_contain_text("1 of 3 declared")
        assert viewer.url == f"{site.url}/nights/night?baseline="
        assert await viewer.locator("#line, #live").count() == 0
