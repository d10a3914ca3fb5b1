"""A night's two streams in memory: what ``Submitter`` does with a store, done here with the pure functions alone."""

from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count
from typing import Literal, TypeVar

from msgspec import UNSET, Struct, UnsetType

from server.election.commands import HoldNight, OpenNight, ReachStage
from server.election.contests import Definition
from server.election.counting.acts import (
    AnyAct,
    Asked,
    CorrectionBegun,
    CorrectionDropped,
    Dropped,
    EntryChosen,
    EntryMode,
    KeyedAgain,
    PapersVerified,
    PublicCommand,
    Role,
    SheetKeyed,
    Stamp,
)
from server.election.counting.acts.agent_acts import AgentAct, AgentsConsulted, RecountRequested, RejectedNoted
from server.election.counting.admit import admit
from server.election.counting.agents import shown_to_agents
from server.election.counting.boxes import must_be_accounted_for
from server.election.counting.desk import Desk, fold_acts
from server.election.counting.entry import EntryProgress, once_released, pending, progress_of, sheets_of, spoken
from server.election.counting.figures.apart import Apart
from server.election.counting.figures.fields import number_at
from server.election.deciding.decide import decide
from server.election.events import AnyEvent
from server.election.methods.figures import MoreFigures, Rejected
from server.election.nights import Night, apply
from server.election.refusals import Refused
from tests.nights_by_hand import START, ballot

A = TypeVar("A", bound=AnyAct)
B0, B1 = ballot(0), ballot(1)
ELECTORATE_REASONS = {
    "turnout-out-of-range": "A storm.",
    "papers-differ-from-issued": "One was kept.",
    "totals-end-in-000": "It is so.",
}
REASONS = {
    **ELECTORATE_REASONS,
    "rejected-high": "A long ballot paper.",
    "share-far-from-baseline": "Counted twice.",
    "rows-look-swapped": "Read out again.",
    "ten-times-too-big": "Counted twice.",
    "slate-far-apart": "He had left the party.",
}


class Who(Struct, frozen=True):
    """Somebody at the count."""

    name: str
    role: Role
    invitation: str


JANE = Who("Jane Smith", "officer", "i-jane")
OMAR = Who("Omar Khan", "second officer", "i-omar")
RITA = Who("Rita Hall", "returning officer", "i-rita")
DORA = Who("Dora Lee", "desk", "i-dora")


class Figures(Struct, frozen=True):
    """One sheet: votes for Ann Abel and Ben Bond, papers rejected, and who was drawn."""

    con: int = 250
    lab: int = 340
    rejected: Rejected = Rejected(10, 1, 2, 3, 4)
    lot: str | None = None
    more: MoreFigures | UnsetType = UNSET
    apart: Apart | UnsetType = UNSET
    given: dict[str, int] = {}

    @property
    def votes(self) -> dict[str, int]:
        """As a sheet has them; those ``given`` are of another contest."""
        return self.given or {"1": self.con, "2": self.lab}


RIGHT, WRONG, DOUBTFUL = Figures(), Figures(con=251, lab=339), Figures(con=400, lab=190)
PAPERS = 600


Heard = Literal["consulted", "granted", "refused", "noted"]
"""What is put on record of candidates and agents before a declaration."""


