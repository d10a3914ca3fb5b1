"""Sixteen kinds of slips in the sheets of tables and boxes, single, double and by tables: `python -m
tests.election.table_slips`.

The papers verified are right. A slip is one person's: of two who key the same sheet, the other is right.
"""

from collections.abc import Callable, Iterator
from functools import cache
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from server.election.contests import Contest
from server.election.counting.figures.doubts import doubts_about_figures
from server.election.deciding.checks import check_figures
from server.election.methods.figures import Rejected
from server.nights.archive import listed, load
from tests.election.slips import NUMBER, SEED, is_found_again, keyed, results

TABLES, BUNDLE = 6, 50
Rows = dict[str, int]
"""Candidate id, or a head of rejected papers ("rejected 0" to "rejected 3"), or "given" → the number typed."""


class Count(Struct, frozen=True):
    """A contest as its tables typed it, each on a sheet of its own."""

    contest: Contest
    tables: tuple[Rows, ...]

    @property
    def whole(self) -> Rows:
        """All tables added up."""
        return {row: sum(table.get(row, 0) for table in self.tables) for row in self.tables[0]}

    def winner(self, rows: Rows) -> str:
        """Who has the most votes in these rows."""
        return max(_votes(self, rows), key=_votes(self, rows).__getitem__)


def counts(number: int, seed: int) -> Iterator[tuple[str, Count, Count]]:
    """Kind, the count as it is and as it was typed with one slip, each kind in its turn."""
    nights = [one.id for one in listed() if one.id == "parl.2019-12-12" or ".by." in one.id]
    sheets = [result for night in sorted(nights) for result in results(load(night))]
    random, kinds = Random(seed), list(KINDS.items())
    made = 0
    while made < number:
        kind, make = kinds[made % len(kinds)]
        result = random.choice(sheets)
        right = _dealt(random, result.contest, result.sheet.votes, result.sheet.rejected or 0)
        place = random.randrange(TABLES)
        wrong = make(random, right, place)
        if wrong is not None and wrong != right:
            made += 1
            yield kind, right, wrong


@cache
def made_once() -> tuple[tuple[str, Count, Count], ...]:
    """Those that are measured."""
    return tuple(counts(NUMBER, SEED))


def single(right: Count, wrong: Count) -> str:
    """What becomes of the slip where one person keys the whole sheet, in which only the table's part is wrong."""
    if wrong.whole | {"given": 0} == right.whole | {"given": 0}:
        return "not there"  # nobody types what a table was given
    return _checked(right, wrong.whole)


def by_tables(right: Count, wrong: Count) -> str:
    """What becomes of it where one person keys each table, and the sheet is their sum."""
    for table in wrong.tables:
        if sum(number for row, number in table.items() if row != "given") != table["given"]:
            return "refused"
    if wrong.whole["given"] != right.whole["given"]:
        return "refused"
    return _checked(right, wrong.whole)


