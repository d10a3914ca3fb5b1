"""A night as it stands: the events so far, folded into one immutable state. Totals are derived elsewhere."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from server.election.contests import Contest, Definition
from server.election.events import (
    AnyEvent,
    Corrected,
    CountEvent,
    DeclarationExpected,
    Declared,
    EndsRound,
    FeedEvent,
    NightHeld,
    NightOpened,
    NightReleased,
    NoPollTaken,
    NotePosted,
    Stage,
    StageReached,
    Withdrawn,
    ends_round,
    is_news,
)
from server.election.parties import Party
from server.election.verdict import Result, elect_unopposed, judge


class GapInNight(Exception):
    """Events that do not follow one another: the stream behind them is damaged or not the one it was."""


class Count(Struct, frozen=True, dict=True):
    """How far one contest has come. ``result`` is None until it is declared; ``papers`` are those verified.

    ``expected`` is when the declaration is expected; ``history`` holds every event of this contest, corrections and
    withdrawals included, oldest first.
    """

    contest: Contest
    stage: Stage | None = None
    recount: int | None = None
    papers: int | None = None
    result: Result | None = None
    declared_at: datetime | None = None
    no_poll: NoPollTaken | None = None
    expected: datetime | None = None
    history: tuple[CountEvent, ...] = ()

    @property
    def round(self) -> int:
        """How often something happened after which figures must be counted, keyed and confirmed anew."""
        return sum(ends_round(event) for event in self.history)

    @property
    def last(self) -> CountEvent | None:
        """The newest event of this contest."""
        return self.history[-1] if self.history else None

    @property
    def status(self) -> str:
        """ "awaiting", a stage, "declared", "withdrawn" once a declaration was taken back, or why there is no poll."""
        if self.no_poll:
            return self.no_poll.state
        if self.result:
            return "declared"
        if isinstance(self.last, Withdrawn) and not took_back_no_poll(self, self.last):
            return "withdrawn"
        return self.stage or "awaiting"


def took_back_no_poll(count: Count, event: Withdrawn) -> bool:
    """Whether a withdrawal took back that there is no poll, and not a declaration."""
    return isinstance(ended_before(count, event), NoPollTaken)


def ended_before(count: Count, event: CountEvent) -> EndsRound | None:
    """The newest event before this one by which a result came to stand or to fall; None if there was none."""
    earlier = [past for past in count.history if past.seq < event.seq and isinstance(past, EndsRound)]
    return earlier[-1] if earlier else None


class Night(Struct, frozen=True, dict=True):
    """``seq`` and ``at`` are those of the last event; ``counts`` by ballot id in the definition's order;
    ``feed`` the events a reader is told of, oldest first; ``receipts`` command id → seq; while it is ``held`` nothing
    goes out."""

    definition: Definition
    seq: int
    at: datetime
    counts: dict[str, Count]
    parties: dict[str, Party]
    feed: tuple[FeedEvent, ...]
    receipts: dict[str, int]
    held: bool = False

    @property
    def is_single(self) -> bool:
        """Whether the night is about one contest, and has a page designed for that."""
        return len(self.counts) == 1

    @cached_property
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
    counts, feed, receipts, held = night.counts.copy(), list(night.feed), night.receipts.copy(), night.held
    for seq, event in enumerate(events, night.seq + 1):
        if event.seq != seq or isinstance(event, NightOpened):
            raise GapInNight(f"{night.definition.id}: event {event.seq} cannot follow event {seq - 1}.")
        match event:
            case NightHeld() | NightReleased():
                held = isinstance(event, NightHeld)
            case NotePosted():
                pass
            case DeclarationExpected():
                counts[event.ballot] = replace(counts[event.ballot], expected=event.expected)
            case StageReached() | Declared() | Corrected() | Withdrawn() | NoPollTaken():
                counts[event.ballot] = _count_after(counts[event.ballot], event)
            case _:
                assert_never(event)
        if is_news(event):
            feed.append(event)
        receipts[event.command_id] = seq
    last = events[-1] if events else night
    return replace(night, seq=last.seq, at=last.at, counts=counts, feed=tuple(feed), receipts=receipts, held=held)


def are_papers_again(count: Count, stage: Stage, papers: int | None) -> bool:
    """Whether a verification only finds the papers to be another number: it is no other stage then, at any time."""
    known = count.papers is not None or count.result is not None
    return stage == "verified" and papers is not None and known


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
            if are_papers_again(count, event.stage, event.papers):
                return replace(count, papers=event.papers, history=history)
            papers = count.papers if event.papers is None else event.papers
            return replace(count, stage=event.stage, recount=event.recount, papers=papers, history=history)
        case Declared():
            result = judge(count.contest, event)
            return replace(count, result=result, declared_at=event.at, history=history)
        case Corrected():
            return replace(count, result=judge(count.contest, event), history=history)
        case Withdrawn():
            return replace(count, result=None, declared_at=None, no_poll=None, history=history)
        case NoPollTaken():
            result = elect_unopposed(count.contest) if event.state == "uncontested" else None
            return replace(count, result=result, declared_at=result and event.at, no_poll=event, history=history)
        case _:
            assert_never(event)
