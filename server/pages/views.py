"""What the fragments show, in words and in order, from a night and its tally. No HTML and no rules of a result."""

from collections import Counter
from datetime import datetime
from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from server.election.contests import Definition
from server.election.events import (
    Corrected,
    CountEvent,
    Declared,
    FeedEvent,
    NightHeld,
    NightReleased,
    NoPollTaken,
    NotePosted,
    StageReached,
    Withdrawn,
)
from server.election.nights import Count, Night, took_back_no_poll
from server.election.parties import Party, counted_as
from server.election.tally import PartyTotal, Tally
from server.election.verdict import Result, elect_unopposed, judge

_FEED_LENGTH = 12
_PARTIES_SHOWN = 10  # at least
_NEW = 2  # rows kept for parties that win their first seats


class Banner(Struct, frozen=True):
    """The newest declaration: ``count`` is None before the first, ``majority`` set if it made a majority of the House,
    ``hung`` if after it no party can have one any more.

    ``goes_ahead`` is whether a poll does that had been called off. Once a House is complete, ``largest`` is its
    largest party with its seats, and ``of`` its majority (0 if none).
    """

    count: Count | None = None
    event: FeedEvent | None = None
    majority: Party | None = None
    hung: bool = False
    goes_ahead: bool = False
    largest: tuple[Party, int] | None = None
    of: int = 0


class Segment(Struct, frozen=True):
    """A party's stretch of the bar of seats: from ``start``, ``seats`` long."""

    party: Party
    start: int
    seats: int


class Score(Struct, frozen=True):
    """``rows`` party and its figures, ``others`` those not shown in one; ``scale`` is the bar's length in seats."""

    rows: tuple[tuple[Party, PartyTotal], ...]
    others: PartyTotal | None
    others_number: int
    segments: tuple[Segment, ...]
    line: int
    scale: int
    majority: Party | None
    majority_at: datetime | None
    tally: Tally


class Item(Struct, frozen=True):
    """One entry of the feed; ``kind`` picks its words. ``result`` is what was declared then, whatever became of it;
    ``before`` what a correction or withdrawal took back, ``changes`` the figures that a correction replaced."""

    kind: str
    event: FeedEvent
    count: Count | None = None
    result: Result | None = None
    before: Result | None = None
    majority: Party | None = None
    changes: tuple["Change", ...] = ()
    hung: bool = False


def banner_of(night: Night, tally: Tally) -> Banner:
    """The last thing that was declared, corrected or withdrawn; the House, when it is complete."""
    if tally.line and tally.declared == tally.contests:
        first = tally.parties[0]
        largest = (night.parties[first.party], first.seats)
        return Banner(largest=largest, of=max(0, 2 * first.seats - night.definition.seats))
    for event in reversed(night.feed):
        if isinstance(event, Declared | Corrected | Withdrawn | NoPollTaken):
            majority = tally.majority
            made = night.parties[majority.party] if majority and majority.seq == event.seq else None
            count = night.counts[event.ballot]
            hung = tally.hung is not None and tally.hung.seq == event.seq
            return Banner(count, event, made, hung, isinstance(event, Withdrawn) and took_back_no_poll(count, event))
    return Banner()


class Standing(Struct, frozen=True):
    """Who stands at a night: ``parties`` by what they had at the baseline, ``holders`` those who defend a seat."""

    parties: tuple[str, ...]
    holders: frozenset[str]


def standing_of(definition: Definition) -> Standing:
    """All parties of a night, the largest first; of those who did not stand then, the one with the most candidates."""
    votes: Counter[str] = Counter()
    stand: Counter[str] = Counter()
    for contest in definition.contests:
        votes.update(contest.previous.votes if contest.previous else {})
        stand.update({counted_as(candidate.party) for candidate in contest.candidates})
    parties = sorted(stand, key=lambda party: (-votes[party], -stand[party], party))
    holders = (contest.previous.holder for contest in definition.contests if contest.previous)
    return Standing(tuple(parties), frozenset(holders))


_standing: dict[tuple[str, str], tuple[Definition, Standing]] = {}  # a night's id and baseline: counted once each


def _who_stands(definition: Definition) -> Standing:
    known = _standing.get((definition.id, definition.baseline))
    if known is None or known[0] is not definition:
        known = _standing[definition.id, definition.baseline] = (definition, standing_of(definition))
    return known[1]


