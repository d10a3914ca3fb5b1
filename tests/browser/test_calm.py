"""An open page is calm: when a result arrives nothing else moves, nothing flashes, and it is read out once."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Literal

import pytest
from msgspec.structs import replace
from playwright.async_api import Browser, Page, Route, ViewportSize, expect

from server.election.commands import Declare, ReachStage
from server.election.events import Declared
from server.election.nights import fold
from server.html.languages import language
from server.live.channel import Channel
from server.nights import archive
from server.pages.night.score import score_of
from server.pages.render import PageRenderer
from server.replay.commands import commands
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.browser.conftest import PHONE
from tests.running import Site, open_then, serving

PAST = archive.load("parl.2019-12-12")
DECLARATIONS = [(at, one) for at, one in commands(PAST.events, "night") if isinstance(one, Declare)]
BY_ELECTION = archive.load("parl.rochester-and-strood.by.2014-11-20")
DESKTOP = ViewportSize(width=1280, height=900)
LIST = ".folds"
NIGHT = "/nights/night"
FIRST, LAST = (f"{NIGHT}/contests/{DECLARATIONS[number][1].ballot}" for number in (0, -1))

# What Chromium reports as a layout shift: boxes that are where they were, as text that grows to the left in them, and
# entries of the feed that make room for a new one are no surprise to whoever looks at them.
SHIFTS = """
    window.shifted = [];
    window.shift = 0;
    const where = ({ x, y }) => `${Math.round(x)},${Math.round(y)}`;
    const shifts = new PerformanceObserver((list) => list.getEntries().forEach(noted));
    const element = (node) => (node?.nodeType === 1 ? node : node?.parentElement);
    const noted = ({ value, sources }) => {
        // What was also declared has the room that the banner's other lines leave, and new words with each of them: how
        // much has moved says nothing of what moved in the same frame, which is looked at below.
        if (!sources.some(({ node }) => element(node)?.closest("#also"))) window.shift = Math.max(window.shift, value);
        for (const { node, previousRect: from, currentRect: to } of sources) {
            const one = element(node);
            if (where(from) === where(to) || !one || one.closest("#feed, #also")) continue;
            const name = `${one.closest("[id]")?.id} ${one.localName}.${one.className}`;
            shifted.push(`${name}: ${where(from)} to ${where(to)}`);
        }
    };
    shifts.observe({ type: "layout-shift", buffered: true });
    window.settled = async () => {
        for (const _ of "12") await new Promise(requestAnimationFrame);
        shifts.takeRecords().forEach(noted);
        // What lights up moves nothing. Seen to do no more than that, it ends here: each of its frames is a page drawn.
        const paint = ["background", "stroke"], says = ["offset", "easing", "composite", "computedOffset"];
        for (const one of document.getAnimations()) {
            const names = one.effect.getKeyframes().flatMap(Object.keys).filter((name) => !says.includes(name));
            const moving = names.filter((name) => !paint.some((of) => name.startsWith(of)));
            if (moving.length) shifted.push(`${one.animationName} animates ${moving}`);
            one.finish();
        }
    };
