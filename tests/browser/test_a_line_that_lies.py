"""A page never says more than it knows: what it says of its line where the network swallows, drops or never answers.

The page's clock is moved; the sockets, the proxy and the program are real."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from playwright.async_api import Page, expect

from server.count.visit.invitations import Invitations
from server.count.visit.inviting import invite_person
from server.election.commands import Declare
from server.election.contests import Definition
from server.election.events import Declared
from server.nights import archive
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.browser.officers import PIN, link_for
from tests.lying import Network, lying
from tests.running import Site, open_then, serving

PAST = archive.load("parl.rochester-and-strood.by.2014-11-20")
BALLOT = PAST.definition.id
DECLARED = next(event for event in PAST.events if isinstance(event, Declared))
DECLARATION = Declare(
    id="declare", by="test", ballot=BALLOT, votes=DECLARED.votes, rejected=DECLARED.rejected, papers=40113
)
LINE = Path(__file__).parents[2] / "web" / "static" / "line.js"
SILENCE, UNTIL_ASKED, UNTIL_DIALLED = 11_000, 6_000, 3_000  # milliseconds, each just over what the page waits


@pytest.fixture
async def site(redis: Embedded, stream: EventStream, tmp_path: Path) -> AsyncIterator[Site]:
    """A by-election on air, and the replay of one, both with nothing declared."""
    for night in (definition("night"), replace(definition("again"), replay_of=BALLOT)):
        await open_then(stream, night, "open")
    async with serving(redis.url, tmp_path) as one:
        yield one


@pytest.fixture
async def network(site: Site) -> AsyncIterator[tuple[Network, str]]:
    """What is between a page and the program."""
    async with lying(site.url) as one:
        yield one


def definition(name: str) -> Definition:
    return replace(PAST.definition, id=name, times="live")


async def opened(page: Page, address: str, path: str = "/nights/night", state: str = "up") -> None:
    await page.clock.install()
    await page.goto(f"{address}{path}")
    await expect(page.locator("#line")).to_have_attribute("data-state", state)


async def hears(page: Page, line: str, age: str) -> None:
    await expect(page.locator("#line")).to_have_text(line)
    await expect(page.locator("#age")).to_contain_text(age)


async def test_the_line_is_known_by_what_was_heard_and_when(viewer: Page) -> None:
    await viewer.add_script_tag(path=LINE)
    told = await viewer.evaluate("""() => {
        const told = [];
        const line = new Line(0);
        const at = (seconds) => told.push(`${seconds} ${line.state(seconds * 1000)}`);
        const then = (what, seconds, ...more) => (line[what](seconds * 1000, ...more), at(seconds));
        at(0); at(10);
        told.push("asks", line.mustAsk(10_000), line.mustAsk(10_001), "leaves", line.mustLeave(10_001));
        at(11); then("answer", 12, false); at(22); at(23);
        then("message", 24, true); at(34); at(35); then("message", 36, false); then("close", 37); at(40);
        for (const seconds of [41, 42]) then("close", seconds);
        told.push(line.failures, line.mustAsk(42_000)); then("message", 43, false); told.push(line.failures);
        then("lost", 44); then("message", 45, false); then("close", 46); then("wake", 47);
        return told.join(", ");
    }""")
    assert told == (
        "0 connecting, 10 connecting, asks, false, true, leaves, true, 11 silent, 12 polled, 22 polled, 23 silent, "
        "24 live, 34 live, 35 silent, 36 live, 37 live, 40 connecting, 41 connecting, 42 silent, 3, true, 43 live, 0, "
        "44 offline, 45 live, 46 live, 47 connecting"
    )


async def test_a_network_that_swallows_is_told_after_ten_seconds_and_what_was_missed_is_fetched(
    network: tuple[Network, str], viewer: Page, stream: EventStream
) -> None:
    between, address = network
    await opened(viewer, address)
    await expect(viewer.locator("#air")).to_have_text("On air")
    await hears(viewer, "Live", "updated just now")
    await viewer.evaluate("""() => {
        window.said = [];
        const sign = document.getElementById("line");
        new MutationObserver(() => said.push(sign.textContent)).observe(sign, { childList: true });
    }""")
    between.lie = "swallows"
    await Submitter(stream).submit("night", DECLARATION, DECLARED.at)
    await viewer.clock.fast_forward(SILENCE)
    await hears(viewer, "Nothing heard", "asking every 5 s")
    await expect(viewer.locator("#air")).to_have_text("On air")
    await expect(viewer.locator(".headline")).to_contain_text("Waiting for the count")
    age = await viewer.locator("#age").inner_text()
    await viewer.clock.run_for(3_000)
    await expect(viewer.locator("#age")).not_to_have_text(age)
    assert await viewer.evaluate("said") == ["Nothing heard"], "what is read out does not tick"
    between.lie = "none"
    await viewer.clock.fast_forward(UNTIL_ASKED)
    await expect(viewer.locator(".headline")).to_contain_text("UKIP GAIN")
    await viewer.clock.fast_forward(UNTIL_DIALLED)
    await hears(viewer, "Live", "updated")


async def test_each_page_and_screen_that_is_pushed_to_knows_that_it_hears_nothing(
    network: tuple[Network, str], viewer: Page
) -> None:
    between, address = network
    await viewer.clock.install()
    for path in ("/", "/nights/night/wall", f"/nights/night/contests/{BALLOT}", "/nights/night/overlay"):
        between.lie = "none"
        await viewer.goto(f"{address}{path}")
        await expect(viewer.locator("#line")).to_have_attribute("data-state", "up")
        between.lie = "swallows"
        await viewer.clock.fast_forward(SILENCE)
        await hears(viewer, "Nothing heard", "asking every 5 s")
        assert await viewer.locator("#line").is_visible() == ("overlay" not in path), "an overlay is over a picture"


async def test_a_firewall_that_never_answers_the_upgrade_leaves_the_page_asking(
    network: tuple[Network, str], viewer: Page, stream: EventStream
) -> None:
    between, address = network
    between.lie = "never upgrades"
    await opened(viewer, address, state="wait")
    await hears(viewer, "Connecting", "")
    await viewer.clock.fast_forward(SILENCE)
    await hears(viewer, "Not pushed: asking every 5 s", "updated")
    await Submitter(stream).submit("night", DECLARATION, DECLARED.at)
    await viewer.clock.fast_forward(UNTIL_ASKED)
    await expect(viewer.locator(".headline")).to_contain_text("UKIP GAIN")
    between.lie = "none"
    while between.opened < 2:
        await viewer.clock.fast_forward(UNTIL_DIALLED)
    await hears(viewer, "Live", "updated")


async def test_a_proxy_that_accepts_and_drops_is_no_line_and_is_tried_less_and_less(
    network: tuple[Network, str], viewer: Page
) -> None:
    between, address = network
    between.lie = "accepts and drops"
    await opened(viewer, address, state="wait")
    while between.opened < 3:
        await viewer.clock.fast_forward(2 * UNTIL_DIALLED)
    await hears(viewer, "Not pushed: asking every 5 s", "updated")
    attempts = "() => htmx.find('#live')._htmx.ws.connection.attempt >= 3"
    await viewer.wait_for_function(attempts)
    between.lie = "none"
    known = between.opened
    while between.opened == known:
        await viewer.clock.fast_forward(2 * UNTIL_DIALLED)
    await hears(viewer, "Live", "updated")


async def test_a_browser_that_loses_its_network_says_so_at_once_and_asks_when_it_is_back(
    network: tuple[Network, str], viewer: Page, stream: EventStream
) -> None:
    between, address = network
    await opened(viewer, address)
    between.lie = "swallows"
    await viewer.evaluate("dispatchEvent(new Event('offline'))")
    await hears(viewer, "No network", "last heard")
    await Submitter(stream).submit("night", DECLARATION, DECLARED.at)
    between.lie = "none"
    await viewer.evaluate("dispatchEvent(new Event('online'))")
    await expect(viewer.locator(".headline")).to_contain_text("UKIP GAIN")
    await viewer.clock.fast_forward(UNTIL_DIALLED)
    await hears(viewer, "Live", "updated")


async def test_a_laptop_that_slept_is_right_at_once(
    network: tuple[Network, str], viewer: Page, stream: EventStream
) -> None:
    between, address = network
    await opened(viewer, address)
    between.lie = "swallows"
    await Submitter(stream).submit("night", DECLARATION, DECLARED.at)
    await viewer.evaluate("() => fetch('/healthz', {signal: AbortSignal.timeout(50)}).catch(() => null)")
    between.lie = "none"
    await viewer.clock.fast_forward("02:00:00")
    await expect(viewer.locator(".headline")).to_contain_text("UKIP GAIN")
    await viewer.clock.fast_forward(UNTIL_DIALLED)
    await hears(viewer, "Live", "updated")


async def test_a_replay_is_not_on_air_and_says_on_every_page_when_it_is_at_its_end(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    other = await viewer.context.new_page()
    await other.goto(f"{site.url}/nights/again/wall")
    await viewer.goto(f"{site.url}/nights/again")
    for page in (viewer, other):
        await expect(page.locator("#line")).to_have_text("Live")
        await expect(page.locator("#air")).to_be_empty()
        await expect(page.locator(".air, header").get_by_text("Replay", exact=True).first).to_be_visible()
    await Submitter(stream).submit("again", DECLARATION, DECLARED.at)
    for page in (viewer, other):
        await expect(page.locator("#air")).to_have_text("All declared")


async def test_the_desk_says_what_it_does_not_hear(
    site: Site, network: tuple[Network, str], viewer: Page, stream: EventStream
) -> None:
    between, address = network
    invitation = await invite_person(Submitter(stream), "night", "Ann Ray", "desk", ())
    made = Invitations(site.settings.secret_key).make("night", invitation)
    await viewer.clock.install()
    await viewer.goto(f"{address}/desk/invitation/{made}")
    await viewer.locator("#pin").fill(PIN)
    await viewer.get_by_role("button", name="Start").click()
    await hears(viewer, "Live", "updated")
    between.lie = "swallows"
    await Submitter(stream).submit("night", DECLARATION, DECLARED.at)
    await viewer.clock.fast_forward(SILENCE)
    await hears(viewer, "Nothing heard", "asking every 5 s")
    between.lie = "none"
    await viewer.clock.fast_forward(UNTIL_ASKED)
    await expect(viewer.locator("#desk-row-rochester-and-strood")).to_contain_text("UKIP gain from Con")
    await viewer.clock.fast_forward(UNTIL_DIALLED)
    await hears(viewer, "Live", "updated")


async def test_an_officers_phone_says_since_when_it_hears_nothing(
    site: Site, network: tuple[Network, str], viewer: Page, stream: EventStream
) -> None:
    between, address = network
    page = viewer
    await page.clock.install(time="2026-12-10T22:40:00Z")
    await page.goto(address + await link_for(site, stream, night="night", ballot=BALLOT))
    await page.locator("#pin").fill(PIN)
    async with page.expect_response("**/count/state*"):
        await page.get_by_role("button", name="S").click()
    silent = page.locator("#truth > span")
    await expect(silent).to_be_hidden()
    between.lie = "swallows"
    asked = page.expect_request("**/count/state*")
    async with asked:
        await page.clock.fast_forward(2_000)
    heard = await page.evaluate("clock(heardAt)")
    await page.clock.fast_forward(7_500)
    await expect(silent).to_have_text(f"No signal: as it was at {heard}")
    between.lie = "none"
    await page.clock.fast_forward(2_500)
    await expect(silent).to_be_hidden()
    await page.evaluate("dispatchEvent(new Event('offline'))")
    await expect(silent).to_be_visible()
    await page.clock.fast_forward(2_500)
    await expect(silent).to_be_hidden()
