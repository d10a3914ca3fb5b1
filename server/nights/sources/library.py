"""Ballots as the House of Commons Library's two files have them: those of one night, whatever else is in the files. No
night."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby

from msgspec.structs import replace

from server.election.parties import INDEPENDENT, Party
from server.nights.sources import columns
from server.nights.sources.ballots import (
    CANDIDATE_COLUMNS,
    CONTEST_COLUMNS,
    Ballot,
    Candidacy,
    Key,
    Seat,
    ballot_id,
    day_in,
    seat,
    slug,
    standing,
)
from server.nights.sources.checking import UNCONTESTED, called, check
from server.nights.sources.problems import Problem
from server.nights.sources.rows import CsvRow, sound
from server.nights.sources.source import File, text_of
from server.nights.sources.tables import every_row
from server.nights.sums import a_sum

_ADDED_UP = ("Electorate", "Valid votes", "Invalid votes")
_OF_PARTIES = ("Con", "Lab", "LD", "UKIP", "BRX", "RUK", "Green", "SNP", "PC", "DUP", "SF", "SDLP", "UUP", "APNI")
_OF_OTHERS, _OF_ANOTHER_WINNER = "All other candidates", "Of which other winner"


def of_the_library(
    contests: File | None, candidates: File, night: str, day: date, problems: list[Problem], notes: list[Problem]
) -> list[Ballot]:
    """The ballots of one night. What is wrong with them is added to ``problems``, what is odd to ``notes``; rows of
    other nights do not matter."""
    if contests is None:
        if text_of(candidates, problems) is None:
            return []
        sentence = "This is no file of Democracy Club's: the contests must be given with it."
        problems.append(Problem(candidates.name, 0, sentence))
        return []
    first = every_row(contests, CONTEST_COLUMNS, problems, columns.CONTESTS)
    second = every_row(candidates, CANDIDATE_COLUMNS, problems, columns.CANDIDATES)
    if problems:  # rows missing from one file would be reported as mistakes in the other
        return []
    first = _without_totals(first)
    ours = [row for row in first if _is_of(row, night, day)]
    if not ours:
        problems.append(Problem(contests.name, 0, _nothing_of(first, night, day)))
        return []
    codes = {row.text("ONS ID") for row in ours}
    elsewhere = {row.text("ONS ID") for row in first} - codes
    theirs = _of_people(row for row in second if _stands_in(row, night, day, codes, elsewhere))
    contest_rows, candidate_rows = sound(ours), sound(theirs)
    incomplete = len(contest_rows) < len(ours) or len(candidate_rows) < len(theirs)
    in_each = {gss: len(list(rows)) for gss, rows in groupby(sorted(row.text("ONS ID") for row in candidate_rows))}
    seats = [seat(row, day) for row in contest_rows]
    standings = [standing(row, day, alone=in_each[row.text("ONS ID")] == 1) for row in candidate_rows]
    if incomplete:
        return []
    _note_sums(seats, notes)
    return _ballots(seats, standings, by=".by." in night)


def _is_of(row: CsvRow, night: str, day: date) -> bool:
    """Whether a contest's row is of the night; one whose date cannot be read may be."""
    if (day_in(row) or day) != day:
        return False
    return ".by." not in night or f"parl.{slug(row.text('Constituency name'))}.by.{day}" == night


def _stands_in(row: CsvRow, night: str, day: date, codes: set[str], elsewhere: set[str]) -> bool:
    """Whether a candidate's row is of the night: of its contests ``codes``, or of none that the file has."""
    if (day_in(row) or day) != day:
        return False
    return row.text("ONS ID") in codes or (".by." not in night and row.text("ONS ID") not in elsewhere)


def _of_people(rows: Iterable[CsvRow]) -> list[CsvRow]:
    """The rows of candidates. Of any other row it is noted that it is none, and nothing else is said of it."""
    people: list[CsvRow] = []
    for row in rows:
        first, surname = row.text("Candidate first name"), row.text("Candidate surname")
        others = map(row.text, ("ONS ID", "Constituency name", "Party name", "Party abbreviation"))
        if sums := a_sum(f"{first} {surname}".strip(), surname, *others):
            row.wrong(f"{sums} is no candidate and no party: leave this row out.", "neither candidate nor party")
        else:
            people.append(row)
    return people


def _nothing_of(rows: Sequence[CsvRow], night: str, day: date) -> str:
    sentence = f"There is no contest of {night} in it."
    found = {day_in(row) for row in rows}
    if day.day <= 12 and (american := day.replace(month=day.day, day=day.month)) != day and american in found:
        sentence += (
            f" There is one of {american:%d/%m/%Y}: if the month comes first (as in America), put the day first."
        )
    return sentence


def _without_totals(rows: Sequence[CsvRow]) -> list[CsvRow]:
    """The rows without those of totals, each of which is checked against the rows above it."""
    parts: list[CsvRow] = []
    for row in rows:
        if row.text("ONS ID") or not a_sum(row.text("Constituency name"), *row.cells[:2]):
            parts.append(row)
            continue
        for column in _ADDED_UP:
            said = row.number_if_known(column)
            found = sum(int(text) for part in parts if (text := part.text(column).replace(",", "")).isdecimal())
            if said is not None and said != found:
                row.wrong(f"{column} is {said:,} in this row of totals, but the rows above it come to {found:,}.")
    return parts


def _note_sums(seats: Iterable[Seat], notes: list[Problem]) -> None:
    """Note where the columns of parties do not come to the valid votes; the figures of the candidates count."""
    for one in seats:
        row = one.row
        if one.valid is None or not row.has(_OF_OTHERS):
            continue
        given = [text.replace(",", "") for text in map(row.text, (*_OF_PARTIES, _OF_OTHERS))]
        found = sum(int(text) for text in given if text.isdecimal())
        winner = row.text(_OF_ANOTHER_WINNER).replace(",", "")
        if one.valid not in (found, found + (int(winner) if winner.isdecimal() else 0)):
            sentence = f"The columns of parties come to {found:,} in {one.name}, but Valid votes is {one.valid:,}."
            notes.append(Problem(row.file, row.line, sentence, "the columns of parties do not come to Valid votes"))


def _ballots(seats: list[Seat], candidates: list[Candidacy], *, by: bool) -> list[Ballot]:
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
            sentence = f"{candidate.name} stands in {candidate.key[0]}, which is no ONS ID of the contests."
            candidate.row.wrong(sentence, "no ONS ID of the contests")
    ballots: list[Ballot] = []
    ids: dict[str, Seat] = {}
    for constituency in seats:
        paper = tuple(sorted(papers[constituency.key], key=lambda candidate: candidate.place))
        elected = called(constituency, paper)
        no_poll = UNCONTESTED if len(paper) == 1 and not paper[0].votes else None
        if not no_poll:
            check(constituency, paper, elected)
        own = ballot_id(constituency, by=by)
        first = ids.setdefault(own, constituency)
        if first.key != constituency.key:
            constituency.row.wrong(f"{constituency.name} would have the id of line {first.row.line}, {own}.")
        named = _unionists_named(constituency, paper)
        winner = next((new for new, old in zip(named, paper, strict=True) if old is elected), None)
        ballots.append(Ballot(own, constituency, named, winner, no_poll))
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
