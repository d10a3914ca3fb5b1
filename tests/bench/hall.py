"""Officers who all count by ballot boxes and by count tables at the same time, over HTTP, with the desk's page open and
live: what each is answered and how soon, how far the desk is behind, and what the web process has in memory.

Each officer has a contest with three boxes and three tables: enters each box, announces their sum, keys each table,
adds them up, keys again what one person keys again, and declares. It can be run alone: ``python -m tests.bench.hall
[--officers N] [--seconds N]``.
"""

import argparse
import asyncio
import bisect
import random
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace
from websockets.asyncio.client import connect

from server.count.visit.invitations import Invitations
from server.count.visit.inviting import invite_person
from server.election.counting.acts.box_acts import Box, BoxesListed
from server.election.counting.acts.table_acts import TablesChosen
from server.stream.events import EventStream
from server.stream.opening import open_night
from server.stream.submit import Submitter
from tests.bench.crowd import memory_kib, processor_seconds
from tests.bench.officers import Browser, Step, answered, show_answers
from tests.bench.program import Program, percentile, program
from tests.count import rochester
from tests.count.conftest import PIN, Phone, stamp

NIGHT = "hall"
BOXES = {"St Mary's Hall": 20000, "The Library": 15000, "Postal 1": 5113}
TABLES = ("Table 1", "Table 2", "Table 3")
_IN_A_HALL = 20
_LOOKS_SECONDS = 2.0  # the desk opens its page anew
_PATIENCE_SECONDS = 900.0  # for all of it
_MIB = 1024


class Hall(Struct, frozen=True):
    """``answers``, ``wrong`` and ``steps`` as of a thousand officers, the desk's page among them.

    The desk was told ``told`` times, in ``told_mib`` in all; half and 99% of the declarations were on its open page
    within ``behind`` milliseconds of the receipt. Memory of the web process in MiB before, at most, and at the end.
    """

    officers: int
    within: float
    receipts: int
    answers: dict[int, int]
    wrong: dict[str, int]
    steps: tuple[Step, ...]
    told: int
    told_mib: float
    behind: tuple[float, float]
    memory: tuple[float, float, float]
    seconds: float
    cpu: float


