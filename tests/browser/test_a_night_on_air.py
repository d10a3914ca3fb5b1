"""The story this program began with, in a real browser: an officer declares, and the banner is there."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from msgspec.structs import replace
from playwright.async_api import Browser, BrowserContext, Page, expect

from server.election.commands import Declare, PostNote
from server.election.events import Declared
from server.nights import archive
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.browser import officers
from tests.browser.conftest import PHONE
from tests.nights_by_hand import START, definition
from tests.nights_by_hand import declare as declare_seat
from tests.running import Site, answered, open_then, serving

BALLOT = "parl.rochester-and-strood.by.2014-11-20"
PAST = archive.load(BALLOT)
DECLARED = next(event for event in PAST.events if isinstance(event, Declared))
PAPERS = 40113
NIGHT = "rehearsal"


@pytest.fixture
async def phone(site: Site, browser: Browser) -> AsyncIterator[BrowserContext]:
    """A phone, in another person's hand."""
    context = await browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, base_url=site.url)
    yield context
    await context.close()


@pytest.fixture
async def site(redis: Embedded, stream: EventStream, tmp_path: Path) -> AsyncIterator[Site]:
    """Rochester and Strood on air, with nothing declared."""
    definition = replace(PAST.definition, id=NIGHT, times="live")
    await open_then(stream, definition, "open")
    async with serving(redis.url, tmp_path) as one:
        yield one


def declare(command: str = "by the test") -> Declare:
    votes, rejected = DECLARED.votes, DECLARED.rejected
    return Declare(id=command, by="test", ballot=BALLOT, votes=votes, rejected=rejected, papers=PAPERS)


async def open_page(page: Page, site: Site, path: str = "") -> None:
    await page.goto(f"{site.url}/nights/{NIGHT}{path}")
    await expect(page.locator("#line")).to_have_attribute("data-state", "up")


async def test_an_officer_declares_on_a_phone_and_the_banner_appears_in_an_open_page(
    site: Site, viewer: Page, phone: BrowserContext, stream: EventStream
) -> None:
    await open_page(viewer, site)
    await expect(viewer.locator(".headline")).to_contain_text("Waiting for the count")

    page = await officers.sign_in(phone, await officers.link_for(site, stream, night=NIGHT, ballot=BALLOT))
    await officers.verify(page)
    await expect(viewer.locator(".headline")).to_contain_text("Ballot papers verified")
    await expect(viewer.locator(".facts")).to_contain_text("turnout 50.7%")
    await officers.key(page)
    await officers.tap(page, officers.CHECK)
    await officers.look_again(page)
    await expect(page.locator(".declaration")).to_contain_text("Mark Reckless")
    await expect(page.locator(".declaration")).to_contain_text("16,867")
    await expect(viewer.locator(".headline")).to_contain_text("Ballot papers verified")
    await officers.tap(page, officers.DECLARE)

    headline = viewer.locator(".headline")
    await expect(headline).to_contain_text("UKIP GAIN")
    await expect(headline).to_contain_text("Rochester and Strood from Conservative")
    await expect(viewer.locator(".facts")).to_contain_text("majority 2,920")
    await expect(page).to_have_url(f"{site.url}/count/receipt")
    await page.reload()
    await officers.says(page, "On air")


