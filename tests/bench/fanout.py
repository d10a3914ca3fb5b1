"""One message to very many clients, side by side: this program, the usual ways, nchan, and a loop of send() in C.

Each serves from one core, the clients are on another, and every one of them must get every message, in order. It can
be run alone: ``python -m tests.bench.fanout [clients] [rounds]``.
"""

import math
import os
import random
import resource
import statistics
import sys
import time
import zlib
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager

from msgspec import Struct
from msgspec.structs import astuple

from tests.bench.crowd import Crowd, memory_kib, processor_seconds
from tests.bench.peers.nchan import Nchan
from tests.bench.peers.peer import CLIENT_CORE, Declared, Floor, Peer, Python

SIZE = 2048  # bytes of a message
_TOWNS = ("Aldershot", "Batley", "Crewe", "Derby", "Exeter", "Fylde", "Glasgow", "Halton", "Ilford", "Jarrow")
_PARTS = ("North", "South", "East", "West", "Central", "and Penistone", "and Nantwich", "and the Isles")
_PARTIES = ("Con", "Lab", "LD", "SNP", "Green")
_BURST = 10  # messages measured, one at a time
_REST = 0.02  # seconds without work after which a server is at rest


class Figures(Struct, frozen=True):
    """What a server took: processor time, each delivery in µs and each handshake in ms; memory for a connection.

    ``last_ms`` is the time from publishing to the last client, ``wire_bytes`` what a message is in its frame.
    """

    delivery_us: float
    last_ms: float
    handshake_ms: float
    connection_kib: float
    wire_bytes: float


class Result(Struct, frozen=True):
    """A peer's figures over all rounds, and as ratios to the floor's and the usual loop's of the same round.

    Without ``rounds`` it is one that could not run, and ``missing`` says why. A ratio that there is not is NaN.
    """

    peer: str
    missing: str = ""
    rounds: tuple[Figures, ...] = ()
    median: Figures | None = None
    least: Figures | None = None
    most: Figures | None = None
    of_floor: Figures | None = None
    of_usual: Figures | None = None


def peers() -> tuple[Peer, ...]:
    """All that are compared, in the order of the table; the first is the floor, the third the usual loop."""
    return (
        Floor("floor: send() in C"),
        Nchan("nchan"),
        Python("usual send_text loop", "usual"),
        Python("usual, deflate", "usual", deflate=True),
        Python("websockets.broadcast", "broadcast"),
        Declared("declared"),
        Declared("declared, deflate", deflate=True),
    )


def message(number: int) -> str:
    """Rows of a page, 2,048 bytes in all, that compress about four to one; no two messages have the same rows."""
    chance = random.Random(number)
    rows: list[str] = []
    while sum(map(len, rows)) < SIZE:
        name, party = f"{chance.choice(_TOWNS)} {chance.choice(_PARTS)}", chance.choice(_PARTIES)
        address = f"/nights/parl.2019-12-12/contests/parl.{name.lower().replace(' ', '-')}.2019-12-12"
        cells = "".join(f'<td class="number">{chance.randrange(30_000):,}</td>' for _ in range(3))
        rows.append(
            f'<tr id="E{chance.randrange(10**8):08}" class="declared {party}"><th scope="row">'
            f'<a href="{address}">{name}</a></th><td>{party}</td>{cells}</tr>'
        )
    return f"{''.join(rows)[: SIZE - 6]}{number:06}"


def ours() -> tuple[Peer, ...]:
    """Our own program beside the floor alone."""
    return tuple(peer for peer in peers() if isinstance(peer, Floor | Declared))


def fan_out(clients: int = 10_000, rounds: int = 3, everyone: Sequence[Peer] = ()) -> list[Result]:
    """Measure every peer, all of them in turn in each round, so that what disturbs the machine disturbs them all."""
    everyone = everyone or peers()
    able = [peer for peer in everyone if not peer.missing()]
    texts = [message(number) for number in range(_BURST + 2)]
    with clients_core():
        measured = [{peer.name: _measure(peer, clients, texts) for peer in able} for _ in range(rounds)]
    floor, _, usual, *_ = peers()
    return [
        _result(peer.name, measured, floor.name, usual.name)
        if peer in able
        else Result(peer.name, missing=peer.missing())
        for peer in everyone
    ]


