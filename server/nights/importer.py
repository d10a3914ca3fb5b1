"""A past night made from CSV of the House of Commons Library's shape: all of it, or every error. Writes no file."""

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from msgspec import Struct
from uk_election_ids.election_ids import IdBuilder

from server.election.contests import Previous
from server.election.parties import INDEPENDENT, Party, counted_as
from server.nights import facts
from server.nights.archive import PastNight
from server.nights.ballots import (
    CANDIDATE_COLUMNS,
    CONTEST_COLUMNS,
    Key,
    Seat,
    Standing,
    polls_close,
    seat,
    standing,
)
from server.nights.baselines import Baseline, of_night, of_notional
from server.nights.format import ATTRIBUTION, OTHERS, CandidateLine, ContestLine, Header, written
from server.nights.tables import Problem, table

_GENERAL = re.compile(r"parl\.(\d{4}-\d\d-\d\d)")
_BY_ELECTION = re.compile(r"parl\.[a-z0-9-]+\.by\.(\d{4}-\d\d-\d\d)")


class ImportRefused(ValueError):
    """Nothing was imported; ``problems`` are all that is wrong with the files, in order of file and line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class _Ballot(Struct, frozen=True):
    """One constituency with its candidates in ballot-paper order."""

    id: str
    seat: Seat
    paper: tuple[Standing, ...]


def import_night(
    contests: Path,
    candidates: Path,
    *,
    id: str,
    title: str,
    baseline: PastNight | Path | None = None,
    baseline_name: str = "",
) -> str:
    """The text of the night file of one general election or by-election; ImportRefused with everything wrong.

    ``id`` is Democracy Club's, ``parl.2019-12-12`` or ``parl.clacton.by.2014-10-09``: of files with a date in each
    row, such as those of by-elections, only its rows are taken, but all are checked. ``baseline`` is a past night or
    a CSV of notional results, then with a name to give it. Published verdicts are kept, never relied upon.
    """
    day = _day(id)
    problems: list[Problem] = []
    seats = [seat(row, day) for row in table(contests, CONTEST_COLUMNS, problems)]
    standings = [standing(row, day) for row in table(candidates, CANDIDATE_COLUMNS, problems)]
    ballots: list[_Ballot] = []
    if seats and standings:
        ballots = [one for one in _ballots(seats, standings) if id in (one.id, f"parl.{one.seat.key[1]}")]
        if not ballots:
            problems.append(Problem(contests.name, 0, f"There is no contest of {id} in it."))
    before = _baseline(baseline, baseline_name or title, standings, problems)
    for one in ballots:
        if before and one.seat.key[0] not in before.previous:
            one.seat.row.wrong(f"{one.seat.name} ({one.seat.key[0]}) is not in the baseline.")
    if problems:
        files = {contests.name: 0, candidates.name: 1}
        raise ImportRefused(sorted(problems, key=lambda one: (files.get(one.file, 2), one.line)))
    lines = tuple(_line(one, before) for one in sorted(ballots, key=lambda one: one.seat.name))
    header = Header(
        id=id,
        title=title,
        date=day,
        polls_close=polls_close(day),
        baseline=before.name if before else "",
        seats=len(lines) if _GENERAL.fullmatch(id) else 0,
        times="recorded" if all(one.seat.declared for one in ballots) else "assumed",
        contests=len(lines),
        attribution=ATTRIBUTION,
        parties=_parties(ballots, lines, before),
    )
    return written(header, lines)


def _day(night: str) -> date:
    found = _GENERAL.fullmatch(night) or _BY_ELECTION.fullmatch(night)
    try:
        return date.fromisoformat(found[1] if found else "")
    except ValueError:
        sentence = "The id of a night is like parl.2019-12-12, or parl.clacton.by.2014-10-09 for a by-election."
        raise ImportRefused([Problem(night, 0, sentence)]) from None


def _baseline(
    baseline: PastNight | Path | None, name: str, standings: list[Standing], problems: list[Problem]
) -> Baseline | None:
    if baseline is None:
        return None
    if isinstance(baseline, PastNight):
        return of_night(baseline)
    numbers = {one.number: one.party for one in standings if one.number}
    return of_notional(baseline, name, numbers, problems)


def _ballots(seats: list[Seat], standings: list[Standing]) -> list[_Ballot]:
    """Candidates put to their constituencies, and each ballot checked as a whole."""
    papers: dict[Key, list[Standing]] = {}
    lines: dict[Key, int] = {}
    for one in seats:
        if one.key in papers:
            one.row.wrong(f"{one.name} ({one.key[0]}) is already on line {lines[one.key]}.")
        papers.setdefault(one.key, [])
        lines.setdefault(one.key, one.row.line)
    for one in standings:
        if one.key in papers:
            papers[one.key].append(one)
        elif one.key[0]:
            one.row.wrong(f"{one.name} stands in {one.key[0]}, which is no ONS ID of the contests.")
    found: list[_Ballot] = []
    by_election = any(one.row.has("By-election date") or one.row.has("Election date") for one in seats)
    for one in seats:
        paper = tuple(sorted(papers[one.key], key=lambda each: each.place))
        builder = IdBuilder("parl", one.key[1]).with_division(one.name or "-")
        if by_election:
            builder = builder.with_contest_type("by")
        _check(one, paper)
        found.append(_Ballot(builder.ballot_id, one, _unionists_named(one, paper)))
    return found


def _check(one: Seat, paper: tuple[Standing, ...]) -> None:
    """Whether the figures of a ballot agree with one another."""
    if not paper:
        one.row.wrong(f"{one.name} has no candidates.")
        return
    votes = sorted((each.votes for each in paper if each.votes is not None), reverse=True)
    if len(votes) < len(paper):
        return  # said already, where the number should be
    if one.valid is not None and sum(votes) != one.valid:
        sentence = f"The candidates of {one.name} have {sum(votes):,} votes, but Valid votes is {one.valid:,}."
        one.row.wrong(sentence)
    majority = votes[0] - votes[1] if len(votes) > 1 else votes[0]
    if one.majority is not None and len(votes) > 1 and majority != one.majority:
        one.row.wrong(f"The majority in {one.name} is {majority:,}, but Majority says {one.majority:,}.")
    if votes[0] == 0:
        one.row.wrong(f"Nobody in {one.name} has a vote.")
    if one.member:
        _check_winner(one, one.member, paper, votes[0])
    elif majority == 0 and len(votes) > 1:
        one.row.wrong(f"{one.name} is a tie, and the file does not say who won.")


def _check_winner(one: Seat, member: str, paper: tuple[Standing, ...], most: int) -> None:
    won = [each for each in paper if each.name == member]
    first = " and ".join(each.name for each in paper if each.votes == most)
    if not won:
        one.row.wrong(f"The winner in {one.name} is {member}, who is not among the candidates.")
    elif all(each.votes != most for each in won):
        one.row.wrong(f"The winner in {one.name} is {member}, but most votes are for {first}.")


def _unionists_named(one: Seat, paper: tuple[Standing, ...]) -> tuple[Standing, ...]:
    """In 2010 the candidates of the Ulster Conservatives and Unionists are rows without a party, as if independent;
    the contests' column UUP has their votes, so the one with exactly these is theirs."""
    if not one.unionists or any(each.party.short == "UUP" for each in paper):
        return paper
    unionist = Party("PP83", "Ulster Unionist Party", "UUP")
    return tuple(
        Standing(each.row, each.key, each.name, each.place, unionist, each.number, each.votes, each.sitting)
        if each.party.id == INDEPENDENT and each.votes == one.unionists
        else each
        for each in paper
    )


