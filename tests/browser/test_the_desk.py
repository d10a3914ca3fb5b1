"""The desk in a real browser: it moves as officers work, and goes dark when its session is ended."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from playwright.async_api import Browser, Page, expect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from server.count.visit.invitations import Invitations
from server.count.visit.inviting import choose_entry, invite_person
from server.election.commands import OpenNight
from server.election.counting.acts import Role
from server.election.nights import Night, fold
from server.nights import archive
from server.replay.player import Player
from server.replay.script import Orders, Progress
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.conftest import PATIENCE_SECONDS, until
from tests.count import rochester
from tests.count.conftest import PIN, Phone
from tests.running import Site, serving

CONTEST = f"/desk/contests/{rochester.BALLOT}"
PAST = "parl.rochester-and-strood.by.2014-11-20"
EXCHANGED = rochester.VOTES | {"11": rochester.VOTES["13"], "13": rochester.VOTES["11"]}
DOUBTS = {"reason.rows-look-swapped": "So it is.", "reason.share-far-from-baseline": "So it is."}


@pytest.fixture
async def site(redis: Embedded, stream: EventStream, tmp_path: Path) -> AsyncIterator[Site]:
    """The whole program, with a night of two entries on air."""
    opening = OpenNight(id="open", by="desk", night=rochester.night())
    await Submitter(stream).submit(rochester.NIGHT, opening, rochester.night().polls_close)
    await choose_entry(Submitter(stream), rochester.NIGHT, "double")
    await stream.announce(rochester.NIGHT)
    async with serving(redis.url, tmp_path) as site:
        yield site


async def invited(site: Site, stream: EventStream, role: Role, name: str, night: str = rochester.NIGHT) -> str:
    """The path of a new invitation's link."""
    ballots = () if role == "desk" else (rochester.BALLOT,)
    invitation = await invite_person(Submitter(stream), night, name, role, ballots)
    made = Invitations(site.settings.secret_key).make(night, invitation)
    return f"/{'desk' if role == 'desk' else 'count'}/invitation/{made}"


async def signed_in(site: Site, stream: EventStream, role: Role, name: str) -> Phone:
    """Somebody at the count, in another program: this one's loop serves them."""
    link = await invited(site, stream, role, name)
    phone = Phone(httpx2.Client(base_url=site.url, follow_redirects=True))
    await asyncio.to_thread(phone.sign_in, link)
    return phone


async def open_desk(page: Page, site: Site, stream: EventStream, name: str = "Ann Ray", path: str = "/desk") -> None:
    """Sign a browser in, and have a page of the desk open and live."""
    await page.goto(site.url + await invited(site, stream, "desk", name))
    await page.locator("#pin").fill(PIN)
    await page.get_by_role("button", name="Start").click()
    await page.wait_for_url("**/desk")
    if path != "/desk":
        await page.goto(site.url + path)
    await expect(page.locator("#line")).to_have_text("Live")


async def read_on(line: ClientConnection) -> None:
    """Read until the line is closed."""
    while True:
        await line.recv()


async def test_the_desk_moves_as_officers_key_differ_and_declare(site: Site, viewer: Page, stream: EventStream) -> None:
    await open_desk(viewer, site, stream)
    await viewer.evaluate("document.body.dataset.sameDocument = 'yes'")
    row, needs = viewer.locator("#desk-row-rochester-and-strood"), viewer.locator("#desk-needs")
    await expect(row).to_contain_text("nobody invited")
    jane = await signed_in(site, stream, "officer", "Jane Smith")
    await expect(row).to_contain_text("Jane Smith signed in")
    bob = await signed_in(site, stream, "second officer", "Bob Lee")
    await asyncio.to_thread(jane.key)
    await expect(row).to_contain_text("waiting for the second officer")
    await asyncio.to_thread(bob.key, rochester.texts(EXCHANGED) | DOUBTS)
    await expect(row).to_contain_text("sheets differ in 2 rows")
    await expect(needs).to_contain_text("Rochester and Strood")
    await asyncio.to_thread(bob.open)
    await asyncio.to_thread(bob.send, "/count/sheet", rochester.texts())
    await expect(row).to_contain_text("ready to declare")
    await expect(needs).not_to_contain_text("Rochester and Strood")
    await asyncio.to_thread(jane.open)
    await asyncio.to_thread(jane.send, "/count/declare")
    await expect(row).to_contain_text("UKIP gain from Con")
    await expect(viewer.locator("#desk-status")).to_contain_text("1 of 2")
    assert await viewer.evaluate("document.body.dataset.sameDocument") == "yes"
    shown = await viewer.locator("main").inner_text()
    await viewer.reload()
    await expect(viewer.locator("#line")).to_have_text("Live")
    assert await viewer.locator("main").inner_text() == shown


