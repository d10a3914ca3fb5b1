"""A night as it stands: the events so far, folded into one immutable state. Totals are derived elsewhere."""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from server.election.contests import Contest, Definition
from server.election.events import (
    AnyEvent,
    Corrected,
    CountEvent,
    Declared,
    FeedEvent,
    NightOpened,
    NotePosted,
    Stage,
    StageReached,
    Withdrawn,
)
from server.election.parties import Party
from server.election.verdict import Result, judge


class GapInNight(Exception):
    """Events that do not follow one another: the stream behind them is damaged or not the one it was."""


class Count(Struct, frozen=True):
    """How far one contest has come. ``result`` is None until it is declared; ``papers`` are those verified.

    ``history`` holds every event of this contest, corrections and withdrawals included, oldest first.
    """

    contest: Contest
    stage: Stage | None = None
    recount: int | None = None
    papers: int | None = None
    result: Result | None = None
    declared_at: datetime | None = None
    history: tuple[CountEvent, ...] = ()

    @property
    def status(self) -> str:
        """ "awaiting", a stage, "declared", or "withdrawn" once a declaration was taken back."""
        if self.result:
            return "declared"
        if self.history and isinstance(self.history[-1], Withdrawn):
            return "withdrawn"
        return self.stage or "awaiting"


class Night(Struct, frozen=True):
    """``seq`` and ``at`` are those of the last event; ``counts`` by ballot id in the definition's order;
    ``feed`` the events a reader is told of, oldest first; ``receipts`` command id → seq."""

    definition: Definition
    seq: int
    at: datetime
    counts: dict[str, Count]
    parties: dict[str, Party]
    feed: tuple[FeedEvent, ...]
    receipts: dict[str, int]

    @property
    def declared(self) -> int:
        """How many contests are declared."""
        return sum(count.result is not None for count in self.counts.values())


def apply(night: Night | None, event: AnyEvent) -> Night:
    """The night after one more event; GapInNight where it is not the next one."""
    return fold((event,), night)


def fold(events: Sequence[AnyEvent], night: Night | None = None) -> Night:
    """The night after all these events, of which the first opens it; GapInNight where one is missing.

    A night of thousands of contests is copied once, not once an event.
    """
    if night is None:
        night, events = _opened(events[0]), events[1:]
    counts, feed, receipts = night.counts.copy(), list(night.feed), night.receipts.copy()
    for seq, event in enumerate(events, night.seq + 1):
        if event.seq != seq or isinstance(event, NightOpened):
            raise GapInNight(f"{night.definition.id}: event {event.seq} cannot follow event {seq - 1}.")
        if not isinstance(event, NotePosted):
            counts[event.ballot] = _count_after(counts[event.ballot], event)
        if not isinstance(event, StageReached) or event.stage != "boxes in":
            feed.append(event)
        receipts[event.command_id] = seq
    last = events[-1] if events else night
    return replace(night, seq=last.seq, at=last.at, counts=counts, feed=tuple(feed), receipts=receipts)


def _opened(event: AnyEvent) -> Night:
    if not isinstance(event, NightOpened) or event.seq != 1:
        raise GapInNight(f"A night begins with its opening as event 1, not with {event.seq}.")
    definition = event.night
    return Night(
        definition=definition,
        seq=event.seq,
        at=event.at,
        counts={contest.ballot: Count(contest) for contest in definition.contests},
        parties={party.id: party for party in definition.parties},
        feed=(),
        receipts={event.command_id: event.seq},
    )


def _count_after(count: Count, event: CountEvent) -> Count:
    history = (*count.history, event)
    match event:
        case StageReached():
            papers = count.papers if event.papers is None else event.papers
            return replace(count, stage=event.stage, recount=event.recount, papers=papers, history=history)
        case Declared():
            result = judge(count.contest, event)
            return replace(count, result=result, declared_at=event.at, history=history)
        case Corrected():
            return replace(count, result=judge(count.contest, event), history=history)
        case Withdrawn():
            return replace(count, result=None, declared_at=None, history=history)
        case _:
            assert_never(event)
