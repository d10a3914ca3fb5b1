"""Before the first result of a night of several contests: which seats to watch, and when they were declared last time.
No HTML."""

from datetime import datetime
from fractions import Fraction

from msgspec import Struct

from server.election.clock import LONDON
from server.election.contests import Definition
from server.election.counts import Count
from server.election.nights import Night
from server.election.once import once
from server.html.templates import lead_before
from server.nights.polls import declared_before
from server.nights.written.lines import Summary

_WATCHED = 10
_NOON = 12


class Watched(Struct, frozen=True):
    """A seat to watch: ``lead`` is by how much of the votes its holder won it at the baseline; ``before`` when it was
    declared last time, and at which election, None where that is not on record."""

    count: Count
    lead: Fraction
    before: tuple[datetime, Summary] | None

    @property
    def was_next_day(self) -> bool:
        """Whether that was after noon on a later day, when its time alone would be taken for one of the night."""
        if self.before is None:
            return False
        at = self.before[0].astimezone(LONDON)
        return at.date() > self.before[1].date and at.hour >= _NOON


class LastTime(Struct, frozen=True):
    """When the first of a night's seats, and half of them, were declared last time; ``year`` is that election's."""

    first: datetime
    half: datetime
    year: int


def watched(night: Night) -> tuple[Watched, ...]:
    """The seats of a night with the smallest majorities at the baseline, smallest first; none once one is declared."""
    if night.declared or night.is_single:
        return ()
    return tuple(
        Watched(night.counts[ballot], lead, declared_before(night.counts[ballot].contest.gss, night.definition.date))
        for lead, ballot in _closest(night.definition)
    )


@once
def last_time(definition: Definition) -> LastTime | None:
    """When the seats of a night were declared at the last election with recorded times; None unless that has most of
    them: a few seats say nothing of the first of all."""
    found = [one for contest in definition.contests if (one := declared_before(contest.gss, definition.date))]
    newest = max((summary.date for _, summary in found), default=None)
    times = sorted(at for at, summary in found if summary.date == newest)
    if newest is None or 2 * len(times) < len(definition.contests):
        return None
    return LastTime(times[0], times[(len(times) - 1) // 2], newest.year)


@once
def _closest(definition: Definition) -> tuple[tuple[Fraction, str], ...]:
    leads = [(lead[1], contest.ballot) for contest in definition.contests if (lead := lead_before(contest))]
    return tuple(sorted(leads)[:_WATCHED])
