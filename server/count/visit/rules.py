"""Who may do what at the count: one rule for each kind of request. It runs before the endpoint."""

import asyncio
from typing import cast

from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request

from server.count.visit.invitations import NOT_GOOD, REPLACED, Invitations, NotInvited, admin_of, area_of, told_to
from server.count.visit.our_pages import csrf, from_our_page, is_same_site, must_fit
from server.count.visit.rates import OPENING, SENDING, SIGN_IN, WRONG_TOKENS
from server.election.counting.acts import PLACE, Role
from server.election.counting.desk import Desk, Person
from server.election.texts.said import say
from server.election.texts.words import ROLES
from server.html.errors import Titled
from server.html.process import process
from server.html.rates import address, limit
from server.live.line import in_a_task
from server.stream.events import StreamUnavailable

_LOST = say(
    "This night should be on air, but nothing of it is stored any more. Nothing was sent: tell the desk at once."
)

WELCOME = {area: f"/{area}/invitation" for area in ("count", "desk", "admin")}
_MOST_LINKS = 6  # a cookie has 4 KiB
DECLARING: tuple[Role, ...] = ("officer", "returning officer")


class Visit(Struct, frozen=True):
    """Who sent a request: a ``person`` invited to a ``night``; ``session`` is "" unless they are signed in."""

    night: str
    person: Person
    session: str = ""


async def invited(request: Request) -> None:
    """A request with the link of an invitation. Its token must be ours, and the person still invited; then
    ``visit(request)`` is known. Else 403, 303 to the right address, or 429."""
    try:
        night, invitation, link = _invitations(request).read(_token(request))
    except NotInvited as error:
        await limit(request, WRONG_TOKENS, address(request))
        raise HTTPException(403, told_to(request.url.path, error.sentence)) from None
    await limit(request, OPENING, invitation)
    person = await _person(request, night, invitation, link)
    area, theirs = request.url.path.split("/")[1], area_of(person.role)
    if area != theirs:
        raise HTTPException(303, "This is at another address.", {"Location": f"{WELCOME[theirs]}/{_token(request)}"})
    request.state.visit = Visit(night, person)


async def starting(request: Request) -> None:
    """A request to sign in: with the link of an invitation, from our own page, and not too often (429)."""
    await invited(request)
    await from_our_page(request)
    await limit(request, SIGN_IN, visit(request).person.invitation)


class SignedIn(Struct, frozen=True):
    """A person with one of these ``roles``, in a session that the desk has not ended. Else 303 to the page that says
    how to sign in, or 403 for another role."""

    roles: tuple[Role, ...]

    async def __call__(self, connection: HTTPConnection) -> None:
        area = connection.url.path.split("/")[1]
        try:
            known: dict[str, str] = connection.session["visit"]
            night, invitation, session = known["night"], known["invitation"], known["session"]
        except (KeyError, TypeError):
            raise HTTPException(303, "This phone is not signed in.", {"Location": WELCOME[area]}) from None
        person = (await _desk(connection, night)).people.get(invitation)
        if person is None or session not in person.sessions or await _is_out(connection, admin_of(person)):
            over = night != PLACE and process(connection).submitter.known(night).night is None
            where = f"{WELCOME[area]}?{'over' if over else 'ended'}=1"
            raise HTTPException(303, "The desk has signed this phone out.", {"Location": where})
        connection.state.visit = Visit(night, person, session)
        if area == "count" and not is_away(connection):
            await process(connection).presence.heard(night, invitation)
        if person.role not in self.roles:
            raise HTTPException(403, say("This is not for the %(role)s. Nothing was sent.", role=ROLES[person.role]))


class Sends(SignedIn, frozen=True):
    """As ``SignedIn``, for a form: sent from our own page, about a contest that the person is invited for, with short
    fields, and not too often. Else 403, 400 or 429."""

    async def __call__(self, connection: HTTPConnection) -> None:
        await super().__call__(connection)
        assert isinstance(connection, Request)
        await limit(connection, SENDING, visit(connection).person.invitation)
        sent = await connection.form()
        must_fit(sent)
        contest = sent.get("contest")
        here, _, ballot = contest.rpartition("/") if isinstance(contest, str) else ("", "", "")
        visitor = visit(connection)
        if here != visitor.night or (ballot and not visitor.person.may_enter(ballot)):
            sentence = say(
                "That page is for another contest than this phone is signed in for now. Nothing was sent. Open the "
                "link for that contest again."
            )
            raise HTTPException(403, sentence)
        await from_our_page(connection)


class Watches(SignedIn, frozen=True):
    """As ``SignedIn``, for a websocket, which must come from our own site: browsers let any site open one."""

    async def __call__(self, connection: HTTPConnection) -> None:
        if not is_same_site(connection):
            raise HTTPException(403, say("That came from another site."))
        await in_a_task()
        await super().__call__(connection)


