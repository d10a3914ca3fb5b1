"""A night as it stands: the events so far, folded into one immutable state. No totals."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from server.election.amended import amended
from server.election.contests import Contest, Definition
from server.election.events import (
    AnyEvent,
    BallotPaperAmended,
    Corrected,
    CountEvent,
    DeclarationExpected,
    Declared,
    EndsRound,
    FeedEvent,
    NightAmended,
    NightHeld,
    NightOpened,
    NightReleased,
    NoPollTaken,
    NotePosted,
    SetsResult,
    Stage,
    StageReached,
    Withdrawn,
    ends_round,
    is_news,
)
from server.election.parties import Party
from server.election.verdict import Result, elect_unopposed, judge


class GapInNight(Exception):
    """Events do not follow one another: their stream is damaged, or is another one than before."""


class Count(Struct, frozen=True, dict=True):
    """How far the count of one contest has come.

    ``stage`` is the last stage announced, ``recount`` the number of the recount if it is one, ``papers`` the number of
    ballot papers verified. ``result`` and ``declared_at`` are None until the contest is declared; ``no_poll`` says why
    there is nothing to count. ``expected`` is when the declaration is expected. ``history`` holds every event of this
    count, corrections and withdrawals included, oldest first; ``amendments`` are those of its ballot paper.
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
    amendments: tuple[BallotPaperAmended, ...] = ()

    @property
    def round(self) -> int:
        """How many events so far ended a round (``ends_round``): figures keyed in another round are void."""
        return sum(ends_round(event) for event in self.history)

    @property
    def amended(self) -> int:
        """The seq of the last amendment of the ballot paper, 0 if there was none."""
        return self.amendments[-1].seq if self.amendments else 0

    @property
    def has_figures(self) -> bool:
        """Whether papers, a result, or that there is no poll, was announced."""
        return any(not isinstance(event, StageReached) or event.papers is not None for event in self.history)

    @property
    def last(self) -> CountEvent | None:
        """The newest event of this contest."""
        return self.history[-1] if self.history else None

    @property
    def status(self) -> str:
        """ "awaiting", a stage, "declared", "withdrawn" after a declaration was taken back, or a ``NoPollState``."""
        if self.no_poll:
            return self.no_poll.state
        if self.result:
            return "declared"
        if isinstance(self.last, Withdrawn) and not took_back_no_poll(self, self.last):
            return "withdrawn"
        return self.stage or "awaiting"


def took_back_no_poll(count: Count, event: Withdrawn) -> bool:
    """Whether this withdrawal took back a ``NoPollTaken`` and not a declaration."""
    return isinstance(ended_before(count, event), NoPollTaken)


def ended_before(count: Count, event: CountEvent) -> EndsRound | None:
    """The newest ``EndsRound`` of the contest before this event; None if there was none."""
    earlier = [former for former in count.history if former.seq < event.seq and isinstance(former, EndsRound)]
    return earlier[-1] if earlier else None


class Night(Struct, frozen=True, dict=True):
    """A night after its event ``seq``, which happened at ``at``; ``opened_as`` is its definition before any amendment.

    ``counts`` is ballot id → count, in the definition's order; ``parties`` is party id → party; ``feed`` holds the
    events of the feed, oldest first; ``receipts`` is command id → seq of its event. While the night is ``held`` nothing
    goes out. ``amended`` is the seq of the last amendment, which made the definition and the parties what they are, 0
    if there was none; ``amendments`` are those of the night's own words.
    """

    definition: Definition
    opened_as: Definition
    seq: int
    at: datetime
    counts: dict[str, Count]
    parties: dict[str, Party]
    feed: tuple[FeedEvent, ...]
    receipts: dict[str, int]
    held: bool = False
    amended: int = 0
    amendments: tuple[NightAmended, ...] = ()

    @property
    def is_single(self) -> bool:
        """Whether the night has only one contest, for which there is a page of its own."""
        return len(self.counts) == 1

    @cached_property
    def declared(self) -> int:
        """How many contests are declared."""
        return sum(count.result is not None for count in self.counts.values())


def apply(night: Night | None, event: AnyEvent) -> Night:
    """The night after one more event; GapInNight where it is not the next one."""
    return fold((event,), night)


def fold(events: Sequence[AnyEvent], night: Night | None = None) -> Night:
    """The night after all these events; GapInNight where one is missing.

    Without a ``night`` the first event must be its opening. The contests are copied once, not once for each event: it
    matters on a night of thousands of contests.
    """
    if night is None:
        night, events = _opened(events[0]), events[1:]
    counts, feed, receipts, held = night.counts.copy(), list(night.feed), night.receipts.copy(), night.held
    definition, last_amended, amendments = night.definition, night.amended, night.amendments
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
            case BallotPaperAmended():
                definition, last_amended = amended(definition, event), seq
                counts[event.ballot] = _amended(counts[event.ballot], event)
            case NightAmended():
                definition, last_amended = amended(definition, event), seq
                amendments = (*amendments, event)
            case _:
                assert_never(event)
        if is_news(event):
            feed.append(event)
        receipts[event.command_id] = seq
    last = events[-1] if events else night
    told = replace(night, seq=last.seq, at=last.at, counts=counts, feed=tuple(feed), receipts=receipts, held=held)
    if definition is night.definition:
        return told
    parties = _by_id(definition)
    return replace(told, definition=definition, parties=parties, amended=last_amended, amendments=amendments)


def counted_from(night: Night, definition: Definition) -> Night:
    """The night with another definition of the same contests, such as one with another baseline: every result is judged
    again."""
    contests = {contest.ballot: contest for contest in definition.contests}
    counts = {ballot: _judged_again(count, contests[ballot]) for ballot, count in night.counts.items()}
    return replace(night, definition=definition, counts=counts, parties=_by_id(definition))


def are_papers_again(count: Count, stage: Stage, papers: int | None) -> bool:
    """Whether a stage "verified" only replaces a number of papers that is known: the count stays at its stage then."""
    known = count.papers is not None or count.result is not None
    return stage == "verified" and papers is not None and known


def _opened(event: AnyEvent) -> Night:
    if not isinstance(event, NightOpened) or event.seq != 1:
        raise GapInNight(f"A night begins with its opening as event 1, not with {event.seq}.")
    definition = event.night
    return Night(
        definition=definition,
        opened_as=definition,
        seq=event.seq,
        at=event.at,
        counts={contest.ballot: Count(contest) for contest in definition.contests},
        parties=_by_id(definition),
        feed=(),
        receipts={event.command_id: event.seq},
    )


def _amended(count: Count, event: BallotPaperAmended) -> Count:
    return _judged_again(replace(count, amendments=(*count.amendments, event)), event.contest)


def _by_id(definition: Definition) -> dict[str, Party]:
    return {party.id: party for party in definition.parties}


def _judged_again(count: Count, contest: Contest) -> Count:
    """The count of a contest that is now known to be this one; what was declared is judged by it."""
    result = count.result
    if result is not None:
        last = [event for event in count.history if isinstance(event, SetsResult | NoPollTaken)][-1]
        result = elect_unopposed(contest) if isinstance(last, NoPollTaken) else judge(contest, last)
    return replace(count, contest=contest, result=result)


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
