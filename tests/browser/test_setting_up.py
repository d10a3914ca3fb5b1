"""A night made in a real browser, by somebody who has only the link of whoever runs the place."""

from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from msgspec import Raw
from msgspec.structs import replace
from playwright.async_api import Browser, Error, Page, expect

from server.election.events import BallotPaperAmended, Declared
from server.nights.coming.sheet import decoded, encoded
from server.nights.kept import Kept
from server.stream.drafts import Drafts
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from tests.bench.setting_up import walk_through
from tests.bench.walk import (
    STRUCK,
    VOTES,
    Walk,
    admins_link,
    come_in,
    invite_people,
    make_it_of_an_export,
    run,
    verify,
)
from tests.count.setup import clacton
from tests.running import Site, serving

LATER = "2099-12-10"


@pytest.fixture
async def site(redis: Embedded, tmp_path: Path) -> AsyncIterator[Site]:
    """The whole program, with nothing on air."""
    async with serving(redis.url, tmp_path) as site:
        yield site


async def test_a_night_is_made_put_right_counted_by_two_declared_and_closed_by_people_with_their_links_alone(
    site: Site, stream: EventStream, browser: Browser, viewer: Page
) -> None:
    watched: list[str] = []

    async def looks(night: str) -> None:
        await viewer.goto(f"{site.url}/nights/{night}")
        await expect(viewer.get_by_text("Siân Baines")).to_be_visible()
        watched.append(night)

    walks = await walk_through(browser, site, stream, looks=looks)
    assert walks["who runs the place"].taps < 60
    await expect(viewer.get_by_text("Siân Eleri Baines").first).to_be_visible()
    again = await viewer.context.new_page()  # the open one is on its way to the kept night by itself
    await again.goto(viewer.url)
    for words in ("Jo Akers", "9,664", "Siân Eleri Baines", "Past night"):
        await expect(again.get_by_text(words).first).to_be_visible()
    record = Kept(site.settings.data_dir).events(watched[0])
    assert record is not None
    (declared,) = [event for event in record if isinstance(event, Declared)]
    assert declared.votes == {str(row): votes for row, votes in VOTES.items()}
    amended = [event.contest for event in record if isinstance(event, BallotPaperAmended)]
    assert [one.electorate for one in amended] == [78_245, 80_005, 80_005]
    assert amended[-1].candidate(str(STRUCK)).fate == "withdrew"


async def test_an_export_is_a_night_whose_figures_are_refused_until_the_poll_closes(
    site: Site, stream: EventStream, viewer: Page, phone: Page
) -> None:
    walk, officer = Walk(viewer), Walk(phone)
    await come_in(walk, await admins_link(site, stream))
    await make_it_of_an_export(walk, clacton.DEMOCRACY_CLUB.replace(clacton.DAY, LATER))
    await run(walk)
    links = await invite_people(walk)
    await verify(officer, site.url + links["Jane Smith"].removeprefix(site.settings.public_url), "#alert")
    await expect(phone.locator("#alert")).to_contain_text("nothing is published before that")
    assert len(await stream.read(f"parl.clacton.by.{LATER}")) == 1


@pytest.mark.parametrize("width", [360, 1280])
async def test_nothing_covers_the_way_to_throw_a_draft_away(
    site: Site, stream: EventStream, viewer: Page, width: int
) -> None:
    walk = Walk(viewer)
    await come_in(walk, await admins_link(site, stream))
    await viewer.goto(f"{site.url}/admin/nights")
    await walk.tap("Begin", "text=Begin with an empty sheet", "button[value=preview]")
    await viewer.set_viewport_size({"width": width, "height": 800})
    save = await viewer.locator(".bar .go").bounding_box()
    away = await viewer.get_by_text("Throw this draft away").bounding_box()
    assert save and away
    assert save["y"] + save["height"] <= away["y"]


async def test_what_is_typed_outlives_a_reload_and_a_lost_network(
    site: Site, stream: EventStream, viewer: Page
) -> None:
    await viewer.goto(await admins_link(site, stream))
    await expect(viewer.locator("#pin")).to_be_focused()
    await viewer.keyboard.type("2580")
    await viewer.keyboard.press("Enter")
    await viewer.get_by_role("link", name="New night").click()
    await expect(viewer.get_by_role("button", name="Begin with an empty sheet")).to_be_visible()
    await viewer.emulate_media(forced_colors="active")
    colours = "() => [...document.querySelectorAll('nav a')].map((a) => getComputedStyle(a).color)"
    assert len(set(await viewer.evaluate(colours))) == 2, "the page one is on is told from the others"
    await viewer.emulate_media(forced_colors="none")
    await viewer.get_by_role("button", name="Begin with an empty sheet").click()
    surname = viewer.locator("#\\30 -0-surname")
    await viewer.wait_for_load_state()
    await surname.fill("Smith")
    await viewer.reload()
    await expect(surname).to_have_value("Smith")
    await expect(viewer.get_by_text("is back in the form")).to_be_visible()
    await viewer.locator("#title").fill("Clacton by-election")
    await viewer.context.set_offline(True)
    address = viewer.url
    with suppress(Error):  # there is no network
        await viewer.get_by_role("button", name="Save", exact=True).last.click(timeout=5_000)
    await viewer.context.set_offline(False)
    await viewer.goto(address)
    await expect(viewer.locator("#title")).to_have_value("Clacton by-election")
    await expect(surname).to_have_value("Smith")
    await viewer.get_by_role("button", name="Save", exact=True).last.click()
    await expect(viewer.get_by_role("heading", name="Clacton by-election")).to_be_visible()
    await expect(viewer.get_by_text("is back in the form")).to_have_count(0)
    await somebody_else_saves(stream, address, "Bath by-election")  # while what is typed here does not get through
    await viewer.locator("#\\30 -0-first_names").fill("Jane")
    await viewer.context.set_offline(True)
    with suppress(Error):
        await viewer.get_by_role("button", name="Save", exact=True).last.click(timeout=5_000)
    await viewer.context.set_offline(False)
    await viewer.goto(address)
    await expect(viewer.locator("#\\30 -0-first_names")).to_have_value("Jane")
    await viewer.get_by_role("button", name="Save", exact=True).last.click()
    await expect(viewer.locator("#alert")).to_contain_text("Bea has saved this draft since you opened this page")
    await viewer.get_by_role("button", name="Save", exact=True).last.click()
    await expect(viewer.locator("#alert")).to_have_count(0)
    await expect(viewer.get_by_role("heading", name="Bath by-election")).to_be_visible()
    await expect(viewer.get_by_text("is back in the form")).to_have_count(0)
    drafts = Drafts(stream)
    saved = await drafts.newest(address.rpartition("/")[2])
    assert saved and [
        (one.surname, one.first_names) for one in decoded(saved.says).contests[0].candidates if not one.is_empty
    ] == [("Smith", "Jane")]


async def somebody_else_saves(stream: EventStream, address: str, title: str) -> None:
    """Another admin, at another browser, calls the night otherwise."""
    drafts, id = Drafts(stream), address.rpartition("/")[2]
    stored = await drafts.newest(id)
    assert stored
    says = Raw(encoded(replace(decoded(stored.says), title=title)))
    await drafts.put(id, replace(stored, version=stored.version + 1, by="Bea", says=says))
