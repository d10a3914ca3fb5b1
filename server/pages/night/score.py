"""What the fragments show, in words and in order, from a night and its tally. No HTML and no rules of a result."""

from collections import Counter
from datetime import datetime
from fractions import Fraction

from msgspec import Struct

from server.election.contests import Definition
from server.election.events import (
    Corrected,
    Declared,
    FeedEvent,
    NoPollTaken,
    Withdrawn,
)
from server.election.nights import Count, Night, took_back_no_poll
from server.election.once import once
from server.election.parties import Party, counted_as
from server.election.results.tally import PartyTotal, Tally, add_up

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
    lead: tuple[Party, PartyTotal] | None


@once
def banner_of(night: Night) -> Banner:
    """The last thing that was declared, corrected or withdrawn; the House, when it is complete."""
    tally = add_up(night)
    if tally.line and tally.declared == tally.contests and (first := tally.lead):
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


@once
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


@once
def score_of(night: Night) -> Score:
    """Parties with seats, gains or losses and those who can only gain or lose some; then the largest by votes.

    The rest is one row. As many rows at the beginning as at the end: what is below the score stays where it is.
    """
    tally, standing = add_up(night), standing_of(night.definition)
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
        lead=(night.parties[tally.lead.party], tally.lead) if tally.lead else None,
    )


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
