"""A seat's past: its polls as a small chart and a table of the same figures, and the poll that a verdict is counted
from. No HTML, no words."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil

from msgspec import Struct

from server.election.contests import Definition
from server.election.counts import Count
from server.election.nights import Night
from server.election.parties import Party, has_a_past
from server.election.results.parliament import is_by_election, polled_on
from server.html.templates import part_of
from server.nights.against import Poll, poll
from server.nights.polls import Polled, polled, polls_before

_PARTIES_SHOWN = 5
_TOP, _BOTTOM, _LEFT, _RIGHT = 10, 170, 30, 304  # edges of the lines, in a drawing 360 wide
_BESIDE = 9  # between the last point of a line and its label
_LINE = 13  # between two labels, one above the other


class PollRow(Struct, frozen=True):
    """A poll in the table: its shares (of 1) in the order of the parties, None if a party did not stand.

    ``now`` says whether it is the poll that the page is about.
    """

    polled: Polled
    shares: tuple[Fraction | None, ...]
    now: bool


class PartySeries(Struct, frozen=True):
    """A party's line in the chart: ``points`` for its marks, ``path`` between them, the place of its ``label``.

    The path is broken where the party did not stand. Independents have none, because they are different people.
    """

    points: tuple[tuple[int, int], ...]
    path: str
    label: tuple[int, int]


class Chart(Struct, frozen=True):
    """The chart: ``columns`` are the x of the polls, oldest first; ``rules`` are heights with their per cent."""

    columns: tuple[int, ...]
    rules: tuple[tuple[int, int], ...]
    series: tuple[PartySeries, ...]


class SeatHistory(Struct, frozen=True):
    """The polls of a seat, oldest first, and the parties that matter most over all of them."""

    parties: tuple[Party, ...]
    rows: tuple[PollRow, ...]
    chart: Chart


class Basis(Struct, frozen=True):
    """What a verdict is counted from: the poll, and the ballot id of its page.

    Both are None if only the night's own data says what was before.
    """

    poll: Poll | None
    ballot: str | None


def history(night: Night, count: Count) -> SeatHistory | None:
    """The polls of a seat before the night, and the night's own once it is declared; None if that is fewer than two."""
    definition, result = night.definition, count.result
    day = polled_on(definition, count.contest.ballot)
    polls = list(polls_before(count.contest.gss, day))
    if result and not result.unopposed:
        kind = "by-election" if is_by_election(count.contest.ballot) else "general"
        here = Poll(kind, definition.title, day, definition.id)
        polls.append(polled(here, count.contest, result, night.parties))
    if len(polls) < 2:
        return None
    shown = _parties(polls)
    rows = [
        PollRow(
            polled=past,
            shares=tuple(part_of(past.votes[party], past.valid) if party in past.votes else None for party in shown),
            now=past.poll.night == definition.id,
        )
        for past in polls
    ]
    names = {party_id: party for past in polls for party_id, party in past.parties.items()} | night.parties
    return SeatHistory(tuple(names[party] for party in shown), tuple(rows), _chart(shown, rows))


def basis(opened: Definition, baseline: str, count: Count) -> Basis:
    """The poll that a contest is counted from by a baseline's key; ``opened`` is the night as it was opened."""
    before = poll(opened, baseline, count.contest)
    if before is None or before.night is None:
        return Basis(before, None)
    polls = polls_before(count.contest.gss, polled_on(opened, count.contest.ballot))
    return Basis(before, next((past.ballot for past in polls if past.poll.night == before.night), None))


def _parties(polls: Sequence[Polled]) -> list[str]:
    """The parties to show: winners of any of the polls, then those with the highest share at any of them.

    A party must have kept a deposit (more than 5%, Representation of the People Act 1983, Schedule 1, rule 53) at one
    of them. They are in the order of their votes at the newest poll.
    """
    best: dict[str, tuple[bool, Fraction]] = {}
    for past in polls:
        for party, votes in past.votes.items():
            best[party] = max(best.get(party, (False, Fraction(0))), (party == past.winner, part_of(votes, past.valid)))
    kept = [party for party, (_, share) in best.items() if share * 20 > 1]
    shown = sorted(kept, key=best.__getitem__, reverse=True)[:_PARTIES_SHOWN]
    return sorted(shown, key=lambda party: [-past.votes.get(party, -1) for past in reversed(polls)])


def _chart(parties: Sequence[str], rows: Sequence[PollRow]) -> Chart:
    columns = [_LEFT + (_RIGHT - _LEFT) * place // (len(rows) - 1) for place in range(len(rows))]
    most = max(share for row in rows for share in row.shares if share is not None)
    top = max(40, ceil(most * 10) * 10)

    def height(share: Fraction) -> int:
        return round(_BOTTOM - share * 100 / top * (_BOTTOM - _TOP))

    lines = [
        [
            (x, height(share)) if (share := row.shares[place]) is not None else None
            for x, row in zip(columns, rows, strict=True)
        ]
        for place in range(len(parties))
    ]
    marks = [tuple(point for point in line if point) for line in lines]
    labels = _labels([points[-1] for points in marks])
    return Chart(
        columns=tuple(columns),
        rules=tuple((height(Fraction(per_cent, 100)), per_cent) for per_cent in range(0, top + 1, 20)),
        series=tuple(
            PartySeries(points, _path(line) if has_a_past(party) else "", label)
            for party, line, points, label in zip(parties, lines, marks, labels, strict=True)
        ),
    )


def _path(line: Sequence[tuple[int, int] | None]) -> str:
    """An SVG path from point to point, broken where the party did not stand."""
    return "".join(
        f"{'L' if before else 'M'}{point[0]} {point[1]}"
        for before, point in zip((None, *line), line, strict=False)
        if point
    )


def _labels(ends: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """A place beside the last point of each line, moved up where two labels would overlap."""
    placed: dict[int, int] = {}
    for column in {x for x, _ in ends}:
        lowest = _BOTTOM
        for y, place in sorted(((y, place) for place, (x, y) in enumerate(ends) if x == column), reverse=True):
            placed[place] = min(y, lowest)
            lowest = placed[place] - _LINE
    return [(x + _BESIDE, placed[place]) for place, (x, _) in enumerate(ends)]
