"""What a declaration costs when its viewers are spread over many pages and languages, beside as many on one page.

Both crowds watch a night of their own on one server, and declarations go to the two nights in turn, so that what
disturbs the machine disturbs both. It can be run alone: ``python -m tests.bench.spread [--viewers N] [--rounds N]``.
"""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from server.election.events import Declared
from server.stream.events import EventStream, Position
from server.stream.opening import open_night
from tests.bench.crowd import processor_seconds
from tests.bench.onlookers import Onlookers
from tests.bench.peers.peer import CLIENT_CORE
from tests.bench.posting import tokens
from tests.bench.program import Program, program
from tests.bench.reach import DECLARED, declare, part_of_2019
from tests.bench.waiting import Wait, Waiting

ONE_PAGE, MANY_PAGES = "one-page", "many-pages"
_SILENCE_SECONDS = 1.0  # after which everybody has what there is: a frame waits a quarter of a second at most
_LOOK_SECONDS, _PATIENCE_SECONDS = 0.05, 60.0
_TARGETS = (1.5, 1.5, 30)
_OTHERS = (
    "contests",
    "areas",
    "swing/PP53/PP52",
    "swing/PP52/PP90",
    "battlegrounds/PP53",
    "battlegrounds/PP52",
    "records",
)
_LANGUAGES = ("", "", "", "", "", "", "", "", "&lang=cy", "&lang=de")


class Spread(Struct, frozen=True):
    """Medians of the rounds, a declaration each: the server's processor time, milliseconds from the POST to the receipt
    and to the last viewer whose page it changes (``reached`` of all ``viewers``); ``wait`` is what an unrelated request
    waited at most, in all rounds."""

    where: str
    viewers: int
    reached: float
    cpu_ms: float
    receipt_ms: float
    last_ms: float
    wait: Wait


class Spreads(Struct, frozen=True):
    """The two crowds; what a request waits while nothing happens; and the ratios of many pages to one."""

    one: Spread
    many: Spread
    quiet: Wait
    cpu_ratio: float
    last_ratio: float


class _Round(Struct, frozen=True):
    start: float
    end: float
    receipt: float
    cpu: float
    reached: int


def measure(
    viewers: int = 4_000, rounds: int = 8, warming: int = 2, before: int = 300, contests: int = len(DECLARED)
) -> Spreads:
    """The night of 2019 twice, so many contests declared before anybody comes; a declaration a
    round, and some first to warm up."""
    with program() as one, tempfile.TemporaryDirectory() as folder:
        given = {
            night: asyncio.run(_open(one, night, before, warming + rounds, contests))
            for night in (ONE_PAGE, MANY_PAGES)
        }
        one.start()
        crowds: dict[str, Onlookers] = {}
        for place, night in enumerate(given, 1):
            one.get(f"/nights/{night}")
            crowds[night] = Onlookers(one.port, place)
            crowds[night].open(
                [f"/nights/{night}/live?after={before + 1}{more}" for more in asked(night, viewers, contests)]
            )
        found: dict[str, list[_Round]] = {night: [] for night in given}
        with Waiting(one.port, one.pid, CLIENT_CORE, Path(folder)) as waiting:
            quiet = time.perf_counter()
            time.sleep(_SILENCE_SECONDS)
            begun = time.perf_counter()
            for number in range(warming + rounds):
                for night, crowd in crowds.items():
                    token, seat = given[night][number]
                    measured = _round(one, night, crowd, token, seat)
                    if number >= warming:
                        found[night].append(measured)
        for crowd in crowds.values():
            crowd.close()
    single, many = (_spread(night, viewers, found[night], waiting) for night in (ONE_PAGE, MANY_PAGES))
    return Spreads(
        single, many, waiting.longest(quiet, begun), many.cpu_ms / single.cpu_ms, many.last_ms / single.last_ms
    )


