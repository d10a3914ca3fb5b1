"""What is wrong with files: each thing with its line, and all of it summed up so that somebody can read it."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

MOST_SHOWN = 100
_MANY = 4  # things of one cause are said once from here on


class Problem(Struct, frozen=True):
    """One thing wrong with a file; ``line`` is 0 where it is the file as a whole.

    ``cause`` is the same for all problems of one kind in a file, "" where the sentence itself is the cause.
    """

    file: str
    line: int
    sentence: str
    cause: str = ""

    def __str__(self) -> str:
        where = f", line {self.line}" if self.line else ""
        return f"{self.file}{where}: {self.sentence}"


def summed_up(problems: Iterable[Problem]) -> list[str]:
    """Sentences for somebody to read: what many rows share is said once and first, the rest in its order; at most
    ``MOST_SHOWN``, and then how many more there are."""
    causes: dict[tuple[str, str], list[Problem]] = {}
    for one in problems:
        causes.setdefault((one.file, one.cause or one.sentence), []).append(one)
    many = sorted((same for same in causes.values() if len(same) >= _MANY), key=len, reverse=True)
    few = [one for same in causes.values() if len(same) < _MANY for one in same]
    said = [_of_many(same) for same in many] + list(map(str, few))
    left = len(said) - MOST_SHOWN
    return said[:MOST_SHOWN] + ([f"{left:,} more like these are not shown."] if left > 0 else [])


def _of_many(same: Sequence[Problem]) -> str:
    first = same[0]
    return f"{first.file}, {len(same):,} rows, the first on line {first.line}: {first.sentence}"
