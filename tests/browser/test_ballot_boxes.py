"""North Lincolnshire 2023 on phones: 864 postal votes turn up late. Putney 2024: 6,558 votes are at a table left out.

With the network cut and the server killed. The figures are those of Rochester and Strood, of whose papers 864 are in
the box that turns up, and 6,558 at the table that is missing.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from socket import socket
from subprocess import Popen

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from server.count.visit.invitations import Invitations
from server.count.visit.inviting import choose_entry, invite_person
from server.election.commands import OpenNight
from server.election.counting.acts import CorrectionBegun, CorrectionDropped, Role, SheetKeyed
from server.election.counting.acts.agent_acts import AgentsConsulted, RecountRequested, RejectedNoted
from server.election.counting.acts.box_acts import BoxCounted
from server.election.counting.acts.table_acts import TableKeyed, TablesChosen
from server.election.events import Declared, StageReached
from server.stream.embedded import Embedded
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.browser.conftest import PHONE
from tests.browser.officers import CHECK, DECLARE, PIN, SEND, key, look_again, says, sheet, sign_in, tap, type_in
from tests.count import rochester
from tests.count.conftest import SECRET, process, stamp

LATE, LEFT_OUT = 864, 6558
BUNDLE = 50
UNSENT = "Typed, not sent: no signal. It goes by itself."


def free_port() -> int:
    with socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Hall:
    """A count with its server, which can be killed and begun again at the same address."""

    def __init__(self, redis: Embedded, folder: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._begin: Callable[[], AbstractContextManager[Popen[bytes]]] = partial(process, folder, redis.url, port)
        self._runs = self._begin()

    async def start(self) -> None:
        self._runs = self._begin()
        self._process = await asyncio.to_thread(self._runs.__enter__)

    async def kill(self) -> None:
        self._process.kill()
        await asyncio.to_thread(self._runs.__exit__, None, None, None)


@pytest.fixture
async def hall(redis: Embedded, stream: EventStream, tmp_path: Path) -> AsyncIterator[Hall]:
    """The night on air, and a server of its own process."""
    opening = OpenNight(id="open", by="desk", night=rochester.night())
    await Submitter(stream).submit(rochester.NIGHT, opening, rochester.night().polls_close)
    await stream.announce(rochester.NIGHT)
    hall = Hall(redis, tmp_path, free_port())
    await hall.start()
    yield hall
    await hall.kill()


async def a_phone(
    hall: Hall, browser: Browser, stream: EventStream, role: Role, name: str
) -> tuple[BrowserContext, Page]:
    context = await browser.new_context(
        viewport=PHONE, has_touch=True, is_mobile=True, base_url=hall.url, color_scheme="dark"
    )
    invitation = await invite_person(Submitter(stream), rochester.NIGHT, name, role, (rochester.BALLOT,))
    return context, await sign_in(context, f"/count/invitation/{Invitations(SECRET).make(rochester.NIGHT, invitation)}")


async def enter(page: Page, expected: int, papers: int, why: str = "") -> None:
    await page.locator("#expected").fill(str(expected))
    await page.locator("#papers").press_sequentially(f"{papers:,}")
    if why:
        await page.locator("#explanation").fill(why)
    await tap(page, "Enter this box")


async def boxes_counted(stream: EventStream) -> list[tuple[str, int]]:
    acts = await stream.read_acts(rochester.NIGHT)
    return [(act.box, act.papers) for act in acts if isinstance(act, BoxCounted)]


async def test_a_postal_box_that_turns_up_late_is_never_left_out(
    hall: Hall, browser: Browser, stream: EventStream
) -> None:
    jane, page = await a_phone(hall, browser, stream, "officer", "Jane Smith")
    rita, other = await a_phone(hall, browser, stream, "returning officer", "Rita Hall")
    await page.get_by_role("link", name="Count by ballot box instead").tap()
    await page.locator("#boxes").press_sequentially("St Mary's Hall\nThe Library")
    await page.reload()
    assert await page.locator("#boxes").input_value() == "St Mary's Hall\nThe Library", "a list outlives a reload"
    await page.locator("#postal_boxes").fill("Postal 1")
    await tap(page, "List them")
    await expect(page.locator(".sum")).to_contain_text("0 of 3 boxes accounted for")

    # Two phones enter two boxes at once: one without a network, the other while the server is killed.
    await page.get_by_role("link", name="St Mary's Hall").tap()
    await expect(page.locator("#expected")).to_be_visible()
    await other.goto("/count/box?box=b2")
    await jane.set_offline(True)
    await enter(page, 20003, 20000, "Three voters took theirs home.")
    await says(page, UNSENT)
    await type_in(other, {"expected": "15000", "papers": "15,000"})
    await expect(other.locator(".differ")).to_have_text("as many as expected")
    await hall.kill()
    await tap(other, "Enter this box")
    await says(other, UNSENT)
    await hall.start()
    await jane.set_offline(False)
    await expect(page.locator(".sum")).to_contain_text("2 of 3 boxes accounted for")
    await expect(other.locator(".sum")).to_contain_text("2 of 3 boxes accounted for")
    assert sorted(await boxes_counted(stream)) == [("b1", 20000), ("b2", 15000)], "each once"

    await other.get_by_role("link", name="Postal 1").tap()
    await enter(other, 4249, 4249)
    await expect(other.locator(".sum")).to_contain_text("all 3 boxes accounted for")
    await tap(other, "Announce the turnout")
    await expect(other.locator(".waiting")).to_contain_text("The sheet is being keyed")
    await page.goto("/count")
    votes = rochester.VOTES | {rochester.RECKLESS: rochester.VOTES[rochester.RECKLESS] - LATE}
    await key(page, votes)
    await tap(page, CHECK)
    await look_again(page, sheet(votes))
    await expect(page.get_by_role("button", name=DECLARE, exact=True)).to_be_visible()

    # What was ready is not, once the box has turned up.
    await other.goto("/count/boxes")
    await other.get_by_text("Add boxes").tap()
    await other.locator("#postal_boxes").fill("Postal 2, from the van")
    await tap(other, "List them")
    await expect(other.locator(".sum")).to_contain_text("3 of 4 boxes accounted for")
    await page.goto("/count")
    await expect(page.locator(".boxes .out")).to_contain_text("Postal 2, from the van")
    await expect(page.get_by_role("button", name=DECLARE, exact=True)).to_have_count(0)
    await other.get_by_role("link", name="Postal 2, from the van").tap()
    await enter(other, LATE, LATE)
    await expect(other.locator(".sum")).to_contain_text("all 4 boxes accounted for")
    await tap(other, "Announce the turnout")
    await expect(other.locator(".waiting")).to_contain_text("The sheet is being keyed")
    await page.goto("/count")
    await expect(page.locator("#sum")).to_contain_text(f"{LATE} papers to go")
    await page.locator(f'[name="votes.{rochester.RECKLESS}"]').fill("16,867")
    await tap(page, CHECK)
    await look_again(page)
    await tap(page, DECLARE)
    await says(page, "On air")
    events = await stream.read(rochester.NIGHT)
    assert [event.votes for event in events if isinstance(event, Declared)] == [rochester.VOTES]
    assert [one.papers for one in events if isinstance(one, StageReached)] == [39249, 40113]
    await jane.close()
    await rita.close()


def parts() -> dict[str, dict[str, int]]:
    """Table → the numbers of its sheet: two share all papers but those that the third has."""
    left = rochester.VOTES | {rochester.RECKLESS: rochester.VOTES[rochester.RECKLESS] - LEFT_OUT}
    first = {f"votes.{one}": number // 2 for one, number in left.items()}
    second = {f"votes.{one}": number - number // 2 for one, number in left.items()}
    third = dict.fromkeys(first, 0) | {f"votes.{rochester.RECKLESS}": LEFT_OUT}
    heads = {f"rejected.{head}": papers for head, papers in rochester.HEADS.items()}
    tables = {"Table 1": first | heads, "Table 2": second | dict.fromkeys(heads, 0), "Table 3": third}
    tables["Table 3"] |= dict.fromkeys(heads, 0)
    return {name: {"given": sum(numbers.values())} | numbers for name, numbers in tables.items()}


async def enter_table(page: Page, numbers: dict[str, int], bundle: int = 0) -> None:
    """Type the sheet of a table, in bundles if they have a size."""
    texts = dict[str, str]()
    for field, number in numbers.items():
        if field.startswith("votes.") and bundle:
            texts |= {f"bundles.{field[6:]}": str(number // bundle), f"loose.{field[6:]}": str(number % bundle)}
        else:
            texts[field] = str(number)
    await type_in(page, texts)


async def test_a_table_that_is_missing_or_does_not_add_up_is_named_and_never_left_out(
    hall: Hall, browser: Browser, stream: EventStream
) -> None:
    chosen = TablesChosen(**stamp("tables"), ballot=rochester.BALLOT, tables=tuple(parts()), bundle=BUNDLE)
    await Submitter(stream).record(rochester.NIGHT, chosen)
    jane, page = await a_phone(hall, browser, stream, "officer", "Jane Smith")
    tom, other = await a_phone(hall, browser, stream, "officer", "Tom Jones")
    await type_in(page, {"issued": str(rochester.PAPERS), "papers": str(rochester.PAPERS)})
    await tap(page, "Announce the turnout")
    await expect(page.locator(".sum")).to_contain_text("0 of 3 tables entered")

    # Two phones enter two tables at once: one without a network, the other while the server is killed.
    await page.get_by_role("link", name="Table 1").tap()
    await enter_table(page, parts()["Table 1"], BUNDLE)
    await expect(page.locator(".sum")).to_contain_text("all papers accounted for")
    await page.reload()
    await expect(page.locator(".sum")).to_contain_text("all papers accounted for")
    await other.goto("/count/table?table=Table 2")
    await other.get_by_role("link", name="Enter only the votes").tap()
    await expect(other.locator('[name="votes.1"]')).to_be_visible()
    await enter_table(other, parts()["Table 2"])
    await jane.set_offline(True)
    await tap(page, "Enter this table")
    await says(page, UNSENT)
    await hall.kill()
    await tap(other, "Enter this table")
    await says(other, UNSENT)
    await hall.start()
    await jane.set_offline(False)
    await expect(page.locator(".sum")).to_contain_text("2 of 3 tables entered")
    await expect(other.locator(".sum")).to_contain_text("2 of 3 tables entered")
    acts = [act for act in await stream.read_acts(rochester.NIGHT) if isinstance(act, TableKeyed)]
    assert sorted((act.table, act.given) for act in acts) == [
        (name, numbers["given"]) for name, numbers in list(parts().items())[:2]
    ], "each once"

    # The third is missing, and then does not add up.
    await expect(page.locator(".boxes .out")).to_contain_text("Table 3")
    await expect(page.get_by_role("button", name="These are the contest’s figures")).to_have_count(0)
    await page.get_by_role("link", name="Table 3").tap()
    await enter_table(page, parts()["Table 3"] | {f"votes.{rochester.RECKLESS}": LEFT_OUT + 27}, BUNDLE)
    await tap(page, "Enter this table")
    await expect(page.locator("#alert")).to_contain_text("6,585: 27 more than the 6,558 given")
    await page.locator(f'[name="loose.{rochester.RECKLESS}"]').fill(str(LEFT_OUT % BUNDLE))
    await page.locator(f'[name="bundles.{rochester.RECKLESS}"]').fill(str(LEFT_OUT // BUNDLE))
    await tap(page, "Enter this table")
    await expect(page.locator(".sum")).to_contain_text("3 of 3 tables entered")
    await hall.kill()
    await tap(page, "These are the contest’s figures")
    await says(page, UNSENT)
    await hall.start()
    await look_again(page)
    await tap(page, DECLARE)
    await says(page, "On air")
    declared = [event for event in await stream.read(rochester.NIGHT) if isinstance(event, Declared)]
    assert [event.votes for event in declared] == [rochester.VOTES]
    await jane.close()
    await tom.close()


async def test_a_list_that_the_desk_types_outlives_a_reload_until_it_is_taken(
    hall: Hall, browser: Browser, stream: EventStream
) -> None:
    context = await browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, base_url=hall.url)
    invitation = await invite_person(Submitter(stream), rochester.NIGHT, "Dora Lee", "desk", ())
    page = await context.new_page()
    await page.goto(f"/desk/invitation/{Invitations(SECRET).make(rochester.NIGHT, invitation)}")
    await page.locator("#pin").fill(PIN)
    await tap(page, "Start")
    await page.wait_for_url("**/desk")
    await page.goto(f"/desk/contests/{rochester.BALLOT}/tables")
    await page.locator("#tables").fill("Table 1\nTable 2")
    await page.reload()
    assert await page.locator("#tables").input_value() == "Table 1\nTable 2"
    await tap(page, "Count by these tables")
    await expect(page.locator(".boxes-of")).to_contain_text("Table 2")
    assert await page.evaluate("Object.keys(localStorage).filter((key) => key.includes('tables'))") == []
    await context.close()


async def test_a_server_that_is_killed_in_any_other_form_loses_no_number_and_doubles_none(
    hall: Hall, browser: Browser, stream: EventStream
) -> None:
    await choose_entry(Submitter(stream), rochester.NIGHT, "double")
    jane, page = await a_phone(hall, browser, stream, "officer", "Jane Smith")
    omar, other = await a_phone(hall, browser, stream, "second officer", "Omar Khan")

    async def killed(phone: Page, button: str) -> None:
        await hall.kill()
        await tap(phone, button)
        await says(phone, UNSENT)
        await hall.start()

    await type_in(page, {"issued": str(rochester.PAPERS), "papers": str(rochester.PAPERS)})
    await killed(page, "Announce the turnout")
    await key(page)
    await killed(page, "Counting has begun")
    await page.get_by_text("Reported by mistake: Counting").tap()
    await page.locator("#back").fill("The wrong button.")
    await killed(page, "Take it back")
    await expect(page.get_by_role("button", name="Counting has begun")).to_be_visible()
    assert await page.locator('[name="votes.11"]').input_value() == "16867", "what is typed in between stays"
    await killed(page, SEND)
    await expect(page.locator(".both")).to_contain_text("With the desk")

    await other.goto("/count")
    await key(other, rochester.VOTES | {"1": 55, "2": 21})
    await killed(other, SEND)
    await expect(other.locator(".row.differs").first).to_be_visible()
    await type_in(other, sheet())
    await killed(other, SEND)
    await expect(page.get_by_role("button", name=DECLARE, exact=True)).to_be_visible()

    await page.goto("/count/agents")
    await page.get_by_text("Somebody asks for a recount").tap()
    await type_in(page, {"asker": "Kelly Tolhurst’s agent", "why": "The majority is wide."})
    await page.locator("#who").fill("Mark Reckless and his agent")
    await killed(page, "Put it on record")
    await expect(page.locator(".on-record")).to_contain_text("Mark Reckless and his agent")
    assert await page.locator("#asker").input_value() == "Kelly Tolhurst’s agent", "what stands in another form stays"
    await killed(page, "Refused")
    await expect(page.locator(".on-record")).to_contain_text("The majority is wide.")
    await page.get_by_text("Notes on rejected papers").tap()
    await page.locator('[name="note.identifiable"]').fill("A signature.")
    await killed(page, "Keep the notes")
    await says(page, "Sent: with the desk")
    await page.goto("/count")
    await killed(page, DECLARE)
    await says(page, "On air")
    await page.get_by_text("A figure is wrong").tap()
    await page.locator("#slip").fill("The first two were read in each other's place.")
    await killed(page, "Put a slip right")
    await key(page, rochester.VOTES | {"1": 55, "2": 21})
    await killed(page, SEND)
    await expect(page.locator(".both")).to_contain_text("With the desk")

    # What declares nothing anew does not wait for a signal: it is tapped again.
    async def killed_and_tapped_again(phone: Page, button: str) -> None:
        await hall.kill()
        await tap(phone, button)
        await expect(phone.locator('main [data-say="try-again"]')).to_be_visible()
        await hall.start()
        await tap(phone, button)

    await page.goto("/count?change=1")
    await killed_and_tapped_again(page, "Leave it as it was declared")
    await says(page, "On air")
    rita, hers = await a_phone(hall, browser, stream, "returning officer", "Rita Hall")
    await hers.get_by_text("A figure is wrong").tap()
    await hers.locator("#why").fill("A box was left out.")
    await killed_and_tapped_again(hers, "Withdraw our report")
    await expect(hers.get_by_text("Our report of the declaration was withdrawn")).to_be_visible()
    await rita.close()
    acts = await stream.read_acts(rochester.NIGHT)
    assert [act.votes["1"] for act in acts if isinstance(act, SheetKeyed)] == [54, 55, 54, 55], "each once"
    assert [act.who for act in acts if isinstance(act, AgentsConsulted)] == ["Mark Reckless and his agent"]
    assert [act.reason for act in acts if isinstance(act, CorrectionBegun)] == [
        "The first two were read in each other's place."
    ]
    assert [act.who for act in acts if isinstance(act, RecountRequested)] == ["Kelly Tolhurst’s agent"]
    assert [act.notes for act in acts if isinstance(act, RejectedNoted)] == [{"identifiable": "A signature."}]
    assert sum(isinstance(act, CorrectionDropped) for act in acts) == 1
    events = await stream.read(rochester.NIGHT)
    kinds = [type(one).__name__ for one in events]
    assert kinds == ["NightOpened", "StageReached", "StageReached", "StageTakenBack", "Declared", "Withdrawn"]
    await jane.close()
    await omar.close()
