"""What graphics controllers and a director do with an overlay, in today's Chromium and in the one of OBS 30.

The pages here call it as CasparCG's HTML producer does, ``update("…")`` evaluated on the page with quotes escaped, and
as the renderer of SPX does: functions of a frame's window, a JSON text."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.async_api import Browser, Frame, Page, ViewportSize, async_playwright

from server.election.commands import HoldNight, PostNote, ReleaseNight
from server.election.texts.particulars import Particulars
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.browser.conftest import FLAGS, chromium, patient, window
from tests.browser.test_an_older_engine import OLDER, TEXT, says
from tests.browser.test_newsroom import newspaper
from tests.conftest import PATIENCE_SECONDS
from tests.nights_by_hand import START, ballot, correct, declare, definition, on_the_map
from tests.running import Site, open_then, serving

SCREEN = ViewportSize(width=1920, height=1080)
GAIN, HELD = (5, 4), (4, 5)
STATE = """(one) => {
    const found = document.querySelector(one);
    if (!found) return "gone";
    const is_there = getComputedStyle(found).visibility === "visible" && found.getClientRects().length > 0;
    return is_there ? "seen" : "hidden";
}"""
XML = '<templateData><componentData id="f0"><data id="text" value="{}"/></componentData></templateData>'
RUBBISH = (
    "not to be read",
    "<templateData><componentData",
    "<html><body>502 Bad Gateway</body></html>",
    "null",
    "[]",
    "7",
    json.dumps({"f0": None, "f1": {"show": "score"}, "f2": "purple", "f3": None}),
    json.dumps({"f1": "scores"}),
)
FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
CLICK = "(one) => document.querySelector(one).click()"
# The part of SPX's renderer that a template meets: a frame on the controller's own site, and its window's functions.
SPX = """<script>
    const layer = () => document.getElementById("layer10").contentWindow;
    const playLayer = (data) => { layer().update(JSON.stringify(data)); layer().play(); };
</script><iframe id="layer10" src="template.html" style="width: 100%; height: 100%"></iframe>"""


@pytest.fixture(scope="module", params=["today", "103"])
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[Browser]:
    """Today's Chromium, then the one of OBS 30."""
    found = chromium() if request.param == "today" else OLDER if OLDER.exists() else None
    if found is None:
        pytest.skip(f"Chromium {request.param} is not there")
    async with async_playwright() as playwright:
        one = await playwright.chromium.launch(executable_path=found, args=[*FLAGS, "--disable-site-isolation-trials"])
        yield patient(one)
        await one.close()


@pytest.fixture
async def page(engine: Browser) -> AsyncIterator[Page]:
    """A browser source."""
    async with window(engine, viewport=SCREEN) as page:
        yield page


@pytest.fixture
async def site(redis: Embedded, stream: EventStream, tmp_path: Path) -> AsyncIterator[Site]:
    """A night of eight seats in a House of a hundred, one of them declared."""
    await open_then(stream, on_the_map(definition("night", 8, seats=100)), "open")
    async with serving(redis.url, tmp_path) as one:
        await submit(stream, declare(5, *GAIN))
        yield one


async def submit(stream: EventStream, *commands: Any) -> None:
    for command in commands:
        await Submitter(stream).submit("night", command, START)


async def is_(state: str, page: Any, selector: str) -> None:
    """Wait until something is "seen", "hidden", which is there and not to be seen, or "gone"."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await page.evaluate(STATE, selector) != state:
            await asyncio.sleep(0.05)


async def true(page: Any, what: str) -> None:
    """Wait until an expression is true."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await page.evaluate(f"() => Boolean({what})"):
            await asyncio.sleep(0.05)


