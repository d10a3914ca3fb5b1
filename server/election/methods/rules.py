"""What a method of counting has to answer; each method is a file of its own beside this one."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Literal

from msgspec import Struct

from server.election.methods.figures import HEADS, Counted, Outcome, Tie
from server.election.texts.check_codes import Finding

MethodName = Literal["plurality", "supplementary vote", "single transferable vote", "closed lists"]
"""The methods by the name under which they are on record; plurality for several seats is the block vote."""

Keyed = Literal["votes", "rejected", "lot", "valid papers", "rejected in part", "lots", "second preferences"]
"""What can be keyed: ``votes``, ``rejected`` and ``lot`` of a declaration, and the fields of its ``MoreFigures``."""


class Rules(Struct, frozen=True):
    """The rules for contests that elect ``seats`` people to an ``office``: "parl", "local", "mayor", "pcc"…, the first
    part of a ballot id."""

    seats: int = 1
    office: str = "parl"

    @property
    def why_not(self) -> str:
        """A sentence saying why figures cannot be entered here; "" where they can."""
        return ""

    @property
    def keyed(self) -> tuple[Keyed, ...]:
        """What is keyed, in the order of the form."""
        return ("votes", "rejected", "lot")

    @property
    def heads(self) -> Mapping[str, str]:
        """The four heads under which papers are rejected, in words."""
        return HEADS

    @property
    def votes_a_paper(self) -> int:
        """How many votes a valid paper can have in the first round: one for each seat at most."""
        return 1

    @property
    def has_first_round(self) -> bool:
        """Whether the first preferences are announced before it is known who is elected."""
        return False

    def remaining(self, votes: dict[str, int]) -> tuple[str, ...]:
        """Who stays for a second round after these votes of the first, in ballot-paper order; nobody where they
        decide."""
        return ()

    @property
    def has_winner(self) -> bool:
        """Whether one candidate is the winner, so that a seat is held, or gained from somebody."""
        return self.seats == 1

    @property
    def has_swing(self) -> bool:
        """Whether a swing between the first two means anything."""
        return self.has_winner

    @property
    def has_deposit(self) -> bool:
        """Whether candidates leave a deposit: those for a council do not."""
        return self.office != "local"

    @property
    def shares_are_of(self) -> Literal["votes", "best candidates", "first preferences"]:
        """What shares are parts of. "best candidates" are those of each party who have the most votes."""
        return "votes"

    @property
    def usual_turnout(self) -> tuple[Fraction, Fraction]:
        """The lowest and the highest turnout that nobody wonders about; ``counting/figures/doubts.py`` says how they
        were measured."""
        if self.office == "parl":
            return Fraction(25, 100), Fraction(85, 100)
        return Fraction(10, 100), Fraction(65, 100)

    @property
    def is_declared_by_votes(self) -> bool:
        """Whether results are often read out in the order of votes, from which a sheet must not be keyed."""
        return self.office != "parl"

    @property
    def any_death_countermands(self) -> bool:
        """Whether the death of any candidate stops the poll, or only that of a party's: in local elections of any
        (Principal Areas Rules 2006, rule 55)."""
        return self.office != "parl"

    def by_group(self, votes: dict[str, int], groups: dict[str, str]) -> dict[str, int]:
        """Group → the votes that its share is made of; ``groups`` is candidate id → party, or the id of somebody
        without one. All groups together are the whole that shares are parts of."""
        found: dict[str, int] = {}
        for candidate, number in votes.items():
            group = groups[candidate]
            found[group] = found.get(group, 0) + number
        return found

    def valid_papers(self, counted: Counted) -> int | None:
        """How many papers have a valid vote; None where it is not known."""
        return sum(counted.votes.values())

    def papers(self, counted: Counted) -> int | None:
        """How many papers were counted, valid and rejected in full: the measure of turnout. None where not known."""
        valid = self.valid_papers(counted)
        return None if valid is None or counted.rejected is None else valid + counted.rejected.total

    def missing(self, counted: Counted) -> Iterable[Finding]:
        """The figures of this method without which papers cannot reconcile, besides papers and rejected papers."""
        return ()

    def check(self, counted: Counted) -> Iterable[Finding]:
        """What stands against these figures, all of which are there and none below 0; a tie is no part of it."""
        raise NotImplementedError

    def check_first(self, counted: Counted) -> Iterable[Finding]:
        """What stands against the figures of a first round."""
        return self.check(counted)

    def tie(self, counted: Counted) -> Tie | None:
        """What only a lot can decide, whether or not one was drawn; None if there is nothing."""
        raise NotImplementedError

    def elect(self, counted: Counted) -> Outcome:
        """Who is elected; AssertionError for a tie without its lots."""
        raise NotImplementedError


def in_order(votes: dict[str, int]) -> list[str]:
    """The candidates by votes; those with equal votes stay in ballot-paper order."""
    return sorted(votes, key=lambda candidate: -votes[candidate])


def level_at(votes: dict[str, int], places: int) -> Tie | None:
    """The tie at the last of these places; None where the votes decide."""
    ranked = in_order(votes)
    if len(ranked) <= places:
        return None
    last = votes[ranked[places - 1]]
    above = sum(number > last for number in votes.values())
    level = tuple(candidate for candidate, number in votes.items() if number == last)
    return Tie(level, places - above) if len(level) > places - above else None


def first_with(votes: dict[str, int], places: int, tie: Tie | None, drawn: tuple[str, ...]) -> list[str]:
    """The candidates who get the places, by votes; AssertionError where a lot decides and was not drawn."""
    ranked = in_order(votes)
    if tie is None:
        return ranked[:places]
    assert decides(tie, drawn), "a tie without a lot is not a result"
    return [*ranked[: places - tie.places], *(candidate for candidate in ranked if candidate in drawn)]


def decides(tie: Tie, drawn: tuple[str, ...]) -> bool:
    """Whether these lots decide a tie."""
    return len(drawn) == len(set(drawn)) == tie.places and set(drawn) <= set(tie.tied)