"""
# The room in the banner that nothing has: of its three or four lines one, and a little.
BLANK = """() => {
    const { paddingTop, paddingBottom } = getComputedStyle(banner);
    const inside = banner.clientHeight - parseFloat(paddingTop) - parseFloat(paddingBottom);
    return inside - banner.firstElementChild.offsetHeight;
}"""
# The height of the banner with each of several pieces of news.
HEIGHTS = """(all) => all.map((html) => {
    banner.innerHTML = html;
    banner.querySelector(".also").textContent = "";
    return Math.round(banner.getBoundingClientRect().height);
})"""
# What a screen reader is told of in one picture: each change of what a live region says, and who said it how.
HEARD = """
    window.heard = [];
    const regions = () => document.querySelectorAll("[aria-live], [role=status], [role=alert], [role=log], output");
    const said = (one) => (one.checkVisibility() ? one.textContent.replace(/\\s+/g, " ").trim() : "");
    const before = new Map();
    addEventListener("htmx:ws:before:message:incoming", () => window.frames_seen++);
    addEventListener("DOMContentLoaded", () => {
        for (const one of regions()) before.set(one, said(one));
        let isDue = false;
        new MutationObserver(() => {
            if (isDue) return;
            isDue = true;
            requestAnimationFrame(noted);
        }).observe(document.body, { childList: true, characterData: true, subtree: true });
        const noted = () => {
            isDue = false;
            for (const one of regions()) {
                if (before.get(one) === said(one)) continue;
                const how = one.getAttribute("aria-live") ?? one.role;
                const who = before.has(one) ? one.id || one.className : "another element";
                if (how !== "off") heard.push([who, how, said(one)]);
                before.set(one, said(one));
            }
        };
    });
    window.heardByNow = async () => {
        for (const _ of "12") await new Promise(requestAnimationFrame);
        return heard.splice(0);
    };
"""
MOVING = """() => document.getAnimations().map(({ effect }) => {
    const { duration, iterations } = effect.getTiming();
    return [effect.target.id || effect.target.localName, duration, iterations];
})"""


@pytest.fixture
async def site(redis: Embedded, stream: EventStream, tmp_path: Path) -> AsyncIterator[Site]:
    """The 2019 general election and a by-election on air, with nothing declared."""
    for name, definition in (("night", PAST.definition), ("alone", BY_ELECTION.definition)):
        await open_then(stream, replace(definition, id=name), "open")
    async with serving(redis.url, tmp_path) as one:
        yield one


@pytest.fixture
async def windows(site: Site, browser: Browser) -> AsyncIterator["Windows"]:
    """As many windows as a test needs."""
    async with AsyncExitStack() as open_ones:
        yield Windows(site, browser, open_ones)


class Windows:
    """Windows of different people."""

    def __init__(self, site: Site, browser: Browser, open_ones: AsyncExitStack) -> None:
        self._site, self._browser, self._open = site, browser, open_ones

    async def open(
        self,
        address: str,
        size: ViewportSize = DESKTOP,
        script: str = "",
        motion: Literal["reduce", "no-preference"] = "no-preference",
    ) -> Page:
        """A page that is on air, in a window of its own."""
        context = await self._browser.new_context(viewport=size, reduced_motion=motion)
        self._open.push_async_callback(context.close)
        page = await context.new_page()
        if script:
            await page.add_init_script(script)
        await page.goto(f"{self._site.url}{address}")
        await expect(page.locator("#line")).to_have_attribute("data-state", "up")
        return page


async def declare(stream: EventStream, number: int) -> None:
    """Declare the night's next seats up to this number."""
    night = await Submitter(stream).night("night")
    assert night is not None
    for at, command in DECLARATIONS[night.declared : number]:
        await Submitter(stream).submit("night", command, at)


async def is_at(page: Page, stream: EventStream, night: str = "night") -> None:
    """Wait until the page has all there is."""
    stands = await Submitter(stream).night(night)
    assert stands is not None
    await expect(page.locator("#cursor")).to_have_attribute("value", str(stands.seq))


async def shifts(page: Page) -> tuple[list[str], float]:
    """What has moved on a page since it was asked last, and the most that Chromium makes of one of its pictures."""
    await page.evaluate("() => settled()")
    moved, much = await page.evaluate("() => { const all = [shifted, shift]; shifted = []; shift = 0; return all; }")
    return moved, much


