"""One officer, one phone, a bad network: what was typed is kept, sent once, and the page says which is true."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from playwright.async_api import Browser, BrowserContext, Page, Route, expect

from server.election.commands import AmendBallotPaper, OpenNight
from server.election.contests import Candidate, Contest
from server.election.counting.acts import SessionsEnded, SheetKeyed
from server.election.events import Declared, SheetPhotographed
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.browser.conftest import HALL, PHONE
from tests.browser.officers import (
    AGAIN,
    CHECK,
    DECLARE,
    KEPT,
    key,
    key_again,
    link_for,
    look_again,
    open_sheet,
    says,
    sheet,
    sign_in,
    tap,
    verify,
)
from tests.count import rochester
from tests.count.test_photos import photograph
from tests.running import Site, serving

RECKLESS = '[name="votes.11"]'
UNSENT = "Typed, not sent: no signal. It goes by itself."


@pytest.fixture
async def site(redis: Embedded, stream: EventStream, tmp_path: Path) -> AsyncIterator[Site]:
    """The whole program, with the night on air."""
    await open_the_night(stream)
    async with serving(redis.url, tmp_path) as site:
        yield site


@pytest.fixture
async def phone(site: Site, browser: Browser) -> AsyncIterator[BrowserContext]:
    """A browser the size of a phone; a script error in it fails the test."""
    context = await browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, base_url=site.url)
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    yield context
    await context.close()
    assert errors == []


@pytest.fixture
async def link(site: Site, stream: EventStream) -> str:
    """Jane Smith's invitation."""
    return await link_for(site, stream)


async def open_the_night(stream: EventStream) -> None:
    opening = OpenNight(id="open", by="desk", night=rochester.night())
    await Submitter(stream).submit(rochester.NIGHT, opening, rochester.night().polls_close)
    await stream.announce(rochester.NIGHT)


async def sheets(stream: EventStream) -> list[dict[str, int]]:
    return [act.votes for act in await stream.read_acts(rochester.NIGHT) if isinstance(act, SheetKeyed)]


async def declared(stream: EventStream) -> list[dict[str, int]]:
    return [event.votes for event in await stream.read(rochester.NIGHT) if isinstance(event, Declared)]


async def declare(page: Page) -> None:
    await look_again(page)
    await tap(page, DECLARE)
    await says(page, "On air")


async def test_every_keystroke_outlives_a_reload_and_a_closed_tab(
    phone: BrowserContext, link: str, stream: EventStream
) -> None:
    page = await sign_in(phone, link)
    await page.locator('[name="issued"]').fill("40,200")
    await page.locator('[name="papers"]').press_sequentially("40 113")
    await page.reload()
    assert await page.input_value('[name="papers"]') == "40 113"
    await tap(page, "Announce the turnout")
    await page.locator('[name^="reason."]').fill("A box is still sealed")
    await page.reload()
    await tap(page, "Announce the turnout")
    assert await page.input_value('[name^="reason."]') == "A box is still sealed", "reasons are kept as figures are"
    await tap(page, "Announce the turnout")
    await expect(page.locator("#votes")).to_be_visible()

    await key(page)
    await page.locator(RECKLESS).fill("16 867")
    await page.locator('[name="rejected.more_than_one"]').fill("")
    await page.locator('[name="rejected.more_than_one"]').press_sequentially("17")
    await says(page, "Typed: on this phone only")
    await expect(page.locator("#sum")).to_contain_text("all papers accounted for")
    await page.close()

    page = await phone.new_page()
    await page.goto("/count")
    assert await page.input_value(RECKLESS) == "16 867"
    assert await page.input_value('[name="rejected.more_than_one"]') == "17"
    await says(page, "Typed: on this phone only")
    await expect(page.locator('main [data-say="restored"]')).to_contain_text("is back")
    assert await sheets(stream) == [], "what is only typed is with nobody"


async def test_the_line_says_at_every_step_which_is_true(phone: BrowserContext, link: str) -> None:
    page = await open_sheet(phone, link)
    await says(page, "Nothing typed yet")
    await page.locator(RECKLESS).press_sequentially("1")
    await says(page, "Typed: on this phone only")
    await key(page)
    await tap(page, CHECK)
    await says(page, "Sent: with the desk, not on air")
    await declare(page)
    assert await page.evaluate("() => localStorage.length") == 0, "the drafts end with the receipt"