def _line(ballot: _Ballot, before: Baseline | None) -> ContestLine:
    one, known = ballot.seat, facts.known(ballot.id)
    candidates = tuple(
        CandidateLine(each.name, each.party.id, each.votes or 0, each.sitting) for each in ballot.paper
    )
    most = max(each.votes for each in candidates)
    tied = [place for place, each in enumerate(candidates, start=1) if each.votes == most]
    drawn = [place for place in tied if candidates[place - 1].name == one.member]
    return ContestLine(
        ballot=ballot.id,
        name=one.name,
        gss=one.key[0],
        region=one.region,
        nation=one.nation,
        electorate=one.electorate or 0,
        candidates=candidates,
        rejected=one.invalid,
        declared=one.declared or known.declared,
        lot=drawn[0] if len(tied) > 1 else None,
        previous=before.previous[one.key[0]] if before else None,
        published=(one.result, one.majority) if one.result and one.majority is not None else None,
        why=known.why,
        stages=known.stages,
        notes=known.notes,
    )


def _parties(
    ballots: list[_Ballot], lines: tuple[ContestLine, ...], before: Baseline | None
) -> tuple[Party, ...]:
    """Every party that stands, is counted as, or had votes at the baseline; this night's names come first."""
    stand = {each.party.id: each.party for ballot in ballots for each in ballot.paper}
    past = before.parties if before else {}
    found = dict(stand)
    for party in stand.values():
        family = counted_as(party.id)
        found.setdefault(family, past.get(family, Party(family, party.name, party.short)))
    for previous in _previous(lines):
        for party in previous.votes:
            if party != OTHERS:
                found.setdefault(party, past[party])
    return tuple(found[party] for party in sorted(found))


def _previous(lines: tuple[ContestLine, ...]) -> list[Previous]:
    return [line.previous for line in lines if line.previous]
