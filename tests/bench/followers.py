"""What Redis does with very many web processes: each follows with a blocking XREAD, and all are told of an event."""

import asyncio
import select
import socket
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from server.nights import archive
from server.stream import embedded
from server.stream.events import EventStream
from server.stream.reading import Position, key
from tests.bench.crowd import processor_seconds

_NIGHT = "parl.2019-12-12"


class Followers(Struct, frozen=True):
    """Medians over the events: ms until the event was durable, and until the last follower had it, both from the write;
    µs of Redis's own time for one event."""

    followers: int
    durable: float
    last: float
    redis_us: float


def measure(numbers: Sequence[int] = (1, 10, 50, 200), events: int = 40) -> list[Followers]:
    """So many events of 2019 on an embedded server that syncs each, to each number of followers."""
    with tempfile.TemporaryDirectory() as folder:
        redis = embedded.start(Path(folder) / "redis")
        try:
            return [asyncio.run(_followed(redis, number, events)) for number in numbers]
        finally:
            redis.stop()


async def _followed(redis: embedded.Embedded, number: int, most: int) -> Followers:
    night = f"followed-by-{number}"
    stream = EventStream(redis.url)
    await stream.open()
    first, *events = archive.load(_NIGHT).events[: most + 1]
    await stream.append(night, first, Position())
    epoll, lines = select.epoll(), dict[int, socket.socket]()
    for _ in range(number):
        line = socket.socket(socket.AF_UNIX)
        line.connect(str(embedded.socket_path(redis.folder)))
        lines[line.fileno()] = line
        epoll.register(line.fileno(), select.EPOLLIN)
        line.send(_xread(night, 1))
    durable: list[float] = []
    last: list[float] = []
    spent = processor_seconds([redis.pid])
    for event in events:
        start = time.perf_counter()
        await stream.append(night, event, Position(events=event.seq - 1))
        durable.append(time.perf_counter() - start)
        told = 0
        while told < number:
            for descriptor, _ in epoll.poll():
                reply = lines[descriptor].recv(1 << 16)
                assert f"\r\n{event.seq}-0\r\n".encode() in reply, reply[:200]
                told += 1
        last.append(time.perf_counter() - start)
        for line in lines.values():
            line.send(_xread(night, event.seq))
    spent = processor_seconds([redis.pid]) - spent
    for line in lines.values():
        line.close()
    await stream.close()
    return Followers(
        number, statistics.median(durable) * 1000, statistics.median(last) * 1000, spent / len(events) * 1e6
    )


def _xread(night: str, after: int) -> bytes:
    words = ["XREAD", "COUNT", "1000", "BLOCK", "5000", "STREAMS", key(night), f"{after}-0"]
    return "\r\n".join([f"*{len(words)}", *(f"${len(word)}\r\n{word}" for word in words), ""]).encode()


def show(found: list[Followers]) -> None:
    """Print it."""
    print("an event to every web process that follows one Redis: ms until durable | until the last has it | Redis's µs")
    for one in found:
        print(f"  {one.followers:>4} followers {one.durable:>8.1f} | {one.last:>8.1f} | {one.redis_us:>8.0f}")


if __name__ == "__main__":
    show(measure())
