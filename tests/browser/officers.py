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
# Each takes its text as from the keyboard, in the order given; a locator asks the browser eight times for each.
TYPED = """(texts) => {
    for (const [name, text] of Object.entries(texts)) {
        const field = document.querySelector(`[name="${name}"]`);
        const open = field?.checkVisibility() && field.matches(":enabled:read-write");
        if (!open) throw new Error(`nobody can type ${name}`);
        field.focus();
        field.select();
        document.execCommand(text ? "insertText" : "delete", false, text);
        if (field.value !== text) throw new Error(`${name} has taken ${field.value} for ${text}`);
    }
}"""
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
    await type_in(page, {"issued": str(papers), "papers": str(papers)})
    await page.get_by_role("button", name="Announce the turnout").tap()
    await expect(page.locator("#votes")).to_be_visible()


def sheet(votes: dict[str, int] | None = None) -> dict[str, str]:
    """The fields of a sheet as they are typed."""
    texts = {f"votes.{one}": str(number) for one, number in (votes or rochester.VOTES).items()}
    return texts | {f"rejected.{head}": str(papers) for head, papers in rochester.HEADS.items()}


async def key(page: Page, votes: dict[str, int] | None = None) -> None:
    """Type a whole sheet."""
    await type_in(page, sheet(votes))


async def type_in(page: Page, texts: dict[str, str]) -> None:
    """Type into fields by their names, once the last of them is there."""
    await expect(page.locator(f'[name="{list(texts)[-1]}"]')).to_be_editable()
    await page.evaluate(TYPED, texts)


async def look_again(page: Page, texts: dict[str, str] | None = None) -> None:
    """Key again from the paper what one person alone is asked for, once the sheet is sent; ``texts`` are its fields."""
    await key_again(page, texts)
    await tap(page, AGAIN)
    await expect(page.locator(".declaration")).to_be_visible()


async def key_again(page: Page, texts: dict[str, str] | None = None) -> None:
    """Type what is asked for once more, and send nothing."""
    await expect(page.locator("#again")).to_be_visible()
    asked = await page.locator("form.entry input[inputmode]").evaluate_all("(all) => all.map((one) => one.name)")
    await type_in(page, {name: (texts or sheet())[name] for name in asked})


async def tap(page: Page, button: str) -> None:
    """Tap a button of this name."""
    await page.get_by_role("button", name=button, exact=True).tap()


async def says(page: Page, words: str) -> None:
    """Wait until the line that is always there says this."""
    await expect(page.locator("#truth")).to_contain_text(words)