async def test_what_is_sent_without_a_network_goes_by_itself_when_there_is_one(
    phone: BrowserContext, link: str, stream: EventStream
) -> None:
    page = await open_sheet(phone, link)
    await key(page)
    await phone.set_offline(True)
    await tap(page, CHECK)
    await says(page, UNSENT)
    await expect(page.get_by_text("It is sent by itself when there is a signal")).to_be_visible()
    assert await page.input_value(RECKLESS) == "16867", "the form stays as it is"
    await phone.set_offline(False)
    await says(page, "Sent: with the desk, not on air")

    await key_again(page)
    await phone.set_offline(True)
    await tap(page, AGAIN)
    await says(page, UNSENT)
    await page.reload()
    await says(page, UNSENT)
    await phone.set_offline(False)
    await expect(page.get_by_role("button", name=DECLARE, exact=True)).to_be_enabled()

    await phone.set_offline(True)
    await tap(page, DECLARE)
    await says(page, UNSENT)
    await phone.set_offline(False)
    await says(page, "On air")
    assert await sheets(stream) == await declared(stream) == [rochester.VOTES]


async def test_an_answer_that_is_lost_on_its_way_doubles_nothing(
    phone: BrowserContext, link: str, stream: EventStream
) -> None:
    reached: list[str] = []

    async def lose(route: Route) -> None:
        if route.request.method == "POST":
            await route.fetch(max_redirects=0)
            reached.append(route.request.url.rpartition("/")[2])
        lost = route.request.method == "POST" and reached.count(reached[-1]) < 3
        await (route.abort() if lost else route.continue_())

    page = await sign_in(phone, link)
    await page.route("**/count/*", lose)
    await verify(page)
    await key(page)
    await tap(page, CHECK)
    await declare(page)
    assert [reached.count(name) for name in ("verification", "sheet", "again", "declare")] == [3, 3, 3, 3]
    assert await sheets(stream) == await declared(stream) == [rochester.VOTES]


async def test_a_closed_tab_with_a_send_waiting_sends_it_when_it_is_opened_again(
    phone: BrowserContext, link: str, stream: EventStream
) -> None:
    page = await open_sheet(phone, link)
    await key(page)
    await page.route("**/count/sheet", lambda route: route.abort())
    await tap(page, CHECK)
    await says(page, UNSENT)
    await page.close()
    assert await sheets(stream) == []
    tabs = [await phone.new_page() for _ in range(2)]
    for one in tabs:
        await one.goto("/count")
    for one in tabs:
        await says(one, "Sent: with the desk, not on air")
    assert await sheets(stream) == [rochester.VOTES]


async def test_another_person_on_the_same_phone_does_not_send_what_the_first_left(
    site: Site, phone: BrowserContext, link: str, stream: EventStream
) -> None:
    page = await open_sheet(phone, link)
    await key(page)
    await page.route("**/count/sheet", lambda route: route.abort())
    await tap(page, CHECK)
    await says(page, UNSENT)
    await page.close()
    page = await sign_in(phone, await link_for(site, stream, name="Ann Abel"))
    await expect(page.get_by_text("Something that Jane Smith left on this phone is not sent")).to_be_visible()
    page = await sign_in(phone, link)
    await says(page, "Sent: with the desk, not on air")
    (act,) = [act for act in await stream.read_acts(rochester.NIGHT) if isinstance(act, SheetKeyed)]
    assert act.by == "Jane Smith"


async def test_a_waiting_send_can_be_stopped_and_the_figures_changed(
    phone: BrowserContext, link: str, stream: EventStream
) -> None:
    page = await open_sheet(phone, link)
    await key(page, rochester.VOTES | {"1": 55, "2": 21})
    await phone.set_offline(True)
    await tap(page, CHECK)
    assert await page.locator(RECKLESS).is_editable() is False
    await tap(page, "Don’t send: change it")
    await says(page, "Typed: on this phone only")
    await phone.set_offline(False)
    await key(page)
    await tap(page, CHECK)
    await says(page, "Sent: with the desk, not on air")
    assert await sheets(stream) == [rochester.VOTES]


