"""What each public address costs: ``python -m tests.bench.prices`` prints a table in Markdown; with ``--of FOLDER`` of
another checkout of this program, which needs this one's ``tests/bench/held.py``.

Each address is asked for on a process that has made nothing yet, then again, then with another moment, question, page
or edition at each ask. Measured is the time of the processor that the web process uses, and the longest that it lets
nobody else have a turn, so that a busy machine changes little.
"""

import argparse
import asyncio
import http.client
import tempfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from server.election.events import NightOpened
from server.nights import archive
from server.nights.kept import Kept
from server.stream.record import written
from tests.bench.crowd import processor_seconds
from tests.bench.held import Held
from tests.bench.nights import DONE, open_both
from tests.bench.program import Program, program

_AGAIN = 20
_PAST = "parl.2019-12-12"
NIGHT = f"/nights/{_PAST}"
_COUNCILS = "/nights/local.2025-05-01"
_WARD = "/contests/local.kent.maidstone-central.2025-05-01"
_SEAT = "/contests/parl.clacton.2019-12-12"

_DAY = "2019-12-13T"
_TIMES = [f"{_DAY}0{hour}:{minute:02}" for hour in range(1, 7) for minute in range(60)]
_COUNTED = [f"2025-05-02T0{hour}:{minute:02}" for hour in range(1, 8) for minute in (0, 20, 40)]
_BEGUN = ("north+", "so", "lab", "west", "con", "jo", "smi")
_WORDS = [f"{first}{second}" for first in _BEGUN for second in "abcdefghij"]
_PARTIES = ("PP52", "PP53", "PP90")
_PAIRS = [f"from={one}&to={other}" for one in _PARTIES for other in _PARTIES if one != other]
_SEATS = [contest.ballot for contest in archive.load(_PAST).definition.contests]

