"""Plurality for several seats, the block vote: each paper has as many votes as there are seats, and those with the most
votes are elected (Local Elections (Principal Areas) Rules 2006)."""

from collections.abc import Iterator, Mapping
from typing import Literal

from server.election.methods.figures import HEADS, Counted, Outcome, Tie
from server.election.methods.reconciling import ELECTORATE, NO_VOTES
from server.election.methods.rules import Keyed, Rules, first_with, in_order, level_at
from server.election.texts.check_codes import Finding
from server.election.texts.said import _, say


class BlockVote(Rules, frozen=True):
    """Votes never reconcile with papers, because nobody must use all of them: valid papers do, and votes have limits.

    A paper can be rejected in part, such as for one vote of three: it is a valid paper.
    """

    @property
    def keyed(self) -> tuple[Keyed, ...]:
        """The valid papers are keyed, as votes do not say how many there are."""
        return ("votes", "valid papers", "rejected", "rejected in part", "lot", "lots")

    @property
    def heads(self) -> Mapping[str, str]:
        """Too many votes are more than there are seats (rule 47)."""
        return {**HEADS, "more_than_one": say("voting for more candidates than the voter was entitled to")}

    @property
    def votes_a_paper(self) -> int:
        """One for each seat."""
        return self.seats

    @property
    def shares_are_of(self) -> Literal["best candidates"]:
        """As some parties have more candidates than others, and voters more votes, only the best of each count."""
        return "best candidates"

    def by_group(self, votes: dict[str, int], groups: dict[str, str]) -> dict[str, int]:
        """Group → the votes of its best candidate."""
        found: dict[str, int] = {}
        for candidate, number in votes.items():
            group = groups[candidate]
            found[group] = max(found.get(group, 0), number)
        return found

    def valid_papers(self, counted: Counted) -> int | None:
        """As they were counted: they are no sum of votes."""
        return counted.more.valid_papers

    def missing(self, counted: Counted) -> Iterator[Finding]:
        """Without the valid papers nothing says that all are accounted for."""
        if counted.more.valid_papers is None:
            sentence = say(
                "Enter the valid ballot papers: with several votes on a paper the votes do not say how many."
            )
            yield Finding("valid-papers-missing", "valid_papers", sentence)

    def check(self, counted: Counted) -> Iterator[Finding]:
        """Papers are valid, or rejected in full; votes are within what the valid papers can have."""
        if sum(counted.votes.values()) == 0:
            yield NO_VOTES
            return
        in_part, papers = counted.more.in_part, self.papers(counted)
        if in_part is not None and in_part < 0:
            yield Finding("rejected-negative", "in_part", say("Rejected papers cannot be fewer than 0."))
        if papers is not None and counted.papers is not None and papers > counted.papers:
            sentence = say(
                "Valid papers and those rejected in full come to %(together)s: %(differ)s more than the %(papers)s "
                "ballot papers verified.",
                together=papers,
                differ=papers - counted.papers,
                papers=counted.papers,
            )
            yield Finding("valid-papers-above-papers", "valid_papers", sentence)
        elif papers is not None and counted.papers is not None and papers < counted.papers:
            sentence = say(
                "Valid papers and those rejected in full come to %(together)s: %(differ)s fewer than the %(papers)s "
                "ballot papers verified.",
                together=papers,
                differ=counted.papers - papers,
                papers=counted.papers,
            )
            yield Finding("valid-papers-below-papers", "valid_papers", sentence)
        elif papers is not None and 0 < counted.electorate < papers:
            sentence = say(
                "%(papers)s ballot papers are more than the electorate of %(electorate)s. %(then)s",
                papers=papers,
                electorate=counted.electorate,
                then=ELECTORATE,
            )
            yield Finding("papers-above-electorate", "valid_papers", sentence)
        yield from self._within_papers(counted)

    def _within_papers(self, counted: Counted) -> Iterator[Finding]:
        """What the votes cannot be. Without the valid papers, those verified are the most that there can be."""
        valid = counted.more.valid_papers
        most = counted.papers if valid is None else valid
        if most is None:
            return
        papers = say("%(most)s ballot papers", most=most) if valid is None else say("%(most)s valid papers", most=most)
        for candidate, number in counted.votes.items():
            if number > most:
                # In Kingstanding in 2006 somebody had votes that nobody had cast.
                message = _("%(name)s's %(number)s votes are more than the %(papers)s.")
                sentence = say(message, name=counted.told(candidate), number=number, papers=papers)
                yield Finding("votes-above-valid-papers", f"votes.{candidate}", sentence)
        votes = sum(counted.votes.values())
        if votes > self.seats * most:
            message = _("%(votes)s votes are more than %(seats)s on each of the %(papers)s.")
            sentence = say(message, votes=votes, seats=self.seats, papers=papers)
            yield Finding("votes-above-allowed", "votes", sentence)
        if valid is not None and votes < valid:
            sentence = say(
                "%(votes)s votes are fewer than the %(valid)s valid papers, each of which has at least one.",
                votes=votes,
                valid=valid,
            )
            yield Finding("votes-below-valid-papers", "votes", sentence)
        if valid is not None and (counted.more.in_part or 0) > valid:
            sentence = say(
                "%(in_part)s papers rejected in part are more than the %(valid)s valid papers.",
                in_part=counted.more.in_part or 0,
                valid=valid,
            )
            yield Finding("in-part-above-valid-papers", "in_part", sentence)

    def tie(self, counted: Counted) -> Tie | None:
        """A tie at the last place; a lot may have to decide several."""
        return level_at(counted.votes, self.seats)

    def elect(self, counted: Counted) -> Outcome:
        """As many as there are seats, or all if they are fewer; the majority is the last one's over the next."""
        votes, tie = counted.votes, self.tie(counted)
        elected = first_with(votes, self.seats, tie, counted.drawn)
        others = [candidate for candidate in in_order(votes) if candidate not in elected]
        majority = votes[elected[-1]] - (votes[others[0]] if others else 0)
        return Outcome((*elected, *others), tuple(elected), majority, 0, tie is not None, {})
