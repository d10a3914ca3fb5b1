"""Block votes and split votes keyed apart, as many counts sort their papers, and added up. No state is changed."""

from collections.abc import Iterator

from server.election.contests import Contest
from server.election.counting.acts import Apart as Apart
from server.election.parties import INDEPENDENT, SPEAKER, counted_as
from server.election.texts.check_codes import Finding
from server.election.texts.said import _, say

_FEWEST = 2  # candidates of a party: a paper for one alone is no block


def slates(contest: Contest) -> dict[str, tuple[str, ...]]:
    """Party → its candidates, where it has several and no more than a paper has votes: only those come in blocks."""
    found: dict[str, list[str]] = {}
    for candidate in contest.polled:
        party = counted_as(candidate.party)
        if party not in (INDEPENDENT, SPEAKER):
            found.setdefault(party, []).append(candidate.id)
    most = contest.rules.votes_a_paper
    return {party: tuple(slate) for party, slate in found.items() if _FEWEST <= len(slate) <= most}


def added(contest: Contest, apart: Apart) -> dict[str, int]:
    """Candidate id → votes: the split ones, and one for each block paper of the party."""
    blocks = {one: apart.blocks.get(party, 0) for party, slate in slates(contest).items() for one in slate}
    return {candidate: votes + blocks.get(candidate, 0) for candidate, votes in apart.split.items()}


def check_apart(contest: Contest, apart: Apart, valid: int | None) -> Iterator[Finding]:
    """What stands against the parts, besides what stands against their sums: each valid paper is a block, or has split
    votes. ``valid`` is how many valid papers there are, None where that is not known."""
    known = slates(contest)
    for party, papers in apart.blocks.items():
        if party not in known:
            sentence = say(
                "%(party)s has no block here: it has not several candidates, and no more than a paper has votes.",
                party=party,
            )
            yield Finding("block-unknown", f"block.{party}", sentence)
        if papers < 0:
            yield Finding("votes-negative", f"block.{party}", say("Votes cannot be fewer than 0."))
    if valid is None or min((*apart.blocks.values(), *apart.split.values()), default=0) < 0:
        return
    blocks, split = sum(apart.blocks.values()), sum(apart.split.values())
    others, each = valid - blocks, contest.rules.votes_a_paper
    if others < 0:
        sentence = say("%(blocks)s block papers are more than the %(valid)s valid papers.", blocks=blocks, valid=valid)
        yield Finding("block-above-valid-papers", "votes", sentence)
        return
    left = say("the %(papers)s valid papers that are no blocks", papers=others)
    standing = {candidate.id for candidate in contest.candidates}  # of others ``check_figures`` says that they are none
    for candidate, votes in apart.split.items():
        if votes > others and candidate in standing:
            message = _("%(name)s's %(votes)s split votes are more than %(left)s.")
            sentence = say(message, name=contest.told(candidate), votes=votes, left=left)
            yield Finding("split-above-papers", f"votes.{candidate}", sentence)
    if split > each * others:
        message = _("%(votes)s split votes are more than %(each)s on each of %(left)s.")
        yield Finding("split-above-papers", "votes", say(message, votes=split, each=each, left=left))
    elif split < others:
        message = _("%(votes)s split votes are fewer than %(left)s, each of which has at least one.")
        yield Finding("split-below-papers", "votes", say(message, votes=split, left=left))
