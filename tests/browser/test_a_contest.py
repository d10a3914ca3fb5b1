"""A contest's page in a real browser: what happens next door arrives, its own result joins the picture, and nothing is
wider than a phone."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from playwright.async_api import Page, expect

from server.election.commands import Declare
from server.nights import archive
from server.replay.commands import commands
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.running import Site, open_then, serving

PAST = archive.load("parl.2019-12-12")
NIGHT = "night"
DECLARATIONS = {one.ballot: (at, one) for at, one in commands(PAST.events, NIGHT) if isinstance(one, Declare)}
CLACTON = f"/nights/{NIGHT}/contests/parl.clacton.2019-12-12"
ROCHESTER = "/nights/parl.rochester-and-strood.by.2014-11-20"


@pytest.fixture
async def site(redis: Embedded, stream: EventStream, tmp_path: Path) -> AsyncIterator[Site]:
    """The 2019 general election on air, with nothing declared."""
    await open_then(stream, replace(PAST.definition, id=NIGHT), "open")
    async with serving(redis.url, tmp_path) as one:
        yield one


async def declare(stream: EventStream, slug: str) -> None:
    at, command = DECLARATIONS[f"parl.{slug}.2019-12-12"]
    await Submitter(stream).submit(NIGHT, command, at)


async def open_clacton(page: Page, site: Site) -> None:
    await page.goto(site.url + CLACTON)
    await expect(page.locator("#line")).to_have_attribute("data-state", "up")


TOO_WIDE = """
    [...document.querySelectorAll("body *")]
        .filter((one) => one.getBoundingClientRect().right > window.screen.width && one.checkVisibility())
        .filter((one) => !one.closest(".pages")) // which scrolls by itself
        .map((one) => `${one.tagName} ${one.id} ${one.className}`)
"""
CHANGED = """
    window.changed = new Set();
    new MutationObserver((changes) => {
        for (const change of changes) changed.add(change.target.closest?.("[id]")?.id);
    }).observe(document.querySelector(".page"), {childList: true, subtree: true, attributes: true});
"""


async def test_a_neighbours_declaration_arrives_in_its_place_on_an_open_page(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    await open_clacton(viewer, site)
    near = viewer.locator("#near-clacton")
    await expect(near.get_by_role("listitem")).to_have_text(
        [
            re.compile(f"{seat} awaiting · Con seat by")
            for seat in ("Maldon", "Witham", "Colchester", "Harwich and North Essex")
        ]
    )
    await near.get_by_role("link", name="Witham").focus()
    await viewer.evaluate(CHANGED)
    await declare(stream, "aldershot")  # far away
    await declare(stream, "maldon")
    await expect(near.get_by_role("listitem").first).to_have_text("Maldon Con hold majority 30,041")
    hexagon = near.locator(".around a", has_text="Maldon")
    await expect(hexagon).to_have_attribute("data-party", "PP52")
    fill = "(one) => getComputedStyle(one.querySelector('path')).fill"
    assert await hexagon.evaluate(fill) == "rgb(0, 135, 220)"
    await expect(near.get_by_role("link", name="Witham")).to_be_focused()
    assert "contest-clacton" not in await viewer.evaluate("[...changed]")
    await near.get_by_role("link", name="Maldon").click()
    await expect(viewer.locator("h1")).to_have_text("Maldon")


async def test_its_own_declaration_joins_the_picture_of_earlier_polls(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    await open_clacton(viewer, site)
    past = viewer.locator(".past")
    newest = past.locator("tbody tr").first
    await expect(newest).to_contain_text("2017")
    marks = await past.locator(".lines g use").count()
    await declare(stream, "clacton")
    await expect(newest).to_contain_text("2019")
    await expect(newest).to_contain_text("72.3")
    assert await past.locator(".lines g use").count() == marks + 3, "of Con, Lab and LD: nobody stood for UKIP"
    await viewer.get_by_role("link", name="Why hold?").click()
    await expect(viewer.locator("#why")).to_be_in_viewport()
    await past.get_by_role("link", name="2014 by-election").click()
    await expect(viewer.locator("h1")).to_have_text("Clacton")
    await expect(viewer.locator(".headline")).to_contain_text("UKIP GAIN")


async def test_a_neighbour_is_a_touch_away_and_nothing_is_wider_than_the_phone(
    site: Site, phone: Page, stream: EventStream
) -> None:
    for slug in ("clacton", "maldon"):
        await declare(stream, slug)
    addresses = (CLACTON, "/nights/parl.2017-06-08/contests/parl.belfast-south.2017-06-08", ROCHESTER)
    for width in (390, 320):
        await phone.set_viewport_size({"width": width, "height": 800})
        for address in addresses:
            for code in ("en", "cy", "de"):
                await phone.goto(f"{site.url}{address}?lang={code}")
                assert await phone.evaluate(TOO_WIDE) == [], (address, code, width)
    await phone.goto(f"{site.url}{CLACTON}?lang=en")
    await phone.locator(".around a", has_text="Maldon").tap()
    await expect(phone.locator("h1")).to_have_text("Maldon")
    tops = await phone.evaluate(
        "[...document.querySelectorAll('.result, .figures, #why, .past, .near')].map((one) => one.offsetTop)"
    )
    assert tops == sorted(tops) and len(tops) == 5, "the result first, the neighbours last"


async def test_the_keyboard_passes_the_small_map_and_finds_its_seats_in_the_list(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    await open_clacton(viewer, site)
    assert await viewer.locator(".around a").evaluate_all("(all) => all.every((one) => one.tabIndex < 0)")
    await expect(viewer.locator("#near-clacton").get_by_role("link")).to_have_count(4)
