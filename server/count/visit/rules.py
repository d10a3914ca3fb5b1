"""Who may do what at the count: one rule a kind of request. Each refuses with a sentence before its endpoint runs."""

import secrets
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request

from server.count.visit.invitations import Invitations, NotInvited
from server.count.visit.rates import OPENING, SENDING, SIGN_IN, WRONG_TOKENS, address, rates
from server.election.counting.acts import Role
from server.election.counting.desk import Desk, Person
from server.election.limits import LONGEST_FIELD
from server.html.process import process
from server.live.line import in_a_task
from server.stream.events import StreamUnavailable

_TYPED = frozenset(("contests", "expected", "issued", "lines", "name", "papers", "pin", "reason", "text"))
_TYPED_OF_MANY = ("reason.", "rejected.", "votes.")
_LOST = "This night should be on air, but nothing of it is stored any more. Nothing was sent: tell the desk at once."

WELCOME = {"count": "/count/invitation", "desk": "/desk/invitation"}
DECLARING: tuple[Role, ...] = ("officer", "returning officer")


class Visit(Struct, frozen=True):
    """Who asks: ``night`` and ``person``, signed in as ``session`` (empty for a program)."""

    night: str
    person: Person
    session: str = ""


async def invited(request: Request) -> None:
    """The link's token must be one of ours, for somebody who is still invited: then ``visit(request)`` is known."""
    try:
        night, invitation = _invitations(request).read(request.path_params["token"])
    except NotInvited as error:
        await rates(request).count(WRONG_TOKENS, address(request))
        raise HTTPException(403, str(error)) from None
    await rates(request).count(OPENING, invitation)
    person = await _person(request, night, invitation)
    area, theirs = request.url.path.split("/")[1], "desk" if person.role == "desk" else "count"
    if area != theirs:
        raise HTTPException(
            303, "This is at another address.", {"Location": WELCOME[theirs] + "/" + request.path_params["token"]}
        )
    request.state.visit = Visit(night, person)


async def starting(request: Request) -> None:
    """Signing in: from our own page, with a token of ours."""
    await invited(request)
    await _from_our_page(request)
    await rates(request).count(SIGN_IN, visit(request).person.invitation)


class SignedIn(Struct, frozen=True):
    """Somebody with one of these ``roles``, on a phone whose session the desk has not ended."""

    roles: tuple[Role, ...]

    async def __call__(self, connection: HTTPConnection) -> None:
        area = connection.url.path.split("/")[1]
        try:
            known: dict[str, str] = connection.session["visit"]
            night, invitation, session = known["night"], known["invitation"], known["session"]
        except (KeyError, TypeError):
            raise HTTPException(303, "This phone is not signed in.", {"Location": WELCOME[area]}) from None
        person = (await _desk(connection, night)).people.get(invitation)
        if person is None or session not in person.sessions:
            connection.session.clear()
            raise HTTPException(303, "The desk has signed this phone out.", {"Location": f"{WELCOME[area]}?ended=1"})
        connection.state.visit = Visit(night, person, session)
        if person.role not in self.roles:
            raise HTTPException(403, f"This is not for the {person.role}. Nothing was sent.")


class Sends(SignedIn, frozen=True):
    """The same, for a form from our own page about a contest that they are invited for."""

    async def __call__(self, connection: HTTPConnection) -> None:
        await super().__call__(connection)
        assert isinstance(connection, Request)
        await rates(connection).count(SENDING, visit(connection).person.invitation)
        sent = await connection.form()
        _must_fit(sent)
        contest = sent.get("contest")
        here, _, ballot = contest.rpartition("/") if isinstance(contest, str) else ("", "", "")
        one = visit(connection)
        if here != one.night or (ballot and not one.person.may_enter(ballot)):
            sentence = "That page is for another contest than this phone is signed in for now. Nothing was sent."
            raise HTTPException(403, f"{sentence} Open the link for that contest again.")
        await _from_our_page(connection)


class Watches(SignedIn, frozen=True):
    """The same, for a websocket, which browsers let any site open."""

    async def __call__(self, connection: HTTPConnection) -> None:
        if not _same_site(connection):
            raise HTTPException(403, "That came from another site.")
        await in_a_task()
        await super().__call__(connection)


