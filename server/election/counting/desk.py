"""The acts of a night folded: who is invited, what each has keyed, what waits to go out. No rules."""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from msgspec import UNSET, Struct
from msgspec.structs import replace

from server.election.commands import ReportPreferences, WithFigures
from server.election.counting.acts import (
    AnyAct,
    Asked,
    BoxAct,
    ChangeConfirmed,
    CorrectionBegun,
    CorrectionDropped,
    CountAct,
    Dropped,
    EntryChosen,
    EntryMode,
    EventLost,
    InvitationAct,
    Invited,
    KeyedAgain,
    OfTheDesk,
    PapersVerified,
    PinChosen,
    PinMistaken,
    ReplaySet,
    Role,
    SheetKeyed,
    SignedIn,
)
from server.election.counting.acts.agent_acts import AgentsConsulted, RecountRequested, RejectedNoted
from server.election.counting.acts.box_acts import Box, BoxChecked, BoxCounted, BoxesListed, BoxStruck
from server.election.counting.acts.hook_acts import HookDropped, HookMade, HookSwitched
from server.election.counting.acts.table_acts import TableKeyed, TablesChosen
from server.election.counting.hooks import Hook, hooks_after
from server.election.counting.persons.invited import Person as Person
from server.election.counting.persons.invited import person_after
from server.election.nights import GapInNight


class ListedBox(Struct, frozen=True):
    """A ballot box that was listed at a time by somebody. ``counted`` is the newest count of it, ``checked`` the newest
    check, ``struck`` why it is off the list."""

    id: str
    box: Box
    at: datetime
    by: str
    counted: BoxCounted | None = None
    checked: BoxChecked | None = None
    struck: str | None = None


class ContestDesk(Struct, frozen=True):
    """What the desk knows of one contest.

    ``verification`` is the newest, as is the sheet of each role in ``sheets`` and what was keyed ``again``. ``asked``
    are the figures that were asked for last; if they were set aside it is None and ``dropped`` says why. Sheets keyed
    before the act with the seq ``since`` are void. ``confirmed`` is the newest confirmation that a correction changes
    who is elected. ``boxes`` is box id → ballot box, in the order of the list. ``tables`` says by which tables it is
    counted, ``tallied`` is table and role → the newest sheet. ``agents`` is what was said to candidates and agents, the
    oldest first, and ``adjudicated`` the newest notes on rejected papers.
    """

    verification: PapersVerified | None = None
    sheets: dict[Role, SheetKeyed] = {}
    correction: CorrectionBegun | None = None
    asked: Asked | None = None
    dropped: Dropped | None = None
    since: int = 0
    confirmed: ChangeConfirmed | None = None
    boxes: dict[str, ListedBox] = {}
    tables: TablesChosen | None = None
    tallied: dict[tuple[str, Role], TableKeyed] = {}
    again: KeyedAgain | None = None
    agents: tuple[AgentsConsulted | RecountRequested, ...] = ()
    adjudicated: RejectedNoted | None = None


class Desk(Struct, frozen=True):
    """The private side of a night after its act ``seq``.

    ``people`` is invitation id → person, ``entries`` ballot id → what is known of the contest, ``asked`` command id →
    the act that asked for it, gone out or not. ``log`` holds every act, ``receipts`` is command id → seq of its act.
    ``replay`` says how the night is played, if it is a replay; ``apart``, whether block votes and split votes are
    keyed apart; ``hooks`` is id → webhook. ``alone_since`` is the seq of the act after which one person keys each
    result where two did before, 0 if there is none.
    """

    seq: int = 0
    entry: EntryMode = "single"
    apart: bool = False
    people: dict[str, Person] = {}
    entries: dict[str, ContestDesk] = {}
    asked: dict[str, Asked] = {}
    log: tuple[AnyAct, ...] = ()
    receipts: dict[str, int] = {}
    replay: ReplaySet | None = None
    alone_since: int = 0
    hooks: dict[str, Hook] = {}

    def of(self, ballot: str) -> ContestDesk:
        """What is known of a contest; an empty ContestDesk where nothing is."""
        return self.entries.get(ballot, ContestDesk())


