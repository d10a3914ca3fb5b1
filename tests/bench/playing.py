"""Past nights at any moment: how soon one is shown, what their frames take, a thousand viewers with a clock each."""

import asyncio
import http.client
import os
import random
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct
from playwright.async_api import async_playwright

from server.live.channel import Channel
from server.live.moments import FRAMES_A_REEL
from server.nights import archive
from server.pages.player.timeline import TimelineStop, timeline
from server.pages.render import PageRenderer
from tests.bench.program import Program, percentile, program
from tests.browser.conftest import FLAGS, chromium

_NIGHT = "parl.2019-12-12"
_SPEEDS = (1, 10, 60, 300, 600)
_TO_COME_SECONDS = 0.005  # that each viewer has until all begin
_TICKS = os.sysconf("SC_CLK_TCK")


class Scrubs(Struct, frozen=True):
    """Milliseconds until a page has what brings it to a random moment of a night, over HTTP in brotli; the ``first`` is
    of a server that has shown nothing yet. ``pages``: the same for a whole page, ``?at=``."""

    first: float
    cold: tuple[float, ...]
    warm: tuple[float, ...]
    pages: tuple[float, ...]


class Dragged(Struct, frozen=True):
    """Milliseconds from a place on the player's line to the end of layout of its page, in Chromium on a phone's screen:
    on a server that has shown only the whole night, and once more to other moments."""

    cold: tuple[float, ...]
    warm: tuple[float, ...]


class Memory(Struct, frozen=True):
    """What the frames of the night's page of past nights take: bytes plain and in brotli, seconds to make them
    all, and by how much the process grew."""

    nights: int
    frames: int
    plain: int
    brotli: int
    seconds: float
    grew: int


class Crowd(Struct, frozen=True):
    """Viewers with a place and a speed of their own: by how many milliseconds each frame came after its clock
    had passed it, the server's share of a core, and its requests and bytes a second."""

    viewers: int
    seconds: float
    late: tuple[float, ...]
    core: float
    requests: float
    bytes: float


class Playing(Struct, frozen=True):
    """All of it; ``dragged`` is None where there is no Chromium."""

    scrubs: Scrubs
    dragged: Dragged | None
    memory: Memory
    crowd: Crowd


