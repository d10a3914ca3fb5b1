"""What a first load weighs: the page of the largest night, with its map and all files that it names."""

import re

import httpx2
import pytest

from server.html import static
from server.html.security import SecurityHeaders
from server.live.channel import Channel
from server.nights import archive
from server.pages.render import PageRenderer
from server.pages.routes import routes
from tests.feeds.site import Site

_NIGHT = "parl.2024-07-04"  # with most candidates, and in Welsh the longest words
_LIMIT = 60_000  # bytes in Brotli
_OF_THE_SERVER = len("HTTP/1.1 200 OK\r\ndate: Fri, 05 Jul 2024 04:00:00 GMT\r\n\r\n")


async def _weight(client: httpx2.AsyncClient, path: str) -> int:
    """Bytes of an answer with its headers, as its first reader is sent it."""
    found = await client.get(path, headers={"Accept-Encoding": "br"})
    assert (found.status_code, found.headers["content-encoding"]) == (200, "br")
    headers = sum(len(name) + len(value) + len(": \r\n") for name, value in found.headers.raw)
    return int(found.headers["content-length"]) + headers + _OF_THE_SERVER


@pytest.mark.parametrize("part", [0.9, 1])  # most of all while some still wait, which takes more words
async def test_a_first_load_with_the_largest_map_is_below_sixty_kilobytes(part: float) -> None:
    site = Site(renderer=PageRenderer())
    channel = site.hub.channels["night"] = Channel(PageRenderer())
    events = archive.load(_NIGHT).events
    channel.advance(events[: round(part * len(events))])
    site.app.router.routes.extend([*routes, *static.routes])
    site.app.add_middleware(SecurityHeaders)
    async with site.in_this_loop() as client:
        path = "/nights/night?lang=cy"
        page = (await client.get(path, headers={"Accept-Encoding": "identity"})).text
        files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
        assert [file.rpartition("/")[2] for file in files] == ["pages.css", "pushed.js"]
        weights = [await _weight(client, one) for one in (path, *files)]
    assert sum(weights) < _LIMIT, weights
