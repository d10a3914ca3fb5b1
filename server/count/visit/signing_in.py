"""Opening an invitation: the page that its link leads to, and the PIN that exchanges the link for a session."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.access import allows, everyone
from server.count.visit.invitations import area_of
from server.count.visit.our_pages import csrf
from server.count.visit.pins import BadPin, hashed, is_pin
from server.count.visit.rules import invited, links_here, person_of, start_session, starting, visit
from server.count.visit.sending import new_id, stamp
from server.count.visit.visitors_night import desk_of, night_of, page
from server.election.counting.acts import PLACE, PinChosen, PinMistaken, SignedIn
from server.election.counting.people import LOCKED
from server.election.counting.persons.invited import MOST_MISTAKES
from server.election.refusals import Refused
from server.election.texts.said import _, say
from server.html.process import process


@allows(everyone)
async def welcome(request: Request) -> Response:
    """``GET /count/invitation``: says how to sign in, to a phone that is not signed in."""
    links = [await person_of(request, token) for token in links_here(request)]
    what = "phone" if request.url.path.startswith("/count") else "browser"
    return page(
        request,
        "welcome.html",
        ended="ended" in request.query_params,
        over="over" in request.query_params,
        out=request.query_params.get("out", ""),
        links=[(place, person) for place, person in enumerate(links) if person],
        what=what,
        admin=request.url.path.startswith("/admin"),
    )


@allows(invited)
async def invitation(request: Request) -> Response:
    """``GET /count/invitation/{token}``: who is invited for what. It changes nothing, since previews open links."""
    return await _page(request)


@allows(starting)
async def start(request: Request) -> Response:
    """``POST /count/invitation/{token}``: with the PIN the link becomes a session, and leaves the address bar.

    The first to open the link chooses the PIN. After five wrong PINs in a row it stays locked until the desk
    clears the PIN.
    """
    if visit(request).night != PLACE:
        night_of(request)
    pin = str((await request.form()).get("pin", "")).strip()
    try:
        session = await (_choose(request, pin) if visit(request).person.pin is None else _enter(request, pin))
    except (BadPin, Refused) as error:
        return await _page(request, error.sentence, 422)
    start_session(request, session)
    return RedirectResponse(f"/{area_of(visit(request).person.role)}", 303)


async def _choose(request: Request, pin: str) -> str:
    session = new_id()
    submitter = process(request).submitter
    act = PinChosen(**stamp(request, f"session/{session}"), pin=await hashed(pin), session=session)
    await submitter.record(visit(request).night, act)
    return session


async def _enter(request: Request, pin: str) -> str:
    session, visitor = new_id(), visit(request)
    submitter = process(request).submitter
    person = visitor.person
    if person.locked:
        raise BadPin(LOCKED)
    if not await is_pin(pin, person.pin or ""):
        # This is recorded even if the invitation has changed meanwhile: a wrong PIN never gets further than here.
        await submitter.record(visitor.night, PinMistaken(**stamp(request, f"mistake/{session}")))
        left = MOST_MISTAKES - person.mistakes - 1
        one, more = say("That is not the PIN. 1 try is left."), _("That is not the PIN. %(left)s tries are left.")
        raise BadPin(LOCKED if not left else one if left == 1 else say(more, left=left))
    await submitter.record(visitor.night, SignedIn(**stamp(request, f"session/{session}"), session=session))
    return session


async def _page(request: Request, wrong: str = "", status: int = 200) -> Response:
    known = visit(request).person
    person = desk_of(request).people.get(known.invitation, known)  # read again, since the wrong PIN may have locked it
    if person.role == "admin":
        return page(request, "invitation.html", status, counts=(), person=person, wrong=wrong, csrf=csrf(request))
    night = night_of(request)
    counts = [night.counts[ballot] for ballot in person.ballots if ballot in night.counts]
    if person.ballots and not counts:
        raise HTTPException(
            404, say("The contest of this invitation is not on air. Ask the desk for a new invitation.")
        )
    return page(
        request, "invitation.html", status, night=night, counts=counts, person=person, wrong=wrong, csrf=csrf(request)
    )