async def bearer(request: Request) -> None:
    """A program with a token for the contest in the address."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        sentence = "Send the token of an invitation: Authorization: Bearer …"
        raise HTTPException(401, sentence, {"WWW-Authenticate": "Bearer"})
    person, night = await _program(request, token.strip())
    ballot = request.path_params["ballot"]
    if night != request.path_params["night"] or not person.may_enter(ballot):
        hub = process(request).hub
        channel = hub.channels.get(request.path_params["night"])
        if channel is None or channel.night is None or ballot not in channel.night.counts:
            raise HTTPException(404, "There is no such contest on air.")
        raise HTTPException(403, f"This token is for {', '.join(person.ballots) or night}, not for {ballot}.")
    if person.role not in DECLARING:
        raise HTTPException(403, f"A token of the {person.role} declares nothing.")
    request.state.visit = Visit(night, person)


async def _program(request: Request, token: str) -> tuple[Person, str]:
    """Who a token is for. Once a person has chosen a PIN for it, the token alone opens nothing any more."""
    refusal = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    try:
        night, invitation = _invitations(request).read(token)
    except NotInvited as error:
        await rates(request).count(WRONG_TOKENS, address(request))
        raise HTTPException(401, str(error), refusal) from None
    await rates(request).count(SENDING, invitation)
    person = (await _desk(request, night)).people.get(invitation)
    if person is None or person.revoked:
        raise HTTPException(401, "This invitation is not good any more. Ask the desk for a new one.", refusal)
    if person.pin is not None:
        sentence = f"{person.name} has signed in with this invitation on a phone. Ask the desk for one of your own."
        raise HTTPException(401, sentence, refusal)
    return person, night


def visit(request: HTTPConnection) -> Visit:
    """Who asks, once a rule has found out."""
    return request.state.visit


def start_session(request: Request, session: str) -> None:
    """Sign a phone in, and out of whatever it was signed in for."""
    one = visit(request)
    request.session.clear()
    request.session["visit"] = {"night": one.night, "invitation": one.person.invitation, "session": session}
    csrf(request)


def csrf(request: Request) -> str:
    """The session's secret for its forms, made when first asked for."""
    session: dict[str, Any] = request.session
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(16)
    return session["csrf"]


async def _person(request: Request, night: str, invitation: str) -> Person:
    person = (await _desk(request, night)).people.get(invitation)
    if person is None or person.revoked:
        raise HTTPException(403, "This invitation is not good any more. Ask the desk for a new one.")
    return person


async def _desk(connection: HTTPConnection, night: str) -> Desk:
    """The private side of a night this moment, so that what was ended is ended; or as this process knew it last.

    404 where the night is on air and is not stored any more: then it is not the invitation that is at fault.
    """
    one = process(connection)
    try:
        stands = await one.submitter.look(night)
        if stands.night is None and (night in one.hub.channels or night in await one.stream.nights()):
            raise HTTPException(404, _LOST)
    except StreamUnavailable:
        connection.state.away = True
        stands = one.submitter.known(night)
        if stands.night is None:
            raise
    return stands.desk


def is_away(connection: HTTPConnection) -> bool:
    """Whether Redis did not answer this very request before: once is long enough to wait for what is only shown."""
    return getattr(connection.state, "away", False)


async def _from_our_page(request: Request) -> None:
    if not _same_site(request):
        raise HTTPException(403, "That form came from another site. Nothing was sent.")
    form = await request.form()
    _must_fit(form)
    sent = form.get("csrf")
    known = str(request.session.get("csrf", ""))
    if not isinstance(sent, str) or not known or not secrets.compare_digest(sent.encode(), known.encode()):
        sentence = "That page is from before this phone signed in. Nothing was sent; what was typed is kept."
        raise HTTPException(403, f"{sentence} Go back and open the page again.")


def _must_fit(form: FormData) -> None:
    """What a page puts into its form itself is short; what people type gets its sentence beside the field instead."""
    for name, value in form.multi_items():
        typed = name in _TYPED or name.startswith(_TYPED_OF_MANY)
        if len(name) > LONGEST_FIELD or (not typed and isinstance(value, str) and len(value) > LONGEST_FIELD):
            raise HTTPException(400, "That is longer than anything our pages send. Nothing was sent.")


def _same_site(connection: HTTPConnection) -> bool:
    settings = process(connection).settings
    origin, site = connection.headers.get("origin"), connection.headers.get("sec-fetch-site")
    ours = {connection.headers.get("host"), urlsplit(settings.public_url).netloc}
    return (origin is None or urlsplit(origin).netloc in ours) and site in (None, "none", "same-origin")


def _invitations(request: Request) -> Invitations:
    return Invitations(process(request).settings.secret_key)
