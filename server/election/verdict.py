"""One declaration judged: who won, by how much, hold or gain, swing, deposits. No totals, no night."""

from fractions import Fraction
from typing import Literal, Protocol

from msgspec import Struct

from server.election.contests import Candidate, Contest, Previous
from server.election.events import Rejected
from server.election.parties import Party, counted_as, has_a_past

Kind = Literal["hold", "gain", "win"]


class Figures(Protocol):
    """The figures of a result, whether declared or only keyed: ``votes`` is candidate id → votes for every candidate,
    ``lot`` the id of the candidate drawn in a tie."""

    @property
    def votes(self) -> dict[str, int]: ...

    @property
    def rejected(self) -> Rejected | None: ...

    @property
    def lot(self) -> str | None: ...


class CandidateResult(Struct, frozen=True):
    """One candidate's line of a result.

    ``share`` is a fraction of the valid votes. ``change`` is its difference from the party's share at the baseline;
    None where that is not known, the party had no votes there, two candidates of the party stand now, or the candidate
    is an independent.
    """

    candidate: Candidate
    votes: int
    share: Fraction
    change: Fraction | None
    elected: bool
    lost_deposit: bool


class Verdict(Struct, frozen=True):
    """Hold or gain: by party, against the baseline; by-elections and defections since then do not count.

    ``winner`` and ``previous`` are the ids under which the parties are counted. ``kind`` is "win", and ``previous``
    None, where no previous result is known. Independents are not a party but different people, so an independent after
    an independent is a hold only if the winner is the sitting MP (North Down 2015). It is a gain if another candidate
    is the sitting MP, and a "win" if no candidate is marked as that: it may or may not be the same person.
    """

    kind: Kind
    winner: str
    previous: str | None

    def text(self, parties: dict[str, Party]) -> str:
        """The verdict as the House of Commons Library writes it: ``UKIP gain from Con``, ``Lab hold``."""
        text = f"{parties[self.winner].short} {self.kind}"
        if self.kind == "gain":
            assert self.previous is not None
            text += f" from {parties[self.previous].short}"
        return text


class Swing(Struct, frozen=True):
    """Butler swing: the mean of ``to_party``'s gain in share and ``from_party``'s loss, as a fraction; never
    negative."""

    from_party: str
    to_party: str
    size: Fraction


class Result(Struct, frozen=True):
    """All that follows from one declaration.

    ``lines`` has the winner first, then the others by votes, ties in ballot-paper order. ``majority`` is the winner's
    votes minus the second's, ``majority_share`` that as a fraction of the ``valid`` votes. ``turnout_papers`` is ballot
    papers counted (valid and rejected) over electorate, which the press quotes; ``turnout_valid`` is valid votes over
    electorate, which the House of Commons Library publishes. ``rejected`` and ``turnout_papers`` are None where the
    rejected papers are not known, both turnouts where the electorate is not known. ``swing`` is None where there is
    none between the first two. ``by_lot`` says that a lot decided.
    """

    lines: tuple[CandidateResult, ...]
    verdict: Verdict
    majority: int
    majority_share: Fraction
    valid: int
    rejected: Rejected | None
    turnout_papers: Fraction | None
    turnout_valid: Fraction | None
    swing: Swing | None
    by_lot: bool

    @property
    def winner(self) -> CandidateResult:
        """The candidate elected: the first line."""
        return self.lines[0]

    @property
    def unopposed(self) -> bool:
        """Whether there was no poll, because only one candidate stood."""
        return self.valid == 0


def tied_first(contest: Contest, votes: dict[str, int]) -> list[str]:
    """The ids of the candidates who share the first place, of whom a lot elects one; one who has died is ignored where
    another has as many votes (Parliamentary Elections Rules, rule 62)."""
    tied = first_places(votes)
    return [candidate for candidate in tied if contest.candidate(candidate).fate != "died"] or tied


def first_places(votes: dict[str, int]) -> list[str]:
    """The ids of the candidates who share the highest number of votes; more than one is a tie."""
    most = max(votes.values())
    return [candidate for candidate, number in votes.items() if number == most]


def judge(contest: Contest, declared: Figures) -> Result:
    """The result of a contest from its figures; AssertionError for a tie without its lot, which ``decide`` refuses.

    The candidates are those who have figures: one who came onto the ballot paper after them has no part in them.
    """
    return _result(contest, declared.votes, declared.rejected, declared.lot)