ADDRESSES: dict[str, Sequence[str]] = {
    "/": (),
    "/live?after=1": (),
    "/find?q=clacton": [f"/find?q={word}" for word in _WORDS],
    "/find/suggested?q=clact": [f"/find/suggested?q={word}" for word in _WORDS],
    "…": [
        f"…?lang={code}&baseline={key}" for code in ("cy", "de", "en") for key in ("", "by-elections", "2015", "2010")
    ],
    "…?at=2019-12-13T03:40": [f"…?at={time}" for time in _TIMES],
    "…?at=2019-12-13T03:40&known=now&lang=de": [f"…?at={time}&known=now&lang=de" for time in _TIMES],
    "…/live": (),
    "…/frame?after=1&seq=400": [f"…/frame?after={1 + 7 * n % 600}&seq={2 + 401 * n % 640}" for n in range(100)],
    "…/reel/0": [f"…/reel/{part}" for part in range(1, 15)],
    f"…{_SEAT}": [f"…/contests/{seat}" for seat in _SEATS],
    f"…{_SEAT}?at=2019-12-13T03:40": [f"…/contests/{seat}?at={at}" for seat, at in zip(_SEATS, _TIMES, strict=False)],
    f"…{_SEAT}/notice": [f"…/contests/{seat}/notice" for seat in _SEATS],
    f"…{_SEAT}/embed": [f"…/contests/{seat}/embed" for seat in _SEATS],
    f"…{_SEAT}/picture.png": [f"…/contests/{seat}/picture.png" for seat in _SEATS],
    "…/areas": [f"…/areas?at={time}" for time in _TIMES],
    "…/swing": [f"…/swing?{pair}&at={time}" for pair, time in zip(_PAIRS * 20, _TIMES, strict=False)],
    "…/battlegrounds": [f"…/battlegrounds?at={time}" for time in _TIMES],
    "…/records": [f"…/records?at={time}" for time in _TIMES],
    "…/contests": [f"…/contests?at={time}&sort=majority" for time in _TIMES],
    "…/contests?q=north": [f"…/contests?q={word}" for word in _WORDS],
    "…/contests?verdict=hold": [f"…/contests?verdict=hold&at={time}" for time in _TIMES],
    "…/find?q=clacton": [f"…/find?q={word}" for word in _WORDS],
    "…/find/suggested?q=clact": [f"…/find/suggested?q={word}" for word in _WORDS],
    "…/picture.png": [f"…/picture.png?at={time}" for time in _TIMES],
    "…/copy": [f"…/copy?at={time}" for time in _TIMES],
    "…/copy?of=contests": [f"…/copy?of=contests&at={time}" for time in _TIMES],
    "…/copy/post.txt": [f"…/copy/post.txt?at={time}" for time in _TIMES],
    f"…{_SEAT}/copy": [f"…/contests/{seat}/copy" for seat in _SEATS],
    f"…{_SEAT}/copy/post.txt": [f"…/contests/{seat}/copy/post.txt" for seat in _SEATS],
    "…/newsroom": (),
    "…/newsroom/chart": [f"…/newsroom/chart?contest={seat}" for seat in _SEATS],
    "…/overlay": [f"…/overlay?seconds={seconds}" for seconds in range(1, 50)],
    "…/overlay/banner?contest=Clacton": [f"…/overlay/banner?contest={seat}" for seat in _SEATS],
    "…/overlay/options": [f"…/overlay/options?seconds={seconds}" for seconds in range(1, 50)],
    "…/overlay/template.html": [f"…/overlay/template.html?seconds={seconds}" for seconds in range(1, 50)],
    "…/director": [f"…/director?seconds={seconds}" for seconds in range(1, 50)],
    "…/wall": [f"…/wall?at={time}" for time in _TIMES],
    "…/embed/score": [f"…/embed/score?at={time}" for time in _TIMES],
    "…/embed/map": [f"…/embed/map?at={time}" for time in _TIMES],
    "/api/nights": (),
    "/api…": [f"/api…?baseline={key}" for key in ("by-elections", "2015", "2010")],
    f"/api…{_SEAT}": [f"/api…/contests/{seat}" for seat in _SEATS],
    "/api…/events": [f"/api…/events?after={seq}" for seq in range(1, 100)],
    "/api…/record": (),
    "/api…/feed.atom": [f"/api…/feed.atom?at={time}" for time in _TIMES],
    "/api…/feed.atom?only=gains": [f"/api…/feed.atom?only=gains&at={time}" for time in _TIMES],
    "/api…/expected.ics": (),
    "/api/tables": (),
    "/api…/tables/contests.csv": [f"/api…/tables/contests.csv?at={time}" for time in _TIMES],
    "/api…/tables/candidates.csv": [f"/api…/tables/candidates.csv?at={time}" for time in _TIMES],
    "/api…/tables/parties.csv": [f"/api…/tables/parties.csv?at={time}" for time in _TIMES],
    "/api…/tables/contests.jsonl": [f"/api…/tables/contests.jsonl?at={time}" for time in _TIMES],
    "/api…/tables/library-candidates.csv": (),
    "/api…/tables/democracy-club.csv": (),
    "/api…/chart.csv": [f"/api…/chart.csv?at={time}" for time in _TIMES],
    "/api…/chart.json": (),
    f"/api…{_SEAT}.csv": [f"/api…/contests/{seat}.csv" for seat in _SEATS],
    "/api…/tables.sqlite": (),
    "/api…/tables.jsonl": (),
    "/api/archive.sqlite": (),
    "/api/archive.jsonl": (),
    "/nights/kept": (),
    "/nights/kept/contests": (),
    "/api/nights/kept/record": (),
    f"/nights/{DONE}": [f"/nights/{DONE}?lang={code}" for code in ("cy", "de")],
    f"/nights/{DONE}/live?after=1": [f"/nights/{DONE}/live?after={seq}" for seq in range(2, 200)],
    _COUNCILS: [f"{_COUNCILS}?at={at}" for at in _COUNTED],
    f"{_COUNCILS}/frame?after=1&seq=900": [f"{_COUNCILS}/frame?after=1&seq={seq}" for seq in range(200, 1400, 60)],
    f"{_COUNCILS}/reel/0": [f"{_COUNCILS}/reel/{part}" for part in range(1, 25)],
    f"{_COUNCILS}/contests": [f"{_COUNCILS}/contests?at={at}" for at in _COUNTED],
    f"{_COUNCILS}/contests?council=all": [f"{_COUNCILS}/contests?council=all&at={at}" for at in _COUNTED],
    f"{_COUNCILS}/contests?council=local.kent": [
        f"{_COUNCILS}/contests?council={body.id}" for body in archive.load("local.2025-05-01").definition.councils
    ],
    f"{_COUNCILS}/areas": [f"{_COUNCILS}/areas?at={at}" for at in _COUNTED],
    f"{_COUNCILS}/records": [f"{_COUNCILS}/records?at={at}" for at in _COUNTED],
    f"{_COUNCILS}/find?q=maid": [f"{_COUNCILS}/find?q={word}" for word in _WORDS],
    f"{_COUNCILS}/wall": [f"{_COUNCILS}/wall?at={at}" for at in _COUNTED],
    f"{_COUNCILS}/battlegrounds": [f"{_COUNCILS}/battlegrounds?at={at}" for at in _COUNTED],
    f"{_COUNCILS}/overlay": (),
    f"{_COUNCILS}/embed/map": [f"{_COUNCILS}/embed/map?at={at}" for at in _COUNTED],
    f"{_COUNCILS}/copy?of=contests": [f"{_COUNCILS}/copy?of=contests&at={at}" for at in _COUNTED],
    f"{_COUNCILS}/picture.png": [f"{_COUNCILS}/picture.png?at={at}" for at in _COUNTED],
    f"{_COUNCILS}{_WARD}": [f"{_COUNCILS}{_WARD}?at={at}" for at in _COUNTED],
    f"/api{_COUNCILS}": (),
    f"/api{_COUNCILS}/events": [f"/api{_COUNCILS}/events?after={seq}" for seq in range(1, 30)],
    f"/api{_COUNCILS}/tables/candidates.csv": [f"/api{_COUNCILS}/tables/candidates.csv?at={at}" for at in _COUNTED],
    f"/api{_COUNCILS}/tables.sqlite": (),
    f"{_COUNCILS}/councils/local.kent": [
        f"{_COUNCILS}/councils/local.kent?at=2025-05-02T0{hour}:00" for hour in range(1, 8)
    ],
    f"/api{_COUNCILS}/councils/local.kent": [
        f"/api{_COUNCILS}/councils/{body.id}" for body in archive.load("local.2025-05-01").definition.councils
    ],
    "/follow": (),
    "/openapi.json": (),
    "/asyncapi.json": (),
    "/robots.txt": (),
    "/healthz": (),
    "/readyz": (),
    "/metrics": (),
}
"""Each public address, and others like it. ``…`` stands for the past night that all of it is asked of."""


