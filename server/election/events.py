"""What has happened on a night, in the past tense: the only thing that is stored. No rules, no totals."""

from datetime import datetime
from typing import Literal, TypeGuard, assert_never

from msgspec import Struct

from server.election.contests import Definition

Stage = Literal["boxes in", "verified", "counting", "provisional", "recount"]
NoPollState = Literal["uncontested", "postponed", "countermanded"]

HEADS = {
    "official_mark": "want of an official mark",
    "more_than_one": "voting for more candidates than one",
    "identifiable": "writing or mark by which the voter could be identified",
    "unmarked_or_void": "being unmarked or void for uncertainty",
}
"""The four heads of rejected papers (Parliamentary Elections Rules, rule 47), in the order of the law."""


class Rejected(Struct, frozen=True):
    """Ballot papers rejected, in all and under the four heads of rule 47 where they are known (else None)."""

    total: int
    official_mark: int | None = None
    more_than_one: int | None = None
    identifiable: int | None = None
    unmarked_or_void: int | None = None


class Event(Struct, frozen=True, tag_field="kind", kw_only=True):
    """``seq`` counts from 1 without a gap; ``at`` is when it was so (with offset); ``by`` is who said it;
    ``command_id`` is the command's own id, by which a retry is known."""

    seq: int
    at: datetime
    by: str
    command_id: str


class NightOpened(Event, frozen=True, tag="night-opened.1"):
    """The first event of every night: what is to be counted."""

    night: Definition


class StageReached(Event, frozen=True, tag="stage-reached.1"):
    """A count went a step on. ``papers`` are the ballot papers verified, ``recount`` which recount it is, from 1."""

    ballot: str
    stage: Stage
    papers: int | None = None
    recount: int | None = None


class Declared(Event, frozen=True, tag="declared.1"):
    """The returning officer's declaration: candidate id → votes for every candidate on the paper.

    ``rejected`` is None where it is not known. ``lot`` is the candidate drawn where the first place is a tie: it is
    kept as a lot and never as one vote more (Parliamentary Elections Rules, rule 49).
    """

    ballot: str
    votes: dict[str, int]
    rejected: Rejected | None = None
    lot: str | None = None


class Corrected(Event, frozen=True, tag="corrected.1"):
    """A declaration replaced. ``slip`` is a misreading put right at once; otherwise figures were revised later."""

    ballot: str
    votes: dict[str, int]
    rejected: Rejected | None
    lot: str | None
    reason: str
    slip: bool = False


class Withdrawn(Event, frozen=True, tag="withdrawn.1"):
    """A declaration taken back: the contest is being counted again, and nobody is elected. So is a ``NoPollTaken``."""

    ballot: str
    reason: str


class NoPollTaken(Event, frozen=True, tag="no-poll-taken.1"):
    """There is nothing to count: ``uncontested``, the only candidate is elected (Parliamentary Elections Rules, rule
    17); ``postponed`` to another day; ``countermanded``, as after a candidate's death (rule 63)."""

    ballot: str
    state: NoPollState
    reason: str


class DeclarationExpected(Event, frozen=True, tag="declaration-expected.1"):
    """When a contest is expected to be declared; None takes back what was said."""

    ballot: str
    expected: datetime | None


class NightHeld(Event, frozen=True, tag="night-held.1"):
    """Nothing goes out on this night from here on."""


class NightReleased(Event, frozen=True, tag="night-released.1"):
    """What waited goes out."""


class NotePosted(Event, frozen=True, tag="note-posted.1"):
    """A sentence from the desk, about one contest or about the night."""

    text: str
    ballot: str | None = None


# Each event is named in the categories that it is in. None of them is "everything but": a new kind of event is in none
# until somebody has thought about it, and the type checker names the places that must.
SetsResult = Declared | Corrected
"""Figures that a result follows from."""
EndsRound = SetsResult | Withdrawn | NoPollTaken
"""After these another result stands, or none, and figures are counted, keyed and confirmed anew."""
CountEvent = StageReached | EndsRound
FeedEvent = CountEvent | NotePosted | NightHeld | NightReleased
AnyEvent = NightOpened | FeedEvent | DeclarationExpected


def ends_round(event: CountEvent) -> bool:
    """Whether figures must be counted, keyed and confirmed anew after this: an ``EndsRound``, or a recount."""
    match event:
        case StageReached():
            return event.stage == "recount"
        case Declared() | Corrected() | Withdrawn() | NoPollTaken():
            return True
        case _:
            assert_never(event)


def is_news(event: AnyEvent) -> TypeGuard[FeedEvent]:
    """Whether readers of the feed are told of it; what they are not told of shows in its contest's row only."""
    match event:
        case StageReached():
            return event.stage != "boxes in"
        case Declared() | Corrected() | Withdrawn() | NoPollTaken() | NotePosted() | NightHeld() | NightReleased():
            return True
        case NightOpened() | DeclarationExpected():
            return False
        case _:
            assert_never(event)
