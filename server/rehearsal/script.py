"""The script of a rehearsal: who serves which contests, when each is declared, and what goes wrong. Nothing is sent."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import accumulate, pairwise
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from server.election.contests import Contest, Definition
from server.election.events import AnyEvent, Corrected, Declared
from server.election.methods.figures import NOTHING_MORE
from server.election.nights import Night, fold
from server.election.refusals import Refused
from server.nights.past import PastNight
from server.rehearsal.accidents import Cure, Kind, Paper, mishaps

_LONGEST_GAP = timedelta(minutes=15)  # longer pauses between two declarations are cut to this
_BEGIN, _END = (
    0.14,
    0.86,
)  # in parts of the time: before it all sign in and key; after it the last figures are put right
_KEYED_BEFORE = (0.04, 0.13)  # from the sheet to the declaration, in parts of the time
_LATE_BY = 0.06
_FOUND_WRONG_AFTER = (0.02, 0.08)
_HELD_AT, _HELD_FOR, _LONGEST_HOLD_SECONDS = 0.5, 0.06, 10.0
_ONE_PROGRAM_IN = 6


class Case(Struct, frozen=True):
    """One contest: keyed from ``begins`` on, declared when ``due``, and put right from ``cured`` on if there is a
    ``cure``.

    These moments are in seconds from the beginning. ``first`` is what is declared first, ``right`` what was published.
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
    """The contests that one person serves with a phone, or that one ``program`` declares."""

    name: str
    cases: tuple[Case, ...]
    program: bool


class Script(Struct, frozen=True):
    """A whole rehearsal. ``held``: when the desk holds the night and for how long, in seconds; None if it does not."""

    definition: Definition
    published: Night
    halls: tuple[Hall, ...]
    held: tuple[float, float] | None

    @property
    def cases(self) -> tuple[Case, ...]:
        """All contests."""
        return tuple(case for hall in self.halls for case in hall.cases)


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
    """The script that plays a past night in so many ``seconds``.

    The declarations keep their order, and the pauses between them their proportions, except that long pauses are cut.
    With ``programs``, a program declares in one hall of six. The same ``seed`` gives the same script. Refused where
    nothing is declared on the night, or where a contest has two rounds.
    """
    random, published = Random(seed), fold(past.events)
    if twice := [one for one in definition.contests if one.rules.has_first_round]:
        raise Refused(
            "two-rounds",
            f"{twice[0].name} is counted in two rounds, by supplementary vote, which simulated officers cannot do: "
            "replay shows such a night.",
        )
    declared = _first_declarations(past.events, published)
    sheets = {event.ballot: _sheet(published, event.ballot) for event in declared}
    groups = _groups([contest for contest in definition.contests if contest.ballot in sheets], officers)
    by_program = frozenset(contest.ballot for group in groups[3::_ONE_PROGRAM_IN] if programs for contest in group)
    drawn = mishaps(sheets, by_program, kinds, random)
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
            Hall(group[0].region, tuple(case(contest.ballot) for contest in group), group[0].ballot in by_program)
            for group in groups
        ),
        held=(_HELD_AT * seconds, min(_HELD_FOR * seconds, _LONGEST_HOLD_SECONDS)) if "held" in kinds else None,
    )


def _first_declarations(events: Iterable[AnyEvent], published: Night) -> list[Declared]:
    """The first declaration of every contest that is declared at the end; Refused where there is none."""
    found: dict[str, Declared] = {}
    for event in events:
        if isinstance(event, Declared):
            found.setdefault(event.ballot, event)
    declared = [
        event for ballot, event in found.items() if (count := published.counts[ballot]).result and not count.no_poll
    ]
    if not declared:
        raise Refused(
            "nothing-to-count", f"{published.definition.title} has no contest to count: there is nothing to rehearse."
        )
    return declared


def _sheet(night: Night, ballot: str) -> Paper:
    """The published figures of a contest, after any corrections; rejected papers are 0 if they are not known.

    Where several seats are fought and nobody published how many papers were valid, it is as few as can be.
    """
    count = night.counts[ballot]
    result, seats = count.result, count.contest.rules.votes_a_paper
    assert result is not None, "a past night is declared"
    votes = {line.candidate.id: line.votes for line in result.lines}
    declared = next(event for event in reversed(count.history) if isinstance(event, Declared | Corrected))
    lot, more = declared.lot, declared.more or NOTHING_MORE
    if seats > 1:
        fewest = max(*votes.values(), -(-sum(votes.values()) // seats))
        valid = fewest if more.valid_papers is None else more.valid_papers
        more = replace(more, valid_papers=valid, in_part=more.in_part or 0)
    return Paper(votes, result.rejected.total if result.rejected else 0, lot, more)


def _groups(contests: Iterable[Contest], number: int) -> list[list[Contest]]:
    """The contests in ``number`` groups of equal size, with the contests of a region next to each other."""
    ordered = sorted(contests, key=lambda contest: (contest.nation, contest.region, contest.name))
    number = max(1, min(number, len(ordered)))
    ends = [len(ordered) * part // number for part in range(number + 1)]
    return [ordered[begin:end] for begin, end in pairwise(ends)]


def _parts(declared: list[Declared]) -> dict[str, float]:
    """Ballot id → when it was declared, from 0 for the first to 1 for the last, with long pauses cut."""
    gaps = [min(later.at - earlier.at, _LONGEST_GAP) for earlier, later in pairwise(declared)]
    moments = list(accumulate(gaps, initial=timedelta(0)))
    whole = moments[-1] or timedelta(1)
    return {event.ballot: moment / whole for event, moment in zip(declared, moments, strict=True)}
