"""The checks that figures must pass before they are declared, each with a code and a sentence. No state is changed."""

from collections.abc import Iterator

from msgspec import Struct

from server.election.contests import Contest
from server.election.events import HEADS, Rejected
from server.election.parties import INDEPENDENT, SPEAKER
from server.election.texts.check_codes import CHECKS
from server.election.verdict import tied_first

AT_THE_DESK = "The desk can put that right under “The ballot paper”."
"""Where a figure or a name that was known before the count is put right, and by whom."""
_ELECTORATE = "If the electorate is wrong, the desk can put it right under “The ballot paper”."


class Finding(Struct, frozen=True):
    """One thing that is wrong or doubtful in figures; ``code`` is a key of CHECKS.

    ``field`` names the field of the form that it is about: "votes", "votes.3", "rejected", "rejected.identifiable",
    "papers", "lot"… ``sentence`` is for the person at the form.
    """

    code: str
    field: str
    sentence: str

    @property
    def blocks(self) -> bool:
        """Whether this must be put right before anything can be declared; if not, a reason is enough.

        KeyError where CHECKS has no such code.
        """
        return CHECKS[self.code].blocks


def check_figures(
    contest: Contest,
    votes: dict[str, int],
    rejected: Rejected | None,
    papers: int | None,
    lot: str | None,
    *,
    must_reconcile: bool = False,
) -> list[Finding]:
    """Everything that stands against these figures, in the order of the form; empty if they can be declared.

    ``votes`` is candidate id → votes, ``papers`` the ballot papers verified, ``lot`` the id of the candidate drawn.
    ``rejected`` and ``papers`` are None where they are not known. With ``must_reconcile`` both must be known: every
    paper verified is then a vote or a rejected paper.
    """
    missing = _missing(rejected, papers) if must_reconcile else []
    findings = [*missing, *_candidates(contest, votes), *_rejected(rejected), *check_papers(contest, papers)]
    if findings:
        return findings
    return [*_sums(contest, votes, rejected, papers), *_tie(contest, votes, lot)]


def _missing(rejected: Rejected | None, papers: int | None) -> list[Finding]:
    findings: list[Finding] = []
    if papers is None:
        sentence = "The ballot papers must be verified before the votes can be declared."
        findings.append(Finding("papers-missing", "papers", sentence))
    if rejected is None:
        sentence = "Enter the rejected papers, so that every ballot paper is accounted for; 0 if there are none."
        findings.append(Finding("rejected-missing", "rejected", sentence))
    return findings


def _candidates(contest: Contest, votes: dict[str, int]) -> list[Finding]:
    findings: list[Finding] = []
    for candidate in contest.polled:
        number = votes.get(candidate.id)
        field = f"votes.{candidate.id}"
        if number is None:
            sentence = f"Enter the votes for {contest.told(candidate.id)}; 0 if there are none."
            findings.append(Finding("votes-missing", field, sentence))
        elif number < 0:
            findings.append(Finding("votes-negative", field, "Votes cannot be fewer than 0."))
    known = {candidate.id: candidate for candidate in contest.candidates}
    for candidate in votes:
        if candidate not in known:
            sentence = f"No candidate {candidate} is on this ballot paper."
            findings.append(Finding("candidate-unknown", f"votes.{candidate}", sentence))
        elif known[candidate].fate == "withdrew":
            sentence = f"{known[candidate].name} withdrew before the poll, and has no votes. {AT_THE_DESK}"
            findings.append(Finding("candidate-withdrew", f"votes.{candidate}", sentence))
    for candidate in contest.candidates:
        if candidate.fate == "died" and candidate.party not in (INDEPENDENT, SPEAKER):
            sentence = (
                f"{candidate.name}, a party's candidate, has died: the poll is countermanded (rule 63). "
                "The desk records it under “No poll here”."
            )
            findings.append(Finding("party-candidate-died", "votes", sentence))
    return findings


def _rejected(rejected: Rejected | None) -> list[Finding]:
    if rejected is None:
        return []
    heads = _heads(rejected)
    findings = [
        Finding("rejected-negative", f"rejected.{head}", "Rejected papers cannot be fewer than 0.")
        for head, number in heads.items()
        if number < 0
    ]
    if rejected.total < 0:
        findings.append(Finding("rejected-negative", "rejected", "Rejected papers cannot be fewer than 0."))
    if len(heads) == len(HEADS) and sum(heads.values()) != rejected.total:
        sentence = f"The four heads add up to {sum(heads.values()):,}, not to {rejected.total:,} rejected papers."
        findings.append(Finding("rejected-heads", "rejected", sentence))
    return findings