class Price(Struct, frozen=True):
    """Milliseconds of the processor for the first ask, for each later one and for another such address each time; the
    longest that others had no turn meanwhile; bytes in brotli."""

    address: str
    size: int
    first: float
    again: float
    another: float
    held: float
    held_another: float


def _asked(one: Program, address: str) -> int:
    """The bytes of an answer."""
    line = http.client.HTTPConnection("127.0.0.1", one.port, timeout=600)
    line.request("GET", address, headers={"Accept-Encoding": "br", "Accept-Language": "en"})
    answer = line.getresponse()
    size = len(answer.read())
    line.close()
    assert answer.status in (200, 204, 205, 303), (address, answer.status)
    return size


def prices(
    addresses: Sequence[str], contests: int = 650, again: int = _AGAIN, tell: bool = False, of: Path | None = None
) -> Iterator[Price]:
    """What these of ``ADDRESSES`` cost, each on a process of its own; ``tell`` has the log name what takes long."""
    with program() as one, tempfile.TemporaryDirectory() as folder:
        one.runs_in = of
        held = Held(Path(folder) / "held")
        one.command = held.command
        if tell:
            one.command.insert(-1, "--tell")
        asyncio.run(open_both(one, contests))
        _keep(one.folder)
        for address in addresses:
            one.start()
            yield _price(one, held, address, again)
            one.kill()
            if tell:
                log = one.folder / "log"
                print(log.read_text())
                log.unlink()


def _price(one: Program, held: Held, address: str, again: int) -> Price:
    def asks(some: Sequence[str]) -> float:
        before = processor_seconds([one.pid])
        for each in some:
            _asked(one, each.replace("…", NIGHT))
        return (processor_seconds([one.pid]) - before) * 1000 / max(1, len(some))

    _asked(one, "/robots.txt")  # the first request of all
    held.longest()
    first = asks([address])
    longest = held.longest()
    size = _asked(one, address.replace("…", NIGHT))
    later = asks([address] * again)
    others = list(ADDRESSES[address])
    Random(1).shuffle(others)
    held.longest()
    another = asks(list(islice(others, again)))
    return Price(address, size, first, later, another, longest, held.longest() if others else 0.0)


def _keep(folder: Path) -> None:
    """Keep the past night under another name."""
    opened, *others = archive.load(_PAST).events
    assert isinstance(opened, NightOpened)
    renamed = replace(opened, night=replace(opened.night, id="kept"))
    Kept(folder).add(b"".join(written([renamed, *others])))


def show(found: Iterator[Price]) -> None:
    """Print the table, as it is found."""
    print("| address | bytes | first, ms | again | another | nobody else has a turn for, first | another |")
    print("|---|---|---|---|---|---|---|")
    for one in found:
        another = f"{one.another:.1f} | {one.held:.0f} | {one.held_another:.0f}" if ADDRESSES[one.address] else ""
        rest = another or f" | {one.held:.0f} | "
        print(f"| `{one.address}` | {one.size:,} | {one.first:.0f} | {one.again:.1f} | {rest} |", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.prices", description=__doc__)
    parser.add_argument("addresses", nargs="*", metavar="ADDRESS", help="of the table (default: all)")
    parser.add_argument("--tell", action="store_true", help="name what keeps others waiting for more than 30 ms")
    parser.add_argument("--of", type=Path, metavar="FOLDER", help="another checkout, whose prices these are")
    options = parser.parse_args()
    show(prices(options.addresses or list(ADDRESSES), tell=options.tell, of=options.of))


if __name__ == "__main__":
    main()
