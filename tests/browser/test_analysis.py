"""The pages about a night as a whole in a real browser: a declaration changes an open one, and nothing is reloaded."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.nights_by_hand import START, declare, definition
from tests.running import Site, open_then, serving


@pytest.fixture
async def site(redis: Embedded, stream: EventStream, tmp_path: Path) -> AsyncIterator[Site]:
    """A night of three seats, with nothing declared."""
    await open_then(stream, definition("night", seats=3), "open")
    async with serving(redis.url, tmp_path) as one:
        yield one


async def test_a_declaration_ticks_a_seat_on_an_open_battlegrounds_page(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    await viewer.goto(f"{site.url}/nights/night/battlegrounds?party=PP52")
    await expect(viewer.locator("#line")).to_have_attribute("data-state", "up")
    await viewer.evaluate("document.body.dataset.sameDocument = 'yes'")
    seat = viewer.locator("#battlegrounds tr", has_text="Seat 0")
    await expect(seat).to_contain_text("to come")
    await expect(viewer.locator(".needs")).to_contain_text("2 more for a majority")

    await Submitter(stream).submit("night", declare(0), START)
    await expect(seat).to_contain_text("✓ gained")
    await expect(viewer.locator(".needs")).to_contain_text("1 more for a majority")
    await Submitter(stream).submit("night", declare(1, con=4, lab=5), START)
    await expect(viewer.locator("#battlegrounds tr", has_text="Seat 1").first).to_contain_text("✗ missed Lab, by 1")
    await expect(viewer.locator("#battlegrounds")).to_contain_text("1 vote short of Lab")
    assert await viewer.evaluate("document.body.dataset.sameDocument") == "yes"
    assert await viewer.locator("#battlegrounds").count() == 1


async def test_the_swingometers_hand_moves_with_a_declaration_and_is_still_drawn(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    await viewer.goto(f"{site.url}/nights/night/swing?from=PP53&to=PP52")
    await expect(viewer.locator("#line")).to_have_attribute("data-state", "up")
    await expect(viewer.locator("#swing")).to_contain_text("No swing between Labour and Conservative yet")
    for seat, con, lab, told in (
        (0, 6, 4, "35.0 points from Labour to Conservative"),
        (1, 4, 6, "25.0 points from Labour"),
    ):
        await Submitter(stream).submit("night", declare(seat, con, lab), START)
        await expect(viewer.locator("#swing .headline")).to_contain_text(told)
        hand = await viewer.locator("#swing .hand").bounding_box()
        assert hand is not None and hand["width"] > 20, "an element of another namespace has no size"
    bars = await viewer.locator("#swing .histogram rect").first.bounding_box()
    assert bars is not None and bars["height"] > 20


async def test_nothing_is_wider_than_the_narrowest_phone(site: Site, phone: Page) -> None:
    await phone.set_viewport_size({"width": 320, "height": 640})
    for view in ("battlegrounds?party=PP53&all=1&lang=en", "battlegrounds?party=PP53&all=1&lang=cy", "records?lang=en"):
        await phone.goto(f"{site.url}/nights/parl.2019-12-12/{view}")
        assert await phone.evaluate("document.documentElement.scrollWidth") == 320, view
    await phone.goto(f"{site.url}/nights/parl.2019-12-12/swing?lang=de")
    assert await phone.evaluate("document.documentElement.scrollWidth") == 320