async def frame_of(page: Page, path: str) -> Frame:
    """A frame of a page, once it is there. A frame of another site is in the page's own process, as Playwright finds no
    other in an engine that old."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (found := [frame for frame in page.frames if path in frame.url]):
            await asyncio.sleep(0.05)
    return found[0]


async def caspar(page: Page, call: str, data: str = "") -> None:
    """As the HTML producer of CasparCG 2.3 calls a template: it escapes nothing but quotes."""
    escaped = data.strip(' "').replace('"', '\\"')
    await page.evaluate(f'{call}("{escaped}")' if data else f"{call}()")


async def opened(page: Page, site: Site, query: str = "") -> None:
    await page.goto(f"{site.url}/nights/night/overlay{query}")
    await says(page, "#line[data-state=up]", "Live")


async def test_an_overlay_obeys_casparcg(site: Site, page: Page, stream: EventStream) -> None:
    await opened(page, site, "?wait=yes&seconds=60")
    await is_("hidden", page, ".strip")
    await submit(stream, declare(0, *GAIN))
    await says(page, "#shown .headline", "Seat 0")
    await is_("hidden", page, "#lower")
    await caspar(page, "update", XML.format("Seat 1"))
    await caspar(page, "play")
    await says(page, "#shown .headline", "Seat 1")
    await is_("seen", page, "#lower")
    await is_("seen", page, "#shown .pending")
    await submit(stream, declare(1, *HELD))
    await says(page, "#shown .headline", "LAB HOLD Seat 1")
    await submit(stream, declare(2, *GAIN), correct(1, 9))
    await says(page, "#shown .kicker", "Figures revised")
    await caspar(page, "next")
    await says(page, "#shown .headline", "Seat 2")
    await caspar(page, "update", json.dumps({"f0": ballot(5), "f1": "banners", "f2": "light"}))
    await says(page, "#shown .headline", "Seat 5")
    await is_("hidden", page, ".strip")
    await is_("seen", page, ".overlay.light")
    before = await page.evaluate(TEXT, "#shown")
    for rubbish in RUBBISH:
        await caspar(page, "update", rubbish)
        await page.evaluate(FRAMES)
        assert await page.evaluate(TEXT, "#shown") == before, rubbish
        for state, what in (("seen", "#shown .headline"), ("hidden", ".strip"), ("seen", ".overlay.light")):
            assert await page.evaluate(STATE, what) == state, rubbish
    await caspar(page, "update", XML.format("Nowhere &amp; none"))
    await is_("gone", page, "#shown .banner")
    await page.route("**/overlay/banner*", lambda route: route.abort(), times=1)
    async with page.expect_event("console", lambda said: "no contest Seat 5" in said.text):
        await caspar(page, "update", json.dumps({"f0": "Seat 5"}))
    await caspar(page, "update", json.dumps({"f0": "Seat 5"}))
    await says(page, "#shown .headline", "Seat 5")
    await caspar(page, "update", json.dumps({"f0": "", "f1": "", "f3": "yes"}))
    await is_("seen", page, ".strip")
    await submit(stream, declare(3, *GAIN), declare(4, *GAIN))
    await true(page, "overlay.waiting().length > 1")
    for seat in (3, 4):
        await caspar(page, "next")
        await says(page, "#shown .headline", f"Seat {seat}")
    await submit(stream, declare(6, *GAIN))
    await true(page, "overlay.waiting().length")
    await caspar(page, "stop")
    await is_("hidden", page, ".strip")
    await is_("hidden", page, "#shown .headline")
    await caspar(page, "next")
    await page.evaluate(FRAMES)
    assert await page.evaluate(STATE, ".strip") == await page.evaluate(STATE, "#shown .headline") == "hidden"
    await caspar(page, "play")
    await is_("seen", page, "#shown .headline")
    await caspar(page, "next")
    await says(page, "#shown .headline", "Seat 6")
    await caspar(page, "remove")
    await is_("hidden", page, "#shown .headline")


async def test_the_template_in_a_frame_of_spx_hands_every_call_on(
    site: Site, page: Page, stream: EventStream, tmp_path: Path
) -> None:
    (folder := tmp_path / "spx").mkdir()
    template = await (await page.context.request.get(f"{site.url}/nights/night/overlay/template.html")).text()
    (folder / "template.html").write_text(template.replace(site.settings.public_url, site.url))
    with newspaper(folder, SPX) as address:
        await page.goto(address)
        await page.wait_for_function(
            "() => layer().SPXGCTemplateDefinition && layer().document.readyState == 'complete'"
        )
        overlay = await frame_of(page, "/overlay")
        await is_("hidden", overlay, ".strip")
        await page.evaluate("(data) => playLayer(data)", {"f0": ballot(5), "f1": "", "f2": "dark", "comment": "x"})
        await says(overlay, "#shown .headline", "CON GAIN Seat 5")
        await is_("seen", overlay, ".strip")
        await page.evaluate("() => layer().update(JSON.stringify({f0: '', f3: 'yes'}))")
        await is_("hidden", overlay, "#shown .headline")
        await submit(stream, declare(0, *GAIN))
        await true(overlay, "overlay.waiting().length")
        await page.evaluate("() => layer().next()")
        await says(overlay, "#shown .headline", "Seat 0")
        await page.evaluate("() => layer().stop()")
        await is_("hidden", overlay, ".strip")


async def test_a_director_drops_holds_jumps_and_shows_by_hand_on_overlays_elsewhere(
    site: Site, page: Page, stream: EventStream
) -> None:
    await page.goto(f"{site.url}/nights/night/director?seconds=60")
    await says(page, "#line[data-state=up]", "Live")
    await says(page, "#followers", "led=")
    address = await page.evaluate(TEXT, "#followers")
    screen = await page.context.new_page()
    await screen.goto(address)
    await says(screen, "#line[data-state=up]", "Live")

    await submit(stream, declare(0, *GAIN))
    await says(screen, "#shown .headline", "Seat 0")
    await page.evaluate(CLICK, "#hold")
    said = Particulars(kind="reaction", speaker="Ann Abel")  # no overlay that follows shows it: none was asked to
    await submit(stream, PostNote(id="said", by="desk", text="Well done.", particulars=said))
    await submit(stream, declare(1, *GAIN), declare(2, *GAIN), declare(3, *GAIN))
    await says(page, "#next", "Seat 3")
    await page.evaluate(CLICK, "#next li:nth-child(1) button:last-child")  # drop
    await says(page, "#next li:first-child b", "Seat 2")
    await page.evaluate(CLICK, "#next li:nth-child(2) button")  # jump in
    await says(screen, "#shown .headline", "Seat 3")
    await submit(stream, correct(3, 9))
    await says(screen, "#shown .kicker", "Figures revised")
    await page.evaluate("(one) => { document.querySelector('#by-hand select').value = one; }", ballot(4))
    await page.evaluate(CLICK, "#by-hand button")
    await says(screen, "#shown .headline", "Seat 4")
    await is_("seen", screen, "#shown .pending")
    await submit(stream, HoldNight(id="hold", by="desk"))
    await is_("hidden", screen, "#lower")
    await submit(stream, ReleaseNight(id="release", by="desk"))
    await is_("seen", screen, "#shown .pending")
    await page.evaluate(CLICK, "#off")
    await is_("hidden", screen, "#lower")
    await page.evaluate(CLICK, "#step")
    await says(screen, "#shown .headline", "Seat 2")
    await is_("seen", screen, "#lower")

    await page.reload()  # it goes on leading, and an overlay that is opened later shows what is up
    await says(page, "#followers", "led=")
    assert await page.evaluate(TEXT, "#followers") == address
    await page.evaluate("(one) => { document.querySelector('#by-hand select').value = one; }", ballot(0))
    await page.evaluate(CLICK, "#by-hand button")
    await says(screen, "#shown .headline", "Seat 0")
    late = await page.context.new_page()
    await late.goto(address)
    await says(late, "#shown .headline", "Seat 0")


async def test_of_a_past_night_one_contest_stays_on_the_overlay(site: Site, page: Page) -> None:
    past = "/nights/parl.2019-12-12/overlay"
    await page.goto(f"{site.url}{past}?{urlencode({'contest': 'Ynys Môn', 'show': 'banners'})}")
    await says(page, "#shown .headline", "CON GAIN Ynys Môn")
    await page.evaluate("(text) => update(text)", json.dumps({"contest": "E14000530"}))
    await says(page, "#shown .headline", "Aldershot")
    await is_("seen", page, "#lower")
