"""An officer at a count, who does what the pages of the phone ask for, from the verification to the receipt."""

import asyncio

from server.rehearsal.accidents import Paper
from server.rehearsal.desk_worker import DeskWorker
from server.rehearsal.html_page import Page
from server.rehearsal.logbook import Clock, Logbook
from server.rehearsal.phone import Phone, Stuck
from server.rehearsal.script import Case

_LOOK_AGAIN_SECONDS = 0.3
_MOST_LOOKS = 1000
_SHEET, _AGAIN, _VERIFICATION, _DECLARE, _CORRECTION = (
    "/count/sheet",
    "/count/again",
    "/count/verification",
    "/count/declare",
    "/count/correction",
)
# The page of the sheet has the verification's form too, and the read-back has neither. What a page asks for is the
# first of these forms that it has.
_WORK = (_SHEET, _AGAIN, _VERIFICATION, _DECLARE)
SLIP = "The returning officer misread the sheet."


class Officer:
    """One person who serves several contests, and does one thing at a time. A ``colleague``, if there is one, keys each
    sheet again."""

    def __init__(self, phone: Phone, colleague: Phone | None, desk: DeskWorker, clock: Clock, logbook: Logbook) -> None:
        self._phone, self._colleague, self._desk = phone, colleague, desk
        self._clock, self._logbook = clock, logbook
        self._hands = asyncio.Lock()

    async def arrive(self) -> None:
        """Sign in, and the colleague too."""
        for phone in (self._phone, *([self._colleague] if self._colleague else [])):
            await phone.open("/count")

    async def serve(self, case: Case) -> None:
        """Serve one contest, from its verification until the right figures are on air."""
        await self._clock.until(case.begins)
        async with self._hands:
            await self._prepare(case)
        await self._clock.until(case.due)
        await self._declare(case, case.first, 0)
        if case.cure:
            await self._clock.until(case.cured)
            await self._put_right(case)

    async def _prepare(self, case: Case) -> None:
        """Do everything but declare: verify the papers, report the stages, key the sheet."""
        page = await self._further(await self._open(case), case, case.first, until=_SHEET)
        for stage in ("counting", *["recount"] * case.recounts):
            if stage in page.stages:
                page = await self._phone.send(page, "/count/stage", {"stage": stage, "sure": "1"})
                self._logbook.done[stage] += 1
        await self._further(page, case, case.first, until=_DECLARE)

    async def _declare(self, case: Case, paper: Paper, before: int) -> None:
        """Declare what is on the paper, until there is a receipt with a number above ``before``, or none yet (0)."""
        async with self._hands:
            page = await self._open(case)
            for _ in range(_MOST_LOOKS):
                page = await self._further(page, case, paper, until=_DECLARE)
                if _asks(page) == _DECLARE:
                    page = await self._phone.send(page, _DECLARE)
                elif page.receipt is not None and page.receipt not in range(1, before + 1):
                    self._logbook.acknowledged(case.ballot, paper, page.receipt)
                    return
                else:
                    await asyncio.sleep(_LOOK_AGAIN_SECONDS)
                    page = await self._open(case)
            raise Stuck(f"{case.ballot} cannot be declared: {page.says}")

    async def _put_right(self, case: Case) -> None:
        receipt = await self._on_air(case)
        match case.cure:
            case "revision":
                await self._desk.revise(case)
            case "withdrawal":
                await self._desk.withdraw(case)
            case _:
                await self._slip(case)
        await self._declare(case, case.right, receipt)

    async def _on_air(self, case: Case) -> int:
        """The number of the receipt. This waits for it while the desk holds the night."""
        for _ in range(_MOST_LOOKS):
            async with self._hands:
                page = await self._open(case)
            if page.receipt:
                self._logbook.known(case.ballot, page.receipt)
                return page.receipt
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        raise Stuck(f"{case.ballot} does not go on air, however long one waits.")

    async def _slip(self, case: Case) -> None:
        async with self._hands:
            page = await self._open(case)
            for _ in range(_MOST_LOOKS):
                if _CORRECTION not in page.forms:
                    return
                await self._phone.send(page, _CORRECTION, {"reason": SLIP})
                page = await self._open(case)
            raise Stuck(f"{case.ballot} cannot be corrected: {page.says}")

    async def _further(self, page: Page, case: Case, paper: Paper, until: str) -> Page:
        """Do whatever the pages ask for, until one asks for the form ``until`` or is a receipt; that page."""
        for _ in range(_MOST_LOOKS):
            match _asks(page):
                case asked if asked == until:
                    return page
                case "/count/verification":
                    number = f"{paper.papers:,}"
                    page = await self._phone.send(page, _VERIFICATION, {"issued": number, "papers": number})
                case "/count/sheet":
                    page = await self._phone.send(page, _SHEET, typed(paper))
                    if self._colleague and _asks(page) != _SHEET:
                        await self._key_again(self._colleague, case, paper)
                        page = await self._open(case)
                case "/count/again":
                    page = await self._phone.send(page, _AGAIN, typed(paper))
                case _ if page.receipt is not None:
                    return page
                case _ if page.awaits_another:
                    await self._desk.confirm(case.ballot)
                    page = await self._open(case)
                case _:
                    await asyncio.sleep(_LOOK_AGAIN_SECONDS)
                    page = await self._open(case)
        raise Stuck(f"{case.ballot} does not get on: {page.says}")

    async def _key_again(self, colleague: Phone, case: Case, paper: Paper) -> None:
        """Key the second sheet, as a person who has not seen the first."""
        page = await colleague.open(_place(case))
        for _ in range(_MOST_LOOKS):
            if _asks(page) != _SHEET:
                return
            page = await colleague.send(page, _SHEET, typed(paper))
        raise Stuck(f"{case.ballot}, second officer: {page.says}")

    async def _open(self, case: Case) -> Page:
        return await self._phone.open(_place(case))


def typed(paper: Paper) -> dict[str, str]:
    """A sheet as it is typed. The heads of rejected papers are not known, so all count as unmarked."""
    texts = {f"votes.{candidate}": f"{votes:,}" for candidate, votes in paper.votes.items()}
    texts |= dict.fromkeys((f"rejected.{head}" for head in ("official_mark", "more_than_one", "identifiable")), "0")
    texts |= {"rejected.unmarked_or_void": f"{paper.rejected:,}"}
    if paper.more.valid_papers is not None:
        texts |= {"valid_papers": f"{paper.more.valid_papers:,}", "in_part": f"{paper.more.in_part or 0:,}"}
        return texts | {f"lot.{one}": "1" for one in (paper.more.lots or (paper.lot,)) if one}
    return texts | ({"lot": paper.lot} if paper.lot else {})


def _asks(page: Page) -> str:
    return next((form for form in page.forms if form in _WORK), "")


def _place(case: Case) -> str:
    return f"/count?contest={case.ballot}"
