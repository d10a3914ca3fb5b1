"""How soon a random moment of a past night is painted once somebody points at it, in three engines."""

import asyncio
import random
import statistics
from collections.abc import Sequence
from itertools import cycle, islice

from msgspec import Struct

from server.live.channel import Channel
from server.nights import archive
from server.pages.player.timeline import timeline
from server.pages.render import PageRenderer
from tests.bench.engines import ENGINES, engines
from tests.bench.program import Program, percentile, program

NIGHT = "parl.2019-12-12"
SIGHTS = {"": "the top of the page", ".hexes": "the map"}  # what is scrolled to, and what it is called

# Goes to places on the line as the slider does, one after another. Of each: milliseconds until the frame was there,
# until it was in the page, and until the task after the browser's next picture, so after style, layout and paint.
SCRUB = """async (places) => {
    const scrub = document.getElementById("scrub");
    const { port1, port2 } = new MessageChannel();
    const took = [];
    for (const { x, seq } of places) {
        await new Promise((rest) => setTimeout(rest, 150));
        performance.clearResourceTimings();
        const began = performance.now();
        scrub.value = x;
        scrub.dispatchEvent(new Event("input"));
        await new Promise((there) => {
            const look = new MutationObserver(() => {
                if (document.getElementById("cursor").value !== String(seq)) return;
                look.disconnect();
                there();
            });
            look.observe(document.getElementById("cursor").parentNode, { childList: true });
        });
        const put = performance.now();
        await new Promise((painted) => {
            port1.onmessage = painted;
            requestAnimationFrame(() => port2.postMessage(0));
        });
        const painted = performance.now();
        const [frame] = performance.getEntriesByType("resource").filter(({ name }) => name.includes("/frame?"));
        took.push([(frame?.responseEnd ?? began) - began, put - began, painted - began]);
    }
    return took;
}"""


class Scrubbed(Struct, frozen=True):
    """In one engine, with ``sight`` in its window: milliseconds from the slider's event until the frame of a random
    moment has ``come``, has been ``put`` in the page, and the page is ``painted``; on a server that has shown these
    moments once before."""

    engine: str
    sight: str
    come: tuple[float, ...]
    put: tuple[float, ...]
    painted: tuple[float, ...]


async def scrubbed(engine: str, address: str, places: Sequence[dict[str, float]], sight: str = "") -> Scrubbed:
    """Go to these places in a phone's window, which was scrolled to ``sight``, a selector."""
    async with ENGINES[engine](address) as run:
        await run("async () => { while (!document.querySelector('#player.script')) await new Promise(setTimeout); }", 0)
        await run("async (place) => { if (place) document.querySelector(place)?.scrollIntoView(); }", sight)
        took = await run(SCRUB, places)
    come, put, painted = zip(*took, strict=True)
    return Scrubbed(engine, SIGHTS[sight], come, put, painted)


def some_places(night: str, number: int) -> list[dict[str, float]]:
    """So many moments of a night, drawn at random but always the same: their places on the line, and their seqs."""
    channel = Channel(PageRenderer(), on_air=False)
    channel.advance(archive.load(night).events)
    stops = timeline(channel).stops
    return [{"x": one.x, "seq": one.moment.seq} for one in random.Random(1).sample(stops, min(number, len(stops)))]


def _pairs(every: bool) -> list[tuple[str, str]]:
    """Pairs of a sight and an engine: ``every`` pair, or just so many that each sight and each engine is among them."""
    has = engines()
    if every or not has:
        return [(sight, engine) for sight in SIGHTS for engine in has]
    longest = max(len(has), len(SIGHTS))
    return list(islice(zip(cycle(SIGHTS), cycle(has), strict=False), longest))


def _all(one: Program, night: str, number: int, every: bool) -> list[Scrubbed]:
    one.start()
    places, address = some_places(night, number), f"{one.url}/nights/{night}"
    for place in places:
        one.get(f"/nights/{night}/frame?after=1&seq={place['seq']}")
    return [asyncio.run(scrubbed(engine, address, places, sight)) for sight, engine in _pairs(every)]


def measure(number: int = 200, night: str = NIGHT, every: bool = True) -> list[Scrubbed]:
    """So many random moments, at the top of the page and at the map, in the engines that are there: in ``every`` pair
    of a sight and an engine, or in just enough pairs that each is seen once."""
    with program() as one:
        return _all(one, night, number, every)


def show(found: Sequence[Scrubbed]) -> None:
    """Print the figures."""
    for one in found:
        middle, most = statistics.median(one.painted), percentile(list(one.painted), 99)
        came, put = statistics.median(one.come), statistics.median(one.put)
        print(f"{one.engine}, {one.sight}: a random moment is painted after {middle:.0f} ms", end=", ")
        print(f"99% after {most:.0f}", end="; ")
        print(f"its frame is there after {came:.0f}, in the page after {put:.0f}")
    for engine in ENGINES.keys() - {one.engine for one in found}:
        print(f"{engine}: missing (scripts/engines)")


if __name__ == "__main__":
    show(measure())
