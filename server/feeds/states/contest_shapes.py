"""What the answers hold of contests: the shapes of a contest, its candidates and its history. No rules."""

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from server.election.contests import Fate
from server.election.methods.figures import Rejected
from server.election.methods.rules import MethodName
from server.election.texts.particulars import Particulars

Moment = Annotated[datetime, Meta(tz=True)]
Number = Annotated[int, Meta(ge=0)]
Percent = Annotated[float, Meta(ge=0, le=100)]


class Winner(Struct, frozen=True):
    """Who was elected; ``party`` as on the ballot paper, ``counted_as`` the party whose seat it is, ``candidate``
    the id among the contest's candidates, of whom two can have one name."""

    name: str
    party: str
    counted_as: str
    candidate: str


class Turnout(Struct, frozen=True):
    """Two figures over the electorate, both in percent.

    ``papers``: ballot papers counted, valid and rejected, which the press quotes; before the declaration
    those verified. ``valid``: valid votes, which the House of Commons Library publishes.
    """

    papers: Percent | None
    valid: Percent | None


class ContestSummary(Struct, frozen=True, kw_only=True):
    """One contest in short; its figures are null before the declaration, and where nobody had to vote.

    ``status`` is awaiting, a stage (boxes in, verified, counting, provisional, recount), declared, withdrawn, or
    why there is no poll (uncontested, postponed, countermanded); ``expected`` is when the declaration is expected,
    null where nobody said; ``time_assumed`` says that the time of the declaration is not on record. ``verdict`` is in
    the words of the House of Commons Library: ``UKIP gain from Con``; of several seats ``Lab 2, Con 1: Lab +1``.

    Where people are elected to another body than the House of Commons, ``body`` is its id, ``seats`` how many are
    elected here, ``method`` how votes are counted, and ``elected`` are all who are, by votes; ``winner`` is null where
    there are several seats.
    """

    ballot: str
    name: str
    gss: str
    status: str
    verdict: str | None
    winner: Winner | None
    majority: Number | None
    turnout: Turnout
    declared_at: Moment | None
    time_assumed: bool
    expected: Moment | None
    body: str | UnsetType = UNSET
    seats: Number | UnsetType = UNSET
    method: MethodName | UnsetType = UNSET
    elected: tuple[Winner, ...] | UnsetType = UNSET


class Standing(Struct, frozen=True):
    """One candidate; all figures are null before the declaration, and where nobody had to vote.

    ``id`` was the place on the ballot paper when the night was opened, and stays the same whatever is put right;
    ``change`` is in points on the party's share at the baseline, null where there is nothing to compare with.
    ``description`` is what the ballot paper says in place of the party's name, ``fate`` that the candidate withdrew or
    died, ``second_preferences`` those added in a second round; each is there only where there is something to say.
    """

    id: str
    name: str
    party: str
    party_name: str
    counted_as: str
    votes: Number | None
    share: Percent | None
    change: float | None
    elected: bool | None
    lost_deposit: bool | None
    description: str | UnsetType = UNSET
    fate: Fate | UnsetType = UNSET
    second_preferences: Number | UnsetType = UNSET


class Swung(Struct, frozen=True, rename={"from_party": "from", "to_party": "to"}):
    """Butler swing between the winner and the party it beat: the mean of one's gain and the other's loss."""

    from_party: str
    to_party: str
    points: float


class Before(Struct, frozen=True):
    """A party's result at the baseline election; ``id`` "others" is those that the source does not name."""

    id: str
    name: str
    votes: Number
    share: Percent


class PreviousResult(Struct, frozen=True):
    """How the seat stood at the baseline election, most votes first; ``holder`` is the party that had it.
    ``seats`` is party to seats won, where there were several."""

    holder: str
    electorate: Number | None
    valid: Number
    parties: tuple[Before, ...]
    seats: dict[str, int] | UnsetType = UNSET


class Happened(Struct, frozen=True):
    """One event of a contest; ``what`` says it in a sentence, ``by`` is the role of whoever asked for it (in records of
    earlier versions the name).

    ``votes``, candidate id to votes, and ``rejected`` are those declared then, whatever became of them;
    ``reason`` is why a declaration or note was corrected or withdrawn, a ballot paper put right, or why there is no
    poll. Of a note, ``particulars`` has its kind, who speaks, and its text in other languages; ``note`` is the seq of
    the note that was corrected or withdrawn. Each is there only where there is something to say.
    """

    seq: Number
    at: Moment
    kind: str
    by: str
    what: str
    votes: dict[str, int] | None = None
    rejected: Rejected | None = None
    reason: str | None = None
    note: Number | UnsetType = UNSET
    particulars: Particulars | UnsetType = UNSET


class SheetPhoto(Struct, frozen=True):
    """A photograph of the result sheet: ``sha256`` of its JPEG file, ``size`` in bytes, ``width`` and ``height`` in
    pixels. The file is at ``/nights/{night}/contests/{ballot}/photos/{sha256}.jpg``, unless it was ``hidden``, for this
    reason.
    """

    sha256: str
    at: Moment
    size: Number
    width: Number
    height: Number
    hidden: str | UnsetType = UNSET


class ContestState(ContestSummary, frozen=True, kw_only=True):
    """All about one contest.

    ``papers`` are the ballot papers verified, ``recount`` is which recount is going on, ``by_lot`` whether
    a tie was decided by lot, ``why`` what must be known beside the verdict. ``candidates`` are by votes,
    before the declaration in ballot-paper order; ``history`` is oldest first. Where several seats are fought, ``valid``
    are the votes of each party's best candidate, of which their shares are parts, ``majority_share`` is null, and
    ``valid_papers`` are the papers with a valid vote. ``photographs`` are those of the result sheet, oldest first.
    """

    night: str
    rehearsal: bool
    seq: Number
    region: str
    nation: str
    electorate: Number | None
    papers: Number | None
    recount: Number | None
    valid: Number | None
    rejected: Rejected | None
    majority_share: Percent | None
    by_lot: bool
    swing: Swung | None
    why: str
    candidates: tuple[Standing, ...]
    previous: PreviousResult | None
    history: tuple[Happened, ...]
    valid_papers: Number | UnsetType | None = UNSET
    photographs: tuple[SheetPhoto, ...] | UnsetType = UNSET