class _Desk:
    """The desk's page, open: when each message came, and how many declarations it told of."""

    def __init__(self, one: Program, link: str) -> None:
        self.browser = Browser(one, "127.0.19.1")
        self._url, self._link = f"ws://127.0.0.1:{one.port}/desk/live", link
        self.messages: list[tuple[float, int, int]] = []  # when, how many declarations, bytes

    async def sign_in(self) -> None:
        page = await self.browser.ask("the desk's invitation", self._link)
        await self.browser.ask("the desk's PIN", self._link, Phone.hidden(page) | {"pin": PIN})

    async def watches(self) -> None:
        """Take what the page is told, until cancelled."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.browser.cookies.items())
        origin = self._url.replace("ws://", "http://").removesuffix("/desk/live")
        headers = {"Cookie": cookies, "Origin": origin}
        async with connect(self._url, additional_headers=headers, max_size=None) as line:
            async for message in line:
                text = message if isinstance(message, str) else message.decode()
                found = re.search(r"<dt>declared</dt><dd>([\d,]+) of", text)
                if found:
                    self.messages.append((time.perf_counter(), int(found[1].replace(",", "")), len(text)))

    async def looks(self) -> None:
        """Open the page anew again and again, until cancelled."""
        while True:
            await self.browser.ask("the desk's page", "/desk")
            await asyncio.sleep(_LOOKS_SECONDS)

    def behind(self, receipts: Sequence[float]) -> Iterator[float]:
        """Milliseconds from each receipt to the message that told of so many declarations."""
        numbers = [number for _, number, _ in self.messages]
        for place, moment in enumerate(sorted(receipts), 1):
            at = bisect.bisect_left(numbers, place)
            if at < len(numbers):
                yield max(0.0, (self.messages[at][0] - moment) * 1000)


def measure(officers: int = 300, within: float = 10.0) -> Hall:
    """Each is invited for a contest like Rochester and Strood, and comes at a moment of these seconds."""
    with program() as one:
        desk_link, links = asyncio.run(_prepared(one, officers))
        one.start()
        one.get(f"/nights/{NIGHT}")
        start, before, begun = memory_kib([one.pid]), processor_seconds([one.pid]), time.perf_counter()
        browsers = [Browser(one, f"127.0.{20 + number // _IN_A_HALL}.1") for number in range(officers)]
        desk, receipts, memory = _Desk(one, desk_link), list[float](), [start]
        asyncio.run(_all(one, desk, list(zip(browsers, links, strict=True)), within, receipts, memory))
        seconds, cpu = time.perf_counter() - begun, processor_seconds([one.pid]) - before
    behind = list(desk.behind(receipts)) or [0.0]
    return Hall(
        officers,
        within,
        len(receipts),
        *answered([*browsers, desk.browser]),
        len(desk.messages),
        sum(size for _, _, size in desk.messages) / _MIB**2,
        (percentile(behind, 50), percentile(behind, 99)),
        (start / _MIB, max(memory) / _MIB, memory[-1] / _MIB),
        seconds,
        cpu,
    )


async def _prepared(one: Program, officers: int) -> tuple[str, list[str]]:
    """The link of the desk, and of an officer for each contest, whose boxes are listed and tables are chosen."""
    stream, night = EventStream(one.redis_url), rochester.night(NIGHT)
    ballots = [f"parl.contest-{number}.2014-11-20" for number in range(officers)]
    contests = tuple(replace(night.contests[0], ballot=ballot, name=ballot) for ballot in ballots)
    await open_night(stream, replace(night, contests=contests), "open")
    submitter, invitations, found = Submitter(stream), Invitations(one.secret), list[str]()
    boxes = tuple(Box(name, name.startswith("Postal")) for name in BOXES)
    for ballot in ballots:
        invitation = await invite_person(submitter, NIGHT, f"Officer of {ballot}", "officer", (ballot,))
        found.append(f"/count/invitation/{invitations.make(NIGHT, invitation)}")
        await submitter.record(NIGHT, BoxesListed(**stamp(f"boxes/{ballot}"), ballot=ballot, boxes=boxes))
        await submitter.record(NIGHT, TablesChosen(**stamp(f"tables/{ballot}"), ballot=ballot, tables=TABLES))
    dora = await invite_person(submitter, NIGHT, "Dora Lee", "desk", ())
    await stream.close()
    return f"/desk/invitation/{invitations.make(NIGHT, dora)}", found


async def _all(
    one: Program,
    desk: _Desk,
    hall: Sequence[tuple[Browser, str]],
    within: float,
    receipts: list[float],
    memory: list[int],
) -> None:
    draw = random.Random(1)
    await desk.sign_in()
    beside = [asyncio.create_task(work) for work in (desk.watches(), desk.looks(), _weighs(one, memory))]
    coming = [asyncio.create_task(_comes(browser, link, draw.uniform(0, within), receipts)) for browser, link in hall]
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await asyncio.gather(*coming)
            while not desk.messages or desk.messages[-1][1] < len(receipts):
                await asyncio.sleep(0.01)
    for task in (*coming, *beside):
        task.cancel()
    for ended in await asyncio.gather(*coming, *beside, return_exceptions=True):
        if isinstance(ended, Exception):
            raise ended
    memory.append(memory_kib([one.pid]))
    desk.browser.close()


async def _weighs(one: Program, memory: list[int]) -> None:
    while True:
        memory.append(memory_kib([one.pid]))
        await asyncio.sleep(0.1)


async def _comes(browser: Browser, link: str, moment: float, receipts: list[float]) -> None:
    """Sign in, and count by boxes and tables until there is a receipt."""
    await asyncio.sleep(moment)
    page = await browser.ask("the invitation", link)
    await browser.ask("the PIN", link, Phone.hidden(page) | {"pin": PIN})
    page = ""
    for place, papers in enumerate(BOXES.values(), 1):
        page = await browser.ask("a box's page", f"/count/box?box=b{place}")
        numbers = {"expected": f"{papers:,}", "papers": f"{papers:,}"}
        page = await browser.ask("a box", "/count/box", Phone.hidden(page, "/count/box") | numbers)
    announcement = Phone.hidden(page, "/count/boxes/announcement")
    await browser.ask("the boxes' sum", "/count/boxes/announcement", announcement)
    for place, name in enumerate(TABLES):
        page = await browser.ask("a table's page", f"/count/table?table={quote(name)}")
        page = await browser.ask("a table", "/count/table", Phone.hidden(page, "/count/table") | part_of(place))
    page = await browser.ask("the tables' sum", "/count/tables", Phone.hidden(page, "/count/tables"))
    page = await browser.ask("keyed again", "/count/again", Phone.hidden(page, "/count/again") | rochester.texts())
    page = await browser.ask("declared", "/count/declare", Phone.hidden(page, "/count/declare"))
    if "Declared. Receipt" in page:
        receipts.append(time.perf_counter())
    browser.close()


def part_of(place: int) -> dict[str, str]:
    """A table's share of the papers of Rochester and Strood, as its form has them."""
    numbers = {name: int(text) for name, text in rochester.texts().items()}
    share = {name: number // len(TABLES) + (place < number % len(TABLES)) for name, number in numbers.items()}
    return {name: str(number) for name, number in (share | {"given": sum(share.values())}).items()}


def show(found: Hall) -> None:
    """Print it."""
    print(f"{found.officers:,} officers within {found.within:g} s, each with three boxes and three tables: ", end="")
    print(f"{found.receipts:,} receipts after {found.seconds:.1f} s, {found.cpu:.1f} s of the server's CPU")
    show_answers(found.answers, found.wrong, found.steps)
    half, most = found.behind
    print(f"  the desk was told {found.told:,} times, {found.told_mib:.1f} MiB; ", end="")
    print(f"a declaration was there half after {half:.0f} ms, 99% after {most:.0f} ms")
    print("  memory of the web process: {:.0f} MiB before, {:.0f} at most, {:.0f} at the end".format(*found.memory))


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.hall", description=__doc__)
    parser.add_argument("--officers", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=10.0, help="within which they come (default 10)")
    options = parser.parse_args()
    show(measure(options.officers, options.seconds))


if __name__ == "__main__":
    main()
