"""What the banner and the score show of a night and its tally, and in which order. No HTML and no rules of a result."""

from datetime import datetime
from fractions import Fraction

from msgspec import Struct

from server.election.counts import Count, took_back_no_poll
from server.election.events import (
    Corrected,
    Declared,
    FeedEvent,
    NoPollTaken,
    PreferencesReported,
    Withdrawn,
)
from server.election.nights import Night
from server.election.once import once
from server.election.parties import Party
from server.election.results.councils.council import Council
from server.election.results.councils.together import made_certain
from server.election.results.tally import PartyTotal, Tally, add_up, is_early
from server.pages.bars.seats import Bars, bars_of, standing_of

_NEW = 2  # rows for parties that defend no seat: those that win their first, or else have the most votes
_FOLDED = 3  # parties without a seat that have a row of their own below


class Banner(Struct, frozen=True):
    """The newest declaration, correction, withdrawal or first round: ``count`` and ``event`` are None before the first.

    ``majority`` is the party for which it made a majority of the House. ``hung`` says that after it no party can have a
    majority any more, ``goes_ahead`` that a poll which had been called off takes place after all. Once the House is
    complete, ``largest`` is its largest party with its seats, and ``of`` the size of that party's majority, 0 if it has
    none. ``control`` is the council whose control it made certain.
    """

    count: Count | None = None
    event: FeedEvent | None = None
    majority: Party | None = None
    hung: bool = False
    goes_ahead: bool = False
    largest: tuple[Party, int] | None = None
    of: int = 0
    control: Council | None = None


class Row(Struct, frozen=True):
    """A party's row of the score: ``share`` and ``before`` are how far its bar of votes, and the mark of its share at
    the baseline, reach as parts (of 1) of the room; ``before`` is None where there is no comparison."""

    party: Party
    total: PartyTotal
    share: Fraction
    before: Fraction | None


class Score(Struct, frozen=True):
    """The score: ``rows`` are the parties with a seat to have or to lose, ``folded`` the largest others by votes, and
    ``others`` the figures of the ``others_number`` parties without a row.

    ``line`` is the number of seats that makes a majority; ``early``: it cannot be said yet who will be ahead;
    ``turnout`` is of the contests declared so far, in valid votes, None where no electorate is known.
    """

    rows: tuple[Row, ...]
    folded: tuple[Row, ...]
    others: PartyTotal | None
    others_number: int
    bars: Bars
    line: int
    majority: Party | None
    majority_at: datetime | None
    tally: Tally
    lead: tuple[Party, PartyTotal] | None
    early: bool
    turnout: Fraction | None


@once
def banner_of(night: Night) -> Banner:
    """The House once it is complete, else what was declared, corrected or withdrawn last."""
    tally = add_up(night)
    if tally.line and is_complete(tally) and (first := tally.lead):
        largest = (night.parties[first.party], first.seats)
        return Banner(largest=largest, of=max(0, 2 * first.seats - night.definition.seats))
    for event in reversed(night.feed):
        if isinstance(event, Declared | Corrected | Withdrawn | NoPollTaken | PreferencesReported):
            majority = tally.majority
            winner = night.parties[majority.party] if majority and majority.seq == event.seq else None
            count = night.counts[event.ballot]
            hung = tally.hung is not None and tally.hung.seq == event.seq
            goes_ahead = isinstance(event, Withdrawn) and took_back_no_poll(count, event)
            return Banner(count, event, winner, hung, goes_ahead, control=made_certain(night).get(event.seq))
    return Banner()


def is_complete(tally: Tally) -> bool:
    """Whether nothing more is awaited, and what was put off to another day cannot make a majority any more."""
    return tally.declared == tally.contests or bool(tally.declared == tally.awaited and (tally.majority or tally.hung))


@once
def score_of(night: Night) -> Score:
    """The score: a row for each party that has, lost or defends a seat, and for the largest others by votes, folded.

    The number of rows is nearly the same throughout a night, so that what is below them does not move.
    """
    tally, standing = add_up(night), standing_of(night.definition)
    counted = {total.party for total in tally.parties}
    totals = [*tally.parties, *(_nothing(party) for party in standing.parties if party not in counted)]
    certain = {total.party for total in totals if total.seats or total.lost or total.party in standing.holders}
    by_votes = sorted((total for total in totals if total.party not in certain), key=lambda total: -total.votes)
    room = max(0, len(standing.holders) + _NEW - len(certain))
    certain |= {total.party for total in by_votes[:room]}
    folded, rest = by_votes[room:][:_FOLDED], by_votes[room + _FOLDED :]
    widest = max((_widest(total) for total in totals), default=Fraction(0)) or Fraction(1)
    return Score(
        rows=tuple(_row(night, total, widest) for total in totals if total.party in certain),
        folded=tuple(_row(night, total, widest) for total in folded),
        others=_together(rest) if rest else None,
        others_number=len(rest),
        bars=bars_of(night),
        line=tally.line,
        majority=night.parties[tally.majority.party] if tally.majority else None,
        majority_at=tally.majority.at if tally.majority else None,
        tally=tally,
        lead=(night.parties[tally.lead.party], tally.lead) if tally.lead else None,
        early=is_early(night),
        turnout=turnout_of(night),
    )


@once
def turnout_of(night: Night) -> Fraction | None:
    """The valid papers of the contests declared so far as a share of their electorates, where both are known; None
    where none is. A contest without a poll is left out."""
    valid = electors = 0
    for count in night.counts.values():
        papers = count.result.valid_papers if count.result and not count.result.unopposed else None
        if papers is not None and count.contest.electorate:
            valid += papers
            electors += count.contest.electorate
    return Fraction(valid, electors) if electors else None


def _row(night: Night, total: PartyTotal, widest: Fraction) -> Row:
    before = None if total.change is None else (total.share - total.change) / widest
    return Row(night.parties[total.party], total, total.share / widest, before)


def _widest(total: PartyTotal) -> Fraction:
    return max(total.share, total.share - (total.change or 0))


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