def asked(night: str, viewers: int, contests: int) -> list[str]:
    """What each viewer's page adds to the address of the push: half are on the night's own page, a quarter on a single
    contest, the rest on the other pages; a fifth reads Welsh or German."""
    if night == ONE_PAGE:
        return [""] * viewers
    draw = random.Random(2019)
    ballots = [contest.ballot for contest in part_of_2019(night, contests).contests]
    found: list[str] = []
    for number in range(viewers):
        match number % 4:
            case 0 | 1:
                page = ""
            case 2:
                page = f"&contest={draw.choice(ballots)}"
            case _:
                page = f"&contest={draw.choice(_OTHERS)}"
        found.append(page + draw.choice(_LANGUAGES))
    return found


async def _open(one: Program, night: str, before: int, rounds: int, contests: int) -> list[tuple[str, Declared]]:
    """Put the night on air, its first contests declared; the next ones with what they are declared with."""
    stream = EventStream(one.redis_url)
    await stream.open()
    await open_night(stream, part_of_2019(night, contests), "open")
    for seq, seat in enumerate(DECLARED[:before], 2):
        await stream.append(night, replace(seat, seq=seq), Position(events=seq - 1))
    seats = DECLARED[before : before + rounds]
    given = await tokens(stream, one.secret, night, *(seat.ballot for seat in seats))
    await stream.close()
    return [(given[seat.ballot], seat) for seat in seats]


def _round(one: Program, night: str, crowd: Onlookers, token: str, seat: Declared) -> _Round:
    with ThreadPoolExecutor(1) as officer:
        before, start = processor_seconds([one.pid]), time.perf_counter()
        receipt = officer.submit(declare, one, night, token, seat)
        while not receipt.done() or max(crowd.arrived) < start:
            assert time.perf_counter() - start < _PATIENCE_SECONDS, "the declaration reached nobody"
            crowd.settle(_LOOK_SECONDS)
        crowd.settle(_SILENCE_SECONDS)
        arrived = [when for when in crowd.arrived if when > start]
        return _Round(
            start, max(arrived), receipt.result() - start, processor_seconds([one.pid]) - before, len(arrived)
        )


def _spread(night: str, viewers: int, rounds: Sequence[_Round], waiting: Waiting) -> Spread:
    waits = [waiting.longest(one.start, one.end) for one in rounds]
    return Spread(
        where=night.replace("-", " "),
        viewers=viewers,
        reached=statistics.median(one.reached for one in rounds),
        cpu_ms=statistics.median(one.cpu for one in rounds) * 1000,
        receipt_ms=statistics.median(one.receipt for one in rounds) * 1000,
        last_ms=statistics.median(one.end - one.start for one in rounds) * 1000,
        wait=Wait(max(one.took for one in waits), max(one.busy for one in waits)),
    )


def show(found: Spreads) -> None:
    """Print it."""
    print(
        "a declaration, ms, medians: the server's CPU | receipt, the last viewer | an unrelated request waits, at most"
    )
    for one in (found.one, found.many):
        print(
            f"  {one.viewers:,} on {one.where:<10} ({one.reached:>5,.0f} are sent it) {one.cpu_ms:>7.0f} |"
            f" {one.receipt_ms:>6.0f} {one.last_ms:>6.0f} | {one.wait.took:>5.0f} {one.wait.busy:>5.0f}"
        )
    cpu, last, wait = _TARGETS
    print(
        f"  many / one: CPU {found.cpu_ratio:.2f} (at most {cpu}), last viewer {found.last_ratio:.2f} (at most {last});"
        f" wait {found.many.wait.busy:.0f} ms (at most {wait}; {found.quiet.busy:.0f} while nothing happens)"
    )


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.spread", description=__doc__)
    parser.add_argument("--viewers", type=int, default=4_000, help="of each crowd (default 4,000)")
    parser.add_argument("--rounds", type=int, default=8, help="declarations to each crowd (default 8)")
    options = parser.parse_args()
    show(measure(options.viewers, options.rounds))


if __name__ == "__main__":
    main()
