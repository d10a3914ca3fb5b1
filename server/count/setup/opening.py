"""Opening a draft: now, or at a time that is stored, by whichever process is there then. Each draft opens once."""

import asyncio
from contextlib import suppress
from datetime import datetime

import structlog
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.access import allows
from server.count.setup.drafting import refused_page
from server.count.setup.requests import ADMINS, NOT_CONFIRMED, draft_of, drafts, sent, sheet_of
from server.count.visit.inviting import choose_entry
from server.count.visit.rules import Sends, visit
from server.election.clock import LONDON, skipped
from server.election.numbers import written
from server.election.refusals import Refused
from server.election.texts.said import _, say, say_all
from server.html.process import process
from server.nights.coming.made import Made, NotMade, made
from server.nights.coming.reading import clock_of, day_of
from server.nights.ids import must_be_free
from server.nights.kept import Kept
from server.stream.clock import now
from server.stream.codec import UnknownEvent
from server.stream.drafts import DraftConflict, Drafts, Stored
from server.stream.events import EventStream, StreamUnavailable
from server.stream.opening import open_night
from server.stream.submit import Submitter

log = structlog.get_logger(__name__)

_EVERY_SECONDS = 1.0
_CHANGED = say("Somebody has changed this draft since you saw it. Nothing was opened: look at it again.")


@allows(Sends(ADMINS))
async def open_draft(request: Request) -> Response:
    """``POST /admin/nights/{draft}/open``: ``do`` is "now", "at" a time, or "never" after all. It opens what was seen:
    not if somebody has changed the draft meanwhile."""
    form = await sent(request)
    id, stored = await draft_of(request)
    this = process(request)
    try:
        if written(form.get("version", "")) != stored.version:
            raise Refused("draft-changed", _CHANGED)
        if form.get("do") == "now":
            night = await open_stored(this.stream, this.drafts, this.kept, id, stored)
            return RedirectResponse(f"/admin?opened={night}", 303)
        opens = moment_of(form.get("at", "")) if form.get("do") == "at" else None
        if opens:
            await _must_open(stored, this.kept)
        by = visit(request).person.name
        await drafts(request).put(id, replace(stored, version=stored.version + 1, by=by, opens=opens, failed=""))
    except Refused as refused:
        return await refused_page(request, refused.sentence, 422)
    except NotMade as error:
        return await refused_page(request, say_all(*(fault.sentence for fault in error.faults)), 422)
    except DraftConflict:
        return await refused_page(request, _CHANGED, 409)
    except StreamUnavailable:
        return await refused_page(request, NOT_CONFIRMED, 503)
    return RedirectResponse(f"/admin?draft={id}", 303)


@allows(Sends(ADMINS))
async def drop(request: Request) -> Response:
    """``POST /admin/nights/{draft}/drop``: throws a draft away, if the box beside it was ticked."""
    form = await sent(request)
    if not form.get("sure"):
        return await refused_page(request, say("Tick the box if this draft is to be thrown away."), 422)
    await drafts(request).drop(request.path_params["draft"])
    return RedirectResponse("/admin", 303)


async def open_stored(stream: EventStream, drafts: Drafts, kept: Kept, draft: str, stored: Stored) -> str:
    """Put the night of a draft on air, and forget the draft; the night's id.

    The same draft again, from another process or after a crash in between, is the same night. NotMade or Refused if it
    cannot be opened.
    """
    night = await _must_open(stored, kept)
    id = night.definition.id
    await open_night(stream, night.definition, f"draft/{draft}", night.expected, night.no_polls)
    if night.entry == "double" or night.apart:
        await choose_entry(Submitter(stream), id, night.entry, once=draft, apart=night.apart)
    await drafts.drop(draft, became=id)
    return id


async def open_in_time(stream: EventStream, drafts: Drafts, kept: Kept) -> None:
    """Open drafts as their time comes, for ever; what was due while no process ran is opened at once."""
    unread = set[str]()
    while True:
        with suppress(StreamUnavailable):
            await open_due(stream, drafts, kept, unread)
        await asyncio.sleep(_EVERY_SECONDS)


async def open_due(stream: EventStream, drafts: Drafts, kept: Kept, unread: set[str]) -> None:
    """Open the drafts that are due. One that cannot be opened keeps the sentence that says why, and waits; one that
    this process cannot read is left to others, logged once, and noted in ``unread``."""
    for draft in await drafts.due(now()):
        try:
            stored = await drafts.newest(draft)
        except UnknownEvent as error:
            if draft not in unread:
                log.error("a draft is due and cannot be read", draft=draft, error=str(error))
            unread.add(draft)
            continue
        if stored is None or stored.opens is None:  # another process was first
            continue
        try:
            await open_stored(stream, drafts, kept, draft, stored)
        except (Refused, NotMade, UnknownEvent) as error:
            failed = f"It was not opened at {stored.opens.astimezone(LONDON):%H:%M}. {error}"
            with suppress(DraftConflict):
                await drafts.put(draft, replace(stored, version=stored.version + 1, opens=None, failed=failed))


async def _must_open(stored: Stored, kept: Kept) -> Made:
    """The night of a draft; NotMade or Refused if it could not be opened."""
    night = await asyncio.to_thread(made, sheet_of(stored))
    try:
        await asyncio.to_thread(must_be_free, kept, night.definition.id)
    except Refused as refused:
        if refused.code != "night-kept":
            raise
        message = _("%(night)s is a past night already: put the date or the seat right.")
        sentence = say(message, night=night.definition.id)
        raise Refused(refused.code, sentence) from None
    return night


def moment_of(text: str) -> datetime:
    """The moment in London that a browser sends, or somebody types, as 10/12/2026 21:30; Refused if it is none to
    come."""
    day_text, _between, clock_text = text.strip().replace("T", " ").rpartition(" ")
    day, clock = day_of(day_text), clock_of(clock_text)
    if day is None or clock is None:
        raise Refused("time", say("Say when it is to be opened, such as 10/12/2026 21:30."))
    moment = datetime.combine(day, clock, LONDON)
    if sentence := skipped(moment):
        raise Refused("time", sentence)
    if moment <= now():
        message = _("%(time)s on %(day)s is over: open it now, or at a later time.")
        raise Refused("time", say(message, time=f"{moment:%H:%M}", day=f"{moment:%d/%m/%Y}"))
    return moment
