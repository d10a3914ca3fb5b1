"""A browser that shows only text, or a text copied from a page, has no two words or figures in one."""

import re
from html.parser import HTMLParser
from pathlib import Path

import httpx2

from server.stream.embedded import Embedded
from tests.running import serving

INLINE = {"a", "abbr", "b", "button", "code", "del", "i", "ins", "label", "legend", "q", "small", "span", "time"}
UNSHOWN = {"script", "style", "svg", "template", "title", "option"}
GENERAL, BY_ELECTION = "/nights/parl.2019-12-12", "/nights/parl.rochester-and-strood.by.2014-11-20"
PAGES = [
    *(GENERAL + page for page in ("", "/contests", "/areas", "/swing", "/battlegrounds", "/records", "/embed/map")),
    f"{GENERAL}/contests/parl.bolsover.2019-12-12",
    BY_ELECTION,
    f"{BY_ELECTION}/records",
]


class Text(HTMLParser):
    """The text of a page: ``glued`` is what stands together although it is of different elements."""

    def __init__(self) -> None:
        super().__init__()
        self.glued: list[str] = []
        self._last = ""
        self._unshown = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._unshown += tag in UNSHOWN
        if tag not in INLINE | UNSHOWN:
            self._last = ""

    def handle_endtag(self, tag: str) -> None:
        self._unshown -= tag in UNSHOWN
        if tag not in INLINE | UNSHOWN:
            self._last = ""

    def handle_data(self, data: str) -> None:
        if self._unshown:
            return
        if re.search(r"[\w%)]$", self._last) and re.match(r"[\w(+−–]", data):
            self.glued.append(f"{self._last[-20:]}|{data[:20]}")
        self._last = data


async def test_no_two_words_or_figures_are_glued_together(redis: Embedded, tmp_path: Path) -> None:
    glued: dict[str, list[str]] = {}
    async with serving(redis.url, tmp_path) as site, httpx2.AsyncClient(base_url=site.url) as client:
        for path in PAGES:
            page, text = await client.get(path), Text()
            assert page.status_code == 200, path
            text.feed(page.text)
            if text.glued:
                glued[path] = text.glued[:5]
    assert glued == {}
