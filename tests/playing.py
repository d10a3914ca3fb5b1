"""A page of a past night as its player shows it, and as somebody shows it who watched from the start: to be compared
with the page that the server makes for a moment, byte for byte."""

import random
import re
from collections.abc import Iterable
from functools import cache
from itertools import count
from urllib.parse import urlencode

import httpx2

from server.live import moments as past
from server.live.channel import Channel
from server.nights import archive
from server.pages.render import PageRenderer

FEED_LENGTH, FEED_OF_ONE = 12, 60  # entries that a page begins with, of many contests and of one
_HEXAGON = re.compile(r'<svg>(<a )hx-swap-oob="outerHTML:\[aria-labelledby=row-([^"]+)\]" (.*?</a>)</svg>', re.DOTALL)
_PARTIAL = re.compile(r'<hx-partial hx-target="#?([^"]+)" hx-swap="([^"]+)">(.*?)</hx-partial>', re.DOTALL)
_STATE = re.compile(r'(\?|&(?:amp;)?)(?:at|known|seq)=[^"&#]*(?:&amp;(?=[^"#]))?|<input type="hidden" name="at"[^>]*>')
_CONTROLS = re.compile(
    r'<section id="player".*?</section>|<form.*?</form>|<script type="application/json".*?</script>', re.DOTALL
)


class Texts(dict[str, str]):
    """The pieces of an open page by id, as frames have brought them."""

    def apply(self, message: str) -> None:
        """Put every piece of a message in its place, as htmx does."""
        for target, swap, text in _PARTIAL.findall(message):
            if target == "also":
                before, _, rest = self["banner"].partition('<p id="also" class="also">')
                self["banner"] = f'{before}<p id="also" class="also">{text}</p>{rest.partition("</p>")[2]}'
            elif swap == "afterbegin":
                self["latest"] = self["latest"].replace('<ol id="feed">', f'<ol id="feed">{text}', 1)
            else:
                self[target] = text
        for start, slug, rest in _HEXAGON.findall(message):
            self[f"hex-{slug}"] = start + rest

    def in_page(self, page: str) -> str:
        """What is left of a page without these pieces; each must be in it once."""
        page = visible(page)
        for name, text in self.items():
            text = visible(text)
            assert page.count(text) == 1, f"{name} is {page.count(text)} times in the page: {text}"
            page = page.replace(text, f"{{{name}}}")
        return page


def visible(page: str) -> str:
    """A page without the controls: what its links say of the moment, the player itself, what is for machines."""
    return _STATE.sub(_kept, _CONTROLS.sub("", re.sub(r"<(?:meta|link)[^>]*>\n?", "", page)))


def _kept(found: re.Match[str]) -> str:
    return found[1] if found[1] and found[0].endswith("&amp;") else ""


class Player:
    """A viewer of a past night on one of its pages, at a seq."""

    def __init__(self, client: httpx2.AsyncClient, night: str, topic: str = "", known: str = "") -> None:
        self.seq, self.texts = 0, Texts()
        self._client, self._night = client, f"/nights/{night}"
        self._query = {"contest": topic, "known": known}

    async def jump(self, seq: int, **apart: int) -> None:
        """Scrub to a seq; ``apart``: where rows or hexagons stand, if they are not where the page is."""
        query = {**self._query, "after": self.seq, "seq": seq, **apart}
        answer = (await self._client.get(f"{self._night}/frame", params=query)).raise_for_status()
        self.texts.apply(answer.text)
        self.seq = seq

    async def reels(self) -> list[str]:
        """All frames of the night, one after another."""
        frames: list[str] = []
        for part in count():
            answer = await self._client.get(f"{self._night}/reel/{part}", params=self._query)
            if answer.status_code == 404:
                break
            frames += answer.raise_for_status().json()
        return frames


def watched(whole: Channel, topic: str, until: Iterable[int]) -> dict[int, Texts]:
    """What somebody sees at these seqs who watched a night on air from its start, one event after another.

    Of the feed as much as a page begins with: who watches has all of it.
    """
    channel, texts, seen, wanted = Channel(PageRenderer()), Texts(), dict[int, Texts](), set(until)
    for event in whole.events:
        before = channel.seq
        channel.advance([event])
        if message := channel.missed(topic, before):
            texts.apply(message.payload.decode())
        if event.seq in wanted:
            seen[event.seq] = Texts(texts)
            if "latest" in texts:
                seen[event.seq]["latest"] = _begun(
                    texts["latest"], FEED_OF_ONE if channel.night and channel.night.is_single else FEED_LENGTH
                )
    return seen


async def same_for_all(
    client: httpx2.AsyncClient, night: str, page: str, topic: str, instants: int, watching: bool = True
) -> None:
    """Check that a page at random instants, later and earlier, is the same by the player and by its address, and for
    who watched from the start; all of it but the controls."""
    channel, address = whole(night), f"/nights/{night}{page}"
    chosen = random.Random(night + page).choices(past.moments(channel), k=instants)
    player = Player(client, night, topic)
    await player.jump(channel.seq)
    frame = player.texts.in_page((await client.get(address)).text)
    seen = watched(channel, topic or "night", (one.seq for one in chosen)) if watching else dict[int, Texts]()
    for moment in chosen:
        await player.jump(moment.seq)
        query = f"{'&' if '?' in page else '?'}{urlencode({'at': moment.at.isoformat()})}"
        assert player.texts.in_page((await client.get(address + query)).text) == frame
        for name, text in seen.get(moment.seq, Texts()).items():
            if name != "cursor":
                assert visible(text) == visible(player.texts[name]), name


@cache
def whole(night: str) -> Channel:
    """A shipped night as it ended, to be read."""
    channel = Channel(PageRenderer(), on_air=False)
    channel.advance(archive.load(night).events)
    return channel


def _begun(feed: str, most: int) -> str:
    entries = feed.split("<li id=")
    rest = entries[-1].partition("</ol>")
    return "<li id=".join([*entries[:-1], rest[0]][: most + 1]).rstrip() + rest[1] + rest[2]
