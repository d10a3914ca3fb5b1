"""Pages in Chromium 103, the browser source of OBS 30 and the oldest engine they are made for: what is on them can be
read, by day and by night, and what moves does. ``tests/test_older_engines.py`` looks for what it does not know.

Only ``Page.evaluate`` and the like are used: what Playwright has besides asks this engine for more than it knows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from time import monotonic

import pytest
from playwright.async_api import Browser, BrowserContext, Error, Frame, Page, ViewportSize, async_playwright

from server.count.visit.invitations import Invitations
from server.count.visit.inviting import invite_person
from server.settings import ROOT
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.browser import officers
from tests.browser.conftest import FLAGS, PHONE, patient
from tests.browser.test_axe import AXE, COLOURS, OPENED, RUN
from tests.conftest import PATIENCE_SECONDS
from tests.count import rochester
from tests.nights_by_hand import START, ballot, declare, definition, on_the_map
from tests.running import Site, open_then, serving

OLDER = ROOT / ".cache/chromium-103/chromium"
SCREEN = ViewportSize(width=1920, height=1080)
SEATS, GAINS, HOLDS = 20, range(3), range(3, 15)
PAST = "/nights/parl.clacton.by.2014-10-09"
# Whether what text stands on is painted, for each text on a page that is laid over video.
ON_PLATES = """() => {
    const solid = (one) => /^rgb\\(/.test(getComputedStyle(one).backgroundColor);
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const bare = [];
    let words = 0;
    while (texts.nextNode()) {
        const { parentElement, data } = texts.currentNode;
        if (!data.trim() || !parentElement.getClientRects().length || parentElement.closest(".unseen")) continue;
        words += 1;
        let one = parentElement;
        while (one && !solid(one)) one = one.parentElement;
        if (!one) bare.push(data.trim());
    }
    return [words, bare];
}"""
PRESS = """async ([button, fields]) => {
    const named = (name) => document.querySelector(`[name="${name}"]`);
    const found = () => Object.keys(fields).every(named) && document.querySelector(`${button}:enabled`);
    while (!found()) await new Promise(requestAnimationFrame);
    for (const [name, text] of Object.entries(fields)) {
        const field = named(name);
        field.value = text;
        field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    setTimeout(() => found().click()); // after the answer, as the page may go
}"""
TEXT = "(one) => document.querySelector(one)?.textContent ?? ''"
ALL = "([...document.querySelectorAll(all)])"
VISIBLE = 'one.getClientRects().length && getComputedStyle(one).visibility === "visible"'
SHOWN = f"(all) => {ALL}.filter((one) => {VISIBLE}).length"
OPACITIES = f"(all) => [...new Set({ALL}.map((one) => getComputedStyle(one).fillOpacity))]"
COLOURED = """(one) => {
    const { color, backgroundColor } = getComputedStyle(document.querySelector(one));
    return [color, backgroundColor];
}"""
INK_AND_PAPER = {
    "light": ["rgb(20, 23, 28)", "rgb(255, 255, 255)"],
    "dark": ["rgb(241, 243, 245)", "rgb(15, 18, 22)"],
}


@pytest.fixture(scope="module")
async def older() -> AsyncIterator[Browser]:
    """Chromium 103, where scripts/test could fetch it."""
    if not OLDER.exists():
        pytest.skip("Chromium 103 is not there: scripts/setup engine fetches it, on Linux on x86-64")
    async with async_playwright() as playwright:
        one = patient(await playwright.chromium.launch(executable_path=OLDER, args=FLAGS))
        assert one.version.startswith("103.")
        yield one
        await one.close()


@pytest.fixture
async def viewer(older: Browser) -> AsyncIterator[Page]:
    """A window of it; a script error in it fails the test."""
    context = await with_axe(await older.new_context(viewport=SCREEN))
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    await context.close()
    assert errors == []


async def with_axe(context: BrowserContext) -> BrowserContext:
    await context.add_init_script(path=AXE)
    return context


@pytest.fixture
async def site(redis: Embedded, stream: EventStream, tmp_path: Path) -> AsyncIterator[Site]:
    """A night of twenty seats on the map with three gains and twelve holds, and a by-election that is being counted."""
    await open_then(stream, on_the_map(definition("night", SEATS, seats=SEATS)), "open")
    await open_then(stream, on_the_map(definition("fresh", SEATS, seats=SEATS)), "open")
    await open_then(stream, rochester.night(), "open")
    for seat in (*GAINS, *HOLDS):
        await submit(stream, seat)
    async with serving(redis.url, tmp_path) as one:
        yield one


async def submit(stream: EventStream, seat: int, night: str = "night") -> None:
    figures = (5, 4) if seat in GAINS else (4, 5)
    await Submitter(stream).submit(night, declare(seat, *figures), START)


async def says(page: Page | Frame, selector: str, words: str) -> None:
    """Wait until an element is there and says this, be it on the next page."""
    end, said = monotonic() + PATIENCE_SECONDS, ""
    while words not in said or not said:
        assert monotonic() < end, f"{selector} says {said}"
        await asyncio.sleep(0.05)
        with suppress(Error):  # while a page goes
            said = await page.evaluate(TEXT, selector)


async def press(page: Page, button: str, **fields: str) -> None:
    """Fill in a form and press a button."""
    await page.evaluate(PRESS, [button, fields])


async def read(page: Page, *addresses: str) -> list[str]:
    """What cannot be read on these pages, by day and by night; on the page that is open if there are none."""
    hard: list[str] = []
    for address in addresses or (page.url,):
        if addresses:
            await page.goto(address)
        await page.evaluate(OPENED)
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            assert await page.evaluate(COLOURED, "body") == INK_AND_PAPER[scheme]
            hard += [f"{address}, {scheme}: {one}" for one in await page.evaluate(RUN, [False, [], COLOURS, scheme])]
    return hard


async def test_what_viewers_open_can_be_read(site: Site, viewer: Page) -> None:
    night = f"{site.url}/nights/night"
    pages = ("", f"/contests/{ballot(0)}", "/contests", "/wall", "/newsroom", "/battlegrounds?party=PP53", "/embed/map")
    assert await read(viewer, site.url, site.url + PAST, *(night + page for page in pages)) == []


async def test_banners_over_video_are_words_on_plates(site: Site, viewer: Page, stream: EventStream) -> None:
    for seat, theme in ((15, "dark"), (16, "light")):
        await viewer.goto(f"{site.url}/nights/night/overlay?seconds=60&theme={theme}")
        await says(viewer, "#line[data-state=up]", "Live")
        await submit(stream, seat)
        await says(viewer, "#shown", f"Seat {seat}")
        words, bare = await viewer.evaluate(ON_PLATES)
        assert (words > 10, bare) == (True, [])
        for plate in (".banner", ".strip", ".corner"):
            assert await viewer.evaluate(COLOURED, plate) == INK_AND_PAPER[theme]
        high = await viewer.evaluate("() => document.querySelector('.banner .headline').clientHeight")
        assert high > 50, "banners are as large as the screen asks for"


async def test_a_night_on_air_is_followed_and_its_map_and_feed_are_as_elsewhere(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    await viewer.goto(f"{site.url}/nights/night?map=kind")
    await says(viewer, "#line[data-state=up]", "Live")
    await submit(stream, 17)
    await says(viewer, "#banner .headline", "Seat 17")
    assert await viewer.evaluate(OPACITIES, ".hexes a.gain") == ["1"]
    assert await viewer.evaluate(OPACITIES, ".hexes a.hold") == ["0.22"]
    assert await viewer.evaluate(SHOWN, "#feed > li") == 6
    await viewer.evaluate("() => document.getElementById('earlier').click()")
    assert await viewer.evaluate(SHOWN, "#feed > li") == 13


async def test_how_seats_were_held_is_gone_from_the_map_with_the_first_result(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    await viewer.goto(f"{site.url}/nights/fresh")
    await says(viewer, "#line[data-state=up]", "Live")
    assert await viewer.evaluate(SHOWN, "#was path, .of-was") > 0
    await submit(stream, 3, "fresh")
    await says(viewer, "#banner .headline", "Seat 3")
    assert await viewer.evaluate(SHOWN, "#was path, .of-was") == 0


async def test_a_past_night_is_played(site: Site, viewer: Page) -> None:
    await viewer.goto(f"{site.url}{PAST}?at=2014-10-09T22:10")
    await says(viewer, ".headline", "Wait")
    await viewer.evaluate("() => document.getElementById('scrub').focus()")
    await viewer.keyboard.press("End")
    await says(viewer, ".headline", "UKIP GAIN")


async def test_an_officer_declares_and_the_desk_sees_it(site: Site, older: Browser, stream: EventStream) -> None:
    phone = await with_axe(await older.new_context(viewport=PHONE, has_touch=True, is_mobile=True, base_url=site.url))
    page = await phone.new_page()
    await page.goto(await officers.link_for(site, stream))
    await press(page, ".go", pin=officers.PIN)
    await says(page, "#around h1", "Rochester and Strood")
    hard = await read(page)
    await press(page, ".go", issued=str(rochester.PAPERS), papers=str(rochester.PAPERS))
    await says(page, "#votes", "Votes")
    hard += await read(page)
    await press(page, ".go", **officers.sheet())
    await says(page, "form.entry h2", "Look at the paper once more")
    hard += await read(page)
    asked = await page.evaluate("[...document.querySelectorAll('form.entry input[inputmode]')].map((one) => one.name)")
    await press(page, ".go", **{name: officers.sheet()[name] for name in asked})
    await says(page, ".declaration", "Mark Reckless")
    hard += await read(page)
    await press(page, ".go")
    await says(page, "#truth", "On air")
    hard += await read(page)
    await phone.close()

    desk = await (await with_axe(await older.new_context())).new_page()
    person = await invite_person(Submitter(stream), rochester.NIGHT, "Ann Ray", "desk", ())
    await desk.goto(f"{site.url}/desk/invitation/{Invitations(site.settings.secret_key).make(rochester.NIGHT, person)}")
    await press(desk, ".go", pin=officers.PIN)
    await says(desk, "#desk-status", "1 of 2")
    hard += await read(desk, f"{site.url}/desk", f"{site.url}/desk/contests/{rochester.BALLOT}")
    await desk.context.close()
    assert hard == []