async def test_nothing_moves_on_the_nights_page_but_the_feed_when_results_arrive(
    windows: Windows, stream: EventStream
) -> None:
    views = ((PHONE, "body"), (PHONE, "#score"), (PHONE, LIST), (DESKTOP, "body"), (DESKTOP, LIST))
    pages = {(size["width"], place): await windows.open(NIGHT, size, SHIFTS) for size, place in views}
    unfold = "(all) => all.forEach((one) => { one.open = true; })"
    for (width, place), page in pages.items():
        assert (await shifts(page))[0] == [], "nor while it is opened"
        if width == DESKTOP["width"]:
            await page.locator(f"{LIST} > details").evaluate_all(unfold)
        await page.locator(place).evaluate("(one) => one.scrollIntoView()")
        await shifts(page)
    for number in (1, 2, 3, 4, 12, 40):
        await declare(stream, number)
        for seen, page in pages.items():
            await is_at(page, stream)
            moved, much = await shifts(page)
            assert moved == [], (number, seen)
            assert much < 0.001, (number, seen)
            assert await page.evaluate(BLANK) < 64, (number, seen)


# Whatever moves up or down, in whatever part of the page: but for what is in the list that grows, and for the words of
# a banner, which stand in the middle of its room.
COUNTED = """
    window.counted = [];
    const where = ({ x, y, height }) => `${Math.round(x)},${Math.round(y)} (${Math.round(height)})`;
    const element = (node) => (node?.nodeType === 1 ? node : node?.parentElement);
    new PerformanceObserver((list) => {
        for (const { sources } of list.getEntries()) {
            for (const { node, previousRect: from, currentRect: to } of sources) {
                const one = element(node);
                if (!one || one.closest("#feed, #also, .banner > *")) continue;
                if (Math.round(from.y) === Math.round(to.y)) continue;
                counted.push(`${one.closest("[id]")?.id} ${one.localName}: ${where(from)} to ${where(to)}`);
            }
        }
    }).observe({ type: "layout-shift", buffered: true });
"""
SETTLED = "async () => { for (const _ of '123') await new Promise(requestAnimationFrame); return counted.splice(0); }"
WINDOWS = [
    *((f"{NIGHT}?lang=de", width) for width in (390, 768, 1280)),
    *((f"{NIGHT}?lang=cy", width) for width in (320, 768)),
    *(("/?lang=cy", 390), ("/", 1280), (f"{NIGHT}/areas?lang=de", 768), (f"{NIGHT}/contests?lang=cy", 390)),
    *((f"{FIRST}?lang=cy", 390), (f"{FIRST}?lang=de", 768), (f"{NIGHT}/wall?lang=de", 1920)),
    *(("/nights/council/councils/local.rushmoor?lang=de", 390), ("/nights/council?lang=cy", 768)),
]


