"""Decides whether an act may happen at the count as it stands: it is numbered, or refused in words."""

from datetime import timedelta
from typing import TypeVar, assert_never

from msgspec.structs import replace

from server.election.checks import check_papers
from server.election.commands import WithFigures
from server.election.counting.acts import (
    AnyAct,
    Asked,
    CorrectionBegun,
    CorrectionDropped,
    Dropped,
    EntryChosen,
    EventLost,
    InvitationAct,
    Invited,
    PapersVerified,
    PinChosen,
    PinCleared,
    PinMistaken,
    ReplaySet,
    Revoked,
    SessionsEnded,
    SheetKeyed,
    SignedIn,
    SignInAct,
)
from server.election.counting.asking import must_be_possible
from server.election.counting.checking import check_sheet, must_be_of_this_round
from server.election.counting.desk import Desk, Person
from server.election.counting.doubts import doubts_about_figures, doubts_about_papers
from server.election.counting.entry import (
    KEYING,
    asked_for,
    correction_of,
    once_released,
    papers_of,
    pending,
    sheets_of,
)
from server.election.counting.keying import is_keyed_apart
from server.election.counts import Count
from server.election.limits import LONGEST_NAME
from server.election.nights import Night
from server.election.refusals import (
    Refused,
    count_of,
    must_be_closed,
    must_be_polled,
    must_be_undeclared,
    plain,
    reason_in,
    refuse_if,
    want_reasons,
)
from server.election.texts.check_codes import Finding

A = TypeVar("A", bound=AnyAct)

LOCKED = "Too many wrong PINs: this invitation is locked. Call the desk, which can open it again."
AT_ONCE = timedelta(minutes=30)  # after a declaration; later than that, only the desk can replace the figures


def admit(night: Night, desk: Desk, act: A) -> A:
    """The act with its seq, the next of the private stream; Refused if it is not possible now."""
    match act:
        case PapersVerified():
            must_be_closed(night, act.at)
            _papers(count_of(once_released(night, desk), act.ballot), act)
        case SheetKeyed():
            _sheet(once_released(night, desk), desk, act)
        case CorrectionBegun() | CorrectionDropped():
            _correction(once_released(night, desk), desk, act)
        case Asked():
            must_be_possible(night, desk, act)
        case Invited():
            _invitation(night, act)
        case Revoked() | PinCleared() | SessionsEnded():
            _of_an_invitation(desk, act)
        case PinChosen() | SignedIn() | PinMistaken():
            _sign_in(desk, act)
        case Dropped():
            _must_be_waiting(night, desk, act)
        case ReplaySet():
            _replay(night, desk, act)
        case EntryChosen():
            _entry_mode(night, desk, act)
        case EventLost():  # a fact that nobody decides
            pass
        case _:
            assert_never(act)
    return replace(act, seq=desk.seq + 1)


def admit_at_the_place(desk: Desk, act: A) -> A:
    """The act with its seq, of those who run the place and of no night; Refused if it is not possible now."""
    match act:
        case Invited():
            _name(act)
            if act.role != "admin" or act.ballots:
                raise Refused("role", "Officers and desks are invited to a night.")
        case Revoked() | PinCleared() | SessionsEnded():
            _of_an_invitation(desk, act)
        case PinChosen() | SignedIn() | PinMistaken():
            _sign_in(desk, act)
        case _:
            raise Refused("night-unknown", "No such night is on air.")
    return replace(act, seq=desk.seq + 1)


def _papers(count: Count, act: PapersVerified) -> None:
    must_be_polled(count)
    refuse_if(check_papers(count.contest, act.papers))
    if act.issued is not None and act.issued < 0:
        refuse_if([Finding("papers-negative", "issued", "Ballot papers cannot be fewer than 0.")])
    want_reasons(doubts_about_papers(count.contest, act.papers, act.issued), act.reasons)


def _sheet(night: Night, desk: Desk, act: SheetKeyed) -> None:
    count = count_of(night, act.ballot)
    must_be_polled(count)
    if correction_of(night, desk, act.ballot) is None:
        must_be_undeclared(count)
    if asked_for(night, desk, act.ballot) is not None:
        raise Refused("already-asked", f"{count.contest.name} has been declared, and is going on air.")
    if act.role not in KEYING:
        raise Refused("role", f"Figures are keyed by the officer and the second officer, not by the {act.role}.")
    sheets = sheets_of(count, desk)
    mine = sheets.get(act.role)
    if act.round != count.round or (
        mine is None and act.replaces
    ):  # a correction has voided the sheet that it replaces
        sentence = "The count has moved on since this page was opened. Nothing was sent: look at the page as it is now."
        raise Refused("count-moved-on", sentence)
    if act.replaces != (mine.seq if mine else 0):
        raise Refused("keyed-elsewhere", "Other figures were sent from another page or phone in the meantime.")
    if any(role != act.role and _same_person(desk, act, sheet) for role, sheet in sheets.items()):
        raise Refused("same-person", f"{act.by} has keyed the other sheet: a different person must key this one.")
    if not act.apart and is_keyed_apart(count.contest, desk):
        sentence = "Block votes and split votes are keyed apart on this night: look at the page as it is now."
        raise Refused("count-moved-on", sentence)
    must_be_of_this_round(count, act)
    papers = papers_of(count)
    refuse_if(check_sheet(count, act, papers))
    split = act.apart.split if act.apart else None
    want_reasons(doubts_about_figures(count.contest, act.votes, act.rejected, papers, split), act.reasons)