async def test_a_viewer_who_lost_the_network_misses_nothing_and_reloads_nothing(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    await open_page(viewer, site)
    await viewer.evaluate("document.body.dataset.sameDocument = 'yes'")
    await viewer.context.set_offline(True)
    await viewer.evaluate("htmx.find('#live')._htmx.ws.connection.socket.close()")
    await Submitter(stream).submit(NIGHT, declare(), DECLARED.at)
    await expect(viewer.locator("#line")).to_have_text("No network")
    await viewer.context.set_offline(False)
    await expect(viewer.locator(".headline")).to_contain_text("UKIP GAIN")
    assert await viewer.evaluate("document.body.dataset.sameDocument") == "yes"


async def test_a_hidden_tab_is_up_to_date_when_it_is_seen_again(site: Site, viewer: Page, stream: EventStream) -> None:
    await open_page(viewer, site)
    hide = "Object.defineProperty(document, 'hidden', {value: %s, configurable: true});" + (
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    await viewer.evaluate(hide % "true")
    await viewer.wait_for_function("() => htmx.find('#live')._htmx.ws.connection.socket.readyState === 3")
    await Submitter(stream).submit(NIGHT, declare(), DECLARED.at)
    await viewer.evaluate(hide % "false")
    await expect(viewer.locator(".headline")).to_contain_text("UKIP GAIN")


async def test_without_javascript_a_reload_shows_the_page_as_it_is(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    assert viewer.context.browser is not None
    context = await viewer.context.browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{site.url}/nights/{NIGHT}")
    await expect(page.locator(".headline")).to_contain_text("Waiting for the count")
    await Submitter(stream).submit(NIGHT, declare(), DECLARED.at)
    while "UKIP GAIN" not in await page.locator(".headline").inner_text():
        await page.reload()
    await context.close()


async def test_a_burst_shows_every_declaration_once_in_the_feed(site: Site, viewer: Page, stream: EventStream) -> None:
    await open_then(stream, definition("burst", contests=40, seats=40), "open")
    async with httpx2.AsyncClient(base_url=site.url) as client:
        await answered(client, "/nights/burst")
    await viewer.goto(f"{site.url}/nights/burst")
    await expect(viewer.locator("#line")).to_have_attribute("data-state", "up")
    submitter = Submitter(stream)
    for seat in range(30):
        await submitter.submit("burst", declare_seat(seat), START)
    await expect(viewer.locator("#status")).to_contain_text("30 of 40 declared")
    entries = await viewer.evaluate("() => [...document.querySelectorAll('#feed > li')].map((entry) => entry.id)")
    assert entries == [f"item-{seq}" for seq in range(31, 1, -1)]
    await expect(viewer.locator("#feed > li:visible")).to_have_count(6)
    await viewer.get_by_role("button", name="Show earlier").click()
    await expect(viewer.locator("#feed > li:visible")).to_have_count(30)
    await viewer.reload()
    await expect(viewer.locator("#feed > li")).to_have_count(12)


async def test_where_websockets_are_blocked_the_page_polls(site: Site, viewer: Page, stream: EventStream) -> None:
    await without_websockets(viewer.context)
    answers: list[int] = []
    viewer.on("response", lambda answer: answers.append(answer.status) if "/live?" in answer.url else None)
    await viewer.goto(f"{site.url}/nights/{NIGHT}")
    await expect(viewer.locator("#line")).to_have_text("Not pushed: asking every 5 s")
    await Submitter(stream).submit(NIGHT, declare(), DECLARED.at)
    await expect(viewer.locator(".headline")).to_contain_text("UKIP GAIN")
    assert 200 in answers


async def without_websockets(context: BrowserContext) -> None:
    """A proxy that lets no upgrade through: every websocket fails at once."""
    await context.add_init_script("""
        window.WebSocket = class extends EventTarget {
            static OPEN = 1; static CLOSED = 3; readyState = 3;
            constructor() {
                super();
                setTimeout(() => this.dispatchEvent(Object.assign(new Event("close"), {code: 1006})), 10);
            }
            close() {}
        };
    """)


async def test_a_restart_brings_the_page_back_and_an_update_brings_a_new_page(
    redis: Embedded, stream: EventStream, viewer: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await open_then(stream, replace(PAST.definition, id=NIGHT, times="live"), "open")
    async with serving(redis.url, tmp_path) as site:
        await open_page(viewer, site)
        port = int(site.url.rsplit(":", 1)[1])
    await Submitter(stream).submit(NIGHT, declare(), DECLARED.at)
    async with serving(redis.url, tmp_path, port):
        await expect(viewer.locator(".headline")).to_contain_text("UKIP GAIN")
        await viewer.evaluate("() => { window.same = true; }")
    monkeypatch.setattr("server.html.make.make", lambda: "newer")  # as after an update
    async with serving(redis.url, tmp_path, port):
        await viewer.wait_for_function("() => !window.same")
        await expect(viewer.locator("#line")).to_have_attribute("data-state", "up")


async def test_what_the_push_puts_on_the_page_is_what_a_reload_shows(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    await open_page(viewer, site)
    submitter = Submitter(stream)
    await submitter.submit(NIGHT, PostNote(id="note", by="desk", text="A note <b>with</b> marks & signs."), DECLARED.at)
    await submitter.submit(NIGHT, declare(), DECLARED.at)
    await expect(viewer.locator(".headline")).to_contain_text("UKIP GAIN")
    await expect(viewer.locator("#latest")).to_contain_text("A note <b>with</b> marks & signs.")
    shown = await viewer.locator("main").inner_text()
    bars = await viewer.locator(".bar rect").first.bounding_box()
    await viewer.reload()
    assert await viewer.locator("main").inner_text() == shown
    assert bars is not None and bars["width"] > 100
    assert await viewer.locator(".bar rect").first.bounding_box() == bars