async def test_a_web_process_that_is_restarted_in_the_middle_loses_and_doubles_nothing(
    redis: Embedded, stream: EventStream, browser: Browser, tmp_path: Path
) -> None:
    await open_the_night(stream)
    async with serving(redis.url, tmp_path) as site:
        port = int(site.url.rpartition(":")[2])
        phone = await browser.new_context(viewport=PHONE, has_touch=True, base_url=site.url)
        page = await open_sheet(phone, await link_for(site, stream))
        await key(page)
    await tap(page, CHECK)
    await says(page, UNSENT)
    async with serving(redis.url, tmp_path, port):
        await look_again(page)
    await tap(page, DECLARE)
    await says(page, UNSENT)
    async with serving(redis.url, tmp_path, port):
        await says(page, "On air")
        assert await sheets(stream) == await declared(stream) == [rochester.VOTES]
        await phone.close()


async def test_a_double_tap_sends_once_and_taps_nothing_that_came_in_between(
    phone: BrowserContext, link: str, stream: EventStream
) -> None:
    page = await open_sheet(phone, link)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    await key(page)
    # A thumb that comes down again the moment the next page is there, just where its button is.
    await page.evaluate("""() => new MutationObserver(() => document.querySelector("main form .go")?.click())
        .observe(document.body, { childList: true })""")
    await page.get_by_role("button", name=CHECK).dblclick()
    await says(page, "Sent: with the desk, not on air")
    await expect(page.get_by_role("button", name=AGAIN)).to_be_enabled()
    await expect(page.locator(".wrong")).to_have_count(0)
    await key_again(page)
    await page.get_by_role("button", name=AGAIN).dblclick()
    await expect(page.get_by_role("button", name=DECLARE)).to_be_enabled()
    assert await declared(stream) == []
    await page.get_by_role("button", name=DECLARE).dblclick()
    await says(page, "On air")
    assert [one.rpartition("/")[2] for one in sent] == ["sheet", "again", "declare"]
    assert await declared(stream) == [rochester.VOTES]


async def test_two_tabs_with_different_figures_are_told_and_lose_nothing(
    phone: BrowserContext, link: str, stream: EventStream
) -> None:
    first = await open_sheet(phone, link)
    second = await phone.new_page()
    await second.goto("/count")
    await key(first)
    told = second.locator('main [data-say="elsewhere"]')
    await expect(told).to_contain_text("Other figures were typed on this phone")
    assert await second.input_value(RECKLESS) == "", "nothing is overwritten"
    await key(second, rochester.VOTES | {"1": 55, "2": 21})
    await expect(first.locator('main [data-say="elsewhere"]')).to_be_visible()
    for one, votes in ((first, "54"), (second, "55")):
        await one.reload()
        assert await one.input_value('[name="votes.1"]') == votes, "each tab keeps its own"

    await tap(first, CHECK)
    await says(first, "Sent: with the desk, not on air")
    await expect(second.locator('main [data-say="moved"]')).to_contain_text("The count has moved on")
    await tap(second, CHECK)
    await expect(second.locator("#alert")).to_contain_text("Other figures were sent at")
    assert await second.input_value('[name="votes.1"]') == "55"
    assert await sheets(stream) == [rochester.VOTES]
    await declare(first)
    assert await first.evaluate("() => localStorage.length") == 0, "what is declared ends all drafts of it"


async def test_the_page_opens_again_without_a_network(
    redis: Embedded, stream: EventStream, browser: Browser, tmp_path: Path
) -> None:
    await open_the_night(stream)
    async with serving(redis.url, tmp_path) as site:
        port = int(site.url.rpartition(":")[2])
        phone = await browser.new_context(viewport=PHONE, has_touch=True, base_url=site.url)
        page = await open_sheet(phone, await link_for(site, stream))
        await page.locator(RECKLESS).fill("16 867")
        await page.wait_for_function(KEPT)
        await page.close()
    page = await phone.new_page()
    await page.goto("/count")
    assert await page.input_value(RECKLESS) == "16 867"
    await says(page, "Typed: on this phone only")
    await says(page, "No signal: as it was at")
    await key(page)
    await tap(page, CHECK)
    await says(page, UNSENT)
    await page.reload()
    await says(page, UNSENT)
    async with serving(redis.url, tmp_path, port):
        await says(page, "Sent: with the desk, not on air")
        assert await sheets(stream) == [rochester.VOTES]
        await phone.close()


