"""Records of one night or of many, each with the scope it is true in: never a claim wider than the data. Not stored."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Literal

from msgspec import Struct

from server.election.contests import Contest
from server.election.events import StageReached
from server.election.nights import Count, Night
from server.election.parliament import is_by_election
from server.election.parties import counted_as
from server.election.ranking import extremes
from server.election.verdict import Line, Result

DEPOSIT_POUNDS = 500  # each candidate's (Parliamentary Elections Rules, rule 9)


class Entry(Struct, frozen=True):
    """One contest as declared. ``recounts`` is how many there were, as far as anybody said; ``declared_at`` is None
    where its time is assumed."""

    night: str
    date: date
    contest: Contest
    result: Result
    declared_at: datetime | None = None
    recounts: int = 0


class Scope(Struct, frozen=True):
    """What the records are true of: ``declared`` of ``contests``; so many of these are ``by_elections``, ``years`` from
    the first to the last, and the others are of the nights with these ``titles``, oldest first."""

    titles: tuple[str, ...]
    by_elections: int
    declared: int
    contests: int
    years: tuple[int, int] | None

    @property
    def text(self) -> str:
        """In words that follow "the lowest share of": ``the 21 by-elections of 2010–2015``."""
        number = f"{self.contests:,}"
        if self.declared < self.contests:
            number = f"{self.declared:,} of {number}"
        titles = [f"the {title}" if title[:1].isdigit() else title for title in self.titles]
        if self.by_elections and self.titles:
            titles.append(self._by_elections(f"{self.by_elections:,}"))
        if not self.contests:
            return "no contest"
        text = f"the {number} contests of {_listed(titles)}" if titles else "the " + self._by_elections(number)
        return f"{text} declared so far" if self.declared < self.contests else text

    def _by_elections(self, number: str) -> str:
        assert self.years is not None
        first, last = self.years
        return f"{number} by-election{'s'[: self.by_elections > 1]} of {first}" + (f"–{last}" if last > first else "")


class Showing(Struct, frozen=True):
    """What one candidate had in one contest."""

    entry: Entry
    line: Line


class PartyRecord(Struct, frozen=True):
    """A party where it stood, in ``contests`` of the scope: its ``best`` and ``worst`` shares of the valid votes (more
    than one where they are equal), and the deposits it lost. Independents are compared one by one."""

    party: str
    contests: int
    best: tuple[Showing, ...]
    worst: tuple[Showing, ...]
    lost_deposits: int

    @property
    def pounds_lost(self) -> int:
        """What the lost deposits cost."""
        return self.lost_deposits * DEPOSIT_POUNDS


class Records(Struct, frozen=True):
    """Every record is all the contests that hold it, in the night's order; empty where there was nothing to compare.

    ``majority`` is in votes, ``majority_share`` in shares of the valid votes. ``turnout_of`` says which turnout is
    compared: ballot papers counted where they are known everywhere in the scope, else valid votes everywhere, because
    the one is never to be measured against the other. ``largest_swing`` is between a contest's winner and its second.
    ``last_declared`` is of a single night, and only where its times are not assumed. ``recounts`` most first.
    """

    scope: Scope
    smallest_majority: tuple[Entry, ...]
    smallest_majority_share: tuple[Entry, ...]
    largest_majority: tuple[Entry, ...]
    largest_majority_share: tuple[Entry, ...]
    largest_swing: tuple[Entry, ...]
    turnout_of: Literal["papers", "valid"]
    highest_turnout: tuple[Entry, ...]
    lowest_turnout: tuple[Entry, ...]
    ties: tuple[Entry, ...]
    recounts: tuple[Entry, ...]
    last_declared: tuple[Entry, ...]
    parties: dict[str, PartyRecord]

    @property
    def lost_deposits(self) -> int:
        """The deposits lost by all candidates together."""
        return sum(one.lost_deposits for one in self.parties.values())

    @property
    def pounds_lost(self) -> int:
        """What they cost."""
        return sum(one.pounds_lost for one in self.parties.values())


def records(nights: Sequence[Night], years: tuple[int, int] | None = None) -> Records:
    """The records of these nights as they stand; a ballot that is in two of them, as in a replay, counts once.

    ``years`` names a Parliament, as in "by-elections of 2010–2015", by one who knows that they are all there;
    without it the scope has the years in which they were held.
    """
    counts: dict[str, tuple[Night, Count]] = {}
    for night in nights:
        for ballot, count in night.counts.items():
            counts.setdefault(ballot, (night, count))
    entries = [entry for night, count in counts.values() if (entry := _entry(night, count))]
    polled = [one for one in entries if not one.result.unopposed]
    papers = all(one.result.turnout_papers is not None for one in polled)
    smallest, largest = extremes(polled, lambda one: one.result.majority)
    smallest_share, largest_share = extremes(polled, lambda one: one.result.majority_share)
    lowest, highest = extremes(polled, lambda one: _turnout(one.result, papers))
    _, swing = extremes((one for one in polled if one.result.swing), _swing)
    timed = [one for one in entries if one.declared_at] if len({one.definition.id for one in nights}) == 1 else []
    last = max((one.declared_at for one in timed if one.declared_at), default=None)
    return Records(
        scope=_scope(counts, len(entries), years),
        smallest_majority=smallest,
        smallest_majority_share=smallest_share,
        largest_majority=largest,
        largest_majority_share=largest_share,
        largest_swing=swing,
        turnout_of="papers" if papers else "valid",
        highest_turnout=highest,
        lowest_turnout=lowest,
        ties=tuple(one for one in entries if one.result.by_lot),
        recounts=tuple(sorted((one for one in entries if one.recounts), key=lambda one: -one.recounts)),
        last_declared=tuple(one for one in timed if one.declared_at == last),
        parties=_parties(polled),
    )


def _entry(night: Night, count: Count) -> Entry | None:
    if count.result is None:
        return None
    definition = night.definition
    return Entry(
        night=definition.title,
        date=definition.date,
        contest=count.contest,
        result=count.result,
        declared_at=None if definition.times == "assumed" else count.declared_at,
        recounts=sum(isinstance(one, StageReached) and one.stage == "recount" for one in count.history),
    )


def _scope(counts: dict[str, tuple[Night, Count]], declared: int, years: tuple[int, int] | None) -> Scope:
    polls = sorted(night.definition.date.year for ballot, (night, _) in counts.items() if is_by_election(ballot))
    others = {
        night.definition.id: night.definition for ballot, (night, _) in counts.items() if not is_by_election(ballot)
    }
    if polls and years:
        assert years[0] <= polls[0] <= polls[-1] <= years[1], "by-elections are held in their Parliament"
    return Scope(
        titles=tuple(one.title for one in sorted(others.values(), key=lambda one: one.date)),
        by_elections=len(polls),
        declared=declared,
        contests=len(counts),
        years=years or (polls[0], polls[-1]) if polls else None,
    )


def _listed(titles: list[str]) -> str:
    return " and ".join([", ".join(titles[:-1]), titles[-1]] if len(titles) > 1 else titles)


def _turnout(result: Result, papers: bool) -> Fraction:
    turnout = result.turnout_papers if papers else result.turnout_valid
    assert turnout is not None
    return turnout


def _swing(entry: Entry) -> Fraction:
    assert entry.result.swing is not None
    return entry.result.swing.size


def _parties(entries: Iterable[Entry]) -> dict[str, PartyRecord]:
    """By party, that with the most contests first."""
    found: dict[str, list[Showing]] = {}
    for entry in entries:
        for line in entry.result.lines:
            found.setdefault(counted_as(line.candidate.party), []).append(Showing(entry, line))
    parties: list[PartyRecord] = []
    for party, showings in found.items():
        worst, best = extremes(showings, lambda one: one.line.share)
        contests = len({one.entry.contest.ballot for one in showings})
        lost = sum(one.line.lost_deposit for one in showings)
        parties.append(PartyRecord(party, contests, best, worst, lost))
    return {one.party: one for one in sorted(parties, key=lambda one: (-one.contests, one.party))}
