"""Plurality for one seat: whoever has the most votes is elected. The House of Commons, and most divisions of
counties."""

from server.election.methods.figures import Counted, Outcome, Tie
from server.election.methods.reconciling import check_sums
from server.election.methods.rules import Rules, first_with, in_order, level_at
from server.election.texts.check_codes import Finding


class Plurality(Rules, frozen=True):
    """One vote a paper, one seat; a tie is decided by lot (Parliamentary Elections Rules, rule 49)."""

    def check(self, counted: Counted) -> list[Finding]:
        """Each paper is one vote or a rejected paper."""
        return check_sums(counted)

    def tie(self, counted: Counted) -> Tie | None:
        """A tie for the first place; one who has died is ignored where another has as many votes (rule 62)."""
        level = level_at(counted.votes, 1)
        if level is None:
            return None
        alive = tuple(candidate for candidate in level.tied if candidate not in counted.dead) or level.tied
        return Tie(alive, 1) if len(alive) > 1 else None

    def elect(self, counted: Counted) -> Outcome:
        """The first is elected; the majority is over the second."""
        votes, tie = counted.votes, self.tie(counted)
        if tie is None:
            most = max(votes.values())
            first = [candidate for candidate, number in votes.items() if number == most]
            elected = next((candidate for candidate in first if candidate not in counted.dead), first[0])
        else:
            (elected,) = first_with(votes, 1, tie, counted.drawn)
        others = [candidate for candidate in in_order(votes) if candidate != elected]
        majority = votes[elected] - (votes[others[0]] if others else 0)
        return Outcome((elected, *others), (elected,), majority, sum(votes.values()), tie is not None, {})
