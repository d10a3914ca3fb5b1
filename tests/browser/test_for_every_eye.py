"""What colour says is said to those too who see few colours, have their own, or see none; and the keyboard goes where
it is sent."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from server.settings import ROOT
from server.stream.embedded import Embedded
from tests.running import Site, serving

NIGHT = "/nights/parl.2019-12-12"
STYLE = (ROOT / "web/static/declared.css").read_text()
PARTIES = re.findall(r'\[data-party="([^"]+)"\] \{ --party: #(\w{6})', STYLE)
BACKGROUND = "(one) => getComputedStyle(one).backgroundColor"
HIGHLIGHT = """() => {
    const one = document.body.appendChild(document.createElement("p"));
    one.style.background = "Highlight";
    return getComputedStyle(one).backgroundColor;
}"""
SMALL = """() => [...document.querySelectorAll("a[href], button, summary, select, input:not([type=radio])")]
    .filter((one) => !one.closest("svg, .skip"))
    .map((one) => [one, one.getBoundingClientRect()])
    .filter(([, { width, height }]) => width && (width < 24 || height < 24))
    .map(([one, { width, height }]) => `${one.textContent} ${width} ${height}`)"""


@pytest.fixture
async def site(redis: Embedded, tmp_path: Path) -> AsyncIterator[Site]:
    async with serving(redis.url, tmp_path) as one:
        yield one


def token(name: str, by: str) -> str:
    return re.findall(rf"--{name}: .*?var\(--{by}, #(\w+)\)", STYLE)[0]


def rgb(colour: str) -> list[int]:
    return [int(colour[place : place + 2], 16) for place in (0, 2, 4)]


def contrast(first: list[float], second: list[int]) -> float:
    """The contrast ratio of two colours, as WCAG 2.2 defines it."""

    def luminance(colour: list[float] | list[int]) -> float:
        red, green, blue = ((c / 255 / 12.92) if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("by", ["light", "dark"])
def test_each_partys_colour_is_seen_on_its_ground_or_has_an_edge_that_is(by: str) -> None:
    """WCAG 2.2, 1.4.11: three to one."""
    edge, paper = token("edge", by), rgb(token("paper", by))
    opacity = int(edge[6:], 16) / 255
    assert len(PARTIES) > 10
    for party, colour in PARTIES:
        over = [opacity * top + (1 - opacity) * below for top, below in zip(rgb(edge), rgb(colour), strict=True)]
        assert max(contrast(over, paper), contrast([*map(float, rgb(colour))], paper)) >= 3, party


async def test_with_the_readers_own_colours_what_is_chosen_and_what_a_mark_means_are_seen(
    site: Site, viewer: Page
) -> None:
    await viewer.emulate_media(forced_colors="active")
    await viewer.goto(f"{site.url}{NIGHT}?map=kind")
    highlight = await viewer.evaluate(HIGHLIGHT)
    chosen = await viewer.locator(".map input + span").evaluate_all(
        "(all) => all.map((one) => getComputedStyle(one).backgroundColor)"
    )
    assert [colour == highlight for colour in chosen] == [False, True, False, False, False, False]
    lines = await viewer.locator(".pages a").evaluate_all(
        "(all) => all.map((one) => getComputedStyle(one).borderBottomColor)"
    )
    paper = await viewer.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert [line == paper for line in lines] == [False, True, True, True, True, True]
    con = viewer.locator('.score .swatch[data-party="PP52"]')
    assert await con.evaluate(BACKGROUND) == "rgb(0, 135, 220)"
    verdict = viewer.locator("#banner .headline .verdict")
    assert await verdict.evaluate("(one) => getComputedStyle(one).outlineStyle") == "solid"


async def test_in_grey_labour_is_hatched_and_the_conservatives_are_not(site: Site, viewer: Page) -> None:
    await viewer.goto(f"{site.url}{NIGHT}")
    for party, hatched in (("PP53", True), ("PP52", False)):
        fill = await viewer.locator(f'.hexes a[data-party="{party}"]').first.evaluate(
            "(one) => getComputedStyle(one).fill"
        )
        mark = await viewer.locator(f'.score .swatch[data-party="{party}"]').evaluate(
            "(one) => getComputedStyle(one).backgroundImage"
        )
        assert (fill == 'url("#hatched")', "gradient" in mark) == (hatched, hatched)
    await expect(viewer.locator(".legend .swatch")).to_have_attribute("data-party", "PP53")


@pytest.mark.parametrize("page", ["", "/contests", "/swing", "/newsroom", "/contests/parl.arfon.2019-12-12"])
async def test_the_link_that_skips_leads_the_keyboard_past_what_every_page_has(
    site: Site, viewer: Page, page: str
) -> None:
    await viewer.goto(f"{site.url}{NIGHT}{page}")
    await viewer.keyboard.press("Tab")
    await expect(viewer.locator(".skip")).to_be_focused()
    await viewer.keyboard.press("Enter")
    await expect(viewer.locator("#night-title")).to_be_focused()
    await viewer.keyboard.press("Tab")
    assert not await viewer.locator(".pages :focus, #player :focus").count()


@pytest.mark.parametrize("page", [NIGHT, f"{NIGHT}/contests/parl.arfon.2019-12-12"])
async def test_what_is_tapped_is_large_enough_for_a_finger(site: Site, phone: Page, page: str) -> None:
    """WCAG 2.2, 2.5.8, without its exceptions: 24 by 24 pixels."""
    await phone.goto(f"{site.url}{page}")
    assert await phone.evaluate(SMALL) == []
