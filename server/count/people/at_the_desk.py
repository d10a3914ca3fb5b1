"""The people of a night at the desk: inviting them, printing their links, calling them, signing them out. No HTML."""

import asyncio
from collections.abc import Iterable
from typing import Any

import segno
from markupsafe import Markup
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.access import allows
from server.count.board import render
from server.count.board.board import Board
from server.count.desk.pages import contest_page
from server.count.desk.requests import DESK, carried_out, current_board, page, sent
from server.count.people.guests import BadLines, Guest, guest_of, guests_of
from server.count.visit.inviting import ROLES, invite_person, link_of
from server.count.visit.rules import Sends, SignedIn, visit
from server.count.visit.sending import id_of, new_id, stamp
from server.election.counting.acts import PinCleared, Revoked, SessionsEnded
from server.election.counting.acts.people_acts import CallAnswered, CallAsked, PhoneGiven
from server.election.counting.desk import Person
from server.election.refusals import Refused
from server.election.texts.said import say
from server.html.address import language_of
from server.html.languages import Language
from server.html.process import process
from server.html.saying import said
from server.html.templates import rendered
from server.settings import Settings

_ACTS = {"end": SessionsEnded, "revoke": Revoked, "call": CallAsked, "answered": CallAnswered}


@allows(SignedIn(DESK))
async def people(request: Request) -> Response:
    """``GET /desk/people``: everybody invited, and a form to invite more."""
    return await people_page(request)


@allows(SignedIn(DESK))
async def invitations(request: Request) -> Response:
    """``GET /desk/invitations``: a card to print for each invitation that nobody has opened; ``?only=`` for one."""
    board, only = await current_board(request), request.query_params.get("only", "")
    unopened = [person for person in _unopened(board) if only in ("", person.invitation)]
    settings, one = process(request).settings, board.desk.people.get(only)
    cards = await cards_of(settings, board, unopened, language_of(request))
    told = dict[str, Any](cards=cards, only=only, one=one, closed=settings.closed_to_phones)
    return page(request, "invitations.html", board=board, **told)


@allows(Sends(DESK))
async def invite(request: Request) -> Response:
    """``POST /desk/invitations``: one person for one contest or several, or many people, one a line. All are
    invited, or nobody."""
    form = await sent(request)
    ballot = form["contest"].rpartition("/")[2]
    board, wrong = await current_board(request), dict[str, str]()

    async def invited() -> None:
        def sent_before(guest: Guest) -> bool:
            return command_id(guest) in board.desk.receipts

        try:
            many = "lines" in form
            guests = guests_of(board, form["lines"], sent_before) if many else [guest_of(board, form, sent_before)]
        except BadLines as bad:
            wrong["lines" if "lines" in form else bad.field] = bad.sentence
            raise Refused("lines", bad.sentence) from None
        submitter = process(request).submitter
        for guest in guests:
            by = stamp(request, command_id(guest))
            night = visit(request).night
            await invite_person(submitter, night, guest.name, guest.role, guest.ballots, by, guest.phone)

    def command_id(guest: Guest) -> str:
        return id_of("invite", form.get("key"), guest)

    async def again(sentence: str, status: int) -> Response:
        typed = form | {"form": "many" if "lines" in form else "invite"}
        if ballot:
            return await contest_page(request, ballot, sentence, status, typed, wrong)
        return await people_page(request, sentence, status, typed, wrong)

    return await carried_out(invited(), f"/desk/contests/{ballot}" if ballot else "/desk/people", again)


@allows(Sends(DESK))
async def change(request: Request) -> Response:
    """``POST /desk/people/{what}``: end a person's sessions, make a new link and clear their PIN, revoke their
    invitation, ask them to call, note that they were called, or keep their number; at once."""
    form = await sent(request)
    ballot, invited = form["contest"].rpartition("/")[2], form.get("invitation", "")
    what = request.path_params["what"]

    async def changed() -> None:
        if what == "revoke" and invited == visit(request).person.invitation:
            raise Refused("oneself", say("That is your own invitation. Another desk can revoke it."))
        if what not in ("clear", "phone", *_ACTS):
            sentence = say("Nothing was done: that is none of what can be done with an invitation.")
            raise Refused("act-unknown", sentence)
        by = stamp(request, id_of(what, form.get("key"), invited))
        if what == "clear":
            act = PinCleared(**by, invited=invited, link=new_id())
        elif what == "phone":
            act = PhoneGiven(**by, invited=invited, phone=" ".join(form.get("phone", "").split()))
        else:
            act = _ACTS[what](**by, invited=invited)
        await process(request).submitter.record(visit(request).night, act)

    async def again(sentence: str, status: int) -> Response:
        if ballot:
            return await contest_page(request, ballot, sentence, status)
        return await people_page(request, sentence, status)

    here = f"/desk/contests/{ballot}" if ballot else "/desk/people"
    return await carried_out(changed(), f"/desk/invitations?only={invited}" if what == "clear" else here, again)


@allows(SignedIn(DESK))
async def there(request: Request) -> Response:
    """``GET /desk/there``: invitation → whether the person is there now, in words; asked for while a page is open."""
    board = replace(await current_board(request), heard=await process(request).presence.known(visit(request).night))
    language = language_of(request)
    people = {one.invitation: said(language, board.there(one)) for one in board.desk.people.values() if one.sessions}
    return JSONResponse(people, headers={"Cache-Control": "no-store"})


async def people_page(
    request: Request,
    notice: str = "",
    status: int = 200,
    typed: dict[str, str] | None = None,
    wrong: dict[str, str] | None = None,
) -> Response:
    """Everybody invited; ``typed`` are the fields of a refused form on the page, ``wrong`` says why at each."""
    board = replace(await current_board(request), heard=await process(request).presence.known(visit(request).night))
    unopened, language = len(_unopened(board)), language_of(request)
    return page(
        request,
        "people.html",
        status,
        watched="?people=all",
        notice=notice,
        typed=typed,
        wrong=wrong or {},
        board=board,
        air=render.status(board, board.glances(), language),
        people=render.people(board, language),
        unopened=unopened,
        invited_as=tuple(ROLES.values()),
    )


async def cards_of(settings: Settings, board: Board, people: Iterable[Person], language: Language) -> list[Markup]:
    """A card for each person, with the link as text and as a QR code, in the order of contests, roles and names.

    There is no code for a link that no phone could open. Other requests have a turn after each card: one card takes
    three milliseconds, and a night has a thousand.
    """
    cards, closed = list[Markup](), settings.closed_to_phones
    for person in sorted(people, key=lambda person: _where(board, person)):
        link = link_of(settings, board.night.definition.id, person.invitation, person.role, person.link)
        # A QR code can be read with any of the eight masks; looking for the best one takes four times as long.
        made = None if closed else segno.make(link, error="m", boost_error=False, micro=False, mask=3)
        code = made.svg_inline(omitsize=True, border=2) if made else ""
        contests = [board.night.counts[ballot].contest for ballot in person.ballots]
        told = dict[str, Any](person=person, link=link, code=Markup(code), night=board.night, contests=contests)
        cards.append(Markup(rendered("desk/fragments/card.html", language, **told)))
        await asyncio.sleep(0)
    return cards


def _unopened(board: Board) -> list[Person]:
    return [person for person in board.desk.people.values() if person.pin is None and not person.revoked]


def _names(board: Board, person: Person) -> tuple[str, ...]:
    return tuple(board.night.counts[ballot].contest.name for ballot in person.ballots)


def _where(board: Board, person: Person) -> tuple[tuple[str, ...], str, str]:
    return _names(board, person), person.role, person.name
