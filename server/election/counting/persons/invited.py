"""Somebody who is invited, and the phones that are signed in with the invitation. Nothing is decided here."""

from datetime import datetime
from typing import assert_never

from msgspec import UNSET, Struct
from msgspec.structs import replace

from server.election.counting.acts import (
    InvitationAct,
    PinChosen,
    PinCleared,
    PinMistaken,
    Revoked,
    Role,
    SessionsEnded,
    SignedIn,
    SignInAct,
)
from server.election.counting.acts.people_acts import (
    CallAnswered,
    CallAsked,
    HandedOver,
    PhoneGiven,
    SignedOut,
)

MOST_MISTAKES = 5
"""The wrong PINs in a row that lock an invitation."""


class Session(Struct, frozen=True):
    """A phone that is signed in, and since when."""

    at: datetime
    device: str


class Person(Struct, frozen=True):
    """Somebody invited, by the act with the id ``command``. ``pin`` is a hash, None until a PIN is chosen; ``mistakes``
    counts the wrong PINs since the last right one; ``sessions`` is session id → phone.

    ``link`` is in the token of every link that opens the invitation; ``call`` is set while somebody is to call, and
    ``handed`` while the shift is handed over: until the person signs in again.
    """

    invitation: str
    name: str
    role: Role
    ballots: tuple[str, ...]
    pin: str | None = None
    mistakes: int = 0
    revoked: bool = False
    sessions: dict[str, Session] = {}
    command: str = ""
    link: str = ""
    phone: str = ""
    call: CallAsked | None = None
    handed: HandedOver | None = None

    @property
    def calls(self) -> bool:
        """Whether it is the desk that asked this person to call, rather than the other way round."""
        return self.call is not None and self.call.invitation != self.invitation

    @property
    def locked(self) -> bool:
        """Whether too many wrong PINs came in a row; only the desk can open the invitation again."""
        return self.mistakes >= MOST_MISTAKES

    def may_enter(self, ballot: str) -> bool:
        """Whether the invitation is for this contest."""
        return self.role == "desk" or ballot in self.ballots


def person_after(person: Person, act: InvitationAct | SignInAct) -> Person:
    """The person after an act on the invitation, or with it."""
    match act:
        case Revoked():
            return replace(person, revoked=True, sessions={})
        case PinCleared():
            link = person.link if act.link is UNSET else act.link
            return replace(person, pin=None, mistakes=0, sessions={}, link=link)
        case SessionsEnded():
            return replace(person, sessions={})
        case PinChosen():
            sessions = {act.session: Session(act.at, act.device)}
            return replace(person, pin=act.pin, mistakes=0, sessions=sessions, handed=None)
        case SignedIn():
            sessions = {**person.sessions, act.session: Session(act.at, act.device)}
            return replace(person, mistakes=0, sessions=sessions, handed=None)
        case PinMistaken():
            return replace(person, mistakes=person.mistakes + 1)
        case SignedOut():
            return replace(person, sessions=_without(person, act))
        case HandedOver():
            return replace(person, sessions=_without(person, act), handed=act)
        case PhoneGiven():
            return replace(person, phone=act.phone)
        case CallAsked():
            return replace(person, call=act)
        case CallAnswered():
            return replace(person, call=None)
        case _:
            assert_never(act)


def _without(person: Person, act: SignedOut | HandedOver) -> dict[str, Session]:
    return {session: phone for session, phone in person.sessions.items() if session != act.session}
