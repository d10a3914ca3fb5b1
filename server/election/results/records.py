"""Records of nights, each with the scope it is true in: never a claim wider than the data. No words, nothing stored."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Literal, TypeAlias

from msgspec import Struct

from server.election.counts import Count
from server.election.nights import Night
from server.election.results.entries import Entry, PartyRecord, both, by_contests, entry_of, parties_of
from server.election.results.parliament import is_by_election, polled_on
from server.election.results.ranking import extremes

_Figure: TypeAlias = "Callable[[Entry], Fraction | int]"


class Scope(Struct, frozen=True):
    """What the records are true of: ``declared`` of ``contests``, of which so many are ``by_elections``, of the
    ``years`` from first to last. A contest whose poll is postponed or countermanded is none of them."""

    declared: int
    contests: int
    by_elections: int
    years: tuple[int, int] | None


class Records(Struct, frozen=True):
    """The records of a scope. Each record is a tuple of all contests that hold it, in the night's order; it is empty if
    there was nothing to compare.

    ``majority`` is in votes, ``majority_share`` in shares of the valid votes. ``turnout_of`` says which turnout is
    compared: ballot papers counted where they are known everywhere in the scope, else valid votes everywhere, because
    the one is never to be measured against the other; ``highest_valid`` and ``lowest_valid`` are of valid votes in any
    case. ``largest_swing`` is between a contest's winner and its second, each on its night's baseline.
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
    highest_valid: tuple[Entry, ...]
    lowest_valid: tuple[Entry, ...]
    ties: tuple[Entry, ...]
    unopposed: tuple[Entry, ...]
    recounts: tuple[Entry, ...]
    last_declared: tuple[Entry, ...]
    parties: dict[str, PartyRecord]

    @property
    def lost_deposits(self) -> int:
        """The deposits lost by all candidates together."""
        return sum(party.lost_deposits for party in self.parties.values())

    @property
    def pounds_lost(self) -> int:
        """What these deposits came to, in pounds."""
        return sum(party.pounds_lost for party in self.parties.values())


def records(nights: Sequence[Night], years: tuple[int, int] | None = None) -> Records:
    """The records of these nights as they stand; a ballot that is in two of them, as in a replay, counts once.

    A caller that knows that all by-elections of a Parliament are among them gives its ``years``, as in "by-elections of
    2010–2015". Without them the scope has the years in which the nights were held.
    """
    counts: dict[str, tuple[Night, Count]] = {}
    for night in nights:
        for ballot, count in night.counts.items():
            counts.setdefault(ballot, (night, count))
    entries = [entry for night, count in counts.values() if (entry := entry_of(night, count))]
    polled = [entry for entry in entries if not entry.result.unopposed]
    of_known = [entry for entry in polled if entry.result.turnout_valid is not None]
    papers = all(entry.result.turnout_papers is not None for entry in of_known)
    smallest, largest = extremes(polled, lambda entry: entry.result.majority)
    of_one = [entry for entry in polled if not entry.result.verdict.seats]  # else it is a part of no whole
    smallest_share, largest_share = extremes(of_one, lambda entry: entry.result.majority_share)
    lowest_valid, highest_valid = extremes(of_known, _by_valid)
    lowest, highest = extremes(of_known, _by_papers) if papers else (lowest_valid, highest_valid)
    timed = (
        [entry for entry in entries if entry.declared_at] if len({night.definition.id for night in nights}) == 1 else []
    )
    last = max((entry.declared_at for entry in timed if entry.declared_at), default=None)
    return Records(
        scope=_scope(counts, len(entries), years),
        smallest_majority=smallest,
        smallest_majority_share=smallest_share,
        largest_majority=largest,
        largest_majority_share=largest_share,
        largest_swing=extremes((entry for entry in polled if entry.result.swing), _swing)[1],
        turnout_of="papers" if papers else "valid",
        highest_turnout=highest,
        lowest_turnout=lowest,
        highest_valid=highest_valid,
        lowest_valid=lowest_valid,
        ties=tuple(entry for entry in entries if entry.result.by_lot),
        unopposed=tuple(entry for entry in entries if entry.result.unopposed),
        recounts=_most_recounts(entries),
        last_declared=tuple(entry for entry in timed if entry.declared_at == last),
        parties=parties_of(polled),
    )


def together(earlier: Records, later: Records) -> Records:
    """The records of two scopes together. They have no ballot in common: what holds a record in both holds it in
    its own scope."""

    def lowest(name: str, number: _Figure) -> tuple[Entry, ...]:
        return extremes((*getattr(earlier, name), *getattr(later, name)), number)[0]

    def highest(name: str, number: _Figure) -> tuple[Entry, ...]:
        return extremes((*getattr(earlier, name), *getattr(later, name)), number)[1]

    years = [year for part in (earlier, later) for year in part.scope.years or ()]
    papers = earlier.turnout_of == later.turnout_of == "papers"
    highest_valid = highest("highest_valid", _by_valid)
    lowest_valid = lowest("lowest_valid", _by_valid)
    return Records(
        scope=Scope(
            declared=earlier.scope.declared + later.scope.declared,
            contests=earlier.scope.contests + later.scope.contests,
            by_elections=earlier.scope.by_elections + later.scope.by_elections,
            years=(min(years), max(years)) if years else None,
        ),
        smallest_majority=lowest("smallest_majority", lambda entry: entry.result.majority),
        smallest_majority_share=lowest("smallest_majority_share", lambda entry: entry.result.majority_share),
        largest_majority=highest("largest_majority", lambda entry: entry.result.majority),
        largest_majority_share=highest("largest_majority_share", lambda entry: entry.result.majority_share),
        largest_swing=highest("largest_swing", _swing),
        turnout_of="papers" if papers else "valid",
        highest_turnout=highest("highest_turnout", _by_papers) if papers else highest_valid,
        lowest_turnout=lowest("lowest_turnout", _by_papers) if papers else lowest_valid,
        highest_valid=highest_valid,
        lowest_valid=lowest_valid,
        ties=earlier.ties + later.ties,
        unopposed=earlier.unopposed + later.unopposed,
        recounts=_most_recounts(earlier.recounts + later.recounts),
        last_declared=(),
        parties=by_contests(
            both(earlier.parties[party], later.parties[party])
            if party in earlier.parties and party in later.parties
            else record
            for party, record in (earlier.parties | later.parties).items()
        ),
    )


def _scope(counts: dict[str, tuple[Night, Count]], declared: int, years: tuple[int, int] | None) -> Scope:
    awaited = {name: night for name, (night, count) in counts.items() if count.result or not count.no_poll}
    polls = sorted(polled_on(night.definition, name).year for name, night in awaited.items() if is_by_election(name))
    assert not (polls and years) or years[0] <= polls[0] <= polls[-1] <= years[1], "polls of another Parliament"
    return Scope(declared, len(awaited), len(polls), years or (polls[0], polls[-1]) if polls else None)


def _by_valid(entry: Entry) -> Fraction:
    assert entry.result.turnout_valid is not None
    return entry.result.turnout_valid


def _by_papers(entry: Entry) -> Fraction:
    assert entry.result.turnout_papers is not None
    return entry.result.turnout_papers


def _swing(entry: Entry) -> Fraction:
    assert entry.result.swing is not None
    return entry.result.swing.size


def _most_recounts(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted((entry for entry in entries if entry.recounts), key=lambda entry: -entry.recounts))
