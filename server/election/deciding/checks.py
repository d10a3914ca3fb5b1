"""The checks that figures must pass before they are declared, each with a code and a sentence. No state is changed."""

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from server.election.contests import Contest
from server.election.methods.figures import HEADS, Counted, MoreFigures, Rejected
from server.election.methods.reconciling import ELECTORATE, heads_of
from server.election.methods.rules import decides
from server.election.parties import INDEPENDENT, SPEAKER
from server.election.texts.check_codes import Finding
from server.election.texts.said import say
from server.election.verdict import counted_in

AT_THE_DESK = say("The desk can put that right under “The ballot paper”.")
"""Where a figure or a name that was known before the count is put right, and by whom."""


class Keyed(Struct, frozen=True):
    """Figures that are no result yet; each field is as in ``Declared``."""

    votes: dict[str, int]
    rejected: Rejected | None = None
    lot: str | None = None
    more: MoreFigures | UnsetType = UNSET


def check_figures(
    contest: Contest,
    votes: dict[str, int],
    rejected: Rejected | None,
    papers: int | None,
    lot: str | None,
    more: MoreFigures | UnsetType = UNSET,
    *,
    must_reconcile: bool = False,
) -> list[Finding]:
    """Everything that stands against these figures, in the order of the form; empty if they can be declared.

    ``votes`` is candidate id → votes, ``papers`` the ballot papers verified, ``lot`` the id of the candidate drawn,
    ``more`` what the contest's method has besides. ``rejected`` and ``papers`` are None where they are not known. With
    ``must_reconcile`` both must be known: every paper verified is then a vote or a rejected paper, or as the method
    has it.
    """
    counted = counted_in(contest, Keyed(votes, rejected, lot, more), papers)
    if findings := _shape(contest, counted, must_reconcile=must_reconcile):
        return findings
    findings = [*contest.rules.check(counted)]
    second = counted.more.second
    awaited = contest.rules.remaining(votes) and (
        second is None or any(one.code == "second-missing" for one in findings)
    )
    # Who is elected is known only once the second round is right.
    return findings if awaited else [*findings, *_tie(contest, counted)]


def check_preferences(
    contest: Contest,
    votes: dict[str, int],
    rejected: Rejected | None,
    papers: int | None,
    *,
    must_reconcile: bool = False,
) -> list[Finding]:
    """The same of the first preferences alone."""
    counted = counted_in(contest, Keyed(votes, rejected), papers)
    return _shape(contest, counted, must_reconcile=must_reconcile) or [*contest.rules.check_first(counted)]


def _shape(contest: Contest, counted: Counted, *, must_reconcile: bool) -> list[Finding]:
    """What stands against the figures one by one; without all of them their sums mean nothing."""
    if contest.rules.why_not:
        return [Finding("method-not-counted", "votes", contest.rules.why_not)]
    missing = [*_missing(counted), *contest.rules.missing(counted)] if must_reconcile else []
    papers = check_papers(contest, counted.papers)
    return [*missing, *_candidates(contest, counted.votes), *_rejected(counted.rejected), *papers]


def _missing(counted: Counted) -> list[Finding]:
    findings: list[Finding] = []
    if counted.papers is None:
        sentence = say("The ballot papers must be verified before the votes can be declared.")
        findings.append(Finding("papers-missing", "papers", sentence))
    if counted.rejected is None:
        sentence = say("Enter the rejected papers, so that every ballot paper is accounted for; 0 if there are none.")
        findings.append(Finding("rejected-missing", "rejected", sentence))
    return findings


