"""What records are made of: each contest as declared, and each party where it stood. No words, nothing stored."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from fractions import Fraction

from msgspec import Struct

from server.election.contests import Contest
from server.election.counts import Count
from server.election.nights import Night
from server.election.once import once
from server.election.parties import counted_as
from server.election.result import CandidateResult, Result
from server.election.results.parliament import polled_on
from server.election.results.ranking import extremes, extremes_of, nearest

# Each candidate's: of the House by rule 9 of the Parliamentary Elections Rules, of a council's mayor by the like; the
# others by their offices' own. A mayor of a combined authority has an id like a council's, and the councils that elect
# one, or did, are these: no council may begin to.
DEPOSIT_POUNDS = 500
_COMMISSIONERS, _LONDONS, _OF_AUTHORITIES = 5_000, 10_000, 5_000
_COUNCILS_WITH_MAYORS = {
    *("bedford", "bristol", "copeland", "croydon", "doncaster", "hackney", "hartlepool", "leicester", "lewisham"),
    *("liverpool", "mansfield", "middlesbrough", "newham", "north-tyneside", "salford", "stoke-on-trent", "torbay"),
    *("tower-hamlets", "watford"),
}


class Entry(Struct, frozen=True, dict=True):
    """One contest as declared, on the ``night`` with this id. ``recounts`` is how many there were, as far as anybody
    said; ``declared_at`` is None where its time is assumed."""

    night: str
    date: date
    contest: Contest
    result: Result
    declared_at: datetime | None = None
    recounts: int = 0


class Showing(Struct, frozen=True):
    """What one candidate had in one contest."""

    entry: Entry
    line: CandidateResult


class PartyRecord(Struct, frozen=True):
    """A party where it stood, in ``contests`` of the scope: its ``best`` and ``worst`` shares of the valid votes (more
    than one where they are equal), the deposits it lost, and their pounds. Independents are compared one by one."""

    party: str
    contests: int
    best: tuple[Showing, ...]
    worst: tuple[Showing, ...]
    lost_deposits: int
    pounds_lost: int


def entry_of(night: Night, count: Count) -> Entry | None:
    """A contest as declared, the same object for as long as the contest stands as it does; None before."""
    if count.result is None:
        return None
    definition, known = night.definition, _entries(count)
    if definition.id not in known:
        known[definition.id] = Entry(
            night=definition.id,
            date=polled_on(definition, count.contest.ballot),
            contest=count.contest,
            result=count.result,
            declared_at=None if definition.times == "assumed" else count.declared_at,
            recounts=count.recounts,
        )
    return known[definition.id]


@once
def _entries(count: Count) -> dict[str, Entry]:
    """A contest's entry, by the id of the night that it is of."""
    return {}


def steps(night: Night) -> Iterator[object]:
    """Work out what the records of a night are made of, contest by contest, as each is asked for."""
    return (_showings(entry) for count in night.counts.values() if (entry := entry_of(night, count)))


def parties_of(entries: Iterable[Entry]) -> dict[str, PartyRecord]:
    """The record of each party that stood in these contests."""
    by_party: dict[str, list[tuple[float, Showing]]] = {}
    for entry in entries:
        for party, near, showing in _showings(entry):
            by_party.setdefault(party, []).append((near, showing))
    return by_contests(_party(party, showings) for party, showings in by_party.items())


@once
def _showings(entry: Entry) -> tuple[tuple[str, float, Showing], ...]:
    """What each candidate had in a contest: the party that it counts for, and the float nearest to its share. Of
    several for several seats only a party's best counts."""
    told = (line for line in entry.result.lines if line.best)
    return tuple([(counted_as(one.candidate.party), nearest(one.share), Showing(entry, one)) for one in told])


def _party(party: str, showings: Sequence[tuple[float, Showing]]) -> PartyRecord:
    worst, best = extremes_of(showings, _share)
    contests = len({showing.entry.contest.ballot for _, showing in showings})
    lost = [deposit_of(showing.entry.contest.ballot) for _, showing in showings if showing.line.lost_deposit]
    return PartyRecord(party, contests, best, worst, len(lost), sum(lost))


def deposit_of(ballot: str) -> int:
    """What a candidate on this ballot left as a deposit, in pounds, where candidates leave one."""
    office, _, rest = ballot.partition(".")
    place = rest.partition(".")[0]
    if office == "pcc":
        return _COMMISSIONERS
    if office != "mayor" or place in _COUNCILS_WITH_MAYORS:
        return DEPOSIT_POUNDS
    return _LONDONS if place == "london" else _OF_AUTHORITIES


def both(earlier: PartyRecord, later: PartyRecord) -> PartyRecord:
    """The record of a party in two scopes that have no ballot in common."""
    return PartyRecord(
        party=earlier.party,
        contests=earlier.contests + later.contests,
        best=extremes(earlier.best + later.best, _share)[1],
        worst=extremes(earlier.worst + later.worst, _share)[0],
        lost_deposits=earlier.lost_deposits + later.lost_deposits,
        pounds_lost=earlier.pounds_lost + later.pounds_lost,
    )


def _share(showing: Showing) -> Fraction:
    return showing.line.share


def by_contests(parties: Iterable[PartyRecord]) -> dict[str, PartyRecord]:
    """By party, that with the most contests first."""
    return {record.party: record for record in sorted(parties, key=lambda record: (-record.contests, record.party))}
