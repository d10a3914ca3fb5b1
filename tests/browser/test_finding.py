"""Finding and following seats in a real browser: what is typed, what is kept, and what is said when a seat declares."""

import html
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import httpx2
import pytest
from msgspec.structs import replace
from playwright.async_api import Page, Route, expect

from server.election.commands import AnyCommand, Declare, Withdraw
from server.election.nights import fold
from server.nights import archive
from server.pages.find.search import plain
from server.pages.find.table import wanted
from server.replay.commands import commands
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.nights_by_hand import START, ballot, correct, declare, definition, on_the_map
from tests.running import Site, answered, open_then, serving

PAST = archive.load("parl.2019-12-12")
GENERAL = "general"
DECLARATIONS = [(at, one) for at, one in commands(PAST.events, GENERAL) if isinstance(one, Declare)]
ROWS = ".seats-of tbody:first-of-type tr"
NAMES = "(rows) => rows.map((row) => row.querySelector('th a').textContent)"
LOADED = "performance.getEntriesByType('resource').map((one) => one.name).join()"
SAID = """
    window.told = [];
    new MutationObserver(() => told.push(said.textContent)).observe(said, {childList: true});
"""
# What a browser that asks a person would do, who says yes.
WILLING = """
    window.popped = [];
    window.Notification = class {
        static permission = localStorage.permission ?? "default";
        static async requestPermission() { return Notification.permission = localStorage.permission = "granted"; }
        constructor(text) { popped.push(text); }
    };
"""


@pytest.fixture
async def site(redis: Embedded, stream: EventStream, tmp_path: Path) -> AsyncIterator[Site]:
    """A night of six seats that are on the map, with nothing declared."""
    await open_then(stream, on_the_map(definition("night", contests=6)), "open")
    async with serving(redis.url, tmp_path) as one:
        yield one


@pytest.fixture
async def general(redis: Embedded, stream: EventStream, tmp_path: Path) -> AsyncIterator[Site]:
    """The 2019 general election on air, with 200 declared."""
    await open_then(stream, replace(PAST.definition, id=GENERAL), "open")
    submitter = Submitter(stream)
    for at, command in DECLARATIONS[:200]:
        await submitter.submit(GENERAL, command, at)
    async with serving(redis.url, tmp_path) as one, httpx2.AsyncClient(base_url=one.url) as client:
        await answered(client, f"/nights/{GENERAL}", "<b>200</b> of 650")
        yield one


async def submit(stream: EventStream, *commands: AnyCommand) -> None:
    for command in commands:
        await Submitter(stream).submit("night", command, START)


async def open_page(page: Page, site: Site, path: str = "", night: str = "night") -> None:
    await page.goto(f"{site.url}/nights/{night}{path}")
    await expect(page.locator("#line")).to_have_attribute("data-state", "up")


async def seats(page: Page) -> list[str]:
    return await page.locator(ROWS).evaluate_all(NAMES)


async def follow(page: Page, *numbers: int) -> None:
    """Follow seats where the table has them."""
    for number in numbers:
        await page.get_by_role("button", name=f"Follow Seat {number}", exact=True).click()


async def test_the_table_is_filtered_as_somebody_types_and_asks_nobody(general: Site, viewer: Page) -> None:
    await open_page(viewer, general, "/contests", GENERAL)
    requests: list[str] = []
    viewer.on("request", lambda request: requests.append(request.url))
    await viewer.get_by_label("Seat, candidate or party").press_sequentially("ynys mon")
    await expect(viewer.locator(ROWS)).to_have_count(1)
    await expect(viewer.locator("#shown")).to_have_text("1 of 650 contests")
    await expect(viewer).to_have_url(f"{general.url}/nights/{GENERAL}/contests?q=ynys+mon")
    await viewer.get_by_label("Seat, candidate or party").fill("atlantis")
    await expect(viewer.get_by_text("No contest of this night fits all of that.")).to_be_visible()
    await viewer.get_by_label("Seat, candidate or party").fill("corbyn")
    await expect(viewer.locator("#named")).to_have_text("Candidates: Jeremy Corbyn (Lab, Islington North)")
    await viewer.get_by_label("Seat, candidate or party").fill("")
    await expect(viewer.locator(ROWS)).to_have_count(650)
    await expect(viewer.locator("#named")).to_be_hidden()
    await expect(viewer).to_have_url(f"{general.url}/nights/{GENERAL}/contests")
    asked = [one for one in requests if "/find/suggested?q=atlantis" not in one]
    assert asked == [], "only what that is nearest to"


