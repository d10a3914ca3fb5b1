"""What somebody wants to happen, in the imperative; ``decide`` turns it into an event or refuses it."""

from datetime import datetime
from typing import assert_never

from msgspec import Struct

from server.election.contests import Definition
from server.election.events import NoPollState, Rejected, Stage


class Command(Struct, frozen=True, tag_field="kind", kw_only=True):
    """``id`` is made by the sender and stays the same when the command is sent again; ``by`` is a person's name."""

    id: str
    by: str


class OpenNight(Command, frozen=True, tag="open-night.1"):
    """Begin a night with its definition."""

    night: Definition


class ReachStage(Command, frozen=True, tag="reach-stage.1"):
    """Say how far a count has come; ``papers`` goes with the stage "verified"."""

    ballot: str
    stage: Stage
    papers: int | None = None


class Declare(Command, frozen=True, tag="declare.1"):
    """Declare a result: candidate id → votes. ``papers`` are the ballot papers verified, if not announced before.

    ``round`` is the contest's when the figures were confirmed, None if that does not matter: see ``Count.round``.
    """

    ballot: str
    votes: dict[str, int]
    rejected: Rejected | None = None
    lot: str | None = None
    papers: int | None = None
    round: int | None = None


class Correct(Command, frozen=True, tag="correct.1"):
    """Replace a declaration with other figures; a reason is required. ``round`` as for ``Declare``."""

    ballot: str
    votes: dict[str, int]
    reason: str
    rejected: Rejected | None = None
    lot: str | None = None
    slip: bool = False
    round: int | None = None


class Withdraw(Command, frozen=True, tag="withdraw.1"):
    """Take a declaration back, or that no poll is taken; a reason is required. ``round`` as for ``Declare``."""

    ballot: str
    reason: str
    round: int | None = None


class PostNote(Command, frozen=True, tag="post-note.1"):
    """Put a sentence on the night's feed."""

    text: str
    ballot: str | None = None


class RecordNoPoll(Command, frozen=True, tag="record-no-poll.1"):
    """Say that there is nothing to count here, and why."""

    ballot: str
    state: NoPollState
    reason: str


class ExpectDeclaration(Command, frozen=True, tag="expect-declaration.1"):
    """Say when a contest is expected to be declared; None if nobody knows any more."""

    ballot: str
    expected: datetime | None


class HoldNight(Command, frozen=True, tag="hold-night.1"):
    """Let nothing go out until the night is released."""


class ReleaseNight(Command, frozen=True, tag="release-night.1"):
    """End a hold."""


WithFigures = Declare | Correct
"""These are said only as they were keyed and confirmed."""
WithoutFigures = ReachStage | Withdraw | RecordNoPoll | ExpectDeclaration | PostNote
"""What is said of a count, or of the night, beside its figures."""
OfTheHold = HoldNight | ReleaseNight
CountCommand = WithFigures | ReachStage | Withdraw | RecordNoPoll | ExpectDeclaration
AnyCommand = OpenNight | WithFigures | WithoutFigures | OfTheHold


def ballot_of(command: WithFigures | WithoutFigures | OfTheHold) -> str | None:
    """The contest that a command is about; None if it is about the whole night."""
    match command:
        case Declare() | Correct() | ReachStage() | Withdraw() | RecordNoPoll() | ExpectDeclaration() | PostNote():
            return command.ballot
        case HoldNight() | ReleaseNight():
            return None
        case _:
            assert_never(command)
