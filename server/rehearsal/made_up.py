"""Results for a night that has none, made up so that it can be rehearsed. Nothing here is what anybody voted."""

from collections.abc import Iterable
from datetime import datetime
from random import Random

from msgspec.structs import replace

from server.election.contests import Contest
from server.election.events import AnyEvent, Declared
from server.election.methods.figures import Rejected
from server.election.nights import fold
from server.election.parties import counted_as, has_a_past
from server.election.results.parliament import is_by_election
from server.nights.assumed import ALONE, FIRST, LAST
from server.nights.past import PastNight

_ELECTORATE = 70_000  # about that of most constituencies, where the night does not know it
_TURNOUT = (0.55, 0.7)
_TURNOUT_BY_ELECTION = (0.3, 0.5)
_REJECTED = 0.003  # of the papers
_NEW = 0.03  # the share of a party that had no votes before, and of an independent
_MOVES = 0.35  # how far shares move: the standard deviation of their logarithm


def completed(past: PastNight, seed: int) -> tuple[PastNight, int]:
    """The night with a result for each contest that has none and whose poll was to be counted; and how many those are.

    The same ``seed`` makes up the same. Shares move a little from those before, or are spread where nothing is known.
    """
    night = fold(past.events)
    open_ones = [count.contest for count in night.counts.values() if not count.result and not count.no_poll]
    if not open_ones:
        return past, 0
    made_up = list(_declarations(open_ones, past, seed))
    opened, *rest = past.events
    events = sorted([*rest, *made_up], key=lambda event: event.at)
    numbered = (replace(event, seq=seq) for seq, event in enumerate(events, start=2))
    return replace(past, events=(opened, *numbered)), len(made_up)


def _declarations(contests: list[Contest], past: PastNight, seed: int) -> Iterable[AnyEvent]:
    ordered = sorted(contests, key=lambda contest: (contest.electorate, contest.name))
    for place, contest in enumerate(ordered):
        votes, rejected = _figures(contest, Random(f"{seed}/{contest.ballot}"))
        yield Declared(
            seq=0,
            at=_moment(contest, past.definition.polls_close, (place + 0.5) / len(ordered)),
            by="made up",
            command_id=f"made-up/{contest.ballot}",
            ballot=contest.ballot,
            votes=votes,
            rejected=Rejected(rejected),
        )


def _moment(contest: Contest, polls_close: datetime, part: float) -> datetime:
    return polls_close + (ALONE if is_by_election(contest.ballot) else FIRST + (LAST - FIRST) * part)


def _figures(contest: Contest, random: Random) -> tuple[dict[str, int], int]:
    """Votes by candidate id, which are never a tie, and rejected papers."""
    turnout = random.uniform(*(_TURNOUT_BY_ELECTION if is_by_election(contest.ballot) else _TURNOUT))
    papers = max(1, round((contest.electorate or _ELECTORATE) * turnout))
    rejected = round(papers * _REJECTED)
    weights = {
        one.id: _share_before(contest, one.party) * random.lognormvariate(0, _MOVES) for one in contest.candidates
    }
    whole = sum(weights.values())
    votes = {id: int((papers - rejected) * weight / whole) for id, weight in weights.items()}
    first = max(votes, key=lambda id: weights[id])
    votes[first] += papers - rejected - sum(votes.values())
    return votes | {first: votes[first] or 1}, rejected


def _share_before(contest: Contest, party: str) -> float:
    """The share of a candidate's party before, shared between its candidates; at least ``_NEW`` or what is known."""
    family = counted_as(party)
    if not contest.previous:
        return 1 / len(contest.candidates)
    votes = contest.previous.votes.get(family, 0) if has_a_past(family) else 0
    alike = sum(counted_as(one.party) == family for one in contest.candidates)
    return max(votes / (sum(contest.previous.votes.values()) or 1), _NEW) / alike
