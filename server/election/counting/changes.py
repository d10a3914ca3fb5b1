"""Corrections: whether one may begin, whether it changes who is elected, and whether somebody else has confirmed that.
A report that was withdrawn and is made anew by the same person is one, too. No state is changed here."""

from collections.abc import Iterable
from datetime import timedelta

from msgspec import Struct

from server.election.commands import Correct, Declare, RecordNoPoll
from server.election.contests import Candidate, Contest
from server.election.counting.acts import Asked, ChangeConfirmed, CorrectionBegun, CorrectionDropped, Role
from server.election.counting.acts.act import Act
from server.election.counting.desk import Desk
from server.election.counting.entry import asked_for, correction_of, sheets_of, spoken
from server.election.counting.people import is_same_person
from server.election.events import SetsResult, Withdrawn
from server.election.nights import Night
from server.election.refusals import Refused, count_of, reason_in
from server.election.result import Result
from server.election.results.amendments import paper_before
from server.election.texts.said import _, say
from server.election.texts.words import ROLES
from server.election.verdict import elect_unopposed, judge

AT_ONCE = timedelta(minutes=30)  # after a declaration; later than that, only the desk can replace the figures
CONFIRMING: tuple[Role, ...] = ("returning officer", "desk")


class Change(Struct, frozen=True):
    """Who would be elected no more, and who instead, as ids of candidates; ``command`` is the id of the correction."""

    command: str
    out: tuple[str, ...]
    instead: tuple[str, ...]


def change_of(night: Night, desk: Desk, ballot: str) -> Change | None:
    """How the correction that is confirmed and not spoken yet would change who is elected; None if it does not."""
    command = spoken(night, desk, ballot, "")
    if isinstance(command, Declare):
        keyed = sheets_of(night.counts[ballot], desk).values()
        return _change_after_withdrawal(night, desk, command, keyed)
    return _change(night, command) if isinstance(command, Correct) else None


def is_confirmed(desk: Desk, ballot: str, change: Change) -> bool:
    """Whether somebody who may has confirmed exactly this change."""
    confirmed = desk.of(ballot).confirmed
    return confirmed is not None and confirmed.command == change.command


def must_confirm(night: Night, desk: Desk, act: ChangeConfirmed) -> None:
    """Raises Refused unless there is such a change, and this person may confirm it, who has keyed none of it."""
    count = count_of(night, act.ballot)
    if act.role not in CONFIRMING:
        sentence = say(
            "This changes who is elected: the returning officer or the desk confirms it, and not the %(role)s.",
            role=ROLES[act.role],
        )
        raise Refused("role", sentence)
    change = change_of(night, desk, act.ballot)
    if change is None or change.command != act.command:
        raise Refused("count-moved-on", say("The figures have changed since this page was opened: look again."))
    if any(is_same_person(act, sheet) for sheet in sheets_of(count, desk).values()):
        raise Refused(
            "same-person", say("%(by)s has keyed these figures: a different person must confirm them.", by=act.by)
        )


def must_be_confirmed_by_another(night: Night, desk: Desk, asked: Asked, command: Correct | Declare) -> None:
    """Raises Refused where a correction changes who is elected, or a report that is made anew by whoever withdrew the
    last one, and nobody else has confirmed that."""
    if isinstance(command, Correct):
        change = _change(night, command)
    else:
        keyed = (asked, *sheets_of(night.counts[command.ballot], desk).values())
        change = _change_after_withdrawal(night, desk, command, keyed)
    if change is not None and not is_confirmed(desk, command.ballot, change):
        sentence = say(
            "This changes who is elected: the returning officer or the desk confirms it, who has not keyed the figures."
        )
        raise Refused("change-unconfirmed", sentence)


def must_not_elect_alone(night: Night, desk: Desk, asked: Asked, command: RecordNoPoll) -> None:
    """Raises Refused where whoever withdrew a report records that others are elected without a poll."""
    contest = night.counts[command.ballot].contest
    report = _withdrawn_by(night, desk, command.ballot, [asked])
    if command.state == "uncontested" and report and _between(contest, command.id, report, elect_unopposed(contest)):
        message = _("%(by)s has withdrawn a report that others are elected: a different person must record that.")
        raise Refused("same-person", say(message, by=asked.by))


def _change_after_withdrawal(night: Night, desk: Desk, command: Declare, keyed: Iterable[Act]) -> Change | None:
    """How a report changes who is elected that is made anew by whoever withdrew the last one; None if others did."""
    report = _withdrawn_by(night, desk, command.ballot, keyed)
    return _change(night, command, report) if report else None


def _withdrawn_by(night: Night, desk: Desk, ballot: str, people: Iterable[Act]) -> Result | None:
    """What a report that one of these people withdrew said, by the paper of then; None where another one did, or where
    it was made anew."""
    count = night.counts[ballot]
    told = [event for event in count.history if isinstance(event, SetsResult | Withdrawn)]
    last = next((at for at in reversed(range(len(told))) if isinstance(told[at], SetsResult)), None)
    if last is None or last + 1 == len(told):
        return None
    report, withdrawal = told[last : last + 2]  # what was withdrawn later took back that there is no poll
    assert isinstance(report, SetsResult)
    withdrew = desk.asked.get(withdrawal.command_id)
    if withdrew is None or not any(is_same_person(withdrew, one) for one in people):
        return None
    return judge(paper_before(night, report), report)


def _change(night: Night, command: Correct | Declare, was: Result | None = None) -> Change | None:
    count = night.counts[command.ballot]
    was = was or count.result
    return _between(count.contest, command.id, was, judge(count.contest, command)) if was else None


def _between(contest: Contest, command: str, was: Result, now: Result) -> Change | None:
    """Who is elected by one result and not by the other. Those of before are looked for by name: where two names were
    exchanged on the paper, the same votes elect somebody else."""
    before = [_known_as(contest, line.candidate) for line in was.elected]
    after = [line.candidate.id for line in now.elected]
    out = tuple([one for one in before if one not in after])
    instead = tuple([one for one in after if one not in before])
    return Change(command, out, instead) if out or instead else None


def _known_as(contest: Contest, before: Candidate) -> str:
    """The id that the paper has now for somebody who was on it before."""
    same = [one.id for one in contest.candidates if one.is_called(before.name)]
    return before.id if before.id in same or not same else same[0]


def must_correct(night: Night, desk: Desk, act: CorrectionBegun | CorrectionDropped) -> None:
    """Raises Refused unless a correction can be begun, or given up."""
    count = count_of(night, act.ballot)
    if count.result is None or count.no_poll is not None:
        raise Refused("not-declared", say("%(contest)s is not declared.", contest=count.contest))
    begun = correction_of(night, desk, act.ballot)
    if isinstance(act, CorrectionDropped):
        if begun is None:
            raise Refused("not-begun", say("No correction has been begun."))
        if asked_for(night, desk, act.ballot) is not None:
            raise Refused(
                "already-asked", say("%(contest)s has been corrected, and is going on air.", contest=count.contest)
            )
        return
    if begun is not None:
        raise Refused(
            "already-begun", say("%(by)s has begun a correction already: %(reason)s", by=begun.by, reason=begun.reason)
        )
    if act.round != count.round:
        raise Refused("count-moved-on", say("The figures have changed since this page was opened: look again."))
    if act.slip and count.declared_at and act.at - count.declared_at > AT_ONCE:
        sentence = say("That is too late for a slip of the tongue: the desk can revise the figures.")
        raise Refused("slip-too-late", sentence)
    reason_in(act.reason)