def elect_unopposed(contest: Contest) -> Result:
    """The result of a contest with one candidate, who is elected without a poll."""
    (only,) = contest.standing
    return _result(contest, {only.id: 0}, None, None)


def _result(contest: Contest, votes: dict[str, int], rejected: Rejected | None, lot: str | None) -> Result:
    valid = sum(votes.values())
    candidates = tuple([candidate for candidate in contest.candidates if candidate.id in votes])
    tied = tied_first(contest, votes)
    elected = lot if len(tied) > 1 else tied[0]
    assert elected in tied, "a tie without a lot is not a result"

    # The sort is stable: candidates with equal votes stay in ballot-paper order.
    ranked = sorted(candidates, key=lambda candidate: (candidate.id != elected, -votes[candidate.id]))
    standing = [counted_as(candidate.party) for candidate in candidates]
    lines = tuple(
        _line(contest, candidate, votes[candidate.id], valid, candidate.id == elected, standing) for candidate in ranked
    )
    majority = votes[elected] - (votes[ranked[1].id] if len(ranked) > 1 else 0)
    papers = None if rejected is None else valid + rejected.total
    return Result(
        lines=lines,
        verdict=_verdict(contest, lines[0].candidate),
        majority=majority,
        majority_share=_over(majority, valid),
        valid=valid,
        rejected=rejected,
        turnout_papers=_turnout(papers, contest.electorate),
        turnout_valid=_turnout(valid, contest.electorate),
        swing=_swing(lines, contest.previous),
        by_lot=len(tied) > 1,
    )


def lost_deposit(votes: int, valid: int) -> bool:
    """Whether a deposit is lost: 5% of the valid votes or less (Representation of the People Act 1985, section 13)."""
    return votes * 20 <= valid


def _turnout(papers: int | None, electorate: int) -> Fraction | None:
    return Fraction(papers, electorate) if papers is not None and electorate else None


def _over(part: int, whole: int) -> Fraction:
    return Fraction(part, whole) if whole else Fraction(0)


def _line(
    contest: Contest, candidate: Candidate, votes: int, valid: int, elected: bool, standing: list[str]
) -> CandidateResult:
    share = _over(votes, valid)
    before = None
    party = counted_as(candidate.party)
    if contest.previous and has_a_past(party) and standing.count(party) == 1 and party in contest.previous.votes:
        before = _previous_share(contest.previous, party)
    return CandidateResult(
        candidate=candidate,
        votes=votes,
        share=share,
        change=None if before is None else share - before,
        elected=elected,
        # The deposit of somebody who has died is returned (rule 60).
        lost_deposit=not elected and candidate.fate != "died" and lost_deposit(votes, valid),
    )


def _previous_share(previous: Previous, party: str) -> Fraction:
    return _over(previous.votes.get(party, 0), sum(previous.votes.values()))


def _verdict(contest: Contest, elected: Candidate) -> Verdict:
    winner, previous = counted_as(elected.party), contest.previous
    if previous is None:
        return Verdict("win", winner, None)
    if winner != previous.holder:
        return Verdict("gain", winner, previous.holder)
    if has_a_past(winner) or elected.sitting:
        return Verdict("hold", winner, previous.holder)
    # An independent who is not marked as the sitting MP won after an independent. If another candidate is the sitting
    # MP, the winner is a different person.
    if any(candidate.sitting for candidate in contest.candidates):
        return Verdict("gain", winner, previous.holder)
    return Verdict("win", winner, None)


def _swing(lines: tuple[CandidateResult, ...], previous: Previous | None) -> Swing | None:
    """The swing between the winner and the second; the share before of a party that did not stand then is 0.

    None between candidates of one party, with an independent, and where neither party had votes before.
    """
    if previous is None or len(lines) < 2:
        return None
    first, second = (counted_as(line.candidate.party) for line in lines[:2])
    if first == second or not (has_a_past(first) and has_a_past(second)):
        return None
    if not {first, second} & previous.votes.keys():  # as in a Speaker's seat that neither contested before
        return None
    gain = lines[0].share - _previous_share(previous, first)
    loss = _previous_share(previous, second) - lines[1].share
    size = (gain + loss) / 2
    if size < 0:
        return Swing(first, second, -size)
    return Swing(second, first, size)
