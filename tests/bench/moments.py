"""Every shipped night at random instants: by the player, by ``?at=``, watched from the start: the same page."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

import httpx2

from server.nights import archive
from server.stream import embedded
from tests.playing import same_for_all
from tests.running import answered, serving


async def measure(instants: int = 20, nights: Sequence[str] = ()) -> dict[str, int]:
    """Compare so many instants of these nights, or of all; an AssertionError says where they are not the same."""
    with tempfile.TemporaryDirectory() as folder:
        redis = embedded.start(Path(folder) / "redis")
        try:
            async with serving(redis.url, Path(folder)) as site, httpx2.AsyncClient(base_url=site.url) as client:
                await answered(client, "/readyz")
                together = (group.summary for group in archive.groups())
                nights = nights or [night.id for night in (*archive.listed(), *together)]
                for night in nights:
                    await same_for_all(client, night, "", "", instants)
        finally:
            redis.stop()
    return dict.fromkeys(nights, instants)


def show(found: dict[str, int]) -> None:
    """Print it."""
    for night, instants in found.items():
        print(f"{night}: {instants} instants, the same for all")


if __name__ == "__main__":
    show(asyncio.run(measure()))
