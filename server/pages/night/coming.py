"""A night before its poll has closed: what its page says then, and which pieces say it. No HTML."""

from datetime import datetime

from msgspec import Struct

from server.election.nights import Night
from server.election.once import once
from server.html.coming import is_before_poll

_FEW = 12  # contests whose candidates the page of the whole night has room for


class Coming(Struct, frozen=True):
    """What is known of a night before its poll: ``candidates`` is how many stand, ``expected`` when the first
    declaration is expected, None if nobody said. If ``lists_candidates``, the page names those of each contest."""

    candidates: int
    expected: datetime | None
    lists_candidates: bool


def coming(night: Night) -> Coming | None:
    """What is to come on a night before its poll has closed, by Redis's time; None from then on."""
    return _coming(night) if is_before_poll(night) else None


@once
def _coming(night: Night) -> Coming:
    return Coming(
        candidates=sum(len(count.contest.candidates) for count in night.counts.values()),
        expected=min((count.expected for count in night.counts.values() if count.expected), default=None),
        lists_candidates=_lists_candidates(night),
    )


def until_the_close(night: Night) -> tuple[str, ...]:
    """The ids of the fragments that say something else once the poll has closed."""
    contests = night.definition.contests
    rows = (f"row-{contest.slug}" for contest in contests) if _lists_candidates(night) else ()
    banner = () if night.is_single else ("banner",)
    return ("status", *banner, *rows, *(f"contest-{contest.slug}" for contest in contests))


def _lists_candidates(night: Night) -> bool:
    return 1 < len(night.counts) <= _FEW
