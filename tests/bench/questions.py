"""Five questions of a stranger, answered by an automated browser from the front page: what is to be read, how long it
takes to be there, how often somebody taps and how many screens they scroll. Run by name: ``python -m
tests.bench.questions``.

What is expected comes from the night's JSON, and counts once all its letters are in sight: within the window, shown,
and under nothing else. A phone has a slow line and a processor slowed to a quarter, a desktop neither.
"""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import Struct
from playwright.async_api import Browser, Page, ViewportSize, async_playwright

from tests.bench.arriving import slowed
from tests.bench.looked_at import COMING, HALF, WHOLE, looked_at
from tests.bench.program import Program
from tests.browser.conftest import FLAGS, PHONE, chromium

_DESKTOP = ViewportSize(width=1280, height=800)
_SEAT, _TYPED, _PARTY = "Aldershot", "alders", "SNP"
_PATIENCE = 20.0
_SETTLES = 1.5  # seconds in which a screen says what it has to say, before somebody scrolls on
_IN_SIGHT = """() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const seen = [];
    for (let node; (node = walker.nextNode());) {
        if (!node.data.trim()) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        for (const { left, top, right, bottom } of range.getClientRects()) {
            if (left < 0 || top < 0 || right > innerWidth || bottom > innerHeight || right - left < 2) continue;
            const there = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
            if (!there || !(there.contains(node.parentNode) || node.parentNode.contains(there))) continue;
            seen.push(node.data);
            break;
        }
    }
    return seen.join(" ").replace(/\\s+/g, " ");
}"""


class Answer(Struct, frozen=True):
    """``told`` is what was found on the page; None if it was not."""

    question: str
    told: str | None
    seconds: float
    taps: int
    screens: int


class Stranger:
    """Somebody with a browser who knows nothing of the program."""

    def __init__(self, page: Page, one: Program) -> None:
        self.page, self._one = page, one
        self._began, self._taps, self._screens = 0.0, 0, 0

    async def arrive(self) -> None:
        """Open the front page."""
        self._taps = self._screens = 0
        self._began = time.perf_counter()
        await self.page.goto(self._one.url, wait_until="commit")

    async def tap(self, what: str) -> None:
        """Tap the first that is in the page of this selector."""
        self._taps += 1
        await self.page.locator(what).first.click()

    async def sees(self, question: str, answer: str) -> Answer:
        """Look until the answer, a regular expression, is in sight; scroll where a screen does not say it."""
        shown, found, since = "", None, time.perf_counter()
        while found is None and time.perf_counter() - self._began < _PATIENCE:
            shown = await self._in_sight()
            found = re.search(answer, shown)
            if found is None and time.perf_counter() - since > _SETTLES:
                self._screens += 1
                since = time.perf_counter()
                await self.page.evaluate("() => scrollBy(0, innerHeight * 0.85)")
        took = time.perf_counter() - self._began
        return Answer(question, found and found[0], took, self._taps, self._screens)

    async def _in_sight(self) -> str:
        try:
            return await self.page.evaluate(_IN_SIGHT)
        except Exception as error:  # a page that is just being left has no body
            if "context" not in str(error) and "null" not in str(error):
                raise
            return ""


async def measure() -> dict[str, list[Answer]]:
    """Where the stranger is → the five answers, in the middle of a night and after it, on a phone and on a desktop."""
    found: dict[str, list[Answer]] = {}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for night in (HALF, WHOLE):
            async with looked_at(night, COMING) as one:
                for device in ("phone", "desktop"):
                    state = "half" if night == HALF else "all"
                    found[f"{device}, {state} declared"] = await _asked(one, browser, night, device == "phone")
        await browser.close()
    return found


async def _asked(one: Program, browser: Browser, night: str, on_a_phone: bool) -> list[Answer]:
    told = json.loads(one.get(f"/api/nights/{night}"))
    seats = {contest["name"]: contest for contest in told["contests"]}
    newest = max((each for each in seats.values() if each["declared_at"]), key=lambda each: each["declared_at"])
    first, second = sorted(told["parties"], key=lambda party: -party["seats"])[:2]
    other = next(party for party in told["parties"] if party["name"] == "Scottish National Party")
    mine = seats[_SEAT]
    is_over = told["declared"] == told["contests_total"]
    lead = rf"{first['seats']} .*{second['seats']}"
    won = r"(?i)Conservative majority of 80|Con majority of 80" if is_over else lead
    happening = r"(?i)all 650 declared|650 of 650" if is_over else rf"{told['declared']} of {told['contests_total']}"
    tapped_row = rf"{_PARTY}[^A-Z]{{0,40}}\b{other['seats']}\b"
    ways: list[tuple[str, Callable[[Stranger], Awaitable[None]], str]] = [
        ("what is happening?", _stay, happening if is_over else f"{happening}|{re.escape(newest['name'])}"),
        ("who won, or leads?", _stay, won),
        ("where is mine?", _find, _result_of(mine)),
        ("how is the SNP doing?", _open_night, tapped_row),
        ("what comes next?", _stay, r"(?i)polls close at 22:00|22:00"),
    ]
    answers: list[Answer] = []
    for question, go, answer in ways:
        context = await browser.new_context(viewport=PHONE if on_a_phone else _DESKTOP, has_touch=on_a_phone)
        page = await context.new_page()
        if on_a_phone:
            await slowed(await context.new_cdp_session(page))
        stranger = Stranger(page, one)
        await stranger.arrive()
        await go(stranger)
        answers.append(await stranger.sees(question, answer))
        await context.close()
    return answers


async def _stay(_: Stranger) -> None: ...


async def _open_night(stranger: Stranger) -> None:
    await stranger.tap("#lead-title a, .lead h2 a, .lead a")


async def _find(stranger: Stranger) -> None:
    await stranger.tap("[data-suggest]")
    await stranger.page.locator("[data-suggest]").press_sequentially(_TYPED, delay=120)
    await stranger.tap(f'[role=option]:has-text("{_SEAT}")')


def _result_of(contest: dict[str, Any]) -> str:
    if contest["winner"]:
        return rf"{_SEAT}.*{re.escape(contest['winner']['name'])}"
    return rf"{_SEAT}.*(?i:awaiting|waiting)"


def show(found: dict[str, list[Answer]]) -> None:
    """Print it."""
    for where, answers in found.items():
        print(where)
        for one in answers:
            told = "NOT FOUND" if one.told is None else one.told[:60]
            print(f"  {one.question:<24} {one.seconds:>5.1f} s  {one.taps} taps  {one.screens} screens on  {told}")


if __name__ == "__main__":
    show(asyncio.run(measure()))
