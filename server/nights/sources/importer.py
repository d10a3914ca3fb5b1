"""Imports a night from CSV as the House of Commons Library or Democracy Club publishes it: the whole night, or every
error. Nothing is written."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from msgspec.structs import replace

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
    """Nothing was imported; ``problems`` is everything that is wrong with the files, in order of file and line."""

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

    ``id`` is Democracy Club's, ``parl.2019-12-12`` or ``parl.clacton.by.2014-10-09``. Files of by-elections have a date
    in each row: all rows are checked, but only those of this night are taken. ``baseline`` is a past night, or a CSV of
    notional results, which ``baseline_name`` names. Published verdicts are kept in the file, but not relied on.

    ``candidates`` may be an export of Democracy Club's. Then ``contests`` gives only what the export does not have, and
    may be None, and a ballot may have no votes yet, as long as none of its candidates has any.
    """
    day = _day(id)
    problems: list[Problem] = []
    if democracy_club.is_export(candidates):
        ballots = democracy_club.ballots(candidates, contests, id, day, problems)
    else:
        ballots = _of_the_library(contests, candidates, id, day, problems)
    before = _baseline(baseline, baseline_name or title, ballots, problems)
    for ballot in ballots:
        if before and ballot.seat.key[0] not in before.previous:
            ballot.seat.row.wrong(f"{ballot.seat.name} ({ballot.seat.key[0]}) is not in the baseline.")
    if problems:
        files = {contests.name if contests else "": 0, candidates.name: 1}
        raise ImportRefused(sorted(problems, key=lambda problem: (files.get(problem.file, 2), problem.line)))
    attribution = ATTRIBUTION
    if democracy_club.is_export(candidates):
        attribution = "; ".join((democracy_club.ATTRIBUTION, *([ATTRIBUTION] if contests or baseline else [])))
    lines = tuple(_line(ballot, before) for ballot in sorted(ballots, key=lambda ballot: ballot.seat.name))
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
    known = _GENERAL.fullmatch(night) or _BY_ELECTION.fullmatch(night)
    try:
        return date.fromisoformat(known[1] if known else "")
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
        word: candidate.party
        for ballot in ballots
        for candidate in ballot.paper
        for word in (candidate.number, candidate.party.short)
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
    if incomplete:  # rows missing from one file would be reported as mistakes in the other
        return []
    wanted = [ballot for ballot in _ballots(seats, standings) if night in (ballot.id, f"parl.{ballot.seat.key[1]}")]
    if not wanted:
        problems.append(Problem(contests.name, 0, f"There is no contest of {night} in it."))
    return wanted


def _ballots(seats: list[Seat], candidates: list[Candidacy]) -> list[Ballot]:
    """The candidates of each constituency as a ballot, checked as a whole."""
    papers: dict[Key, list[Candidacy]] = {}
    lines: dict[Key, int] = {}
    for constituency in seats:
        if constituency.key in papers:
            constituency.row.wrong(
                f"{constituency.name} ({constituency.key[0]}) is already on line {lines[constituency.key]}."
            )
        papers.setdefault(constituency.key, [])
        lines.setdefault(constituency.key, constituency.row.line)
    for candidate in candidates:
        if candidate.key in papers:
            papers[candidate.key].append(candidate)
        elif candidate.key[0]:
            candidate.row.wrong(f"{candidate.name} stands in {candidate.key[0]}, which is no ONS ID of the contests.")
    ballots: list[Ballot] = []
    ids: dict[str, Seat] = {}
    for constituency in seats:
        paper = tuple(sorted(papers[constituency.key], key=lambda candidate: candidate.place))
        check(constituency, paper)
        own = ballot_id(constituency)
        first = ids.setdefault(own, constituency)
        if first.key != constituency.key:
            constituency.row.wrong(f"{constituency.name} would have the id of line {first.row.line}, {own}.")
        ballots.append(Ballot(own, constituency, _unionists_named(constituency, paper)))
    return ballots


def _unionists_named(constituency: Seat, paper: tuple[Candidacy, ...]) -> tuple[Candidacy, ...]:
    """The candidates, with the Ulster Unionist among them named as such.

    In 2010 the candidates of the Ulster Conservatives and Unionists have no party in their rows, like independents. The
    column UUP of the contests has their votes, so the candidate with exactly as many is theirs.
    """
    if not constituency.unionists or any(candidate.party.short == "UUP" for candidate in paper):
        return paper
    unionist = Party("PP83", "Ulster Unionist Party", "UUP")
    return tuple(
        replace(candidate, party=unionist)
        if candidate.party.id == INDEPENDENT and candidate.votes == constituency.unionists
        else candidate
        for candidate in paper
    )


def _line(ballot: Ballot, before: Baseline | None) -> ContestLine:
    constituency, known = ballot.seat, facts.known(ballot.id)
    candidates = tuple(
        CandidateLine(candidate.name, candidate.party.id, candidate.votes or 0, candidate.sitting)
        for candidate in ballot.paper
    )
    most = max(candidate.votes for candidate in candidates)
    tied = [place for place, candidate in enumerate(candidates, start=1) if candidate.votes == most]
    drawn = [place for place in tied if candidates[place - 1].name == constituency.member]
    return ContestLine(
        ballot=ballot.id,
        name=constituency.name,
        gss=constituency.key[0],
        region=constituency.region,
        nation=constituency.nation,
        electorate=constituency.electorate or 0,
        candidates=candidates,
        rejected=constituency.invalid,
        declared=constituency.declared or known.declared,
        lot=drawn[0] if most and len(tied) > 1 else None,
        previous=before.previous[constituency.key[0]] if before else None,
        published=(constituency.result, constituency.majority)
        if constituency.result and constituency.majority is not None
        else None,
        why=known.why,
        stages=known.stages,
        notes=known.notes,
    )


def _parties(ballots: list[Ballot], lines: tuple[ContestLine, ...], before: Baseline | None) -> tuple[Party, ...]:
    """Every party that stands, is one that others are counted as, or had votes at the baseline, in order of id.

    A party that stands has the name that it has in this night.
    """
    stand = {candidate.party.id: candidate.party for ballot in ballots for candidate in ballot.paper}
    past = before.parties if before else {}
    parties = dict(stand)
    for party in stand.values():
        family = counted_as(party.id)
        parties.setdefault(family, past.get(family, Party(family, party.name, party.short)))
    for previous in _previous(lines):
        for party in previous.votes:
            if party != OTHERS:
                parties.setdefault(party, past[party])
    return tuple(parties[party] for party in sorted(parties))


def _previous(lines: tuple[ContestLine, ...]) -> list[Previous]:
    return [line.previous for line in lines if line.previous]
