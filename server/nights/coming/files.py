"""A file or pasted table as the sheet of a night to come: our own template, or Democracy Club's export. Nothing is
stored."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from server.election.texts.said import _, say
from server.nights.coming import export
from server.nights.coming.bodies import id_of, with_bodies
from server.nights.coming.export import whole
from server.nights.coming.seats import filled
from server.nights.coming.sheet import Sheet, TypedBody, TypedCandidate, TypedContest
from server.nights.sources import democracy_club
from server.nights.sources.problems import Problem
from server.nights.sources.source import File, beginning_of
from server.nights.sources.tables import CsvRow, sound, table
from server.nights.sums import a_sum

_NIGHT = {"title": "title", "date": "date", "polls close": "closes", "compared with": "baseline"}
_CONTEST = {
    "contest": "seat",
    "electorate": "electorate",
    "previous result": "previous",
    "expected": "expected",
    "region": "region",
    "nation": "nation",
    "ons code": "gss",
    "seats": "seats",
    "method": "method",
    "council": "body",
    "seats held": "held",
}
_BODY = {"council seats": "seats", "seats not up": "not_up", "control before": "control"}
_OF_COUNCILS = ("council", "seats", "method", "seats held", *_BODY)  # a row for the House may end before them
_CANDIDATE = {"surname": "surname", "first names": "first_names", "party": "party", "description": "description"}
_FLAGS = {"new": "new party", "sitting": "sitting mp"}
_COLUMNS = ("contest", "surname", "first names", "party")
_DC_COLUMNS = ("person_name", "ballot_paper_id", "party_name")
_EXPLAINED = {
    "contest": "# A row that begins with # is not read. The seat: repeat it, or leave it empty for the seat above",
    "surname": "as on the ballot paper",
    "first names": "as on the ballot paper",
    "party": "a registered name, an abbreviation such as Lab, an id such as PP53; or Independent",
    "new party": "yes, if it is not in the register and meant so",
    "electorate": "once for each seat; without it the archive's",
    "previous result": "once for each seat: Labour 20000; Conservative 15000. Without it the archive's",
    "expected": "when the declaration is expected: 03:30",
    "region": "without it the archive's",
    "nation": "without it the archive's",
    "ons code": "without it the archive's",
    "date": "of the poll, once: 10/12/2026",
    "polls close": "once; 22:00 if it is empty",
    "title": "what the night is called, once",
    "compared with": "once: what election the previous results are from",
    "description": "where the paper does not say the party's name, or to tell two people of one name apart",
    "sitting MP": "yes, for who was the MP here before",
    "council": "for a ward, a mayor or a commissioner, once for each: Kent, or Mayor of London. Empty for the House",
    "seats": "once for each ward: how many are elected; 1 if it is empty",
    "method": "once for each contest; plurality if it is empty, or supplementary vote",
    "seats held": "once for each ward: Labour 2; Conservative 1, who won the seats when they were last fought",
    "council seats": "once for each council: all that it has. Empty where control does not matter",
    "seats not up": "once for each council: Labour 12; Conservative 9, who holds the seats that are not fought",
    "control before": "once for each council: the party that controls it before the poll, or NOC for none",
}
_EXAMPLE = (
    *("# Clacton", "Smith", "Jane Ann", "Labour", "", "78245", "Reform UK 21225; Con 12820", "03:30", "", "", ""),
    *("10/12/2026", "22:00", "Clacton by-election", "2024 general election", "", ""),
    *("",) * 7,
)


class NotRead(Exception):
    """A file of which no sheet can be made; ``problems`` is everything that is wrong, each with its line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def template() -> str:
    """The spreadsheet to fill in, as CSV: the columns, what each is for, and an example."""
    text = StringIO(newline="")
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(_EXPLAINED)
    rows.writerow(_EXPLAINED.values())
    rows.writerow(_EXAMPLE)
    return text.getvalue()


