"""axe-core finds nothing on any page that a viewer, an officer, the desk or who runs the place can open: by day and by
night, on a phone and on a desk. What a rule cannot see, such as order and sense, is looked for elsewhere."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx2
import pytest
from msgspec.structs import replace
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, expect
from starlette.routing import Match, Route

from server.app import build_app
from server.count.visit.invitations import Invitations
from server.count.visit.inviting import choose_entry, invite_person
from server.election.bodies import Body
from server.election.commands import (
    AnyCommand,
    Correct,
    Declare,
    ExpectDeclaration,
    PostNote,
    ReachStage,
    ReportPreferences,
    Withdraw,
)
from server.election.counting.acts import ReplaySet, Role
from server.election.counting.acts.table_acts import TablesChosen
from server.election.methods.figures import MoreFigures
from server.nights import archive
from server.replay.commands import commands
from server.settings import ROOT
from server.stream import clock
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.opening import open_night
from server.stream.submit import Submitter
from tests.bench.setting_up import admins_link
from tests.browser.conftest import PHONE
from tests.browser.officers import AGAIN, CHECK, DECLARE, PIN, SEND, key, key_again, sheet, sign_in, tap, type_in
from tests.count import rochester
from tests.count.conftest import Phone, stamp
from tests.count.setup import clacton
from tests.election import wards
from tests.nights_by_hand import ballot, definition
from tests.running import Site, open_then, serving

AXE = ROOT / "web/node_modules/axe-core/axe.min.js"
DESKTOP = ViewportSize(width=1280, height=900)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]  # every rule of these, none left out
COLOURS = ["color-contrast", "link-in-text-block"]  # the rules that go by colour; a scheme changes nothing else
LOOKS: list[tuple[Literal["light", "dark"], ViewportSize, bool]] = [  # True: by every rule; False: at colours alone
    ("light", PHONE, True),
    ("dark", PHONE, False),
    ("dark", DESKTOP, True),
    ("light", DESKTOP, False),
]
OPENED = """() => {
    for (const one of document.querySelectorAll("details")) one.open = true;
    for (const one of document.querySelectorAll("main *"))
        if (getComputedStyle(one).contentVisibility === "auto") one.style.contentVisibility = "visible";
}"""
# Looking at a colour takes axe-core most of its time. So it is shown each kind of text once in a scheme: what is
# written in the same colours and size, in elements of the same names and classes in each other.
RUN = """async ([whole, tags, colours, scheme]) => {
    axe.configure({ noHtml: true }); // else each element that a rule looks at is written out as text
    for (const one of document.getAnimations()) if (one.effect.getTiming().iterations < Infinity) one.finish();
    const of = new Map([[document, ""]]);
    const kind = (one) => {
        if (!of.has(one)) {
            const { color, backgroundColor, fontSize, fontWeight, opacity } = getComputedStyle(one);
            const looks = [color, backgroundColor, fontSize, fontWeight, opacity];
            of.set(one, `${kind(one.parentNode)}>${one.localName}.${one.getAttribute("class")} ${looks}`);
        }
        return of.get(one);
    };
    const seen = new Set(JSON.parse(sessionStorage[scheme] ?? "[]"));
    const texts = [...document.querySelectorAll("body *")].filter((one) => one.matches("input, select, textarea") ||
        [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()));
    const shown = texts.filter((one) => one.checkVisibility?.() ?? true); // unknown to Chromium 103
    const fresh = shown.filter((one) => !seen.has(kind(one)) && seen.add(kind(one)));
    sessionStorage[scheme] = JSON.stringify([...seen]);
    const options = { preload: false, resultTypes: ["violations"] };
    const found = [];
    if (whole) {
        const rules = Object.fromEntries(colours.map((one) => [one, { enabled: false }]));
        found.push(await axe.run({ ...options, runOnly: { type: "tag", values: tags }, rules }));
    }
    if (fresh.length) found.push(await axe.run({ include: fresh }, { ...options, runOnly: colours }));
    const { scrollWidth, clientWidth } = document.documentElement;
    const wide = scrollWidth > clientWidth ? [`${scrollWidth} wide, of ${clientWidth}`] : [];
    const raw = /\\w+\\([a-z_]+='[^)]*/.exec(document.body.textContent);
    if (raw) wide.push(`a record where its name belongs: ${raw[0]}`);
    return wide.concat(found.flatMap(({ violations }) => violations).flatMap(({ id, help, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target.join(" ")}: ${failureSummary}`)));
}"""

PAST = archive.load("parl.2019-12-12")
GENERAL, BY_ELECTION = "/nights/parl.2019-12-12", "/nights/parl.clacton.by.2014-10-09"
FIRST_OF = {contest.region: contest for contest in reversed(PAST.definition.contests)}
LAST_OF = {contest.region: contest for contest in PAST.definition.contests}
SOME = replace(  # two of every nation and region
    PAST.definition,
    contests=tuple(one for one in PAST.definition.contests if one in (*FIRST_OF.values(), *LAST_OF.values())),
)
CONTESTS = [contest.ballot for contest in SOME.contests]
DECLARED = {
    one.ballot: one for _, one in commands(PAST.events, "") if isinstance(one, Declare) and one.ballot in CONTESTS
}
WARDS = (wards.ward(*[wards.CON, wards.LAB] * 3), wards.ward(wards.LAB, wards.LD, wards.IND, seats=1, name="dale"))
MAYOR = wards.mayor(wards.LAB, wards.CON, wards.LD)
COUNCILS = wards.definition(
    *WARDS,
    MAYOR,
    bodies=(
        wards.kent(*WARDS, seats=9, not_up={wards.LAB: 3}, control=wards.CON),
        Body(MAYOR.body or "", "Mayor", "office"),
    ),
    name="councils",
    live=False,
)
VIEWERS = [
    "/",
    "/find?q=west",
    "/follow?code=nobodys",
    "/nights/over",
    "/nights/live",
    "/nights/live?at=2019-12-12T22:00",
    "/nights/coming",
    f"/nights/coming/contests/{ballot(0)}",
    *(f"/nights/live/contests/{one}" for one in CONTESTS[1:6]),
    BY_ELECTION,
    "/nights/live/areas",
    "/nights/live/swing",
    f"{BY_ELECTION}/swing",
    "/nights/live/battlegrounds?party=PP53&all=1",
    f"{GENERAL}/records",
    f"{BY_ELECTION}/records",
    *(f"/nights/live/contests/{one}/notice" for one in CONTESTS[4:6]),
    "/nights/live/contests?q=con&lang=cy",
    "/nights/live/newsroom",
    *(f"/nights/live/newsroom/{one}" for one in ("chart", "embed", "post", "webhooks")),
    "/nights/live/copy",
    f"/nights/live/contests/{CONTESTS[4]}/copy",
    "/nights/live/overlay",
    "/nights/live/overlay/options",
    "/nights/live/director",
    "/nights/live/wall",
    "/nights/live/embed/score",
    "/nights/live/embed/map",
    f"/nights/live/contests/{CONTESTS[3]}/embed",
    "/nights/live?lang=cy",
    f"/nights/live/contests/{CONTESTS[4]}?lang=de",
    "/nights/councils",
    "/nights/councils/councils/local.kent",
    *(f"/nights/councils/{page}" for page in ("wall", "overlay", "embed/map", "contests", "battlegrounds", "records")),
    *(f"/nights/councils/contests/{one.ballot}" for one in (*WARDS[:2], MAYOR)),
    f"/nights/councils/contests/{WARDS[0].ballot}/notice",
    "/nights/local.2025-05-01/contests",
    "/nights/none",
]
"""What a viewer opens, in all its states; a route that is not here and answers with a page fails the test below."""
DESKS = [
    "/desk?lang=en",
    "/desk?lang=de",
    f"/desk/contests/{rochester.BALLOT}?lang=en",
    f"/desk/contests/{rochester.BALLOT}?lang=cy",
    f"/desk/contests/{rochester.BALLOT}/paper?lang=de",
    f"/desk/contests/{rochester.BALLOT}/boxes",
    f"/desk/contests/{rochester.BALLOT}/statement",
    f"/desk/contests/{rochester.BALLOT}/tables?lang=cy",
    f"/desk/contests/{rochester.BALLOT}/tables?lang=en",
    "/desk/night?lang=cy",
    "/desk/practice?lang=de",
    "/desk/people?lang=cy",
    "/desk/people?lang=de",
    "/desk/hooks",
    "/desk/invitations",
    "/desk/record?lang=cy",
    "/desk/close?lang=de",
    "/desk/discard?lang=cy",
    "/desk/hold",
]
EXCHANGED = rochester.VOTES | {rochester.RECKLESS: 13_947, rochester.TOLHURST: 16_867}
DOUBTFUL = rochester.VOTES | {"6": 13_947, rochester.TOLHURST: 1_692}
DOUBTS = {"reason.rows-look-swapped": "So it is.", "reason.share-far-from-baseline": "So it is."}
NO_PAGES = {
    "/find/suggested",
    "/nights/{night}/find/suggested",
    *("/live", "/nights/{night}/live", "/nights/{night}/frame", "/nights/{night}/reel/{part}", "/desk/live"),
    *("/clocks/{code}", "/directors/{code}", "/nights/{night}/overlay/banner", "/nights/{night}/overlay/template.html"),
    *("/follow/{code}", "/desk/there", "/static/{digest}/{name:path}", "/manifest.webmanifest"),
    *("/nights/{night}/copy/{form}.txt", "/nights/{night}/contests/{ballot}/copy/{form}.txt"),
    "/nights/{night}/contests/{ballot}/photos/{photo}.jpg",
}  # pieces of pages, what leads to a page, and files


class Eyes:
    """A person's browser, looked at by axe-core: ``found`` is what is wrong in it, ``routes`` where it has been."""

    def __init__(self, page: Page, site: Site) -> None:
        self.page = page
        self.found: list[str] = []
        self.routes: set[str] = set()
        self._site = site
        self._all = [one for one in build_app(site.settings).routes if isinstance(one, Route)]

    async def open(self, address: str) -> None:
        """Go there, and look."""
        await self.page.goto(f"{self._site.url}{address}")
        await self.look()

    async def look(self) -> None:
        """See what is shown: light and dark, on a phone and on a desk."""
        path = urlsplit(self.page.url).path
        self.routes |= {one.path for one in self._all if _is(one, path)}
        await self.page.evaluate(OPENED)
        for scheme, size, whole in LOOKS:
            await self.page.emulate_media(color_scheme=scheme)
            await self.page.set_viewport_size(size)
            wrong = await self.page.evaluate(RUN, [whole, RULES, COLOURS, scheme])
            self.found += [f"{self.page.url}, {scheme}, {size['width']}: {one}" for one in wrong]

    async def unseen(self, area: str) -> list[str]:
        """The routes of an area that answer with a page and have not been looked at."""
        names = {"night": rochester.NIGHT, "ballot": rochester.BALLOT, "what": "end"}
        missed: list[str] = []
        for route in self._all:
            first = route.path.split("/")[1]
            there = first == area if area else first not in ("count", "desk", "admin")
            if "GET" not in (route.methods or ()) or not there or route.path in self.routes | NO_PAGES:
                continue
            path = re.sub(r"{([^}]+)}", lambda name: names.get(name[1], "x"), route.path)
            answer = await self.page.context.request.get(f"{self._site.url}{path}", max_redirects=0)
            if answer.headers.get("content-type", "").startswith("text/html"):
                missed.append(route.path)
        return missed


def _is(route: Route, path: str) -> bool:
    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": path}
    return route.matches(scope)[0] is Match.FULL


@pytest.fixture
async def site(redis: Embedded, stream: EventStream, tmp_path: Path) -> AsyncIterator[Site]:
    """A general election in the middle of its night and one that is over, and a by-election that two people key."""
    await open_then(stream, replace(SOME, id="live"), "open")
    submitter = Submitter(stream)
    for minute, command in enumerate(all_kinds()):
        await submitter.submit("live", command, PAST.definition.polls_close + timedelta(minutes=60 + minute))
    await open_then(stream, replace(SOME, id="over", seats=len(SOME.contests)), "open")
    for command in DECLARED.values():
        await submitter.submit("over", command, PAST.definition.polls_close)
    await open_then(stream, replace(rochester.night(), replay_of="parl.2014-11-20"), "open")
    await submitter.record(rochester.NIGHT, ReplaySet(**stamp("played"), speed=60, state="paused"))
    await choose_entry(submitter, rochester.NIGHT, "double")
    await open_night(stream, replace(definition("coming"), polls_close=clock.now() + timedelta(days=9)), "open")
    await open_then(stream, COUNCILS, "open")
    for command in at_the_councils():
        await submitter.submit("councils", command, COUNCILS.polls_close)
    async with serving(redis.url, tmp_path) as one:
        yield one


@pytest.fixture
async def phone(site: Site, browser: Browser) -> AsyncIterator[BrowserContext]:
    """An officer's phone."""
    context = await browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, base_url=site.url)
    yield context
    await context.close()


def all_kinds() -> list[AnyCommand]:
    """Every state that a contest, the banner and the feed can be in."""
    corrected, withdrawn = DECLARED[CONTESTS[4]], DECLARED[CONTESTS[5]]
    first, *others = list(corrected.votes)
    votes = corrected.votes | {first: corrected.votes[first] - 1, others[0]: corrected.votes[others[0]] + 1}
    return [
        ExpectDeclaration(id="expect", by="desk", ballot=CONTESTS[0], expected=PAST.definition.polls_close),
        ReachStage(id="verify", by="officer", ballot=CONTESTS[1], stage="verified", papers=41_000),
        ReachStage(id="verify 2", by="officer", ballot=CONTESTS[2], stage="verified", papers=41_000),
        ReachStage(id="provisional", by="officer", ballot=CONTESTS[2], stage="provisional"),
        ReachStage(id="recount", by="officer", ballot=CONTESTS[2], stage="recount"),
        *(DECLARED[one] for one in CONTESTS[3:9]),
        Correct(
            id="correct", by="desk", ballot=corrected.ballot, votes=votes, rejected=corrected.rejected, reason="A slip."
        ),
        Withdraw(id="withdraw", by="desk", ballot=withdrawn.ballot, reason="A bundle was left out."),
        PostNote(id="note", by="desk", text="A note about the night."),
        replace(DECLARED[CONTESTS[9]], id="the last"),
    ]


def at_the_councils() -> list[AnyCommand]:
    """A ward of three seats that decides who controls its council, and the first round of a mayor's election."""
    votes = {"1": 700, "2": 900, "3": 650, "4": 880, "5": 640, "6": 870}
    first = {"1": 400, "2": 350, "3": 250}
    return [
        Declare(id="abbey", by="desk", ballot=WARDS[0].ballot, votes=votes, more=MoreFigures(valid_papers=1_700)),
        ReportPreferences(id="first", by="desk", ballot=MAYOR.ballot, votes=first),
    ]


async def invited(site: Site, stream: EventStream, role: Role, name: str) -> str:
    """The path of a new invitation's link."""
    ballots = () if role == "desk" else (rochester.BALLOT,)
    invitation = await invite_person(Submitter(stream), rochester.NIGHT, name, role, ballots)
    token = Invitations(site.settings.secret_key).make(rochester.NIGHT, invitation)
    return f"/{'desk' if role == 'desk' else 'count'}/invitation/{token}"


async def elsewhere(site: Site, stream: EventStream, role: Role, name: str) -> Phone:
    """Somebody else at the count, whose phone is not looked at: in another thread, as this one serves it."""
    phone = Phone(httpx2.Client(base_url=site.url, follow_redirects=True))
    await asyncio.to_thread(phone.sign_in, await invited(site, stream, role, name))
    return phone


async def test_axe_finds_nothing_on_any_page_that_a_viewer_opens(site: Site, viewer: Page) -> None:
    eyes = Eyes(viewer, site)
    await viewer.context.add_init_script(path=AXE)
    for address in VIEWERS:
        await eyes.open(address)
    await eyes.open("/find")
    await viewer.locator("[data-suggest]").fill("west")
    await viewer.locator(".suggestions").get_by_role("option").first.wait_for()
    await viewer.locator("[data-suggest]").press("ArrowDown")
    await eyes.look()
    assert eyes.found == []
    assert await eyes.unseen("") == []


async def test_axe_finds_nothing_on_any_page_of_an_officers_phone(
    site: Site, phone: BrowserContext, stream: EventStream
) -> None:
    eyes = Eyes(await phone.new_page(), site)
    await phone.add_init_script(path=AXE)
    await eyes.open("/count/invitation")
    link = await invited(site, stream, "officer", "Jane Smith")
    await eyes.open(link)
    bob = await elsewhere(site, stream, "second officer", "Bob Lee")

    async def sent(button: str, until: str) -> None:
        await tap(page, button)
        await expect(page.locator(until)).to_be_visible()
        await eyes.look()

    page = eyes.page = await sign_in(phone, link)
    await eyes.look()
    for choice, code in (("Cymraeg", "cy"), ("Deutsch", "de"), ("English", "en-GB")):
        await page.get_by_role("link", name=choice).tap()
        await expect(page.locator(f'html[lang="{code}"]')).to_be_visible()
        await eyes.open("/count")
        await expect(page.locator(f'html[lang="{code}"]')).to_be_visible()  # kept on this phone, through its worker
    await sent("Announce the turnout", "#alert")
    await page.locator("#issued").fill(str(rochester.PAPERS))
    await page.get_by_role("link", name="Count by ballot box instead").tap()
    await expect(page.locator("#boxes")).to_be_visible()
    await eyes.look()
    await page.locator("#boxes").fill("St Mary's Hall")
    await sent("List them", ".boxes")
    await page.get_by_role("link", name="St Mary's Hall").tap()
    await sent("Enter this box", "#alert")
    await type_in(page, {"expected": str(rochester.PAPERS), "papers": str(rochester.PAPERS)})
    await sent("Enter this box", ".boxes .half")
    await asyncio.to_thread(bob.open, "/count/box?box=b1")
    await asyncio.to_thread(bob.send, "/count/box/check")
    await eyes.open("/count/box?box=b1")
    await eyes.open("/count/you")
    await eyes.open("/count/statement?lang=cy")
    await eyes.open("/count/boxes?lang=de")
    await eyes.open("/count/boxes?lang=en")
    await sent("Announce the turnout", "#votes")
    for code in ("cy", "en"):
        await eyes.open(f"/count?lang={code}")
    await sent(SEND, "#alert")
    await key(page, DOUBTFUL)
    await sent(SEND, ".reasons")
    for reason in await page.locator(".reasons input").all():
        await reason.fill("So it is.")
    await sent(SEND, ".waiting")
    await asyncio.to_thread(bob.key)
    await expect(page.locator(".alert.doubt")).to_contain_text("The two sheets differ")
    await eyes.look()
    await key(page)
    await sent(SEND, ".declaration")
    for address in (
        "/count/script?lang=cy",
        "/count/script?lang=de",
        "/count?lang=de",
        "/count/provisional",
        "/count/agents?lang=en",
    ):
        await eyes.open(address)
    await page.locator("#who").fill("Both agents")
    await sent("Put it on record", ".on-record")
    await page.goto(f"{site.url}/count")
    await sent(DECLARE, "details.again")  # the receipt of what is on air
    await page.locator("#slip").fill("A slip of the tongue.")
    await sent("Put a slip right", ".correcting")
    await choose_entry(Submitter(stream), rochester.NIGHT, "single")
    await sent(CHECK, "#again")
    await key_again(page, sheet(EXCHANGED))
    await sent(AGAIN, ".alert.doubt")
    assert eyes.found == []
    assert await eyes.unseen("count") == []


async def test_axe_finds_nothing_on_the_pages_of_count_tables(
    site: Site, phone: BrowserContext, stream: EventStream
) -> None:
    chosen = TablesChosen(**stamp("tables"), ballot=rochester.BALLOT, tables=("Table 1",), bundle=50)
    await Submitter(stream).record(rochester.NIGHT, chosen)
    await phone.add_init_script(path=AXE)
    page = await sign_in(phone, await invited(site, stream, "officer", "Jane Smith"))
    eyes = Eyes(page, site)
    await type_in(page, {"issued": str(rochester.PAPERS), "papers": str(rochester.PAPERS)})
    await tap(page, "Announce the turnout")
    await expect(page.locator(".boxes")).to_be_visible()
    for language in ("cy", "en"):
        await eyes.open(f"/count/tables?lang={language}")
        await eyes.open("/count/table?table=Table 1")
        await page.locator("#given").fill("1.000")
        await page.locator(".go").tap()
        await expect(page.locator("#alert")).to_be_visible()
        await eyes.look()
    await eyes.open("/count/table?table=Table 1&plain=1")
    await page.locator("#given").fill(str(rochester.PAPERS))
    await key(page)
    await tap(page, "Enter this table")
    await expect(page.locator(".boxes .half")).to_be_visible()
    bob = await elsewhere(site, stream, "second officer", "Bob Lee")
    await asyncio.to_thread(bob.open, "/count/table?table=Table 1&plain=1")
    await asyncio.to_thread(bob.send, "/count/table", rochester.texts() | {"given": str(rochester.PAPERS)})
    await page.reload()
    await expect(page.locator(".adding")).to_be_visible()
    for language in ("cy", "en"):
        await eyes.open(f"/count/tables?lang={language}")
    assert eyes.found == []


async def test_axe_finds_nothing_on_any_page_of_the_desk(site: Site, viewer: Page, stream: EventStream) -> None:
    eyes = Eyes(viewer, site)
    await viewer.context.add_init_script(path=AXE)
    await eyes.open("/desk/invitation")
    await eyes.open(await invited(site, stream, "desk", "Ann Ray"))
    await viewer.locator("#pin").fill(PIN)
    await viewer.get_by_role("button", name="Start").click()
    await viewer.wait_for_url("**/desk")
    jane = await elsewhere(site, stream, "officer", "Jane Smith")
    bob = await elsewhere(site, stream, "second officer", "Bob Lee")
    await invited(site, stream, "officer", "Tom Jones")
    await asyncio.to_thread(jane.key)
    await asyncio.to_thread(bob.key, rochester.texts(EXCHANGED) | DOUBTS)
    for address in DESKS:
        await eyes.open(address)
    await viewer.get_by_role("button", name="Hold the night").click()
    await expect(viewer.locator("#desk-status")).to_contain_text("HELD")
    await asyncio.to_thread(bob.open)
    await asyncio.to_thread(bob.send, "/count/sheet", rochester.texts())
    await asyncio.to_thread(jane.open)
    await asyncio.to_thread(jane.send, "/count/declare")
    await expect(viewer.locator("#desk-status")).to_contain_text("1 waiting")
    await eyes.look()
    await eyes.open("/desk/hold")
    await viewer.get_by_role("button", name="Release the night").click()
    await expect(viewer.locator("#desk-status")).to_contain_text("1 of 2")
    await viewer.goto(f"{site.url}/desk")
    note = viewer.locator('form[action="/desk/note"]')
    await note.locator('[name="text"]').fill("Snow in Rochester.")
    await note.get_by_role("button").click()
    await eyes.open(await viewer.locator('a[href^="/desk/notes/"]').first.get_attribute("href") or "")
    await eyes.open(DESKS[3])
    await viewer.goto(f"{site.url}/desk/contests/{rochester.BALLOT}/boxes")
    await viewer.locator("#postal_boxes").fill("Postal 1")
    await viewer.get_by_role("button", name="List them").click()
    await expect(viewer.locator(".boxes-of .open")).to_contain_text("Postal 1")
    await eyes.look()
    assert eyes.found == []
    assert await eyes.unseen("desk") == []


async def test_axe_finds_nothing_on_any_page_of_who_runs_the_place(
    site: Site, viewer: Page, stream: EventStream
) -> None:
    eyes = Eyes(viewer, site)
    await viewer.context.add_init_script(path=AXE)

    async def sent(button: str, until: str) -> None:
        await viewer.locator(button).click()
        await expect(viewer.locator(until).first).to_be_visible()
        await eyes.look()

    await eyes.open("/admin/invitation")
    await eyes.open((await admins_link(site, stream)).removeprefix(site.url))
    await viewer.locator("#pin").fill(PIN)
    await sent(".pin .go", "text=Make a night")
    await eyes.open("/admin/people")
    await viewer.locator("#name").fill("Bea Other")
    await sent("text=Invite >> nth=-1", "#link")
    await eyes.open("/admin/nights?lang=cy")
    await eyes.open("/admin/nights")
    await viewer.locator("#table").fill("contest,surname,first names,party\nBath,Ray\n")
    await sent("[action$=file] button", ".problems")
    await viewer.locator("#q").fill("Clacton")
    await viewer.locator("#seat-date").fill(clacton.DAY)
    await sent("[action$=seat] button", ".found")
    await viewer.locator(".found button").first.click()
    draft = viewer.url
    await eyes.open(f"{draft.removeprefix(site.url)}?lang=de")
    await viewer.goto(draft)
    await viewer.locator('[name="draft.list"]').fill(clacton.LIST.replace("Labour", "Labuor"))
    await sent("button[value=list]", ".new")
    await viewer.locator('[name="draft.0.1.party"]').fill("Labour")
    await sent("button[value=preview]", ".preview-bar")
    await eyes.open(f"{draft.removeprefix(site.url)}/preview/{clacton.NIGHT}")
    await sent("button[value=now]", "text=It is on air")
    assert eyes.found == []
    assert await eyes.unseen("admin") == []
