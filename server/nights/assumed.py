"""The assumed times of declarations whose time nobody recorded, and which declarations those are. No words."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from msgspec import UNSET

from server.election.clock import LONDON
from server.election.contests import Definition
from server.election.results.parliament import is_by_election
from server.nights import facts
from server.nights.written.lines import ContestLine

# A by-election is put at two in the morning. The declarations of a general election, and those for councils and mayors,
# are spread as in the general elections of 2010, 2015, 2017 and 2019 together: each pair is a part of all of them, and
# how long after the polls closed at ten that part had been made. The last tenth took longer and is shortened.
ALONE = timedelta(hours=4)
# The first preferences of a supplementary vote are put this long before the declaration.
SECOND_ROUND = timedelta(hours=1)
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
    """Ballot id → when it is assumed to have been declared, for those with votes but without a recorded time.

    Smaller electorates come first, as they mostly do; an electorate that is not known is replaced by the valid votes.
    """
    unknown = [contest for contest in contests if contest.declared is None and contest.first_places]
    declared = {contest.ballot: polls_close + ALONE for contest in unknown if is_by_election(contest.ballot)}
    spread = sorted((contest for contest in unknown if contest.ballot not in declared), key=_size)
    for place, contest in enumerate(spread):
        declared[contest.ballot] = polls_close + _after((place + 0.5) / len(spread))
    return declared


def all_assumed(definition: Definition) -> tuple[str, ...]:
    """The ballot ids of a night whose declarations are at an assumed time, made already or not."""
    return tuple(contest.ballot for contest in definition.contests if is_assumed(definition, contest.ballot))


def is_assumed(definition: Definition, ballot: str) -> bool:
    """Whether the time at which this contest is, or will be, declared is assumed."""
    if definition.times != "assumed":
        return False
    if definition.assumed is UNSET:
        return facts.known(ballot).declared is None
    return ballot in definition.assumed


def clock(after: timedelta) -> str:
    """The time in London this long after polls that closed at ten: ``02:00``."""
    return f"{datetime(2000, 1, 1, 22, tzinfo=LONDON) + after:%H:%M}"


def _size(line: ContestLine) -> tuple[int, str]:
    return line.electorate or sum(candidate.votes for candidate in line.candidates), line.name


def _after(part: float) -> timedelta:
    """How long after the polls closed this part (0 to 1) of the declarations had been made, in whole seconds."""
    for (low, begin), (high, end) in pairwise(_SPREAD):
        if part <= high:
            seconds = (end - begin) * ((part - low) / (high - low)) // timedelta(seconds=1)
            return begin + timedelta(seconds=seconds)
    raise AssertionError("a part is at most all of it")
