"""Every shipped night at twenty random instants: by the player, by ``?at=``, watched from the start: the same page."""

import asyncio
import tempfile
from pathlib import Path

import httpx2

from server.nights import archive
from server.stream import embedded
from tests.playing import same_for_all
from tests.running import answered, serving

_INSTANTS = 20


async def main() -> None:
    """Compare, and say of each night that it holds; an AssertionError says where it does not."""
    with tempfile.TemporaryDirectory() as folder:
        redis = embedded.start(Path(folder) / "redis")
        try:
            async with serving(redis.url, Path(folder)) as site, httpx2.AsyncClient(base_url=site.url) as client:
                await answered(client, "/readyz")
                together = (group.summary for group in archive.groups())
                for night in (*archive.listed(), *together):
                    await same_for_all(client, night.id, "", "", _INSTANTS)
                    print(f"{night.id}: {_INSTANTS} instants, the same for all", flush=True)
        finally:
            redis.stop()


if __name__ == "__main__":
    asyncio.run(main())
