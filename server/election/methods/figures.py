"""The figures of one contest: as they are declared or keyed, and as a method is asked about them. No rules."""

from collections.abc import Callable

from msgspec import Struct

from server.election.texts.said import say

HEADS = {
    "official_mark": say("want of an official mark"),
    "more_than_one": say("voting for more candidates than one"),
    "identifiable": say("writing or mark by which the voter could be identified"),
    "unmarked_or_void": say("being unmarked or void for uncertainty"),
}
"""The four heads of rejected papers (Parliamentary Elections Rules, rule 47), in the order of the law."""


class Rejected(Struct, frozen=True):
    """Numbers of rejected ballot papers: in all, and under each of the four heads of rule 47 (None where not known).

    In a ward of several seats they are the papers rejected in full: see ``MoreFigures``.
    """

    total: int
    official_mark: int | None = None
    more_than_one: int | None = None
    identifiable: int | None = None
    unmarked_or_void: int | None = None


class SecondPreferences(Struct, frozen=True, omit_defaults=True):
    """The second round of a supplementary vote: ``votes`` is the id of each candidate who remained → the second
    preferences for them on the papers of those who were eliminated. ``rejected`` is how many second preferences were
    rejected, None where it is not known."""

    votes: dict[str, int]
    rejected: int | None = None


class MoreFigures(Struct, frozen=True, omit_defaults=True):
    """What some methods have besides votes, rejected papers and one lot. Fields that are as here are not encoded.

    ``valid_papers`` is how many papers have a valid vote, where the votes do not say it; ``in_part`` how many of them
    were rejected in part. ``lots`` are the ids of the candidates drawn where a lot decided several places; where it
    decided one, it is the declaration's ``lot``. ``second`` is the second round of a supplementary vote.
    """

    valid_papers: int | None = None
    in_part: int | None = None
    lots: tuple[str, ...] = ()
    second: SecondPreferences | None = None


NOTHING_MORE = MoreFigures()


class Counted(Struct, frozen=True):
    """The figures of a contest, as a method is asked about them; what is not known is None, or 0 for the electorate.

    ``votes`` is candidate id → votes in ballot-paper order; in a supplementary vote they are the first preferences.
    ``drawn`` are the ids of all candidates drawn by lot, ``dead`` those of candidates who have died. ``papers`` is how
    many were verified. ``told`` gives the name of a candidate.
    """

    votes: dict[str, int]
    rejected: Rejected | None = None
    papers: int | None = None
    drawn: tuple[str, ...] = ()
    more: MoreFigures = NOTHING_MORE
    dead: frozenset[str] = frozenset()
    electorate: int = 0
    told: Callable[[str], str] = str


class Tie(Struct, frozen=True):
    """The candidates whose votes are equal, in ballot-paper order, and the ``places`` that a lot gives to as many."""

    tied: tuple[str, ...]
    places: int


class Outcome(Struct, frozen=True):
    """Who is elected.

    ``order`` has the ids of all candidates: first those ``elected``, in the order of votes, then the others by votes,
    ties in ballot-paper order. ``majority`` is of the last elected over the first who is not, in votes of the last
    round; ``majority_of`` is the votes that it is a part of. ``totals`` is id → votes of those in the last round where
    there was a second one, else empty.
    """

    order: tuple[str, ...]
    elected: tuple[str, ...]
    majority: int
    majority_of: int
    by_lot: bool
    totals: dict[str, int]
