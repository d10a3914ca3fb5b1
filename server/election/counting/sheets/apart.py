"""Block votes and split votes keyed apart, as many counts sort their papers, and added up. No state is changed."""

from collections.abc import Iterator

from server.election.contests import Contest
from server.election.counting.acts import Apart as Apart
from server.election.parties import INDEPENDENT, SPEAKER, counted_as
from server.election.texts.check_codes import Finding

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
            sentence = f"{party} has no block here: it has not several candidates, and no more than a paper has votes."
            yield Finding("block-unknown", f"block.{party}", sentence)
        if papers < 0:
            yield Finding("votes-negative", f"block.{party}", "Votes cannot be fewer than 0.")
    if valid is None or min((*apart.blocks.values(), *apart.split.values()), default=0) < 0:
        return
    blocks, split = sum(apart.blocks.values()), sum(apart.split.values())
    others, each = valid - blocks, contest.rules.votes_a_paper
    if others < 0:
        sentence = f"{blocks:,} block papers are more than the {valid:,} valid papers."
        yield Finding("block-above-valid-papers", "votes", sentence)
        return
    for candidate, votes in apart.split.items():
        if votes > others:
            sentence = f"{contest.told(candidate)}'s {votes:,} split votes are more than {_left(others)}."
            yield Finding("split-above-papers", f"votes.{candidate}", sentence)
    if split > each * others:
        sentence = f"{split:,} split votes are more than {each} on each of {_left(others)}."
        yield Finding("split-above-papers", "votes", sentence)
    elif split < others:
        sentence = f"{split:,} split votes are fewer than {_left(others)}, each of which has at least one."
        yield Finding("split-below-papers", "votes", sentence)


def _left(papers: int) -> str:
    return f"the {papers:,} valid papers that are no blocks"
