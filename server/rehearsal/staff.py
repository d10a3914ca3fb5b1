"""Everybody in a rehearsal at work: the halls and the desk, each on a line of their own, and the report at the end."""

import asyncio
import sys
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from random import Random
from typing import Any

from msgspec import Struct

from server.rehearsal.accidents import Kind
from server.rehearsal.desk_worker import DeskWorker
from server.rehearsal.logbook import Clock, Logbook
from server.rehearsal.officer import Officer
from server.rehearsal.phone import Phone, Stuck
from server.rehearsal.program import Program
from server.rehearsal.report import Report, events_of, reported
from server.rehearsal.script import Hall, Script
from server.rehearsal.unreliable_line import Traffic, UnreliableLine

_SHARE, _ENOUGH, _MOST = (
    0.04,
    1.5,
    0.5,
)  # the share of requests that have an accident: more on a small night, so that there are some
_PATIENCE, _PATIENCE_SECONDS = (
    3,
    60.0,
)  # the longest it may take: so many times the planned time, and so many seconds more
_PROGRESS_SECONDS = 1.0


class Cards(Struct, frozen=True):
    """The links that were handed out: the desk's, and for each hall the officer's and, with double entry, the second
    officer's."""

    desk: str
    halls: tuple[tuple[str, ...], ...]


class Staff:
    """Everybody who takes part; call ``work`` once."""

    def __init__(self, script: Script, url: str, cards: Cards, kinds: frozenset[Kind], seed: int) -> None:
        self._script, self._url, self._seed = script, url, seed
        self._kinds, self._share = kinds, min(_MOST, max(_SHARE, _ENOUGH / len(script.cases)))
        self._traffic, self._logbook, self._clock = Traffic(), Logbook(), Clock()
        self._lines: list[UnreliableLine] = []
        self._desk = DeskWorker(self._phone(cards.desk), self._clock, self._logbook)
        self._halls = [self._hall(hall, links) for hall, links in zip(script.halls, cards.halls, strict=True)]

    async def work(self) -> Report:
        """Play the whole night. Stuck if somebody cannot get any further, BadRecord if the record was altered."""
        seconds = max((max(case.due, case.cured) for case in self._script.cases), default=0.0)
        patience = seconds * _PATIENCE + _PATIENCE_SECONDS
        try:
            async with asyncio.timeout(patience):
                await self._arrive()
                self._clock.begin()
                await self._count()
        except TimeoutError:
            raise Stuck(f"Not everybody was done after {patience:.0f} seconds.") from None
        finally:
            for line in self._lines:
                await line.close()
        took = self._clock.now
        receipts = {receipt for given in self._logbook.receipts.values() for receipt in given}
        line = UnreliableLine(self._url, "", Traffic(), frozenset(), 0, Random(0))
        events = await events_of(line, self._script.definition.id, receipts)
        await line.close()
        return reported(self._script, events, self._logbook, self._traffic, took)

    async def _arrive(self) -> None:
        """Sign everybody in, one after another: a PIN costs the server more time than anything else."""
        await self._desk.expect(case for case in self._script.cases if case.late)
        for hall in self._halls:
            if isinstance(hall, Officer):
                await hall.arrive()

    async def _count(self) -> None:
        work = [
            worker.serve(case)
            for hall, worker in zip(self._script.halls, self._halls, strict=True)
            for case in hall.cases
        ]
        if self._script.held:
            work.append(self._desk.hold(*self._script.held))
        progress = asyncio.create_task(self._progress())
        try:
            await _all(work)
        finally:
            progress.cancel()

    async def _progress(self) -> None:
        """Show the progress in one line, if the output is a terminal."""
        with suppress(asyncio.CancelledError):
            while sys.stderr.isatty():
                done, declared = self._logbook.done, len(self._logbook.figures)
                again = sum(map(len, self._logbook.figures.values())) - declared
                line = (
                    f"{self._clock.now:5.0f} s   {declared:,} of {len(self._script.cases):,} declared, {again:,} again"
                )
                held = ", held" if done["held"] > done["released"] else ""
                print(f"\r{line}, {len(self._traffic.seconds):,} answers{held}   ", end="", file=sys.stderr, flush=True)
                await asyncio.sleep(_PROGRESS_SECONDS)
        if sys.stderr.isatty():
            print(file=sys.stderr)

    def _hall(self, hall: Hall, links: Sequence[str]) -> Officer | Program:
        if hall.program:
            token, night = links[0].rpartition("/")[2], self._script.definition.id
            return Program(self._line(), night, token, self._desk, self._clock, self._logbook)
        officer, *colleague = (self._phone(link) for link in links)
        return Officer(officer, colleague[0] if colleague else None, self._desk, self._clock, self._logbook)

    def _phone(self, link: str) -> Phone:
        return Phone(self._line(), self._url, link)

    def _line(self) -> UnreliableLine:
        number = len(self._lines)
        address = f"127.0.{1 + number // 250}.{1 + number % 250}"
        random = Random(f"{self._seed}/{number}")
        self._lines.append(UnreliableLine(self._url, address, self._traffic, self._kinds, self._share, random))
        return self._lines[-1]


async def _all(work: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Run all at once; if one fails, cancel the others."""
    tasks = [asyncio.create_task(coroutine) for coroutine in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