async def test_nothing_moves_up_or_down_on_any_page_in_a_replay_in_any_language(
    windows: Windows, stream: EventStream
) -> None:
    council = archive.load("local.rushmoor.2024-05-02")
    await open_then(stream, replace(council.definition, id="council"), "open")
    wards = [(at, one) for at, one in commands(council.events, "council") if isinstance(one, Declare)]
    heights = {320: 844, 390: 844, 768: 1024, 1280: 900, 1920: 1080}
    pages = {
        (address, width): await windows.open(address, ViewportSize(width=width, height=heights[width]), COUNTED)
        for address, width in WINDOWS
    }
    found: list[str] = []
    for number in (0, 1, 2, 3, 8, 20, 40):
        await declare(stream, number)
        for at, one in wards[:number]:
            await Submitter(stream).submit("council", one, at)
        for address, _ in pages:
            if address.startswith(f"{NIGHT}?"):
                await is_at(pages[address, _], stream)
        for seen, page in pages.items():
            found += [f"{number} {seen}: {shift}" for shift in await page.evaluate(SETTLED)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("code", ["cy", "de"])
async def test_a_banner_in_a_longer_language_has_its_room(windows: Windows, code: str) -> None:
    channel, banners = Channel(PageRenderer(language(code))), list[str]()
    for number, event in enumerate(PAST.events):
        channel.advance([event])
        if isinstance(event, Declared) and number % 16 == 0:
            banners.append(re.sub(r"^\s*<section[^>]*>|</section>\s*$", "", channel.text("banner")))
    page = await windows.open(f"{NIGHT}?lang={code}", PHONE)
    for width in (360, 390, 430, 768, 1024):
        await page.set_viewport_size({"width": width, "height": 844})
        heights = await page.evaluate(HEIGHTS, banners)
        assert len(heights) == len(banners) > 30
        assert sorted(heights)[-3] == min(heights), (width, heights)


@pytest.mark.parametrize("year", ["2010-05-06", "2015-05-07", "2017-06-08", "2019-12-12"])
def test_the_score_has_as_many_rows_at_the_beginning_of_a_night_as_at_its_end(year: str) -> None:
    events = archive.load(f"parl.{year}").events
    nights = [fold(events[:number], None) for number in (1, 2, 50, 300, len(events))]
    assert len({len(score_of(night).rows) for night in nights}) == 1


async def test_nothing_moves_on_a_contests_page_when_its_result_arrives(windows: Windows, stream: EventStream) -> None:
    sizes = (PHONE, DESKTOP)
    ballot = BY_ELECTION.definition.contests[0].ballot
    declaration = next(one for _, one in commands(BY_ELECTION.events, "alone") if isinstance(one, Declare))
    papers = sum(declaration.votes.values()) + (declaration.rejected.total if declaration.rejected else 0)
    at = BY_ELECTION.definition.polls_close
    pages = {
        (address, size["width"], down): await windows.open(address, size, SHIFTS)
        for address in (FIRST, "/nights/alone")
        for size in sizes
        for down in (0, 700)
    }
    for (_, _, down), page in pages.items():
        await page.evaluate("(down) => scrollTo(0, down)", down)
        assert (await shifts(page))[0] == []
    await declare(stream, 1)
    for command in (
        ReachStage(id="verified", by="officer", ballot=ballot, stage="verified", papers=papers),
        ReachStage(id="counting", by="officer", ballot=ballot, stage="counting"),
        declaration,
    ):
        await Submitter(stream).submit("alone", command, at)
        for seen, page in pages.items():
            await is_at(page, stream, "alone" if "alone" in seen[0] else "night")
            assert (await shifts(page))[0] == [], seen


async def test_nothing_moves_where_scripts_come_later_than_a_page_is_drawn(windows: Windows) -> None:
    page = await windows.open("/nights/alone", script=SHIFTS)
    site, for_scripts = page.url.removesuffix("/nights/alone"), asyncio.Event()

    async def wait(route: Route) -> None:
        await for_scripts.wait()
        await route.continue_()

    await page.route("**/*.js*", wait)
    menu = ("tables", "post", "feed", "embed")
    for path in (*(f"{NIGHT}/newsroom/{one}" for one in menu), f"{NIGHT}/embed/map", f"{NIGHT}/director", "/find?q=ab"):
        for_scripts.clear()
        await page.goto(site + path, wait_until="commit")
        await page.locator("#cursor, form + *").first.wait_for(state="attached")
        await page.evaluate("async () => { for (const _ of '12') await new Promise(requestAnimationFrame) }")
        for_scripts.set()
        await page.wait_for_load_state("load")
        moved, much = await shifts(page)
        assert (moved, much) == ([], 0), path


async def test_a_declaration_is_heard_once_and_politely(windows: Windows, stream: EventStream) -> None:
    page = await windows.open(NIGHT, script=HEARD)
    names = {one.ballot: one.name for one in PAST.definition.contests}
    for number in range(1, 5):
        await declare(stream, number)
        await is_at(page, stream)
        ((who, how, words),) = await page.evaluate("heardByNow()")
        assert (who, how) == ("banner", "polite")
        assert words.count(names[DECLARATIONS[number - 1][1].ballot]) == 1
    await page.evaluate("frames_seen = 0")
    await declare(stream, 12)
    await is_at(page, stream)
    heard: list[list[Any]] = await page.evaluate("heardByNow()")
    assert {who for who, _, _ in heard} == {"banner"}
    assert 0 < len(heard) <= await page.evaluate("frames_seen") < 8, "what came at once is read out at once"


# The characters that a screen reader is given: of each region, what is put into it while it is polite.
SPOKEN = """
    window.spoken = [];
    new MutationObserver((changes) => {
        const added = changes.filter(({ addedNodes }) => addedNodes.length);
        for (const one of new Set(added.map(({ target }) => target.closest("[aria-live=polite]")))) {
            if (one && one.id !== "line") spoken.push(one.textContent);
        }
    }).observe(document, { childList: true, subtree: true });
"""


async def test_in_a_fast_replay_no_more_is_read_out_than_can_be_listened_to_and_the_newest_last(
    windows: Windows, stream: EventStream
) -> None:
    page = await windows.open(NIGHT, script="addEventListener('DOMContentLoaded', () => {" + SPOKEN + "});")
    await page.clock.install()
    await page.evaluate("spoken.splice(0)")
    for number in range(1, 41):
        await declare(stream, number)
        await is_at(page, stream)
    spoken = await page.evaluate("spoken")
    assert 2 < len(spoken) < 12 and sum(map(len, spoken)) < 1_200, "and of forty declarations at least five thousand"
    newest = await page.locator("#banner .headline").inner_text()
    assert newest not in spoken[-1]
    await page.clock.run_for(60_000)
    assert newest.split(" HOLD ")[-1].split(" from ")[0] in (await page.evaluate("spoken"))[-1]
    await expect(page.locator("#banner")).to_have_attribute("aria-live", "polite")


async def test_the_keyboard_stays_where_it_is_when_what_it_is_on_is_replaced(
    windows: Windows, stream: EventStream
) -> None:
    await declare(stream, 6)
    page = await windows.open(NIGHT)
    focused = "() => document.activeElement.textContent.trim()"
    within = "(place) => document.activeElement.closest(place) !== null"
    await page.locator("#banner .headline a").focus()
    await declare(stream, 7)
    await is_at(page, stream)
    assert await page.evaluate("document.activeElement.id") == "banner", "it is on nothing else that Enter would open"
    await declare(stream, 8)
    await is_at(page, stream)
    assert await page.evaluate("document.activeElement.id") == "banner"
    await page.keyboard.press("Tab")
    assert await page.evaluate(within, "#banner")
    last = page.locator("#feed > li:visible a").last
    await last.focus()
    seat = await last.inner_text()
    for number in range(9, 16):
        await declare(stream, number)
    await is_at(page, stream)
    assert await page.evaluate(focused) == seat
    await expect(page.locator("#feed a", has_text=seat)).to_be_visible()
    await page.locator("#banner a").first.focus()
    await expect(page.locator("#feed a", has_text=seat)).to_be_hidden()


async def test_what_becomes_of_a_contest_is_heard_once_on_its_own_page(windows: Windows, stream: EventStream) -> None:
    page, bystander = await windows.open(FIRST, script=HEARD), await windows.open(LAST, script=HEARD)
    ballot = DECLARATIONS[0][1].ballot
    counting = ReachStage(id="counting", by="officer", ballot=ballot, stage="counting")
    await Submitter(stream).submit("night", counting, PAST.definition.polls_close)
    await is_at(page, stream)
    await declare(stream, 2)
    await expect(page.locator(".headline")).to_contain_text("LAB HOLD")
    (_, how, counted), (_, again, declared) = await page.evaluate("heardByNow()")
    assert (how, again) == ("polite", "polite")
    assert "Counting" in counted and "LAB HOLD" in declared
    await declare(stream, 3)
    assert await bystander.evaluate("heardByNow()") == []


@pytest.mark.parametrize("address", [NIGHT, FIRST])
async def test_with_motion_reduced_nothing_is_animated_and_otherwise_nothing_flashes(
    windows: Windows, stream: EventStream, address: str
) -> None:
    still, lively = await windows.open(address, motion="reduce"), await windows.open(address)
    await declare(stream, 1)
    for page in (still, lively):
        await expect(page.locator(".headline")).to_contain_text("LAB HOLD")
    assert await still.evaluate(MOVING) == []
    for _, duration, iterations in await lively.evaluate(MOVING):
        assert iterations == 1 and duration >= 1000, "less than three flashes a second"
