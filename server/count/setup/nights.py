"""All nights as who runs the place sees them: coming, on air, held, kept here, past; and the way to their desks."""

import secrets
from asyncio import to_thread
from datetime import date

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.access import allows
from server.count.setup.requests import ADMINS, drafts, page, sent, sheet_of
from server.count.visit.invitations import RUN
from server.count.visit.inviting import at_its_desk, invite_person
from server.count.visit.pins import hashed
from server.count.visit.rules import Sends, SignedIn, visit
from server.count.visit.sending import id_of, new_id, stamp
from server.count.visit.sessions import begin_session
from server.election.counting.acts import PinChosen
from server.election.counting.acts import SignedIn as HasSignedIn
from server.election.refusals import Refused
from server.election.texts.said import say
from server.html.process import process
from server.nights import archive
from server.nights.coming.reading import day_of
from server.nights.coming.sheet import Sheet
from server.nights.copies import open_copy
from server.stream.codec import UnknownEvent
from server.stream.drafts import Stored


@allows(SignedIn(ADMINS))
async def nights(request: Request) -> Response:
    """``GET /admin``: every night; ``?opened=`` names one that has just been opened."""
    return await _nights(request)


@allows(Sends(ADMINS))
async def run(request: Request) -> Response:
    """``POST /admin/run``: signs this browser in at the desk of a night on air, in the name of who runs the place, or
    at the page there that asks whether to discard it. The invitation and the session are on record in the night's
    private stream, as any desk's are."""
    form = await sent(request)
    night = form.get("night", "")
    try:
        session = await _at_the_desk(request, night)
    except Refused as refused:
        return await _nights(request, refused.sentence, 422)
    answer = RedirectResponse("/desk/discard" if form.get("do") == "discard" else "/desk", 303)
    begin_session(answer, process(request).settings, "desk", session)
    return answer


@allows(Sends(ADMINS))
async def practise(request: Request) -> Response:
    """``POST /admin/copy``: puts a copy of a past night on air to practise with, unless it is there already."""
    night, this = (await sent(request)).get("night", ""), process(request)
    try:
        past = await to_thread(this.kept.load, night)
        copy = await open_copy(this.stream, this.kept, past.definition, past.expected, id_of("copy", new_id()))
    except archive.UnknownNight:
        return await _nights(request, say("There is no past night called %(night)s.", night=night), 422)
    except Refused as refused:
        return await _nights(request, refused.sentence, 422)
    return RedirectResponse(f"/admin?opened={copy.id}", 303)


@allows(SignedIn(ADMINS))
async def back(request: Request) -> Response:
    """``GET`` of an address that only takes forms, as a restored tab sends it: leads back to the nights."""
    return RedirectResponse("/admin", 303)


async def _at_the_desk(request: Request, night: str) -> dict[str, object]:
    """The content of a desk's session in this night. The invitation is the same each time, and nobody knows its PIN."""
    submitter = process(request).submitter
    stands = await submitter.look(night)
    if stands.night is None:
        raise Refused("night-unknown", say("%(night)s is not on air.", night=night or say("That night")))
    session = new_id()
    invitation = await _own_invitation(request, night)
    by = stamp(request, f"session/{session}")
    by["invitation"] = invitation
    if (await submitter.desk(night)).people[invitation].pin is None:
        await submitter.record(night, PinChosen(**by, pin=await hashed(_unknown_pin()), session=session))
    else:
        await submitter.record(night, HasSignedIn(**by, session=session))
    known = {"night": night, "invitation": invitation, "session": session}
    return {"visit": known, "csrf": secrets.token_urlsafe(16)}


def _unknown_pin() -> str:
    """A PIN that nobody is told: this person comes in by running the place."""
    while len(set(pin := f"{secrets.randbelow(10**8):08}")) < 4:  # which is too easily guessed
        pass
    return pin


async def _own_invitation(request: Request, night: str) -> str:
    """The invitation to this desk that this person has by running the place; a new one after it was revoked."""
    submitter, me = process(request).submitter, visit(request).person
    desk = await submitter.desk(night)
    made = at_its_desk(desk, me.invitation)
    for invited in made:
        if not desk.people[invited].revoked:
            return invited
    by = stamp(request, f"{RUN}{me.invitation}/{len(made)}")
    return await invite_person(submitter, night, me.name, "desk", (), by)


async def _nights(request: Request, notice: str = "", status: int = 200) -> Response:
    hub = process(request).hub
    on_air = [channel.night for channel in hub.channels.values() if channel.night]
    coming, off = list[tuple[str, Stored, Sheet, date | None]](), dict(hub.off)
    for id, stored in (await drafts(request).listed()).items():
        try:
            if isinstance(stored, str):
                raise UnknownEvent(stored)
            coming.append((id, stored, sheet := sheet_of(stored), day_of(sheet.date)))
        except UnknownEvent as error:
            off[id] = str(error)
    coming.sort(key=lambda one: (one[1].opens is None, one[1].opens or one[1].at))
    opened = request.query_params.get("opened", "")
    if not any(night.definition.id == opened for night in on_air):
        stands = (await process(request).submitter.look(opened)).night if opened else None
        on_air += [stands] if stands else []  # the follower of this process has not heard of it yet
    return page(
        request,
        "nights.html",
        status,
        notice=notice,
        opened=opened,
        site=process(request).settings.public_url,
        just=request.query_params.get("draft", ""),
        coming=coming,
        on_air=[night for night in on_air if not (night.held or night.is_played)],
        held=[night for night in on_air if night.held and not night.is_played],
        played=[night for night in on_air if night.is_played],
        off=off.items(),
        kept=process(request).kept.listed(),
        past=archive.listed(),
    )
