"""The supplementary vote: a first preference and a second one, and two rounds unless more than half are for one.

The Greater London Authority Act 1999, Schedule 2, paragraphs 3 and 4, as they stood until 2023; mayors and police and
crime commissioners were elected alike.
"""

from collections.abc import Iterator
from typing import Literal

from server.election.methods.figures import Counted, Outcome, Tie
from server.election.methods.plurality import Plurality
from server.election.methods.reconciling import check_sums
from server.election.methods.rules import Keyed, first_with, in_order, level_at
from server.election.texts.check_codes import Finding
from server.election.texts.said import say

_FEWEST = 3  # candidates; fewer are elected by simple majority


class Supplementary(Plurality, frozen=True):
    """The votes of a declaration are first preferences; the second preferences are its ``MoreFigures``."""

    @property
    def keyed(self) -> tuple[Keyed, ...]:
        """The second preferences of the papers of those eliminated are keyed after the first round."""
        return ("votes", "rejected", "second preferences", "lot")

    @property
    def has_first_round(self) -> bool:
        """The first preferences are announced before the second are counted."""
        return True

    @property
    def has_swing(self) -> bool:
        """No swing is told between one round and another."""
        return False

    @property
    def shares_are_of(self) -> Literal["first preferences"]:
        """All parties have those."""
        return "first preferences"

    def remaining(self, votes: dict[str, int]) -> tuple[str, ...]:
        """Who stays for the second round, in ballot-paper order: the first two, and all who are equal with them; nobody
        where the first round decides."""
        if len(votes) < _FEWEST or max(votes.values()) * 2 > sum(votes.values()):
            return ()
        second = sorted(votes.values(), reverse=True)[1]
        return tuple(candidate for candidate, number in votes.items() if number >= second)

    def check_first(self, counted: Counted) -> Iterator[Finding]:
        """First preferences and rejected papers are all papers, and nobody has more than half: that is the result."""
        yield from check_sums(counted)
        if not self.remaining(counted.votes):
            sentence = say("The first preferences decide: declare the result, for there is no second round.")
            yield Finding("second-unneeded", "first_round", sentence)

    def check(self, counted: Counted) -> list[Finding]:
        """The second preferences are those of the papers whose first preference is out."""
        return [*check_sums(counted)] or [*self._second(counted)]

    def _second(self, counted: Counted) -> Iterator[Finding]:
        remaining, second = self.remaining(counted.votes), counted.more.second
        if not remaining:
            if second is not None:
                sentence = say("The first preferences decide: there is no second round.")
                yield Finding("second-unneeded", "second", sentence)
            return
        for candidate in remaining:
            number = second.votes.get(candidate) if second else None
            field = f"second.{candidate}"
            if number is None:
                sentence = say(
                    "Enter the second preferences for %(name)s, who stays; 0 if there are none.",
                    name=counted.told(candidate),
                )
                yield Finding("second-missing", field, sentence)
            elif number < 0:
                yield Finding("votes-negative", field, say("Votes cannot be fewer than 0."))
        if second is None:
            return
        for candidate in second.votes.keys() - set(remaining):
            name = counted.told(candidate) if candidate in counted.votes else candidate
            sentence = say("%(name)s is out. Only those who stay have a second round.", name=name)
            yield Finding("second-unknown", f"second.{candidate}", sentence)
        out = sum(number for candidate, number in counted.votes.items() if candidate not in remaining)
        added = sum(second.votes.values()) + (second.rejected or 0)
        if added > out:
            sentence = say(
                "%(added)s second preferences are more than the %(out)s papers of those who are out.",
                added=added,
                out=out,
            )
            yield Finding("second-above-papers", "second", sentence)

    def totals(self, counted: Counted) -> dict[str, int]:
        """The votes of those in the second round, in ballot-paper order; nothing where there is none."""
        second = counted.more.second.votes if counted.more.second else {}
        return {
            candidate: counted.votes[candidate] + second.get(candidate, 0)
            for candidate in self.remaining(counted.votes)
        }

    def tie(self, counted: Counted) -> Tie | None:
        """A tie for the first place in the last round; while the second is not counted, nothing is to be decided."""
        totals = self.totals(counted)
        if totals and counted.more.second is None:
            return None
        return level_at(totals or counted.votes, 1)

    def elect(self, counted: Counted) -> Outcome:
        """Who has the most votes in the last round."""
        totals, tie = self.totals(counted), self.tie(counted)
        assert not totals or counted.more.second, "who is elected is not known before the second round"
        last = totals or counted.votes
        (elected,) = first_with(last, 1, tie, counted.drawn)
        stayed = [candidate for candidate in in_order(last) if candidate != elected]
        out = [candidate for candidate in in_order(counted.votes) if candidate not in last]
        majority = last[elected] - (last[stayed[0]] if stayed else 0)
        order = (elected, *stayed, *out)
        return Outcome(order, (elected,), majority, sum(last.values()), tie is not None, totals)
