"""What people at the count did, in the past tense: kept in a night's private stream, never shown to the public."""

from datetime import datetime
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from server.election.commands import OfTheHold, WithFigures, WithoutFigures
from server.election.counting.acts.act import Act as Act
from server.election.counting.acts.act import Role as Role
from server.election.counting.acts.act import Stamp as Stamp
from server.election.counting.acts.agent_acts import AgentAct
from server.election.counting.acts.box_acts import BoxChecked, BoxCounted, BoxesListed, BoxStruck
from server.election.counting.acts.hook_acts import HookAct
from server.election.counting.acts.people_acts import PersonAct
from server.election.counting.acts.table_acts import TableKeyed, TablesChosen
from server.election.methods.figures import MoreFigures, Rejected

PLACE = ":place"
"""Where the acts of those who run the place are kept: a private stream like a night's, of no night."""
EntryMode = Literal["single", "double"]
ReplayState = Literal["playing", "paused", "stopped", "ended"]
PublicCommand = WithFigures | WithoutFigures | OfTheHold
"""Every command whose event goes into the public stream, but the opening of the night."""


class EntryChosen(Act, frozen=True, tag="entry-chosen.1"):
    """How results are entered on this night: by one person, or by two who do not see each other's figures.

    ``apart`` says whether block votes and split votes are keyed apart; unset leaves that as it was, and it is not done
    unless somebody says so.
    """

    entry: EntryMode
    apart: bool | UnsetType = UNSET


class Invited(Act, frozen=True, tag="invited.1"):
    """Somebody was invited. ``invited`` is the id of the invitation, ``ballots`` the contests that it is for; the
    desk's and an admin's have none and are for all."""

    invited: str
    name: str
    role: Role
    ballots: tuple[str, ...]


class Revoked(Act, frozen=True, tag="revoked.1"):
    """An invitation was withdrawn for good, whoever holds it."""

    invited: str


class PinChosen(Act, frozen=True, tag="pin-chosen.1"):
    """An invitation was used for the first time and a PIN chosen. ``pin`` is the PIN's Argon2 hash; ``session`` is the
    id of the session that is now signed in."""

    pin: str
    session: str


class SignedIn(Act, frozen=True, tag="signed-in.1"):
    """The right PIN was entered, on another phone or once more; ``session`` is the id of the new session."""

    session: str


class PinMistaken(Act, frozen=True, tag="pin-mistaken.1"):
    """A wrong PIN was entered."""


class PinCleared(Act, frozen=True, tag="pin-cleared.1"):
    """The desk opened an invitation again: all its sessions end, and its next use chooses a new PIN.

    ``link`` is in the token of its links from then on, and every older link is dead. Unset, as in older records, its
    links stay good.
    """

    invited: str
    link: str | UnsetType = UNSET


class SessionsEnded(Act, frozen=True, tag="sessions-ended.1"):
    """The desk signed out all phones of a person, who can come back with the PIN."""

    invited: str


class PapersVerified(Act, frozen=True, tag="papers-verified.1"):
    """The ballot papers were verified: ``papers`` were counted, ``issued`` were expected (None where not known).

    ``reasons`` is check code → the reason given for a warning.
    """

    ballot: str
    issued: int | None
    papers: int
    reasons: dict[str, str]


class Apart(Struct, frozen=True):
    """Votes as the papers were sorted: ``blocks`` is party → papers with one vote for each of its candidates and no
    other, ``split`` candidate id → votes on all other papers. Parties have the ids under which they are counted."""

    blocks: dict[str, int]
    split: dict[str, int]


class SheetKeyed(Act, frozen=True, tag="sheet-keyed.1"):
    """One person keyed a whole sheet, in a ``round`` of the contest (``Count.round``).

    ``replaces`` is the seq of the sheet of the same role that this one takes the place of, 0 if there is none.
    ``reasons`` is check code → the reason given for a warning. ``more`` is as in ``Declared``. ``apart`` is what
    ``votes`` were added from, where block votes and split votes are keyed apart.
    ``tables``, where the contest is counted by tables, is table → seq of the sheet of that table in the sum.
    ``again`` are the fields that the same person keys again from the paper before these figures are confirmed, where
    one person keys each result; ``admit`` sets them. Acts that were stored before have none.
    """

    ballot: str
    role: Role
    round: int
    replaces: int
    votes: dict[str, int]
    rejected: Rejected
    lot: str | None
    reasons: dict[str, str]
    more: MoreFigures | UnsetType = UNSET
    apart: Apart | UnsetType = UNSET
    tables: dict[str, int] | UnsetType = UNSET
    again: tuple[str, ...] | UnsetType = UNSET


