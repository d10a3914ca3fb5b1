"""One contest as data: the figures that the rules give, put into the public shapes. No HTTP, no rules of its own."""

from msgspec import UNSET

from server.election.contests import Candidate, Previous
from server.election.counts import Count
from server.election.nights import Night
from server.election.parties import counted_as
from server.election.result import CandidateResult, Result
from server.election.shares import percent
from server.feeds.states.contest_shapes import (
    Before,
    ContestState,
    ContestSummary,
    PreviousResult,
    Standing,
    Swung,
    Turnout,
    Winner,
)
from server.feeds.states.history import history_of
from server.feeds.states.photographs import told
from server.nights.assumed import is_assumed


def contest_summary(night: Night, count: Count) -> ContestSummary:
    """A contest in short, as it stands on this night."""
    contest, result, polled = count.contest, count.result, _polled(count)
    return ContestSummary(
        ballot=contest.ballot,
        name=contest.name,
        gss=contest.gss,
        status=count.status,
        verdict=result.verdict.text(night.parties) if result else None,
        winner=_winner(result.winner) if result and not result.verdict.seats else None,
        majority=polled.majority if polled else None,
        turnout=_turnout(count),
        declared_at=count.declared_at,
        time_assumed=is_assumed(night.definition, contest.ballot),
        expected=count.expected,
        body=contest.body,
        seats=contest.seats if contest.body else contest.elects,
        method=contest.method or "plurality" if contest.body else contest.method,
        elected=tuple(map(_winner, result.elected if result else ())) if contest.body or contest.elects else UNSET,
    )


def contest_state(night: Night, count: Count, with_history: bool = True) -> ContestState:
    """Everything about a contest, as it stands on this night; without its history where nobody asks for that."""
    contest, result, short = count.contest, _polled(count), contest_summary(night, count)
    swing = result.swing if result else None
    return ContestState(
        ballot=short.ballot,
        name=short.name,
        gss=short.gss,
        status=short.status,
        verdict=short.verdict,
        winner=short.winner,
        majority=short.majority,
        turnout=short.turnout,
        declared_at=short.declared_at,
        time_assumed=short.time_assumed,
        expected=short.expected,
        night=night.definition.id,
        rehearsal=bool(night.definition.rehearsal),
        seq=night.seq,
        region=contest.region,
        nation=contest.nation,
        electorate=contest.electorate or None,
        papers=count.papers,
        recount=count.recount,
        valid=result.valid if result else None,
        rejected=result.rejected if result else None,
        majority_share=percent(result.majority_share) if result and not result.verdict.seats else None,
        by_lot=bool(result and result.by_lot),
        swing=Swung(swing.from_party, swing.to_party, float(swing.size * 100)) if swing else None,
        why=contest.why,
        candidates=_candidates(night, count),
        previous=_previous(night, contest.previous) if contest.previous else None,
        history=history_of(night, count) if with_history else (),
        body=short.body,
        seats=short.seats,
        method=short.method,
        elected=short.elected,
        valid_papers=UNSET if contest.rules.has_winner else result.valid_papers if result else None,
        photographs=tuple(map(told, count.photos)) or UNSET,
    )


def _polled(count: Count) -> Result | None:
    """The result if there was a poll; None before it, and where a candidate was elected unopposed, without figures."""
    return None if count.result and count.result.unopposed else count.result


def _winner(line: CandidateResult) -> Winner:
    return Winner(line.candidate.name, line.candidate.party, counted_as(line.candidate.party), line.candidate.id)


def _turnout(count: Count) -> Turnout:
    result, papers = _polled(count), None
    if result and result.turnout_papers is not None:
        papers = percent(result.turnout_papers)
    elif count.papers is not None and count.contest.electorate:
        papers = count.papers * 100 / count.contest.electorate
    return Turnout(papers, percent(result.turnout_valid) if result else None)


def _candidates(night: Night, count: Count) -> tuple[Standing, ...]:
    if count.result is None:
        return tuple(_standing(night, candidate, None, None) for candidate in count.contest.candidates)
    polled, lines = _polled(count) is not None, count.result.lines
    shown = {line.candidate.id for line in lines}
    without = (candidate for candidate in count.contest.candidates if candidate.id not in shown)
    return (
        *(_standing(night, line.candidate, line, line if polled else None) for line in lines),
        *(_standing(night, candidate, None, None) for candidate in without),
    )


def _standing(
    night: Night, candidate: Candidate, elected: CandidateResult | None, line: CandidateResult | None
) -> Standing:
    return Standing(
        id=candidate.id,
        name=candidate.name,
        party=candidate.party,
        party_name=_party_name(night, candidate.party),
        counted_as=counted_as(candidate.party),
        votes=line.votes if line else None,
        share=percent(line.told_share) if line else None,
        change=percent(line.change) if line else None,
        elected=elected.elected if elected else None,
        lost_deposit=line.lost_deposit if line else None,
        description=candidate.description,
        fate=candidate.fate,
        second_preferences=line.total - line.votes if line and line.total is not None else UNSET,
    )


def _previous(night: Night, previous: Previous) -> PreviousResult:
    valid = sum(previous.votes.values())
    ranked = sorted(previous.votes.items(), key=lambda item: -item[1])
    return PreviousResult(
        holder=previous.holder,
        electorate=previous.electorate,
        valid=valid,
        parties=tuple(
            Before(party, _party_name(night, party), votes, votes * 100 / valid if valid else 0.0)
            for party, votes in ranked
        ),
        seats=previous.seats,
    )


def _party_name(night: Night, party: str) -> str:
    """A party's name on this night, or its id: a party of the baseline for which nobody stands now may have no name."""
    known = night.parties.get(party)
    return known.name if known else "Others" if party == "others" else party
