"""The whole way of a night, in a real Chromium, by people who have only their links: who runs the place makes it, opens
it, invites, puts it right and closes it; officers key it on their phones. Each step counts what is tapped and typed."""

import time
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Page

from server.count.visit.inviting import first_admin, link_of
from server.election.counting.acts import PLACE
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.browser.conftest import PHONE
from tests.browser.officers import type_in
from tests.count.conftest import PIN
from tests.count.setup import clacton
from tests.running import Site

PEOPLE = {
    "Bob Lee": "desk",
    "Jane Smith": "officer",
    "Al Brown": "second officer",
    "Olu Hay": "returning officer",
}
STRUCK = 8
"""The row of the candidate who withdraws, from 1."""
_KNOWN = {2: 6_104, 3: 19_877, 4: 10_213, 5: 1_702, 6: 1_811}  # parties that stood in 2024, about as they did then
VOTES = {row: _KNOWN.get(row, 40 + 7 * row) for row in range(1, 35) if row != STRUCK}
HEADS = {"official_mark": 1, "more_than_one": 22, "identifiable": 0, "unmarked_or_void": 41}
PAPERS = sum(VOTES.values()) + sum(HEADS.values())
_DESKTOP = {"width": 1280, "height": 800}
_FRESH = "() => ![...document.querySelectorAll('main button')].some((one) => one.disabled)"


@dataclass
class Walk:
    """One person's way: ``waits`` are seconds from a tap to the next page. A paste is two taps. Pictures of each page,
    wide and narrow, light and dark, go to ``shots`` if there is such a folder."""

    page: Page
    shots: Path | None = None
    taps: int = 0
    keys: int = 0
    waits: dict[str, float] = field(default_factory=dict[str, float])

    async def type(self, field: str, text: str) -> None:
        """Tap a field, and type instead of what is in it."""
        await self.page.locator(field).click()
        await self.page.locator(field).select_text()
        await self.page.keyboard.type(text)
        self.taps, self.keys = self.taps + 1, self.keys + len(text)

    async def choose(self, field: str, value: str) -> None:
        """Open a list of choices, and tap one."""
        await self.page.locator(field).select_option(value)
        self.taps += 2

    async def paste(self, field: str, text: str) -> None:
        """Tap a field, and paste."""
        await self.page.locator(field).fill(text)
        self.taps += 2

    async def open(self, link: str) -> None:
        """Tap a link that came by post, and choose the PIN: the field has the focus."""
        await self.page.goto(link)
        await self.shoot("link")
        await self.page.locator("#pin").focus()
        await self.page.keyboard.type(PIN)
        self.taps, self.keys = self.taps + 1, self.keys + len(PIN)

    async def tap(self, name: str, button: str, until: str) -> None:
        """Tap what leads to another page, and wait for that."""
        await self.page.wait_for_function(_FRESH)  # a second tap of the last button would still be passed over
        begun = time.perf_counter()
        await self.page.locator(button).click()
        await self.page.wait_for_selector(until)
        self.taps += 1
        self.waits[name] = self.waits.get(name, 0) + time.perf_counter() - begun

    async def shoot(self, name: str) -> None:
        """Keep pictures of the whole page."""
        if not self.shots:
            return
        usual = self.page.viewport_size
        for width, size in (("wide", _DESKTOP), ("phone", PHONE)):
            await self.page.set_viewport_size(size)  # type: ignore[arg-type]
            for scheme in ("light", "dark"):
                await self.page.emulate_media(color_scheme=scheme)
                number = len(list(self.shots.glob(f"*-{width}-{scheme}.png"))) + 1
                path = self.shots / f"{number:02}-{name}-{width}-{scheme}.png"
                await self.page.screenshot(path=path, full_page=True)
        await self.page.emulate_media(color_scheme=None)
        if usual:
            await self.page.set_viewport_size(usual)


async def admins_link(site: Site, stream: EventStream) -> str:
    """The link that ``scripts/run`` prints."""
    invitation = await first_admin(Submitter(stream))
    assert invitation
    return site.url + link_of(site.settings, PLACE, invitation, "admin").removeprefix(site.settings.public_url)


async def come_in(walk: Walk, link: str) -> None:
    """From the link to the list of nights."""
    await walk.open(link)
    await walk.tap("Start", ".pin .go", "text=Make a night")
    await walk.shoot("nights")


async def make_a_night(walk: Walk, day: str, double: bool = False) -> None:
    """From the list of nights to Clacton on air, from the archive and a pasted list of 34 names."""
    await walk.tap("Make a night", "a.go", "#q")
    await walk.shoot("make")
    await walk.page.keyboard.type("Clacton")
    await walk.page.locator("#seat-date").fill(day)
    walk.taps, walk.keys = walk.taps + 1, walk.keys + len("Clacton") + 8
    await walk.tap("Begin", "#q >> xpath=ancestor::form >> text=Begin", ".found")
    await walk.shoot("which")
    await walk.tap("Which", f'[value="{clacton.GENERAL}"]', '[name="draft.list"]')
    await walk.shoot("draft")
    if double:
        await walk.choose("#entry", "double")
    await walk.paste('[name="draft.list"]', clacton.LIST)
    await walk.tap("Use this list", "button[value=list]", '[name="draft.0.33.surname"]')
    await walk.shoot("list")
    await look_and_open(walk)


