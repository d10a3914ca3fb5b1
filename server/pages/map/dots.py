"""The small map of a night: a dot a seat, one SVG path a party, a kilobyte for the whole House. No HTML, no links.

A path's stroke is dashed with dashes of no length and round ends, so that a run of neighbouring seats of one party is
one move and one line. The style sheets have the strokes.
"""

from collections.abc import Callable, Iterable

from msgspec import Struct

from server.election.contests import Definition
from server.election.counts import Count
from server.election.nights import Night
from server.election.once import once
from server.nights.layout import Cell
from server.pages.map.hexagons import HIGH, WIDE, has_map, layout_of

STEP, ROW, MARGIN = 8, 7, 5  # between two dots, between two rows, around all dots: a regular hexagon is 8 by 6.93

OPEN = ""  # instead of a party: the seats that nobody has yet


class Dots(Struct, frozen=True):
    """A small map: ``box`` is its viewBox, ``paths`` have party and path, ``pale`` says that the parties are those that
    held the seats before, because nothing is declared yet."""

    box: str
    paths: tuple[tuple[str, str], ...]
    pale: bool


@once
def dots(night: Night) -> Dots | None:
    """The small map of a night in its present state; None if the night has no map."""
    if not has_map(night.definition):
        return None
    pale = not night.declared
    return _dots(night, _holder if pale else _winner, pale)


@once
def held(definition: Definition) -> tuple[tuple[str, str], ...]:
    """Party and path of those that held the seats at the baseline, in the lengths of the large map."""
    cells = layout_of(definition).cells
    by_party: dict[str, list[Cell]] = {}
    for contest in definition.contests:
        if contest.previous:
            by_party.setdefault(contest.previous.holder, []).append(cells[contest.gss])
    return tuple((party, _path(cells, 2 * WIDE, 3 * HIGH)) for party, cells in sorted(by_party.items()))


def _dots(night: Night, party_of: Callable[[Count], str], pale: bool) -> Dots:
    cells = layout_of(night.definition).cells
    by_party: dict[str, list[Cell]] = {}
    for count in night.counts.values():
        by_party.setdefault(party_of(count), []).append(cells[count.contest.gss])
    # The frame is that of all seats of the layout: a few by-elections are shown where they are.
    paths = tuple((party, _path(some, STEP, ROW)) for party, some in sorted(by_party.items()))
    return Dots(_box(cells.values()), paths, pale)


def _winner(count: Count) -> str:
    return count.result.verdict.winner if count.result else OPEN


def _holder(count: Count) -> str:
    return count.contest.previous.holder if count.contest.previous else OPEN


def _box(cells: Iterable[Cell]) -> str:
    places = [_place(cell, STEP, ROW) for cell in cells]
    x, y = min(x for x, _ in places) - MARGIN, min(y for _, y in places) - MARGIN
    width, height = max(x for x, _ in places) + MARGIN - x, max(y for _, y in places) + MARGIN - y
    return f"{x} {y} {width} {height}"


def _path(cells: Iterable[Cell], step: int, row: int) -> str:
    """Each run of neighbours in a row as one line, from the first dot to just beyond the last."""
    runs: list[tuple[int, int, int]] = []
    for y, x in sorted((y, x) for x, y in (_place(cell, step, row) for cell in cells)):
        if runs and runs[-1][1] == y and runs[-1][0] + runs[-1][2] + step == x:
            runs[-1] = (runs[-1][0], y, runs[-1][2] + step)
        else:
            runs.append((x, y, 0))
    return "".join(f"M{x} {y}h{length + 1}" for x, y, length in runs)


def _place(cell: Cell, step: int, row: int) -> tuple[int, int]:
    return cell.centre.x * step // 2, cell.row * row
