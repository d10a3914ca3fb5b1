"""A night still to come, as ``open`` and ``import`` are told of it: a seat and a list of candidates, or a spreadsheet.
Not a verb."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from msgspec.structs import replace

from server.election.contests import Contest
from server.election.refusals import Refused
from server.nights.coming import files, lists, seats
from server.nights.coming.made import Made, NotMade, made
from server.nights.coming.reading import day_of
from server.nights.coming.sheet import Sheet, TypedCandidate, named
from server.nights.sources import democracy_club
from server.nights.sources.problems import Problem
from server.nights.sources.source import damage, text_of


def add_options(parser: ArgumentParser) -> None:
    """Add the options that say which night is coming, but ``--candidates``."""
    parser.add_argument("--seat", metavar="SEAT", help="a by-election in this seat: its name, slug or code")
    parser.add_argument("--date", metavar="DATE", help="the day of the poll: 2026-12-10")


def describes(options: Namespace, file: Path | None) -> bool:
    """Whether the options describe a night that is coming: a seat, or a file that is a spreadsheet of candidates."""
    return bool(options.seat) or (file is not None and _has_columns(file))


def night_of(options: Namespace, file: Path | None) -> Made:
    """The night of a seat and a list, or of a spreadsheet, as the pages for those who run the place make it.

    Refused, with everything that is wrong at its line, if no night can be made of it.
    """
    try:
        return _night_of(options, file)
    except files.NotRead as error:
        raise Refused("not-read", str(error)) from None
    except NotMade as error:
        of = f"{file.name}, " if file else ""
        where = [f"{of}line {one.line}, " if one.line else "" for one in error.faults]
        told = [f"{at}{named(one.field)}: {one.sentence}" for at, one in zip(where, error.faults, strict=True)]
        raise Refused("not-made", "\n".join((*told, "Nothing was made."))) from None


def _night_of(options: Namespace, file: Path | None) -> Made:
    day = day_of(options.date or "")
    if options.date and day is None:
        raise Refused("date", f"{options.date} is no date: give one like 2026-12-10.")
    date = str(day) if day else ""
    sheet = _of_seat(options.seat, date, file) if options.seat else Sheet()
    if file and not options.seat:
        sheet = files.sheet_in(file, date)
    if file and (counted := files.votes_in(file)):
        print(
            f"Noted: {file.name} has the votes of {counted:,} candidates. This is a night still to come, so "
            "they are left out: to have a past night with its votes, import it with --id and --title.",
            file=sys.stderr,
        )
    if options.title:
        sheet = replace(sheet, title=options.title)
    night = made(sheet)
    if any(contest.candidates != lists.in_order(contest.candidates) for contest in sheet.contests):
        print("Noted: these are not in order of surnames; the ballot paper is as the list has them.", file=sys.stderr)
    return night


def _of_seat(text: str, day: str, file: Path | None) -> Sheet:
    seat = seats.the_seat(text)
    if seat is None:
        near = ", ".join(one.contest.slug for one in seats.found(text))
        raise Refused("seat", f"There is no seat called {text}." + (f" Near it: {near}." if near else ""))
    sheet = seats.by_election(seat, day)
    if file is None:
        raise Refused("candidates", "Give the candidates: --candidates FILE, one a line: SURNAME, First names, Party.")
    candidates = _of_this_seat(seat, day, file) if _has_columns(file) else lists.candidates_in(_text_of(file))
    return replace(sheet, contests=(replace(sheet.contests[0], candidates=candidates),))


def _has_columns(file: Path) -> bool:
    return files.is_template(file) or democracy_club.is_export(file)


def _of_this_seat(seat: Contest, day: str, file: Path) -> tuple[TypedCandidate, ...]:
    """The candidates that a spreadsheet or an export has for one seat."""
    contests = files.sheet_in(file, day).contests
    ours = [one for one in contests if seats.the_seat(one.gss or one.seat) == seat]
    if not ours:
        there = ", ".join(one.seat for one in contests[:8])
        raise Refused("candidates", f"{file.name} has no candidates for {seat.name}, but for {there}.")
    return ours[0].candidates


def _text_of(file: Path) -> str:
    problems: list[Problem] = []
    text = text_of(file, problems) or ""
    lines = enumerate(text.splitlines(), 1)
    problems += [Problem(file.name, number, wrong) for number, line in lines if (wrong := damage(line))]
    if problems:
        raise files.NotRead(problems)
    return text
