"""Whether a command may happen on a night as it stands: it becomes one event, or a refusal in words."""

from datetime import datetime
from typing import TypedDict, assert_never

from server.election.checks import Finding, check_figures, check_papers
from server.election.commands import (
    AnyCommand,
    Correct,
    CountCommand,
    Declare,
    ExpectDeclaration,
    HoldNight,
    OpenNight,
    PostNote,
    ReachStage,
    RecordNoPoll,
    ReleaseNight,
    Withdraw,
)
from server.election.events import (
    AnyEvent,
    Corrected,
    DeclarationExpected,
    Declared,
    NightHeld,
    NightOpened,
    NightReleased,
    NoPollTaken,
    NotePosted,
    StageReached,
    Withdrawn,
)
from server.election.nights import Count, Night, are_papers_again


class Refused(Exception):
    """A command that cannot happen, for people: ``code`` for programs, ``sentence`` to read, ``findings`` by field."""

    def __init__(self, code: str, sentence: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(sentence)
        self.code, self.sentence, self.findings = code, sentence, findings


_LONGEST_TEXT = 500


class _Stamp(TypedDict):
    seq: int
    at: datetime
    by: str
    command_id: str


def decide(night: Night | None, command: AnyCommand, now: datetime) -> AnyEvent:
    """The event that a command becomes, with the night's next seq; Refused if it cannot be.

    A night's clock never goes back, whichever machine's clock is behind.
    """
    seq, at = (1, now) if night is None else (night.seq + 1, max(now, night.at))
    stamp = _Stamp(seq=seq, at=at, by=command.by, command_id=command.id)
    if isinstance(command, OpenNight):
        if night is not None:
            raise Refused("night-exists", f"{night.definition.id} is already on air.")
        return NightOpened(night=command.night, **stamp)
    if night is None:
        raise Refused("night-unknown", "No such night is on air.")
    if isinstance(command, ReleaseNight):
        if not night.held:
            raise Refused("not-held", f"{night.definition.id} is not held.")
        return NightReleased(**stamp)
    if night.held:
        raise Refused("held", "The desk holds this night: nothing goes out until it is released.")
    match command:
        case HoldNight():
            return NightHeld(**stamp)
        case PostNote():
            return _note(night, command, stamp)
        case _:
            return _of_a_contest(night, command, stamp)


def _of_a_contest(night: Night, command: CountCommand, stamp: _Stamp) -> AnyEvent:
    count = night.counts.get(command.ballot)
    if count is None:
        raise Refused("ballot-unknown", f"{command.ballot} is not a contest of this night.")
    # A past night's figures are history, whether or not its papers are on record; what is counted now must add up.
    live = night.definition.times == "live"
    match command:
        case ReachStage():
            return _stage(count, command, stamp, live)
        case Declare():
            return _declare(count, command, stamp, live)
        case Correct():
            return _correct(count, command, stamp, live)
        case Withdraw():
            if count.no_poll is None:
                _must_be_declared(count)
            _must_be_round(count, command.round)
            return Withdrawn(ballot=command.ballot, reason=reason_in(command.reason), **stamp)
        case RecordNoPoll():
            return _no_poll(count, command, stamp)
        case ExpectDeclaration():
            return DeclarationExpected(ballot=command.ballot, expected=command.expected, **stamp)
        case _:
            assert_never(command)


def _note(night: Night, command: PostNote, stamp: _Stamp) -> NotePosted:
    if command.ballot is not None and command.ballot not in night.counts:
        raise Refused("ballot-unknown", f"{command.ballot} is not a contest of this night.")
    text = plain(command.text)
    if not text:
        raise Refused("note-empty", "Write the note before you post it.")
    return NotePosted(text=text, ballot=command.ballot, **stamp)


# What may have been said of a count before each stage; a stage said twice is a slip, but for these two: the papers
# can be found to be another number, and there can be any number of recounts.
_MAY_FOLLOW = {
    "boxes in": {None},
    "verified": {None, "boxes in", "verified"},
    "counting": {None, "boxes in", "verified"},
    "provisional": {"counting", "recount", "verified"},
    "recount": {"counting", "provisional", "recount", "verified"},
}


def _stage(count: Count, command: ReachStage, stamp: _Stamp, live: bool) -> StageReached:
    _must_be_polled(count)
    papers_again = are_papers_again(count, command.stage, command.papers)
    if count.result is not None and not papers_again:
        raise Refused("already-declared", f"{count.contest.name} is already declared.")
    if command.stage == "verified" and command.papers is None and live:
        raise Refused("papers-missing", "Enter the ballot papers verified.")
    if not papers_again and count.stage not in _MAY_FOLLOW[command.stage]:
        raise Refused("stage-order", f"{command.stage.capitalize()} cannot follow {count.stage or 'nothing'}.")
    _refuse_if(check_papers(count.contest, command.papers))
    recount = None
    if command.stage == "recount":
        recount = 1 + sum(isinstance(one, StageReached) and one.stage == "recount" for one in count.history)
    return StageReached(ballot=command.ballot, stage=command.stage, papers=command.papers, recount=recount, **stamp)


def _declare(count: Count, command: Declare, stamp: _Stamp, live: bool) -> Declared:
    _must_be_polled(count)
    if count.result is not None:
        sentence = f"{count.contest.name} is already declared. Ask the desk if the figures must be corrected."
        raise Refused("already-declared", sentence)
    _must_be_round(count, command.round)
    papers = command.papers if count.papers is None else count.papers  # what was verified binds
    _refuse_if(check_figures(count.contest, command.votes, command.rejected, papers, command.lot, must_reconcile=live))
    return Declared(
        ballot=command.ballot,
        votes=_in_ballot_order(count, command.votes),
        rejected=command.rejected,
        lot=command.lot,
        **stamp,
    )


def _correct(count: Count, command: Correct, stamp: _Stamp, live: bool) -> Corrected:
    _must_be_declared(count)
    _must_be_polled(count)
    _must_be_round(count, command.round)
    reason = reason_in(command.reason)
    # Where the papers were never announced, they are those that the declaration accounted for.
    known = count.result.valid + count.result.rejected.total if count.result and count.result.rejected else None
    papers = known if count.papers is None else count.papers
    _refuse_if(check_figures(count.contest, command.votes, command.rejected, papers, command.lot, must_reconcile=live))
    return Corrected(
        ballot=command.ballot,
        votes=_in_ballot_order(count, command.votes),
        rejected=command.rejected,
        lot=command.lot,
        reason=reason,
        slip=command.slip,
        **stamp,
    )


def _no_poll(count: Count, command: RecordNoPoll, stamp: _Stamp) -> NoPollTaken:
    _must_be_polled(count)
    if count.result is not None:
        raise Refused("already-declared", f"{count.contest.name} is already declared.")
    if command.state == "uncontested" and len(count.contest.candidates) != 1:
        sentence = f"{len(count.contest.candidates)} candidates stand in {count.contest.name}: it is contested."
        raise Refused("contested", sentence)
    return NoPollTaken(ballot=command.ballot, state=command.state, reason=reason_in(command.reason), **stamp)


def _in_ballot_order(count: Count, votes: dict[str, int]) -> dict[str, int]:
    return {candidate.id: votes[candidate.id] for candidate in count.contest.candidates}


def _must_be_declared(count: Count) -> None:
    if count.result is None:
        raise Refused("not-declared", f"{count.contest.name} is not declared.")


def _must_be_polled(count: Count) -> None:
    if count.no_poll is not None:
        raise Refused("no-poll", f"{count.contest.name} is {count.no_poll.state}: there is nothing to count.")


def _must_be_round(count: Count, round: int | None) -> None:
    if round is not None and round != count.round:
        sentence = f"The count of {count.contest.name} has moved on since these figures were confirmed: look again."
        raise Refused("count-moved-on", sentence)


def reason_in(text: str) -> str:
    """The reason in what somebody typed; Refused where there is none, or too much."""
    reason = plain(text)
    if not reason:
        finding = Finding("reason-missing", "reason", "Give the reason: everyone who saw the figures will read it.")
        raise Refused(finding.code, finding.sentence, (finding,))
    return reason


def plain(text: str) -> str:
    """A line of text as it can be printed: without what shows nothing. Refused if it is too long to be read."""
    line = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    if len(line) > _LONGEST_TEXT:
        raise Refused("text-too-long", f"{len(line):,} characters are too many: say it in {_LONGEST_TEXT}.")
    return line


def _refuse_if(findings: list[Finding]) -> None:
    if findings:
        raise Refused(findings[0].code, findings[0].sentence, tuple(findings))
