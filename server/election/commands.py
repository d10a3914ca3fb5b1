"""What somebody wants to happen, in the imperative; ``decide`` turns each command into an event or refuses it."""

from datetime import datetime
from typing import assert_never

from msgspec import UNSET, Struct, UnsetType

from server.election.contests import Contest, Definition
from server.election.events import NoPollState, Stage
from server.election.methods.figures import MoreFigures, Rejected
from server.election.parties import Party
from server.election.texts.particulars import Particulars


class Command(Struct, frozen=True, tag_field="kind", kw_only=True):
    """What every command has. The sender makes the ``id`` and keeps it when the command is sent again; ``by`` is a
    person's name."""

    id: str
    by: str


class OpenNight(Command, frozen=True, tag="open-night.1"):
    """Begin a night with its definition."""

    night: Definition


class ReachStage(Command, frozen=True, tag="reach-stage.1"):
    """Say how far a count has come; ``papers``, the number of ballot papers, goes with the stage "verified"."""

    ballot: str
    stage: Stage
    papers: int | None = None


class TakeBackStage(Command, frozen=True, tag="take-back-stage.1"):
    """Take back the newest stage that was reported, with its ``papers``, because it was by mistake; a reason is
    required. ``step`` is how many events the contest had when the form was opened; None where the command is valid
    after any."""

    ballot: str
    stage: Stage
    papers: int | None
    reason: str
    step: int | None = None


class ReportPreferences(Command, frozen=True, tag="report-preferences.1"):
    """Announce the first preferences where there is a second round. ``papers`` and ``round`` are as in ``Declare``; a
    ``reason`` is required where others are on record that these replace."""

    ballot: str
    votes: dict[str, int]
    rejected: Rejected | None = None
    papers: int | None = None
    round: int | None = None
    reason: str = ""


class Declare(Command, frozen=True, tag="declare.1"):
    """Declare a result. ``votes`` is candidate id → votes, ``lot`` the id of the candidate drawn in a tie.

    ``papers`` is the number of ballot papers verified, if it was not announced before. ``round`` is the ``Count.round``
    in which the figures were confirmed; None where the command is valid in any round. ``more`` is as in ``Declared``.
    """

    ballot: str
    votes: dict[str, int]
    rejected: Rejected | None = None
    lot: str | None = None
    papers: int | None = None
    round: int | None = None
    more: MoreFigures | UnsetType = UNSET


class Correct(Command, frozen=True, tag="correct.1"):
    """Replace declared figures with others; a reason is required.

    ``slip`` says that the figures were misread and are put right at once. The other fields are those of ``Declare``.
    """

    ballot: str
    votes: dict[str, int]
    reason: str
    rejected: Rejected | None = None
    lot: str | None = None
    slip: bool = False
    round: int | None = None
    more: MoreFigures | UnsetType = UNSET


class Withdraw(Command, frozen=True, tag="withdraw.1"):
    """Take back a declaration, or a ``RecordNoPoll``; a reason is required. ``round`` is as in ``Declare``."""

    ballot: str
    reason: str
    round: int | None = None


class PostNote(Command, frozen=True, tag="post-note.1"):
    """Put a sentence on the night's feed, about one contest or about the night."""

    text: str
    ballot: str | None = None
    particulars: Particulars | UnsetType = UNSET


class CorrectNote(Command, frozen=True, tag="correct-note.1"):
    """Replace what a note says; a reason is required. ``note`` is the id of the command that posted it.

    ``made_from`` is the seq of what the note said when the form was opened; None where the command is valid after any.
    """

    note: str
    text: str
    reason: str
    ballot: str | None = None
    particulars: Particulars | UnsetType = UNSET
    made_from: int | None = None


class WithdrawNote(Command, frozen=True, tag="withdraw-note.1"):
    """Take back a note; the fields are those of ``CorrectNote``."""

    note: str
    reason: str
    ballot: str | None = None
    made_from: int | None = None


class RecordNoPoll(Command, frozen=True, tag="record-no-poll.1"):
    """Say that no poll is taken in a contest, and why."""

    ballot: str
    state: NoPollState
    reason: str


class ExpectDeclaration(Command, frozen=True, tag="expect-declaration.1"):
    """Say when a contest is expected to be declared; None takes back what was said before."""

    ballot: str
    expected: datetime | None


class ShowPhoto(Command, frozen=True, tag="show-photo.1"):
    """Show a photograph of the result sheet, whose file is kept already; the fields are those of
    ``SheetPhotographed``."""

    ballot: str
    sha256: str
    size: int
    width: int
    height: int


class HidePhoto(Command, frozen=True, tag="hide-photo.1"):
    """Take a photograph of the result sheet out of sight, for a reason."""

    ballot: str
    sha256: str
    reason: str


class HoldNight(Command, frozen=True, tag="hold-night.1"):
    """Keep everything from going out until the night is released."""


class ReleaseNight(Command, frozen=True, tag="release-night.1"):
    """End a hold."""


class AmendBallotPaper(Command, frozen=True, tag="amend-ballot-paper.1"):
    """Put right what is known of a contest beforehand; ``contest`` is all of it as it is to be.

    ``parties`` are those that the night does not name yet. A ``reason`` is required once there are figures.
    ``made_from`` is how many amendments of the contest there were when the form was opened; None where
    the command is valid after any.
    """

    ballot: str
    contest: Contest
    parties: tuple[Party, ...] = ()
    reason: str = ""
    made_from: int | None = None


class AmendNight(Command, frozen=True, tag="amend-night.1"):
    """Put right what the night says of itself; ``reason`` and ``made_from`` are as in ``AmendBallotPaper``."""

    title: str
    polls_close: datetime
    baseline: str
    reason: str = ""
    made_from: int | None = None


WithFigures = Declare | Correct
"""The commands that carry figures of a result, which must first have been keyed and confirmed."""
Amend = AmendBallotPaper | AmendNight
"""The commands that change the night's definition."""
OfANote = PostNote | CorrectNote | WithdrawNote
"""The commands about a note."""
OfAStage = ReachStage | TakeBackStage
"""The commands about how far a count is."""
OfAPhoto = ShowPhoto | HidePhoto
"""The commands about a photograph of the result sheet."""
WithoutFigures = OfAStage | ReportPreferences | Withdraw | RecordNoPoll | ExpectDeclaration | OfANote | OfAPhoto | Amend
"""The commands about a count, or about the night, that carry no figures of a result."""
OfTheHold = HoldNight | ReleaseNight
"""The commands that begin and end a hold of the night."""
CountCommand = WithFigures | ReportPreferences | OfAStage | Withdraw | RecordNoPoll | ExpectDeclaration
"""The commands about the count of one contest."""
AnyCommand = OpenNight | WithFigures | WithoutFigures | OfTheHold


def ballot_of(command: WithFigures | WithoutFigures | OfTheHold) -> str | None:
    """The ballot id of the contest that a command is about; None if it is about the whole night."""
    match command:
        case (
            Declare()
            | Correct()
            | ReportPreferences()
            | ReachStage()
            | TakeBackStage()
            | Withdraw()
            | RecordNoPoll()
            | ExpectDeclaration()
        ):
            return command.ballot
        case PostNote() | CorrectNote() | WithdrawNote():
            return command.ballot
        case ShowPhoto() | HidePhoto():
            return command.ballot
        case AmendBallotPaper():
            return command.ballot
        case AmendNight() | HoldNight() | ReleaseNight():
            return None
        case _:
            assert_never(command)