async def bearer(request: Request) -> None:
    """A program whose Bearer token is for the contest in the address. Else 401, 403, 404 or 429."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        asks = {"WWW-Authenticate": "Bearer"}
        raise HTTPException(401, "Send the token of an invitation: Authorization: Bearer …", asks)
    person, night = await _program(request, token.strip())
    ballot = request.path_params["ballot"]
    if night != request.path_params["night"] or not person.may_enter(ballot):
        hub = process(request).hub
        channel = hub.channels.get(request.path_params["night"])
        if channel is None or channel.night is None or ballot not in channel.night.counts:
            raise HTTPException(404, "There is no such contest on air.")
        theirs = ", ".join(person.ballots) or night
        raise HTTPException(403, f"This token is for {theirs}, not for {ballot}.")
    if person.role not in DECLARING:
        raise HTTPException(403, f"A token of the {person.role} declares nothing.")
    request.state.visit = Visit(night, person)


async def _program(request: Request, token: str) -> tuple[Person, str]:
    """The person and the night that a token is for. 401 if it opens nothing: once a PIN has been chosen for the
    invitation, the token alone is no longer enough."""
    refusal = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    try:
        night, invitation, link = _invitations(request).read(token)
    except NotInvited as error:
        await limit(request, WRONG_TOKENS, address(request))
        raise HTTPException(401, error.sentence, refusal) from None
    await limit(request, SENDING, invitation)
    person = (await _desk(request, night)).people.get(invitation)
    if person is None or person.revoked:
        raise HTTPException(401, NOT_GOOD, refusal)
    if person.link != link:
        raise HTTPException(401, REPLACED, refusal)
    if person.pin is not None:
        sentence = f"{person.name} has signed in with this invitation on a phone. Ask the desk for one of your own."
        raise HTTPException(401, sentence, refusal)
    return person, night


def visit(request: HTTPConnection) -> Visit:
    """Who sent this request; known once a rule has let it in."""
    return request.state.visit


def start_session(request: Request, session: str) -> None:
    """Sign this browser in, and out of whatever it was signed in for before."""
    visitor, links = visit(request), links_here(request)
    token = _token(request)
    request.session.clear()
    request.session["links"] = [token, *(link for link in links if link != token)][:_MOST_LINKS]
    request.session["visit"] = {
        "night": visitor.night,
        "invitation": visitor.person.invitation,
        "session": session,
    }
    csrf(request)


def links_here(request: Request) -> list[str]:
    """The tokens with which people signed in with this browser, the newest first: a shared tablet has several."""
    return cast(list[str], request.session.get("links", []))


def _token(request: Request) -> str:
    """The token in the address, or where that has the place of a link among those that were opened here, the link's."""
    token, links = request.path_params["token"], links_here(request)
    return links[int(token)] if token in map(str, range(len(links))) else token


def end_session(request: Request) -> None:
    """Sign this browser out. The links that were opened with it stay, for whoever is next."""
    request.session.pop("visit", None)


async def person_of(request: Request, token: str) -> Person | None:
    """Whose link this is; None if it opens nothing any more."""
    try:
        night, invitation, link = _invitations(request).read(token)
        person = await _person(request, night, invitation, link)
    except (NotInvited, HTTPException):
        return None
    return None if person.locked else person


async def _person(request: Request, night: str, invitation: str, link: str) -> Person:
    person = (await _desk(request, night)).people.get(invitation)
    if night != PLACE and process(request).submitter.known(night).night is None:
        raise Titled(403, say("This night is over"), say("This invitation is for a night that is not on air any more."))
    if person is None or person.revoked:
        raise HTTPException(403, told_to(request.url.path, NOT_GOOD))
    if person.link != link:
        raise HTTPException(403, told_to(request.url.path, REPLACED))
    return person


async def _is_out(connection: HTTPConnection, admin: str) -> bool:
    """Whether somebody who came to this desk by running the place, with this invitation, runs it no more."""
    person = (await _desk(connection, PLACE)).people.get(admin) if admin else None
    return bool(admin) and (person is None or person.revoked)


async def _desk(connection: HTTPConnection, night: str) -> Desk:
    """The private side of a night, read from the stream at every request, so that an ended session ends at once.

    While Redis is away it is what this process last knew. 404 with a sentence of its own if the night should be on air
    and is no longer stored: then the invitation is not at fault.
    """
    this_process = process(connection)
    try:
        stands = await this_process.submitter.look(night)
        if night != PLACE and stands.night is None and await _should_be_stored(connection, night):
            raise Titled(404, say("This night is lost"), _LOST)
    except StreamUnavailable:
        connection.state.away = True
        stands = this_process.submitter.known(night)
        if stands.night is None and not stands.desk.people:
            raise
    return stands.desk


async def _should_be_stored(connection: HTTPConnection, night: str) -> bool:
    """Whether nobody has ended a night of which nothing is stored. This process may hear of an end a moment later."""
    channels, stream = process(connection).hub.channels, process(connection).stream
    for _ in range(20):
        if night not in channels:
            break
        await asyncio.sleep(0.05)
    return night in channels or night in await stream.nights()


def is_away(connection: HTTPConnection) -> bool:
    """Whether Redis has already failed to answer during this request. Nothing that is only shown waits for it twice."""
    return getattr(connection.state, "away", False)


def _invitations(request: Request) -> Invitations:
    return Invitations(process(request).settings.secret_key)
