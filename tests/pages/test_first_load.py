"""What a first load weighs: the page of the largest night, all declared, with its map and all files that it names."""

import asyncio
import re

import httpx2

from server.html import static
from server.live.channel import Channel
from server.nights import archive
from server.pages.render import PageRenderer
from server.pages.routes import routes
from tests.conftest import PATIENCE_SECONDS
from tests.feeds.site import Site

_NIGHT = "parl.2024-07-04"  # with most candidates, and in Welsh the longest words
_LIMIT = 60_000  # bytes in Brotli


async def _weight(client: httpx2.AsyncClient, path: str) -> int:
    """Bytes of an answer with its headers, as it is sent."""
    found = await client.get(path, headers={"Accept-Encoding": "br"})
    assert (found.status_code, found.headers["content-encoding"]) == (200, "br")
    return int(found.headers["content-length"]) + len(found.headers.raw) * 4 + sum(map(len, sum(found.headers.raw, ())))


async def test_a_first_load_with_the_largest_map_is_below_sixty_kilobytes() -> None:
    site = Site(renderer=PageRenderer())
    channel = site.hub.channels["night"] = Channel(PageRenderer())
    channel.advance(archive.load(_NIGHT).events)
    site.app.router.routes.extend([*routes, *static.routes])
    async with site.in_this_loop() as client:
        path = "/nights/night?lang=cy"
        page = (await client.get(path)).text
        files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
        assert [file.rpartition("/")[2] for file in files] == ["pages.css", "pushed.js", "map.js"]
        first = await _weight(client, path)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (later := await _weight(client, path)) == first:  # until it is compressed better
                await asyncio.sleep(0.01)
        weights = [later, *[await _weight(client, file) for file in files]]
    assert sum(weights) < _LIMIT, weights