def score_of(night: Night, tally: Tally) -> Score:
    """Parties with seats, gains or losses and those who can only gain or lose some; then the largest by votes.

    The rest is one row. As many rows at the beginning as at the end: what is below the score stays where it is.
    """
    standing = _who_stands(night.definition)
    known = {one.party for one in tally.parties}
    totals = [*tally.parties, *(_nothing(party) for party in standing.parties if party not in known)]
    certain = [one for one in totals if one.seats or one.lost or one.party in standing.holders]
    room = max(_PARTIES_SHOWN, len(standing.holders) + _NEW) - len(certain)
    by_votes = sorted((one for one in totals if one not in certain), key=lambda one: -one.votes)
    chosen = {one.party for one in (*certain, *by_votes[: max(0, room)])}
    shown = [one for one in totals if one.party in chosen]
    rest = [one for one in totals if one.party not in chosen]
    segments: list[Segment] = []
    start = 0
    for total in totals:
        if total.seats:
            segments.append(Segment(night.parties[total.party], start, total.seats))
            start += total.seats
    return Score(
        rows=tuple((night.parties[total.party], total) for total in shown),
        others=_together(rest) if rest else None,
        others_number=len(rest),
        segments=tuple(segments),
        line=tally.line,
        scale=tally.contests,
        majority=night.parties[tally.majority.party] if tally.majority else None,
        majority_at=tally.majority.at if tally.majority else None,
        tally=tally,
    )


def feed_of(night: Night, tally: Tally, after: int | None = None) -> tuple[Item, ...]:
    """The newest entries, the newest first: all after a seq, or as many as a page begins with."""
    found = night.feed[-_FEED_LENGTH:] if after is None else [event for event in night.feed if event.seq > after]
    items: list[Item] = []
    for event in reversed(found):
        made = tally.majority if tally.majority and tally.majority.seq == event.seq else None
        item = _item(night, event, night.parties[made.party] if made else None)
        items.append(replace(item, hung=True) if tally.hung and tally.hung.seq == event.seq else item)
    return tuple(items)


def _item(night: Night, event: FeedEvent, majority: Party | None) -> Item:
    if isinstance(event, NightHeld | NightReleased):
        return Item("held" if isinstance(event, NightHeld) else "released", event)
    if isinstance(event, NotePosted):
        return Item("note", event, night.counts[event.ballot] if event.ballot else None)
    count = night.counts[event.ballot]
    match event:
        case Declared():
            return Item("declared", event, count, judge(count.contest, event), majority=majority)
        case Corrected():
            result = judge(count.contest, event)
            return Item("corrected", event, count, result, before(count, event), majority, changes(count, event))
        case Withdrawn():
            return Item("withdrawn", event, count, None, before(count, event))
        case StageReached():
            return Item("stage", event, count)
        case NoPollTaken():
            return Item("no-poll", event, count, _unopposed(count, event), majority=majority)


class Change(Struct, frozen=True):
    """A figure that a correction replaced: a candidate's, or where ``name`` is "" that of rejected papers."""

    name: str
    before: int
    after: int


def changes(count: Count, event: Corrected) -> tuple[Change, ...]:
    """What a correction changed, in ballot-paper order, rejected papers last."""
    earlier = [one for one in count.history if one.seq < event.seq and isinstance(one, Declared | Corrected)][-1]
    found = [Change(one.name, earlier.votes[one.id], event.votes[one.id]) for one in count.contest.candidates]
    if earlier.rejected and event.rejected:
        found.append(Change("", earlier.rejected.total, event.rejected.total))
    return tuple(one for one in found if one.before != one.after)


def before(count: Count, event: CountEvent) -> Result | None:
    """The result that stood when this event came."""
    earlier = [one for one in count.history if one.seq < event.seq and not isinstance(one, StageReached)]
    last = earlier[-1] if earlier else None
    if isinstance(last, NoPollTaken):
        return _unopposed(count, last)
    return judge(count.contest, last) if isinstance(last, Declared | Corrected) else None


def _unopposed(count: Count, event: NoPollTaken) -> Result | None:
    return elect_unopposed(count.contest) if event.state == "uncontested" else None


def _nothing(party: str) -> PartyTotal:
    return PartyTotal(party=party, seats=0, gained=0, lost=0, votes=0, share=Fraction(0), change=None)


def _together(totals: list[PartyTotal]) -> PartyTotal:
    return PartyTotal(
        party="",
        seats=0,
        gained=0,
        lost=0,
        votes=sum(one.votes for one in totals),
        share=sum((one.share for one in totals), Fraction(0)),
        change=None,
    )
