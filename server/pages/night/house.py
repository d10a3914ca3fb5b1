"""The state of the parties on a night of several by-elections: the House as it was elected, how by-elections changed
it, and a drawing of that. No HTML, no words."""

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

_LEFT, _RIGHT, _TOP, _SEAT, _BESIDE = 26, 290, 12, 22, 6  # in a drawing 360 wide; _SEAT is the height of a seat
_LEAST = 3  # seats that there is always room for above and below the line, so that small changes move nothing
_LINE = 13  # between two labels, one above the other
_DOTS, _DOT = 26, 9  # from the lowest line to the first dots, and between two dots


class HouseRow(Struct, frozen=True):
    """A party of the House: its seats at the general election and now."""

    party: Party
    elected: int
    now: int


class PartyLine(Struct, frozen=True):
    """The seats a party has won and lost since: ``path`` in steps, the place of its ``label``, ``change`` in all."""

    party: Party
    path: str
    label: tuple[int, int]
    change: int


class PollDot(Struct, frozen=True):
    """A by-election of the night or before it: ``party`` won it, "" before it is declared."""

    x: int
    y: int
    party: str
    moved: bool


class HouseDrawing(Struct, frozen=True):
    """The lines and dots: ``rules`` are heights with their change in seats, ``years`` the x where each year begins.

    ``zero`` is the height of no change.
    """

    height: int
    zero: int
    rules: tuple[tuple[int, int], ...]
    years: tuple[tuple[int, int], ...]
    lines: tuple[PartyLine, ...]
    dots: tuple[PollDot, ...]


class StateOfParties(Struct, frozen=True):
    """The state of the parties in the House.

    ``parties`` are those of all its nights, by id. ``newest`` are the steps of the night itself that were declared
    last, several if they came at one moment. ``moves`` are the steps at which a seat changed party. ``bar`` has party,
    start and length of each stretch, in seats.
    """

    state: State
    parties: dict[str, Party]
    rows: tuple[HouseRow, ...]
    bar: tuple[tuple[str, int, int], ...]
    seats: int
    newest: tuple[Step, ...]
    moves: tuple[Step, ...]
    drawing: HouseDrawing


def has_house(definition: Definition) -> bool:
    """Whether a night is of several by-elections, each of which is also shipped as a night of its own."""
    contests = definition.contests
    return len(contests) > 1 and not definition.seats and all(contest.ballot in _shipped() for contest in contests)


def house_of(night: Night) -> StateOfParties:
    """The House in the present state of a night that has one (``has_house``)."""
    first, last = polls_of(night.definition)
    earlier = [past for past in archive.of_the_house() if past.date < first]
    general = next(past for past in earlier if past.seats)
    nights = [whole(general.id), *(whole(past.id) for past in earlier if general.date < past.date)]
    house = state(nights, night)
    assert house is not None, "a general election is shipped before every by-election"
    parties = {party.id: party for past in (*nights, night) for party in past.definition.parties}
    every = (*house.elected, *(party for party in house.now if party not in house.elected))
    rows = [HouseRow(parties[party], house.elected.get(party, 0), house.now.get(party, 0)) for party in every]
    rows.sort(key=lambda row: (-row.now, -row.elected, row.party.name))
    bar: list[tuple[str, int, int]] = []
    for row in rows:
        bar.append((row.party.id, sum(length for _, _, length in bar), row.now))
    own = [(step, step.count.last.at) for step in house.steps if step.own and step.count.last]
    last_at = max((at for _, at in own), default=None)
    return StateOfParties(
        state=house,
        parties=parties,
        rows=tuple(rows),
        bar=tuple(bar),
        seats=general.seats,
        newest=tuple(step for step, at in own if at == last_at),
        moves=tuple(step for step in house.steps if step.moved),
        drawing=_drawing(night, house, parties, last),
    )


def _drawing(night: Night, house: State, parties: dict[str, Party], last: date) -> HouseDrawing:
    wide, days = _RIGHT - _LEFT, (last - house.since).days

    def across(day: date) -> int:
        return _LEFT + wide * (day - house.since).days // days

    lines = {party: [(_LEFT, 0)] for step in house.steps if step.moved for party in (step.before, step.after)}
    for step in house.steps:
        for party, points in lines.items():
            points.append((across(step.date), step.seats.get(party, 0) - house.elected.get(party, 0)))
    most = max(_LEAST, *(abs(change) for points in lines.values() for _, change in points), 0)
    zero = _TOP + most * _SEAT
    labels = _labels({party: (points[-1][0], zero - points[-1][1] * _SEAT) for party, points in lines.items()})
    polls = {step.count.contest.ballot: (step.date, step.after, step.moved) for step in house.steps}
    for contest in night.definition.contests:
        polls.setdefault(contest.ballot, (polled_on(night.definition, contest.ballot), "", False))
    dots: list[PollDot] = []
    ends: list[int] = []  # the x of the last dot in each row of dots
    for day, party, moved in sorted(polls.values(), key=lambda poll: poll[0]):
        x = across(day)
        row = next((row for row, end in enumerate(ends) if end + _DOT <= x), len(ends))
        ends[row : row + 1] = [x]
        dots.append(PollDot(x, zero + most * _SEAT + _DOTS + row * _DOT, party, moved))
    return HouseDrawing(
        height=max(dot.y for dot in dots) + _DOTS,
        zero=zero,
        rules=tuple((zero - change * _SEAT, change) for change in range(-most, most + 1)),
        years=tuple((across(date(year, 1, 1)), year) for year in range(house.since.year + 1, last.year + 1)),
        lines=tuple(
            PartyLine(parties[party], _path(points, zero), labels[party], points[-1][1])
            for party, points in lines.items()
        ),
        dots=tuple(dots),
    )


def _path(points: Sequence[tuple[int, int]], zero: int) -> str:
    """An SVG path from the first by-election that changed the party's seats to a little beyond the last, in steps."""
    first = next(place for place, (_, change) in enumerate(points) if change)
    path, height = f"M{points[first][0]} {zero}", 0
    for x, change in points[first:]:
        if change != height:
            path, height = f"{path}H{x}V{zero - change * _SEAT}", change
    return f"{path}H{points[-1][0] + _BESIDE}"


def _labels(ends: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """A place beside the end of each line, moved up where two labels would overlap."""
    placed: dict[str, tuple[int, int]] = {}
    free = max((y for _, y in ends.values()), default=0)
    for party, (x, y) in sorted(ends.items(), key=lambda end: -end[1][1]):
        placed[party] = (x + 2 * _BESIDE, min(y, free))
        free = min(y, free) - _LINE
    return placed


@cache
def _shipped() -> frozenset[str]:
    return frozenset(night.id for night in archive.of_the_house() if not night.seats)
