"""What a declaration must satisfy before it can be true: each check has a code and a sentence. No state is changed."""

from msgspec import Struct

from server.election.contests import Contest
from server.election.events import Rejected
from server.election.verdict import first_places


class Finding(Struct, frozen=True):
    """One thing wrong. ``field`` is where: "votes", "votes.3", "rejected", "rejected.identifiable", "papers", "lot"…"""

    code: str
    field: str
    sentence: str


def check_figures(
    contest: Contest, votes: dict[str, int], rejected: Rejected | None, papers: int | None, lot: str | None
) -> list[Finding]:
    """Everything that stands against these figures, in the order of the form; empty if they can be declared."""
    findings = [*_candidates(contest, votes), *_rejected(rejected), *check_papers(contest, papers)]
    if findings:
        return findings
    return [*_sums(contest, votes, rejected, papers), *_tie(contest, votes, lot)]


def _candidates(contest: Contest, votes: dict[str, int]) -> list[Finding]:
    findings: list[Finding] = []
    for candidate in contest.candidates:
        number = votes.get(candidate.id)
        field = f"votes.{candidate.id}"
        if number is None:
            sentence = f"Enter the votes for {candidate.name}; 0 if there are none."
            findings.append(Finding("votes-missing", field, sentence))
        elif number < 0:
            findings.append(Finding("votes-negative", field, "Votes cannot be fewer than 0."))
    known = {candidate.id for candidate in contest.candidates}
    findings += [
        Finding("candidate-unknown", f"votes.{one}", f"No candidate {one} is on this ballot paper.")
        for one in votes
        if one not in known
    ]
    return findings


def _rejected(rejected: Rejected | None) -> list[Finding]:
    if rejected is None:
        return []
    heads = {
        "official_mark": rejected.official_mark,
        "more_than_one": rejected.more_than_one,
        "identifiable": rejected.identifiable,
        "unmarked_or_void": rejected.unmarked_or_void,
    }
    findings = [
        Finding("rejected-negative", f"rejected.{head}", "Rejected papers cannot be fewer than 0.")
        for head, number in heads.items()
        if number is not None and number < 0
    ]
    if rejected.total < 0:
        findings.append(Finding("rejected-negative", "rejected", "Rejected papers cannot be fewer than 0."))
    known = [number for number in heads.values() if number is not None]
    if len(known) == len(heads) and sum(known) != rejected.total:
        sentence = f"The four heads add up to {sum(known):,}, not to {rejected.total:,} rejected papers."
        findings.append(Finding("rejected-heads", "rejected", sentence))
    return findings


def check_papers(contest: Contest, papers: int | None) -> list[Finding]:
    """Whether so many ballot papers can have been verified; None is not known."""
    if papers is None:
        return []
    if papers < 0:
        return [Finding("papers-negative", "papers", "Ballot papers cannot be fewer than 0.")]
    if papers > contest.electorate:
        sentence = f"{papers:,} ballot papers are more than the electorate of {contest.electorate:,}."
        return [Finding("papers-above-electorate", "papers", sentence)]
    return []


def _sums(contest: Contest, votes: dict[str, int], rejected: Rejected | None, papers: int | None) -> list[Finding]:
    counted = sum(votes.values()) + (rejected.total if rejected else 0)
    if sum(votes.values()) == 0:
        return [Finding("votes-none", "votes", "Nobody can be elected with no votes at all.")]
    if papers is not None and counted != papers and (rejected or counted > papers):
        # Every paper that was verified is a vote or a rejected one: in Putney in 2024, 6,558 were neither.
        differ, than = abs(counted - papers), "more" if counted > papers else "fewer"
        verified = f"the {papers:,} ballot papers verified"
        sentence = f"Votes and rejected papers come to {counted:,}: {differ:,} {than} than {verified}."
        return [Finding(f"votes-{'above' if counted > papers else 'below'}-papers", "votes", sentence)]
    if counted > contest.electorate:
        sentence = f"Votes and rejected papers come to {counted:,}: more than the electorate of {contest.electorate:,}."
        return [Finding("votes-above-electorate", "votes", sentence)]
    return []


def _tie(contest: Contest, votes: dict[str, int], lot: str | None) -> list[Finding]:
    tied = first_places(votes)
    if len(tied) == 1:
        if lot is None:
            return []
        return [Finding("lot-without-tie", "lot", "A lot is drawn only where the first place is a tie.")]
    if lot in tied:
        return []
    names = " and ".join(contest.candidate(one).name for one in tied)
    sentence = f"{names} have the same number of votes: choose the one whose lot was drawn."
    return [Finding("tie-without-lot", "lot", sentence)]
