"""Decides whether an act may happen at the count as it stands: it is numbered, or refused in words."""

from typing import TypeVar, assert_never

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from server.election.counting.acts import (
    AnyAct,
    Asked,
    BoxAct,
    ChangeConfirmed,
    CorrectionBegun,
    CorrectionDropped,
    Dropped,
    EntryChosen,
    EventLost,
    InvitationAct,
    Invited,
    KeyedAgain,
    PapersVerified,
    PinChosen,
    PinMistaken,
    ReplaySet,
    SheetKeyed,
    SignedIn,
    TableAct,
)
from server.election.counting.acts.agent_acts import AgentsConsulted, RecountRequested, RejectedNoted
from server.election.counting.acts.box_acts import BoxChecked, BoxCounted, BoxesListed, BoxStruck
from server.election.counting.acts.hook_acts import HookDropped, HookMade, HookSwitched
from server.election.counting.acts.table_acts import TableKeyed, TablesChosen
from server.election.counting.agents import must_be_provisional
from server.election.counting.asking import must_be_possible
from server.election.counting.boxes import (
    must_be_boxes,
    must_check,
    must_count,
    must_list,
    must_strike,
    verified_by_box,
)
from server.election.counting.changes import must_confirm, must_correct
from server.election.counting.checking import check_sheet, must_be_keyed_now, must_be_of_this_round, must_look_again
from server.election.counting.desk import Desk
from server.election.counting.entry import (
    asked_for,
    keyers,
    must_choose_entry,
    once_released,
    papers_of,
    pending,
    sheets_of,
)
from server.election.counting.figures.again import asked_again
from server.election.counting.figures.doubts import doubts_about_figures, doubts_about_papers
from server.election.counting.figures.expected import expected_shares
from server.election.counting.hooks import must_hook
from server.election.counting.keying import is_keyed_apart, keyed_now
from server.election.counting.people import (
    must_change,
    must_have_a_name,
    must_invite,
    must_sign_in,
)
from server.election.counting.tables import must_be_their_sum, must_choose, must_key_table, tables_of
from server.election.counts import Count
from server.election.deciding.checks import check_papers
from server.election.nights import Night
from server.election.refusals import (
    NO_SUCH_NIGHT,
    Refused,
    count_of,
    must_be_closed,
    must_be_polled,
    refuse_if,
    want_reasons,
)
from server.election.texts.check_codes import Finding
from server.election.texts.said import say

A = TypeVar("A", bound=AnyAct)


def admit(night: Night, desk: Desk, act: A) -> A:
    """The act with its seq, the next of the private stream; Refused if it is not possible now."""
    if isinstance(act, InvitationAct):
        must_change(desk, act)
        return replace(act, seq=desk.seq + 1)
    match act:
        case PapersVerified():
            must_be_closed(night, act.at)
            _papers(count_of(once_released(night, desk), act.ballot), desk, act)
        case BoxesListed() | BoxStruck() | BoxCounted() | BoxChecked():
            _box(once_released(night, desk), desk, act)
        case TablesChosen() | TableKeyed():
            _tables(once_released(night, desk), desk, act)
        case SheetKeyed():
            again = _sheet(once_released(night, desk), desk, act)
            return replace(act, seq=desk.seq + 1, again=again)
        case KeyedAgain():
            must_look_again(once_released(night, desk), desk, act)
        case CorrectionBegun() | CorrectionDropped():
            must_correct(once_released(night, desk), desk, act)
        case AgentsConsulted() | RecountRequested() | RejectedNoted():
            must_be_provisional(once_released(night, desk), desk, act)
        case ChangeConfirmed():
            must_confirm(once_released(night, desk), desk, act)
        case Asked():
            must_be_possible(night, desk, act)
        case Invited():
            must_invite(night, act)
        case PinChosen() | SignedIn() | PinMistaken():
            must_sign_in(desk, act)
        case Dropped():
            _must_be_waiting(night, desk, act)
        case ReplaySet():
            _replay(night, desk, act)
        case EntryChosen():
            must_choose_entry(night, desk, act)
        case HookMade() | HookSwitched() | HookDropped():
            must_hook(night, desk.hooks, act)
        case EventLost():  # a fact that nobody decides
            pass
        case _:
            assert_never(act)
    return replace(act, seq=desk.seq + 1)