def _same_person(desk: Desk, act: SheetKeyed, other: SheetKeyed) -> bool:
    return act.invitation == other.invitation or act.by.casefold().split() == other.by.casefold().split()


def _correction(night: Night, desk: Desk, act: CorrectionBegun | CorrectionDropped) -> None:
    count = count_of(night, act.ballot)
    if count.result is None or count.no_poll is not None:
        raise Refused("not-declared", f"{count.contest.name} is not declared.")
    begun = correction_of(night, desk, act.ballot)
    if isinstance(act, CorrectionDropped):
        if begun is None:
            raise Refused("not-begun", "No correction has been begun.")
        if asked_for(night, desk, act.ballot) is not None:
            raise Refused("already-asked", f"{count.contest.name} has been corrected, and is going on air.")
        return
    if begun is not None:
        raise Refused("already-begun", f"{begun.by} has begun a correction already: {begun.reason}")
    if act.round != count.round:
        raise Refused("count-moved-on", "The figures have changed since this page was opened: look again.")
    if act.slip and count.declared_at and act.at - count.declared_at > AT_ONCE:
        sentence = "That is too late for a slip of the tongue: the desk can revise the figures."
        raise Refused("slip-too-late", sentence)
    reason_in(act.reason)


def _name(act: Invited) -> None:
    if not plain(act.name):
        raise Refused("name-missing", "Say who is invited.")
    if not act.name.isprintable() or len(act.name) > LONGEST_NAME:
        raise Refused("name-unfit", f"A name has at most {LONGEST_NAME} characters, and all can be printed.")


def _invitation(night: Night, act: Invited) -> None:
    _name(act)
    if act.role == "admin":
        raise Refused("role", "Those who run the place are invited to the place, not to a night.")
    for ballot in act.ballots:
        count_of(night, ballot)
    if (act.role == "desk") is bool(act.ballots):
        raise Refused("ballot-missing", "Say for which contest; only the desk is invited for all.")


def _of_an_invitation(desk: Desk, act: InvitationAct) -> None:
    if act.invited not in desk.people:
        raise Refused("invitation-unknown", "There is no such invitation.")


def _must_be_waiting(night: Night, desk: Desk, act: Dropped) -> None:
    if all(asked.command.id != act.asked for asked in pending(night, desk)):
        raise Refused("not-waiting", "That does not wait to go out any more.")


def _entry_mode(night: Night, desk: Desk, act: EntryChosen) -> None:
    waits = any(isinstance(asked.command, WithFigures) for asked in pending(night, desk))
    if act.entry == "double" and waits:
        sentence = "Figures that one person keyed wait to go out: release them, or set them aside, first."
        raise Refused("figures-waiting", sentence)


def _replay(night: Night, desk: Desk, act: ReplaySet) -> None:
    if night.definition.replay_of is None:
        raise Refused("no-replay", "This night is not a replay: nobody plays it.")
    if act.speed is not None and not act.speed > 0:
        raise Refused("speed-unfit", "A replay’s speed is above 0.")
    if act.invitation and desk.replay and desk.replay.state in ("stopped", "ended"):
        raise Refused("replay-over", "Nobody plays this replay any more. The command line begins it again.")


def _sign_in(desk: Desk, act: SignInAct) -> None:
    person = the_person(desk, act.invitation)
    if person.locked:
        raise Refused("locked", LOCKED)
    if isinstance(act, PinChosen) and person.pin is not None:
        raise Refused(
            "pin-chosen", "A PIN has been chosen for this invitation. Enter it; if it was not you, call the desk."
        )
    if isinstance(act, SignedIn) and person.pin is None:
        raise Refused("pin-missing", "No PIN has been chosen for this invitation yet.")


def the_person(desk: Desk, invitation: str) -> Person:
    """The person with this invitation; Refused where there is none, or it was withdrawn."""
    person = desk.people.get(invitation)
    if person is None or person.revoked:
        raise Refused("revoked", "This invitation is not good any more. Ask the desk for a new one.")
    return person