def fold_acts(acts: Sequence[AnyAct], desk: Desk | None = None) -> Desk:
    """The desk after these acts, from an empty one if none is given; GapInNight where an act is missing."""
    before = desk or Desk()
    people, entries, asked = before.people.copy(), before.entries.copy(), before.asked.copy()
    receipts, entry, replay = before.receipts.copy(), before.entry, before.replay
    apart, alone_since, hooks = before.apart, before.alone_since, before.hooks
    for seq, act in enumerate(acts, before.seq + 1):
        if act.seq != seq:
            raise GapInNight(f"Act {act.seq} of the desk cannot follow act {seq - 1}.")
        if isinstance(act, InvitationAct):
            people[act.invited] = person_after(people[act.invited], act)
            receipts[act.command_id] = seq
            continue
        match act:
            case EntryChosen():
                alone_since = seq if (entry, act.entry) == ("double", "single") else alone_since
                entry = act.entry
                apart = apart if act.apart is UNSET else act.apart
            case ReplaySet():
                replay = act
            case EventLost():
                pass
            case HookMade() | HookSwitched() | HookDropped():
                hooks = hooks_after(hooks, act)
            case Asked():
                asked[act.command.id] = act
                if isinstance(act.command, WithFigures):
                    ballot = act.command.ballot
                    entries[ballot] = replace(entries.get(ballot, ContestDesk()), asked=act, dropped=None)
            case Dropped():
                command = asked.pop(act.asked).command
                if isinstance(command, WithFigures | ReportPreferences):  # dropped figures must be keyed again
                    entry_before = entries.get(command.ballot, ContestDesk())
                    entries[command.ballot] = replace(entry_before, asked=None, dropped=act, since=seq)
            case (
                PapersVerified()
                | SheetKeyed()
                | KeyedAgain()
                | CorrectionBegun()
                | CorrectionDropped()
                | ChangeConfirmed()
                | BoxesListed()
                | BoxStruck()
                | BoxCounted()
                | BoxChecked()
                | TablesChosen()
                | TableKeyed()
                | AgentsConsulted()
                | RecountRequested()
                | RejectedNoted()
            ):
                entries[act.ballot] = _entry_after(entries.get(act.ballot, ContestDesk()), act)
            case Invited():
                people[act.invited] = Person(act.invited, act.name, act.role, act.ballots, command=act.command_id)
            case PinChosen() | SignedIn() | PinMistaken():
                people[act.invitation] = person_after(people[act.invitation], act)
            case _:
                assert_never(act)
        receipts[act.command_id] = seq
    log = (*before.log, *acts)
    return Desk(len(log), entry, apart, people, entries, asked, log, receipts, replay, alone_since, hooks)


def for_another_round(desk: Desk) -> tuple[AnyAct, ...]:
    """The acts that stay in force when the night is played again (``OfTheDesk``), numbered anew from 1.

    What a replay skipped is skipped in that round only, and webhooks are sent it from its first event.
    """
    kept = (act for act in desk.log if isinstance(act, OfTheDesk))
    return tuple(replace(_from_the_first(act), seq=seq) for seq, act in enumerate(kept, 1))


def _from_the_first(act: OfTheDesk) -> AnyAct:
    if isinstance(act, HookMade):
        return replace(act, after=0)
    return replace(act, skips_to=UNSET) if isinstance(act, ReplaySet) else act


def _entry_after(entry: ContestDesk, act: CountAct) -> ContestDesk:
    match act:
        case PapersVerified():
            return replace(entry, verification=act)
        case SheetKeyed():
            return replace(entry, sheets={**entry.sheets, act.role: act})
        case KeyedAgain():
            return replace(entry, again=act)
        case CorrectionBegun():
            return replace(entry, correction=act, since=act.seq)
        case CorrectionDropped():
            return replace(entry, correction=None, since=act.seq)
        case ChangeConfirmed():
            return replace(entry, confirmed=act)
        case BoxesListed() | BoxStruck() | BoxCounted() | BoxChecked():
            return replace(entry, boxes=_boxes_after(entry.boxes, act))
        case TablesChosen():
            return replace(entry, tables=act)
        case TableKeyed():
            return replace(entry, tallied={**entry.tallied, (act.table, act.role): act})
        case AgentsConsulted() | RecountRequested():
            return replace(entry, agents=(*entry.agents, act))
        case RejectedNoted():
            return replace(entry, adjudicated=act)
        case _:
            assert_never(act)


def _boxes_after(boxes: dict[str, ListedBox], act: BoxAct) -> dict[str, ListedBox]:
    match act:
        case BoxesListed():
            new = (ListedBox(f"b{place}", box, act.at, act.by) for place, box in enumerate(act.boxes, len(boxes) + 1))
            return boxes | {one.id: one for one in new}
        case BoxStruck():
            return boxes | {act.box: replace(boxes[act.box], struck=act.reason)}
        case BoxCounted():
            return boxes | {act.box: replace(boxes[act.box], counted=act)}
        case BoxChecked():
            return boxes | {act.box: replace(boxes[act.box], checked=act)}
        case _:
            assert_never(act)
