"""What the page of a contest shows of its figures besides its result: the first of two rounds, whose shares are
compared, papers rejected in part. No HTML, no rules."""

from fractions import Fraction

from msgspec import Struct

from server.election.contests import Candidate
from server.election.counts import Count
from server.election.events import SetsResult
from server.election.result import Result
from server.html.templates import part_of


class RoundLine(Struct, frozen=True):
    """A candidate in the rounds: ``votes`` are first preferences, ``total`` the votes of the second round, None for who
    is not in it, or before it is counted. ``stays`` says that the candidate is in a second round."""

    candidate: Candidate
    votes: int
    share: Fraction
    total: int | None
    stays: bool
    elected: bool


class Rounds(Struct, frozen=True):
    """The rounds as far as they are known; ``most`` is the largest share of the first, ``second`` that there is a
    second one."""

    lines: tuple[RoundLine, ...]
    valid: int
    most: Fraction
    second: bool


def rounds_of(count: Count) -> Rounds | None:
    """The rounds of a contest that has two, once the first is announced or all are declared; None before."""
    rules, result = count.contest.rules, count.result
    if not rules.has_first_round or (result is None and count.preferences is None):
        return None
    if result is not None:
        votes = {line.candidate.id: line.votes for line in result.lines}
        totals = {line.candidate.id: line.total for line in result.lines}
        order = [line.candidate for line in result.lines]
        elected = {line.candidate.id for line in result.elected}
    else:
        assert count.preferences is not None
        votes, totals, elected = count.preferences.votes, dict[str, int | None](), set[str]()
        order = sorted(count.contest.polled, key=lambda candidate: -votes.get(candidate.id, 0))
    valid, stays = sum(votes.values()), rules.remaining(votes)
    lines = tuple(
        RoundLine(
            candidate=candidate,
            votes=votes[candidate.id],
            share=part_of(votes[candidate.id], valid),
            total=totals.get(candidate.id),
            stays=candidate.id in stays,
            elected=candidate.id in elected,
        )
        for candidate in order
        if candidate.id in votes
    )
    return Rounds(lines, valid, max((line.share for line in lines), default=Fraction(0)), bool(stays))


class Leader(Struct, frozen=True):
    """A candidate where there is room for few figures: votes and their share, of the last round."""

    candidate: Candidate
    votes: int
    share: Fraction


class Leaders(Struct, frozen=True):
    """Who leads in a result, by votes; ``second`` says that the figures are of a second round. Of several seats only
    the best of each party, as shares are of those; nobody where no poll was taken."""

    lines: tuple[Leader, ...] = ()
    second: bool = False


def leaders(result: Result | None, most: int) -> Leaders:
    """So many at most of those who lead in a result."""
    if result is None or result.unopposed:
        return Leaders()
    stayed = [(line.candidate, line.total) for line in result.lines if line.total is not None]
    if stayed:
        whole = sum(total for _, total in stayed)
        return Leaders(tuple(Leader(one, total, part_of(total, whole)) for one, total in stayed[:most]), True)
    best = [Leader(line.candidate, line.votes, line.share) for line in result.lines if line.best]
    return Leaders(tuple(best[:most]))


def compared(count: Count) -> frozenset[str] | None:
    """The ids of the candidates whose share is told, where it is only that of each party's best; None where it is that
    of everybody. Those of no party are compared one by one."""
    if count.contest.rules.shares_are_of != "best candidates" or count.result is None:
        return None
    return frozenset(line.candidate.id for line in count.result.lines if line.best)


def rejected_in_part(count: Count) -> int | None:
    """How many papers were rejected in part, of those that are valid; None where nobody said."""
    figures = [event for event in count.history if isinstance(event, SetsResult)]
    if count.result is None or not figures or not figures[-1].more:
        return None
    return figures[-1].more.in_part
