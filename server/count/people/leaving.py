"""What an officer does about themself: a number to be called at, signing out, handing the shift over. No figures."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.access import allows
from server.count.phone.entering import AT_THE_COUNT, FORM
from server.count.visit.our_pages import csrf
from server.count.visit.rules import Sends, SignedIn, end_session, visit
from server.count.visit.sending import id_of, new_id, stamp
from server.count.visit.visitors_night import desk_of, night_of, page
from server.election.counting.acts import InvitationAct, SessionsEnded
from server.election.counting.acts.people_acts import CallAnswered, CallAsked, HandedOver, PhoneGiven, SignedOut
from server.election.refusals import Refused
from server.election.texts.said import say
from server.html.process import process
from server.stream.events import StreamUnavailable

_YOU = "/count/you"
_NOT_CONFIRMED = say("The store of results did not answer, so it is not certain that this was done. Send it again.")


@allows(SignedIn(AT_THE_COUNT))
async def you(request: Request) -> Response:
    """``GET /count/you``: the desk's numbers and one's own, and the ways out of this phone."""
    return _you(request, {})


@allows(Sends(AT_THE_COUNT))
async def call(request: Request) -> Response:
    """``POST /count/call``: gives the desk this number, and asks to be called; or only gives the number."""
    form, me = await _sent(request), visit(request).person
    phone, acts = " ".join(form.get("phone", "").split()), list[InvitationAct]()
    if phone != me.phone:
        acts.append(PhoneGiven(**stamp(request, id_of("phone", form.get("key"))), invited=me.invitation, phone=phone))
    if "keep" not in form and me.call is None:
        acts.append(CallAsked(**stamp(request, id_of("call", form.get("key"))), invited=me.invitation))
    return await _done(request, acts, form, "phone", _YOU)


@allows(Sends(AT_THE_COUNT))
async def answered(request: Request) -> Response:
    """``POST /count/call/answered``: the two have spoken, or need not any more."""
    form, me = await _sent(request), visit(request).person
    contest = form["contest"].rpartition("/")[2]
    to = f"{FORM}?contest={contest}" if contest and len(me.ballots) > 1 else FORM if contest else _YOU
    if me.call is None:
        return RedirectResponse(to, 303)
    act = CallAnswered(**stamp(request, id_of("answered", me.invitation, me.call.seq)), invited=me.invitation)
    return await _done(request, [act], form, "", to)


@allows(Sends(AT_THE_COUNT))
async def out(request: Request) -> Response:
    """``POST /count/out``: signs out this phone, for the next person on it or for good, or all of this person's."""
    form, visitor = await _sent(request), visit(request)
    me, what = visitor.person.invitation, form.get("what", "")
    by = stamp(request, id_of("out", what, visitor.session))
    if what == "everywhere":
        act = SessionsEnded(**by, invited=me)
    elif what == "over":
        act = HandedOver(**by, invited=me, session=visitor.session, to=" ".join(form.get("name", "").split()))
    elif what != "here":
        return RedirectResponse(_YOU, 303)
    else:
        act = SignedOut(**by, invited=me, session=visitor.session)
    answer = await _done(request, [act], form, "name", f"/count/invitation?out={what if what != 'here' else 1}")
    if answer.status_code == 303:
        end_session(request)
    return answer


async def _done(request: Request, acts: list[InvitationAct], form: dict[str, str], field: str, to: str) -> Response:
    try:
        for act in acts:
            await process(request).submitter.record(visit(request).night, act)
    except Refused as refused:
        return _you(request, form, {field: refused.sentence}, 422)
    except StreamUnavailable:
        return _you(request, form, {field: _NOT_CONFIRMED}, 503)
    return RedirectResponse(to, 303)


def _you(request: Request, typed: dict[str, str], wrong: dict[str, str] | None = None, status: int = 200) -> Response:
    night, desk = night_of(request), desk_of(request)
    known = visit(request).person
    me = desk.people.get(known.invitation, known)
    others = [one for one in desk.people.values() if not one.revoked and one.invitation != me.invitation]
    return page(
        request,
        "you.html",
        status,
        night=night,
        person=me,
        typed=typed,
        wrong=wrong or {},
        desks=[one for one in others if one.role == "desk" and one.phone],
        next=sorted({one.name for one in others if set(one.ballots) & set(me.ballots)}),
        contest=f"{visit(request).night}/",
        key=new_id(),
        csrf=csrf(request),
    )


async def _sent(request: Request) -> dict[str, str]:
    return {name: text.strip() for name, text in (await request.form()).items() if isinstance(text, str)}
