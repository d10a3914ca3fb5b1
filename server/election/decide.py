"""Decides whether a command may happen on a night as it stands: it becomes one event or a refusal in words."""

from datetime import datetime
from typing import TypedDict, assert_never

from server.election.amending import night_amended, paper_amended
from server.election.checks import check_figures, check_papers
from server.election.commands import (
    AmendBallotPaper,
    AmendNight,
    AnyCommand,
    Correct,
    CorrectNote,
    Declare,
    ExpectDeclaration,
    HoldNight,
    OpenNight,
    PostNote,
    ReachStage,
    RecordNoPoll,
    ReleaseNight,
    Withdraw,
    WithdrawNote,
)
from server.election.counts import Count, are_papers_again
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
    StageReached,
    Withdrawn,
)
from server.election.nights import Night
from server.election.noting import note_of, wording
from server.election.refusals import (
    Refused,
    count_of,
    must_be_closed,
    must_be_declared,
    must_be_polled,
    must_be_undeclared,
    reason_in,
    refuse_if,
)


class _EventStamp(TypedDict):
    seq: int
    at: datetime
    by: str
    command_id: str


def decide(night: Night | None, command: AnyCommand, now: datetime) -> AnyEvent:
    """The event that a command becomes, with the night's next seq; Refused if the command is not possible now.

    ``night`` is None before its opening. The event's time is ``now``, or the time of the night's last event if that is
    later: a night's clock never goes back.
    """
    if night is None:
        if not isinstance(command, OpenNight):
            raise Refused("night-unknown", "No such night is on air.")
        return NightOpened(night=command.night, **_EventStamp(seq=1, at=now, by=command.by, command_id=command.id))
    if night.held and not isinstance(command, OpenNight | ReleaseNight):
        raise Refused("held", "The desk holds this night: nothing goes out until it is released.")
    stamp = _EventStamp(seq=night.seq + 1, at=max(now, night.at), by=command.by, command_id=command.id)
    # A past night's figures are history and are taken as they are; what is counted now must reconcile with its papers.
    live = night.definition.times == "live"
    if isinstance(command, ReachStage | Declare | Correct):
        must_be_closed(night, now)
    match command:
        case OpenNight():
            raise Refused("night-exists", f"{night.definition.id} is already on air.")
        case HoldNight():
            return NightHeld(**stamp)
        case ReleaseNight():
            if not night.held:
                raise Refused("not-held", f"{night.definition.id} is not held.")
            return NightReleased(**stamp)
        case CorrectNote():
            note, reason = note_of(night, command), reason_in(command.reason, "read the note")
            text, more = wording(night, command)
            if (text, more) == (note.text, note.particulars):
                raise Refused("nothing-changed", "Nothing is changed: the note says all of that already.")
            return NoteCorrected(
                note=night.receipts[command.note],
                text=text,
                ballot=note.ballot,
                reason=reason,
                particulars=more,
                **stamp,
            )
        case WithdrawNote():
            note, reason = note_of(night, command), reason_in(command.reason, "read the note")
            return NoteWithdrawn(note=night.receipts[command.note], ballot=note.ballot, reason=reason, **stamp)
        case PostNote():
            if command.ballot is not None:
                count_of(night, command.ballot)
            text, more = wording(night, command)
            return NotePosted(text=text, ballot=command.ballot, particulars=more, **stamp)
        case ReachStage():
            return _stage(count_of(night, command.ballot), command, stamp, live)
        case Declare():
            return _declare(count_of(night, command.ballot), command, stamp, live)
        case Correct():
            return _correct(count_of(night, command.ballot), command, stamp, live)
        case Withdraw():
            return _withdraw(count_of(night, command.ballot), command, stamp)
        case RecordNoPoll():
            return _no_poll(count_of(night, command.ballot), command, stamp)
        case ExpectDeclaration():
            count_of(night, command.ballot)
            return DeclarationExpected(ballot=command.ballot, expected=command.expected, **stamp)
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


def _stage(count: Count, command: ReachStage, stamp: _EventStamp, live: bool) -> StageReached:
    must_be_polled(count)
    papers_again = are_papers_again(count, command.stage, command.papers)
    if not papers_again:
        must_be_undeclared(count)
    if command.stage == "verified" and command.papers is None and live:
        raise Refused("papers-missing", "Enter the ballot papers verified.")
    if not papers_again and count.stage not in _MAY_FOLLOW[command.stage]:
        raise Refused("stage-order", f"{command.stage.capitalize()} cannot follow {count.stage or 'nothing'}.")
    refuse_if(check_papers(count.contest, command.papers))
    recount = None
    if command.stage == "recount":
        recount = 1 + sum(isinstance(event, StageReached) and event.stage == "recount" for event in count.history)
    return StageReached(ballot=command.ballot, stage=command.stage, papers=command.papers, recount=recount, **stamp)


def _declare(count: Count, command: Declare, stamp: _EventStamp, live: bool) -> Declared:
    must_be_polled(count)
    must_be_undeclared(count, " Ask the desk if the figures must be corrected.")
    _must_be_round(count, command.round)
    papers = command.papers if count.papers is None else count.papers  # papers verified before are not replaced
    refuse_if(check_figures(count.contest, command.votes, command.rejected, papers, command.lot, must_reconcile=live))
    return Declared(
        ballot=command.ballot,
        votes=_in_ballot_order(count, command.votes),
        rejected=command.rejected,
        lot=command.lot,
        **stamp,
    )


def _correct(count: Count, command: Correct, stamp: _EventStamp, live: bool) -> Corrected:
    must_be_declared(count)
    must_be_polled(count)
    _must_be_round(count, command.round)
    reason = reason_in(command.reason)
    # Papers that were never announced are as many as the declaration accounted for.
    known = count.result.valid + count.result.rejected.total if count.result and count.result.rejected else None
    papers = known if count.papers is None else count.papers
    refuse_if(check_figures(count.contest, command.votes, command.rejected, papers, command.lot, must_reconcile=live))
    return Corrected(
        ballot=command.ballot,
        votes=_in_ballot_order(count, command.votes),
        rejected=command.rejected,
        lot=command.lot,
        reason=reason,
        slip=command.slip,
        **stamp,
    )


def _withdraw(count: Count, command: Withdraw, stamp: _EventStamp) -> Withdrawn:
    if count.no_poll is None:
        must_be_declared(count)
    _must_be_round(count, command.round)
    return Withdrawn(ballot=command.ballot, reason=reason_in(command.reason), **stamp)


def _no_poll(count: Count, command: RecordNoPoll, stamp: _EventStamp) -> NoPollTaken:
    must_be_polled(count)
    must_be_undeclared(count)
    if command.state == "uncontested" and len(count.contest.standing) != 1:
        sentence = f"{len(count.contest.standing)} candidates stand in {count.contest.name}: it is contested."
        raise Refused("contested", sentence)
    return NoPollTaken(ballot=command.ballot, state=command.state, reason=reason_in(command.reason), **stamp)


def _in_ballot_order(count: Count, votes: dict[str, int]) -> dict[str, int]:
    return {candidate.id: votes[candidate.id] for candidate in count.contest.polled}


def _must_be_round(count: Count, round: int | None) -> None:
    if round is not None and round != count.round:
        sentence = f"The count of {count.contest.name} has moved on since these figures were confirmed: look again."
        raise Refused("count-moved-on", sentence)