def table() -> str:
    """What becomes of the slips by kind, as Markdown, and through how many another winner went."""
    lines = [
        "| slip | made | single: refused | wants a reason | found again | through | double: through "
        "| tables, one each: refused | wants a reason | found again | through | tables, two each: through |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    another = {"single": 0, "double": 0, "tables": 0, "tables by two": 0}
    rows: dict[str, list[tuple[str, str, bool, bool]]] = {}
    for kind, right, wrong in made_once():
        alone, tables = single(right, wrong), by_tables(right, wrong)
        whole = alone in OUTCOMES[1:] and wrong.whole == right.whole  # two whole sheets that say the same
        each = tables in OUTCOMES[1:] and wrong.tables == right.tables
        rows.setdefault(kind, []).append((alone, tables, whole, each))
        if right.winner(right.whole) != right.winner(wrong.whole):
            another["single"] += alone == "through"
            another["double"] += whole
            another["tables"] += tables == "through"
            another["tables by two"] += each
    for kind, some in rows.items():
        numbers = [len(some)]
        numbers += [sum(one[0] == what for one in some) for what in OUTCOMES] + [sum(one[2] for one in some)]
        numbers += [sum(one[1] == what for one in some) for what in OUTCOMES] + [sum(one[3] for one in some)]
        lines.append(f"| {kind} | {' | '.join(map(str, numbers))} |")
    told = ", ".join(f"{how} {number}" for how, number in another.items())
    return "\n".join([*lines, "", f"Another winner, and nobody asked why: {told}."])


OUTCOMES = ("refused", "wants a reason", "found again", "through")


def _votes(count: Count, rows: Rows) -> Rows:
    return {one.id: rows[one.id] for one in count.contest.polled if one.id in rows}


def _checked(right: Count, rows: Rows) -> str:
    """What the checks of the contest's sheet say, with the papers verified, which are right."""
    votes, rejected, papers = _votes(right, rows), _rejected(rows), right.whole["given"]
    if check_figures(right.contest, votes, rejected, papers, None, must_reconcile=True):
        return "refused"
    if doubts_about_figures(right.contest, votes, rejected, papers):
        return "wants a reason"
    sheets = (keyed(_votes(right, one), _rejected(one)) for one in (rows, right.whole))
    return "found again" if is_found_again(right.contest, *sheets) else "through"


def _rejected(rows: Rows) -> Rejected:
    heads = [number for row, number in rows.items() if row.startswith("rejected")]
    return Rejected(sum(heads), *heads)


def _dealt(random: Random, contest: Contest, votes: Rows, rejected: int) -> Count:
    """A result dealt to tables, in unequal parts; what is left of each row is at the last."""
    weights = [random.uniform(0.5, 1.5) for _ in range(TABLES)]
    rows = votes | {f"rejected {head}": rejected // 4 + (head < rejected % 4) for head in range(4)}
    tables: list[Rows] = [{} for _ in weights]
    for row, number in rows.items():
        parts = [int(number * weight / sum(weights)) for weight in weights[:-1]]
        for dealt, part in zip(tables, [*parts, number - sum(parts)], strict=True):
            dealt[row] = part
    return Count(contest, tuple([{"given": sum(dealt.values()), **dealt} for dealt in tables]))


def _with(count: Count, place: int, rows: Rows) -> Count:
    return replace(count, tables=(*count.tables[:place], count.tables[place] | rows, *count.tables[place + 1 :]))


Make = Callable[[Random, Count, int], Count | None]


def _in_a_row(change: Callable[[Random, str], str | None]) -> Make:
    """A slip in the digits of one row."""

    def make(random: Random, count: Count, place: int) -> Count | None:
        row = random.choice([row for row in count.tables[place] if row != "given"])
        text = change(random, str(count.tables[place][row]))
        return _with(count, place, {row: int(text)}) if text else None

    return make


def _dropped(random: Random, text: str) -> str | None:
    place = random.randrange(len(text))
    return text[:place] + text[place + 1 :]


def _doubled(random: Random, text: str) -> str:
    place = random.randrange(len(text))
    return text[:place] + text[place] + text[place:]


def _mistyped(random: Random, text: str) -> str:
    place = random.randrange(len(text))
    return text[:place] + random.choice("0123456789") + text[place + 1 :]


def _exchanged(random: Random, text: str) -> str | None:
    if len(text) < 2:
        return None
    place = random.randrange(len(text) - 1)
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def _ten_times(_: Random, text: str) -> str:
    return f"{text}0"


def _among(rows: Callable[[Count], list[str]]) -> Make:
    """Two rows of a kind exchanged."""

    def make(random: Random, count: Count, place: int) -> Count | None:
        one, two = random.sample(rows(count), 2)
        table = count.tables[place]
        return _with(count, place, {one: table[two], two: table[one]})

    return make


def _candidates(count: Count) -> list[str]:
    return [one.id for one in count.contest.polled]


def _heads(count: Count) -> list[str]:
    return [row for row in count.tables[0] if row.startswith("rejected")]


def _slipped(random: Random, count: Count, place: int) -> Count:
    """From one row on, each number is a line too low, and the last is lost."""
    names, table = _candidates(count), count.tables[place]
    start = random.randrange(len(names) - 1)
    moved = {name: table[before] for before, name in zip(names[start:], names[start + 1 :], strict=False)}
    return _with(count, place, {names[start]: 0} | moved)


def _turned(random: Random, count: Count, place: int) -> Count:
    """From one row on all are a line too low, and the last stands in the first of them."""
    names, table = _candidates(count), count.tables[place]
    start = random.randrange(len(names) - 1)
    some = names[start:]
    return _with(count, place, {name: table[some[at - 1]] for at, name in enumerate(some)})


def _by_votes(_: Random, count: Count, place: int) -> Count:
    names, table = _candidates(count), count.tables[place]
    return _with(count, place, dict(zip(names, sorted((table[name] for name in names), reverse=True), strict=True)))


def _misplaced(papers: int) -> Make:
    """Papers keyed in another candidate's row."""

    def make(random: Random, count: Count, place: int) -> Count | None:
        one, two = random.sample(_candidates(count), 2)
        table = count.tables[place]
        return (
            _with(count, place, {one: table[one] - papers, two: table[two] + papers}) if table[one] >= papers else None
        )

    return make


def _of_another_table(random: Random, count: Count, place: int) -> Count:
    """The papers given are those of another table."""
    other = random.choice([one for one in range(TABLES) if one != place])
    return _with(count, place, {"given": count.tables[other]["given"]})


def _twice(random: Random, count: Count, place: int) -> Count:
    """A table's sheet is keyed as another's too."""
    other = random.choice([one for one in range(TABLES) if one != place])
    return _with(count, place, count.tables[other])


def _left_out(_: Random, count: Count, place: int) -> Count:
    """A table is keyed with nothing, as in Putney."""
    return _with(count, place, dict.fromkeys(count.tables[place], 0))


def _rejected_as_vote(random: Random, count: Count, place: int) -> Count | None:
    """Rejected papers are counted in a candidate's row."""
    row, table = random.choice(_candidates(count)), count.tables[place]
    head = random.choice(_heads(count))
    return _with(count, place, {row: table[row] + table[head], head: 0})


KINDS: dict[str, Make] = {
    "a digit dropped": _in_a_row(_dropped),
    "a digit doubled": _in_a_row(_doubled),
    "a digit mistyped": _in_a_row(_mistyped),
    "two neighbouring digits exchanged": _in_a_row(_exchanged),
    "a nought too many": _in_a_row(_ten_times),
    "two rows exchanged": _among(_candidates),
    "two heads exchanged": _among(_heads),
    "a line slipped, the last lost": _slipped,
    "a line slipped, the last on top": _turned,
    "all rows in the order of votes": _by_votes,
    "a bundle of 50 in another's row": _misplaced(BUNDLE),
    "a bundle of 500 in another's row": _misplaced(10 * BUNDLE),
    "rejected papers in a candidate's row": _rejected_as_vote,
    "papers given taken from another table": _of_another_table,
    "a table keyed for another, too": _twice,
    "a table left out": _left_out,
}


def main() -> None:
    """Print the table."""
    print(table())


if __name__ == "__main__":
    main()
