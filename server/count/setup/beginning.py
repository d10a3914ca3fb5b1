"""Beginning a night: from a seat of the archive, a file or pasted table, or with nothing. Each makes a draft."""

import re
from asyncio import to_thread
from functools import partial

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.access import allows
from server.count.setup.requests import ADMINS, begun, page, sent
from server.count.visit.rules import Sends, SignedIn
from server.election.refusals import Refused
from server.election.texts.said import say
from server.nights.coming import files, seats
from server.nights.coming.reading import day_of, no_day, short
from server.nights.coming.sheet import Sheet, TypedContest
from server.nights.sources.problems import Problem
from server.nights.sources.source import Source, text_of

MOST_UPLOADED = 4 * 1024 * 1024  # bytes of a request; the export of a general election has half as many
_MOST_SHOWN = 100  # problems of a file
_MOST_KEPT = 200_000  # characters of a file that come back in the page, to be put right there


@allows(SignedIn(ADMINS))
async def begin(request: Request) -> Response:
    """``GET /admin/nights``: the ways to make a night."""
    return _ways(request)


@allows(SignedIn(ADMINS))
async def template(request: Request) -> Response:
    """``GET /admin/nights/template.csv``: our own spreadsheet, to be filled in."""
    headers = {"Content-Disposition": 'attachment; filename="night.csv"', "Cache-Control": "no-store"}
    return Response("\ufeff" + files.template(), 200, headers, "text/csv; charset=utf-8")  # Excel wants the mark


@allows(SignedIn(ADMINS))
async def back(request: Request) -> Response:
    """``GET`` of an address that only takes forms: leads back to the page that has the form."""
    return RedirectResponse(request.url.path.rpartition("/")[0], 303)


@allows(Sends(ADMINS))
async def from_seat(request: Request) -> Response:
    """``POST /admin/nights/seat``: the by-election of one seat on a day; where it is not certain which seat, or which
    poll it is compared with, the page asks."""
    form = await sent(request)
    found = seats.found(form.get("q", "")[:100])
    again = partial(_ways, request, way="seat", typed=form, found=found)
    gss, _, night = form.get("seat", "").partition("/")
    chosen = [one for one in found if one.contest.gss == gss and night in one.polls]
    if not form.get("q"):
        return again(say("Say which seat."), 422)
    if day_of(form.get("date", "")) is None:
        what = no_day(form["date"]) if form.get("date") else say("Say on which day the poll is.")
        return again(what, 422)
    if len(found) == 0:
        return again(say("There is no seat like %(text)s. Type a part of its name.", text=short(form["q"])), 422)
    if not chosen and (len(found) > 1 or len(found[0].polls) > 1):
        return again()
    seat = chosen[0] if chosen else found[0]
    return await _made(request, seats.by_election(seat.contest, form["date"], night), form, again)


@allows(Sends(ADMINS))
async def from_file(request: Request) -> Response:
    """``POST /admin/nights/file``: a file, or a table that was pasted. What cannot be read makes no draft, and says so
    at its row."""
    form = await sent(request)
    file = (await request.form()).get("draft.file")
    data, name = form.get("table", "").encode(), "what was pasted"
    if isinstance(file, UploadFile) and file.filename:
        data, name = await file.read(), file.filename
    day = day_of(form.get("date", ""))
    again = partial(_ways, request, way="file", typed=form)
    if not data.strip():
        return again(say("Choose a file, or paste a table."), 422)
    if form.get("date") and day is None:
        return again(no_day(form["date"]), 422)
    try:
        sheet = await to_thread(files.sheet_in, Source(name, data), str(day) if day else "")
        votes = await to_thread(files.votes_in, Source(name, data))
    except files.NotRead as error:
        text = re.sub("[\ud800-\udfff]", "\ufffd", text_of(Source(name, data), []) or "")
        kept = form | ({"table": text} if 0 < len(text) <= _MOST_KEPT else {})
        return _ways(request, "", 422, way="file", typed=kept, problems=error.problems, lines=text.split("\n"))
    return await _made(request, sheet, form, again, votes)


@allows(Sends(ADMINS))
async def from_names(request: Request) -> Response:
    """``POST /admin/nights/names``: an empty sheet for one contest, to be typed."""
    return await _made(request, Sheet(contests=(TypedContest(),)), await sent(request), partial(_ways, request))


async def _made(
    request: Request, sheet: Sheet, form: dict[str, str], again: partial[Response], votes: int = 0
) -> Response:
    """To the new draft, which says of how many candidates ``votes`` were left out."""
    try:
        address = await begun(request, sheet, form.get("key", ""))
        return RedirectResponse(f"{address}?votes={votes}" if votes else address, 303)
    except Refused as refused:
        return again(refused.sentence, 422)


def _ways(
    request: Request,
    notice: str = "",
    status: int = 200,
    *,
    way: str = "",
    typed: dict[str, str] | None = None,
    found: tuple[seats.Seat, ...] = (),
    problems: tuple[Problem, ...] = (),
    lines: list[str] | None = None,
) -> Response:
    """The ways to make a night; the form of one ``way`` comes again with what was ``typed`` in it."""
    rows = [(one, _line(lines or [], one.line)) for one in problems[:_MOST_SHOWN]]
    names = sorted(contest.name for contest in seats.seats().values())
    return page(
        request,
        "begin.html",
        status,
        notice=notice,
        way=way,
        typed=typed or {},
        found=found,
        problems=rows,
        more=len(problems) - len(rows),
        seats=names,
    )


def _line(lines: list[str], number: int) -> str:
    return short(lines[number - 1]) if 0 < number <= len(lines) else ""


def place_in(request: Request, contests: int) -> int:
    """Which contest of a draft the address is about, from 0; HTTPException 404 if it has no such contest."""
    text = request.query_params.get("contest", "1")
    place = int(text) - 1 if text.isascii() and text.isdecimal() and len(text) < 5 else -1
    if not 0 <= place < max(contests, 1):
        raise HTTPException(404, say("There is no such contest in this draft."))
    return place