STATES = (
    {"q": "KINGSTON upon"},
    {"q": "smith con", "sort": "winner"},
    {"q": "môn"},
    {"verdict": "gain", "sort": "majority"},
    {"verdict": "pending", "region": "Scotland"},
    {"party": "PP53", "region": "North East", "sort": "declared"},
    *({"sort": sort} for sort in ("region", "verdict", "turnout", "swing")),
)


ASK = """(state) => {
    const fields = document.querySelector(".seek").elements;
    for (const [name, value] of Object.entries(state)) fields[name].value = value;
    fields.sort.dispatchEvent(new Event("input", {bubbles: true}));
}"""


class Table:
    """What a page of the table shows, whoever made it so."""

    def __init__(self, page: str) -> None:
        body = page.partition("<tbody>")[2].partition("</tbody>")[0]
        self.seats = [html.unescape(one) for one in re.findall(r'<th scope="row"><a [^>]*>([^<]*)</a>', body)]
        self.headings = [
            (sort, html.unescape(address).partition("?")[2])
            for sort, address in re.findall(r'<th scope="col"(?: aria-sort="(\w+)")?><a href="([^"]*)"', page)
        ]
        self.said = {
            name: None if "hidden" in attributes else " ".join(html.unescape(re.sub(r"<[^>]+>", "", words)).split())
            for name, attributes, words in re.findall(
                r'<p id="(shown|named|nothing)"([^>]*)>(.*?)</p>', page, re.DOTALL
            )
        }


async def test_the_browser_and_the_server_agree_on_every_state(general: Site, viewer: Page) -> None:
    await open_page(viewer, general, "/contests", GENERAL)
    night = fold(PAST.events[:1])
    async with httpx2.AsyncClient(base_url=general.url) as client:
        for state in STATES:
            await viewer.evaluate(ASK, {"q": "", "verdict": "", "party": "", "region": "", "sort": "seat"} | state)
            asked = wanted(night, state)
            for one in (asked, asked.by(asked.sort)):  # and the other way round
                query = urlencode(one.query)
                address = f"/nights/{GENERAL}/contests" + (query and f"?{query}")
                await expect(viewer).to_have_url(general.url + address)
                answer = await client.get(address)
                made, served = Table(await viewer.content()), Table(answer.text)
                assert ",".join(made.seats) == ",".join(served.seats), query
                assert (made.said, made.headings) == (served.said, served.headings), query
                await viewer.locator(".seats-of thead [aria-sort] a").click()


async def test_a_page_that_came_with_some_rows_gets_the_others_when_they_are_looked_for(
    general: Site, viewer: Page
) -> None:
    await open_page(viewer, general, "/contests?q=birmingham", GENERAL)
    some = await seats(viewer)
    assert 5 < len(some) < 15
    await viewer.get_by_label("Seat, candidate or party").fill("aldershot")
    await expect(viewer.locator(ROWS)).to_have_count(1)
    await viewer.get_by_label("Seat, candidate or party").fill("")
    await expect(viewer.locator(ROWS)).to_have_count(650)
    assert await seats(viewer) == sorted(await seats(viewer), key=plain)


async def test_a_seat_typed_on_the_nights_page_is_one_key_from_its_contest(general: Site, viewer: Page) -> None:
    await open_page(viewer, general, "?baseline=2015", GENERAL)
    await viewer.get_by_role("searchbox", name="Seat, candidate or party").fill("ynys mon")
    await viewer.keyboard.press("Enter")
    await expect(viewer.locator("h1")).to_have_text("Ynys Môn")
    assert viewer.url.endswith("/contests/parl.ynys-mon.2019-12-12?baseline=2015")


