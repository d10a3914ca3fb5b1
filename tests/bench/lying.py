"""On a line that lies, in every engine there is: seconds until the page says so, until it has what it missed, and
until it is live again. Real clocks, real sockets, the proxy of the tests.

It is run by name, and takes three minutes: ``python -m tests.bench.lying``.
"""

import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from server.election.commands import Declare
from server.election.events import Declared
from server.nights import archive
from server.stream import embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.bench.engines import ENGINES, Run, engines
from tests.lying import Lie, lying
from tests.running import Site, open_then, serving

_PAST = archive.load("parl.rochester-and-strood.by.2014-11-20")
_DECLARED = next(event for event in _PAST.events if isinstance(event, Declared))
_LIES: tuple[Lie, ...] = ("swallows", "never upgrades", "accepts and drops")
_LOOK_SECONDS, _PATIENCE_SECONDS = 0.05, 120.0
_SHOWN = """async () => ({
    seconds: performance.now() / 1000,
    line: document.getElementById("line").dataset.state,
    words: [...document.querySelectorAll("#air, #line, #age")].map((one) => one.textContent).join(" "),
    headline: document.querySelector(".headline").textContent,
})"""


class Told(Struct, frozen=True):
    """In seconds: from the lie to the page's saying so (its ``words``), from a declaration under the lie to the page
    (None if the lie lets nothing through), from the end of the lie to that declaration and to a live line."""

    engine: str
    lie: Lie
    said: float
    words: str
    declared: float | None
    caught_up: float
    live: float


async def measure() -> list[Told]:
    """Every lie in every engine, the engines one after another and the lies of each at once."""
    with tempfile.TemporaryDirectory() as folder:
        redis = embedded.start(Path(folder) / "redis")
        stream = EventStream(redis.url)
        await stream.open()
        try:
            async with serving(redis.url, Path(folder)) as site:
                return [
                    told
                    for engine in engines()
                    for told in await asyncio.gather(*(_lie(site, stream, engine, lie) for lie in _LIES))
                ]
        finally:
            await stream.close()
            redis.stop()


async def _lie(site: Site, stream: EventStream, engine: str, lie: Lie) -> Told:
    night = f"{engine}.{lie}".lower().replace(" ", "-")
    await open_then(stream, replace(_PAST.definition, id=night, times="live"), "open")
    lets_through = lie != "swallows"
    async with lying(site.url) as (network, address):
        network.lie = lie if lets_through else "none"
        async with ENGINES[engine](f"{address}/nights/{night}") as run:
            began = 0.0  # of the lie: with the page, or now
            if not lets_through:
                began = (await _until(run, lambda shown: shown["line"] == "up"))["seconds"]
                network.lie = lie
            shown = await _until(run, lambda shown: shown["line"] not in ("up", "wait"))
            said, declared, at = shown["seconds"] - began, None, time.monotonic()
            votes, rejected = _DECLARED.votes, _DECLARED.rejected
            declaring = Declare(id="declare", by="bench", ballot=_PAST.definition.id, votes=votes, rejected=rejected)
            await Submitter(stream).submit(night, replace(declaring, papers=40113), _DECLARED.at)
            if lets_through:
                await _until(run, _is_right)
                declared = time.monotonic() - at
            else:
                await asyncio.sleep(10)
            network.lie, end = "none", time.monotonic()
            await _until(run, _is_right)
            caught_up = time.monotonic() - end
            await _until(run, lambda shown: shown["line"] == "up")
            return Told(engine, lie, said, shown["words"], declared, caught_up, time.monotonic() - end)


def _is_right(shown: Any) -> bool:
    return "UKIP GAIN" in shown["headline"]


async def _until(run: Run, true: Callable[[Any], bool]) -> Any:
    end = time.monotonic() + _PATIENCE_SECONDS
    while not true(shown := await run(_SHOWN, None)):
        assert time.monotonic() < end, f"the page still shows {shown}"
        await asyncio.sleep(_LOOK_SECONDS)
    return shown


def show(found: list[Told]) -> None:
    """Print it."""
    print("seconds: until the page says so | a declaration under the lie | after the lie: caught up, live")
    for one in found:
        declared = "–" if one.declared is None else f"{one.declared:.1f}"
        print(
            f"  {one.engine:<9}{one.lie:<18}{one.said:>6.1f} | {declared:>5} | {one.caught_up:>5.1f} {one.live:>5.1f}"
            f"   {one.words}"
        )


if __name__ == "__main__":
    show(asyncio.run(measure()))
