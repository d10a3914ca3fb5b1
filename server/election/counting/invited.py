"""Somebody who is invited, and the phones that are signed in with the invitation. Nothing is decided here."""

from datetime import datetime
from typing import assert_never

from msgspec import Struct
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

MOST_MISTAKES = 5
"""The wrong PINs in a row that lock an invitation."""


class Session(Struct, frozen=True):
    """A phone that is signed in, and since when."""

    at: datetime
    device: str


class Person(Struct, frozen=True):
    """Somebody invited, by the act with the id ``command``. ``pin`` is a hash, None until a PIN is chosen; ``mistakes``
    counts the wrong PINs since the last right one; ``sessions`` is session id → phone."""

    invitation: str
    name: str
    role: Role
    ballots: tuple[str, ...]
    pin: str | None = None
    mistakes: int = 0
    revoked: bool = False
    sessions: dict[str, Session] = {}
    command: str = ""

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
