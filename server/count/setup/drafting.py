"""The draft of a night as a page: typed, saved, and put together where two people typed at once."""

from asyncio import to_thread
from collections.abc import Sequence

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.access import allows
from server.count.setup.beginning import place_in
from server.count.setup.requests import ADMINS, NOT_CONFIRMED, draft_of, drafts, page, says, sent, sheet_of
from server.count.visit.rules import Sends, SignedIn, visit
from server.election.limits import MOST_CANDIDATES
from server.election.numbers import written
from server.election.parties import counted_as
from server.election.texts.said import _, say
from server.nights.coming import lists, parties
from server.nights.coming.bodies import with_bodies
from server.nights.coming.made import NATIONS, faults_of
from server.nights.coming.reading import day_of
from server.nights.coming.seats import filled
from server.nights.coming.sheet import Sheet, TypedContest, fields, named, tidied, with_fields
from server.nights.coming.together import merged
from server.stream.clock import now
from server.stream.drafts import DraftConflict, Stored, TooManyDrafts
from server.stream.events import StreamUnavailable

_ROWS = 13  # of a new ballot paper
_MORE = 10
_SPARE = 3
_FORMS = 10  # whose keys are kept with a draft, so that a browser knows which of what it sent has arrived


@allows(SignedIn(ADMINS))
async def draft(request: Request) -> Response:
    """``GET /admin/nights/{draft}``: the night as typed so far, with what is wrong at its row; ``?contest=2`` for the
    second contest, ``?rows=40`` for more rows."""
    id, stored = await draft_of(request)
    return await _page(request, id, stored, sheet_of(stored))


@allows(Sends(ADMINS))
async def save(request: Request) -> Response:
    """``POST /admin/nights/{draft}``: keeps what was typed, right or wrong; then shows it again, or the preview."""
    form = await sent(request)
    id, stored = await draft_of(request)
    seen = written(form.get("version", "")) or 0
    base = stored if seen == stored.version else await drafts(request).earlier(id, seen)
    theirs = sheet_of(stored)
    mine = _changed(
        with_fields(sheet_of(base) if base else theirs, form), place_in(request, len(theirs.contests)), form
    )
    if mine == theirs:
        return _go_on(request, id, form)
    if seen != stored.version:
        before = sheet_of(base) if base else theirs
        return await _both(request, id, stored, before, mine)
    try:
        by, forms = visit(request).person.name, (*stored.forms[1 - _FORMS :], form.get("key", ""))
        await drafts(request).put(id, Stored(seen + 1, now(), by, says(mine), stored.opens, forms=forms))
    except TooManyDrafts as refused:
        return await _page(request, id, stored, mine, refused.sentence, 422)
    except DraftConflict:
        id, newest = await draft_of(request)
        return await _both(request, id, newest, theirs, mine) if sheet_of(newest) != mine else _go_on(request, id, form)
    except StreamUnavailable:
        return await _page(request, id, stored, mine, NOT_CONFIRMED, 503)
    return _go_on(request, id, form)


def _changed(typed: Sheet, place: int, form: dict[str, str]) -> Sheet:
    """The sheet after the button that was pressed: a list instead of the candidates, or their order."""
    contests = list(typed.contests)
    here = contests[place] if contests else TypedContest()
    if form.get("do") == "list" and form.get("list"):
        here = replace(here, candidates=lists.candidates_in(form["list"])[: MOST_CANDIDATES + 1])
    elif form.get("do") == "sort":
        here = replace(here, candidates=lists.in_order(here.candidates))
    contests[place : place + 1] = [here]
    return filled(tidied(with_bodies(replace(typed, contests=tuple(contests)))))


def _go_on(request: Request, id: str, form: dict[str, str]) -> Response:
    query = {"contest": request.query_params.get("contest", ""), "rows": ""}
    if form.get("do") == "more":
        query["rows"] = str((written(form.get("rows", "")) or _ROWS) + _MORE)
    asked = "&".join(f"{name}={value}" for name, value in query.items() if value)
    address = f"/admin/nights/{id}/preview" if form.get("do") == "preview" else f"/admin/nights/{id}"
    return RedirectResponse(address + (f"?{asked}" if asked and "preview" not in address else ""), 303)


async def _both(request: Request, id: str, stored: Stored, base: Sheet, mine: Sheet) -> Response:
    """The page for who comes second: what the other changed, and both together in the form, not saved yet."""
    theirs = sheet_of(stored)
    was, has = fields(base), fields(theirs)
    changes = [
        (named(name), was.get(name, ""), has.get(name, ""))
        for name in dict.fromkeys((*was, *has))
        if was.get(name, "") != has.get(name, "")
    ]
    who = say("Another window of yours") if stored.by == visit(request).person.name else stored.by
    message = _(
        "%(who)s has saved this draft since you opened this page. What you typed is in the form below, together with "
        "those changes, and is not saved yet: look at it and save again."
    )
    notice = say(message, who=who)
    return await _page(request, id, stored, merged(base, theirs, mine), notice, 409, changes)


async def _page(
    request: Request,
    id: str,
    stored: Stored,
    sheet: Sheet,
    notice: str = "",
    status: int = 200,
    changes: Sequence[tuple[str, str, str]] = (),
) -> Response:
    place = place_in(request, len(sheet.contests))
    faults = await to_thread(faults_of, sheet)  # a general election takes half a second
    at: dict[str, str] = {}
    for fault in faults:
        at.setdefault(fault.field, fault.sentence)
    contest = sheet.contests[place] if sheet.contests else TypedContest()
    asked = min(written(request.query_params.get("rows", "")) or 0, MOST_CANDIDATES)
    rows = max(len(contest.candidates) + _SPARE if contest.candidates else 0, _ROWS, asked)
    shown = [parties.party(one.party, contest.nation, bool(one.new)) for one in contest.candidates]
    day = day_of(sheet.date)
    return page(
        request,
        "draft.html",
        status,
        notice=notice,
        draft=id,
        stored=stored,
        sheet=sheet,
        place=place,
        contest=contest,
        rows=rows,
        faults=faults,
        at=at,
        told=[(named(fault.field), fault, _where(sheet, fault.field)) for fault in faults[:100]],
        more=max(0, len(faults) - 100),
        ids=[one if isinstance(one, str) else counted_as(one.id) for one in shown],
        known=[not isinstance(one, str) for one in shown],
        parties=parties.names(),
        nations=NATIONS,
        changes=changes,
        votes=written(request.query_params.get("votes", "")) or 0,
        unsorted=tuple(contest.candidates) != lists.in_order(contest.candidates),
        date=day.isoformat() if day else sheet.date,
        wrong_in=[
            sum(fault.field.startswith(f"{number}.") for fault in faults) for number in range(len(sheet.contests))
        ],
    )


async def refused_page(request: Request, notice: str, status: int) -> Response:
    """The draft as it is stored, with the sentence that says what was not done with it."""
    id, stored = await draft_of(request)
    return await _page(request, id, stored, sheet_of(stored), notice, status)


def _where(sheet: Sheet, field: str) -> tuple[int, str]:
    """The contest that a field belongs to, from 0 (-1: the night), and what the seat is called."""
    place, dot, _name = field.partition(".")
    if not dot or not place.isdigit():
        return -1, ""
    return int(place), sheet.contests[int(place)].seat if len(sheet.contests) > 1 else ""
