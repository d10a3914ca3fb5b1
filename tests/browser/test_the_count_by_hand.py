"""Whole counts by hand, from the link to what everybody sees: 34 candidates by keyboard, by touch; two officers."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from server.count.visit.inviting import choose_entry
from server.election.commands import Correct, OpenNight
from server.election.contests import Candidate, Contest, Definition
from server.election.counting.acts import SheetKeyed
from server.election.counting.acts.table_acts import TablesChosen
from server.election.events import Declared
from server.election.parties import Party
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.browser.conftest import PHONE
from tests.browser.officers import CHECK, DECLARE, PIN, SEND, key, link_for, look_again, says, sign_in, tap, verify
from tests.count import rochester
from tests.count.conftest import stamp
from tests.running import Site, serving

CROWDED, BALLOT = "crowded", "parl.crowded.by.2026-05-07"
VOTES = {str(place): 17 * place * place + 3 for place in range(1, 35)}
HEADS = {"official_mark": 1, "more_than_one": 22, "identifiable": 0, "unmarked_or_void": 41}
PAPER = {
    **{f"votes.{place}": str(votes) for place, votes in VOTES.items()},
    **{f"rejected.{head}": str(papers) for head, papers in HEADS.items()},
}
PAPERS = sum(VOTES.values()) + sum(HEADS.values())
LEFT_OUT = 6558
UNSENT = "Typed, not sent: no signal. It goes by itself."
SWAPPED = rochester.VOTES | {rochester.RECKLESS: 16876, rochester.TOLHURST: 13938}


@pytest.fixture
async def site(redis: Embedded, stream: EventStream, tmp_path: Path) -> AsyncIterator[Site]:
    """The whole program, with a crowded ballot paper and Rochester and Strood on air."""
    for definition in (crowded(), rochester.night()):
        opening = OpenNight(id="open", by="desk", night=definition)
        await Submitter(stream).submit(definition.id, opening, definition.polls_close)
        await stream.announce(definition.id)
    async with serving(redis.url, tmp_path) as site:
        yield site


@pytest.fixture
async def hand_out(site: Site, browser: Browser) -> AsyncIterator[Callable[[], BrowserContext]]:
    """Phones, for as many people as are needed."""
    phones = [
        await browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, base_url=site.url) for _ in range(2)
    ]
    waiting = iter(phones)
    yield lambda: next(waiting)
    for phone in phones:
        await phone.close()


def crowded() -> Definition:
    """A by-election with 34 candidates, as there may be."""
    candidates = tuple(Candidate(place, f"Candidate Number {place}", "ynmp-party:2") for place in VOTES)
    return Definition(
        id=CROWDED,
        title="Crowded by-election",
        date=date(2026, 5, 7),
        polls_close=datetime(2026, 5, 7, 21, tzinfo=UTC),
        baseline="2024 general election",
        parties=(Party("ynmp-party:2", "Independent", "Ind"),),
        contests=(
            Contest(
                ballot=BALLOT,
                name="Crowded",
                gss="E14000898",
                region="South East",
                nation="England",
                electorate=PAPERS * 2,
                candidates=candidates,
                previous=None,
            ),
        ),
    )


async def declared(stream: EventStream, night: str) -> list[dict[str, int]]:
    return [event.votes for event in await stream.read(night) if isinstance(event, Declared)]


async def test_34_candidates_by_keyboard_alone(
    site: Site, hand_out: Callable[[], BrowserContext], stream: EventStream
) -> None:
    link = await link_for(site, stream, night=CROWDED, ballot=BALLOT)
    page = await hand_out().new_page()
    await page.goto(link)
    await expect(page.locator("#pin")).to_be_focused()
    await page.keyboard.type(PIN)
    await page.keyboard.press("Enter")
    await tab_to(page, page.locator('[name="issued"]'))
    for number in (PAPERS, PAPERS):
        await page.keyboard.type(f"{number}")
        await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await tab_to(page, page.locator('[name="votes.1"]'))
    for number in (*VOTES.values(), *HEADS.values()):
        await page.keyboard.type(f"{number}")
        await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await tab_to(page, page.locator("#again input").first)
    for field in await page.locator("form.entry input[inputmode]").all():
        await page.keyboard.type(PAPER[await field.get_attribute("name") or ""])
        await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await tab_to(page, page.get_by_role("button", name=DECLARE))
    await page.keyboard.press("Enter")
    await says(page, "On air")
    assert await declared(stream, CROWDED) == [VOTES]


async def test_34_candidates_by_touch_alone(
    site: Site, hand_out: Callable[[], BrowserContext], stream: EventStream
) -> None:
    link = await link_for(site, stream, night=CROWDED, ballot=BALLOT)
    page = await hand_out().new_page()
    await page.goto(link)

    async def enter(field: str, text: str) -> None:
        await page.locator(field).tap()
        await page.keyboard.insert_text(text)  # as a keypad on the screen does

    await enter("#pin", PIN)
    await tap(page, "Start")
    await enter('[name="issued"]', str(PAPERS))
    await enter('[name="papers"]', str(PAPERS))
    await tap(page, "Announce the turnout")
    for place, votes in VOTES.items():
        await enter(f'[name="votes.{place}"]', str(votes))
    for head, papers in HEADS.items():
        await enter(f'[name="rejected.{head}"]', str(papers))
    await expect(page.locator("#sum")).to_contain_text("all papers accounted for")
    await expect(page.locator("#sum")).to_be_in_viewport()
    await tap(page, CHECK)
    await look_again(page, PAPER)
    await tap(page, DECLARE)
    await says(page, "On air")
    assert await declared(stream, CROWDED) == [VOTES]


async def test_two_officers_see_each_others_progress_and_differences_and_never_figures(
    site: Site, hand_out: Callable[[], BrowserContext], stream: EventStream
) -> None:
    await choose_entry(Submitter(stream), rochester.NIGHT, "double")
    jane = await sign_in(hand_out(), await link_for(site, stream))
    tom = await sign_in(hand_out(), await link_for(site, stream, "second officer", "Tom Jones"))
    await expect(tom.get_by_role("heading", name="Waiting for the verification")).to_be_visible()
    await verify(jane)
    await expect(tom.locator("#votes")).to_be_visible()

    await key(jane)
    await tap(jane, SEND)
    await expect(jane.get_by_role("heading", name="Your sheet is with the desk")).to_be_visible()
    await says(jane, "Sent: with the desk, not on air")
    await tom.locator('[name="votes.1"]').press_sequentially("54")
    await expect(sheet_of(tom, "The officer’s")).to_contain_text("With the desk")
    await expect(sheet_of(tom, "Your sheet")).to_contain_text("Not sent yet")
    assert await tom.locator('main [data-say="moved"]').count() == 0, "what is around a form changes without a word"
    assert not await shows(tom, "16,867")

    await key(tom, SWAPPED)
    await tap(tom, SEND)
    for page in (jane, tom):
        await expect(page.get_by_role("heading", name="The two sheets differ")).to_be_visible()
        assert await page.locator(".row.differs label").all_inner_texts() == [
            "Mark Reckless\nUK Independence Party",
            "Kelly Tolhurst\nConservative",
        ]
    assert await tom.input_value('[name="votes.11"]') == "16,876"
    assert not await shows(jane, "16,876")
    assert not await shows(tom, "16,867")

    await key(tom)
    await tap(tom, SEND)
    await expect(tom.get_by_text("Ready to be declared")).to_be_visible()
    await expect(jane.get_by_text("Both sheets are equal")).to_be_visible()
    await tap(jane, DECLARE)
    for page in (jane, tom):
        await says(page, "On air")
    keyed = [act for act in await stream.read_acts(rochester.NIGHT) if isinstance(act, SheetKeyed)]
    assert [(act.by, act.votes == rochester.VOTES) for act in keyed] == [
        ("Jane Smith", True),
        ("Tom Jones", False),
        ("Tom Jones", True),
    ]
    assert await declared(stream, rochester.NIGHT) == [rochester.VOTES]


async def test_two_people_key_each_table_blind_and_none_is_left_out(
    site: Site, hand_out: Callable[[], BrowserContext], stream: EventStream
) -> None:
    """Putney 2024 by two people, each form sent without a network: a table is left out, and then misread."""
    await choose_entry(Submitter(stream), rochester.NIGHT, "double")
    chosen = TablesChosen(**stamp("tables"), ballot=rochester.BALLOT, tables=("Table 1", "Table 2"))
    await Submitter(stream).record(rochester.NIGHT, chosen)
    jane_s, tom_s = hand_out(), hand_out()
    jane = await sign_in(jane_s, await link_for(site, stream))
    tom = await sign_in(tom_s, await link_for(site, stream, "second officer", "Tom Jones"))
    for field in ("issued", "papers"):
        await jane.locator(f'[name="{field}"]').fill(str(rochester.PAPERS))
    await tap(jane, "Announce the turnout")

    async def keys(page: Page, table: str, numbers: dict[str, int]) -> None:
        await expect(page.locator(".sum")).to_contain_text("tables entered")
        await page.get_by_role("link", name=table).tap()
        await expect(page.locator('[name="given"]')).to_be_visible()
        await page.context.set_offline(True)
        for field, number in numbers.items():
            await page.locator(f'[name="{field}"]').fill(f"{number:,}")
        await page.locator("form.entry button.go").tap()
        await says(page, UNSENT)
        await page.context.set_offline(False)
        await expect(page.locator(".sum")).to_contain_text("tables entered")

    first, second = of_tables()
    swapped = second | {f"votes.{rochester.RECKLESS}": 0, f"votes.{rochester.TOLHURST}": LEFT_OUT}
    add_up = "These are the contest’s figures"
    await keys(jane, "Table 1", first)
    await keys(tom, "Table 1", first)
    await keys(jane, "Table 2", second)
    await expect(tom.locator(".boxes .out")).to_contain_text("Table 2")
    for page in (jane, tom):
        await expect(page.get_by_role("button", name=add_up)).to_have_count(0)
    await keys(tom, "Table 2", swapped)
    for page in (jane, tom):
        await expect(page.locator("main")).to_contain_text("Keyed differently by two people: Table 2.")
        await expect(page.get_by_role("button", name=add_up)).to_have_count(0)
    await keys(tom, "Table 2", second)
    for page in (jane, tom):
        await expect(page.get_by_role("button", name=add_up)).to_be_visible()
        await page.context.set_offline(True)
        await tap(page, add_up)
        await says(page, UNSENT)
        await page.context.set_offline(False)
        await says(page, "Sent: with the desk")
    await jane.get_by_role("link", name="Read it back").tap()
    await tap(jane, DECLARE)
    await says(jane, "On air")
    assert await declared(stream, rochester.NIGHT) == [rochester.VOTES]


def of_tables() -> tuple[dict[str, int], dict[str, int]]:
    """The sheets of two tables: at the second are 6,558 votes for the winner, and nothing else."""
    heads = {f"rejected.{head}": papers for head, papers in rochester.HEADS.items()}
    votes = {f"votes.{one}": number for one, number in rochester.VOTES.items()}
    second = dict.fromkeys((*votes, *heads), 0) | {f"votes.{rochester.RECKLESS}": LEFT_OUT}
    first = {field: number - second[field] for field, number in (votes | heads).items()}
    return {"given": sum(first.values())} | first, {"given": LEFT_OUT} | second


async def test_what_somebody_is_typing_is_never_replaced_when_the_count_moves_on(
    site: Site, hand_out: Callable[[], BrowserContext], stream: EventStream
) -> None:
    link = await link_for(site, stream)
    jane = await sign_in(hand_out(), link)
    await verify(jane)
    await jane.locator('[name="votes.11"]').press_sequentially("168")
    elsewhere = await sign_in(hand_out(), link)
    await key(elsewhere)
    await tap(elsewhere, CHECK)
    await look_again(elsewhere)
    moved = jane.locator('main [data-say="moved"]')
    await expect(moved).to_contain_text("The count has moved on")
    await jane.locator('[name="votes.11"]').press_sequentially("67")
    assert await jane.input_value('[name="votes.11"]') == "16867"
    await moved.get_by_role("button", name="Look").tap()
    await expect(jane.get_by_role("button", name=DECLARE)).to_be_visible()


async def test_what_somebody_has_opened_stays_open_when_the_count_moves_on(
    site: Site, hand_out: Callable[[], BrowserContext], stream: EventStream
) -> None:
    jane = await sign_in(hand_out(), await link_for(site, stream))
    await verify(jane)
    await key(jane)
    await tap(jane, CHECK)
    await look_again(jane)
    await tap(jane, DECLARE)
    await jane.locator("details.again summary").tap()
    event = (await stream.read(rochester.NIGHT))[-1]
    assert isinstance(event, Declared)
    votes = rochester.VOTES | {rochester.RECKLESS: 16866, rochester.TOLHURST: 13948}
    slip = Correct(id="slip", by="desk", ballot=event.ballot, votes=votes, rejected=event.rejected, reason="A slip.")
    await Submitter(stream).submit(rochester.NIGHT, slip, event.at)
    await expect(jane.locator("main")).to_contain_text("A slip.")
    await expect(jane.locator("#slip")).to_be_visible()


async def tab_to(page: Page, place: Locator) -> None:
    """Press the tab key until that is where the focus is, once the page's buttons can be pressed."""
    await expect(place).to_be_enabled()
    await expect(page.locator("main button:disabled")).to_have_count(0)
    for _ in range(100):
        if await place.evaluate("(one) => one === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError("it cannot be reached with the keyboard")


def sheet_of(page: Page, whose: str) -> Locator:
    return page.locator(".both div", has_text=whose)


async def shows(page: Page, figure: str) -> bool:
    """Whether a figure is anywhere in what the phone was sent or keeps, however it is written."""
    there = await page.evaluate("() => document.documentElement.outerHTML + JSON.stringify({...localStorage})")
    everything = there + await (await page.request.get("/count")).text()
    return any(text in everything for text in (figure, figure.replace(",", "")))
