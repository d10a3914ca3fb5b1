"""The map in a real browser: one hexagon moves when one contest changed, and keyboard, pointer and zoom reach all."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from playwright.async_api import Locator, Page, expect

from server.election.commands import AnyCommand, Declare, ExpectDeclaration
from server.nights import archive, layout
from server.replay.commands import commands
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.running import Site, open_then, serving

PAST = archive.load("parl.2019-12-12")
NIGHT = "night"
DECLARATIONS = [(at, one) for at, one in commands(PAST.events, NIGHT) if isinstance(one, Declare)]


@pytest.fixture
async def site(redis: Embedded, stream: EventStream, tmp_path: Path) -> AsyncIterator[Site]:
    """The 2019 general election on air, with nothing declared."""
    await open_then(stream, replace(PAST.definition, id=NIGHT), "open")
    async with serving(redis.url, tmp_path) as one:
        yield one


def hexagon(page: Page, slug: str) -> Locator:
    return page.locator(f".hexes [aria-labelledby=row-{slug}]")


def slug_of(command: Declare) -> str:
    return next(one.slug for one in PAST.definition.contests if one.ballot == command.ballot)


async def open_page(page: Page, site: Site, address: str = "") -> None:
    await page.goto(f"{site.url}/nights/{NIGHT}{address}")
    await expect(page.locator("#line")).to_have_attribute("data-state", "up")


async def declare(stream: EventStream, number: int) -> str:
    """Declare the night's next seats up to this number; returns the slug of the last."""
    submitter = Submitter(stream)
    night = await submitter.night(NIGHT)
    assert night is not None
    for at, command in DECLARATIONS[night.declared : number]:
        await submitter.submit(NIGHT, command, at)
    return slug_of(DECLARATIONS[number - 1][1])


REPAINTED = """
    window.repainted = [];
    window.replaced = 0;
    new MutationObserver((changes) => {
        for (const change of changes) {
            if (change.type === "childList") replaced += change.addedNodes.length;
            else repainted.push(change.target.parentNode.getAttribute("aria-labelledby"));
        }
    }).observe(document.querySelector(".hexes"), {childList: true, subtree: true, attributeFilter: ["d"]});
"""
PAINT = """(all) => all.map((one) => {
    const { fill, fillOpacity } = getComputedStyle(one.lastElementChild);
    return `${fill} ${fillOpacity}`;
}).join()"""


