"""Those who run the place: inviting another, printing a link, ending sessions, clearing a PIN, revoking."""

from contextlib import suppress

import segno
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.access import allows
from server.count.setup.requests import ADMINS, NOT_CONFIRMED, page, sent
from server.count.visit.inviting import at_its_desk, invite_person, link_of
from server.count.visit.rules import Sends, SignedIn, visit
from server.count.visit.sending import id_of, new_id, stamp
from server.election.counting.acts import PLACE, PinCleared, Revoked, SessionsEnded, Stamp
from server.election.refusals import Refused
from server.election.texts.said import say
from server.html.process import process
from server.stream.events import StreamUnavailable

_ACTS = ("end", "clear", "revoke")


@allows(SignedIn(ADMINS))
async def people(request: Request) -> Response:
    """``GET /admin/people``: who runs the place, and a form to invite another; ``?link=`` shows somebody's link."""
    return await _people(request)


@allows(SignedIn(ADMINS))
async def back(request: Request) -> Response:
    """``GET`` of an address that only takes forms: leads back to the people."""
    return RedirectResponse("/admin/people", 303)


@allows(Sends(ADMINS))
async def invite(request: Request) -> Response:
    """``POST /admin/people``: invites another person to run the place."""
    form = await sent(request)
    submitter = process(request).submitter
    try:
        by = stamp(request, id_of("invite", form.get("key"), form.get("name")))
        await invite_person(submitter, PLACE, " ".join(form.get("name", "").split()), "admin", (), by)
        seq = (await submitter.desk(PLACE)).receipts[by["command_id"]]
    except Refused as refused:
        return await _people(request, refused.sentence, 422, form)
    except StreamUnavailable:
        return await _people(request, NOT_CONFIRMED, 503, form)
    act = (await submitter.desk(PLACE)).log[seq - 1]
    return RedirectResponse(f"/admin/people?link={getattr(act, 'invited', '')}", 303)


@allows(Sends(ADMINS))
async def change(request: Request) -> Response:
    """``POST /admin/people/{what}``: end a person's sessions, clear the PIN or revoke the invitation, at once; at the
    desks of nights too."""
    form, what = await sent(request), request.path_params["what"]
    invited = form.get("invitation", "")
    try:
        if what == "revoke" and invited == visit(request).person.invitation:
            raise Refused("oneself", say("That is your own invitation. Another admin can revoke it."))
        if what not in _ACTS:
            sentence = say("Nothing was done: that is none of what can be done with an invitation.")
            raise Refused("act-unknown", sentence)
        by = stamp(request, id_of(what, form.get("key"), invited))
        act = (
            PinCleared(**by, invited=invited, link=new_id())
            if what == "clear"
            else (Revoked if what == "revoke" else SessionsEnded)(**by, invited=invited)
        )
        await process(request).submitter.record(PLACE, act)
        await _at_desks(request, Revoked if what == "revoke" else SessionsEnded, invited, by)
    except Refused as refused:
        return await _people(request, refused.sentence, 422)
    except StreamUnavailable:
        return await _people(request, NOT_CONFIRMED, 503)
    return RedirectResponse(f"/admin/people?link={invited}" if what == "clear" else "/admin/people", 303)


async def _at_desks(request: Request, act: type[Revoked | SessionsEnded], admin: str, by: Stamp) -> None:
    """Do this at the desks that an admin came to by running the place: who is out here is out there too."""
    this = process(request)
    for night in await this.stream.nights():
        for invited in at_its_desk(await this.submitter.desk(night), admin):
            with suppress(Refused):  # the night has ended meanwhile
                await this.submitter.record(night, act(**by, invited=invited))


async def _people(
    request: Request, notice: str = "", status: int = 200, typed: dict[str, str] | None = None
) -> Response:
    desk = process(request).submitter.known(PLACE).desk
    chosen = desk.people.get(request.query_params.get("link", ""))
    link = code = ""
    if chosen and not chosen.revoked:
        link = link_of(process(request).settings, PLACE, chosen.invitation, chosen.role, chosen.link)
        code = Markup(segno.make(link, error="m", boost_error=False, micro=False).svg_inline(omitsize=True, border=2))
    return page(
        request,
        "people.html",
        status,
        notice=notice,
        people=sorted(desk.people.values(), key=lambda one: (one.revoked, one.name.casefold())),
        chosen=chosen,
        link=link,
        code=code,
        typed=typed or {},
    )
