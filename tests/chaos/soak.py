"""An hour of looping replays with viewers who come and go: the memory of the web process, minute by minute."""

import asyncio
import random
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import httpx2
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.chaos.machines import Machine
from tests.chaos.place import REPLAY, Place
from tests.chaos.processes import Program, kept

_VIEWERS = 300
_STAYS = (5.0, 120.0)  # seconds
_PAGES = ("", "/contests", "/areas", "/wall")
_LANGUAGES = ("en", "cy", "de")
_MINUTES = 10
_WITHIN = 0.10


class Quiet(Place):
    """A place with one web process, to which nothing happens."""

    def __init__(self, folder: Path, dice: random.Random) -> None:
        super().__init__(folder, [Machine("127.0.0.1")] * 2, dice)
        self.programs = [self.player, self.webs[0]]

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Both run for as long as the block does."""
        async with kept(self.programs):
            yield


async def soak(place: Quiet, minutes: float) -> bool:
    """Print the memory by the minute; whether it was level after the first ten.

    It goes up and down with each replay that begins anew, so that it is read every second and the most of ten minutes
    is compared: never 10% above that of the second ten.
    """
    levels: list[float] = []
    limits = httpx2.Timeout(60.0)
    async with place.running(), httpx2.AsyncClient(base_url=place.behind[0], verify=False, timeout=limits) as client:
        while not await _is_on_air(client):
            await asyncio.sleep(0.5)
        tasks = [asyncio.create_task(_come_and_go(client, place.behind[0], place.dice)) for _ in range(_VIEWERS)]
        begun = monotonic()
        print(f"minute   web process, at most   kept in its memo   {_VIEWERS} viewers, of whom are there")
        while monotonic() < begun + minutes * 60:
            levels.append(await _most_of_a_minute(place.webs[0]))
            told = (await client.get("/metrics")).text
            there = sum(map(int, re.findall(r"declared_viewers\S* (\d+)", told)))
            kept_bytes = sum(map(float, re.findall(r"^declared_remembered_bytes (\S+)", told, re.M)))
            print(f"{len(levels):>6} {levels[-1]:>17.1f} MB {kept_bytes / 2**20:>15.1f} MB   {there}", flush=True)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    tens = [max(levels[first : first + _MINUTES]) for first in range(_MINUTES, len(levels), _MINUTES)]
    if len(tens) < 2:
        print("Too short to tell: the second ten minutes are compared with those that follow.")
        return True
    print(f"at most {', '.join(f'{one:.1f}' for one in tens)} MB in each ten minutes after the first")
    return max(tens) <= tens[0] * (1 + _WITHIN)


async def _is_on_air(client: httpx2.AsyncClient) -> bool:
    try:
        return (await client.get(f"/api/nights/{REPLAY}")).status_code == 200
    except httpx2.HTTPError:
        return False


async def _come_and_go(client: httpx2.AsyncClient, server: str, dice: random.Random) -> None:
    """Look at a page, follow it for a while, and come again."""
    while True:
        await asyncio.sleep(dice.uniform(0, 20))
        try:
            page = f"/nights/{REPLAY}{dice.choice(_PAGES)}?lang={dice.choice(_LANGUAGES)}"
            live = re.search(r'hx-ws:connect="([^"]+)"', (await client.get(page)).text)
            if live is None:
                continue
            address = server.replace("http", "ws", 1) + live[1].replace("&amp;", "&")
            compression = dice.choice(("deflate", None))
            line = connect(address, compression=compression, max_size=None, ping_interval=None)
            async with line as opened, asyncio.timeout(dice.uniform(*_STAYS)):
                async for _ in opened:
                    pass
        except (OSError, TimeoutError, WebSocketException, httpx2.HTTPError):
            pass


async def _most_of_a_minute(program: Program) -> float:
    most = 0.0
    for _ in range(60):
        await asyncio.sleep(1)
        most = max(most, _megabytes(program.pid))
    return most


def _megabytes(pid: int) -> float:
    told = Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+)", told)[0]) / 1024