class KeyedAgain(Act, frozen=True, tag="keyed-again.1"):
    """One person, who keys results alone, read the paper once more and keyed some fields of the ``sheet`` (its seq)
    again, without seeing what they had keyed before.

    ``figures`` is field → number, whether the sheet has the same or not. ``replaces`` is the seq of what was keyed
    again of the same sheet before, 0 if nothing was.
    """

    ballot: str
    round: int
    sheet: int
    replaces: int
    figures: dict[str, int]


class CorrectionBegun(Act, frozen=True, tag="correction-begun.1"):
    """Somebody began to replace declared figures: a ``slip`` of the tongue at once, or a revision later.

    The declared figures stand until the new ones go out. The correction is over in any other ``round`` of the contest.
    """

    ballot: str
    round: int
    slip: bool
    reason: str


class CorrectionDropped(Act, frozen=True, tag="correction-dropped.1"):
    """A correction that was begun was given up: the declared figures stand."""

    ballot: str


class ChangeConfirmed(Act, frozen=True, tag="change-confirmed.1"):
    """Somebody confirmed a correction that changes who is elected, who had keyed none of its figures.

    ``role`` is what they were as they did, ``command`` the id of the command that puts the correction on air.
    """

    ballot: str
    role: Role
    command: str


class Asked(Act, frozen=True, tag="asked.1"):
    """Somebody asked for a command to go out; it has gone out once its event is in the public stream.

    The act is written before the event, so that nothing is lost by a hold, a restart or a lost connection in between.
    ``reasons`` is check code → the reason given for a warning.
    """

    command: PublicCommand
    reasons: dict[str, str]


class Dropped(Act, frozen=True, tag="dropped.1"):
    """A command that was asked for does not go out: it was refused, or the desk set it aside; ``why`` says which.

    ``asked`` is the id of the command.
    """

    asked: str
    why: str


class EventLost(Act, frozen=True, tag="event-lost.1"):
    """Redis came back without an event that had been shown, as after a fail-over to a replica that did not have it.

    ``lost`` is the seq that the event had, which is the number of its receipt, ``command`` its command's id, ``ballot``
    the contest ("" for none), ``asked_by`` who had asked for it, ``announced`` when it was stored.
    """

    lost: int
    command: str
    ballot: str
    asked_by: str
    announced: datetime


class ReplaySet(Act, frozen=True, tag="replay-set.1"):
    """How a replay is to go on. ``speed`` is how many times faster than real time it plays, None for without pauses.

    "stopped" ends the process that plays it, and another process can begin it again; "ended" means that all of it is on
    air. ``skips_to``: what was reported on the night by this time goes on air at once.
    """

    speed: float | None
    state: ReplayState
    skips_to: datetime | UnsetType = UNSET


BoxAct = BoxesListed | BoxStruck | BoxCounted | BoxChecked
"""The acts on the ballot boxes of one contest."""
TableAct = TablesChosen | TableKeyed
"""The acts on the count tables of one contest."""
InTheHall = BoxAct | TableAct | AgentAct
"""The acts on ballot boxes and count tables, and what was said to candidates and agents."""
CountAct = PapersVerified | SheetKeyed | KeyedAgain | CorrectionBegun | CorrectionDropped | ChangeConfirmed | InTheHall
"""The acts on the count of one contest, ``act.ballot``."""
InvitationAct = Revoked | PinCleared | SessionsEnded | PersonAct
"""The acts of the desk, or of the person themself, on an invitation, ``act.invited``."""
SignInAct = PinChosen | SignedIn | PinMistaken
"""The acts of somebody who uses an invitation, ``act.invitation``."""
OfTheDesk = EntryChosen | Invited | InvitationAct | SignInAct | ReplaySet | HookAct
"""The acts that stay in force when a night is played again: who may do what, how results are entered, who is sent
them."""
OfOneRound = CountAct | Asked | Dropped | EventLost
"""The acts that are forgotten when a night is played again, because they are about the night as it went before."""
AnyAct = OfTheDesk | OfOneRound