def scrubs(one: Program, night: str, number: int) -> Scrubs:
    """Jump about in a night as somebody does who drags the line."""
    seqs = [stop.moment.seq for stop in _stops(night)]
    draw = random.Random(2019)

    def jumps() -> tuple[float, ...]:
        line, here, took = http.client.HTTPConnection("127.0.0.1", one.port), seqs[-1], list[float]()
        for there in draw.choices(seqs, k=number):
            took.append(_asked(line, f"/nights/{night}/frame?after={here}&seq={there}"))
            here = there
        return tuple(took)

    one.start()
    cold = jumps()
    warm = jumps()
    line = http.client.HTTPConnection("127.0.0.1", one.port)
    moments = draw.choices(_stops(night), k=-(-number // 3))
    ats = [stop.moment.at.isoformat().replace("+", "%2B") for stop in moments]
    pages = tuple(_asked(line, f"/nights/{night}?at={at}") for at in ats)
    one.kill()
    return Scrubs(cold[0], cold[1:], warm, pages)


# Go there as the slider does, and wait until the page says that it is there.
_DRAG = """({ x, seq }) => new Promise((arrived) => {
    const scrub = document.getElementById("scrub");
    const began = performance.now();
    scrub.value = x;
    scrub.dispatchEvent(new Event("input"));
    const look = () => {
        if (document.getElementById("cursor").value !== String(seq)) return setTimeout(look);
        document.body.getBoundingClientRect();
        arrived(performance.now() - began);
    };
    look();
})"""


def dragged(one: Program, night: str, number: int) -> Dragged:
    """Drag the line of a night to random moments in a real browser."""
    one.start()
    found = asyncio.run(_dragged(one.port, night, number))
    one.kill()
    return found


async def _dragged(port: int, night: str, number: int) -> Dragged:
    stops, draw = _stops(night), random.Random(1)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = await browser.new_page(viewport={"width": 390, "height": 844})
        await page.goto(f"http://127.0.0.1:{port}/nights/{night}")
        await page.wait_for_selector("#player.script")
        took = [
            float(await page.evaluate(_DRAG, {"x": stop.x, "seq": stop.moment.seq}))
            for stop in draw.sample(stops, 2 * number)
        ]
        await browser.close()
    return Dragged(tuple(took[:number]), tuple(took[number:]))


def memory(one: Program, nights: Sequence[str]) -> Memory:
    """Have the frames of all these nights made, and kept."""
    one.start()
    for night in nights:
        one.get(f"/nights/{night}")
    before, began = _resident(one.pid), time.perf_counter()
    line = http.client.HTTPConnection("127.0.0.1", one.port)
    frames = plain = packed = 0
    for night in nights:
        stops = len(_stops(night))
        frames += stops
        for part in range(-(-stops // FRAMES_A_REEL)):
            for coding in ("br", "identity"):
                line.request("GET", f"/nights/{night}/reel/{part}", headers={"Accept-Encoding": coding})
                size = len(line.getresponse().read())
                packed, plain = (packed + size, plain) if coding == "br" else (packed, plain + size)
    found = Memory(len(nights), frames, plain, packed, time.perf_counter() - began, _resident(one.pid) - before)
    one.kill()
    return found


def crowd(one: Program, night: str, viewers: int, seconds: float) -> Crowd:
    """Have so many watch a night, each from a moment and at a speed of their own."""
    one.start()
    stops = _stops(night)
    begins, began = _cpu(one.pid), time.perf_counter()
    watching = asyncio.run(_watch(one.port, night, stops, viewers, seconds))
    took = time.perf_counter() - began
    core = (_cpu(one.pid) - begins) / took
    one.kill()
    late, requests, sizes = zip(*watching, strict=True)
    return Crowd(
        viewers, seconds, tuple(ms for each in late for ms in each), core, sum(requests) / took, sum(sizes) / took
    )


Watched = tuple[list[float], int, int]


async def _watch(port: int, night: str, stops: Sequence[TimelineStop], viewers: int, seconds: float) -> list[Watched]:
    draw = random.Random(1000)
    begin = asyncio.get_running_loop().time() + viewers * _TO_COME_SECONDS
    each = [
        _viewer(port, night, stops, begin + draw.random(), draw.uniform(0, stops[-1].x), draw.choice(_SPEEDS), seconds)
        for _ in range(viewers)
    ]
    return await asyncio.gather(*each)


async def _viewer(
    port: int, night: str, stops: Sequence[TimelineStop], begin: float, place: float, speed: int, seconds: float
) -> Watched:
    """One clock, as ``player.js`` has it: reels come one ahead, and a frame is shown when the clock passes it."""
    loop = asyncio.get_running_loop()
    late, sizes, reels = list[float](), list[int](), dict[int, asyncio.Task[int]]()

    def reel(part: int) -> asyncio.Task[int]:
        if part not in reels:
            reels[part] = loop.create_task(_reel(port, night, part))
        return reels[part]

    first = next(number for number, stop in enumerate(stops) if stop.x >= place)
    await reel(first // FRAMES_A_REEL)
    await asyncio.sleep(max(0.0, begin - loop.time()))
    start = loop.time()
    for number in range(first, len(stops)):
        due = start + (stops[number].x - place) / speed
        if due > start + seconds:
            break
        part = number // FRAMES_A_REEL
        if part < (len(stops) - 1) // FRAMES_A_REEL:
            reel(part + 1)
        await asyncio.sleep(max(0.0, due - loop.time()))
        await reel(part)
        late.append((loop.time() - due) * 1000)
    sizes += [await one for one in reels.values()]
    return late, len(sizes), sum(sizes)


async def _reel(port: int, night: str, part: int) -> int:
    """Its size; on a connection of its own, since a viewer is silent for longer than any is kept."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    asked = ("Host: bench", "Accept-Encoding: br", "Connection: close", "", "")
    writer.write("\r\n".join((f"GET /nights/{night}/reel/{part} HTTP/1.1", *asked)).encode())
    answer = await reader.read(-1)
    assert answer.startswith(b"HTTP/1.1 200"), answer[:100]
    writer.close()
    return len(answer)


def _stops(night: str) -> tuple[TimelineStop, ...]:
    channel = Channel(PageRenderer(), on_air=False)
    channel.advance(archive.load(night).events)
    return timeline(channel).stops


def _asked(line: http.client.HTTPConnection, path: str) -> float:
    began = time.perf_counter()
    line.request("GET", path, headers={"Accept-Encoding": "br"})
    answer = line.getresponse()
    answer.read()
    assert answer.status == 200, (path, answer.status)
    return (time.perf_counter() - began) * 1000


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def measure(
    number: int = 300,
    drags: int = 100,
    nights: Sequence[str] = (),
    viewers: int = 1_000,
    seconds: float = 30.0,
    night: str = _NIGHT,
) -> Playing:
    """So many jumps over HTTP, and in Chromium; frames of these nights, or of all that are shipped; so many viewers."""
    with program() as one:
        return Playing(
            scrubs(one, night, number),
            dragged(one, night, drags) if chromium() else None,
            memory(one, nights or [night.id for night in archive.listed()]),
            crowd(one, night, viewers, seconds),
        )


def show(found: Playing) -> None:
    """Print the figures."""
    scrubbed, drags, took, watched = found.scrubs, found.dragged, found.memory, found.crowd

    def both(values: Sequence[float]) -> str:
        return f"median {statistics.median(values):.1f} ms, 99% {percentile(list(values), 99):.1f} ms"

    print(f"a random moment of the night, of {len(scrubbed.warm)}: first {scrubbed.first:.0f} ms;", end=" ")
    print(f"cold {both(scrubbed.cold)}; warm {both(scrubbed.warm)}; whole pages {both(scrubbed.pages)}")
    where = "the same in Chromium, to the end of layout"
    print(f"{where}: cold {both(drags.cold)}; warm {both(drags.warm)}" if drags else f"{where}: missing, no Chromium")
    print(
        f"frames of {took.nights} past nights: {took.frames:,}, {took.plain / 1e6:.1f} MB plain,"
        f" {took.brotli / 1e6:.2f} MB in brotli, made in {took.seconds:.1f} s;"
        f" the process grew by {took.grew / 1e6:.1f} MB"
    )
    late = list(watched.late)
    behind = sum(ms > 1000 / 60 for ms in late)
    print(
        f"{watched.viewers:,} viewers, each at a place and a speed of their own, {watched.seconds:.0f} s:"
        f" {watched.core:.0%} of a core, {watched.requests:.0f} requests, {watched.bytes / 1e6:.1f} MB"
        f" a second; {len(late):,} frames, of which {behind} came after the clock by more than a"
        f" sixtieth of a second, the worst by {max(late, default=0):.0f} ms"
    )


if __name__ == "__main__":
    show(measure())
