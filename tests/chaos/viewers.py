"""Viewers with a page open, which they keep as browsers do: from messages, over connections that end at any time."""

import asyncio
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from html import unescape
from html.parser import HTMLParser
from typing import Any

import httpx2
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

_PARTIAL = re.compile(r'<hx-partial hx-target="#?([^"]+)" hx-swap="([^"]+)">(.*?)</hx-partial>', re.DOTALL)
_FEED = re.compile(r'<li id="item-\d+".*?</li>', re.DOTALL)
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_SILENCE_SECONDS = 10.0  # there is a beat every seven seconds
_PAUSE = 0.3
_LEAVES = 0.02  # of the messages are a viewer's last before it comes back


class _Elements(HTMLParser):
    """Where each element that has an id begins and ends in a page."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=False)
        self.found: dict[str, str] = {}
        self.attributes: dict[str, Mapping[str, str | None]] = {}
        self._page, self._open = page, list[tuple[str, str, int]]()
        self._lines = [0]
        for line in page.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        name, begin = dict(attrs).get("id") or "", self._here()
        if name:
            self.attributes[name] = dict(attrs)
        if tag in _VOID:
            self._note(name, begin, begin + len(self.get_starttag_text() or ""))
        else:
            self._open.append((tag, name, begin))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(dict(attrs).get("id") or "", self._here(), self._here() + len(self.get_starttag_text() or ""))

    def handle_endtag(self, tag: str) -> None:
        end = self._page.index(">", self._here()) + 1
        while any(one[0] == tag for one in self._open):
            closed, name, begin = self._open.pop()
            self._note(name, begin, end)
            if closed == tag:
                return

    def _here(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def _note(self, name: str, begin: int, end: int) -> None:
        if name:
            self.found[name] = self._page[begin:end]


class Page:
    """A page as it was loaded, and as messages have changed it since; ``pushed`` are the ids that they named."""

    def __init__(self, html: str) -> None:
        elements = _Elements(html)
        self.parts = elements.found
        self.after = int(elements.attributes["cursor"]["value"] or 0)
        self.of = elements.attributes["cursor"].get("data-of") or ""
        self.address = unescape(str(elements.attributes["live"].get("hx-ws:connect", "")))
        self.feed: list[str] = _FEED.findall(html)
        self.pushed = set[str]()

    def apply(self, message: str) -> None:
        """Put every part of a message in its place."""
        for target, swap, text in _PARTIAL.findall(message):
            if target == "cursor":
                self.after = int(re.findall(r'value="(\d+)"', text)[0])
                self.of = "".join(re.findall(r'data-of="(\d+)"', text))
            elif swap == "afterbegin":
                self.feed = _FEED.findall(text) + self.feed
            elif target == "latest":
                self.feed = _FEED.findall(text)
            elif swap in ("outerMorph", "outerHTML"):
                self.pushed.add(target)
                self.parts[target] = text


class Viewer:
    """Somebody who watches a page of a night in some language, until ``watch`` is cancelled."""

    def __init__(self, addresses: Sequence[str], path: str, dice: random.Random) -> None:
        self.path, self.hears_all = path, "/contests/" not in path  # a contest's page hears of its contest only
        self._addresses, self._dice = list(addresses), dice
        self.page: Page | None = None
        self.messages = self.connections = self.loads = 0

    async def watch(self) -> None:
        """Load the page, and follow it for ever."""
        while True:
            self._dice.shuffle(self._addresses)
            try:
                if self.page is None:
                    self.page = await loaded(self._addresses[0], self.path)
                    self.loads += 1
                if self.page is not None:
                    await self._follow(self.page, self._addresses[0].replace("http", "ws", 1))
            except ConnectionClosed as closed:
                if closed.rcvd and closed.rcvd.code == 1000:  # the night is over, or begins anew: reload
                    self.page = None
            except (OSError, TimeoutError, WebSocketException, httpx2.HTTPError):
                pass
            await asyncio.sleep(self._dice.uniform(0, 2 * _PAUSE))

    async def _follow(self, page: Page, server: str) -> None:
        address = re.sub(r"after=\d+", f"after={page.after}&of={page.of}", page.address)
        async with connect(server + address, max_size=None, ping_interval=None, open_timeout=_SILENCE_SECONDS) as line:
            self.connections += 1
            while self._dice.random() > _LEAVES:
                message = await asyncio.wait_for(line.recv(), _SILENCE_SECONDS)
                if message:
                    self.messages += 1
                    page.apply(str(message))


async def loaded(address: str, path: str) -> Page | None:
    """A page as it is now; None if there is none at the moment."""
    async with httpx2.AsyncClient(timeout=_SILENCE_SECONDS, verify=False) as client:
        answer = await client.get(address + path)
        return Page(answer.text) if answer.status_code == 200 else None


def apart(viewers: Iterable[Viewer], fresh: Mapping[str, Page], night: Any = None) -> list[str]:
    """What viewers see otherwise than who loads their page now, or than the night's JSON says; a sentence for each."""
    wrong: list[str] = []
    everybody = list(viewers)
    for viewer in everybody:
        now, page = fresh[viewer.path], viewer.page
        if page is None:
            wrong.append(f"{viewer.path} was never seen")
            continue
        named = {target for one in everybody if one.page and one.path == viewer.path for target in one.page.pushed}
        wrong += [
            f"{target} on {viewer.path} is {page.parts.get(target)}, and for others {now.parts[target]}"
            for target in sorted(named & set(now.parts))
            if _lasting(page.parts.get(target, "")) != _lasting(now.parts[target])
        ]
        if page.feed[: len(now.feed)] != now.feed[: len(page.feed)] or len(set(page.feed)) < len(page.feed):
            wrong.append(f"the feed on {viewer.path} is {page.feed[:20]}, and for others {now.feed[:20]}")
        if viewer.hears_all and (page.after != now.after or (night and page.after != night["seq"])):
            wrong.append(f"{viewer.path} is at {page.after}, others at {now.after}")
        for contest in night["contests"] if night and viewer.hears_all else ():
            row = re.sub(r"[.,\s\u00a0]", "", page.parts.get("row-" + contest["ballot"].split(".")[1], ""))
            if contest["status"] == "declared" and f">{contest['majority']}<" not in row:
                wrong.append(f"{contest['ballot']} on {viewer.path} is {row}")
    return wrong


def _lasting(part: str) -> str:
    """A part of a page without what only those see who watch: the banner names what was declared in the same moment."""
    return re.sub(r'<p id="also" class="also">.*?</p>', "", part, flags=re.DOTALL)