async def test_a_row_that_changes_goes_to_its_place_and_no_other_moves(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    await submit(stream, declare(4, con=9, lab=1), declare(1, con=9, lab=5))
    await open_page(viewer, site, "/contests?sort=majority")
    await expect(viewer.locator(f"{ROWS} th a")).to_have_text(
        ["Seat 1", "Seat 4", "Seat 0", "Seat 2", "Seat 3", "Seat 5"]
    )
    await viewer.evaluate("""
        window.moved = [];
        new MutationObserver((changes) => {
            for (const {addedNodes} of changes) for (const node of addedNodes) if (node.id) moved.push(node.id);
        }).observe(document.querySelector(".seats-of tbody"), {childList: true});
    """)
    link = viewer.get_by_role("link", name="Seat 5")
    await link.focus()
    await submit(stream, declare(5, con=9, lab=3))
    await expect(viewer.locator("#seat-seat-5")).to_contain_text("Con gain from Lab")
    await expect(viewer.locator(f"{ROWS} th a")).to_have_text(
        ["Seat 1", "Seat 5", "Seat 4", "Seat 0", "Seat 2", "Seat 3"]
    )
    assert await viewer.evaluate("moved") == ["seat-seat-5"]
    await expect(link).to_be_focused()

    await viewer.locator("[name=verdict]").select_option("pending")
    await expect(viewer.locator("#shown")).to_have_text("3 of 6 contests")
    await submit(stream, declare(2))
    await expect(viewer.locator("#shown")).to_have_text("2 of 6 contests")
    await expect(viewer.locator(f"{ROWS} th a")).to_have_text(["Seat 0", "Seat 3"])
    await expect(viewer.locator("#status")).to_contain_text("4 of 6 declared")


async def test_a_row_that_changes_while_the_page_loads_goes_to_its_place_too(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    async def last_of_all(route: Route) -> None:
        await submit(stream, declare(4, con=9, lab=5))
        await route.continue_()

    await viewer.route("**/pushed.js", last_of_all)
    await open_page(viewer, site, "/contests?sort=majority")
    await expect(viewer.locator(f"{ROWS} th a").first).to_have_text("Seat 4")


async def test_what_is_followed_is_kept_in_this_browser_for_this_night_and_others(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    await open_then(stream, definition("night.replay", contests=6), "open again")
    await submit(stream, declare(2))
    await open_page(viewer, site, "/contests")
    await follow(viewer, 2, 3)
    button = viewer.get_by_role("button", name="Follow Seat 3")
    await expect(button).to_have_attribute("aria-pressed", "true")
    await viewer.reload()
    await expect(button).to_have_attribute("aria-pressed", "true")

    await open_page(viewer, site)
    yours = viewer.get_by_role("region", name="Your seats")
    await expect(yours.get_by_role("listitem")).to_have_count(2)
    await expect(yours).to_contain_text("Seat 2 Con gain from Lab 1")
    await expect(yours).to_contain_text("Seat 3 awaiting")
    await open_page(viewer, site, night="night.replay")
    await expect(yours).to_contain_text("Seat 2 awaiting")

    await yours.get_by_role("button", name="Follow Seat 2").focus()
    await viewer.keyboard.press("Enter")
    await expect(yours.get_by_role("listitem")).to_have_count(1)
    await expect(yours.get_by_role("button", name="Follow Seat 3")).to_be_focused()
    await viewer.keyboard.press("Enter")
    await expect(yours).to_be_hidden()
    await open_page(viewer, site, f"/contests/{ballot(3)}")
    await expect(button).to_have_attribute("aria-pressed", "false")
    await button.click()
    await expect(button).to_have_attribute("aria-pressed", "true")


async def test_a_followed_seat_is_told_once_when_it_declares_and_when_that_is_put_right(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    await submit(stream, declare(0))
    await open_page(viewer, site, "/contests")
    await follow(viewer, 0, 1)
    await open_page(viewer, site)
    said = viewer.locator("#said")
    await expect(said).to_have_attribute("aria-live", "polite")
    await viewer.evaluate(SAID)
    before = await viewer.locator("#score").bounding_box()
    await submit(stream, declare(2), declare(1))
    await expect(said).to_have_text("Your seat Seat 1: Con gain from Lab")
    await expect(viewer.locator("#yours")).to_contain_text("Seat 1 Con gain from Lab 1")
    assert await viewer.locator("#score").bounding_box() == before, "nothing is moved by it"
    await submit(stream, declare(3), correct(0, 1), correct(1, 6))
    await expect(viewer.locator("#yours")).to_contain_text("Seat 1 Lab hold")
    await submit(stream, Withdraw(id="back", by="desk", ballot=ballot(1), reason="A flood."))
    await expect(said).to_contain_text("Your seat Seat 1: report withdrawn, being checked")
    told = [line for lines in await viewer.evaluate("told") for line in lines.split(" · ")]
    assert told == [
        "Your seat Seat 1: Con gain from Lab",
        "Your seat Seat 0, corrected: Con gain from Lab",
        "Your seat Seat 1, corrected: Lab hold",
        "Your seat Seat 1: report withdrawn, being checked",
        "Lab seat by 50.0%",
    ]
    await viewer.reload()
    await expect(said).to_have_text("Here you are told when one of your seats is declared.")


async def test_a_notification_comes_to_who_asked_for_it_and_in_a_hidden_tab_too(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    await viewer.add_init_script(WILLING)
    await open_page(viewer, site, "/contests")
    await follow(viewer, 0, 1, 2)
    await open_page(viewer, site)
    button = viewer.get_by_role("button", name="Notify me")
    await expect(button).to_have_attribute("aria-pressed", "false")
    await submit(stream, declare(0))
    await expect(viewer.locator("#said")).to_contain_text("Seat 0")
    assert await viewer.evaluate("[Notification.permission, popped]") == ["default", []]

    await button.click()
    await expect(button).to_have_attribute("aria-pressed", "true")
    assert await viewer.evaluate("popped") == ["Your seats"], "so that it is seen to work"
    await viewer.evaluate(
        "Object.defineProperty(document, 'hidden', {value: true, configurable: true});"
        "document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))"
    )
    assert await viewer.evaluate("htmx.find('#live')._htmx.ws.connection.socket.readyState") == 1, "it stays connected"
    await submit(stream, declare(1), declare(3))
    await viewer.wait_for_function("() => popped.includes('Your seat Seat 1: Con gain from Lab')")
    await viewer.reload()
    await expect(button).to_have_attribute("aria-pressed", "true")
    await submit(stream, declare(2))
    await viewer.wait_for_function("() => popped.length")
    assert await viewer.evaluate("popped") == ["Your seat Seat 2: Con gain from Lab"]
    await button.click()
    await viewer.reload()
    await expect(button).to_have_attribute("aria-pressed", "false")


async def test_a_browser_that_shows_no_notification_says_so_and_everything_else_goes_on(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    await viewer.add_init_script(WILLING.replace("popped.push(text)", "throw new TypeError('Illegal constructor')"))
    await open_page(viewer, site, "/contests")
    await follow(viewer, 0)
    button = viewer.get_by_role("button", name="Notify me")
    await button.click()
    await expect(button).to_be_disabled()
    await expect(button).to_have_attribute("aria-pressed", "false")
    await submit(stream, declare(0))
    await expect(viewer.locator("#said")).to_have_text("Your seat Seat 0: Con gain from Lab")


async def test_quiet_mode_lets_figures_change_and_nothing_else(site: Site, viewer: Page, stream: EventStream) -> None:
    await viewer.add_init_script(WILLING)
    await open_page(viewer, site, "/contests")
    await follow(viewer, 1)
    await open_page(viewer, site)
    await viewer.get_by_role("button", name="Notify me").click()
    quiet = viewer.get_by_role("button", name="Quiet mode")
    await quiet.click()
    await viewer.reload()
    await expect(quiet).to_have_attribute("aria-pressed", "true")
    await expect(viewer.locator("#line")).to_have_attribute("data-state", "up")
    await viewer.evaluate("""
        window.heard = [];
        new MutationObserver((changes) => {
            for (const {target} of changes) {
                const region = (target.closest ? target : target.parentElement)?.closest("[aria-live], [role=status]");
                if (region && region.ariaLive !== "off") heard.push(region.id);
            }
        }).observe(document.body, {childList: true, subtree: true, characterData: true});
        window.ran = [];
        document.addEventListener("animationend", (event) => ran.push(event.elapsedTime));
    """)
    await submit(stream, declare(0), declare(1))
    await expect(viewer.locator("#status")).to_contain_text("2 of 6 declared")
    await expect(viewer.locator("#banner .headline")).to_contain_text("CON GAIN")
    await expect(viewer.locator("#said")).to_have_text("Your seat Seat 1: Con gain from Lab")
    await expect(viewer.locator("#banner")).to_have_attribute("aria-live", "off")
    await expect(viewer.locator(".lit")).to_have_count(0)
    assert set(await viewer.evaluate("heard")) == {"said"}
    assert await viewer.evaluate("popped") == []
    assert await viewer.evaluate("ran") == []

    await quiet.click()
    await expect(viewer.locator("#banner")).to_have_attribute("aria-live", "polite")
    await submit(stream, declare(2))
    await expect(viewer.locator("#row-seat-2")).to_have_class("gain lit")
    await expect(viewer.locator("#banner")).to_have_attribute("aria-live", "polite")


async def test_the_seat_chosen_on_the_map_can_be_followed_beside_its_caption(site: Site, viewer: Page) -> None:
    await open_page(viewer, site)
    below = await viewer.locator("#map-about").evaluate("(note) => note.offsetTop")
    await expect(viewer.locator(".map .follow")).to_have_count(0)
    assert "follow.js" not in await viewer.evaluate(LOADED), "nobody needs it yet"
    await viewer.locator(".hexes [aria-labelledby=row-seat-3]").focus()
    button = viewer.locator(".map").get_by_role("button", name="Follow Seat 3")
    await button.click()
    await expect(button).to_have_attribute("aria-pressed", "true")
    await expect(viewer.get_by_role("region", name="Your seats")).to_contain_text("Seat 3 awaiting")
    assert (await viewer.evaluate(LOADED)).count("follow.js") == 1
    await viewer.locator(".hexes [aria-labelledby=row-seat-4]").focus()
    other = viewer.locator(".map").get_by_role("button", name="Follow Seat 4")
    await expect(other).to_have_attribute("aria-pressed", "false")
    await viewer.evaluate("localStorage.clear()")
    await viewer.reload()
    await viewer.locator(".hexes [aria-labelledby=row-seat-3]").hover()
    await expect(button).to_be_visible()
    assert await viewer.locator("#map-about").evaluate("(note) => note.offsetTop") == below, "nothing is moved by it"


async def test_the_maps_view_and_region_are_in_the_address(general: Site, viewer: Page) -> None:
    await open_page(viewer, general, "?baseline=2015", GENERAL)
    await viewer.get_by_role("radio", name="Swing").check(force=True)
    await viewer.locator("#map-zoom select").select_option("Scotland")
    assert urlsplit(viewer.url).query == "baseline=2015&map=swing"
    assert urlsplit(viewer.url).fragment == "map-scotland"
    box = await viewer.locator(".hexes").get_attribute("viewBox")
    await viewer.goto("about:blank")
    await viewer.goto(f"{general.url}/nights/{GENERAL}?map=swing#map-scotland")
    await expect(viewer.get_by_role("radio", name="Swing")).to_be_checked()
    await expect(viewer.locator(".hexes")).to_have_attribute("viewBox", box or "")
    await viewer.get_by_role("radio", name="Last hour").check(force=True)
    await viewer.goto("about:blank")
    await viewer.goto(f"{general.url}/nights/{GENERAL}?map=recent")
    await expect(viewer.locator(".hexes .recent").first).to_be_attached()
    await viewer.get_by_role("radio", name="Winner").check(force=True)
    assert viewer.url == f"{general.url}/nights/{GENERAL}"


async def test_without_javascript_the_table_is_a_form_and_links_and_nobody_is_offered_to_follow(
    general: Site, viewer: Page
) -> None:
    browser = viewer.context.browser
    assert browser is not None
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{general.url}/nights/{GENERAL}")
    for what in (".follow", "#yours", "#quiet", "#notify"):
        assert not any([await one.is_visible() for one in await page.locator(what).all()]), what
    await page.get_by_role("searchbox").fill("birmingham")
    await page.get_by_role("button", name="Find").click()
    assert all("Birmingham" in one for one in await seats(page))
    await page.locator("[name=verdict]").select_option("hold")
    await page.get_by_role("button", name="Show").click()
    await page.get_by_role("link", name="Turnout").click()
    assert urlsplit(page.url).query == "q=birmingham&verdict=hold&sort=turnout"
    await expect(page.locator("th[aria-sort=descending]")).to_have_text("Turnout %")
    assert not any([await one.is_visible() for one in await page.locator(".follow").all()])
    await context.close()


async def test_on_a_phone_the_table_fits_and_each_control_is_wide_enough_for_a_thumb(
    general: Site, phone: Page
) -> None:
    await open_page(phone, general, "/contests?sort=declared", GENERAL)
    assert await phone.evaluate("document.documentElement.scrollWidth") == 390
    assert await phone.locator(".seats-of").evaluate("(table) => table.getBoundingClientRect().right") <= 374
    first = phone.locator(ROWS).first
    seen = [await cell.is_visible() for cell in await first.locator("th, td").all()]
    assert seen == [True, False, True, False, True, False, False, False, True]
    await expect(first.locator("small")).to_be_visible()
    for what in ("[name=q]", "[name=sort]", f"{ROWS} .follow"):
        box = await phone.locator(what).first.bounding_box()
        assert box and box["height"] >= 44
    await phone.get_by_label("Seat, candidate or party").fill("orkney")
    await expect(phone.locator(ROWS)).to_have_count(1)
    assert await phone.evaluate("document.documentElement.scrollWidth") == 390
