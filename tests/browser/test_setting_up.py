"""A night made in a real browser, by somebody who has only the link of whoever runs the place."""

from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.async_api import Error, Page, expect

from server.stream.embedded import Embedded
from server.stream.events import EventStream
from tests.bench.setting_up import Walk, admins_link, invite_people, make_a_night
from tests.count.setup import clacton
from tests.running import Site, serving


@pytest.fixture
async def site(redis: Embedded, tmp_path: Path) -> AsyncIterator[Site]:
    """The whole program, with nothing on air."""
    async with serving(redis.url, tmp_path) as site:
        yield site


async def test_a_seat_and_a_pasted_list_are_a_night_with_a_desk_and_an_officer(
    site: Site, stream: EventStream, viewer: Page, phone: Page
) -> None:
    walk = Walk(viewer)
    await make_a_night(walk, await admins_link(site, stream))
    await phone.goto(f"{site.url}/nights/{clacton.NIGHT}")
    await expect(phone.get_by_text("Siân Baines")).to_be_visible()
    await invite_people(walk)
    assert walk.taps < 20
    await viewer.goto(f"{site.url}/desk/invitations")
    for name in ("Bob Lee", "Jane Smith"):
        await expect(viewer.locator(".card", has_text=name)).to_be_visible()
    link = await viewer.locator(".card", has_text="Jane Smith").locator(".link").inner_text()
    await phone.goto(site.url + link.strip().removeprefix(site.settings.public_url))
    await expect(phone.get_by_text("34 candidates")).to_be_visible()


async def test_what_is_typed_outlives_a_reload_and_a_lost_network(
    site: Site, stream: EventStream, viewer: Page
) -> None:
    await viewer.goto(await admins_link(site, stream))
    await viewer.keyboard.type("2580")
    await viewer.keyboard.press("Enter")
    await viewer.get_by_role("link", name="New night").click()
    await viewer.get_by_role("button", name="Begin with an empty sheet").click()
    surname = viewer.locator("#\\30 -0-surname")
    await surname.fill("Smith")
    await viewer.reload()
    await expect(surname).to_have_value("Smith")
    await expect(viewer.get_by_text("is back in the form")).to_be_visible()
    await viewer.locator("#title").fill("Clacton by-election")
    await viewer.context.set_offline(True)
    address = viewer.url
    with suppress(Error):  # there is no network
        await viewer.get_by_role("button", name="Save", exact=True).last.click(timeout=5_000)
    await viewer.context.set_offline(False)
    await viewer.goto(address)
    await expect(viewer.locator("#title")).to_have_value("Clacton by-election")
    await expect(surname).to_have_value("Smith")
    await viewer.get_by_role("button", name="Save", exact=True).last.click()
    await expect(viewer.get_by_role("heading", name="Clacton by-election")).to_be_visible()
    await expect(viewer.get_by_text("is back in the form")).to_have_count(0)
