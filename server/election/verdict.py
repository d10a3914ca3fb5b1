"""One declaration judged: who won, by how much, hold or gain, swing, deposits. No totals, no night."""

from fractions import Fraction
from typing import Protocol

from msgspec import UnsetType

from server.election.contests import Candidate, Contest, Previous
from server.election.methods.figures import NOTHING_MORE, Counted, MoreFigures, Rejected, Tie
from server.election.parties import INDEPENDENT, counted_as, has_a_past
from server.election.result import CandidateResult, Kind, PartySeats, Result, Swing, Verdict


class Figures(Protocol):
    """The figures of a result, whether declared or only keyed: ``votes`` is candidate id → votes for every candidate,
    ``lot`` the id of the candidate drawn in a tie, ``more`` what other methods have besides."""

    @property
    def votes(self) -> dict[str, int]: ...

    @property
    def rejected(self) -> Rejected | None: ...

    @property
    def lot(self) -> str | None: ...

    @property
    def more(self) -> MoreFigures | UnsetType: ...


def counted_in(contest: Contest, figures: Figures, papers: int | None = None) -> Counted:
    """The figures of a contest, as its method is asked about them."""
    more = figures.more or NOTHING_MORE
    return Counted(
        votes=figures.votes,
        rejected=figures.rejected,
        papers=papers,
        drawn=more.lots or (() if figures.lot is None else (figures.lot,)),
        more=more,
        dead=frozenset([candidate.id for candidate in contest.candidates if candidate.fate == "died"]),
        electorate=contest.electorate,
        told=contest.told,
    )


def tie_in(contest: Contest, votes: dict[str, int], more: MoreFigures = NOTHING_MORE) -> Tie | None:
    """The tie that only a lot can decide; None where the votes do."""
    dead = frozenset([candidate.id for candidate in contest.candidates if candidate.fate == "died"])
    return contest.rules.tie(Counted(votes=votes, more=more, dead=dead))


def tied_first(contest: Contest, votes: dict[str, int]) -> list[str]:
    """The ids of the candidates among whom a lot decides; the first alone where none does."""
    tie = tie_in(contest, votes)
    return list(tie.tied) if tie else first_places(votes)[:1]


def first_places(votes: dict[str, int]) -> list[str]:
    """The ids of the candidates who share the highest number of votes; more than one is a tie."""
    most = max(votes.values())
    return [candidate for candidate, number in votes.items() if number == most]


def judge(contest: Contest, declared: Figures) -> Result:
    """The result of a contest from its figures; AssertionError for a tie without its lot, which ``decide`` refuses.

    The candidates are those who have figures: one who came onto the ballot paper after them has no part in them.
    """
    return _result(contest, counted_in(contest, declared))


def elect_unopposed(contest: Contest) -> Result:
    """The result of a contest with no more candidates than seats, who are elected without a poll."""
    assert 0 < len(contest.standing) <= contest.seats, "that is contested"
    return _result(contest, Counted(votes={candidate.id: 0 for candidate in contest.standing}))


