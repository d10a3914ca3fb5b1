"""Decides whether a command may happen on a night as it stands: it becomes one event or a refusal in words."""

from datetime import datetime
from typing import assert_never

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
from server.election.counts import Count, are_papers_again
from server.election.deciding.amending import night_amended, paper_amended
from server.election.deciding.checks import check_papers
from server.election.deciding.declaring import EventStamp, corrected, declared, must_be_round, preferences_reported
from server.election.deciding.noting import note_of, wording
from server.election.deciding.photographing import hidden, photographed
from server.election.events import (
    AnyEvent,
    BallotPaperAmended,
    DeclarationExpected,
    NightAmended,
    NightHeld,
    NightOpened,
    NightReleased,
    NoPollTaken,
    NoteCorrected,
    NotePosted,
    NoteWithdrawn,
    StageReached,
    StageTakenBack,
    Withdrawn,
)
from server.election.nights import Night
from server.election.refusals import (
    READ_THE_NOTE,
    SAW_IT,
    Refused,
    count_of,
    must_be_closed,
    must_be_declared,
    must_be_polled,
    must_be_undeclared,
    reason_in,
    refuse_if,
)
from server.election.texts.said import say
from server.election.texts.words import BEGUN, STAGES


def decide(night: Night | None, command: AnyCommand, now: datetime) -> AnyEvent:
    """The event that a command becomes, with the night's next seq; Refused if the command is not possible now.

    ``night`` is None before its opening. The event's time is ``now``, or the time of the night's last event if that is
    later: a night's clock never goes back.
    """
    if night is None:
        if not isinstance(command, OpenNight):
            raise Refused("night-unknown", say("No such night is on air."))
        _must_be_countable(command)
        return NightOpened(night=command.night, **EventStamp(seq=1, at=now, by=command.by, command_id=command.id))
    if night.held and not isinstance(command, OpenNight | ReleaseNight):
        raise Refused("held", say("The desk holds this night: nothing goes out until it is released."))
    stamp = EventStamp(seq=night.seq + 1, at=max(now, night.at), by=command.by, command_id=command.id)
    # A past night's figures are history and are taken as they are; what is counted now must reconcile with its papers.
    live = night.definition.times == "live"
    if isinstance(command, ReachStage | ReportPreferences | Declare | Correct):
        must_be_closed(night, now)
    match command:
        case OpenNight():
            raise Refused("night-exists", say("%(id)s is already on air.", id=night.definition.id))
        case HoldNight():
            return NightHeld(**stamp)
        case ReleaseNight():
            if not night.held:
                raise Refused("not-held", say("%(id)s is not held.", id=night.definition.id))
            return NightReleased(**stamp)
        case CorrectNote():
            note, reason = note_of(night, command), reason_in(command.reason, READ_THE_NOTE)
            text, more = wording(night, command)
            if (text, more) == (note.text, note.particulars):
                raise Refused("nothing-changed", say("Nothing is changed: the note says all of that already."))
            return NoteCorrected(
                note=night.receipts[command.note],
                text=text,
                ballot=note.ballot,
                reason=reason,
                particulars=more,
                **stamp,
            )
        case WithdrawNote():
            note, reason = note_of(night, command), reason_in(command.reason, READ_THE_NOTE)
            return NoteWithdrawn(note=night.receipts[command.note], ballot=note.ballot, reason=reason, **stamp)
        case PostNote():
            if command.ballot is not None:
                count_of(night, command.ballot)
            text, more = wording(night, command)
            return NotePosted(text=text, ballot=command.ballot, particulars=more, **stamp)
        case ReachStage():
            return _stage(count_of(night, command.ballot), command, stamp, live)
        case TakeBackStage():
            return _take_back(count_of(night, command.ballot), command, stamp)
        case ReportPreferences():
            return preferences_reported(count_of(night, command.ballot), command, stamp, live)
        case Declare():
            return declared(count_of(night, command.ballot), command, stamp, live)
        case Correct():
            return corrected(count_of(night, command.ballot), command, stamp, live)
        case Withdraw():
            return _withdraw(count_of(night, command.ballot), command, stamp)
        case RecordNoPoll():
            return _no_poll(count_of(night, command.ballot), command, stamp)
        case ExpectDeclaration():
            count_of(night, command.ballot)
            return DeclarationExpected(ballot=command.ballot, expected=command.expected, **stamp)
        case ShowPhoto():
            return photographed(night, command, stamp)
        case HidePhoto():
            return hidden(night, command, stamp)
        case AmendBallotPaper():
            reason = paper_amended(night, count_of(night, command.ballot), command)
            parties = tuple(party for party in command.parties if party.id not in night.parties)
            return BallotPaperAmended(
                ballot=command.ballot, contest=command.contest, parties=parties, reason=reason, **stamp
            )
        case AmendNight():
            reason, close = night_amended(night, command), command.polls_close
            return NightAmended(
                title=command.title, polls_close=close, baseline=command.baseline, reason=reason, **stamp
            )
        case _:
            assert_never(command)