async def test_a_phone_that_the_desk_signs_out_keeps_what_was_typed_and_shows_no_old_page(
    site: Site, phone: BrowserContext, link: str, stream: EventStream
) -> None:
    page = await open_sheet(phone, link)
    await page.locator(RECKLESS).fill("16 867")
    await page.wait_for_function(KEPT)
    acts = await stream.read_acts(rochester.NIGHT)
    ended = SessionsEnded(
        seq=0,
        at=acts[-1].at,
        by="desk",
        invitation="",
        device="",
        command_id="end",
        invited=next(act.invitation for act in acts if act.by == "Jane Smith"),
    )
    await Submitter(stream).record(rochester.NIGHT, ended)
    await expect(page.locator('main [data-say="ended"]')).to_contain_text("What you typed stays on this phone")
    await tap(page, CHECK)
    await expect(page.locator("#unsent")).to_contain_text("did not reach the desk")
    await page.goto("/count")
    await expect(page.locator("h1")).to_contain_text("has signed this phone out")
    assert await page.evaluate("async () => (await (await caches.open('count-pages')).keys()).length") == 0
    await page.close()
    page = await sign_in(phone, link)
    assert await page.input_value(RECKLESS) == "16 867"


async def test_what_was_typed_after_a_refusal_outlives_reloading_the_refused_page(
    phone: BrowserContext, link: str
) -> None:
    page = await open_sheet(phone, link)
    await key(page)
    await page.locator(RECKLESS).fill("16.867")
    await tap(page, CHECK)
    await expect(page.locator("#alert")).to_contain_text("to put right")
    await expect(page.locator("#alert")).to_be_focused()
    await says(page, "Typed: on this phone only")
    await page.locator(RECKLESS).fill("16,867")
    await page.reload()
    assert await page.input_value(RECKLESS) == "16,867"
    await tap(page, CHECK)
    await says(page, "Sent: with the desk, not on air")


async def amend(stream: EventStream, contest: Contest) -> None:
    put_right = AmendBallotPaper(
        id=f"amend {len(await stream.read(rochester.NIGHT))}",
        by="desk",
        ballot=rochester.BALLOT,
        contest=contest,
        parties=(),
        reason="The paper in the hall says so.",
    )
    await Submitter(stream).submit(rochester.NIGHT, put_right, rochester.night().polls_close)


async def test_a_ballot_paper_put_right_is_on_the_open_phone_at_once_and_what_is_typed_stays_with_its_candidate(
    phone: BrowserContext, link: str, stream: EventStream
) -> None:
    page = await open_sheet(phone, link)
    await page.locator(RECKLESS).fill("16867")
    await page.locator('[name="votes.1"]').fill("54")
    tolhurst = page.locator('[name="votes.13"]')
    await tolhurst.press_sequentially("13,9")
    before = rochester.night().contests[0]
    gone, *others, kelly = before.candidates
    paper = (replace(kelly, name="Kelly Tollhurst"), *others, Candidate("14", "Ada Moss", "ynmp-party:2"))
    await amend(stream, replace(before, name="Rochester & Strood", electorate=79200, candidates=paper))
    await expect(page.locator('label[for="votes-13"]')).to_contain_text("Kelly Tollhurst")
    await expect(page.locator('main [data-say="paper"]')).to_contain_text(
        f"Not on the paper any more: {gone.name}: 54."
    )
    await expect(page).to_have_title("Rochester & Strood · Declared")
    names = "all => all.map((one) => one.name)"
    order = [f"votes.{one.id}" for one in paper]
    assert await page.locator("#votes input").evaluate_all(names) == order
    await page.keyboard.type("47")  # into the field that had the keyboard
    assert await tolhurst.input_value() == "13,947"
    assert await page.input_value(RECKLESS) == "16867"
    assert await page.input_value('[name="votes.14"]') == ""
    await expect(page.locator("[data-counted]")).to_have_text("30,814")
    await page.wait_for_function(
        "async () => { const pages = await caches.open('count-pages'); const [key] = await pages.keys();"
        " return key && (await (await pages.match(key)).text()).includes('Kelly Tollhurst') }"
    )
    await phone.set_offline(True)
    await page.reload()
    await expect(page.locator('label[for="votes-13"]')).to_contain_text("Kelly Tollhurst")
    assert await page.locator("#votes input").evaluate_all(names) == order
    assert (await tolhurst.input_value(), await page.input_value(RECKLESS)) == ("13,947", "16867")
    await phone.set_offline(False)
    await amend(stream, replace(before, candidates=(kelly, *before.candidates[:-1])))
    await expect(page.locator('label[for="votes-13"]')).to_contain_text("Kelly Tolhurst")
    assert await page.input_value('[name="votes.1"]') == "54", "who is on the paper again has what was typed"
    await key(page)
    await tap(page, CHECK)
    await declare(page)
    assert await declared(stream) == [rochester.VOTES]


