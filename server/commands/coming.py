"""A night still to come, as ``open`` and ``import`` are told of it: a seat and a list of candidates, or a spreadsheet.
Not a verb."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from msgspec.structs import replace

from server.election.refusals import Refused
from server.nights.coming import files, lists, seats
from server.nights.coming.made import Made, NotMade, made
from server.nights.coming.reading import day_of
from server.nights.coming.sheet import Sheet, named
from server.nights.sources import democracy_club


def add_options(parser: ArgumentParser) -> None:
    """Add the options that say which night is coming, but ``--candidates``."""
    parser.add_argument("--seat", metavar="SEAT", help="a by-election in this seat: its name, slug or code")
    parser.add_argument("--date", metavar="DATE", help="the day of the poll: 2026-12-10")


def describes(options: Namespace, file: Path | None) -> bool:
    """Whether the options describe a night that is coming: a seat, or a file that is a spreadsheet of candidates."""
    return bool(options.seat) or (file is not None and (files.is_template(file) or democracy_club.is_export(file)))


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
    except OSError as error:
        raise Refused("not-read", f"{file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Refused("not-read", f"{file} is no text in UTF-8.") from None


def _night_of(options: Namespace, file: Path | None) -> Made:
    day = day_of(options.date or "")
    if options.date and day is None:
        raise Refused("date", f"{options.date} is no date: give one like 2026-12-10.")
    date = str(day) if day else ""
    sheet = _of_seat(options.seat, date, file) if options.seat else Sheet()
    if file and not options.seat:
        sheet = files.sheet_in(file.read_bytes(), file.name, date)
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
    if files.is_template(file) or democracy_club.is_export(file):
        sent = files.sheet_in(file.read_bytes(), file.name, day)
        candidates = sent.contests[0].candidates
    else:
        candidates = lists.candidates_in(file.read_text(encoding="utf-8-sig"))
    return replace(sheet, contests=(replace(sheet.contests[0], candidates=candidates),))
