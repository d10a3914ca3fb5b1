"""One declaration judged: who won, by how much, hold or gain, swing, deposits. No totals, no night."""

from fractions import Fraction
from typing import Literal, Protocol

from msgspec import Struct

from server.election.contests import Candidate, Contest, Previous
from server.election.events import Rejected
from server.election.parties import Party, counted_as, has_a_past

Kind = Literal["hold", "gain", "win"]


class Figures(Protocol):
    """Candidate id → votes for every candidate, the rejected papers, the lot of a tie: as declared, or as keyed."""

    @property
    def votes(self) -> dict[str, int]: ...

    @property
    def rejected(self) -> Rejected | None: ...

    @property
    def lot(self) -> str | None: ...


class Line(Struct, frozen=True):
    """One candidate's figures. ``share`` is a fraction of the valid votes, ``change`` its change on the baseline
    (None where the party did not stand there, or the baseline is not known)."""

    candidate: Candidate
    votes: int
    share: Fraction
    change: Fraction | None
    elected: bool
    lost_deposit: bool


class Verdict(Struct, frozen=True):
    """By party, against the preceding general election; by-elections and defections in between do not count.

    ``kind`` is "win", and ``previous`` None, where no previous result is known. Ids are those under which the parties
    are counted. Independents are different people: an independent after an independent is a hold only as the sitting
    MP (North Down 2015), a gain where another candidate is, and a "win" where no candidate is marked as the sitting MP,
    because then nobody knows whether it is the same person.
    """

    kind: Kind
    winner: str
    previous: str | None

    def text(self, parties: dict[str, Party]) -> str:
        """As the House of Commons Library writes it: ``UKIP gain from Con``, ``Lab hold``."""
        text = f"{parties[self.winner].short} {self.kind}"
        if self.kind == "gain":
            assert self.previous is not None
            text += f" from {parties[self.previous].short}"
        return text


class Swing(Struct, frozen=True):
    """Butler swing: the mean of one party's gain in share and the other's loss, as a fraction; never negative."""

    from_party: str
    to_party: str
    size: Fraction


class Result(Struct, frozen=True):
    """All that follows from one declaration. ``lines`` are in order of votes, ties in ballot-paper order.

    ``rejected`` and ``turnout_papers`` are None where rejected papers are not known, both turnouts where the electorate
    is not. ``turnout_papers`` is ballot
    papers counted over electorate, which the press quotes; ``turnout_valid`` valid votes over electorate, which the
    House of Commons Library publishes.
    """

    lines: tuple[Line, ...]
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
    def winner(self) -> Line:
        """The candidate elected: the first line."""
        return self.lines[0]

    @property
    def unopposed(self) -> bool:
        """Whether there was nobody to vote against, and so no poll."""
        return self.valid == 0


def first_places(votes: dict[str, int]) -> list[str]:
    """The ids of the candidates who share the highest number of votes; more than one is a tie."""
    most = max(votes.values())
    return [candidate for candidate, number in votes.items() if number == most]


def judge(contest: Contest, declared: Figures) -> Result:
    """The result of a contest from its figures. A tie must come with its lot: ``decide`` sees to that."""
    return _result(contest, declared.votes, declared.rejected, declared.lot)


def elect_unopposed(contest: Contest) -> Result:
    """The result of a contest with one candidate, for whom nobody had to vote."""
    (only,) = contest.candidates
    return _result(contest, {only.id: 0}, None, None)


def _result(contest: Contest, votes: dict[str, int], rejected: Rejected | None, lot: str | None) -> Result:
    valid = sum(votes.values())
    tied = first_places(votes)
    elected = lot if len(tied) > 1 else tied[0]
    assert elected in tied, "a tie without a lot is not a result"

    # A stable sort: the winner, then by votes, ties in ballot-paper order.
    ranked = sorted(contest.candidates, key=lambda candidate: (candidate.id != elected, -votes[candidate.id]))
    lines = tuple(_line(contest, one, votes[one.id], valid, one.id == elected) for one in ranked)
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
    """5% of the valid votes or less (Representation of the People Act 1985, section 13)."""
    return votes * 20 <= valid


def _turnout(papers: int | None, electorate: int) -> Fraction | None:
    return Fraction(papers, electorate) if papers is not None and electorate else None


def _over(part: int, whole: int) -> Fraction:
    return Fraction(part, whole) if whole else Fraction(0)


def _line(contest: Contest, candidate: Candidate, votes: int, valid: int, elected: bool) -> Line:
    share = _over(votes, valid)
    before = None
    party = counted_as(candidate.party)
    alone = sum(counted_as(one.party) == party for one in contest.candidates) == 1
    if contest.previous and has_a_past(party) and alone and party in contest.previous.votes:
        before = _previous_share(contest.previous, party)
    return Line(
        candidate=candidate,
        votes=votes,
        share=share,
        change=None if before is None else share - before,
        elected=elected,
        lost_deposit=not elected and lost_deposit(votes, valid),
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
    # An independent after an independent, and not marked as the sitting MP: somebody else if another candidate is.
    if any(candidate.sitting for candidate in contest.candidates):
        return Verdict("gain", winner, previous.holder)
    return Verdict("win", winner, None)


def _swing(lines: tuple[Line, ...], previous: Previous | None) -> Swing | None:
    """Between the winner and the party it beat, the second; a party that did not stand before had no share."""
    if previous is None or len(lines) < 2:
        return None
    first, second = (counted_as(line.candidate.party) for line in lines[:2])
    if first == second or not (has_a_past(first) and has_a_past(second)):
        return None
    if not {first, second} & previous.votes.keys():  # as where the Speaker stood unopposed by both
        return None
    gain = lines[0].share - _previous_share(previous, first)
    loss = _previous_share(previous, second) - lines[1].share
    size = (gain + loss) / 2
    if size < 0:
        return Swing(first, second, -size)
    return Swing(second, first, size)
