"""What has happened on a night, in the past tense: the only thing that is stored. No rules, no totals."""

from datetime import datetime
from typing import Literal, TypeGuard, assert_never

from msgspec import UNSET, Struct, UnsetType

from server.election.contests import Contest, Definition
from server.election.methods.figures import MoreFigures, Rejected
from server.election.parties import Party
from server.election.texts.particulars import Particulars

Stage = Literal["boxes in", "verified", "counting", "provisional", "recount"]
NoPollState = Literal["uncontested", "postponed", "countermanded"]


class Event(Struct, frozen=True, tag_field="kind", kw_only=True):
    """What every event has.

    ``seq`` counts from 1 without a gap; ``at`` is when it happened, with offset; ``by`` is the role of whose command
    it was, or their name in records of earlier versions; ``command_id`` is that command's id, by which a retry is
    recognised.
    """

    seq: int
    at: datetime
    by: str
    command_id: str


class NightOpened(Event, frozen=True, tag="night-opened.1"):
    """The first event of every night: what is to be counted."""

    night: Definition


class StageReached(Event, frozen=True, tag="stage-reached.1"):
    """A count reached a stage. ``papers`` is how many ballot papers were verified, ``recount`` counts recounts from
    1."""

    ballot: str
    stage: Stage
    papers: int | None = None
    recount: int | None = None


class StageTakenBack(Event, frozen=True, tag="stage-taken-back.1"):
    """A stage that was reported by mistake was taken back, and the count stands where it stood before: ``stage`` and
    ``papers`` are those of the newest ``StageReached`` that still stood."""

    ballot: str
    stage: Stage
    papers: int | None
    reason: str


class PreferencesReported(Event, frozen=True, tag="preferences-reported.1"):
    """The first preferences were announced, before it is known who is elected: ``votes`` and ``rejected`` are those of
    the first round. A second such event replaces the first, and gives the ``reason``, which is "" otherwise."""

    ballot: str
    votes: dict[str, int]
    rejected: Rejected | None = None
    reason: str = ""


class Declared(Event, frozen=True, tag="declared.1"):
    """The returning officer's declaration: ``votes`` is candidate id → votes, for every candidate on the paper.

    ``rejected`` is None where it is not known. ``lot`` is the id of the candidate who was drawn in a tie for the first
    place. The law treats that candidate as having one more vote (Parliamentary Elections Rules, rule 49); it is stored
    as a lot and never added to the votes. ``more`` is what other methods than plurality for one seat have besides; in a
    supplementary vote ``votes`` are the first preferences.
    """

    ballot: str
    votes: dict[str, int]
    rejected: Rejected | None = None
    lot: str | None = None
    more: MoreFigures | UnsetType = UNSET


class Corrected(Event, frozen=True, tag="corrected.1"):
    """Declared figures were replaced. ``slip`` marks a misreading that was put right at once; otherwise the figures
    were revised later. The other fields are those of ``Declared``."""

    ballot: str
    votes: dict[str, int]
    rejected: Rejected | None
    lot: str | None
    reason: str
    slip: bool = False
    more: MoreFigures | UnsetType = UNSET


class Withdrawn(Event, frozen=True, tag="withdrawn.1"):
    """A declaration, or a ``NoPollTaken``, was taken back: nobody is elected, and the contest is open again."""

    ballot: str
    reason: str


class NoPollTaken(Event, frozen=True, tag="no-poll-taken.1"):
    """There is nothing to count. ``state`` is "uncontested": the only candidate is elected (Parliamentary Elections
    Rules, rule 17); "postponed" to another day; or "countermanded", as after the death of a party's candidate (rule
    63)."""

    ballot: str
    state: NoPollState
    reason: str


class DeclarationExpected(Event, frozen=True, tag="declaration-expected.1"):
    """A contest is expected to be declared at this time; None takes back what was said before."""

    ballot: str
    expected: datetime | None


class NightHeld(Event, frozen=True, tag="night-held.1"):
    """From here on nothing goes out on this night."""


class NightReleased(Event, frozen=True, tag="night-released.1"):
    """The hold ended, and what waited goes out."""


