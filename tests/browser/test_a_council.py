"""A council of twenty wards of three seats, counted by five officers at once on their phones until its control is
stated."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from server.count.visit.invitations import Invitations
from server.count.visit.inviting import invite_person
from server.election.events import Declared
from server.nights.coming.made import made
from server.nights.coming.sheet import with_fields
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.browser.conftest import PHONE
from tests.browser.officers import CHECK, DECLARE, PIN, look_again, says, tap, type_in, verify
from tests.nights.coming.test_wards import export, read
from tests.running import Site, open_then, serving

DAY = "2025-05-01"
WARDS = tuple(f"ward-{place}" for place in range(1, 21))
EXPORT = export(*((f"local.kent.{ward}", ward.replace("-", " ").title(), 3) for ward in WARDS), candidates=9, day=DAY)
KNOWN = {"0.nation": "England", "0.region": "South East", "body0.seats": "60", "body0.control": "Conservative"} | {
    f"{place}.electorate": "5,400" for place in range(len(WARDS))
}
NIGHT = made(with_fields(read(EXPORT), KNOWN)).definition
BALLOTS = tuple(contest.ballot for contest in NIGHT.contests)
PAPERS, REJECTED = 2_013, {"official_mark": 0, "more_than_one": 6, "identifiable": 0, "unmarked_or_void": 14}
WON = {"PP53": 12, "PP52": 8}
"""Party → the wards that it wins whole: so Labour gains the council from the Conservatives."""


@pytest.fixture
async def site(redis: Embedded, stream: EventStream, tmp_path: Path) -> AsyncIterator[Site]:
    """The whole program, with the council's night on air."""
    await open_then(stream, NIGHT, "open")
    async with serving(redis.url, tmp_path) as site:
        yield site


@pytest.fixture
async def phones(browser: Browser, site: Site) -> AsyncIterator[list[BrowserContext]]:
    """Five phones, in five hands."""
    five = [
        await browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, base_url=site.url) for _ in range(5)
    ]
    yield five
    for phone in five:
        await phone.close()


def votes(place: int) -> dict[str, int]:
    """Candidate id → votes in the ward of this place: no other ward's, and nobody level at the last seat."""
    first = "PP53" if place < WON["PP53"] else "PP52"
    shares = {first: 900, "PP63": 300}
    candidates = NIGHT.contests[place].candidates
    return {one.id: shares.get(one.party, 550) + 7 * row + place for row, one in enumerate(candidates)}


async def count(phone: BrowserContext, link: str, ballots: tuple[str, ...]) -> None:
    """One officer, from the link to the last of these wards on air."""
    page = await phone.new_page()
    await page.goto(link)
    await page.locator("#pin").fill(PIN)
    await tap(page, "Start")
    for ballot in ballots:
        await count_on_the_page(page, ballot)


async def count_on_the_page(page: Page, ballot: str) -> None:
    """A ward, from the list of them and back there."""
    await page.locator(f"[data-contest='{NIGHT.id}/{ballot}'] a").tap()
    await verify(page, PAPERS)
    await type_in(page, texts(ballot))
    await tap(page, CHECK)
    await look_again(page, texts(ballot))
    await expect(page.locator(".elected-are li")).to_have_count(3)
    await tap(page, DECLARE)
    await says(page, "On air")
    await page.get_by_role("link", name="All your contests").tap()


def texts(ballot: str) -> dict[str, str]:
    """A ward's sheet as it is typed."""
    typed = {f"votes.{one}": str(number) for one, number in votes(BALLOTS.index(ballot)).items()}
    typed |= {"valid_papers": str(PAPERS - sum(REJECTED.values())), "in_part": "9"}
    return typed | {f"rejected.{head}": str(number) for head, number in REJECTED.items()}


async def test_five_officers_count_twenty_wards_until_control_is_stated(
    site: Site, stream: EventStream, phones: list[BrowserContext], viewer: Page
) -> None:
    submitter, invitations = Submitter(stream), Invitations(site.settings.secret_key)
    await viewer.goto(f"{site.url}/nights/{NIGHT.id}/councils/local.kent")
    counting = list[asyncio.Task[None]]()
    for place, phone in enumerate(phones):
        theirs = BALLOTS[place::5]
        one = await invite_person(submitter, NIGHT.id, f"Officer {place + 1}", "officer", theirs)
        link = f"/count/invitation/{invitations.make(NIGHT.id, one)}"
        counting.append(asyncio.create_task(count(phone, link, theirs)))
    await asyncio.gather(*counting)
    control = viewer.locator("#control-local-kent")
    await expect(control.locator(".headline")).to_contain_text("LAB GAIN Kent")
    await expect(viewer.locator("#row-kent-ward-20")).to_contain_text("Con")
    declared = [event for event in await stream.read(NIGHT.id) if isinstance(event, Declared)]
    assert {one.ballot: one.votes for one in declared} == {ballot: votes(n) for n, ballot in enumerate(BALLOTS)}
    assert len(declared) == len(BALLOTS)
