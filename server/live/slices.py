"""Making much at once without holding everybody else up. No texts of its own."""

import asyncio
from collections.abc import Iterable
from time import perf_counter

from server.live.channel import Channel

_SLICE_SECONDS = 0.005


def of_kinds(channel: Channel, *kinds: str) -> list[str]:
    """The fragments of a night whose names begin so, before the first hyphen."""
    return [fragment for fragment in channel.fragments if fragment.partition("-")[0] in kinds]


async def make_texts(channel: Channel, fragments: Iterable[str]) -> None:
    """Make the texts of these fragments where they are not made yet; other tasks have a turn every five milliseconds.

    So the page that is made of them next, in one go, finds nearly all of it made.
    """
    await asyncio.sleep(0)
    known, begun = channel.fragments, perf_counter()
    for fragment in fragments:
        if fragment in known:
            channel.text(fragment)
        if perf_counter() - begun > _SLICE_SECONDS:
            await asyncio.sleep(0)
            begun = perf_counter()