class NotePosted(Event, frozen=True, tag="note-posted.1"):
    """The desk wrote a sentence about one contest, or about the night where ``ballot`` is None."""

    text: str
    ballot: str | None = None
    particulars: Particulars | UnsetType = UNSET


class NoteCorrected(Event, frozen=True, tag="note-corrected.1"):
    """A note was replaced by this one; ``note`` is the seq of its ``NotePosted``, whose fields the others are."""

    note: int
    text: str
    ballot: str | None
    reason: str
    particulars: Particulars | UnsetType = UNSET


class NoteWithdrawn(Event, frozen=True, tag="note-withdrawn.1"):
    """A note was taken back; ``note`` and ``ballot`` are as in ``NoteCorrected``."""

    note: int
    ballot: str | None
    reason: str


class SheetPhotographed(Event, frozen=True, tag="sheet-photographed.1"):
    """The result sheet was photographed. ``sha256`` is the hash of the JPEG file, in hexadecimal digits, which is kept
    beside the night and is not in it; ``size`` its bytes, ``width`` and ``height`` its pixels."""

    ballot: str
    sha256: str
    size: int
    width: int
    height: int


class SheetHidden(Event, frozen=True, tag="sheet-hidden.1"):
    """A photograph was taken out of sight, for a reason, and its file deleted; its hash stays on record."""

    ballot: str
    sha256: str
    reason: str


class BallotPaperAmended(Event, frozen=True, tag="ballot-paper-amended.1"):
    """What was known of a contest beforehand was put right: names, parties, order, electorate, previous result.

    ``contest`` is all of it as it is from now on; a candidate keeps the id, and with it the figures. ``parties`` are
    those that the night did not name before. ``reason`` is "" where there were no figures yet and nobody gave one.
    """

    ballot: str
    contest: Contest
    parties: tuple[Party, ...]
    reason: str


class NightAmended(Event, frozen=True, tag="night-amended.1"):
    """What the night says of itself was put right; each field is as in ``Definition``, and ``reason`` as in
    ``BallotPaperAmended``."""

    title: str
    polls_close: datetime
    baseline: str
    reason: str


# Each category lists its events. None is "everything but": a new kind of event is in no category until somebody adds
# it, and the type checker points at every match that has to decide about it.
SetsResult = Declared | Corrected
"""The events whose figures a result is worked out from."""
EndsRound = SetsResult | Withdrawn | NoPollTaken
"""The events after which another result stands, or none: figures keyed before them are void."""
CountEvent = StageReached | StageTakenBack | PreferencesReported | EndsRound
"""The events in the history of one contest."""
Amendment = BallotPaperAmended | NightAmended
"""The events after which the night's definition is another one."""
NoteEvent = NotePosted | NoteCorrected | NoteWithdrawn
"""The events of a note."""
FeedEvent = CountEvent | Amendment | NoteEvent | NightHeld | NightReleased
"""The events that can appear on the night's feed: see ``is_news``."""
PhotoEvent = SheetPhotographed | SheetHidden
"""The events of photographs of result sheets."""
AnyEvent = NightOpened | FeedEvent | DeclarationExpected | PhotoEvent


def ends_round(event: CountEvent) -> bool:
    """Whether figures must be keyed and confirmed anew after this event: it is an ``EndsRound``, or begins or takes
    back a recount."""
    match event:
        case StageReached() | StageTakenBack():
            return event.stage == "recount"
        case PreferencesReported():
            return False
        case Declared() | Corrected() | Withdrawn() | NoPollTaken():
            return True
        case _:
            assert_never(event)


def is_news(event: AnyEvent) -> TypeGuard[FeedEvent]:
    """Whether an event appears on the feed; an event that does not can still change its contest's row."""
    match event:
        case StageReached() | StageTakenBack():
            return event.stage != "boxes in"
        case Declared() | Corrected() | Withdrawn() | NoPollTaken() | PreferencesReported():
            return True
        case NightHeld() | NightReleased():
            return True
        case NotePosted() | NoteCorrected() | NoteWithdrawn():
            return True
        case BallotPaperAmended() | NightAmended():
            return bool(event.reason)
        case NightOpened() | DeclarationExpected() | SheetPhotographed() | SheetHidden():
            return False
        case _:
            assert_never(event)
