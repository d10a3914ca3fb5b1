"""Where the time of a scrub goes in Chromium: script, parsing, style, layout, paint, from the browser's own trace.

Run by name: ``python -m tests.bench.profiled [--of FOLDER]``, where ``FOLDER`` is another checkout, whose pages these
are. It is the processor's time of the main thread, which a busy machine makes longer, but not by what it waits.
"""

import argparse
import asyncio
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from msgspec import Struct
from playwright.async_api import async_playwright

from tests.bench.program import Program, program
from tests.bench.scrubbing import NIGHT, SCRUB, SIGHTS, some_places
from tests.browser.conftest import FLAGS, PHONE, chromium

_KINDS = {  # what Chromium calls it → what it is
    "FunctionCall": "script",
    "EvaluateScript": "script",
    "EventDispatch": "script",
    "TimerFire": "script",
    "RunMicrotasks": "script",
    "FireAnimationFrame": "script",
    "BlinkScheduler_PerformMicrotaskCheckpoint": "script",
    "MinorGC": "script",
    "MajorGC": "script",
    "ParseHTML": "parsing",
    "UpdateLayoutTree": "style",
    "Layout": "layout",
    "PrePaint": "paint",
    "Paint": "paint",
    "Layerize": "paint",
    "Commit": "paint",
}
_TO_WARM_UP = 5  # moments in which what is needed is compiled
_TRACED = ["devtools.timeline", "toplevel"]


class Profile(Struct, frozen=True):
    """Milliseconds of the main thread's processor time for one random moment, by what it was spent on."""

    sight: str
    moments: int
    spent: dict[str, float]


def spent(events: Iterable[dict[str, Any]]) -> dict[str, float]:
    """Milliseconds by kind on the thread that scripts run on, each without what within it is of another kind."""
    named = [event for event in events if event.get("ph") == "X"]
    mine = next((event["pid"], event["tid"]) for event in reversed(named) if event["name"] == "UpdateLayoutTree")
    ours = sorted(
        (event for event in named if (event["pid"], event["tid"]) == mine),
        key=lambda event: (event["ts"], -event.get("dur", 0)),
    )
    found: Counter[str] = Counter()
    around: list[tuple[float, str]] = []  # the end and the kind of each that goes on
    for event in ours:
        while around and around[-1][0] <= event["ts"]:
            around.pop()
        kind = _KINDS.get(event["name"]) or (around[-1][1] if around else "other")
        found[kind] += event.get("tdur", 0) / 1000
        if around:
            found[around[-1][1]] -= event.get("tdur", 0) / 1000
        around.append((event["ts"] + event.get("dur", 0), kind))
    return dict(found)


async def _profiled(one: Program, places: list[dict[str, float]], sight: str) -> Profile:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = await browser.new_page(viewport=PHONE)
        await page.goto(f"{one.url}/nights/{NIGHT}")
        await page.wait_for_selector("#player.script")
        await page.evaluate("(place) => { if (place) document.querySelector(place)?.scrollIntoView(); }", sight)
        first, there = places[:_TO_WARM_UP], places[_TO_WARM_UP:]
        await page.evaluate(SCRUB, first)
        tracer: Any = await browser.new_browser_cdp_session()
        events, ended = list[dict[str, Any]](), asyncio.Event()

        def came(data: dict[str, Any]) -> None:
            events.extend(data["value"])

        def over(_: object) -> None:
            ended.set()

        tracer.on("Tracing.dataCollected", came)
        tracer.on("Tracing.tracingComplete", over)
        wanted = {"includedCategories": _TRACED, "excludedCategories": ["*"]}
        await tracer.send("Tracing.start", {"traceConfig": wanted, "transferMode": "ReportEvents"})
        await page.evaluate(SCRUB, there)
        await tracer.send("Tracing.end")
        await ended.wait()
        await browser.close()
    return Profile(SIGHTS[sight], len(there), {kind: each / len(there) for kind, each in spent(events).items()})


def measure(number: int = 100, of: Path | None = None) -> list[Profile]:
    """So many random moments of the night of 2019, at the top of its page and at its map."""
    with program() as one:
        one.runs_in = of
        one.start()
        places = some_places(NIGHT, _TO_WARM_UP + number)
        for place in places:
            one.get(f"/nights/{NIGHT}/frame?after=1&seq={place['seq']}")
        return [asyncio.run(_profiled(one, places, sight)) for sight in SIGHTS]


def show(found: Iterable[Profile]) -> None:
    """Print it."""
    for one in found:
        parts = ", ".join(f"{kind} {each:.1f}" for kind, each in sorted(one.spent.items(), key=lambda part: -part[1]))
        print(f"{one.sight}: {sum(one.spent.values()):.1f} ms of the main thread a moment: {parts}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--of", type=Path, metavar="FOLDER", help="another checkout, whose pages these are")
    parser.add_argument("--number", type=int, default=100, help="random moments (100)")
    options = parser.parse_args()
    show(measure(options.number, options.of))