async def make_it_of_an_export(walk: Walk, data: str) -> None:
    """From the list of nights to a night on air, from Democracy Club's CSV as their site exports it."""
    await walk.tap("Make a night", "a.go", "#q")
    file = {"name": "candidates.csv", "mimeType": "text/csv", "buffer": data.encode()}
    await walk.page.locator("#file").set_input_files(file)  # type: ignore[arg-type]
    walk.taps += 2
    await walk.tap("Begin", "#file >> xpath=ancestor::form >> text=Begin", "button[value=preview]")
    await walk.shoot("export")
    await look_and_open(walk)


async def look_and_open(walk: Walk) -> None:
    """From the draft to the night on air."""
    await walk.tap("See it", "button[value=preview]", ".preview-bar")
    await walk.shoot("preview")
    await walk.tap("Open it now", "button[value=now]", "text=It is on air")
    await walk.shoot("on-air")


async def run(walk: Walk) -> None:
    """From the list of nights to the desk of the one that was just opened."""
    await walk.tap("Run it", ".opened button.go", "text=How results are entered")
    await walk.shoot("desk")


async def invite_people(walk: Walk) -> dict[str, str]:
    """From the desk to the printed invitations: name → link, as each person is sent it."""
    await walk.tap("People", "nav >> text=People", "#lines")
    lines = [f"{name}, {role}{'' if role == 'desk' else ', Clacton'}" for name, role in PEOPLE.items()]
    await walk.paste("#lines", "\n".join(lines))
    await walk.tap("Invite", "text=Invite them all", "text=Jane Smith")
    await walk.shoot("people")
    await walk.tap("Print", ".print a", ".card")
    await walk.shoot("invitations")
    cards = {name: walk.page.locator(".card", has_text=name).locator(".link") for name in PEOPLE}
    return {name: (await link.inner_text()).strip() for name, link in cards.items()}


async def to_the_paper(walk: Walk) -> None:
    """From anywhere at the desk to the form of the ballot paper."""
    await walk.tap("Desk", "nav >> text=Desk", "#rows a")
    await walk.tap("Contest", "#rows a >> nth=0", ".paper-link a")
    await walk.shoot("contest")
    await walk.tap("Ballot paper", ".paper-link a", "form.paper")
    await walk.shoot("paper")


async def put_right(walk: Walk, what: str, field: str, text: str, reason: str = "") -> None:
    """One field of the ballot paper, and the reason why."""
    await to_the_paper(walk)
    if field.endswith("fate"):
        row = walk.page.locator("li.candidate", has=walk.page.locator(f'[name="{field}"]'))
        await row.locator("summary").click()
        walk.taps += 1
        await walk.choose(f'[name="{field}"]', text)
    else:
        await walk.type(f'[name="{field}"]', text)
    if reason:
        await walk.type("#reason", reason)
    await walk.tap(what, "form.paper .go", ".paper-link a")


async def verify(walk: Walk, link: str, until: str = "#votes") -> None:
    """An officer, from the link to the turnout on air, or to the sentence that says why not."""
    await walk.open(link)
    await walk.tap("Start", ".pin .go", '[name="issued"]')
    await walk.shoot("verification")
    for name in ("issued", "papers"):
        await walk.type(f'[name="{name}"]', str(PAPERS))
    await walk.tap("Announce the turnout", "form.entry .go", until)
    await walk.shoot("announced")


async def key(walk: Walk, until: str, by_hand: bool = True) -> None:
    """The whole sheet, with the keypad's "next" after each number; or all of it at once, which counts the same."""
    numbers = [str(number) for number in (*VOTES.values(), *HEADS.values())]
    await walk.page.locator('[name="votes.1"]').click()
    if by_hand:
        for number in numbers:
            await walk.page.keyboard.type(number)
            await walk.page.keyboard.press("Enter")
    else:
        fields = walk.page.locator("form.entry input[inputmode]")
        names: list[str] = await fields.evaluate_all("(all) => all.map((one) => one.name)")
        await type_in(walk.page, dict(zip(names, numbers, strict=True)))
    walk.taps, walk.keys = walk.taps + 1, walk.keys + sum(len(number) + 1 for number in numbers)
    await walk.shoot("sheet")
    await walk.tap("Send the sheet", "form.entry .go", until)
    await walk.shoot("sent")


async def close(walk: Walk) -> None:
    """From the desk to the night as a past one."""
    await walk.tap("Desk", "nav >> text=Desk", "#rows a")
    await walk.shoot("desk-declared")
    await walk.tap("Close the night", ".ends a >> nth=0", ".ask .go")
    await walk.shoot("close")
    await walk.tap("Close it", ".ask .go", "#stands")
    await walk.shoot("kept")