async def test_a_declaration_repaints_its_hexagon_alone_and_moves_nothing(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    await open_page(viewer, site)
    await viewer.evaluate(REPAINTED)
    box = await viewer.locator(".hexes").bounding_box()
    slug = await declare(stream, 1)
    await expect(hexagon(viewer, slug)).to_have_attribute("data-party", "PP53")
    assert await viewer.evaluate("repainted") == [f"row-{slug}"]
    place = await hexagon(viewer, slug).bounding_box()
    fill = "(one) => getComputedStyle(one).fill"
    assert await hexagon(viewer, slug).evaluate(fill) == 'url("#hatched")'
    assert await viewer.locator("#hatched rect").evaluate(fill) == "rgb(228, 0, 59)"
    after = await viewer.locator(".hexes").bounding_box()
    assert box and after and (box["width"], box["height"]) == (after["width"], after["height"])
    assert place and place["width"] > 5, "it is drawn, not only there"

    slugs = {await declare(stream, number) for number in range(2, 22)}
    await expect(viewer.locator(".hexes a[data-party]")).to_have_count(21)
    assert set(await viewer.evaluate("repainted")) == {f"row-{one}" for one in slugs | {slug}}
    assert len(await viewer.evaluate("repainted")) == 21
    assert await viewer.evaluate("replaced") == 0, "the hexagons are those that the page came with"
    drawn = await viewer.locator(".hexes").inner_html()
    assert "hx-swap-oob" not in drawn


async def test_the_map_is_one_stop_of_the_keyboard_and_arrows_go_to_neighbours(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    await declare(stream, 3)
    await open_page(viewer, site)
    await expect(viewer.locator('.hexes a[tabindex="0"]')).to_have_count(1)
    await viewer.locator("#map-zoom select").focus()
    await viewer.keyboard.press("Tab")
    focused = viewer.locator(".hexes a:focus")
    await expect(focused).to_have_attribute("aria-labelledby", "row-orkney-and-shetland")
    names = layout.read(layout.file_of(2010))
    codes = {contest.slug: contest.gss for contest in PAST.definition.contests}
    await hexagon(viewer, "aldershot").focus()
    here = "aldershot"
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "ArrowUp", "ArrowRight"):
        await viewer.keyboard.press(key)
        there = (await focused.get_attribute("aria-labelledby") or "").removeprefix("row-")
        assert codes[there] in names.neighbours(codes[here]), key
        here = there
    await viewer.keyboard.press("Tab")
    await expect(viewer.locator(".hexes a:focus")).to_have_count(0)
    await viewer.keyboard.press("Shift+Tab")
    await expect(hexagon(viewer, here)).to_be_focused()
    await viewer.keyboard.press("Enter")
    await expect(viewer.locator("h1")).to_have_text(next(c.name for c in PAST.definition.contests if c.slug == here))


async def test_who_has_gone_to_a_seat_stays_there_when_it_is_declared(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    await open_page(viewer, site)
    slug = slug_of(DECLARATIONS[0][1])
    await hexagon(viewer, slug).focus()
    await expect(viewer.locator("#map-caption")).to_contain_text(
        "Newcastle upon Tyne Central: awaiting · Lab seat by 40.3%"
    )
    await declare(stream, 1)
    await expect(viewer.locator("#map-caption")).to_have_text("Newcastle upon Tyne Central: Lab hold, majority 12,278")
    await expect(hexagon(viewer, slug)).to_be_focused()
    await expect(viewer.locator('.hexes a[tabindex="0"]')).to_have_count(1)


async def test_a_touch_tells_the_result_and_the_caption_leads_to_the_contest(
    site: Site, phone: Page, stream: EventStream
) -> None:
    slug = await declare(stream, 1)
    await open_page(phone, site)
    await hexagon(phone, slug).tap()
    caption = phone.locator("#map-caption")
    await expect(caption).to_have_text("Newcastle upon Tyne Central: Lab hold, majority 12,278")
    assert phone.url.endswith(f"/nights/{NIGHT}")
    await caption.locator("a").tap()
    await expect(phone.locator("h1")).to_have_text("Newcastle upon Tyne Central")


async def test_each_view_paints_the_same_hexagons_otherwise(site: Site, viewer: Page, stream: EventStream) -> None:
    await declare(stream, 60)
    await open_page(viewer, site)
    await expect(viewer.locator("#status")).to_contain_text("60 of 650")
    await expect(viewer.locator(".hexes .lit")).to_have_count(0)  # what the push brought lights up for a while
    before = await viewer.locator(".hexes").inner_html()
    painted: set[str] = set()
    for view in ("Winner", "Gain or hold", "Swing", "Turnout", "Majority"):
        await viewer.get_by_role("radio", name=view).check(force=True)
        await expect(viewer.get_by_role("radio", name=view)).to_be_checked()
        painted.add(await viewer.locator(".hexes a").evaluate_all(PAINT))
        assert await viewer.locator(".hexes").inner_html() == before
    assert len(painted) == 5


async def test_the_last_hour_is_the_nights_own_and_goes_on_with_it(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    await declare(stream, 3)
    await open_page(viewer, site)
    await viewer.get_by_role("radio", name="Last hour").check(force=True)
    await expect(viewer.locator(".hexes .recent")).to_have_count(3)
    last = DECLARATIONS[59][0]
    recent = sum((last - at).total_seconds() < 3600 for at, _ in DECLARATIONS[:60])
    assert 0 < recent < 60
    await declare(stream, 60)
    await expect(viewer.locator("#status")).to_contain_text("60 of 650")
    await expect(viewer.locator(".hexes .recent")).to_have_count(recent)


async def test_a_region_can_be_zoomed_to_and_linked_to(site: Site, viewer: Page) -> None:
    await open_page(viewer, site)
    svg = viewer.locator(".hexes")
    whole, size = await svg.get_attribute("viewBox"), await svg.bounding_box()
    await viewer.locator("#map-zoom select").select_option("London")
    assert viewer.url.endswith("#map-london")
    zoomed = await svg.get_attribute("viewBox")
    assert zoomed != whole
    pan, seat = await viewer.locator(".pan").bounding_box(), await hexagon(viewer, "islington-north").bounding_box()
    assert pan and seat and size and pan["width"] == size["width"], "what is wider is moved within it"
    assert seat["width"] >= 50 * 12.8 / 14
    assert pan["x"] < seat["x"] < pan["x"] + pan["width"] - 50, "and its middle is seen"
    await viewer.reload()
    await expect(svg).to_have_attribute("viewBox", zoomed or "")
    await viewer.locator("#map-zoom select").select_option("")
    await expect(svg).to_have_attribute("viewBox", whole or "")
    assert "#" not in viewer.url


async def test_without_javascript_hexagons_are_links_and_the_views_can_be_picked(site: Site, viewer: Page) -> None:
    browser = viewer.context.browser
    assert browser is not None
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{site.url}/nights/{PAST.definition.id}?at=2019-12-13T04:00&baseline=2015")
    await expect(page.get_by_role("link", name="Aldershot Con hold 16,698")).to_have_count(1)
    seat = hexagon(page, "aldershot")
    await page.get_by_role("radio", name="Turnout").check(force=True)
    await page.get_by_role("button", name="Show").click()
    await expect(page.locator("#status")).to_contain_text("as at 04:00")
    await expect(page.locator(".compared summary")).to_contain_text("2015")
    await expect(page.locator("#map-recent")).to_be_hidden()
    await expect(page.locator(".for-turnout")).to_be_visible()
    await seat.click()
    await expect(page.locator("h1")).to_have_text("Aldershot")
    await context.close()


async def test_what_is_expected_of_a_chosen_seat_is_told_too(site: Site, viewer: Page, stream: EventStream) -> None:
    await open_page(viewer, site)
    await hexagon(viewer, "aldershot").hover()
    await expect(viewer.locator("#map-caption")).to_contain_text("Aldershot: awaiting · Con seat by 23.4%")
    ballot = "parl.aldershot.2019-12-12"
    expect_at = DECLARATIONS[9][0]
    command: AnyCommand = ExpectDeclaration(id="expect", by="desk", ballot=ballot, expected=expect_at)
    await Submitter(stream).submit(NIGHT, command, DECLARATIONS[0][0])
    await expect(viewer.locator("#map-caption")).to_contain_text("Aldershot: awaiting · expected")


async def test_on_a_part_of_the_map_seats_have_their_names(site: Site, viewer: Page) -> None:
    await open_page(viewer, site)
    names = viewer.locator(".hexes .names text")
    await expect(viewer.locator("#map-zoom option").first).to_have_text("UK")
    await expect(names).to_have_count(0)
    await viewer.locator("#map-zoom select").select_option("north-east")
    text = names.filter(has_text="Hartlepool")
    await expect(text).to_be_visible()
    box, name = await hexagon(viewer, "hartlepool").bounding_box(), await text.bounding_box()
    assert box and name
    assert box["x"] - 2 < name["x"] and name["x"] + name["width"] < box["x"] + box["width"] + 2
    assert box["y"] < name["y"] and name["y"] + name["height"] < box["y"] + box["height"]
    await viewer.locator("#map-zoom select").select_option("")
    await expect(names).to_have_count(0)
