"""Puts together two sheets that were made from one, where two people typed at once. Nothing is checked here."""

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from server.nights.coming.sheet import Sheet, TypedCandidate, fields, with_fields

_Rows = Sequence[TypedCandidate]
_PARTS = ("surname", "first_names", "party", "new", "description", "sitting")


def merged(base: Sheet, theirs: Sheet, mine: Sheet) -> Sheet:
    """Their sheet with what I changed since ``base``.

    Candidates are followed by what their rows say, not by the numbers of the rows: what I changed of one stays with
    that one where they sorted the rows or took one out. Those whom I added come last.
    """
    was = fields(base)
    of_rows = 2  # points in the name of a candidate's field
    changed = {
        name: text for name, text in fields(mine).items() if name.count(".") < of_rows and text != was.get(name, "")
    }
    contests = list(theirs.contests)
    for place, (before, their, my) in enumerate(zip(base.contests, contests, mine.contests, strict=False)):
        contests[place] = replace(their, candidates=_rows(before.candidates, their.candidates, my.candidates))
    return with_fields(replace(theirs, contests=tuple(contests)), changed)


def _rows(base: _Rows, theirs: _Rows, mine: _Rows) -> tuple[TypedCandidate, ...]:
    their, my = _followed(base, theirs), _followed(base, mine)
    began = {row: before for before, row in their.items()}
    placed: list[tuple[int, TypedCandidate]] = []  # the row in which I have somebody, and what is said of them
    for row, one in enumerate(theirs):
        before = began.get(row)
        if before is None:
            placed.append((len(mine), one))  # they have added it
        elif before in my:
            placed.append((my[before], _with_changes(one, base[before], mine[my[before]])))
        elif _texts(one) != _texts(base[before]):
            placed.append((len(mine), one))  # I have taken it out, and they have changed it
    for before, row in my.items():
        if before not in their and _texts(mine[row]) != _texts(base[before]):
            placed.append((row, mine[row]))  # they have taken it out, and I have changed it
    if list(my.values()) != sorted(my.values()):
        placed.sort(key=lambda one: one[0])  # I have put the rows into another order
    there = [one for _, one in placed]
    known = {_texts(one) for one in there}
    added = [one for row, one in enumerate(mine) if row not in my.values() and _texts(one) not in known]
    return (*there, *added)


def _followed(base: _Rows, later: _Rows) -> dict[int, int]:
    """Row of ``base`` → the row of the same candidate in ``later``, for all who are still there."""
    found: dict[int, int] = {}
    free = dict(enumerate(later))

    def follow(is_same: Callable[[int, int], bool]) -> None:
        for row in range(len(base)):
            same = [there for there in free if row not in found and is_same(row, there)]
            if same:
                found[row] = min(same, key=lambda there: abs(there - row))
                del free[found[row]]

    follow(lambda row, there: _texts(base[row]) == _texts(later[there]))
    follow(lambda row, there: _in_common(base[row], later[there]) > 1)
    follow(lambda row, there: bool(base[row].surname) and base[row].surname == later[there].surname)
    follow(lambda row, there: row == there)
    return dict(sorted(found.items()))


def _with_changes(theirs: TypedCandidate, before: TypedCandidate, mine: TypedCandidate) -> TypedCandidate:
    changed = {name: getattr(mine, name) for name in _PARTS if getattr(mine, name) != getattr(before, name)}
    return replace(theirs, **changed)


def _in_common(one: TypedCandidate, other: TypedCandidate) -> int:
    """How much of surname, first names and party two rows have in common."""
    return sum(a == b != "" for a, b in zip(_texts(one)[:3], _texts(other)[:3], strict=True))


def _texts(one: TypedCandidate) -> tuple[str, ...]:
    return tuple(getattr(one, name) for name in _PARTS)
