"""What the banner and the score show of a night and its tally, and in which order. No HTML and no rules of a result."""

from collections import Counter
from datetime import datetime
from fractions import Fraction

from msgspec import Struct

from server.election.contests import Definition
from server.election.counts import Count, took_back_no_poll
from server.election.events import (
    Corrected,
    Declared,
    FeedEvent,
    NoPollTaken,
    Withdrawn,
)
from server.election.nights import Night
from server.election.once import once
from server.election.parties import Party, counted_as
from server.election.results.tally import PartyTotal, Tally, add_up

_PARTIES_SHOWN = 10  # the least number of rows
_NEW = 2  # further rows, for parties that win their first seats


class Banner(Struct, frozen=True):
    """The newest declaration, correction or withdrawal: ``count`` and ``event`` are None before the first.

    ``majority`` is the party for which it made a majority of the House. ``hung`` says that after it no party can have a
    majority any more, ``goes_ahead`` that a poll which had been called off takes place after all. Once the House is
    complete, ``largest`` is its largest party with its seats, and ``of`` the size of that party's majority, 0 if it has
    none.
    """

    count: Count | None = None
    event: FeedEvent | None = None
    majority: Party | None = None
    hung: bool = False
    goes_ahead: bool = False
    largest: tuple[Party, int] | None = None
    of: int = 0


class BarSegment(Struct, frozen=True):
    """A party's stretch of the bar of seats: from ``start``, ``seats`` long, both in seats."""

    party: Party
    start: int
    seats: int


class Score(Struct, frozen=True):
    """The score: ``rows`` have a party and its figures, ``others`` the ``others_number`` parties without a row.

    ``line`` is the number of seats that makes a majority, ``scale`` the length of the bar in seats.
    """

    rows: tuple[tuple[Party, PartyTotal], ...]
    others: PartyTotal | None
    others_number: int
    segments: tuple[BarSegment, ...]
    line: int
    scale: int
    majority: Party | None
    majority_at: datetime | None
    tally: Tally
    lead: tuple[Party, PartyTotal] | None


@once
def banner_of(night: Night) -> Banner:
    """The House once it is complete, else what was declared, corrected or withdrawn last."""
    tally = add_up(night)
    if tally.line and is_complete(tally) and (first := tally.lead):
        largest = (night.parties[first.party], first.seats)
        return Banner(largest=largest, of=max(0, 2 * first.seats - night.definition.seats))
    for event in reversed(night.feed):
        if isinstance(event, Declared | Corrected | Withdrawn | NoPollTaken):
            majority = tally.majority
            winner = night.parties[majority.party] if majority and majority.seq == event.seq else None
            count = night.counts[event.ballot]
            hung = tally.hung is not None and tally.hung.seq == event.seq
            return Banner(count, event, winner, hung, isinstance(event, Withdrawn) and took_back_no_poll(count, event))
    return Banner()


def is_complete(tally: Tally) -> bool:
    """Whether nothing more is awaited, and what was put off to another day cannot make a majority any more."""
    return tally.declared == tally.contests or bool(tally.declared == tally.awaited and (tally.majority or tally.hung))


class StandingParties(Struct, frozen=True):
    """The parties that stand on a night: ``parties`` in their order, ``holders`` those that defend a seat."""

    parties: tuple[str, ...]
    holders: frozenset[str]


@once
def standing_of(definition: Definition) -> StandingParties:
    """The parties that stand on a night, those with the most votes at the baseline first, then the most candidates."""
    votes: Counter[str] = Counter()
    candidates: Counter[str] = Counter()
    for contest in definition.contests:
        votes.update(contest.previous.votes if contest.previous else {})
        candidates.update({counted_as(candidate.party) for candidate in contest.polled})
    parties = sorted(candidates, key=lambda party: (-votes[party], -candidates[party], party))
    holders = (contest.previous.holder for contest in definition.contests if contest.previous)
    return StandingParties(tuple(parties), frozenset(holders))


@once
def score_of(night: Night) -> Score:
    """The score: a row for each party that has, lost or defends a seat, then for the largest others by votes.

    The rest share one row. The number of rows is the same throughout a night, so that what is below them does not move.
    """
    tally, standing = add_up(night), standing_of(night.definition)
    counted = {total.party for total in tally.parties}
    totals = [*tally.parties, *(_nothing(party) for party in standing.parties if party not in counted)]
    certain = [total for total in totals if total.seats or total.lost or total.party in standing.holders]
    room = max(_PARTIES_SHOWN, len(standing.holders) + _NEW) - len(certain)
    by_votes = sorted((total for total in totals if total not in certain), key=lambda total: -total.votes)
    chosen = {total.party for total in (*certain, *by_votes[: max(0, room)])}
    shown = [total for total in totals if total.party in chosen]
    rest = [total for total in totals if total.party not in chosen]
    segments: list[BarSegment] = []
    start = 0
    for total in totals:
        if total.seats:
            segments.append(BarSegment(night.parties[total.party], start, total.seats))
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
        votes=sum(total.votes for total in totals),
        share=sum((total.share for total in totals), Fraction(0)),
        change=None,
    )