def _candidates(contest: Contest, votes: dict[str, int]) -> list[Finding]:
    findings: list[Finding] = []
    for candidate in contest.polled:
        number = votes.get(candidate.id)
        field = f"votes.{candidate.id}"
        if number is None:
            sentence = say("Enter the votes for %(name)s; 0 if there are none.", name=contest.told(candidate.id))
            findings.append(Finding("votes-missing", field, sentence))
        elif number < 0:
            findings.append(Finding("votes-negative", field, say("Votes cannot be fewer than 0.")))
    known = {candidate.id: candidate for candidate in contest.candidates}
    for candidate in votes:
        if candidate not in known:
            sentence = say("No candidate %(candidate)s is on this ballot paper.", candidate=candidate)
            findings.append(Finding("candidate-unknown", f"votes.{candidate}", sentence))
        elif known[candidate].fate == "withdrew":
            sentence = say(
                "%(name)s withdrew before the poll, and has no votes. %(then)s",
                name=known[candidate].name,
                then=AT_THE_DESK,
            )
            findings.append(Finding("candidate-withdrew", f"votes.{candidate}", sentence))
    for candidate in contest.candidates:
        if candidate.fate != "died":
            continue
        desk = say("The desk records it under “No poll here”.")
        if candidate.party not in (INDEPENDENT, SPEAKER):
            sentence = say(
                "%(name)s, a party's candidate, has died: the poll is countermanded (rule 63). %(desk)s",
                name=candidate.name,
                desk=desk,
            )
            findings.append(Finding("party-candidate-died", "votes", sentence))
        elif contest.rules.any_death_countermands:
            sentence = say(
                "%(name)s, a candidate, has died: the poll is countermanded (rule 55). %(desk)s",
                name=candidate.name,
                desk=desk,
            )
            findings.append(Finding("party-candidate-died", "votes", sentence))
    return findings


def _rejected(rejected: Rejected | None) -> list[Finding]:
    if rejected is None:
        return []
    heads = heads_of(rejected)
    findings = [
        Finding("rejected-negative", f"rejected.{head}", say("Rejected papers cannot be fewer than 0."))
        for head, number in heads.items()
        if number < 0
    ]
    if rejected.total < 0:
        findings.append(Finding("rejected-negative", "rejected", say("Rejected papers cannot be fewer than 0.")))
    if len(heads) == len(HEADS) and sum(heads.values()) != rejected.total:
        sentence = say(
            "The four heads add up to %(sum)s, not to %(total)s rejected papers.",
            sum=sum(heads.values()),
            total=rejected.total,
        )
        findings.append(Finding("rejected-heads", "rejected", sentence))
    return findings


def check_papers(contest: Contest, papers: int | None) -> list[Finding]:
    """Everything that stands against this number of ballot papers verified; nothing where it is None, not known."""
    if papers is None:
        return []
    if papers < 0:
        return [Finding("papers-negative", "papers", say("Ballot papers cannot be fewer than 0."))]
    if 0 < contest.electorate < papers:
        sentence = say(
            "%(papers)s ballot papers are more than the electorate of %(electorate)s. %(then)s",
            papers=papers,
            electorate=contest.electorate,
            then=ELECTORATE,
        )
        return [Finding("papers-above-electorate", "papers", sentence)]
    return []


def _tie(contest: Contest, counted: Counted) -> list[Finding]:
    tie = contest.rules.tie(counted)
    if tie is None:
        first = contest.candidate(contest.rules.elect(replace(counted, drawn=())).order[0])
        if first.fate == "died":
            sentence = say(
                "%(name)s has died and has the most votes: nobody is returned (rule 61), and the election begins "
                "afresh. The desk records it under “No poll here”.",
                name=first.name,
            )
            return [Finding("dead-first", f"votes.{first.id}", sentence)]
        if not counted.drawn:
            return []
        where = say("A lot is drawn only where the first place is a tie.")
        if contest.seats > 1:
            where = say("A lot is drawn only where the last place is a tie.")
        return [Finding("lot-without-tie", "lot", where)]
    if decides(tie, counted.drawn):
        return []
    names = tuple(map(contest.told, tie.tied))
    sentence = say("%(names)s have the same number of votes: choose the one whose lot was drawn.", names=names)
    if tie.places > 1:
        sentence = say(
            "%(names)s have the same number of votes: choose the %(places)s whose lots were drawn.",
            names=names,
            places=tie.places,
        )
    return [Finding("tie-without-lot", "lot", sentence)]
