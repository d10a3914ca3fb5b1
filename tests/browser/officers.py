"""What people at the count do on their phones, for the tests of this folder: sign in, verify, key, look at the line."""

from playwright.async_api import BrowserContext, Page, expect

from server.count.visit.invitations import Invitations
from server.count.visit.inviting import invite_person
from server.election.counting.acts import Role
from server.stream.events import EventStream
from server.stream.submit import Submitter
from tests.count import rochester
from tests.running import Site

PIN = "2580"
CHECK, AGAIN, SEND, DECLARE = "Check the figures", "Compare, and read back", "Send the sheet", "Declare"
KEPT = "async () => (await (await caches.open('count-pages')).keys()).some((one) => !one.url.includes('invitation'))"


async def link_for(
    site: Site,
    stream: EventStream,
    role: Role = "officer",
    name: str = "Jane Smith",
    night: str = rochester.NIGHT,
    ballot: str = rochester.BALLOT,
) -> str:
    """The link of a new invitation."""
    invitation = await invite_person(Submitter(stream), night, name, role, (ballot,))
    return f"/count/invitation/{Invitations(site.settings.secret_key).make(night, invitation)}"


async def sign_in(phone: BrowserContext, link: str) -> Page:
    """Open an invitation in a new tab, choose the PIN or enter it, and be where the work is."""
    page = await phone.new_page()
    await page.goto(link)
    await page.locator("#pin").fill(PIN)
    await page.get_by_role("button", name="S").tap()  # Start, or Sign in
    await expect(page.locator("#standing")).to_be_attached()
    return page


async def open_sheet(phone: BrowserContext, link: str, papers: int = rochester.PAPERS) -> Page:
    """Sign in and announce the papers, so that the sheet is open."""
    page = await sign_in(phone, link)
    await verify(page, papers)
    return page


async def verify(page: Page, papers: int = rochester.PAPERS) -> None:
    """Enter the verification, and have the sheet open."""
    await page.locator('[name="issued"]').fill(str(papers))
    await page.locator('[name="papers"]').fill(str(papers))
    await page.get_by_role("button", name="Announce the turnout").tap()
    await expect(page.locator("#votes")).to_be_visible()


def sheet(votes: dict[str, int] | None = None) -> dict[str, str]:
    """The fields of a sheet as they are typed."""
    texts = {f"votes.{one}": str(number) for one, number in (votes or rochester.VOTES).items()}
    return texts | {f"rejected.{head}": str(papers) for head, papers in rochester.HEADS.items()}


async def key(page: Page, votes: dict[str, int] | None = None) -> None:
    """Type a whole sheet."""
    for field, text in sheet(votes).items():
        await page.locator(f'[name="{field}"]').fill(text)


async def look_again(page: Page, texts: dict[str, str] | None = None) -> None:
    """Key again from the paper what one person alone is asked for, once the sheet is sent; ``texts`` are its fields."""
    await key_again(page, texts)
    await tap(page, AGAIN)
    await expect(page.locator(".declaration")).to_be_visible()


async def key_again(page: Page, texts: dict[str, str] | None = None) -> None:
    """Type what is asked for once more, and send nothing."""
    await expect(page.locator("#again")).to_be_visible()
    for field in await page.locator("form.entry input[inputmode]").all():
        await field.fill((texts or sheet())[await field.get_attribute("name") or ""])


async def tap(page: Page, button: str) -> None:
    """Tap a button of this name."""
    await page.get_by_role("button", name=button, exact=True).tap()


async def says(page: Page, words: str) -> None:
    """Wait until the line that is always there says this."""
    await expect(page.locator("#truth")).to_contain_text(words)
