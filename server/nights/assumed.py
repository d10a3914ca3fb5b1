"""When a declaration is assumed to have been made whose time nobody recorded, and which those are. No words."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from msgspec import UNSET

from server.election.clock import LONDON
from server.election.contests import Definition
from server.election.results.parliament import is_by_election
from server.nights import facts
from server.nights.format import ContestLine

# A by-election's is put at two in the morning. Those of a general election are spread as they were in 2010, 2015, 2017
# and 2019 together: so large a part of them was made so long after the polls closed at ten, the last tenth shortened.
ALONE = timedelta(hours=4)
_SPREAD = (
    (0.0, timedelta(hours=1)),
    (0.05, timedelta(hours=3, minutes=45)),
    (0.25, timedelta(hours=4, minutes=55)),
    (0.5, timedelta(hours=5, minutes=50)),
    (0.75, timedelta(hours=7)),
    (0.9, timedelta(hours=8, minutes=30)),
    (1.0, timedelta(hours=10)),
)
FIRST, HALF, LAST = (after for part, after in _SPREAD if part in (0.0, 0.5, 1.0))


def times(contests: Iterable[ContestLine], polls_close: datetime) -> dict[str, datetime]:
    """Ballot id → when it is assumed to have been declared, for those whose time is not known.

    Smaller electorates come first, as they mostly do; where one is not known, its valid votes stand for it.
    """
    unknown = [contest for contest in contests if contest.declared is None and contest.first_places]
    found = {one.ballot: polls_close + ALONE for one in unknown if is_by_election(one.ballot)}
    spread = sorted((one for one in unknown if one.ballot not in found), key=_size)
    for place, one in enumerate(spread):
        found[one.ballot] = polls_close + _after((place + 0.5) / len(spread))
    return found


def all_assumed(definition: Definition) -> tuple[str, ...]:
    """The ballots of a night whose declarations are at an assumed time, whether they are made by now or not."""
    return tuple(contest.ballot for contest in definition.contests if is_assumed(definition, contest.ballot))


def is_assumed(definition: Definition, ballot: str) -> bool:
    """Whether the time at which this is, or will be, declared is assumed."""
    if definition.times != "assumed":
        return False
    if definition.assumed is UNSET:
        return facts.known(ballot).declared is None
    return ballot in definition.assumed


def clock(after: timedelta) -> str:
    """So long after the polls have closed, as a clock in London shows it: ``02:00``."""
    return f"{datetime(2000, 1, 1, 22, tzinfo=LONDON) + after:%H:%M}"


def _size(line: ContestLine) -> tuple[int, str]:
    return line.electorate or sum(candidate.votes for candidate in line.candidates), line.name


def _after(part: float) -> timedelta:
    """When this part of the declarations had been made, to the second: in a minute of several they keep their order."""
    for (low, begin), (high, end) in pairwise(_SPREAD):
        if part <= high:
            seconds = (end - begin) * ((part - low) / (high - low)) // timedelta(seconds=1)
            return begin + timedelta(seconds=seconds)
    raise AssertionError("a part is at most all of it")
