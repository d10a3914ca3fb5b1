"""The script of a rehearsal: who serves which contests, when each is declared, what goes wrong. Nothing is sent."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import accumulate, pairwise
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from server.election.contests import Contest, Definition
from server.election.events import Declared
from server.election.nights import Night, fold
from server.nights.past import PastNight
from server.rehearsal.accidents import Cure, Kind, Paper, mishaps

_LONGEST_GAP = timedelta(minutes=15)  # the empty hours of a night are cut to this
_BEGIN, _END = 0.14, 0.86  # parts of the time: before, all sign in and key; after, the last figures are put right
_KEYED_BEFORE = (0.04, 0.13)  # from sheet to declaration, in parts of the time
_LATE_BY = 0.06
_FOUND_WRONG_AFTER = (0.02, 0.08)
_HELD_AT, _HELD_FOR, _LONGEST_HOLD_SECONDS = 0.5, 0.06, 10.0
_ONE_PROGRAM_IN = 6


class Case(Struct, frozen=True):
    """One contest: keyed from ``begins``, declared when ``due``, and where it was not right, put right from ``cured``.

    Moments are seconds from the beginning. ``first`` is what is declared, ``right`` what was published.
    """

    ballot: str
    begins: float
    due: float
    first: Paper
    right: Paper
    cure: Cure | None = None
    cured: float = 0.0
    late: bool = False
    recounts: int = 0


class Hall(Struct, frozen=True):
    """The contests that one person serves with a phone, or one ``program`` without anybody."""

    name: str
    cases: tuple[Case, ...]
    program: bool


class Script(Struct, frozen=True):
    """A whole rehearsal. ``held`` is when the desk holds the night, and for how many seconds; None if it does not."""

    definition: Definition
    published: Night
    halls: tuple[Hall, ...]
    held: tuple[float, float] | None

    @property
    def cases(self) -> tuple[Case, ...]:
        """All contests."""
        return tuple(case for hall in self.halls for case in hall.cases)


def practised(definition: Definition, name: str = "") -> Definition:
    """The night to be practised: nothing declared, and TEST on everything. It is a night of its own, not a replay."""
    return replace(definition, id=name or f"{definition.id}.rehearsal", times="live", rehearsal=True)


def script_of(
    past: PastNight,
    definition: Definition,
    seconds: float,
    officers: int,
    kinds: frozenset[Kind],
    seed: int,
    *,
    programs: bool,
) -> Script:
    """A past night in so many ``seconds``, its declarations in their order and as far from one another as they were.

    With ``programs`` one hall in six has nobody with a phone. The same ``seed`` is the same script.
    """
    random, published = Random(seed), fold(past.events)
    declared = [event for event in past.events if isinstance(event, Declared)]
    sheets = {event.ballot: _sheet(published, event.ballot) for event in declared}
    groups = _groups([one for one in definition.contests if one.ballot in sheets], officers)
    sent = frozenset(one.ballot for group in groups[3::_ONE_PROGRAM_IN] if programs for one in group)
    drawn = mishaps(sheets, sent, kinds, random)
    parts = _parts(declared)

    def case(ballot: str) -> Case:
        right, mishap = sheets[ballot], drawn[ballot]
        due = _BEGIN + (_END - _BEGIN) * parts[ballot]
        if mishap.late:
            due = min(due + _LATE_BY, _END)
        return Case(
            ballot=ballot,
            begins=max(0.0, due - random.uniform(*_KEYED_BEFORE)) * seconds,
            due=due * seconds,
            first=mishap.first or right,
            right=right,
            cure=mishap.cure if mishap.first else None,
            cured=(due + random.uniform(*_FOUND_WRONG_AFTER)) * seconds,
            late=mishap.late,
            recounts=mishap.recounts,
        )

    return Script(
        definition=definition,
        published=published,
        halls=tuple(
            Hall(group[0].region, tuple(case(one.ballot) for one in group), group[0].ballot in sent) for group in groups
        ),
        held=(_HELD_AT * seconds, min(_HELD_FOR * seconds, _LONGEST_HOLD_SECONDS)) if "held" in kinds else None,
    )


def _sheet(night: Night, ballot: str) -> Paper:
    """What was published of a contest, whatever was corrected on the way; rejected papers are 0 where nobody knows."""
    result = night.counts[ballot].result
    assert result is not None, "a past night is declared"
    votes = {line.candidate.id: line.votes for line in result.lines}
    lot = result.winner.candidate.id if result.by_lot else None
    return Paper(votes, result.rejected.total if result.rejected else 0, lot)


def _groups(contests: Iterable[Contest], number: int) -> list[list[Contest]]:
    """The contests of a region together, in as many groups of one size as there are officers."""
    ordered = sorted(contests, key=lambda one: (one.nation, one.region, one.name))
    number = max(1, min(number, len(ordered)))
    ends = [len(ordered) * part // number for part in range(number + 1)]
    return [ordered[one:other] for one, other in pairwise(ends)]


def _parts(declared: list[Declared]) -> dict[str, float]:
    """Ballot id → when it was declared, from 0 for the first to 1 for the last, without the empty hours."""
    gaps = [min(other.at - one.at, _LONGEST_GAP) for one, other in pairwise(declared)]
    moments = list(accumulate(gaps, initial=timedelta(0)))
    whole = moments[-1] or timedelta(1)
    return {event.ballot: moment / whole for event, moment in zip(declared, moments, strict=True)}
