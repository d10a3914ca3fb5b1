"""From an invitation's link to "on air" in a real Chromium: what an officer must tap and type, and what the machine
takes. Rochester and Strood, 13 candidates. Nobody types as fast as this does; only the waiting is a measurement."""

import asyncio
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Page, async_playwright

from server.count.visit.invitations import Invitations
from server.count.visit.inviting import invite_person
from server.election.commands import OpenNight
from server.stream import embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.browser.conftest import FLAGS, PHONE, chromium
from tests.count import rochester
from tests.running import serving

PIN = "2580"
_ON_PAPER = rochester.texts()
_FRESH = "() => ![...document.querySelectorAll('main button')].some((one) => one.disabled)"


@dataclass
class Entering:
    """One officer's way to the receipt. ``waits`` are seconds from a tap that sends to the next page, by the tap."""

    taps: int = 0
    keys: int = 0
    waits: dict[str, float] = field(default_factory=dict[str, float])
    whole: float = 0.0


class Hand:
    """A thumb that taps and types, and counts both."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.done = Entering()

    async def type(self, text: str, then: str = "Enter") -> None:
        """Type into the field that has the focus, and press the keypad's "next"."""
        await self.page.keyboard.type(text)
        await self.page.keyboard.press(then)
        self.done.keys += len(text) + 1

    async def tap(self, place: str) -> None:
        """Tap there."""
        await self.page.locator(place).tap()
        self.done.taps += 1

    async def send(self, name: str, button: str, until: str) -> None:
        """Tap a button that sends; the time is until the next page is there, before it can be tapped itself."""
        await self.page.wait_for_function(_FRESH)  # a second tap of the last button would still be passed over
        begun = time.perf_counter()
        await self.tap(button)
        await self.page.wait_for_selector(until)
        self.done.waits[name] = time.perf_counter() - begun


async def measure(rounds: int = 5) -> list[Entering]:
    """So many officers one after another, each on a night of their own."""
    found: list[Entering] = []
    with tempfile.TemporaryDirectory() as folder:
        redis = embedded.start(Path(folder) / "redis")
        try:
            for round in range(rounds):
                found.append(await _enter(redis.url, Path(folder), f"night-{round}"))
        finally:
            redis.stop()
    return found


async def _enter(redis_url: str, folder: Path, night: str) -> Entering:
    stream = EventStream(redis_url)
    await stream.open()
    submitter = Submitter(stream)
    opening = OpenNight(id="open", by="desk", night=rochester.night(night))
    await submitter.submit(night, opening, rochester.night().polls_close)
    await stream.announce(night)
    invitation = await invite_person(submitter, night, "Jane Smith", "officer", (rochester.BALLOT,))
    async with serving(redis_url, folder) as site, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        phone = await browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
        page = await phone.new_page()
        link = f"{site.url}/count/invitation/{Invitations(site.settings.secret_key).make(night, invitation)}"
        entering = await _by_hand(Hand(page), link)
        await browser.close()
    await stream.close()
    return entering


async def _by_hand(hand: Hand, link: str) -> Entering:
    begun = time.perf_counter()
    hand.done.taps += 1  # the link
    await hand.page.goto(link)
    await hand.tap("#pin")
    await hand.page.keyboard.type(PIN)
    hand.done.keys += len(PIN)
    await hand.send("Start", ".pin .go", '[name="issued"]')
    await hand.tap('[name="issued"]')
    for number in (rochester.PAPERS, rochester.PAPERS):
        await hand.type(str(number))
    await hand.send("Announce the turnout", "form.entry .go", "#votes")
    await hand.tap('[name="votes.1"]')
    for number in (*rochester.VOTES.values(), *rochester.HEADS.values()):
        await hand.type(str(number))
    await hand.send("Check the figures", "form.entry .go", "#again")
    await hand.tap("#again .row:first-of-type input")
    fields = await hand.page.locator("form.entry input[inputmode]").all()
    for name in [await one.get_attribute("name") for one in fields]:
        await hand.type(_ON_PAPER[name or ""])
    await hand.send("Compare, and read back", "form.entry .go", ".declaration")
    await hand.send("Declare", "main form .go", '#truth[data-is="on-air"]')
    hand.done.whole = time.perf_counter() - begun
    return hand.done


def show(found: list[Entering]) -> None:
    """Print it: each figure is the median of the rounds, with the least and the most."""
    one = found[0]
    print("entering 13 candidates, from the link to on air, in one tab of Chromium beside the server")
    print(
        f"  what the officer does: {one.taps} taps (the link is one), {one.keys} keystrokes ('next' and PIN included)"
    )
    print("  what the machine takes, from a tap to the next page; the last is from the tap on Declare to 'On air':")
    for name in one.waits:
        print(f"    {name:<22} {_spread([each.waits[name] for each in found])}")
    waiting = [sum(each.waits.values()) for each in found]
    print(f"    {'all five':<22} {_spread(waiting)}")
    print(f"  whole time with a machine's typing, for comparison only: {_spread([each.whole for each in found])}")


def _spread(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    return f"{ordered[len(ordered) // 2]:.2f} s ({ordered[0]:.2f} to {ordered[-1]:.2f})"


if __name__ == "__main__":
    show(asyncio.run(measure()))
