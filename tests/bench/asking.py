"""What it costs when a stranger asks for much: bytes held, processor time, and how long everybody else waits meanwhile.

Each case of ``tests.bench.strangers`` meets a server that was just started. It can be run alone, whole or in part:
``python -m tests.bench.asking [CASE ...] [--seconds N]``.
"""

import argparse
import asyncio
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from tests.bench import strangers
from tests.bench.crowd import memory_kib, processor_seconds
from tests.bench.nights import DONE, LIVE, open_both
from tests.bench.peers.peer import CLIENT_CORE
from tests.bench.program import Program, program
from tests.bench.strangers import Case, Sizes
from tests.bench.waiting import Wait, Waiting

_LOOKS_SECONDS = 0.05

# What a server may hold of each at most, in MiB, and how many milliseconds others may wait.
CASES: dict[str, tuple[Case, int, int]] = {
    "pings": (strangers.pings, 8, 30),
    "headers": (strangers.headers, 8, 30),
    "texts": (strangers.texts, 16, 30),
    "swings": (strangers.swings, 32, 30),
    "catching-up": (strangers.catching_up, 48, 30),
    "crawl": (strangers.crawl, 256, 100),
    "paths": (strangers.paths, 8, 30),
    "replays": (strangers.replays, 48, 100),
    "cards": (strangers.cards, 64, 30),
    "nested": (strangers.nested, 8, 30),
}


class Asked(Struct, frozen=True):
    """One case. MiB above the start: at the end, while it lasts, and the most there was; seconds of the server's
    processor; what a request for /healthz waited at most. ``most_mib`` and ``most_busy_ms`` are bounds.
    """

    case: str
    did: str
    said: str
    right: bool
    held: float
    peak: float
    cpu: float
    wait: Wait
    most_mib: int
    most_busy_ms: int

    @property
    def bounded(self) -> bool:
        """Whether the server held no more than it may."""
        return max(self.held, self.peak) <= self.most_mib


def measure(cases: Sequence[str] = tuple(CASES), sizes: Sizes | None = None, fresh: bool = True) -> list[Asked]:
    """Ask all this; of a ``fresh`` server each time, or of one for all."""
    return list(each(cases, sizes or Sizes(), fresh))


def each(cases: Sequence[str], sizes: Sizes, fresh: bool = True) -> Iterator[Asked]:
    """The same, as it is found."""
    with program() as one:
        asyncio.run(open_both(one, sizes.contests))
        for number, name in enumerate(cases):
            if fresh or not number:
                one.kill()
                one.start()
                for night in (LIVE, DONE):
                    one.get(f"/nights/{night}")
            yield _measured(one, name, sizes)


def _measured(one: Program, name: str, sizes: Sizes) -> Asked:
    case, most_mib, most_busy_ms = CASES[name]
    with tempfile.TemporaryDirectory() as folder:
        with Waiting(one.port, one.pid, CLIENT_CORE, Path(folder)) as waiting, _Peak(one.pid) as peak:
            memory, spent, begun = memory_kib([one.pid]), processor_seconds([one.pid]), time.perf_counter()
            with case(one, sizes) as told:
                ended = time.perf_counter()
                time.sleep(sizes.rest_seconds)
                held, cpu = memory_kib([one.pid]) - memory, processor_seconds([one.pid]) - spent
        return Asked(
            case=name,
            did=told.did,
            said=told.said,
            right=told.right,
            held=held / 1024,
            peak=(peak.most - memory) / 1024,
            cpu=cpu,
            wait=waiting.longest(begun, ended),
            most_mib=most_mib,
            most_busy_ms=most_busy_ms,
        )


class _Peak:
    """The most memory that a process was seen to have, in KiB."""

    def __init__(self, pid: int) -> None:
        self.most = 0
        self._pid, self._over = pid, threading.Event()
        self._looking = threading.Thread(target=self._look)

    def __enter__(self) -> "_Peak":
        self._looking.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._over.set()
        self._looking.join()

    def _look(self) -> None:
        while not self._over.wait(_LOOKS_SECONDS):
            self.most = max(self.most, memory_kib([self._pid]))


def show(found: Iterable[Asked]) -> None:
    """Print it."""
    print(
        "what a stranger asks: MiB above the start held, most (allowed) | CPU, s | while another request waits, ms at"
    )
    print("most: the server is busy (allowed), of all that it waits")
    for one in found:
        bounded = "" if one.bounded else " TOO MUCH"
        busy = "" if one.wait.busy <= one.most_busy_ms else " TOO LONG"
        print(
            f"  {one.case:<12} {one.held:>6.1f} {one.peak:>6.1f} ({one.most_mib}){bounded} | {one.cpu:>6.2f} |"
            f" {one.wait.busy:>5.0f} ({one.most_busy_ms}) {one.wait.took:>6.0f}{busy}"
        )
        print(f"  {'':<12} {one.did}{': ' * bool(one.said)}{one.said}{'' if one.right else ' WRONG'}", flush=True)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.asking", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)} (default: all)")
    parser.add_argument("--seconds", type=float, default=40.0, help="that a case may take (default 40; a crawl thrice)")
    options = parser.parse_args()
    if unknown := set(options.cases) - set(CASES):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    show(each(options.cases or tuple(CASES), Sizes(seconds=options.seconds)))


if __name__ == "__main__":
    main()
