"""The shares to be expected in a seat: its last ones, and how its parties have changed where it is declared already, in
its region or else on the whole night. No doubts, and no state is changed."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from server.election.contests import Contest
from server.election.counts import Count
from server.election.nights import Night
from server.election.once import once
from server.election.parties import counted_as, has_a_past

# A party's mean change is taken from its region once so many seats there have one, and else from the whole night.
FEWEST = 5

Votes = Mapping[str, int]
Changes = dict[str, Fraction]
"""Party → its change of share in one seat."""


def expected_shares(night: Night, contest: Contest) -> dict[str, Fraction]:
    """Candidate id → the share to be expected by what is declared so far; without those of whom too little is known."""
    others = (count for ballot, count in night.counts.items() if count.result and ballot != contest.ballot)
    return expected_from([(count.contest.region, _changes(count)) for count in others], contest)


def expected_from(declared: Iterable[tuple[str, Changes]], contest: Contest) -> dict[str, Fraction]:
    """The same from the changes of other seats, each with its region."""
    known, found = tuple(declared), dict[str, Fraction]()
    for candidate, last in last_shares(contest).items():
        party = counted_as(contest.candidate(candidate).party)
        here = [changes[party] for region, changes in known if region == contest.region and party in changes]
        if len(here) < FEWEST:
            here = [changes[party] for _, changes in known if party in changes]
        if len(here) >= FEWEST:
            found[candidate] = max(Fraction(0), last + sum(here, Fraction(0)) / len(here))
    return found


def changes_in(contest: Contest, votes: Votes) -> Changes:
    """How the shares of parties have changed in a seat with these votes."""
    before, now = last_shares(contest), parts(votes)
    return {counted_as(contest.candidate(one).party): now[one] - last for one, last in before.items() if one in now}


@once
def _changes(count: Count) -> Changes:
    lines = count.result.lines if count.result else ()
    return changes_in(count.contest, {line.candidate.id: line.votes for line in lines})


def last_shares(contest: Contest) -> dict[str, Fraction]:
    """Candidate id → the party's share at the last election, where ``judge`` would compare the two as well."""
    if contest.previous is None or not sum(contest.previous.votes.values()):
        return {}
    if contest.rules.shares_are_of == "best candidates":  # a party's candidates have its voters between them
        return {}
    shares = parts(contest.previous.votes)
    parties = {candidate.id: counted_as(candidate.party) for candidate in contest.polled}
    standing = list(parties.values())
    return {
        row: shares[party]
        for row, party in parties.items()
        if party in shares and has_a_past(party) and standing.count(party) == 1
    }


def parts(votes: Votes) -> dict[str, Fraction]:
    """Each number as a part of all together; empty where there are none."""
    valid = sum(votes.values())
    return {key: Fraction(number, valid) for key, number in votes.items()} if valid else {}