def is_template(path: Path) -> bool:
    """Whether a file is our own spreadsheet: among its first lines one names the columns surname and first names."""
    beginning = beginning_of(path).casefold()
    return "surname" in beginning and "first names" in beginning and "ballot_paper_id" not in beginning


def votes_in(file: File) -> int:
    """How many candidates of an export of Democracy Club's have votes in it, which a night to come leaves out."""
    if not democracy_club.is_export(file):
        return 0
    return sum(bool(row.text("votes_cast")) for row in table(file, ("ballot_paper_id",), []))


def sheet_in(file: File, day: str = "") -> Sheet:
    """The sheet that a file describes, with whatever the archive knows of its seats; NotRead with every problem.

    ``day`` chooses a day of an export that has several.
    """
    problems: list[Problem] = []
    name = file.name
    if democracy_club.is_export(file):
        sheet = export.sheet_of(name, sound(table(file, _DC_COLUMNS, problems)), day, problems)
    else:
        sheet = _filled_in(name, table(file, _COLUMNS, problems, last=_OF_COUNCILS), problems)
    if problems:
        raise NotRead(sorted(problems, key=lambda one: one.line))
    return filled(with_bodies(sheet))


def _filled_in(file: str, rows: Sequence[CsvRow], problems: list[Problem]) -> Sheet:
    """The sheet of our own template; what belongs to a contest or the night may stand in any of its rows."""
    night: dict[str, Any] = {}
    contests: dict[str, dict[str, str]] = {}
    candidates: dict[str, list[TypedCandidate]] = {}
    lines: dict[str, int] = {}
    bodies: dict[str, dict[str, str]] = {}
    here = ""
    for row in (row for row in rows if not row.text("contest").startswith("#")):
        if sums := a_sum(row.text("contest"), f"{row.text('first names')} {row.text('surname')}".strip()):
            row.wrong(say("%(sums)s is no contest and no candidate: leave this row out.", sums=sums))
            continue
        here = row.text("contest") or here
        lines.setdefault(here, row.line)
        _take(row, _NIGHT, night)
        _take(row, {**_CONTEST, "contest": "seat"}, contests.setdefault(here, {}))
        if council := contests[here].get("body"):
            _take(row, _BODY, bodies.setdefault(id_of(council), {"name": council}))
        typed = {field: row.text(column) for column, field in _CANDIDATE.items()}
        typed |= {field: "1" for field, column in _FLAGS.items() if row.flag(column)}
        candidate = TypedCandidate(**typed, line=row.line)
        if not candidate.is_empty:
            candidates.setdefault(here, []).append(candidate)
    if not contests and not problems:
        sentence = say("There is no candidate in it: all rows are empty, or begin with #.")
        problems.append(Problem(file, 0, sentence))
    made = tuple(
        TypedContest(
            **{**contest, **{field: _as_lines(contest.get(field, "")) for field in ("previous", "held")}},
            candidates=tuple(candidates.get(seat, ())),
            line=lines[seat],
        )
        for seat, contest in contests.items()
    )
    if len(made) == 1 and "title" not in night and made[0].seat:
        night["title"] = f"{made[0].seat} by-election"
    told = tuple(TypedBody(id, **{**body, "not_up": _as_lines(body.get("not_up", ""))}) for id, body in bodies.items())
    return Sheet(**night, contests=made, bodies=told)


def _take(row: CsvRow, columns: Mapping[str, str], into: dict[str, Any]) -> None:
    for column, field in columns.items():
        found = whole(row.text(column)) if column == "electorate" else row.text(column)
        if found and into.setdefault(field, found) != found:
            message = _("%(column)s is %(found)s, but %(before)s in a row above.")
            row.wrong(say(message, column=column, found=repr(found), before=repr(into[field])))


def _as_lines(text: str) -> str:
    return "\n".join(part.strip() for part in text.split(";") if part.strip())
