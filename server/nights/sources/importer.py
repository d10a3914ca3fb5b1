"""Nights from CSV of the House of Commons Library's or of Democracy Club's shape: all of it, or every error. Writes
nothing."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from server.election.contests import Previous
from server.election.parties import INDEPENDENT, Party, counted_as
from server.nights import facts
from server.nights.baselines import Baseline, of_night
from server.nights.format import ATTRIBUTION, OTHERS, CandidateLine, ContestLine, Header, written
from server.nights.past import PastNight
from server.nights.sources import columns, democracy_club
from server.nights.sources.ballots import (
    CANDIDATE_COLUMNS,
    CONTEST_COLUMNS,
    Ballot,
    Candidacy,
    Key,
    Seat,
    ballot_id,
    check,
    polls_close,
    seat,
    standing,
)
from server.nights.sources.notional import of_notional
from server.nights.sources.tables import Problem, table

_GENERAL = re.compile(r"parl\.(\d{4}-\d\d-\d\d)")
_BY_ELECTION = re.compile(r"parl\.[a-z0-9-]+\.by\.(\d{4}-\d\d-\d\d)")


class ImportRefused(ValueError):
    """Nothing was imported; ``problems`` are all that is wrong with the files, in order of file and line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def import_night(
    contests: Path | None,
    candidates: Path,
    *,
    id: str,
    title: str,
    baseline: PastNight | Path | None = None,
    baseline_name: str = "",
) -> str:
    """The text of the night file of one general election or by-election; ImportRefused with everything wrong.

    ``id`` is Democracy Club's, ``parl.2019-12-12`` or ``parl.clacton.by.2014-10-09``: of files with a date in
    each row, those of by-elections, only its rows are taken, but all are checked. ``baseline`` is a past
    night, or a CSV of notional results with a name to give it. Published verdicts are kept, not relied on.
    ``candidates`` may be Democracy Club's: then ``contests`` is only for what is not in it, and may be None; so may
    the votes be, all of a ballot's.
    """
    day = _day(id)
    problems: list[Problem] = []
    if democracy_club.is_export(candidates):
        ballots = democracy_club.ballots(candidates, contests, id, day, problems)
    else:
        ballots = _of_the_library(contests, candidates, id, day, problems)
    before = _baseline(baseline, baseline_name or title, ballots, problems)
    for one in ballots:
        if before and one.seat.key[0] not in before.previous:
            one.seat.row.wrong(f"{one.seat.name} ({one.seat.key[0]}) is not in the baseline.")
    if problems:
        files = {contests.name if contests else "": 0, candidates.name: 1}
        raise ImportRefused(sorted(problems, key=lambda problem: (files.get(problem.file, 2), problem.line)))
    attribution = ATTRIBUTION
    if democracy_club.is_export(candidates):
        attribution = "; ".join((democracy_club.ATTRIBUTION, *([ATTRIBUTION] if contests or baseline else [])))
    lines = tuple(_line(one, before) for one in sorted(ballots, key=lambda ballot: ballot.seat.name))
    header = Header(
        id=id,
        title=title,
        date=day,
        polls_close=polls_close(day),
        baseline=before.name if before else "",
        seats=0 if any(".by." in line.ballot for line in lines) else len(lines),
        times="recorded"
        if all(ballot.seat.declared for ballot in ballots if ballot.paper[0].votes is not None)
        else "assumed",
        contests=len(lines),
        attribution=attribution,
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
    baseline: PastNight | Path | None, name: str, ballots: Sequence[Ballot], problems: list[Problem]
) -> Baseline | None:
    if baseline is None:
        return None
    if isinstance(baseline, PastNight):
        return of_night(baseline)
    known = {
        word: each.party
        for ballot in ballots
        for each in ballot.paper
        for word in (each.number, each.party.short)
        if word
    }
    return of_notional(baseline, name, known, problems)


def _of_the_library(
    contests: Path | None, candidates: Path, night: str, day: date, problems: list[Problem]
) -> list[Ballot]:
    if contests is None:
        sentence = "This is no file of Democracy Club's: the contests must be given with it."
        problems.append(Problem(candidates.name, 0, sentence))
        return []
    first = table(contests, CONTEST_COLUMNS, problems, columns.CONTESTS)
    second = table(candidates, CANDIDATE_COLUMNS, problems, columns.CANDIDATES)
    incomplete = bool(problems)
    seats, standings = [seat(row, day) for row in first], [standing(row, day) for row in second]
    if incomplete:  # what is missing in one file would be said of the other
        return []
    found = [one for one in _ballots(seats, standings) if night in (one.id, f"parl.{one.seat.key[1]}")]
    if not found:
        problems.append(Problem(contests.name, 0, f"There is no contest of {night} in it."))
    return found


def _ballots(seats: list[Seat], standings: list[Candidacy]) -> list[Ballot]:
    """Candidates put to their constituencies, and each ballot checked as a whole."""
    papers: dict[Key, list[Candidacy]] = {}
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
    found: list[Ballot] = []
    ids: dict[str, Seat] = {}
    for one in seats:
        paper = tuple(sorted(papers[one.key], key=lambda each: each.place))
        check(one, paper)
        own = ballot_id(one)
        first = ids.setdefault(own, one)
        if first.key != one.key:
            one.row.wrong(f"{one.name} would have the id of line {first.row.line}, {own}.")
        found.append(Ballot(own, one, _unionists_named(one, paper)))
    return found


def _unionists_named(one: Seat, paper: tuple[Candidacy, ...]) -> tuple[Candidacy, ...]:
    """In 2010 the candidates of the Ulster Conservatives and Unionists have no party in their rows, as if
    independent; the contests' column UUP has their votes, so the one with exactly these is theirs."""
    if not one.unionists or any(each.party.short == "UUP" for each in paper):
        return paper
    unionist = Party("PP83", "Ulster Unionist Party", "UUP")
    return tuple(
        Candidacy(each.row, each.key, each.name, each.place, unionist, each.number, each.votes, each.sitting)
        if each.party.id == INDEPENDENT and each.votes == one.unionists
        else each
        for each in paper
    )


def _line(ballot: Ballot, before: Baseline | None) -> ContestLine:
    one, known = ballot.seat, facts.known(ballot.id)
    candidates = tuple(CandidateLine(each.name, each.party.id, each.votes or 0, each.sitting) for each in ballot.paper)
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
        lot=drawn[0] if most and len(tied) > 1 else None,
        previous=before.previous[one.key[0]] if before else None,
        published=(one.result, one.majority) if one.result and one.majority is not None else None,
        why=known.why,
        stages=known.stages,
        notes=known.notes,
    )


def _parties(ballots: list[Ballot], lines: tuple[ContestLine, ...], before: Baseline | None) -> tuple[Party, ...]:
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
