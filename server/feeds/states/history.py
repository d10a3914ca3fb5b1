"""What happened to a contest as data: each event of it and each note about it, in words. No HTTP."""

from typing import assert_never

from msgspec import UNSET

from server.election.counts import Count, took_back_no_poll
from server.election.events import (
    BallotPaperAmended,
    Corrected,
    CountEvent,
    Declared,
    NoPollTaken,
    NoteCorrected,
    NoteEvent,
    NotePosted,
    NoteWithdrawn,
    PreferencesReported,
    StageReached,
    StageTakenBack,
    Withdrawn,
)
from server.election.nights import Night
from server.election.result import Result
from server.election.results.amendments import in_words
from server.election.verdict import judge
from server.feeds.states.contest_shapes import Happened


def history_of(night: Night, count: Count) -> tuple[Happened, ...]:
    """Every event of the contest and every note about it, oldest first."""
    ballot = count.contest.ballot
    notes = [event for event in night.feed if isinstance(event, NoteEvent) and event.ballot == ballot]
    happened = sorted([*count.history, *count.amendments, *notes], key=lambda event: event.seq)
    return tuple(_happened(night, count, event) for event in happened)


def _happened(night: Night, count: Count, event: CountEvent | BallotPaperAmended | NoteEvent) -> Happened:
    figures = event if isinstance(event, Declared | Corrected | PreferencesReported) else None
    return Happened(
        seq=event.seq,
        at=event.at,
        kind=str(event.__struct_config__.tag),
        by=event.by,
        what=_what(night, count, event),
        votes=figures.votes if figures else None,
        rejected=figures.rejected if figures else None,
        reason=_reason(event),
        note=event.note if isinstance(event, NoteCorrected | NoteWithdrawn) else UNSET,
        particulars=event.particulars if isinstance(event, NotePosted | NoteCorrected) else UNSET,
    )


def _reason(event: CountEvent | BallotPaperAmended | NoteEvent) -> str | None:
    if isinstance(event, StageReached | Declared | NotePosted):
        return None
    return event.reason or None


def _what(night: Night, count: Count, event: CountEvent | BallotPaperAmended | NoteEvent) -> str:
    match event:
        case NotePosted() | NoteCorrected():
            return event.text
        case NoteWithdrawn():
            return "The note was withdrawn."
        case BallotPaperAmended():
            return f"The ballot paper was put right: {in_words(night, event)}."
        case StageReached():
            return _stage(event)
        case StageTakenBack():
            return f"Taken back: {_stage(event)}"
        case PreferencesReported():
            return "First preferences announced."
        case Declared():
            return f"Declared: {_outcome(night, count, event)}."
        case Corrected():
            how = "A slip in the declaration put right" if event.slip else "Figures corrected"
            return f"{how}: {_outcome(night, count, event)}."
        case Withdrawn() if took_back_no_poll(count, event):
            return "That there is no poll was taken back: the votes are counted."
        case Withdrawn():
            return "Our report of the declaration was withdrawn: nobody is elected until it is made again."
        case NoPollTaken():
            return f"{event.state.capitalize()}: there is no poll."
        case _:
            assert_never(event)


def _stage(event: StageReached | StageTakenBack) -> str:
    number = event.recount if isinstance(event, StageReached) else None
    papers = "" if event.papers is None else f": {event.papers:,} ballot papers"
    return f"{event.stage.capitalize()}{f' {number}' if number else papers}."


def _outcome(night: Night, count: Count, event: Declared | Corrected) -> str:
    result = judge(count.contest, event)
    elected = ", ".join(count.contest.told(line.candidate.id) for line in result.elected)
    return f"{result.verdict.text(night.parties)}, {elected} {_how(count, result)}"


def _how(count: Count, result: Result) -> str:
    if not result.verdict.seats:
        by_lot = "by lot " if result.by_lot else ""
        return f"{by_lot}elected, majority {result.majority:,}"
    drawn = ", ".join(count.contest.told(id) for id in result.drawn)
    last = "last seat" if len(result.drawn) < 2 else f"last {len(result.drawn)} seats"
    return f"elected, {last} by {f'lot: {drawn}' if drawn else f'{result.majority:,}'}"