# Stage → the stages that it may follow, None for the beginning. Only two stages may be announced twice: "verified",
# because the number of papers may turn out to be another one, and "recount", because there can be any number of them.
_MAY_FOLLOW = {
    "boxes in": {None},
    "verified": {None, "boxes in", "verified"},
    "counting": {None, "boxes in", "verified"},
    "provisional": {"counting", "recount", "verified"},
    "recount": {"counting", "provisional", "recount", "verified"},
}


def _stage(count: Count, command: ReachStage, stamp: EventStamp, live: bool) -> StageReached:
    must_be_polled(count)
    papers_again = are_papers_again(count, command.stage, command.papers)
    if not papers_again:
        must_be_undeclared(count)
    if command.stage == "verified" and command.papers is None and live:
        raise Refused("papers-missing", say("Enter the ballot papers verified."))
    if not papers_again and count.stage not in _MAY_FOLLOW[command.stage]:
        stage, before = BEGUN[command.stage], STAGES[count.stage or ""]
        raise Refused("stage-order", say("%(stage)s cannot follow %(before)s.", stage=stage, before=before))
    refuse_if(check_papers(count.contest, command.papers))
    recount = None
    if command.stage == "recount":
        recount = 1 + count.recounts
    return StageReached(ballot=command.ballot, stage=command.stage, papers=command.papers, recount=recount, **stamp)


def _take_back(count: Count, command: TakeBackStage, stamp: EventStamp) -> StageTakenBack:
    must_be_polled(count)
    must_be_undeclared(count)
    reached = count.steps[-1].reached if count.steps else None
    if reached is None:
        raise Refused(
            "nothing-to-take-back", say("%(contest)s has no stage that can be taken back.", contest=count.contest)
        )
    moved_on = command.step not in (None, len(count.history))
    if moved_on or (command.stage, command.papers) != (reached.stage, reached.papers):
        raise Refused(
            "count-moved-on", say("The count has moved on since this page was opened: look at it as it is now.")
        )
    reason = reason_in(command.reason, SAW_IT)
    return StageTakenBack(ballot=command.ballot, stage=reached.stage, papers=reached.papers, reason=reason, **stamp)


def _must_be_countable(command: OpenNight) -> None:
    for contest in command.night.contests:
        if contest.rules.why_not:
            raise Refused(
                "method-not-counted", say("%(contest)s: %(why_not)s", contest=contest, why_not=contest.rules.why_not)
            )


def _withdraw(count: Count, command: Withdraw, stamp: EventStamp) -> Withdrawn:
    if count.no_poll is None:
        must_be_declared(count)
    must_be_round(count, command.round)
    return Withdrawn(ballot=command.ballot, reason=reason_in(command.reason), **stamp)


def _no_poll(count: Count, command: RecordNoPoll, stamp: EventStamp) -> NoPollTaken:
    must_be_polled(count)
    must_be_undeclared(count)
    standing, seats = len(count.contest.standing), count.contest.seats
    if command.state == "uncontested" and not 0 < standing <= seats:
        contest = count.contest
        if standing:
            sentence = say(
                "%(standing)s candidates stand in %(contest)s: it is contested.", standing=standing, contest=contest
            )
        else:
            sentence = say("0 candidates stand in %(contest)s: nobody can be elected.", contest=contest)
        raise Refused("contested", sentence)
    return NoPollTaken(ballot=command.ballot, state=command.state, reason=reason_in(command.reason), **stamp)
