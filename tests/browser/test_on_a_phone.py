"""A night on a small screen: no page is wider than it, the list of all contests is folded, and the player fits."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from msgspec.structs import replace
from playwright.async_api import Page

from server.election.commands import Declare
from server.nights import archive
from server.replay.script import commands
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.running import Site, answered, open_then, serving

PAST = archive.load("parl.2019-12-12")
GENERAL = "/nights/general"
ENDED = "/nights/parl.2017-06-08"
SINGLE = "/nights/parl.rochester-and-strood.by.2014-11-20"
SEAT = f"{GENERAL}/contests/parl.ynys-mon.2019-12-12"
WIDTHS = (320, 336, 353, 360, 375, 390, 412, 430, 460, 477, 491, 500)
NARROW = (320, 360)
PAGES = [
    *("/", "/find?q=aber", "/find?q=SW1A+1AA"),
    *(GENERAL + page for page in ("", "/contests", "/areas", "/swing", "/battlegrounds", "/records", "/newsroom")),
    *(SEAT, f"{GENERAL}/contests/parl.islington-north.2019-12-12"),
    *(ENDED + page for page in ("", "/contests", "/battlegrounds", "/records", "/areas")),
    *(SINGLE, f"{SINGLE}/records"),
]
WORDY = ("/", GENERAL, f"{GENERAL}/areas", f"{GENERAL}/battlegrounds", SEAT, ENDED, SINGLE)
# What is wider than the window, or than a box that would have to be scrolled sideways; and what of the player's bar
# sticks out of it or covers something else of it.
WIDER = """() => {
    const seen = [...document.querySelectorAll("main *, footer *, header *")].filter((one) =>
        one.checkVisibility() && !one.closest("svg, .also, .pages, .heard, .unseen, .star, .skip, .panel"));
    const name = (one) => `${one.localName}#${one.id}.${one.className}`;
    const wide = seen.filter((one) => one.getBoundingClientRect().right > innerWidth + 1).map(name);
    wide.push(...seen.filter((one) => one.matches(".scrolls") && one.scrollWidth > one.clientWidth + 1).map(name));
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


@pytest.fixture
async def site(redis: Embedded, stream: EventStream, tmp_path: Path) -> AsyncIterator[Site]:
    """The 2019 general election on air with 60 declared, and the past nights."""
    await open_then(stream, replace(PAST.definition, id="general"), "open")
    submitter = Submitter(stream)
    declarations = [(at, one) for at, one in commands(PAST.events, "general") if isinstance(one, Declare)]
    for at, command in declarations[:60]:
        await submitter.submit("general", command, at)
    async with serving(redis.url, tmp_path) as one, httpx2.AsyncClient(base_url=one.url) as client:
        await answered(client, GENERAL, "<b>60</b> of 650")
        yield one


async def test_no_page_scrolls_sideways_at_any_width_of_a_phone_in_any_language(site: Site, phone: Page) -> None:
    found: list[str] = []
    for language, pages, widths in (("en", PAGES, WIDTHS), ("cy", WORDY, NARROW), ("de", WORDY, NARROW)):
        for path in pages:
            await phone.goto(f"{site.url}{path}{'&' if '?' in path else '?'}lang={language}")
            for width in widths:
                await phone.set_viewport_size({"width": width, "height": 844})
                wide = await phone.evaluate(WIDER)
                if wide:
                    found.append(f"{path} {language} {width}: {wide}")
    assert found == []
