"""What goes wrong on a night of counts: which contests have an accident, and wrong figures, all drawn by lot. Nothing
is sent from here."""

import argparse
from collections.abc import Iterator
from random import Random
from typing import Literal, get_args

from msgspec import Struct
from msgspec.structs import replace

from server.election.methods.figures import NOTHING_MORE, MoreFigures
from server.election.verdict import first_places

Kind = Literal["late", "wrong", "recount", "tie", "dropped", "doubled", "held"]
Cure = Literal["slip", "revision", "withdrawal"]
KINDS: tuple[Kind, ...] = get_args(Kind)
CURES: tuple[Cure, ...] = get_args(Cure)

_WRONG, _LATE, _RECOUNT, _TIE = (
    0.04,
    0.04,
    0.03,
    0.005,
)  # shares of all contests; a small night has at least a few of each
_MOST_MISREAD = 300


class Paper(Struct, frozen=True):
    """A sheet of paper with the figures of a contest.

    ``votes``: candidate id → votes. ``rejected``: rejected papers in total. ``lot``: the candidate whose lot was drawn.
    ``more``: what a sheet of several seats has besides.
    """

    votes: dict[str, int]
    rejected: int
    lot: str | None = None
    more: MoreFigures = NOTHING_MORE

    @property
    def papers(self) -> int:
        """The number of ballot papers that the sheet accounts for."""
        valid = self.more.valid_papers
        return (sum(self.votes.values()) if valid is None else valid) + self.rejected


class Mishap(Struct, frozen=True):
    """What happens to one contest. ``first`` are the wrong figures that are declared first, if any; ``cure`` is how
    they are put right."""

    first: Paper | None = None
    cure: Cure = "slip"
    late: bool = False
    recounts: int = 0


def kinds_in(text: str) -> frozenset[Kind]:
    """``all``, ``none``, or some of the kinds, separated by commas; ArgumentTypeError for anything else."""
    named = {"all": KINDS, "none": ()}.get(text, tuple(text.split(",")))
    if not set(named) <= set(KINDS):
        raise argparse.ArgumentTypeError(f"all, none, or some of {', '.join(KINDS)}, with commas between them")
    return frozenset(kind for kind in KINDS if kind in named)


def mishaps(
    sheets: dict[str, Paper], programs: frozenset[str], kinds: frozenset[Kind], random: Random
) -> dict[str, Mishap]:
    """Ballot id → what happens to that contest.

    ``programs`` are the ballot ids of contests that a program declares: it reports no recounts, and its figures can
    only be put right by a withdrawal. Wrong figures and ties are made of contests for one seat alone.
    """
    drawn = {ballot: Mishap() for ballot in sheets}
    free = [ballot for ballot, sheet in sheets.items() if len(sheet.votes) > 1 and sheet.more == NOTHING_MORE]
    random.shuffle(free)
    cures = _cures(random)
    tied = min(len(free), 1 + int(_TIE * len(free))) if "tie" in kinds else 0
    wrong = max(min(len(CURES), len(free) - tied), round(_WRONG * len(free))) if "wrong" in kinds else 0
    for ballot in free[:wrong]:
        cure = "withdrawal" if ballot in programs else next(cures)
        drawn[ballot] = Mishap(first=misread(sheets[ballot], random), cure=cure)
    for ballot in free[wrong : wrong + tied]:
        cure = "withdrawal" if ballot in programs else random.choice(CURES)
        drawn[ballot] = Mishap(first=tie(sheets[ballot], random), cure=cure)
    if "late" in kinds:
        for ballot in random.sample(list(sheets), max(1, round(_LATE * len(sheets)))):
            drawn[ballot] = replace(drawn[ballot], late=True)
    by_hand = [ballot for ballot in sheets if ballot not in programs]
    if "recount" in kinds and by_hand:
        for ballot in random.sample(by_hand, max(1, round(_RECOUNT * len(by_hand)))):
            drawn[ballot] = replace(drawn[ballot], recounts=random.choice((1, 1, 2)))
    return drawn


def misread(sheet: Paper, random: Random) -> Paper:
    """The sheet with two rows exchanged, or with some votes in the wrong row: wrong figures with the right total."""
    votes = dict(sheet.votes)
    row, second = random.sample(list(votes), 2)
    if votes[row] != votes[second] and random.random() < 0.5:
        votes[row], votes[second] = votes[second], votes[row]
    else:
        row, second = (row, second) if votes[row] else (max(votes, key=lambda candidate: votes[candidate]), row)
        moved = random.randint(1, min(votes[row], _MOST_MISREAD))
        votes[row], votes[second] = votes[row] - moved, votes[second] + moved
    first = first_places(votes)
    return Paper(votes, sheet.rejected, random.choice(first) if len(first) > 1 else None)


def tie(sheet: Paper, random: Random) -> Paper:
    """The sheet with the first two candidates level, and one of them drawn by lot."""
    first, second = sorted(sheet.votes, key=lambda row: -sheet.votes[row])[:2]
    half, left = divmod(sheet.votes[first] + sheet.votes[second], 2)
    votes = sheet.votes | {first: half, second: half}
    return Paper(votes, sheet.rejected + left, random.choice(first_places(votes)))


def _cures(random: Random) -> Iterator[Cure]:
    """Every cure in turn, for ever: even a small night has all of them."""
    while True:
        yield from random.sample(CURES, len(CURES))