def _result(contest: Contest, counted: Counted) -> Result:
    rules, votes = contest.rules, counted.votes
    outcome = rules.elect(counted)
    candidates = {candidate.id: candidate for candidate in contest.candidates if candidate.id in votes}
    groups = {id: _group(candidate) for id, candidate in candidates.items()}
    parts = rules.by_group(votes, groups)
    valid = sum(parts.values())
    by_party: dict[str, int] = {}
    for group, number in parts.items():
        party = INDEPENDENT if group in candidates else group
        by_party[party] = by_party.get(party, 0) + number
    best = _best(groups, outcome.order) if rules.shares_are_of == "best candidates" else None
    compared = _compared(contest.previous, groups, best)
    lines = tuple(
        [
            _line(
                candidates[id],
                votes[id],
                valid,
                compared.get(id),
                id in outcome.elected,
                rules.has_deposit,
                outcome.totals.get(id),
                best is None or id in best,
            )
            for id in outcome.order
        ]
    )
    elected = [line.candidate for line in lines[: len(outcome.elected)]]
    valid_papers, papers = rules.valid_papers(counted), rules.papers(counted)
    return Result(
        lines=lines,
        verdict=_verdict(contest, elected[0]) if rules.has_winner else _by_party(contest, elected),
        majority=outcome.majority,
        majority_share=_over(outcome.majority, outcome.majority_of or valid),
        valid=valid,
        rejected=counted.rejected,
        turnout_papers=_turnout(papers, contest.electorate),
        turnout_valid=_turnout(valid_papers, contest.electorate),
        swing=_swing(lines, contest.previous) if rules.has_swing else None,
        by_lot=outcome.by_lot,
        by_party=by_party,
        valid_papers=valid_papers,
        papers=papers,
        drawn=counted.drawn if outcome.by_lot else (),
    )


def lost_deposit(votes: int, valid: int) -> bool:
    """Whether a deposit is lost: 5% of the valid votes or less (Representation of the People Act 1985, section 13)."""
    return votes * 20 <= valid


def _turnout(papers: int | None, electorate: int) -> Fraction | None:
    return Fraction(papers, electorate) if papers is not None and electorate else None


def _over(part: int, whole: int) -> Fraction:
    return Fraction(part, whole) if whole else Fraction(0)


def _group(candidate: Candidate) -> str:
    """What a candidate's votes are counted with: a party, or the candidate's own id without one."""
    party = counted_as(candidate.party)
    return party if has_a_past(party) else candidate.id


def _compared(previous: Previous | None, groups: dict[str, str], best: frozenset[str] | None) -> dict[str, Fraction]:
    """Candidate id → the share at the baseline that this candidate's is compared with: of a party's only candidate, or
    its ``best``."""
    if previous is None:
        return {}
    standing = list(groups.values())
    found: dict[str, Fraction] = {}
    for id, party in groups.items():
        if party in previous.votes and party != id and (id in best if best else standing.count(party) == 1):
            found[id] = _previous_share(previous, party)
    return found


def _best(groups: dict[str, str], order: tuple[str, ...]) -> frozenset[str]:
    """The candidate of each group who comes first in this order."""
    return frozenset({groups[id]: id for id in reversed(order)}.values())


def _line(
    candidate: Candidate,
    votes: int,
    valid: int,
    before: Fraction | None,
    elected: bool,
    deposit: bool,
    total: int | None,
    best: bool,
) -> CandidateResult:
    share = _over(votes, valid)
    return CandidateResult(
        candidate=candidate,
        votes=votes,
        share=share,
        change=None if before is None else share - before,
        elected=elected,
        # The deposit of somebody who has died is returned (rule 60).
        lost_deposit=deposit and not elected and candidate.fate != "died" and lost_deposit(votes, valid),
        total=total,
        best=best,
    )


def _previous_share(previous: Previous, party: str) -> Fraction:
    return _over(previous.votes.get(party, 0), sum(previous.votes.values()))


def _by_party(contest: Contest, elected: list[Candidate]) -> Verdict:
    """The verdict where several seats were fought, party by party."""
    won: dict[str, int] = {}
    for candidate in elected:
        party = counted_as(candidate.party)
        won[party] = won.get(party, 0) + 1
    before = None if contest.previous is None else contest.previous.won
    parties = {**won, **dict.fromkeys(before or (), 0), **won}
    seats = [
        PartySeats(party, number, None if before is None else before.get(party, 0)) for party, number in parties.items()
    ]
    seats.sort(key=lambda one: -one.won)  # of those with equally many the one elected first
    kind: Kind = "win" if before is None else "gain" if any(one.change for one in seats) else "hold"
    return Verdict(kind, seats[0].party, None, tuple(seats), contest.seats - len(elected))


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
