"""Slips of the hand made in real wards of several seats: `python -m tests.election.ward_slips`.

The wards are those of the shipped night of 1 May 2025, whose ballot papers and rejected papers are known. How many
papers were blocks, or rejected in part, nobody published: they are made up, the blocks of a party as half of the votes
of its last candidate.
"""

from collections.abc import Callable, Iterator
from random import Random

from msgspec import UNSET, Struct
from msgspec.structs import replace

from server.election.contests import Contest
from server.election.counting.acts import SheetKeyed
from server.election.counting.figures.apart import Apart, added, check_apart, slates
from server.election.counting.figures.doubts import doubts_about_figures
from server.election.deciding.checks import check_figures
from server.election.events import Declared
from server.election.methods.figures import NOTHING_MORE, MoreFigures, Rejected
from server.nights.archive import load
from tests.election.slips import NUMBER, SEED, as_table, is_found_again, keyed

NIGHT = "local.2025-05-01"
Rows = dict[str, int]
"""The sheet as it is keyed: "votes.3" or "split.3", "block.Labour", "valid_papers", "rejected", "in_part"."""


class Slip(Struct, frozen=True):
    """One slip: what kind it is, where, and the rows as they should be and as they were entered."""

    kind: str
    contest: Contest
    right: Rows
    wrong: Rows

    @property
    def alone(self) -> str:
        """What becomes of it when one person enters: refused, doubted, found as it is keyed again, or let through."""
        rows, papers = self.wrong, self.right["valid_papers"] + self.right["rejected"]
        if self.wrong.keys() != self.right.keys():
            return "refused"  # the form asks for every row
        sheet = self._sheet(rows)
        votes, rejected, apart = sheet.votes, sheet.rejected, sheet.apart
        found = check_figures(self.contest, votes, rejected, papers, None, sheet.more, must_reconcile=True)
        if apart:
            found += check_apart(self.contest, apart, rows["valid_papers"])
        # A tie that the slip makes is asked for its lot, and is told like any other.
        if found:
            return "refused"
        if doubts_about_figures(self.contest, votes, rejected, papers, apart.split if apart else None):
            return "doubted"
        return "keyed again" if is_found_again(self.contest, sheet, self._sheet(self.right)) else "let through"

    def _sheet(self, rows: Rows) -> SheetKeyed:
        """The rows as they are sent, all rejected papers under one head."""
        apart = Apart(under(rows, "block"), under(rows, "split"))
        votes = added(self.contest, apart) if apart.split else under(rows, "votes")
        rejected = Rejected(rows["rejected"], 0, 0, 0, rows["rejected"])
        more = MoreFigures(rows["valid_papers"], rows["in_part"])
        return keyed(votes, rejected, more, apart if apart.split else UNSET)

    @property
    def found_by_another(self) -> bool:
        """Whether a second person, whose sheet is right, finds it."""
        return self.wrong != self.right


def under(rows: Rows, what: str) -> Rows:
    """The numbers of the rows that begin so."""
    return {name[len(what) + 1 :]: number for name, number in rows.items() if name.startswith(f"{what}.")}


def wards(apart: bool) -> list[tuple[Contest, Rows]]:
    """The wards of several seats, in ballot-paper order, whose figures have nothing against them."""
    past = load(NIGHT)
    contests = {one.ballot: one for one in past.definition.contests}
    found: list[tuple[Contest, Rows]] = []
    for event in past.events:
        if not isinstance(event, Declared) or event.rejected is None:
            continue
        contest, valid = contests[event.ballot], (event.more or NOTHING_MORE).valid_papers
        if contest.seats == 1 or valid is None:
            continue
        rows = {f"votes.{candidate}": votes for candidate, votes in event.votes.items()}
        if apart:
            rows = _apart(contest, event.votes)
        rows |= {"valid_papers": valid, "rejected": event.rejected.total, "in_part": valid // 200}
        contest = replace(contest, electorate=0)
        if Slip("", contest, rows, rows).alone == "let through" and (not apart or under(rows, "block")):
            found.append((contest, rows))
    return found


def _apart(contest: Contest, votes: Rows) -> Rows:
    blocks = {party: min(votes[one] for one in slate) // 2 for party, slate in slates(contest).items()}
    of = {one: blocks[party] for party, slate in slates(contest).items() for one in slate}
    split = {f"split.{one}": number - of.get(one, 0) for one, number in votes.items()}
    return {f"block.{party}": papers for party, papers in blocks.items()} | split


def slips(number: int, seed: int, apart: bool) -> Iterator[Slip]:
    """Single slips in the wards, each kind in its turn."""
    random, sheets, kinds = Random(seed), wards(apart), list(KINDS.items())
    for turn in range(number):
        kind, make = kinds[turn % len(kinds)]
        contest, right = random.choice(sheets)
        wrong = make(random, right)
        while wrong == right:  # a ward in which this slip changes nothing
            contest, right = random.choice(sheets)
            wrong = make(random, right)
        yield Slip(kind, contest, right, wrong)


def table(apart: bool) -> str:
    """What becomes of the slips, by kind, as Markdown."""
    return as_table([(slip.kind, slip.alone, slip.found_by_another) for slip in slips(NUMBER, SEED, apart)])


def _digits(change: Callable[[Random, str], str]) -> Callable[[Random, Rows], Rows]:
    def changed(random: Random, rows: Rows) -> Rows:
        row = random.choice(list(rows))
        return {**rows, row: int(change(random, str(rows[row])) or "0")}

    return changed


def _dropped(random: Random, digits: str) -> str:
    place = random.randrange(len(digits))
    return digits[:place] + digits[place + 1 :] if len(digits) > 1 else digits


def _doubled(random: Random, digits: str) -> str:
    place = random.randrange(len(digits))
    return digits[:place] + digits[place] + digits[place:]


def _exchanged(random: Random, digits: str) -> str:
    if len(digits) < len("12"):
        return digits
    place = random.randrange(len(digits) - 1)
    return digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]


def _of_candidates(rows: Rows) -> list[str]:
    return [name for name in rows if name.startswith(("votes.", "split."))]


def _two_rows(random: Random, rows: Rows) -> Rows:
    one, two = random.sample(_of_candidates(rows), 2)
    return {**rows, one: rows[two], two: rows[one]}


def _by_votes(random: Random, rows: Rows) -> Rows:
    names = _of_candidates(rows)
    return {**rows, **dict(zip(names, sorted((rows[name] for name in names), reverse=True), strict=True))}


def _empty(random: Random, rows: Rows) -> Rows:
    row = random.choice(list(rows))
    return {name: number for name, number in rows.items() if name != row}


KINDS: dict[str, Callable[[Random, Rows], Rows]] = {
    "a digit dropped": _digits(_dropped),
    "a digit doubled": _digits(_doubled),
    "two neighbouring digits exchanged": _digits(_exchanged),
    "two rows exchanged": _two_rows,
    "a row left empty": _empty,
    "all rows in the order of votes": _by_votes,
}


def main() -> None:
    """Print the tables."""
    for apart in (False, True):
        print(f"{'Block and split votes apart' if apart else 'One number for each candidate'}\n\n{table(apart)}\n")


if __name__ == "__main__":
    main()
