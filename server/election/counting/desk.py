"""The private side of a night: who is invited, what each has keyed, what waits to go out. Acts folded, no rules."""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from server.election.commands import WithFigures
from server.election.counting.acts import (
    AnyAct,
    Asked,
    CorrectionBegun,
    CorrectionDropped,
    CountAct,
    Dropped,
    EntryChosen,
    EntryMode,
    InvitationAct,
    Invited,
    OfTheDesk,
    PapersVerified,
    PinChosen,
    PinCleared,
    PinMistaken,
    ReplaySet,
    Revoked,
    Role,
    SessionsEnded,
    SheetKeyed,
    SignedIn,
    SignInAct,
)
from server.election.nights import GapInNight

MOST_MISTAKES = 5


class Session(Struct, frozen=True):
    """A phone that is signed in."""

    at: datetime
    device: str


class Person(Struct, frozen=True):
    """Somebody invited. ``pin`` is None until it is chosen; ``sessions`` session id → phone."""

    invitation: str
    name: str
    role: Role
    ballots: tuple[str, ...]
    pin: str | None = None
    mistakes: int = 0
    revoked: bool = False
    sessions: dict[str, Session] = {}

    @property
    def locked(self) -> bool:
        """Whether too many wrong PINs came in a row: only the desk opens this invitation again."""
        return self.mistakes >= MOST_MISTAKES

    def may_enter(self, ballot: str) -> bool:
        """Whether the invitation is for this contest."""
        return self.role == "desk" or ballot in self.ballots


class ContestDesk(Struct, frozen=True):
    """What is kept of one contest: the verification, the newest sheet of each role, a correction that was begun, the
    figures that were asked for last, or how they were ``dropped``. Sheets from before the act ``since`` are void."""

    verification: PapersVerified | None = None
    sheets: dict[Role, SheetKeyed] = {}
    correction: CorrectionBegun | None = None
    asked: Asked | None = None
    dropped: Dropped | None = None
    since: int = 0


class Desk(Struct, frozen=True):
    """``people`` by invitation, ``entries`` by ballot, ``asked`` command id → what waits to go out, or has gone out;
    ``log`` every act; ``receipts`` command id → seq; ``replay`` how the night is played, if it is a replay."""

    seq: int = 0
    entry: EntryMode = "single"
    people: dict[str, Person] = {}
    entries: dict[str, ContestDesk] = {}
    asked: dict[str, Asked] = {}
    log: tuple[AnyAct, ...] = ()
    receipts: dict[str, int] = {}
    replay: ReplaySet | None = None

    def of(self, ballot: str) -> ContestDesk:
        """What is kept of a contest, be it nothing."""
        return self.entries.get(ballot, ContestDesk())


def fold_acts(acts: Sequence[AnyAct], desk: Desk | None = None) -> Desk:
    """The desk after these acts; GapInNight where one is missing."""
    before = desk or Desk()
    people, entries, asked = before.people.copy(), before.entries.copy(), before.asked.copy()
    receipts, entry, replay = before.receipts.copy(), before.entry, before.replay
    for seq, act in enumerate(acts, before.seq + 1):
        if act.seq != seq:
            raise GapInNight(f"Act {act.seq} of the desk cannot follow act {seq - 1}.")
        match act:
            case EntryChosen():
                entry = act.entry
            case ReplaySet():
                replay = act
            case Asked():
                asked[act.command.id] = act
                if isinstance(act.command, WithFigures):
                    ballot = act.command.ballot
                    entries[ballot] = replace(entries.get(ballot, ContestDesk()), asked=act, dropped=None)
            case Dropped():
                command = asked.pop(act.asked).command
                if isinstance(command, WithFigures):  # to be asked for again, figures are keyed again
                    entry_before = entries[command.ballot]
                    entries[command.ballot] = replace(entry_before, asked=None, dropped=act, since=seq)
            case PapersVerified() | SheetKeyed() | CorrectionBegun() | CorrectionDropped():
                entries[act.ballot] = _entry_after(entries.get(act.ballot, ContestDesk()), act)
            case Invited():
                people[act.invited] = Person(act.invited, act.name, act.role, act.ballots)
            case Revoked() | PinCleared() | SessionsEnded():
                people[act.invited] = _person_after(people[act.invited], act)
            case PinChosen() | SignedIn() | PinMistaken():
                people[act.invitation] = _person_after(people[act.invitation], act)
            case _:
                assert_never(act)
        receipts[act.command_id] = seq
    log = (*before.log, *acts)
    return Desk(len(log), entry, people, entries, asked, log, receipts, replay)


def for_another_round(desk: Desk) -> tuple[AnyAct, ...]:
    """What stays of a desk when its night is played again, numbered anew: who is invited and signed in, how results
    are entered, how it is played. What was keyed, and asked for, went with the night that it was about."""
    kept = (act for act in desk.log if isinstance(act, OfTheDesk))
    return tuple(replace(act, seq=seq) for seq, act in enumerate(kept, 1))


def _entry_after(entry: ContestDesk, act: CountAct) -> ContestDesk:
    match act:
        case PapersVerified():
            return replace(entry, verification=act)
        case SheetKeyed():
            return replace(entry, sheets={**entry.sheets, act.role: act})
        case CorrectionBegun():
            return replace(entry, correction=act, since=act.seq)
        case CorrectionDropped():
            return replace(entry, correction=None, since=act.seq)
        case _:
            assert_never(act)


def _person_after(person: Person, act: InvitationAct | SignInAct) -> Person:
    match act:
        case Revoked():
            return replace(person, revoked=True, sessions={})
        case PinCleared():
            return replace(person, pin=None, mistakes=0, sessions={})
        case SessionsEnded():
            return replace(person, sessions={})
        case PinChosen():
            return replace(person, pin=act.pin, mistakes=0, sessions={act.session: Session(act.at, act.device)})
        case SignedIn():
            sessions = {**person.sessions, act.session: Session(act.at, act.device)}
            return replace(person, mistakes=0, sessions=sessions)
        case PinMistaken():
            return replace(person, mistakes=person.mistakes + 1)
        case _:
            assert_never(act)
