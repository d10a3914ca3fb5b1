"""What somebody wants to happen, in the imperative; ``decide`` turns it into an event or refuses it."""

from msgspec import Struct

from server.election.contests import Definition
from server.election.events import Rejected, Stage


class Command(Struct, frozen=True, kw_only=True):
    """``id`` is made by the sender and stays the same when the command is sent again; ``by`` is a person's name."""

    id: str
    by: str


class OpenNight(Command, frozen=True):
    """Begin a night with its definition."""

    night: Definition


class ReachStage(Command, frozen=True):
    """Say how far a count has come; ``papers`` goes with the stage "verified"."""

    ballot: str
    stage: Stage
    papers: int | None = None


class Declare(Command, frozen=True):
    """Declare a result: candidate id → votes. ``papers`` are the ballot papers verified, if not announced before."""

    ballot: str
    votes: dict[str, int]
    rejected: Rejected | None = None
    lot: str | None = None
    papers: int | None = None


class Correct(Command, frozen=True):
    """Replace a declaration with other figures; a reason is required."""

    ballot: str
    votes: dict[str, int]
    reason: str
    rejected: Rejected | None = None
    lot: str | None = None
    slip: bool = False


class Withdraw(Command, frozen=True):
    """Take a declaration back; a reason is required."""

    ballot: str
    reason: str


class PostNote(Command, frozen=True):
    """Put a sentence on the night's feed."""

    text: str
    ballot: str | None = None


AnyCommand = OpenNight | ReachStage | Declare | Correct | Withdraw | PostNote
