"""How far the count of one contest has come, and what each event does to it. No other contest, no totals."""

from datetime import datetime
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from server.election.contests import Contest
from server.election.events import (
    BallotPaperAmended,
    Corrected,
    CountEvent,
    Declared,
    EndsRound,
    NoPollTaken,
    PhotoEvent,
    PreferencesReported,
    SetsResult,
    SheetHidden,
    SheetPhotographed,
    Stage,
    StageReached,
    StageTakenBack,
    Withdrawn,
    ends_round,
)
from server.election.result import Result
from server.election.verdict import elect_unopposed, judge


class Step(Struct, frozen=True):
    """A stage that was reached and can be taken back, with what the count had before it; fields as in ``Count``."""

    reached: StageReached
    stage: Stage | None
    recount: int | None
    papers: int | None
    preferences: PreferencesReported | None


class Photo(Struct, frozen=True):
    """A photograph of the result sheet, and when and why it was ``hidden``, if it was."""

    added: SheetPhotographed
    hidden: SheetHidden | None = None


class Count(Struct, frozen=True, dict=True):
    """How far the count of one contest has come.

    ``stage`` is the last stage announced, ``recount`` the number of the recount if it is one, ``papers`` the number of
    ballot papers verified. ``preferences`` is the first round, where there are two and it was announced. ``result`` and
    ``declared_at`` are None until the contest is declared; ``no_poll`` says why there is nothing to count. ``expected``
    is when the declaration is expected. ``history`` holds every event of this count, corrections and withdrawals
    included, oldest first; ``amendments`` are those of its ballot paper. ``steps`` are the stages since the count was
    last at figures or at an end, of which the newest can be taken back. ``photos`` are those of the result sheet.
    """

    contest: Contest
    stage: Stage | None = None
    recount: int | None = None
    papers: int | None = None
    preferences: PreferencesReported | None = None
    result: Result | None = None
    declared_at: datetime | None = None
    no_poll: NoPollTaken | None = None
    expected: datetime | None = None
    history: tuple[CountEvent, ...] = ()
    amendments: tuple[BallotPaperAmended, ...] = ()
    steps: tuple[Step, ...] = ()
    photos: tuple[Photo, ...] = ()

    @property
    def seen(self) -> tuple[SheetPhotographed, ...]:
        """The photographs of the result sheet that nobody has hidden."""
        return tuple(photo.added for photo in self.photos if photo.hidden is None)

    @property
    def recounts(self) -> int:
        """How many recounts there were, without those that were taken back."""
        begun = sum(isinstance(event, StageReached) and event.stage == "recount" for event in self.history)
        return begun - sum(isinstance(event, StageTakenBack) and event.stage == "recount" for event in self.history)

    @property
    def round(self) -> int:
        """How many events so far ended a round (``ends_round``): figures keyed in another round are void."""
        return sum(ends_round(event) for event in self.history)

    @property
    def amended(self) -> int:
        """How often the ballot paper was amended."""
        return len(self.amendments)

    @property
    def has_figures(self) -> bool:
        """Whether papers, a result, or that there is no poll, was announced."""
        return any(
            not isinstance(event, StageReached | StageTakenBack) or event.papers is not None for event in self.history
        )

    @property
    def first_round(self) -> dict[str, int]:
        """Candidate id → first preferences, from their announcement to the declaration; else empty."""
        return self.preferences.votes if self.preferences and not (self.result or self.no_poll) else {}

    @property
    def last(self) -> CountEvent | None:
        """The newest event of this contest."""
        return self.history[-1] if self.history else None

    def had_a_result(self, seq: int) -> bool:
        """Whether a result was out before the event of this seq."""
        return any(isinstance(one, SetsResult | NoPollTaken) and one.seq < seq for one in self.history)

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


def with_photo(count: Count, event: PhotoEvent) -> Count:
    """The count after a photograph was added, or hidden."""
    if isinstance(event, SheetPhotographed):
        return replace(count, photos=(*count.photos, Photo(event)))
    photos = (Photo(one.added, event) if one.added.sha256 == event.sha256 else one for one in count.photos)
    return replace(count, photos=tuple(photos))


def took_back_no_poll(count: Count, event: Withdrawn) -> bool:
    """Whether this withdrawal took back a ``NoPollTaken`` and not a declaration."""
    return isinstance(ended_before(count, event), NoPollTaken)


def ended_before(count: Count, event: CountEvent) -> EndsRound | None:
    """The newest ``EndsRound`` of the contest before this event; None if there was none."""
    earlier = [former for former in count.history if former.seq < event.seq and isinstance(former, EndsRound)]
    return earlier[-1] if earlier else None


def are_papers_again(count: Count, stage: Stage, papers: int | None) -> bool:
    """Whether a stage "verified" only replaces a number of papers that is known: the count stays at its stage then."""
    known = count.papers is not None or count.result is not None
    return stage == "verified" and papers is not None and known


def amended_by(count: Count, event: BallotPaperAmended) -> Count:
    """The count after its ballot paper was amended."""
    return judged_again(replace(count, amendments=(*count.amendments, event)), event.contest)


def judged_again(count: Count, contest: Contest) -> Count:
    """The count of a contest that is now known to be this one; what was declared is judged by it."""
    result = count.result
    if result is not None:
        last = [event for event in count.history if isinstance(event, SetsResult | NoPollTaken)][-1]
        result = elect_unopposed(contest) if isinstance(last, NoPollTaken) else judge(contest, last)
    return replace(count, contest=contest, result=result)


def count_after(count: Count, event: CountEvent) -> Count:
    """The count after one more of its events."""
    history = (*count.history, event)
    match event:
        case StageReached():
            step = Step(event, count.stage, count.recount, count.papers, count.preferences)
            count = replace(count, steps=(*count.steps, step) if count.result is None else ())
            if are_papers_again(count, event.stage, event.papers):
                return replace(count, papers=event.papers, history=history)
            papers = count.papers if event.papers is None else event.papers
            first = None if event.stage == "recount" else count.preferences
            return replace(
                count, stage=event.stage, recount=event.recount, papers=papers, preferences=first, history=history
            )
        case StageTakenBack() if not count.steps:  # no rule allows that, but a record can hold it
            return replace(count, history=history)
        case StageTakenBack():
            *left, step = count.steps
            count = replace(count, stage=step.stage, recount=step.recount, papers=step.papers, steps=tuple(left))
            return replace(count, preferences=step.preferences, history=history)
        case PreferencesReported():
            return replace(count, preferences=event, steps=(), history=history)
        case Declared():
            result = judge(count.contest, event)
            return replace(count, result=result, declared_at=event.at, steps=(), history=history)
        case Corrected():
            return replace(count, result=judge(count.contest, event), history=history)
        case Withdrawn():
            # When it was expected was said of the declaration that is taken back now.
            expected = None if count.declared_at else count.expected
            count = replace(count, expected=expected, history=history)
            return replace(count, preferences=None, result=None, declared_at=None, no_poll=None)
        case NoPollTaken():
            result = elect_unopposed(count.contest) if event.state == "uncontested" else None
            count = replace(count, steps=(), history=history)
            return replace(count, result=result, declared_at=result and event.at, no_poll=event)
        case _:
            assert_never(event)