def _measure(peer: Peer, clients: int, texts: Sequence[str]) -> Figures:
    try:
        peer.start()
        crowd = Crowd(peer.port, peer.path, peer.deflate)
        empty = memory_kib(peer.pids())
        peer.publish(texts[0])  # to nobody: some keep it for newcomers
        before = _spent(peer)
        expected = texts if peer.catches_up else texts[1:]
        crowd.open(clients)
        if peer.catches_up:
            crowd.read(1)
        opened = _spent(peer)
        peer.publish(texts[1])
        crowd.read(len(expected) - _BURST)
        started, full, size = _spent(peer), memory_kib(peer.pids()), crowd.size
        last = [_deliver(peer, crowd, text) for text in texts[2:]]
        ended = _spent(peer)
        crowd.close()  # only now: the goodbyes are not deliveries
        assert crowd.messages == expected, f"{peer.name} sent {len(crowd.messages)} messages, or others than published"
        return Figures(
            delivery_us=(ended - started) / clients / _BURST * 1e6,
            last_ms=statistics.median(last) * 1e3,
            handshake_ms=(opened - before) / clients * 1e3,
            connection_kib=(full - empty) / clients,
            wire_bytes=(crowd.size - size) / _BURST,
        )
    finally:
        peer.stop()


def _deliver(peer: Peer, crowd: Crowd, text: str) -> float:
    """Publish one message; the seconds until the last client had it."""
    start = time.perf_counter()
    peer.publish(text)
    crowd.read(len(crowd.messages) + 1)
    return max(crowd.arrived) - start


def _spent(peer: Peer) -> float:
    """The processor time that a peer has had, once it is at rest."""
    before = -1.0
    while (spent := processor_seconds(peer.pids())) != before:
        before = spent
        time.sleep(_REST)
    return spent


@contextmanager
def clients_core() -> Generator[None]:
    """Keep this process to a core of its own, and let it and its children have as many sockets as they may."""
    before = os.sched_getaffinity(0)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    os.sched_setaffinity(0, {CLIENT_CORE})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _result(peer: str, measured: Sequence[dict[str, Figures]], floor: str, usual: str) -> Result:
    rounds = tuple(each[peer] for each in measured)

    def over(other: str) -> Figures | None:
        ratios = [_by_field(_ratio, (each[peer], each[other])) for each in measured if other in each]
        return _by_field(statistics.median, ratios) if ratios else None

    return Result(
        peer,
        rounds=rounds,
        median=_by_field(statistics.median, rounds),
        least=_by_field(min, rounds),
        most=_by_field(max, rounds),
        of_floor=over(floor),
        of_usual=over(usual),
    )


def _by_field(of: Callable[[Iterable[float]], float], several: Iterable[Figures]) -> Figures:
    """One figure of several, field by field."""
    return Figures(*(of(values) for values in zip(*map(astuple, several), strict=True)))


def _ratio(two: Iterable[float]) -> float:
    one, other = two
    return one / other if other else math.nan


def show(results: Sequence[Result]) -> None:
    """Print a table of medians, in brackets the least and the most, and ratios (x) to the floor and the usual loop."""
    print(
        f"{'':<22}{'µs a delivery':>15}{'':<15}{'x floor':>8}{'x usual':>8} |{'ms to last':>11}{'x floor':>8} |"
        f"{'ms a handshake':>15}{'':<15}{'x usual':>8} |{'KiB each':>9} |{'bytes':>6}"
    )
    for result in results:
        if not (result.median and result.least and result.most):
            print(f"{result.peer:<22} missing: {result.missing}")
            continue
        median, least, most = result.median, result.least, result.most
        floor, usual = result.of_floor, result.of_usual
        print(
            f"{result.peer:<22}{median.delivery_us:>15.1f}{f' ({least.delivery_us:.1f} to {most.delivery_us:.1f})':<15}"
            f"{floor.delivery_us if floor else math.nan:>8.2f}{usual.delivery_us if usual else math.nan:>8.2f} |"
            f"{median.last_ms:>11.0f}{floor.last_ms if floor else math.nan:>8.2f} |"
            f"{median.handshake_ms:>15.3f}{f' ({least.handshake_ms:.3f} to {most.handshake_ms:.3f})':<15}"
            f"{usual.handshake_ms if usual else math.nan:>8.3f} |"
            f"{median.connection_kib:>9.1f} |{median.wire_bytes:>6.0f}"
        )


if __name__ == "__main__":
    ratio = len(message(1)) / len(zlib.compress(message(1).encode()))
    print(f"messages of {SIZE} bytes that compress {ratio:.1f} to one")
    show(fan_out(*(int(argument) for argument in sys.argv[1:3])))  # type: ignore[reportArgumentType]