def _heads(rejected: Rejected) -> dict[str, int]:
    """Head → papers rejected under it, for the heads whose number is known."""
    heads = {
        "official_mark": rejected.official_mark,
        "more_than_one": rejected.more_than_one,
        "identifiable": rejected.identifiable,
        "unmarked_or_void": rejected.unmarked_or_void,
    }
    return {head: number for head, number in heads.items() if number is not None}


def check_papers(contest: Contest, papers: int | None) -> list[Finding]:
    """Everything that stands against this number of ballot papers verified; nothing where it is None, not known."""
    if papers is None:
        return []
    if papers < 0:
        return [Finding("papers-negative", "papers", "Ballot papers cannot be fewer than 0.")]
    if 0 < contest.electorate < papers:
        sentence = f"{papers:,} ballot papers are more than the electorate of {contest.electorate:,}. {_ELECTORATE}"
        return [Finding("papers-above-electorate", "papers", sentence)]
    return []


def _sums(contest: Contest, votes: dict[str, int], rejected: Rejected | None, papers: int | None) -> list[Finding]:
    counted = sum(votes.values()) + (rejected.total if rejected else 0)
    if sum(votes.values()) == 0:
        return [Finding("votes-none", "votes", "Nobody can be elected with no votes at all.")]
    if papers is not None and counted != papers and (rejected or counted > papers):
        # Every verified paper is a vote or a rejected paper. In Putney in 2024 the declared figures left out 6,558
        # votes.
        differ, than = abs(counted - papers), "more" if counted > papers else "fewer"
        verified = f"the {papers:,} ballot papers verified"
        sentence = f"Votes and rejected papers come to {counted:,}: {differ:,} {than} than {verified}."
        slips = list(_slips(_rows(contest, votes, rejected), counted - papers))
        if len(slips) == 1:
            sentence = f"{sentence} {slips[0]}"
        return [Finding("votes-above-papers" if counted > papers else "votes-below-papers", "votes", sentence)]
    if 0 < contest.electorate < counted:
        sentence = f"Votes and rejected papers come to {counted:,}: more than the electorate of {contest.electorate:,}."
        sentence = f"{sentence} {_ELECTORATE}"
        return [Finding("votes-above-electorate", "votes", sentence)]
    return []


def _rows(contest: Contest, votes: dict[str, int], rejected: Rejected | None) -> list[tuple[str, int]]:
    """Each number on the sheet, as the words that point to it and the number itself."""
    rows = [
        (f"{contest.told(candidate.id)}'s {votes[candidate.id]:,}", votes[candidate.id]) for candidate in contest.polled
    ]
    if rejected is None:
        return rows
    heads = _heads(rejected)
    if not heads:
        return [*rows, (f"the {rejected.total:,} rejected papers", rejected.total)]
    return [*rows, *((f"the {number:,} rejected for {HEADS[head]}", number) for head, number in heads.items())]


def _slips(rows: list[tuple[str, int]], excess: int) -> Iterator[str]:
    """Every slip that would by itself explain the whole excess, as a question to the officer."""
    for row, number in rows:
        if number < 10:  # a number as small as this fits by chance
            continue
        if number - number // 10 == excess:
            yield f"Is there a digit too many in {row}?"
        if any(number - meant == excess for meant in _neighbours_exchanged(number)):
            yield f"Are two digits exchanged in {row}?"
        if number == excess:
            yield f"Have you counted {row} twice?"


def _neighbours_exchanged(number: int) -> Iterator[int]:
    """The number with two neighbouring digits exchanged, for each such pair: 123 gives 213 and 132."""
    digits = str(number)
    for place in range(len(digits) - 1):
        exchanged = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
        if not exchanged.startswith("0"):
            yield int(exchanged)


def _tie(contest: Contest, votes: dict[str, int], lot: str | None) -> list[Finding]:
    tied = tied_first(contest, votes)
    if len(tied) == 1:
        first = contest.candidate(tied[0])
        if first.fate == "died":
            sentence = (
                f"{first.name} has died and has the most votes: nobody is returned (rule 61), and the election begins "
                "afresh. The desk records it under “No poll here”."
            )
            return [Finding("dead-first", f"votes.{first.id}", sentence)]
        if lot is None:
            return []
        return [Finding("lot-without-tie", "lot", "A lot is drawn only where the first place is a tie.")]
    if lot in tied:
        return []
    names = " and ".join(map(contest.told, tied))
    sentence = f"{names} have the same number of votes: choose the one whose lot was drawn."
    return [Finding("tie-without-lot", "lot", sentence)]
