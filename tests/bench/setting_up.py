"""A whole night in a real Chromium, from the link of whoever runs the place to the night kept as a past one: what must
be tapped and typed, and what the machine takes. Clacton, from the archive and a pasted list of 34 names."""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from server.election.clock import LONDON
from server.stream import clock, embedded
from server.stream.events import EventStream
from tests.bench.walk import (
    PAPERS,
    STRUCK,
    Walk,
    admins_link,
    close,
    come_in,
    invite_people,
    key,
    make_a_night,
    put_right,
    run,
    verify,
)
from tests.browser.conftest import FLAGS, PHONE, chromium
from tests.running import Site, serving

Looks = Callable[[str], Awaitable[None]]
"""What a viewer does with the night of this id."""


async def walk_through(
    browser: Browser, site: Site, stream: EventStream, shots: Path | None = None, looks: Looks | None = None
) -> dict[str, Walk]:
    """The whole way: who → what each had to do. The poll was yesterday. A viewer ``looks`` once the night is on air."""
    admin = Walk(await browser.new_page(), shots)
    phones = {
        name: Walk(await browser.new_page(viewport=PHONE, has_touch=True, is_mobile=True), shots)
        for name in ("officer", "second officer", "returning officer")
    }
    yesterday = clock.now().astimezone(LONDON).date() - timedelta(days=1)
    await come_in(admin, await admins_link(site, stream))
    await make_a_night(admin, str(yesterday), double=True)
    if looks:
        await looks(f"parl.clacton.by.{yesterday}")
    await run(admin)
    links = {
        name: site.url + link.removeprefix(site.settings.public_url)
        for name, link in (await invite_people(admin)).items()
    }
    await put_right(admin, "A name", "paper.candidate.4.name", "Siân Eleri Baines")
    await verify(phones["officer"], links["Jane Smith"])
    await put_right(admin, "The electorate", "paper.electorate", "80,005", "The register has 1,760 late registrations.")
    await put_right(admin, "Who withdrew", f"paper.candidate.{STRUCK}.fate", "withdrew", "Withdrew on Friday.")
    await phones["officer"].page.reload()
    await key(phones["officer"], "text=Your sheet is with the desk")
    second = phones["second officer"]
    await second.open(links["Al Brown"])
    await second.tap("Start", ".pin .go", "#votes")
    await key(second, ".declaration", by_hand=False)
    returning = phones["returning officer"]
    await returning.open(links["Olu Hay"])
    await returning.tap("Start", ".pin .go", ".declaration")
    await returning.shoot("read-back")
    await returning.tap("Declare", "main form .go", '#truth[data-is="on-air"]')
    await returning.shoot("declared")
    await close(admin)
    return {"who runs the place": admin, **phones}


async def measure(shots: Path | None = None) -> dict[str, Walk]:
    """One walk on a server of its own."""
    with tempfile.TemporaryDirectory() as folder:
        redis = embedded.start(Path(folder) / "redis")
        stream = EventStream(redis.url)
        await stream.open()
        async with serving(redis.url, Path(folder)) as site, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            walks = await walk_through(browser, site, stream, shots)
            await browser.close()
        await stream.close()
        redis.stop()
    return walks


def show(rounds: list[dict[str, Walk]]) -> None:
    """Print it: each figure is the median of the rounds."""
    print(f"a night of 34 candidates and {PAPERS:,} ballot papers, from the link to the night kept")
    for who, walk in rounds[0].items():
        waits = sorted(sum(one[who].waits.values()) for one in rounds)
        print(f"{who:<20} {walk.taps:3} taps {walk.keys:4} keystrokes {waits[len(waits) // 2]:6.2f} s of waiting")
        for name in walk.waits:
            print(f"    {name:<20} {sorted(one[who].waits[name] for one in rounds)[len(rounds) // 2]:6.2f} s")


if __name__ == "__main__":
    if len(sys.argv) > 1:  # a folder for pictures
        asyncio.run(measure(Path(sys.argv[1])))
    else:
        show([asyncio.run(measure()) for _ in range(3)])
