"""What a night costs as it grows, from one contest to the 20,000 of made-up local elections: start, page and frame."""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import httpx2
from msgspec import Struct

from server.election.events import AnyEvent, Declared, NightOpened
from server.live.channel import Channel
from server.pages.render import NIGHT, PageRenderer
from server.stream import embedded
from server.stream.events import EventStream
from server.stream.reading import Position
from tests.nights_by_hand import START, ballot, definition
from tests.running import answered, serving

_FRAMES = 20  # the last declarations, each pushed by itself


class Growth(Struct, frozen=True):
    """All contests declared. Times in milliseconds: ``start`` from nothing to ready, ``page`` its first making and
    transfer, ``frame`` to apply and encode one declaration. Sizes in bytes, compressed."""

    contests: int
    start: float
    page: float
    page_bytes: int
    frame: float
    frame_bytes: int


class _Counter:
    deflate = True
    paused = False

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def write(self, frame: bytes) -> None:
        self.sizes.append(len(frame))


async def measure(sizes: Sequence[int] = (1, 650, 20_000)) -> list[Growth]:
    """Each number of contests on a Redis of its own."""
    return [await _night_of(contests) for contests in sizes]


async def _night_of(contests: int) -> Growth:
    events = _declared(contests)
    with tempfile.TemporaryDirectory() as folder:
        redis = embedded.start(Path(folder) / "redis")
        try:
            stream = EventStream(redis.url)
            for event in events:
                await stream.append("night", event, Position(events=event.seq - 1))
            await stream.announce("night")
            await stream.close()
            begin = time.perf_counter()
            async with serving(redis.url, Path(folder)) as site, httpx2.AsyncClient(base_url=site.url) as client:
                await answered(client, "/readyz")
                ready = time.perf_counter()
                page = await client.get("/nights/night", headers={"Accept-Encoding": "gzip"}, timeout=60)
                loaded = time.perf_counter()
        finally:
            redis.stop()
    channel, viewer = Channel(PageRenderer()), _Counter()
    alone = min(_FRAMES, contests)
    channel.advance(events[:-alone])
    channel.join(viewer, NIGHT, channel.seq)
    start = time.perf_counter()
    for event in events[-alone:]:
        channel.advance([event])
    frame = (time.perf_counter() - start) / alone
    assert len(viewer.sizes) == alone
    return Growth(
        contests=contests,
        start=(ready - begin) * 1000,
        page=(loaded - ready) * 1000,
        page_bytes=page.num_bytes_downloaded,
        frame=frame * 1000,
        frame_bytes=sum(viewer.sizes) // alone,
    )


def _declared(contests: int) -> list[AnyEvent]:
    night = definition(contests=contests, seats=contests)
    events: list[AnyEvent] = [NightOpened(seq=1, at=START, by="desk", command_id="open", night=night)]
    for seat in range(contests):
        votes = {"1": 200 + seat % 90, "2": 300}
        events.append(
            Declared(
                seq=seat + 2, at=START, by="officer", command_id=f"declare-{seat}", ballot=ballot(seat), votes=votes
            )
        )
    return events


def show(found: list[Growth]) -> None:
    """Print it."""
    print("a night as it grows   start, ms | page: ms     bytes | frame: ms   bytes")
    for one in found:
        print(
            f"  {one.contests:>6,} contests   {one.start:>9,.0f} | {one.page:>8,.0f} {one.page_bytes:>9,}"
            f" | {one.frame:>9.1f} {one.frame_bytes:>7,}"
        )


if __name__ == "__main__":
    show(asyncio.run(measure()))
