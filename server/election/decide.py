"""Whether a command may happen on a night as it stands: it becomes one event, or a refusal in words."""

from datetime import datetime
from typing import TypedDict, assert_never

from server.election.checks import Finding, check_figures, check_papers
from server.election.commands import (
    AnyCommand,
    Correct,
    Declare,
    OpenNight,
    PostNote,
    ReachStage,
    Withdraw,
)
from server.election.events import (
    AnyEvent,
    Corrected,
    Declared,
    NightOpened,
    NotePosted,
    StageReached,
    Withdrawn,
)
from server.election.nights import Count, Night


class Refused(Exception):
    """A command that cannot happen, for people: ``code`` for programs, ``sentence`` to read, ``findings`` by field."""

    def __init__(self, code: str, sentence: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(sentence)
        self.code, self.sentence, self.findings = code, sentence, findings


class _Stamp(TypedDict):
    seq: int
    at: datetime
    by: str
    command_id: str


def decide(night: Night | None, command: AnyCommand, now: datetime) -> AnyEvent:
    """The event that a command becomes, with the night's next seq; Refused if it cannot be."""
    seq = 1 if night is None else night.seq + 1
    stamp = _Stamp(seq=seq, at=now, by=command.by, command_id=command.id)
    if isinstance(command, OpenNight):
        if night is not None:
            raise Refused("night-exists", f"{night.definition.id} is already on air.")
        return NightOpened(night=command.night, **stamp)
    if night is None:
        raise Refused("night-unknown", "No such night is on air.")
    if isinstance(command, PostNote):
        return _note(night, command, stamp)
    count = night.counts.get(command.ballot)
    if count is None:
        raise Refused("ballot-unknown", f"{command.ballot} is not a contest of this night.")
    match command:
        case ReachStage():
            return _stage(count, command, stamp)
        case Declare():
            return _declare(count, command, stamp)
        case Correct():
            return _correct(count, command, stamp)
        case Withdraw():
            _must_be_declared(count)
            return Withdrawn(ballot=command.ballot, reason=_reason(command.reason), **stamp)
        case _:
            assert_never(command)


def _note(night: Night, command: PostNote, stamp: _Stamp) -> NotePosted:
    if command.ballot is not None and command.ballot not in night.counts:
        raise Refused("ballot-unknown", f"{command.ballot} is not a contest of this night.")
    if not command.text.strip():
        raise Refused("note-empty", "Write the note before you post it.")
    return NotePosted(text=command.text.strip(), ballot=command.ballot, **stamp)


def _stage(count: Count, command: ReachStage, stamp: _Stamp) -> StageReached:
    if count.result is not None:
        raise Refused("already-declared", f"{count.contest.name} is already declared.")
    _refuse_if(check_papers(count.contest, command.papers))
    recount = None
    if command.stage == "recount":
        recount = 1 + sum(isinstance(one, StageReached) and one.stage == "recount" for one in count.history)
    return StageReached(ballot=command.ballot, stage=command.stage, papers=command.papers, recount=recount, **stamp)


def _declare(count: Count, command: Declare, stamp: _Stamp) -> Declared:
    if count.result is not None:
        sentence = f"{count.contest.name} is already declared. Ask the desk if the figures must be corrected."
        raise Refused("already-declared", sentence)
    papers = count.papers if command.papers is None else command.papers
    _refuse_if(check_figures(count.contest, command.votes, command.rejected, papers, command.lot))
    return Declared(
        ballot=command.ballot,
        votes=_in_ballot_order(count, command.votes),
        rejected=command.rejected,
        lot=command.lot,
        **stamp,
    )


def _correct(count: Count, command: Correct, stamp: _Stamp) -> Corrected:
    _must_be_declared(count)
    reason = _reason(command.reason)
    _refuse_if(check_figures(count.contest, command.votes, command.rejected, count.papers, command.lot))
    return Corrected(
        ballot=command.ballot,
        votes=_in_ballot_order(count, command.votes),
        rejected=command.rejected,
        lot=command.lot,
        reason=reason,
        slip=command.slip,
        **stamp,
    )


def _in_ballot_order(count: Count, votes: dict[str, int]) -> dict[str, int]:
    return {candidate.id: votes[candidate.id] for candidate in count.contest.candidates}


def _must_be_declared(count: Count) -> None:
    if count.result is None:
        raise Refused("not-declared", f"{count.contest.name} is not declared.")


def _reason(reason: str) -> str:
    if not reason.strip():
        finding = Finding("reason-missing", "reason", "Give the reason: everyone who saw the figures will read it.")
        raise Refused(finding.code, finding.sentence, (finding,))
    return reason.strip()


def _refuse_if(findings: list[Finding]) -> None:
    if findings:
        raise Refused(findings[0].code, findings[0].sentence, tuple(findings))
