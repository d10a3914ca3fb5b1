"""The desk of a rehearsal: says what is expected, holds and releases the night, has figures revised or withdrawn."""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta

from server.election.clock import LONDON
from server.rehearsal.logbook import Clock, Logbook
from server.rehearsal.phone import Phone, Stuck
from server.rehearsal.script import Case

_EXPECTED_AGO = timedelta(minutes=10)
_MOST_TRIES = 50
REVISED = "The figures were read from the wrong sheet."
WITHDRAWN = "The wrong sheet was declared."


class DeskWorker:
    """One person, who does one thing at a time however many call."""

    def __init__(self, phone: Phone, clock: Clock, logbook: Logbook) -> None:
        self._phone, self._clock, self._logbook = phone, clock, logbook
        self._hands = asyncio.Lock()

    async def expect(self, cases: Iterable[Case]) -> None:
        """Enter expected times that have passed for these contests, and see whether the desk lists them as late."""
        late = {case.ballot for case in cases}
        expected = f"{datetime.now(LONDON) - _EXPECTED_AGO:%H:%M}"
        for ballot in late:
            await self._fill_in(ballot, "/desk/expected", {"expected": expected})
            self._logbook.done["late"] += 1
        if late:
            async with self._hands:
                page = await self._phone.open("/desk?q=late")
            self._logbook.done["late, seen"] += sum(f'"/desk/contests/{ballot}"' in page.text for ballot in late)

    async def hold(self, moment: float, seconds: float) -> None:
        """Hold the night at ``moment`` (seconds since the beginning), and release it ``seconds`` later."""
        await self._clock.until(moment)
        await self._tap("/desk/hold", "/desk/release")
        self._logbook.done["held"] += 1
        await self._clock.until(moment + seconds)
        await self._tap("/desk/release", "/desk/hold")
        self._logbook.done["released"] += 1

    async def revise(self, case: Case) -> None:
        """Begin a revision: the officer keys the declared figures again."""
        await self._fill_in(case.ballot, "/desk/revision", {"reason": REVISED})

    async def withdraw(self, case: Case) -> None:
        """Withdraw the declaration of a contest."""
        await self._fill_in(case.ballot, "/desk/withdrawal", {"reason": WITHDRAWN})
        self._logbook.done["withdrawn"] += 1

    async def confirm(self, ballot: str) -> None:
        """Confirm that a correction changes who is elected, unless somebody has meanwhile."""
        async with self._hands:
            page = await self._phone.open(f"/desk/contests/{ballot}")
            if "/desk/change" in page.forms:
                await self._phone.send(page, "/desk/change")
                self._logbook.done["confirmed"] += 1

    async def _fill_in(self, ballot: str, form: str, texts: dict[str, str]) -> None:
        async with self._hands:
            page = await self._phone.open(f"/desk/contests/{ballot}")
            page = await self._phone.send(page, form, texts)
        if page.status >= 400:
            raise Stuck(f"The desk, about {ballot}: {page.says}")

    async def _tap(self, form: str, until: str) -> None:
        async with self._hands:
            page = await self._phone.open("/desk/hold")
            for _ in range(_MOST_TRIES):
                if until in page.forms:
                    return
                await self._phone.send(page, form)
                page = await self._phone.open("/desk/hold")
        raise Stuck(f"The desk cannot hold or release the night: {page.says}")
