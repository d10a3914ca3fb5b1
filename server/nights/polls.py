"""The polls that a seat has had: those of the shipped archive, and those before new boundaries as estimated on them. No
words and no pictures."""

from collections.abc import Iterator
from datetime import date, datetime
from functools import cache, lru_cache

from msgspec import Struct

from server.election.contests import Contest
from server.election.events import Declared
from server.election.parties import INDEPENDENT, Party, counted_as
from server.election.result import Result
from server.election.verdict import judge
from server.nights import archive
from server.nights.against import NOTIONAL, Poll, poll
from server.nights.assumed import is_assumed
from server.nights.written.lines import Summary

_KEPT = 1000  # seats, a few kilobytes each


class Polled(Struct, frozen=True):
    """A seat at one poll.

    ``votes`` are by the id that a party is counted under, in no order: of independents, who are different people, only
    those of the first, and of parties that the source does not name none. ``valid`` are all of them; ``ballot`` is None
    where the archive has no page of it; ``parties`` are those of its night by id.
    """

    poll: Poll
    ballot: str | None
    winner: str
    votes: dict[str, int]
    valid: int
    majority: int | None
    parties: dict[str, Party]


def polls_before(gss: str, day: date) -> tuple[Polled, ...]:
    """The polls of the seat with this code before a day, oldest first; none where the archive has not got it."""
    return tuple(one for one in _polls(gss) if one.poll.date < day)


def know() -> None:
    """Read the archive's declarations, as the first call of the others does; it takes long."""
    _declarations()


def declared_before(gss: str, day: date) -> tuple[datetime, Summary] | None:
    """When the seat with this code was last declared before a day at a general election whose time is on record, and at
    which; None where the archive has no such time."""
    found = [
        (event.at, summary)
        for summary, contest, event, _ in _declarations().get(gss, ())
        if summary.seats and summary.date < day
        if not is_assumed(archive.load(summary.id).definition, contest.ballot)
    ]
    return max(found, key=lambda one: one[0], default=None)


def polled(where: Poll, contest: Contest, result: Result, parties: dict[str, Party]) -> Polled:
    """A declared contest as one of its seat's polls."""
    votes: dict[str, int] = {}
    for line in result.lines:
        party = counted_as(line.candidate.party)
        votes[party] = (
            max(votes.get(party, 0), line.votes) if party == INDEPENDENT else votes.get(party, 0) + line.votes
        )
    winner = result.verdict.winner
    return Polled(where, contest.ballot, winner, votes, result.valid, result.majority, parties)


@lru_cache(maxsize=_KEPT)
def _polls(gss: str) -> tuple[Polled, ...]:
    found = [
        polled(Poll("general" if one.seats else "by-election", one.title, one.date, one.id), contest, result, parties)
        for one, contest, declared, parties in _declarations().get(gss, ())
        for result in (judge(contest, declared),)
    ]
    return tuple(sorted([*_notional(gss), *found], key=lambda one: one.poll.date))


def _notional(gss: str) -> Iterator[Polled]:
    """Elections as they were estimated on the seat's boundaries, where it has no result of its own from them."""
    held = {summary.date for summary, *_ in _declarations().get(gss, ())}
    for summary, contest, _, parties in _declarations().get(gss, ()):
        if summary.id not in NOTIONAL or NOTIONAL[summary.id] in held:
            continue
        where = poll(archive.load(summary.id).definition, "", contest)
        if where and (before := contest.previous):
            named = {party: votes for party, votes in before.votes.items() if party in parties}
            yield Polled(where, None, before.holder, named, sum(before.votes.values()), None, parties)


@cache
def _declarations() -> dict[str, list[tuple[Summary, Contest, Declared, dict[str, Party]]]]:
    """What the archive has of each seat, by its code: nothing of it is copied."""
    found: dict[str, list[tuple[Summary, Contest, Declared, dict[str, Party]]]] = {}
    for summary in archive.of_the_house():
        night = archive.load(summary.id)
        contests = {contest.ballot: contest for contest in night.definition.contests}
        parties = {party.id: party for party in night.definition.parties}
        for event in night.events:
            if isinstance(event, Declared):
                contest = contests[event.ballot]
                found.setdefault(contest.gss, []).append((summary, contest, event, parties))
    return found