async def test_a_lot_is_asked_for_the_moment_the_first_place_is_a_tie(phone: BrowserContext, link: str) -> None:
    page = await open_sheet(phone, link)
    await key(page)
    assert not await page.locator("#lot").is_visible()
    await page.locator(RECKLESS).fill("13,947")
    assert await page.locator("#lot label:visible").all_inner_texts() == ["Mark Reckless", "Kelly Tolhurst"]
    await page.locator("#lot label", has_text="Kelly Tolhurst").tap()
    await page.reload()
    await expect(page.locator("#lot label", has_text="Kelly Tolhurst").locator("input")).to_be_checked()


async def test_the_key_next_leads_from_field_to_field_and_to_the_button(phone: BrowserContext, link: str) -> None:
    page = await open_sheet(phone, link)
    texts = sheet()
    await expect(page.get_by_role("button", name=CHECK)).to_be_enabled()
    await phone.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.evaluate("navigator.clipboard.writeText('12\\n345\\n')")
    await page.locator(RECKLESS).focus()
    await page.keyboard.press("Control+V")
    assert await page.input_value(RECKLESS) == "12\t345", "two rows of a table are not one number"
    await expect(page.locator("#sum")).to_contain_text("0 counted")
    await page.locator(RECKLESS).fill("")
    await page.locator(f'[name="{next(iter(texts))}"]').focus()
    for text in texts.values():
        await page.keyboard.type(text)
        await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await says(page, "Sent: with the desk, not on air")
    await look_again(page)
    await expect(page.locator("main")).to_contain_text("UKIP gain from Con")


async def test_over_plain_http_the_page_says_what_it_cannot_do_there(
    site: Site, browser: Browser, stream: EventStream, link: str
) -> None:
    hall = site.url.replace("127.0.0.1", HALL)
    phone = await browser.new_context(viewport=PHONE, has_touch=True, base_url=hall)
    page = await open_sheet(phone, link)
    await expect(page.locator('main [data-say="plain"]')).to_contain_text("keep it open")
    await key(page)
    await page.reload()
    assert await page.input_value(RECKLESS) == "16867", "what is typed is kept there too"
    await phone.set_offline(True)
    await tap(page, CHECK)
    await says(page, UNSENT)
    await phone.set_offline(False)
    await says(page, "Sent: with the desk, not on air")
    await declare(page)
    await phone.close()
    assert await declared(stream) == [rochester.VOTES]


async def test_a_browser_that_keeps_nothing_is_said_to(phone: BrowserContext, link: str, stream: EventStream) -> None:
    await phone.add_init_script("""
        Object.defineProperty(window, "localStorage", { get() { throw new DOMException("denied", "SecurityError") } })
    """)
    page = await open_sheet(phone, link)
    await expect(page.locator('main [data-say="forgetful"]')).to_contain_text("This browser keeps nothing")
    await key(page)
    await phone.set_offline(True)
    await tap(page, CHECK)
    await says(page, UNSENT)
    await phone.set_offline(False)
    await says(page, "Sent: with the desk, not on air")
    await declare(page)
    assert await declared(stream) == [rochester.VOTES]


async def test_a_photograph_is_made_small_on_the_phone_and_sent_again_after_a_lost_line(
    phone: BrowserContext, link: str, stream: EventStream
) -> None:
    page = await open_sheet(phone, link)
    await key(page)
    await tap(page, CHECK)
    await declare(page)
    await expect(page.locator("form.photo")).to_be_visible()
    sizes: list[int] = []

    async def lost(route: Route) -> None:
        sizes.append(len(route.request.post_data_buffer or b""))
        await route.abort()

    taken = photograph()
    await page.locator("#photo").set_input_files({"name": "sheet.jpg", "mimeType": "image/jpeg", "buffer": taken})
    await page.route("**/count/photo", lost)
    await tap(page, "Send the photograph")
    await expect(page.locator("#photo-wrong")).to_contain_text("No answer")
    assert 0 < sizes[0] < len(taken)
    await page.unroute("**/count/photo")
    await tap(page, "Send the photograph")
    await expect(page.locator(".photos img")).to_be_visible()
    found = [event for event in await stream.read(rochester.NIGHT) if isinstance(event, SheetPhotographed)]
    assert [(event.width, event.height) for event in found] == [(1600, 1067)]
