"""The state of the parties on a night of several by-elections: the House as it was elected, how they moved it, and that
as a drawing. No HTML, no words."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

from msgspec import Struct

from server.election.contests import Definition
from server.election.nights import Night
from server.election.parties import Party
from server.election.results.parliament import State, Step, polled_on, polls_of, state
from server.nights import archive
from server.pages.analysis.record_book import whole

_LEFT, _RIGHT, _TOP, _SEAT, _BESIDE = 26, 290, 12, 22, 6  # in a drawing 360 wide; a seat is so high
_LEAST = 3  # seats above and below the line, at least: so many and nothing moves
_LINE = 13  # between two labels, one above the other
_DOTS, _DOT = 26, 9  # below the lowest line, and between two by-elections


class Row(Struct, frozen=True):
    """A party of the House: its seats at the general election and now."""

    party: Party
    elected: int
    now: int


class Line(Struct, frozen=True):
    """What a party has won and lost since, as a ``path`` in steps; where its ``label`` stands, and ``change``."""

    party: Party
    path: str
    label: tuple[int, int]
    change: int


class Dot(Struct, frozen=True):
    """A by-election of the night or before it; ``party`` is who won it, "" before it is declared."""

    x: int
    y: int
    party: str
    moved: bool


class Drawing(Struct, frozen=True):
    """``rules`` are heights with their change in seats, ``years`` where one begins; ``zero`` is the height of none."""

    height: int
    zero: int
    rules: tuple[tuple[int, int], ...]
    years: tuple[tuple[int, int], ...]
    lines: tuple[Line, ...]
    dots: tuple[Dot, ...]


class House(Struct, frozen=True):
    """``parties`` are those of all these nights by id, ``newest`` the last declared of the night itself, several where
    they came at one moment; ``moves`` are the steps on which a seat changed party; ``bar`` has party, start and
    length."""

    state: State
    parties: dict[str, Party]
    rows: tuple[Row, ...]
    bar: tuple[tuple[str, int, int], ...]
    seats: int
    newest: tuple[Step, ...]
    moves: tuple[Step, ...]
    drawing: Drawing


def has_house(definition: Definition) -> bool:
    """Whether a night is of several by-elections, of a Parliament whose others are shipped."""
    contests = definition.contests
    return len(contests) > 1 and not definition.seats and all(one.ballot in _shipped() for one in contests)


def house_of(night: Night) -> House:
    """The House as a night stands that has one."""
    first, last = polls_of(night.definition)
    earlier = [one for one in archive.listed() if one.date < first]
    general = next(one for one in earlier if one.seats)
    nights = [whole(general.id), *(whole(one.id) for one in earlier if general.date < one.date)]
    found = state(nights, night)
    assert found is not None, "a general election is shipped before every by-election"
    parties = {party.id: party for one in (*nights, night) for party in one.definition.parties}
    every = (*found.elected, *(party for party in found.now if party not in found.elected))
    rows = [Row(parties[party], found.elected.get(party, 0), found.now.get(party, 0)) for party in every]
    rows.sort(key=lambda row: (-row.now, -row.elected, row.party.name))
    bar: list[tuple[str, int, int]] = []
    for row in rows:
        bar.append((row.party.id, sum(length for _, _, length in bar), row.now))
    own = [(one, one.count.last.at) for one in found.steps if one.own and one.count.last]
    last_at = max((at for _, at in own), default=None)
    return House(
        state=found,
        parties=parties,
        rows=tuple(rows),
        bar=tuple(bar),
        seats=general.seats,
        newest=tuple(one for one, at in own if at == last_at),
        moves=tuple(one for one in found.steps if one.moved),
        drawing=_drawing(night, found, parties, last),
    )


def _drawing(night: Night, found: State, parties: dict[str, Party], last: date) -> Drawing:
    wide, days = _RIGHT - _LEFT, (last - found.since).days

    def across(day: date) -> int:
        return _LEFT + wide * (day - found.since).days // days

    lines = {party: [(_LEFT, 0)] for step in found.steps if step.moved for party in (step.before, step.after)}
    for step in found.steps:
        for party, points in lines.items():
            points.append((across(step.date), step.seats.get(party, 0) - found.elected.get(party, 0)))
    most = max(_LEAST, *(abs(change) for points in lines.values() for _, change in points), 0)
    zero = _TOP + most * _SEAT
    labels = _labels({party: (points[-1][0], zero - points[-1][1] * _SEAT) for party, points in lines.items()})
    polls = {step.count.contest.ballot: (step.date, step.after, step.moved) for step in found.steps}
    for contest in night.definition.contests:
        polls.setdefault(contest.ballot, (polled_on(night.definition, contest.ballot), "", False))
    dots: list[Dot] = []
    ends: list[int] = []  # of each row of dots
    for day, party, moved in sorted(polls.values(), key=lambda one: one[0]):
        x = across(day)
        row = next((row for row, end in enumerate(ends) if end + _DOT <= x), len(ends))
        ends[row : row + 1] = [x]
        dots.append(Dot(x, zero + most * _SEAT + _DOTS + row * _DOT, party, moved))
    return Drawing(
        height=max(dot.y for dot in dots) + _DOTS,
        zero=zero,
        rules=tuple((zero - change * _SEAT, change) for change in range(-most, most + 1)),
        years=tuple((across(date(year, 1, 1)), year) for year in range(found.since.year + 1, last.year + 1)),
        lines=tuple(
            Line(parties[party], _path(points, zero), labels[party], points[-1][1]) for party, points in lines.items()
        ),
        dots=tuple(dots),
    )


def _path(points: Sequence[tuple[int, int]], zero: int) -> str:
    """From the first by-election that moved the party on, up or down on each that did, and a little beyond the last."""
    first = next(place for place, (_, change) in enumerate(points) if change)
    path, height = f"M{points[first][0]} {zero}", 0
    for x, change in points[first:]:
        if change != height:
            path, height = f"{path}H{x}V{zero - change * _SEAT}", change
    return f"{path}H{points[-1][0] + _BESIDE}"


def _labels(ends: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """A place beside the end of each line, higher where two would stand on one another."""
    placed: dict[str, tuple[int, int]] = {}
    free = max((y for _, y in ends.values()), default=0)
    for party, (x, y) in sorted(ends.items(), key=lambda one: -one[1][1]):
        placed[party] = (x + 2 * _BESIDE, min(y, free))
        free = min(y, free) - _LINE
    return placed


@cache
def _shipped() -> frozenset[str]:
    return frozenset(one.id for one in archive.listed() if not one.seats)
