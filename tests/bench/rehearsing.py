"""A whole night rehearsed with all accidents, officers, viewers, server and Redis on this machine: what it takes, and
that every viewer ends with the page of somebody who comes then. ``python -m tests.bench.rehearsing [--kills N]``."""

import argparse
import asyncio
import os
import sys
from asyncio.subprocess import Process
from collections.abc import Sequence
from contextlib import suppress
from random import Random

import msgspec
from msgspec import Struct
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from server.settings import Settings
from tests.bench.crowd import memory_kib, processor_seconds
from tests.bench.program import Program, program
from tests.running import Page, Site

NIGHT = "parl.2015-05-07"
_PATIENCE_SECONDS = 20.0
_AGAIN_SECONDS = 0.2


class Rehearsed(Struct, frozen=True):
    """``code`` is how the rehearsal ended, 0 if it held; ``same`` is how many viewers ended on the page of somebody who
    came then; ``cpu`` is seconds of the server's processor, ``mib`` its memory."""

    code: int
    viewers: int
    same: int
    frames: int
    cpu: float
    mib: float
    kills: int


def measure(night: str = NIGHT, minutes: float = 2.0, viewers: int = 50, kills: int = 0, seed: int = 0) -> Rehearsed:
    """Rehearse in so many minutes, with so many viewers, the server killed so often meanwhile."""
    with program() as one:
        one.start()
        return asyncio.run(_measure(one, night, minutes, viewers, kills, seed))


async def _measure(one: Program, night: str, minutes: float, viewers: int, kills: int, seed: int) -> Rehearsed:
    environment = {**os.environ, "PORT": str(one.port), "REDIS_URL": one.redis_url, "SECRET_KEY": one.secret}
    command = ("-m", "server", "rehearse", night, "--minutes", str(minutes), "--seed", str(seed))
    rehearsal = await asyncio.create_subprocess_exec(sys.executable, *command, env=environment)
    try:
        return await _watched(one, rehearsal, f"{night}.rehearsal", minutes * 60, viewers, kills, Random(seed))
    finally:
        if rehearsal.returncode is None:
            rehearsal.kill()


async def _watched(
    one: Program, rehearsal: Process, name: str, seconds: float, viewers: int, kills: int, random: Random
) -> Rehearsed:
    site = Site(f"http://127.0.0.1:{one.port}", f"ws://127.0.0.1:{one.port}", Settings())
    await asyncio.to_thread(one.get, f"/api/nights/{name}")
    crowd = [Viewer(site, name) for _ in range(viewers)]
    watching = [asyncio.create_task(viewer.watch(random.uniform(0, seconds / 2))) for viewer in crowd]
    took = 0.0
    for _ in range(kills):
        await asyncio.sleep(seconds / (kills + 1))
        took += processor_seconds([one.pid])
        one.kill()
        await asyncio.to_thread(one.start)
    code = await rehearsal.wait()
    took += processor_seconds([one.pid])
    state = msgspec.json.decode(one.get(f"/api/nights/{name}"))
    fresh = Page(site, name)
    await fresh.watch(state["seq"])
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while not all(viewer.has(fresh.after) for viewer in crowd):
            await asyncio.sleep(_AGAIN_SECONDS)
    for task in watching:
        task.cancel()
    for viewer in crowd:
        viewer.catch_up()
    same = sum(viewer.page.fragments == fresh.fragments for viewer in crowd)
    frames = sum(viewer.page.frames for viewer in crowd)
    return Rehearsed(code, viewers, same, frames, took, memory_kib([one.pid]) / 1024, kills)


def show(found: Rehearsed) -> None:
    """Print it."""
    print(f"The rehearsal {'does not hold' if found.code else 'holds'}; ", end="")
    print(f"{found.same} of {found.viewers} viewers ended on the same page as one who came then; ", end="")
    print(f"{found.frames:,} frames were sent.")
    print(f"{found.cpu:.1f} s of the server's CPU, {found.mib:.0f} MiB; killed {found.kills} times.")


class Viewer:
    """Somebody with the night's page open, who comes back whenever the line is lost.

    What comes is kept, and swapped in later: real browsers have cores of their own for that.
    """

    def __init__(self, site: Site, night: str) -> None:
        self.page = Page(site, night)
        self._address = f"{site.ws}/nights/{night}/live?after="
        self._came: list[str] = []

    async def watch(self, joins: float) -> None:
        """Come after so many seconds, and stay."""
        await asyncio.sleep(joins)
        while True:
            with suppress(ConnectionClosed, OSError):
                async with connect(f"{self._address}{self.page.after}", max_size=None, compression=None) as line:
                    async for message in line:
                        self._came.append(str(message))
            self.catch_up()
            await asyncio.sleep(_AGAIN_SECONDS)

    def has(self, seq: int) -> bool:
        """Whether the newest that came is of this seq."""
        return bool(self._came) and f'value="{seq}"' in self._came[-1]

    def catch_up(self) -> None:
        """Swap in what came."""
        for message in self._came:
            self.page.apply(message)
        self._came.clear()


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse, and measure."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.rehearsing", description=__doc__)
    parser.add_argument("night", nargs="?", default=NIGHT)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--viewers", type=int, default=50)
    parser.add_argument("--kills", type=int, default=0, help="how often the server is killed meanwhile")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    found = measure(options.night, options.minutes, options.viewers, options.kills, options.seed)
    show(found)
    return found.code or int(found.same < found.viewers)


if __name__ == "__main__":
    sys.exit(main())
