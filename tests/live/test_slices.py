"""What takes long is made in slices, with a turn for others in between."""

import asyncio
from contextlib import suppress
from operator import is_

import pytest

from server.election.nights import Night
from server.election.results.councils.council import council
from server.election.results.councils.together import councils
from server.live import moments
from server.live.channel import Channel
from server.live.renderer import NIGHT
from server.live.slices import make_councils, make_texts
from server.nights import archive
from server.pages.render import PageRenderer

GENERAL = "parl.2019-12-12"


class Counting(PageRenderer):
    """Counts what it renders."""

    rendered = 0

    def render(self, night: Night, fragment: str) -> str:
        self.rendered += 1
        return super().render(night, fragment)


@pytest.fixture
def renderer() -> Counting:
    return Counting()


@pytest.fixture
def channel(renderer: Counting) -> Channel:
    """2019, as it ended."""
    night = Channel(renderer, on_air=False)
    night.advance(archive.load(GENERAL).events)
    return night


async def most_at_once(renderer: Counting, work: asyncio.Task[object]) -> int:
    """How many fragments were rendered at most between two turns that this task had."""
    most, seen = 0, 0
    while not work.done():
        await asyncio.sleep(0)
        most, seen = max(most, renderer.rendered - seen), renderer.rendered
    await work
    return most


async def test_a_pages_fragments_are_made_in_slices_and_are_there_for_the_page(
    channel: Channel, renderer: Counting
) -> None:
    rows = [f"row-{contest.slug}" for contest in archive.load(GENERAL).definition.contests]
    most = await most_at_once(renderer, asyncio.create_task(make_texts(channel, [*rows, "no such fragment"])))
    assert renderer.rendered == len(rows) > 2 * most
    for row in rows:
        channel.text(row)
    assert renderer.rendered == len(rows)


async def test_a_reel_is_made_in_slices_once(channel: Channel, renderer: Counting) -> None:
    most = await most_at_once(renderer, asyncio.create_task(moments.reel(channel, NIGHT, 0)))
    made = renderer.rendered
    assert made > 2 * most > 0
    assert await moments.reel(channel, NIGHT, 0) is await moments.reel(channel, NIGHT, 0)
    assert renderer.rendered == made


async def test_who_goes_away_meanwhile_leaves_what_was_made_for_the_next(channel: Channel, renderer: Counting) -> None:
    rows = [f"row-{contest.slug}" for contest in archive.load(GENERAL).definition.contests]
    impatient = asyncio.create_task(make_texts(channel, rows))
    while not renderer.rendered:
        await asyncio.sleep(0)
    impatient.cancel()
    with suppress(asyncio.CancelledError):
        await impatient
    assert renderer.rendered < len(rows)
    await make_texts(channel, rows)
    assert renderer.rendered == len(rows)


@pytest.mark.parametrize("night", [GENERAL, "local.2025-05-01"])
async def test_an_earlier_moment_and_its_councils_are_made_in_slices(night: str) -> None:
    whole = Channel(PageRenderer(), on_air=False)
    whole.advance(archive.load(night).events)
    turns, moment = 0, whole.events[-2].at
    work = asyncio.create_task(moments.make_at(whole, moment))
    while not work.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 2, "it takes more than ten milliseconds"
    then = moments.at(whole, moment)
    await make_councils(then)
    assert then.night
    made = [council(then.night, body) for body in then.night.definition.councils]
    assert all(map(is_, made, councils(then.night).councils))
