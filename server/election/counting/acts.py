"""What people at the count did, in the past tense: kept in a night's private stream, never shown to the public."""

from datetime import datetime
from typing import Literal, TypedDict

from msgspec import Struct

from server.election.commands import OfTheHold, WithFigures, WithoutFigures
from server.election.events import Rejected

Role = Literal["officer", "second officer", "returning officer", "desk"]
EntryMode = Literal["single", "double"]
ReplayState = Literal["playing", "paused", "stopped", "ended"]
PublicCommand = WithFigures | WithoutFigures | OfTheHold


class Act(Struct, frozen=True, tag_field="kind", kw_only=True):
    """``seq`` counts from 1 without a gap within the private stream; ``by`` is a person's name, ``invitation`` theirs
    (empty for the command line); ``device`` is what they did it with; ``command_id`` tells a repeated act."""

    seq: int
    at: datetime
    by: str
    invitation: str
    device: str
    command_id: str


class Stamp(TypedDict):
    """What every act has, to build one with; ``admit`` gives the seq."""

    seq: int
    at: datetime
    by: str
    invitation: str
    device: str
    command_id: str


class EntryChosen(Act, frozen=True, tag="entry-chosen.1"):
    """How results are entered on this night: by one person, or by two who do not see each other's figures."""

    entry: EntryMode


class Invited(Act, frozen=True, tag="invited.1"):
    """Somebody may enter: ``invited`` is the invitation's id; no ``ballots`` are all contests, for the desk."""

    invited: str
    name: str
    role: Role
    ballots: tuple[str, ...]


class Revoked(Act, frozen=True, tag="revoked.1"):
    """An invitation that opens nothing any more, in any hand."""

    invited: str


class PinChosen(Act, frozen=True, tag="pin-chosen.1"):
    """The first use of an invitation. ``pin`` is its Argon2 hash; ``session`` is signed in."""

    pin: str
    session: str


class SignedIn(Act, frozen=True, tag="signed-in.1"):
    """The right PIN, on another phone or again."""

    session: str


class PinMistaken(Act, frozen=True, tag="pin-mistaken.1"):
    """A wrong PIN."""


class PinCleared(Act, frozen=True, tag="pin-cleared.1"):
    """The way back after a lock-out: all sessions end, and the next use of the link chooses a new PIN."""

    invited: str


class SessionsEnded(Act, frozen=True, tag="sessions-ended.1"):
    """All phones of a person are signed out; with their PIN they can come back."""

    invited: str


class PapersVerified(Act, frozen=True, tag="papers-verified.1"):
    """A verification: ballot papers ``issued`` and ``papers`` counted; ``reasons`` check code → why it is so."""

    ballot: str
    issued: int | None
    papers: int
    reasons: dict[str, str]


class SheetKeyed(Act, frozen=True, tag="sheet-keyed.1"):
    """A whole sheet from one person, in a ``round`` of the contest (``Count.round``).

    ``replaces`` is the seq of the sheet of the same role that this one takes the place of, 0 if there was none.
    """

    ballot: str
    role: Role
    round: int
    replaces: int
    votes: dict[str, int]
    rejected: Rejected
    lot: str | None
    reasons: dict[str, str]


class CorrectionBegun(Act, frozen=True, tag="correction-begun.1"):
    """Declared figures are to be replaced: a ``slip`` of the tongue at once, or a revision later. Until then they
    stand; in any other ``round`` of the contest this is over."""

    ballot: str
    round: int
    slip: bool
    reason: str


class CorrectionDropped(Act, frozen=True, tag="correction-dropped.1"):
    """The declared figures stand after all."""

    ballot: str


class Asked(Act, frozen=True, tag="asked.1"):
    """Somebody said what is to go out; it is done once its event is in the public stream. ``reasons`` as above.

    It is written first, so that a hold, a restart or a lost connection in between loses nothing.
    """

    command: PublicCommand
    reasons: dict[str, str]


class Dropped(Act, frozen=True, tag="dropped.1"):
    """What was asked for does not go out: it was refused, or the desk set it aside while it waited; ``why`` says so."""

    asked: str
    why: str


class ReplaySet(Act, frozen=True, tag="replay-set.1"):
    """How a replay goes on: at ``speed`` times real time, None for without pauses, if it is playing. Stopped, its
    process ends, and another begins it again; ended, all of it is on air."""

    speed: float | None
    state: ReplayState


CountAct = PapersVerified | SheetKeyed | CorrectionBegun | CorrectionDropped
InvitationAct = Revoked | PinCleared | SessionsEnded
"""What the desk does to somebody invited, ``act.invited``."""
SignInAct = PinChosen | SignedIn | PinMistaken
"""What somebody invited does themselves, ``act.invitation``."""
OfTheDesk = EntryChosen | Invited | InvitationAct | SignInAct | ReplaySet
"""What stays when a night is played again: who may do what, and how."""
OfOneRound = CountAct | Asked | Dropped
"""What goes with the night that it was about, when that is played again."""
AnyAct = OfTheDesk | OfOneRound