async def test_a_contests_page_moves_and_keeps_what_is_being_typed(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    await open_desk(viewer, site, stream, path=CONTEST)
    await viewer.get_by_text("Note on the feed").click()
    await viewer.locator("#text").fill("A note that is half")
    jane = await signed_in(site, stream, "officer", "Jane Smith")
    bob = await signed_in(site, stream, "second officer", "Bob Lee")
    await asyncio.to_thread(jane.key)
    await asyncio.to_thread(bob.key, rochester.texts(EXCHANGED) | DOUBTS)
    await expect(viewer.locator(".differ")).to_contain_text("Mark Reckless")
    assert await viewer.locator(".differ tr").first.locator("td").all_inner_texts() == ["13,947", "16,867"]
    await expect(viewer.locator("#text")).to_be_visible()
    assert await viewer.locator("#text").input_value() == "A note that is half"


async def test_a_contests_page_that_lost_its_line_is_up_to_date_when_it_is_back(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    await open_desk(viewer, site, stream, path=CONTEST)
    await viewer.context.set_offline(True)
    await viewer.evaluate("htmx.find('#live')._htmx.ws.connection.socket.close()")
    await expect(viewer.locator("#line")).to_have_text("No network")
    jane = await signed_in(site, stream, "officer", "Jane Smith")
    await asyncio.to_thread(jane.key)
    await viewer.context.set_offline(False)
    await expect(viewer.locator("article.about")).to_contain_text("waiting for the second officer")


async def test_a_replay_is_steered_from_one_desk_and_every_desk_sees_it(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    told: list[Progress] = []
    playing = asyncio.create_task(Player(stream, {"again": archive.load(PAST)}, Orders(speed=1), told.append).play())
    await until(lambda: bool(told) and told[-1].set.speed == 1, "the replay")
    await viewer.goto(site.url + await invited(site, stream, "desk", "Ann Ray", "again"))
    await viewer.locator("#pin").fill(PIN)
    await viewer.get_by_role("button", name="Start").click()
    await expect(viewer.locator("#line")).to_have_text("Live")
    other = await viewer.context.new_page()
    await other.goto(f"{site.url}/desk")
    await expect(other.locator("#line")).to_have_text("Live")
    await viewer.get_by_role("button", name="Pause").click()
    await expect(other.locator("#desk-replay")).to_contain_text("paused, and goes on in real time")
    await viewer.get_by_role("button", name="Skip an hour").click()
    await expect(other.locator("#desk-replay")).to_contain_text("in real time, skipped to 23:00")
    await expect(other.locator("#desk-status")).to_contain_text("clock is at 22:")
    await other.get_by_role("button", name="max").click()
    await expect(viewer.get_by_role("button", name="max", pressed=True)).to_be_visible()
    await viewer.get_by_role("button", name="Play").click()
    assert (await playing).state == "ended"
    await expect(other.locator("#desk-replay")).to_contain_text("ended, all of it is declared")
    await expect(other.locator("#desk-status")).to_contain_text("All declared The night’s own clock is at 04:25")


async def test_the_list_of_people_moves_and_its_buttons_work(site: Site, viewer: Page, stream: EventStream) -> None:
    await open_desk(viewer, site, stream, path="/desk/people")
    jane = await signed_in(site, stream, "officer", "Jane Smith")
    person = viewer.locator("#desk-people tr", has_text="Jane Smith")
    await expect(person).to_contain_text("signed in")
    await person.get_by_role("button", name="End session").click()
    await expect(person).to_contain_text("signed out")
    assert "signed this phone out" in await asyncio.to_thread(jane.open)


async def test_a_session_that_another_desk_ends_goes_dark_at_once(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    await open_desk(viewer, site, stream)
    other = await signed_in(site, stream, "desk", "Bob Lee")
    page = await asyncio.to_thread(other.open, "/desk/people")
    found = re.search(
        r'<th scope="row">Ann Ray</th>.*?/desk/people/end" name="invitation" value="([^"]+)"', page, re.DOTALL
    )
    assert found
    await asyncio.to_thread(other.send, "/desk/people/end", {"invitation": found[1]})
    await viewer.wait_for_url("**/desk/invitation?ended=1")
    await expect(viewer.locator("main")).to_contain_text("signed this browser out")
    await viewer.goto(f"{site.url}/desk")
    await viewer.wait_for_url("**/desk/invitation?ended=1")


async def test_the_line_is_closed_with_the_session_and_refused_afterwards(site: Site, stream: EventStream) -> None:
    watching, other = [await signed_in(site, stream, "desk", name) for name in ("Ann Ray", "Bob Lee")]
    cookie, german = ({"Cookie": f"desk={one.client.cookies['desk']}"} for one in (watching, other))
    async with (
        connect(f"{site.ws}/desk/live", additional_headers=cookie, max_size=None) as line,
        connect(f"{site.ws}/desk/live?lang=de", additional_headers=german, max_size=None) as beside,
    ):
        assert "desk-row-rochester-and-strood" in str(await line.recv())
        assert "Was verkündet wird, geht sofort hinaus" in str(await beside.recv())
        page = await asyncio.to_thread(other.open, "/desk/people")
        found = re.search(r'Ann Ray</th>.*?/desk/people/revoke" name="invitation" value="([^"]+)"', page, re.DOTALL)
        assert found
        await asyncio.to_thread(other.send, "/desk/people/revoke", {"invitation": found[1]})
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(read_on(line), PATIENCE_SECONDS)
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 1012
        news = str(await asyncio.wait_for(beside.recv(), PATIENCE_SECONDS))
        assert "<b>widerrufen</b>" in news, "what happens is pushed in the language of each who watches"
        assert "What is declared goes out" not in news
    for headers in (cookie, {}, {"Cookie": "desk=made up"}, cookie | {"Origin": "https://elsewhere.example"}):
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"{site.ws}/desk/live", additional_headers=headers)
        assert refused.value.response.status_code in (303, 403)


async def test_another_site_cannot_watch_with_the_cookie_of_a_desk(site: Site, stream: EventStream) -> None:
    watching = await signed_in(site, stream, "desk", "Ann Ray")
    cookie = {"Cookie": f"desk={watching.client.cookies['desk']}"}
    for bad in ({"Origin": "https://elsewhere.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"{site.ws}/desk/live", additional_headers=cookie | bad)
        assert refused.value.response.status_code == 403


async def test_without_javascript_the_night_is_held_and_released(
    site: Site, browser: Browser, stream: EventStream
) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(site.url + await invited(site, stream, "desk", "Ann Ray"))
    await page.locator("#pin").fill(PIN)
    await page.get_by_role("button", name="Start").click()
    for word, said in (("Hold", "HELD"), ("Release", "On air")):
        await page.get_by_role("link", name=f"{word} the night").click()
        await page.get_by_role("button", name=f"{word} the night").click()
        await expect(page.locator("#desk-status")).to_contain_text(said)
    await page.locator("#q").fill("elsewhere")
    await page.get_by_role("button", name="Show").click()
    await expect(page.locator("#rows tr:visible")).to_have_count(1)
    await context.close()


async def test_typing_narrows_the_list_and_the_push_respects_it(site: Site, viewer: Page, stream: EventStream) -> None:
    await open_desk(viewer, site, stream)
    await viewer.locator("#q").fill("else")
    await expect(viewer.locator("#rows tr:visible")).to_have_count(1)
    jane = await signed_in(site, stream, "officer", "Jane Smith")
    await asyncio.to_thread(jane.verify)
    row = viewer.locator("#desk-row-rochester-and-strood")
    await expect(row).to_contain_text("Ballot papers verified")
    await expect(row).to_be_hidden()
    await viewer.locator("#q").fill("jane verified")
    await expect(row).to_be_visible()


async def test_a_ballot_paper_put_right_moves_the_open_pages_of_viewers_and_keeps_what_a_desk_is_typing(
    site: Site, viewer: Page, browser: Browser, stream: EventStream
) -> None:
    public = await browser.new_page()
    await public.goto(f"{site.url}/nights/{rochester.NIGHT}/contests/{rochester.BALLOT}")
    await expect(public.locator("#line")).to_have_text("Live")
    await public.evaluate("document.body.dataset.sameDocument = 'yes'")
    await open_desk(viewer, site, stream, path=f"{CONTEST}/paper")
    await viewer.locator("#paper-name").fill("Rochester & Strood")
    await viewer.get_by_role("button", name="Add another candidate").click()
    await viewer.locator("#paper-candidate-14-name").fill("Ada Moss")
    await viewer.locator("#paper-candidate-14-party").fill("Independent")
    await viewer.context.set_offline(True)  # the network is cut as the form is sent
    await viewer.locator("#paper-candidate-14-party").press("Enter")
    await viewer.context.set_offline(False)
    await viewer.goto(f"{site.url}{CONTEST}/paper")
    await expect(viewer.locator("#draft")).to_be_visible()
    await expect(viewer.locator("#paper-candidate-14-name")).to_have_value("Ada Moss")
    await expect(viewer.locator("#paper-name")).to_have_value("Rochester & Strood")
    await viewer.locator("#paper-candidate-13-name").fill("Kelly Tollhurst")
    await viewer.locator("#paper-electorate").fill("79,200")
    await viewer.locator("#paper-electorate").press("Enter")
    await viewer.wait_for_url(f"**{CONTEST}")
    await expect(public.locator("#contest-rochester-and-strood")).to_contain_text("Kelly Tollhurst")
    await expect(public.locator("#contest-rochester-and-strood")).to_contain_text("Ada Moss")
    await expect(public.locator("h1")).to_have_text("Rochester & Strood")
    await expect(public).to_have_title(re.compile("^Rochester & Strood"))
    await expect(public.locator(".contest")).to_contain_text("79,200")
    assert await public.evaluate("document.body.dataset.sameDocument") == "yes"
    await public.close()


async def test_what_is_typed_into_a_form_of_the_desk_is_there_after_a_reload_with_what_another_put_right(
    site: Site, viewer: Page, browser: Browser, stream: EventStream
) -> None:
    await open_desk(viewer, site, stream, path=f"{CONTEST}/paper")
    await viewer.locator("#paper-candidate-13-name").fill("Kelly Tollhurst")
    await viewer.locator("#paper-region").fill("The South East")
    context = await browser.new_context()
    other = await context.new_page()
    await open_desk(other, site, stream, "Bea Moss", f"{CONTEST}/paper")
    await other.locator("#paper-electorate").fill("79200")
    await other.locator("#paper-candidate-13-place").fill("1")
    await other.locator("#paper-electorate").press("Enter")
    await other.wait_for_url(f"**{CONTEST}")
    await viewer.reload()
    await expect(viewer.locator(".since li")).to_contain_text("electorate 79,200, not 79,163")
    await expect(viewer.locator("#paper-candidate-1-name")).to_have_value("Kelly Tollhurst")
    await expect(viewer.locator("#paper-region")).to_have_value("The South East")
    await expect(viewer.locator("#paper-electorate")).to_have_value("79,200")
    await viewer.reload()
    await expect(viewer.locator("#paper-candidate-1-name")).to_have_value("Kelly Tollhurst")
    await viewer.locator("#paper-region").press("Enter")
    await viewer.wait_for_url(f"**{CONTEST}")
    paper = (await fold_of(stream)).counts[rochester.BALLOT].contest
    assert (paper.electorate, paper.region, paper.candidates[0].name) == (79200, "The South East", "Kelly Tollhurst")
    await other.goto(f"{site.url}{CONTEST}/paper")
    await expect(other.locator("#paper-region")).to_have_value("The South East")
    await expect(other.locator("#draft")).to_be_hidden()  # what the server took is no draft any more
    await expect(other.locator(".since")).to_have_count(0)
    await other.goto(f"{site.url}/desk/night")
    await other.locator("#paper-title").fill("Rochester, again")
    await viewer.goto(f"{site.url}/desk/night")
    await viewer.locator("#paper-closes").fill("22:15")
    await viewer.locator("#paper-closes").press("Enter")
    await viewer.wait_for_url("**/desk")
    await other.reload()
    await expect(other.locator("#paper-closes")).to_have_value("22:15")
    await expect(other.locator("#paper-title")).to_have_value("Rochester, again")
    await context.close()


async def fold_of(stream: EventStream) -> Night:
    return fold(await stream.read(rochester.NIGHT))
