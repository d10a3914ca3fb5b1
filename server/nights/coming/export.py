"""An export of Democracy Club's as the sheet of a night to come: seats of the House, wards of councils, mayors, police
and crime commissioners. Nothing is stored."""

import re
from collections.abc import Sequence
from datetime import date

from server.election.contests import slug_of
from server.election.texts.said import _, say
from server.nights.coming import parties
from server.nights.coming.bodies import SUPPLEMENTARY, UNTIL, body_id, council_in, office_in, place_in
from server.nights.coming.lists import in_order, named
from server.nights.coming.reading import day_of
from server.nights.coming.seats import the_seat
from server.nights.coming.sheet import UNSAID, Sheet, TypedBody, TypedCandidate, TypedContest
from server.nights.format import BALLOT
from server.nights.sources import democracy_club
from server.nights.sources.ballots import party_id
from server.nights.sources.problems import Problem
from server.nights.sources.tables import CsvRow
from server.nights.sums import a_sum

_OURS = ("local.", "mayor.", "pcc.")
_METHODS = {"sv": SUPPLEMENTARY, "stv": "single transferable vote", "ams": "closed lists", "pr-cl": "closed lists"}


def sheet_of(file: str, rows: Sequence[CsvRow], day: str, problems: list[Problem]) -> Sheet:
    """The sheet of an export of Democracy Club's: the ballots of one day for the House of Commons or, where there are
    none, for councils, mayors and commissioners."""
    papers: dict[str, list[CsvRow]] = {}
    house = any(row.text("ballot_paper_id").casefold().startswith("parl.") for row in rows)
    kinds = ("parl.",) if house else _OURS  # an export of a day has all that was fought on it
    for row in rows:
        ballot = row.required("ballot_paper_id").casefold()
        if not ballot.startswith(kinds):
            continue
        if not (BALLOT.fullmatch(ballot) and slug_of(ballot) and day_of(ballot.rpartition(".")[2])):
            message = _("ballot_paper_id is %(ballot)s: it should be like parl.clacton.by.2014-10-09.")
            row.wrong(say(message, ballot=repr(ballot)))
            continue
        papers.setdefault(ballot, []).append(row)
    democracy_club.each_once(papers.values())
    democracy_club.on_its_day(papers.values())
    days = sorted({ballot.rpartition(".")[2] for ballot in papers})
    if day:
        papers = {ballot: paper for ballot, paper in papers.items() if ballot.endswith(f".{day}")}
    elif len(days) > 1:
        sentence = say("There are polls of several days in it: say which. %(days)s.", days=", ".join(days[:8]))
        problems.append(Problem(file, 0, sentence))
    if rows and not papers and not problems:
        message = (
            _("There is no ballot for the House of Commons of %(day)s in it, and none for a council or a mayor.")
            if day
            else _("There is no ballot for the House of Commons in it, and none for a council or a mayor.")
        )
        problems.append(Problem(file, 0, say(message, day=day)))
    if not papers or problems:
        return Sheet()
    contests = tuple(_ballot(ballot, paper) for ballot, paper in papers.items())
    bodies = {body_id(ballot): _body(ballot, paper[0]) for ballot, paper in papers.items() if body_id(ballot)}
    on = date.fromisoformat(day or days[0])
    title = _title(contests, tuple(bodies.values()), on)
    return Sheet(
        title,
        str(on),
        attribution=democracy_club.ATTRIBUTION,
        contests=contests,
        bodies=tuple(bodies.values()),
    )


def _title(contests: Sequence[TypedContest], bodies: Sequence[TypedBody], on: date) -> str:
    by_election, day = all(".by." in contest.ballot for contest in contests), f"{on.day} {on:%B %Y}"
    if by_election:
        return f"{contests[0].seat} by-election" if len(contests) == 1 else f"By-elections of {day}"
    if not bodies:
        return f"{on.year} general election"
    return f"{bodies[0].name} election of {day}" if len(bodies) == 1 else f"Local elections of {day}"


def _body(ballot: str, row: CsvRow) -> TypedBody:
    """The body of a ballot. The export has no more of it than its name, and that not always."""
    id = body_id(ballot)
    place = place_in(id.partition(".")[2])
    council = id.startswith("local.") and council_in(row.text("organisation_name"))
    return TypedBody(id, council or office_in(id, place))


def _ballot(ballot: str, rows: Sequence[CsvRow]) -> TypedContest:
    first = rows[0]
    slug = slug_of(ballot)
    code = first.text("gss") or first.text("post_id").removeprefix("gss:")
    body, seat = body_id(ballot), None
    if not body:
        seat = the_seat(code) or the_seat(slug)
    label = first.text("post_label").removeprefix("Member of Parliament for ") or _place_in(ballot)
    nation = seat.nation if seat else ""
    candidates = in_order(_candidate(row, nation) for row in rows)
    return TypedContest(
        seat=seat.name if seat else label,
        gss="" if seat else code if re.fullmatch(r"[ENSW]\d{8}", code) else "",
        region="" if seat else first.text("nuts1").removesuffix(" (England)"),
        electorate=whole(first.text("total_electorate")),
        ballot=ballot,
        seats=_whole_of(rows, "seats_contested") or (UNSAID if body.startswith("local.") else ""),
        method=_method(ballot, first),
        body=body,
        cancelled="1" if any(row.flag("cancelled_poll") for row in rows) else "",
        candidates=candidates,
        line=first.line,
    )


def _candidate(row: CsvRow, nation: str) -> TypedCandidate:
    surname, first = row.text("sopn_last_name"), row.text("sopn_first_names")
    if not surname:
        surname, first = named(row.required("person_name"))
    if sums := a_sum(row.text("person_name"), row.text("party_name")):
        row.wrong(say("%(sums)s is no candidate and no party: leave this row out.", sums=sums))
        return TypedCandidate()
    id, name = party_id(row.text("party_id")), row.required("party_name")
    known = parties.party(f"{name} ({id})") if id else name
    said = known if isinstance(known, str) else parties.written(known, nation)
    described = row.text("party_description_text")
    description = "" if described in (name, *(() if isinstance(known, str) else (known.name,))) else described
    return TypedCandidate(surname, first, said, person=row.text("person_id"), line=row.line, description=description)


def _place_in(ballot: str) -> str:
    """The name of the place as far as the ballot's id has it."""
    parts = [part for part in ballot.split(".")[1:-1] if part != "by"]
    return place_in(parts[-1])


def _method(ballot: str, row: CsvRow) -> str:
    """How votes are counted: as the export says or, where it does not, as the law was on that day."""
    said = row.text("voting_system").casefold()
    if said in _METHODS:
        return _METHODS[said]
    was_supplementary = ballot.startswith(("mayor.", "pcc.")) and ballot.rpartition(".")[2] < UNTIL
    return SUPPLEMENTARY if was_supplementary and not said else ""


def _whole_of(rows: Sequence[CsvRow], column: str) -> str:
    """A number that every row of a ballot repeats; rows that disagree are noted."""
    said = {whole(row.text(column)): row for row in rows if row.text(column)}
    if len(said) > 1:
        message = _("%(column)s is %(numbers)s on the rows of one ballot.")
        list(said.values())[1].wrong(say(message, column=column, numbers=tuple(said)))
    return next(iter(said), "")


def whole(text: str) -> str:
    """A whole number as a spreadsheet may write it, ``78245.0``, without the fraction that it has none of."""
    return re.sub(r"^(\d+)\.00?$", r"\1", text)
