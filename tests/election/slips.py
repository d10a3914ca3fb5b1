"""Slips of the hand made in real results, and what the checks say to them: `python -m tests.election.slips`."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from functools import cache
from random import Random

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from server.election.contests import Contest
from server.election.counting.acts import Apart, SheetKeyed, Stamp
from server.election.counting.figures.again import asked_again
from server.election.counting.figures.doubts import doubts_about_figures
from server.election.counting.figures.expected import Changes, changes_in, expected_from
from server.election.counting.figures.fields import number_at
from server.election.deciding.checks import check_figures
from server.election.events import Declared
from server.election.methods.figures import MoreFigures, Rejected
from server.nights.archive import PastNight, listed, load

SEED = 20191212
NUMBER = 1000


class Sheet(Struct, frozen=True):
    """The numbers one person enters: candidate id → votes, and the papers rejected; None or left out is empty."""

    votes: dict[str, int]
    rejected: int | None

    @property
    def rows(self) -> dict[str, int]:
        """All rows that are filled."""
        return self.votes if self.rejected is None else {**self.votes, "rejected": self.rejected}


class Slip(Struct, frozen=True):
    """One slip: what kind it is, where, and the sheet as it should be and as it was entered.

    ``expected`` are the shares to be expected by what was declared before on that night.
    """

    kind: str
    contest: Contest
    right: Sheet
    wrong: Sheet
    expected: dict[str, Fraction] = {}

    @property
    def papers(self) -> int:
        """The ballot papers verified, which are right."""
        return sum(self.right.rows.values())

    @property
    def alone(self) -> str:
        """What becomes of it when one person enters: refused, doubted, found as it is keyed again, or let through."""
        rejected = None if self.wrong.rejected is None else Rejected(self.wrong.rejected)
        votes = self.wrong.votes
        if check_figures(self.contest, votes, rejected, self.papers, None, must_reconcile=True):
            return "refused"
        doubts = doubts_about_figures(self.contest, votes, rejected, self.papers, expected=self.expected)
        if doubts:
            return "doubted"
        sheets = (keyed(one.votes, Rejected(one.rejected or 0)) for one in (self.wrong, self.right))
        return "keyed again" if is_found_again(self.contest, *sheets) else "let through"

    @property
    def elects_another(self) -> bool:
        """Whether the sheet as it was entered has another with the most votes."""
        return max(self.wrong.votes, key=self.wrong.votes.__getitem__) != max(
            self.right.votes, key=self.right.votes.__getitem__
        )

    @property
    def found_by_another(self) -> bool:
        """Whether a second person, whose sheet is right, finds it."""
        return self.wrong != self.right


class RealResult(Struct, frozen=True):
    """A result whose rejected papers are known, and the changes in the seats that were ``declared`` before it."""

    contest: Contest
    sheet: Sheet
    declared: Sequence[tuple[str, Changes]]


def results(night: PastNight) -> Iterator[RealResult]:
    """The results of a night, in the order in which they were declared."""
    contests = {one.ballot: one for one in night.definition.contests}
    declared: tuple[tuple[str, Changes], ...] = ()
    for event in night.events:
        if isinstance(event, Declared) and event.rejected is not None:
            contest = contests[event.ballot]
            yield RealResult(contest, Sheet(event.votes, event.rejected.total), declared)
            declared = (*declared, (contest.region, changes_in(contest, event.votes)))


def slips(number: int, seed: int) -> Iterator[Slip]:
    """Single slips in results of the general election of 2019 and of the by-elections, each kind in its turn."""
    nights = [one.id for one in listed() if one.id == "parl.2019-12-12" or ".by." in one.id]
    sheets = [result for night in sorted(nights) for result in results(load(night))]
    random = Random(seed)
    kinds = list(KINDS.items())
    for turn in range(number):
        kind, make = kinds[turn % len(kinds)]
        real = random.choice(sheets)
        contest, right = real.contest, real.sheet
        yield Slip(kind, contest, right, make(random, right), expected_from(real.declared, contest))


@cache
def made_once() -> tuple[Slip, ...]:
    """Those that are measured."""
    return tuple(slips(NUMBER, SEED))


def table() -> str:
    """What becomes of the slips, by kind, as Markdown, and how many let through would have elected another."""
    made = made_once()
    lines = as_table([(slip.kind, slip.alone, slip.found_by_another) for slip in made])
    elects = [slip for slip in made if slip.elects_another]
    through = sum(slip.alone == "let through" for slip in elects)
    once = sum(slip.alone in ("keyed again", "let through") for slip in elects)
    alone = (
        f"Of these {NUMBER:,} slips {len(elects)} would elect another. One person who keyed only once would let {once} "
        f"of them through; who keys again, {through}"
    )
    return f"{lines}\n\n{alone}; two people, none."


def keyed(
    votes: dict[str, int],
    rejected: Rejected,
    more: MoreFigures | UnsetType = UNSET,
    apart: Apart | UnsetType = UNSET,
) -> SheetKeyed:
    """The sheet that an officer sends with these figures."""
    stamp = Stamp(seq=1, at=datetime.min.replace(tzinfo=UTC), by="", invitation="", device="", command_id="")
    figures = {"votes": votes, "rejected": rejected, "lot": None, "reasons": {}, "more": more, "apart": apart}
    return SheetKeyed(**stamp, ballot="", role="officer", round=0, replaces=0, **figures)  # type: ignore[arg-type]


def is_found_again(contest: Contest, wrong: SheetKeyed, right: SheetKeyed) -> bool:
    """Whether one person finds it who reads the paper once more, and keys again what is asked for."""
    asked = asked_again(contest.rules.keyed, contest.seats, wrong)
    return any(number_at(wrong, field) != number_at(right, field) for field in asked)


def as_table(made: Sequence[tuple[str, str, bool]]) -> str:
    """A row for each kind, of slips with what becomes of them alone and whether another person finds them."""
    lines = [
        "| slip | made | one person: refused | wants a reason | found as it is keyed again | let through "
        "| two people: found | let through |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for kind in dict.fromkeys(kind for kind, *_ in made):
        some = [slip for slip in made if slip[0] == kind]
        alone, found = Counter(becomes for _, becomes, _ in some), sum(is_found for *_, is_found in some)
        becomes = ("refused", "doubted", "keyed again", "let through")
        numbers = (*(alone[one] for one in becomes), found, len(some) - found)
        lines.append(f"| {kind} | {len(some)} | {' | '.join(map(str, numbers))} |")
    return "\n".join(lines)


def _a_digit_dropped(random: Random, sheet: Sheet) -> Sheet:
    row, digits = _some_row(random, sheet, lambda digits: len(digits) > 1)
    place = random.randrange(len(digits))
    return _entered(sheet, row, digits[:place] + digits[place + 1 :])


def _a_digit_doubled(random: Random, sheet: Sheet) -> Sheet:
    row, digits = _some_row(random, sheet, lambda digits: digits != "0")
    place = random.randrange(len(digits))
    return _entered(sheet, row, digits[:place] + digits[place] + digits[place:])


def _two_digits_exchanged(random: Random, sheet: Sheet) -> Sheet:
    row, digits = _some_row(random, sheet, lambda digits: len(set(digits)) > 1)
    places = [place for place in range(len(digits) - 1) if digits[place] != digits[place + 1]]
    place = random.choice(places)
    exchanged = digits[place + 1] + digits[place]
    return _entered(sheet, row, digits[:place] + exchanged + digits[place + 2 :])


def _two_rows_exchanged(random: Random, sheet: Sheet) -> Sheet:
    votes = sheet.votes
    pairs = [(one, two) for one in votes for two in votes if one < two and votes[one] != votes[two]]
    one, two = random.choice(pairs)
    return replace(sheet, votes={**votes, one: votes[two], two: votes[one]})


def _a_row_left_empty(random: Random, sheet: Sheet) -> Sheet:
    row = random.choice(list(sheet.rows))
    if row == "rejected":
        return replace(sheet, rejected=None)
    return replace(sheet, votes={one: number for one, number in sheet.votes.items() if one != row})


def _some_row(random: Random, sheet: Sheet, fits: Callable[[str], bool]) -> tuple[str, str]:
    return random.choice([(row, str(number)) for row, number in sheet.rows.items() if fits(str(number))])


def _entered(sheet: Sheet, row: str, digits: str) -> Sheet:
    if row == "rejected":
        return replace(sheet, rejected=int(digits))
    return replace(sheet, votes={**sheet.votes, row: int(digits)})


KINDS: dict[str, Callable[[Random, Sheet], Sheet]] = {
    "a digit dropped": _a_digit_dropped,
    "a digit doubled": _a_digit_doubled,
    "two neighbouring digits exchanged": _two_digits_exchanged,
    "two rows exchanged": _two_rows_exchanged,
    "a row left empty": _a_row_left_empty,
}


def main() -> None:
    """Print the table."""
    print(table())


if __name__ == "__main__":
    main()
