"""A by-election for two seats of a ward, from Democracy Club's export to "on air", by people with their links alone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from server.election.events import Declared
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from tests.bench.walk import Walk, admins_link, come_in
from tests.browser.officers import CHECK, DECLARE, link_for, look_again, says, sign_in, tap, type_in
from tests.nights.coming.test_wards import export
from tests.running import Site, serving

NIGHT = "local.adur.buckingham.by.2025-05-01"
EXPORT = export(("local.adur.buckingham.by", "Buckingham", 2), candidates=6, day="2025-05-01")
DRAFT = {"0-nation": "England", "0-region": "South East", "0-electorate": "6,000", "apart": "1"}
SHEET = {
    "block.PP53": "700",
    "block.PP52": "500",
    "block.PP63": "0",
    **{f"split.{place}": str(votes) for place, votes in enumerate((210, 140, 300, 205, 122, 181), 1)},
    "valid_papers": "1,981",
    "in_part": "14",
    "rejected.official_mark": "0",
    "rejected.more_than_one": "9",
    "rejected.identifiable": "1",
    "rejected.unmarked_or_void": "10",
}


@pytest.fixture
async def site(redis: Embedded, tmp_path: Path) -> AsyncIterator[Site]:
    """The whole program, with nothing on air."""
    async with serving(redis.url, tmp_path) as site:
        yield site


async def test_a_by_election_in_a_ward_from_an_export_to_on_air(
    site: Site, stream: EventStream, viewer: Page, phone: Page
) -> None:
    admin = Walk(viewer)
    await come_in(admin, await admins_link(site, stream))
    await admin.tap("Make a night", "a.go", "#q")
    file = {"name": "candidates.csv", "mimeType": "text/csv", "buffer": EXPORT.encode()}
    await viewer.locator("#file").set_input_files(file)  # type: ignore[arg-type]
    await admin.tap("Begin", "#file >> xpath=ancestor::form >> text=Begin", "button[value=preview]")
    for field, text in DRAFT.items():
        one = viewer.locator(f'[id="{field}"]')
        await (one.select_option(text) if field in ("0-nation", "apart") else one.fill(text))
    await admin.tap("See it", "button[value=preview]", ".preview-bar")
    await admin.tap("Open it now", "button[value=now]", "text=It is on air")
    await viewer.goto(f"{site.url}/nights/{NIGHT}/contests/{NIGHT}")

    link = site.url + await link_for(site, stream, night=NIGHT, ballot=NIGHT)
    page = await sign_in(phone.context, link)
    await type_in(page, {"issued": "2,001", "papers": "2,001"})
    await tap(page, "Announce the turnout")
    await type_in(page, SHEET)
    await expect(page.get_by_role("button", name="Add up")).to_have_count(0)
    sums = page.locator("[data-sum]")
    await expect(sums).to_have_text(["910 votes", "640 votes", "300 votes", "905 votes", "622 votes", "181 votes"])
    await expect(page.locator("#sum")).to_contain_text("all papers accounted for")
    await page.reload()
    await expect(page.locator('[name="split.4"]')).to_have_value("205")
    await expect(sums.nth(3)).to_have_text("905 votes")
    await page.locator('[name="split.2"]').fill("405")
    await expect(page.locator("#lot")).to_contain_text("The lot decides 1 of them")
    await page.locator('[name="split.2"]').fill("140")
    await expect(page.locator("#lot")).to_be_hidden()
    await tap(page, CHECK)
    await look_again(page, SHEET)
    await expect(page.locator(".declaration")).to_contain_text("the following 2 are elected as councillors")
    await tap(page, DECLARE)
    await says(page, "On air")
    (declared,) = [event for event in await stream.read(NIGHT) if isinstance(event, Declared)]
    assert declared.votes == {"1": 910, "2": 640, "3": 300, "4": 905, "5": 622, "6": 181}
    await expect(viewer.get_by_text("Ann Bname1").first).to_be_visible()
