"""How a page arrives on a phone with a slow line: when its largest part is painted, and what moves, then and later.

The line is a throttled one of Chromium's: 150 ms of latency a request, 1.6 Mbit/s down, 0.75 up, which Lighthouse calls
slow 4G, and a processor slowed to a quarter. Run by name: ``python -m tests.bench.arriving``.
"""

import asyncio
import statistics
from typing import Any

from msgspec import Struct
from playwright.async_api import Browser, Page, async_playwright

from tests.bench.looked_at import BY_ELECTION, COMING, EARLY, GENERAL, HALF, WHOLE, declare_next, looked_at
from tests.bench.program import Program
from tests.browser.conftest import FLAGS, PHONE, chromium

_TURNS = 5
_DECLARED = 30
_LATENCY_MS, _DOWN, _UP = 150, 1.6e6 / 8, 0.75e6 / 8  # bytes a second
_SLOWER = 4
_WATCH = """() => {
    window.painted = { what: "", at: 0, first: 0, moved: [] };
    const on = (type, then) => {
        new PerformanceObserver((all) => all.getEntries().map(then)).observe({ type, buffered: true });
    };
    on("paint", (one) => one.name === "first-contentful-paint" && (window.painted.first = one.startTime));
    on("largest-contentful-paint", (one) => {
        window.painted.at = one.startTime;
        window.painted.what = `${one.element?.localName} ${one.element?.className || one.element?.id}`;
    });
    on("layout-shift", (one) => window.painted.moved.push([one.value, one.hadRecentInput,
        one.sources.map(({ node }) => node?.id || node?.className || node?.nodeName).join(" ")]));
}"""


class Arrival(Struct, frozen=True):
    """Bytes of a first load with the answers' headers, and requests; milliseconds to the first and the largest paint,
    medians of the turns; ``moved`` is the layout shift of the load (CLS), ``later`` of thirty declarations."""

    path: str
    wire: int
    requests: int
    first: float
    largest: float
    what: str
    moved: float
    later: float | None


async def measure(turns: int = _TURNS) -> list[Arrival]:
    """The front page and nights in each state, with an empty cache each time. The browser is started first, so that it
    has every core, as on a phone, and not the one that the program keeps for its clients."""
    paths = ("/", *(f"/nights/{night}" for night in (EARLY, HALF, WHOLE, COMING, GENERAL, BY_ELECTION)))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        async with looked_at(EARLY, HALF, WHOLE, COMING) as one:
            found = [await _arrival(one, browser, path, turns) for path in paths]
        await browser.close()
    return found


async def _arrival(one: Program, browser: Browser, path: str, turns: int) -> Arrival:
    loads = [await _load(one, browser, path, path.endswith((HALF, EARLY)) and turn == 0) for turn in range(turns)]
    first, largest = (statistics.median(load[1][name] for load in loads) for name in ("first", "at"))
    moved = max(_sum(load[1]["moved"]) for load in loads)
    for value, _, what in (move for load in loads for move in load[1]["moved"]):
        print(f"  {path} moved {value:.4f} while it came: {what}")
    sizes, painted, later = loads[0]
    return Arrival(path, round(sum(sizes)), len(sizes), first, largest, painted["what"], moved, later)


async def _load(
    one: Program, browser: Browser, path: str, declares: bool
) -> tuple[list[float], dict[str, Any], float | None]:
    context = await browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=3)
    page = await context.new_page()
    await page.add_init_script(f"({_WATCH})()")
    client: Any = await context.new_cdp_session(page)
    sizes = await slowed(client)
    await page.goto(one.url + path, wait_until="load")
    await page.wait_for_timeout(1_500)
    painted = await page.evaluate("() => window.painted")
    later = await _later(one, page, client, path) if declares else None
    await context.close()
    return sizes, painted, later


async def slowed(client: Any) -> list[float]:
    """A slow line and processor; what it returns fills with the bytes of each answer."""
    sizes: list[float] = []

    def arrived(event: dict[str, Any]) -> None:
        sizes.append(event["encodedDataLength"])

    client.on("Network.loadingFinished", arrived)
    await client.send("Network.enable")
    line = {"offline": False, "latency": _LATENCY_MS, "downloadThroughput": _DOWN, "uploadThroughput": _UP}
    await client.send("Network.emulateNetworkConditions", line)
    await client.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
    return sizes


async def _later(one: Program, page: Page, client: Any, path: str) -> float:
    """What moved while thirty seats were declared."""
    await client.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    night = path.rpartition("/")[2]
    await page.evaluate("() => { window.painted.moved = []; }")
    for _ in range(_DECLARED):
        before = await page.locator("#cursor").get_attribute("value")
        await declare_next(one, night)
        await page.wait_for_function(f"() => document.getElementById('cursor').value !== '{before}'")
        await page.wait_for_timeout(100)
    moved = await page.evaluate("() => window.painted.moved")
    for value, _, what in moved:
        print(f"  moved {value:.4f} by a declaration: {what}")
    return _sum(moved)


def _sum(moved: list[tuple[float, bool, str]]) -> float:
    return sum(value for value, is_asked_for, _ in moved if not is_asked_for)


def show(found: list[Arrival]) -> None:
    """Print it."""
    print("bytes with headers, requests | first and largest paint, ms | moved at first, by declarations | the largest")
    for one in found:
        later = "" if one.later is None else f"{one.later:.3f}"
        print(
            f"  {one.path:<46} {one.wire:>7,} {one.requests:>3} | {one.first:>5.0f} {one.largest:>5.0f} |"
            f" {one.moved:.3f} {later:>5} | {one.what}"
        )


if __name__ == "__main__":
    show(asyncio.run(measure()))