def admit_at_the_place(desk: Desk, act: A) -> A:
    """The act with its seq, of those who run the place and of no night; Refused if it is not possible now."""
    if isinstance(act, InvitationAct):
        must_change(desk, act)
        return replace(act, seq=desk.seq + 1)
    match act:
        case Invited():
            must_have_a_name(act)
            if act.role != "admin" or act.ballots:
                raise Refused("role", say("Officers and desks are invited to a night."))
        case PinChosen() | SignedIn() | PinMistaken():
            must_sign_in(desk, act)
        case _:
            raise Refused("night-unknown", NO_SUCH_NIGHT)
    return replace(act, seq=desk.seq + 1)


def _papers(count: Count, desk: Desk, act: PapersVerified) -> None:
    must_be_polled(count)
    must_be_boxes(desk, act.ballot, act.papers)
    refuse_if(check_papers(count.contest, act.papers))
    if act.issued is not None and act.issued < 0:
        refuse_if([Finding("papers-negative", "issued", say("Ballot papers cannot be fewer than 0."))])
    explained = verified_by_box(desk, act.ballot).boxes  # where papers and those expected differ, each box says why
    issued = None if explained else act.issued
    want_reasons(doubts_about_papers(count.contest, act.papers, issued), act.reasons)


def _box(night: Night, desk: Desk, act: BoxAct) -> None:
    count, waits = count_of(night, act.ballot), asked_for(night, desk, act.ballot) is not None
    match act:
        case BoxesListed():
            must_list(count, desk, act)
        case BoxStruck():
            must_strike(desk, act, waits=waits)
        case BoxCounted():
            must_be_closed(night, act.at)
            must_count(count, desk, act, waits=waits)
        case BoxChecked():
            must_check(desk, act)
        case _:
            assert_never(act)


def _tables(night: Night, desk: Desk, act: TableAct) -> None:
    count = count_of(night, act.ballot)
    if isinstance(act, TablesChosen):
        must_choose(count, act, waits=asked_for(night, desk, act.ballot) is not None)
        return
    must_be_keyed_now(night, desk, act, tables_of(count, desk).at(act.table))
    if papers_of(count) is None:
        refuse_if([Finding("papers-missing", "", say("The ballot papers have not been verified."))])
    must_key_table(count, desk, act)


def _sheet(night: Night, desk: Desk, act: SheetKeyed) -> tuple[str, ...] | UnsetType:
    """What the same person keys again, where one person keys each result; Refused if the sheet cannot be."""
    count = count_of(night, act.ballot)
    must_be_keyed_now(night, desk, act, sheets_of(count, desk))
    must_be_their_sum(count, desk, act, keyers(count, desk), papers_of(count))
    if not act.apart and is_keyed_apart(count.contest, desk):
        sentence = say("Block votes and split votes are keyed apart on this night: look at the page as it is now.")
        raise Refused("count-moved-on", sentence)
    must_be_of_this_round(count, act)
    papers = papers_of(count)
    refuse_if(check_sheet(count, act, papers))
    split = act.apart.split if act.apart else None
    expected = expected_shares(night, count.contest)
    want_reasons(doubts_about_figures(count.contest, act.votes, act.rejected, papers, split, expected), act.reasons)
    return asked_again(keyed_now(count), count.contest.seats, act) if desk.entry == "single" else UNSET


def _must_be_waiting(night: Night, desk: Desk, act: Dropped) -> None:
    if all(asked.command.id != act.asked for asked in pending(night, desk)):
        raise Refused("not-waiting", say("That does not wait to go out any more."))


def _replay(night: Night, desk: Desk, act: ReplaySet) -> None:
    if night.definition.replay_of is None:
        raise Refused("no-replay", say("This night is not a replay: nobody plays it."))
    if act.speed is not None and not act.speed > 0:
        raise Refused("speed-unfit", say("A replay’s speed is above 0."))
    if act.invitation and desk.replay and desk.replay.state in ("stopped", "ended"):
        raise Refused("replay-over", say("Nobody plays this replay any more. The command line begins it again."))