class AtTheCount:
    """``line`` is everything that was stored, acts and events, as it came; ``held_at`` how it was when each came."""

    def __init__(self, definition: Definition) -> None:
        self.now = START
        self._numbers = count(1)
        self.line: list[AnyAct | AnyEvent] = []
        self.desk = Desk()
        opening = OpenNight(id="open", by="the desk", night=definition)
        self.night: Night = self._after(None, decide(None, opening, self.now))

    def stamp(self, who: Who, command_id: str) -> Stamp:
        """What an act of somebody begins with, a second later."""
        self.now += timedelta(seconds=1)
        return Stamp(seq=0, at=self.now, by=who.name, invitation=who.invitation, device="phone", command_id=command_id)

    def new_id(self, what: str) -> str:
        """An id that was not used before."""
        return f"{what}-{next(self._numbers)}"

    def record(self, act: A) -> tuple[A, bool]:
        """An act, stored once; and whether it had been before."""
        for one in self.desk.log:
            if one.command_id == act.command_id:
                assert isinstance(one, type(act))
                return one, True
        admitted = admit(self.night, self.desk, act)
        self.desk = fold_acts([admitted], self.desk)
        self.line.append(admitted)
        return admitted, False

    def ask(self, asked: Asked, *, crash: bool = False) -> bool:
        """Put on record what is to go out, then let it out unless the process ends; whether it is out."""
        stored, repeated = self.record(asked)
        if crash:
            return False
        if repeated and stored.command.id not in self.desk.asked:
            raise Refused("dropped", "That was set aside.")
        if not isinstance(stored.command, HoldNight):
            self.send_out(stored.seq)
        return self._let_out(stored)

    def send_out(self, before: int | None = None) -> None:
        """Let out what waits, and may."""
        for asked in pending(self.night, self.desk):
            older = before is None or asked.seq < before
            if older and (not self.night.held or isinstance(asked.command, HoldNight)):
                with suppress(Refused):
                    self._let_out(asked)

    def _let_out(self, asked: Asked) -> bool:
        if asked.command.id in self.night.receipts:
            return True
        try:
            must_be_accounted_for(self.night, self.desk, asked.command)
            event = decide(self.night, asked.command, self.now)
        except Refused as refused:
            if refused.code == "held" and not isinstance(asked.command, HoldNight):
                return False
            who = Who(asked.by, "desk", asked.invitation)
            stamp = self.stamp(who, f"drop/{asked.command_id}")
            self.record(Dropped(**stamp, asked=asked.command.id, why=refused.sentence))
            raise
        self.night = self._after(self.night, event)
        return True

    def _after(self, night: Night | None, event: AnyEvent) -> Night:
        self.line.append(event)
        return apply(night, event)

    # What people do, in their words.

    def stands(self, where: str = B0) -> EntryProgress:
        """Where the entry of a contest stands."""
        return progress_of(self.later, self.desk, where)

    @property
    def later(self) -> Night:
        """The night once what waits has gone out: what people go on from."""
        return once_released(self.night, self.desk)

    def choose(self, entry: EntryMode) -> None:
        """One person keys each result, or two."""
        self.record(EntryChosen(**self.stamp(DORA, self.new_id("entry")), entry=entry))

    def says(self, who: Who, command: PublicCommand, reasons: dict[str, str] | None = None) -> bool:
        """Ask for something to go out; whether it is out."""
        return self.ask(Asked(**self.stamp(who, f"ask/{command.id}"), command=command, reasons=reasons or {}))

    def verify(self, papers: int = PAPERS, where: str = B0, issued: int | None = None) -> None:
        """The papers are counted, and announced."""
        stamp = self.stamp(JANE, self.new_id("papers"))
        act = PapersVerified(**stamp, ballot=where, issued=issued, papers=papers, reasons=ELECTORATE_REASONS)
        self.record(act)
        command_id = self.new_id("verified")
        self.says(JANE, ReachStage(id=command_id, by=JANE.name, ballot=where, stage="verified", papers=papers))

    def sheet(self, who: Who, figures: Figures = RIGHT, where: str = B0, role: Role | None = None) -> SheetKeyed:
        """A sheet as that person's page would send it now."""
        contest = self.later.counts[where]
        mine = sheets_of(contest, self.desk).get(role or who.role)
        return SheetKeyed(
            **self.stamp(who, self.new_id("sheet")),
            ballot=where,
            role=role or who.role,
            round=contest.round,
            replaces=mine.seq if mine else 0,
            votes=figures.votes,
            rejected=figures.rejected,
            lot=figures.lot,
            reasons=REASONS if figures == DOUBTFUL else {},
            more=figures.more,
            apart=figures.apart,
        )

    def key(self, who: Who, figures: Figures = RIGHT, where: str = B0) -> SheetKeyed:
        """A sheet, keyed; and where that makes one person's whole sheet, seen again as it is."""
        keyed = self.record(self.sheet(who, figures, where))[0]
        self.look_again(where=where)
        return keyed

    def seen_again(self, figures: dict[str, int] | None = None, where: str = B0) -> KeyedAgain | None:
        """What the person who keys alone would send having looked at the paper again: what is on their sheet, but for
        these ``figures``; None where nobody waits for that."""
        stands, count = self.stands(where), self.later.counts[where]
        sheet = sheets_of(count, self.desk).get("officer")
        if not stands.looks_again or sheet is None:
            return None
        seen = {one: number_at(sheet, one) or 0 for one in sheet.again or ()} | (figures or {})
        stamp, before = self.stamp(JANE, self.new_id("again")), stands.again.seq if stands.again else 0
        return KeyedAgain(**stamp, ballot=where, round=count.round, sheet=sheet.seq, replaces=before, figures=seen)

    def look_again(self, figures: dict[str, int] | None = None, where: str = B0) -> KeyedAgain | None:
        """The paper looked at again, and put on record if anybody waits for that."""
        seen = self.seen_again(figures, where)
        return self.record(seen)[0] if seen else None

    def heard(self, who: Who, what: Heard, said: str, where: str = B0, behind: int = 0) -> AgentAct:
        """What candidates and agents were shown or said of the figures that are confirmed or declared, as a page would
        send it that is so many sheets ``behind``."""
        shown, stamp = shown_to_agents(self.later, self.desk, where), self.stamp(who, self.new_id(what))
        sheet = shown.seq - behind if shown else 0
        match what:
            case "consulted":
                return AgentsConsulted(**stamp, ballot=where, sheet=sheet, who=said)
            case "noted":
                return RejectedNoted(**stamp, ballot=where, sheet=sheet, notes={"identifiable": said})
            case "granted" | "refused":
                granted = what == "granted"
                return RecountRequested(
                    **stamp, ballot=where, sheet=sheet, who="An agent", of="", granted=granted, why=said
                )

    def declare(self, where: str = B0, who: Who = RITA) -> bool:
        """The confirmed figures are spoken."""
        command = spoken(self.later, self.desk, where, who.name)
        assert command is not None, "nothing is confirmed"
        return self.says(who, command)

    def begin(self, slip: bool = True, where: str = B0, reason: str = "Rows swapped.") -> CorrectionBegun:
        """What is declared is to be corrected."""
        stamp, round = self.stamp(RITA, self.new_id("begun")), self.later.counts[where].round
        return self.record(CorrectionBegun(**stamp, ballot=where, round=round, slip=slip, reason=reason))[0]

    def drop(self, where: str = B0) -> None:
        """What is declared stands after all."""
        self.record(CorrectionDropped(**self.stamp(RITA, self.new_id("undone")), ballot=where))

    def wait(self, time: timedelta) -> datetime:
        """Let time pass."""
        self.now += time
        return self.now
