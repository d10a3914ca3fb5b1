"""The lines of a night file from ballots that were read and checked. Nothing is read, checked or written."""

from collections import Counter
from collections.abc import Iterable, Mapping

from server.election.parties import Party, counted_as
from server.nights import facts
from server.nights.baselines import Baseline
from server.nights.sources.ballots import Ballot
from server.nights.written.lines import OTHERS, CandidateLine, ContestLine


def line_of(ballot: Ballot, before: Baseline | None, parties: Mapping[str, Party]) -> ContestLine:
    constituency, known = ballot.seat, facts.known(ballot.id)
    candidates = tuple(
        CandidateLine(candidate.name, candidate.party.id, candidate.votes or 0, candidate.sitting)
        for candidate in ballot.paper
    )
    most = max(candidate.votes for candidate in candidates)
    tied = [candidate for candidate in ballot.paper if candidate.votes == most]
    drawn = next((place for place, one in enumerate(ballot.paper, start=1) if one is ballot.elected), None)
    return ContestLine(
        ballot=ballot.id,
        name=constituency.name,
        gss=constituency.key[0],
        region=constituency.region,
        nation=constituency.nation,
        electorate=constituency.electorate or 0,
        candidates=candidates,
        descriptions={
            place: name
            for place, candidate in enumerate(ballot.paper, start=1)
            if (name := candidate.description or candidate.party.name) != parties[candidate.party.id].name
        },
        rejected=constituency.invalid,
        declared=None if ballot.no_poll else constituency.declared or known.declared,
        lot=drawn if most and len(tied) > 1 else None,
        no_poll=ballot.no_poll,
        previous=before.previous[constituency.key[0]] if before else None,
        published=(constituency.result, constituency.majority)
        if constituency.result and constituency.majority is not None
        else None,
        why=known.why,
        stages=known.stages,
        notes=known.notes,
    )


def named(ballots: Iterable[Ballot]) -> dict[str, Party]:
    """Every party that stands, by id, as most of its candidates name it."""
    names: dict[str, Counter[Party]] = {}
    for ballot in ballots:
        for candidate in ballot.paper:
            names.setdefault(candidate.party.id, Counter())[candidate.party] += 1
    return {id: counted.most_common(1)[0][0] for id, counted in names.items()}


def parties_of(
    stand: Mapping[str, Party], lines: tuple[ContestLine, ...], before: Baseline | None
) -> tuple[Party, ...]:
    """Every party that stands, that others are counted as, or that had votes at the baseline, in order of id.

    A party that stands has the name that it has in this night.
    """
    past = before.parties if before else {}
    parties = dict(stand)
    for party in stand.values():
        family = counted_as(party.id)
        parties.setdefault(family, past.get(family, Party(family, party.name, party.short)))
    for previous in (line.previous for line in lines if line.previous):
        for party in (previous.holder, *previous.votes):
            if party != OTHERS:
                parties.setdefault(party, past[party])
    return tuple(parties[party] for party in sorted(parties))
