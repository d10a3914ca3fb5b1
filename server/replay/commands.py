"""The command that brings about each event of a past night, on its replay."""

from collections.abc import Iterable
from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

from server.election.commands import (
    AmendBallotPaper,
    AmendNight,
    AnyCommand,
    Correct,
    CorrectNote,
    Declare,
    ExpectDeclaration,
    HidePhoto,
    HoldNight,
    OpenNight,
    PostNote,
    ReachStage,
    RecordNoPoll,
    ReleaseNight,
    ReportPreferences,
    ShowPhoto,
    TakeBackStage,
    Withdraw,
    WithdrawNote,
)
from server.election.events import (
    AnyEvent,
    BallotPaperAmended,
    Corrected,
    DeclarationExpected,
    Declared,
    NightAmended,
    NightHeld,
    NightOpened,
    NightReleased,
    NoPollTaken,
    NoteCorrected,
    NotePosted,
    NoteWithdrawn,
    PreferencesReported,
    SheetHidden,
    SheetPhotographed,
    StageReached,
    StageTakenBack,
    Withdrawn,
)


def commands(events: Iterable[AnyEvent], name: str) -> list[tuple[datetime, AnyCommand]]:
    """Every event of a past night as the command that brings it about on the night ``name``, with its time.

    The command ids are the same each time: a replay that was interrupted goes on, and nothing happens twice.
    """
    return [(event.at, _command(event, name)) for event in events]


def _command(event: AnyEvent, name: str) -> AnyCommand:
    command_id, by = f"{name}/{event.seq}", "replay"
    match event:
        case NightOpened():
            times = event.night.times if event.night.times != "live" else "recorded"  # a live night, kept
            definition = replace(event.night, id=name, replay_of=event.night.id, times=times)
            return OpenNight(id=command_id, by=by, night=definition)
        case StageReached():
            return ReachStage(id=command_id, by=by, ballot=event.ballot, stage=event.stage, papers=event.papers)
        case StageTakenBack():
            stage, papers = event.stage, event.papers
            return TakeBackStage(
                id=command_id, by=by, ballot=event.ballot, stage=stage, papers=papers, reason=event.reason
            )
        case PreferencesReported():
            ballot, votes, rejected = event.ballot, event.votes, event.rejected
            return ReportPreferences(
                id=command_id, by=by, ballot=ballot, votes=votes, rejected=rejected, reason=event.reason
            )
        case Declared():
            return Declare(
                id=command_id,
                by=by,
                ballot=event.ballot,
                votes=event.votes,
                rejected=event.rejected,
                lot=event.lot,
                more=event.more,
            )
        case Corrected():
            return Correct(
                id=command_id,
                by=by,
                ballot=event.ballot,
                votes=event.votes,
                rejected=event.rejected,
                lot=event.lot,
                reason=event.reason,
                slip=event.slip,
                more=event.more,
            )
        case Withdrawn():
            return Withdraw(id=command_id, by=by, ballot=event.ballot, reason=event.reason)
        case NotePosted():
            text, ballot, particulars = event.text, event.ballot, event.particulars
            return PostNote(id=command_id, by=by, text=text, ballot=ballot, particulars=particulars)
        case NoteCorrected():
            return CorrectNote(
                id=command_id,
                by=by,
                note=f"{name}/{event.note}",
                text=event.text,
                reason=event.reason,
                ballot=event.ballot,
                particulars=event.particulars,
            )
        case NoteWithdrawn():
            note, ballot, reason = f"{name}/{event.note}", event.ballot, event.reason
            return WithdrawNote(id=command_id, by=by, note=note, ballot=ballot, reason=reason)
        case NoPollTaken():
            return RecordNoPoll(id=command_id, by=by, ballot=event.ballot, state=event.state, reason=event.reason)
        case DeclarationExpected():
            return ExpectDeclaration(id=command_id, by=by, ballot=event.ballot, expected=event.expected)
        case SheetPhotographed():
            ballot, sha256, size = event.ballot, event.sha256, event.size
            return ShowPhoto(
                id=command_id, by=by, ballot=ballot, sha256=sha256, size=size, width=event.width, height=event.height
            )
        case SheetHidden():
            ballot, sha256, reason = event.ballot, event.sha256, event.reason
            return HidePhoto(id=command_id, by=by, ballot=ballot, sha256=sha256, reason=reason)
        case BallotPaperAmended():
            ballot, parties, reason = event.ballot, event.parties, event.reason
            return AmendBallotPaper(
                id=command_id, by=by, ballot=ballot, contest=event.contest, parties=parties, reason=reason
            )
        case NightAmended():
            close, baseline, reason = event.polls_close, event.baseline, event.reason
            return AmendNight(
                id=command_id, by=by, title=event.title, polls_close=close, baseline=baseline, reason=reason
            )
        case NightHeld():
            return HoldNight(id=command_id, by=by)
        case NightReleased():
            return ReleaseNight(id=command_id, by=by)
        case _:
            assert_never(event)
