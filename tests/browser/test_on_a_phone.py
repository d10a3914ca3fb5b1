"""A night on a small screen: no page is wider than it, the list of all contests is folded, and the player fits."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from msgspec.structs import replace
from playwright.async_api import Page, Route, expect

from server.election.commands import Declare
from server.nights import archive
from server.replay.script import commands
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.running import Site, answered, open_then, serving

PAST = archive.load("parl.2019-12-12")
DECLARATIONS = [(at, one) for at, one in commands(PAST.events, "general") if isinstance(one, Declare)]
LOADED = "performance.getEntriesByType('resource').map((one) => one.name).join()"
GENERAL = "/nights/general"
ENDED = "/nights/parl.2017-06-08"
SINGLE = "/nights/parl.rochester-and-strood.by.2014-11-20"
SEAT = f"{GENERAL}/contests/parl.ynys-mon.2019-12-12"
WIDTHS = (320, 336, 353, 360, 375, 390, 412, 430, 460, 477, 491, 500)
NARROW = (320, 360)
MAYOR, COUNCILS = "/nights/mayor.london.2021-05-06", "/nights/local.2025-05-01"
PAGES = [
    *("/", "/find?q=aber", "/find?q=SW1A+1AA"),
    *(GENERAL + page for page in ("", "/contests", "/areas", "/swing", "/battlegrounds", "/records", "/newsroom")),
    *(f"{GENERAL}?at=2019-12-12T22:00", SEAT, f"{GENERAL}/contests/parl.islington-north.2019-12-12"),
    *(ENDED + page for page in ("", "/contests", "/battlegrounds", "/records", "/areas")),
    *(SINGLE, f"{SINGLE}/records", MAYOR),
    *(f"{COUNCILS}/contests", f"{COUNCILS}/contests?council=local.buckinghamshire"),
    *(COUNCILS + page for page in ("", "/battlegrounds?party=PP52", "/records", "/councils/local.kent")),
]
WORDY = (
    "/",
    GENERAL,
    f"{COUNCILS}/battlegrounds",
    f"{COUNCILS}/records",
    f"{GENERAL}/areas",
    f"{GENERAL}/battlegrounds",
    SEAT,
    ENDED,
    SINGLE,
)
# Pages with the longest words in the least room.
LONGEST = (f"{GENERAL}/battlegrounds?party=PP90", f"{COUNCILS}/contests", f"{COUNCILS}/areas")
# What is wider than the window, than a box that would have to be scrolled sideways, or than its cell of a table; and
# what of the player's bar sticks out of it or covers something else of it.
WIDER = """() => {
    const shown = (one) => one.checkVisibility()
        && !one.closest("svg, .also, .pages, .heard, .unseen, .star, .skip, .panel");
    const name = (one) => `${one.localName}#${one.id}.${one.className}`;
    // What is folded is laid out when it is measured, so that it is left out first.
    const all = [...document.querySelectorAll("main *, footer *, header *")].filter(shown);
    const out = all.filter((one) => one.getBoundingClientRect().right > innerWidth + 1);
    const scrolled = all.filter((one) => one.matches(".scrolls") && one.scrollWidth > one.clientWidth + 1);
    const cut = all.filter((one) => one.matches("th, td") && one.scrollWidth > one.clientWidth + 1)
        .filter((one) => getComputedStyle(one).overflow === "visible"); // its words are over its neighbour's
    cut.push(...all.filter((one) => one.matches(".bars li > span") && one.scrollWidth > one.clientWidth));
    const wide = [...out, ...scrolled, ...cut].map(name);
    if (document.documentElement.scrollWidth > innerWidth) wide.push("the page");
    const bar = [...document.querySelectorAll(".clock b, .clock span, .go > *, .more > :not(details), .more summary")]
        .filter((one) => one.checkVisibility()).map((one) => {
            const range = document.createRange();
            range.selectNodeContents(one);
            const box = one.getBoundingClientRect(); // of words it is where they end, or are cut
            const right = one.closest(".clock") ? Math.min(range.getBoundingClientRect().right, box.right) : box.right;
            return { one, left: box.left, right, top: box.top, bottom: box.bottom };
        });
    for (const [place, first] of bar.entries()) {
        if (first.left < 0 || first.right > innerWidth + .5) wide.push(`player: ${name(first.one)}`);
        for (const next of bar.slice(place + 1)) {
            const over = Math.min(first.right, next.right) - Math.max(first.left, next.left);
            const beside = Math.min(first.bottom, next.bottom) - Math.max(first.top, next.top);
            if (over > .5 && beside > 4) wide.push(`player: ${name(first.one)} under ${name(next.one)}`);
        }
    }
    return wide.slice(0, 3);
}"""
# Words that do not fit into a line, but for addresses to copy. German and Welsh ones may be hyphenated.
BROKEN = """() => {
    const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
    const [range, broken] = [document.createRange(), []];
    for (let text; (text = walker.nextNode()); ) {
        const within = text.parentElement;
        if (within.closest("code, pre, textarea, .heard")) continue;
        if (!within.checkVisibility({ contentVisibilityAuto: true })) continue;
        for (const { 0: word, index } of text.data.matchAll(/\\p{L}{3,}/gu)) {
            range.setStart(text, index);
            range.setEnd(text, index + word.length);
            const lines = [...range.getClientRects()].map(({ top }) => top);
            if (Math.max(...lines) > lines[0] + 4) broken.push(word);
        }
    }
    return broken;
}"""


@pytest.fixture
async def site(redis: Embedded, stream: EventStream, tmp_path: Path) -> AsyncIterator[Site]:
    """The 2019 general election on air with 60 declared, and the past nights."""
    await open_then(stream, replace(PAST.definition, id="general"), "open")
    submitter = Submitter(stream)
    for at, command in DECLARATIONS[:60]:
        await submitter.submit("general", command, at)
    async with serving(redis.url, tmp_path) as one, httpx2.AsyncClient(base_url=one.url) as client:
        await answered(client, GENERAL, "<b>60</b> of 650")
        yield one


async def test_no_page_scrolls_sideways_at_any_width_of_a_phone_in_any_language(site: Site, phone: Page) -> None:
    found: list[str] = []
    en = [("en", PAGES, WIDTHS), ("en", LONGEST, WIDTHS[:1])]
    for language, pages, widths in (*en, ("cy", WORDY, NARROW), ("de", WORDY, NARROW)):
        for path in pages:
            await phone.goto(f"{site.url}{path}{'&' if '?' in path else '?'}lang={language}")
            for width in widths:
                await phone.set_viewport_size({"width": width, "height": 844})
                wide = await phone.evaluate(WIDER) + (
                    await phone.evaluate(BROKEN) if (language, width) == ("en", WIDTHS[0]) else []
                )
                if wide:
                    found.append(f"{path} {language} {width}: {wide}")
    await phone.set_viewport_size({"width": 320, "height": 256})  # a desktop of 1280 by 1024, zoomed in to 400%
    await phone.goto(f"{site.url}{ENDED}")
    assert await phone.evaluate(WIDER) == found == []
    assert await phone.locator("#player").evaluate("(bar) => getComputedStyle(bar).position") == "relative"


async def test_the_list_of_all_contests_is_folded_by_region_and_news_goes_on_inside(
    site: Site, phone: Page, stream: EventStream
) -> None:
    for page in (GENERAL, f"{GENERAL}/contests", ENDED):
        await phone.goto(f"{site.url}{page}")
        assert await phone.evaluate("document.documentElement.scrollHeight") < 6000, page
    await phone.goto(f"{site.url}{GENERAL}")
    latest, drawn = [await phone.locator(name).bounding_box() for name in ("#latest", "#map")]
    assert latest and drawn and latest["y"] < drawn["y"]
    tabs = await phone.locator(".pages a").evaluate_all("(tabs) => new Set(tabs.map((tab) => tab.offsetTop)).size")
    assert tabs == 1
    declared = DECLARATIONS[60][1]
    row = phone.locator(f"#row-{declared.ballot.split('.')[1]}")
    await expect(row).to_be_attached()
    await expect(row).to_be_hidden()
    await expect(phone.locator("#line")).to_have_attribute("data-state", "up")
    await Submitter(stream).submit("general", declared, DECLARATIONS[60][0])
    await expect(phone.locator("#status")).to_contain_text("61 of 650")
    await expect(row).to_have_attribute("data-party", re.compile("."))
    await phone.locator(".folds > details", has=row).locator("summary").click()
    await expect(row).to_be_visible()

    await phone.goto(f"{site.url}{GENERAL}/contests")
    rows = phone.locator(".seats-of tbody:first-of-type tr")
    assert await rows.evaluate_all("(rows) => rows.filter((row) => row.checkVisibility()).length") == 40
    await phone.get_by_role("link", name="Show all of them").click()
    await expect(rows.nth(649)).to_be_visible()
    await phone.get_by_label("Seat, candidate or party").fill("boris jonson")
    await expect(phone.locator("#meant")).to_contain_text(
        "Nothing is called “boris jonson”. Did you mean: Boris Johnson"
    )
    await phone.get_by_role("link", name="Boris Johnson").click()
    await expect(phone.locator("h1")).to_have_text("Uxbridge and South Ruislip")


async def test_on_a_wide_screen_the_tab_key_stops_seldom_and_a_region_opens_at_its_first_press(
    site: Site, viewer: Page
) -> None:
    await viewer.goto(f"{site.url}{GENERAL}")
    reached = "(all) => all.filter((one) => one.tabIndex >= 0 && one.checkVisibility()).length"
    assert await viewer.locator("a, button, input, select, summary").evaluate_all(reached) < 70
    await viewer.locator(".folds summary", has_text="South East").press("Enter")
    await expect(viewer.locator("#row-aldershot")).to_be_visible()
    for page in (f"{MAYOR}?lang=de", f"{MAYOR}/wall"):
        await viewer.goto(f"{site.url}{page}")
        assert await viewer.evaluate(WIDER) == [], f"{page}: a million votes have room"


async def test_what_is_typed_is_suggested_and_chosen_by_keyboard_and_by_touch(site: Site, phone: Page) -> None:
    await phone.goto(f"{site.url}{GENERAL}?baseline=2015")
    assert "suggest.js" not in await phone.evaluate(LOADED), "nobody types yet"
    field = phone.get_by_label("Seat, candidate or party")
    await field.press_sequentially("uxbri")
    options = phone.locator(".suggestions").get_by_role("option")
    await expect(options).to_have_text(["Uxbridge and South Ruislip London"])
    await expect(field).to_have_attribute("aria-expanded", "true")
    await expect(phone.locator("form.seek [role=status]")).to_have_text("1 suggestion")
    await field.press("ArrowDown")
    await expect(options).to_have_attribute("aria-selected", "true")
    await expect(field).to_have_attribute("aria-activedescendant", "suggested-1")
    slow: asyncio.Queue[Route] = asyncio.Queue()
    await phone.route("**/suggested?*", slow.put_nowait)
    await field.press("d")
    await expect(options).not_to_have_attribute("aria-selected", "true")
    answer = await slow.get()
    await field.press("ArrowDown")
    await answer.continue_()
    await expect(options).to_have_attribute("href", re.compile("uxbridge"))
    await expect(options).to_have_attribute("aria-selected", "true")
    await field.press("Backspace")
    await phone.unroute("**/suggested?*")
    await field.press("Escape")
    await expect(options).to_have_count(0)
    await expect(field).to_have_value("uxbri")
    await field.fill("labour")
    await expect(options.first).to_have_text("Labour party")
    await field.fill("boris jonson")
    await expect(phone.locator(".suggestions")).to_contain_text("Nothing is called “boris jonson”.")
    await field.press("ArrowDown")
    await field.press("Enter")
    await expect(phone.locator("h1")).to_have_text("Uxbridge and South Ruislip")
    assert phone.url.endswith("/contests/parl.uxbridge-and-south-ruislip.2019-12-12?baseline=2015")

    await phone.goto(site.url)
    field = phone.get_by_label("Your seat")
    await field.press_sequentially("SW1A 1AA")
    await expect(phone.locator(".suggestions")).to_contain_text("Declared does not know where postcodes are.")
    await field.fill("aldersh")
    await options.first.tap()
    await expect(phone.locator("h1")).to_have_text("Aldershot")


async def test_a_result_is_shared_as_the_phone_shares_and_copied_where_it_cannot(site: Site, phone: Page) -> None:
    await phone.add_init_script("navigator.share = async (what) => { window.told = what.url; };")
    await phone.goto(f"{site.url}{SINGLE}")
    await phone.get_by_role("link", name="Share").click()
    assert await phone.evaluate("told") == f"{site.url}{SINGLE}"
    picture = await phone.get_by_role("link", name="Picture of this result").get_attribute("href")
    assert picture and (await phone.request.get(picture.replace("http://127.0.0.1:8000", site.url))).ok
    await phone.add_init_script(
        "delete navigator.share; navigator.clipboard.writeText = async (text) => { window.told = text; };"
    )
    await phone.goto(f"{site.url}{SEAT}")
    await phone.evaluate("navigator.share = undefined")
    await phone.get_by_role("link", name="Share").click()
    await expect(phone.locator("#shared")).to_have_text("Link copied")
    assert await phone.evaluate("told") == f"{site.url}{SEAT}"
