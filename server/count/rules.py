"""Who may enter what: one rule a kind of request. Each refuses with a sentence before its endpoint runs."""

import secrets
from typing import Any
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request

from server.count.invitations import Invitation, Invitations, NotInvited
from server.count.rates import (
    SENDING_BY_ADDRESS,
    SENDING_BY_INVITATION,
    SIGN_IN_BY_ADDRESS,
    SIGN_IN_BY_INVITATION,
    address,
    rates,
)
from server.live.hub import Hub
from server.settings import Settings

WELCOME = "/count/invitation"


async def invited(request: Request) -> None:
    """The link's token must be one of ours: then ``request.state.invitation`` is set."""
    await rates(request).count(SIGN_IN_BY_ADDRESS, address(request))
    try:
        request.state.invitation = _invitations(request).read(request.path_params["token"])
    except NotInvited as error:
        raise HTTPException(403, str(error)) from None


async def starting(request: Request) -> None:
    """Signing in: from our own page, with a token of ours."""
    await invited(request)
    await _from_our_page(request)
    await rates(request).count(SIGN_IN_BY_INVITATION, request.state.invitation.id)


async def signed_in(request: Request) -> None:
    """A session, whose invitation is then in ``request.state``; others are shown how to get one."""
    try:
        request.state.invitation = Invitation(**request.session["invitation"])
    except (KeyError, TypeError):
        raise HTTPException(303, "This phone is not signed in.", {"Location": WELCOME}) from None


async def sending(request: Request) -> None:
    """A form from our own page, for the contest that the session is for."""
    await signed_in(request)
    await rates(request).count(SENDING_BY_ADDRESS, address(request))
    await rates(request).count(SENDING_BY_INVITATION, request.state.invitation.id)
    contest = (await request.form()).get("contest")
    if contest != contest_of(request.state.invitation):
        sentence = "That page is for another contest than this phone is signed in for now. Nothing was sent."
        raise HTTPException(403, f"{sentence} Open the link for that contest again.")
    await _from_our_page(request)


async def bearer(request: Request) -> None:
    """A program with a token for the contest in the address."""
    await rates(request).count(SENDING_BY_ADDRESS, address(request))
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        sentence = "Send the token of an invitation: Authorization: Bearer …"
        raise HTTPException(401, sentence, {"WWW-Authenticate": "Bearer"})
    try:
        invitation = _invitations(request).read(token.strip())
    except NotInvited as error:
        raise HTTPException(401, str(error), {"WWW-Authenticate": 'Bearer error="invalid_token"'}) from None
    await rates(request).count(SENDING_BY_INVITATION, invitation.id)
    night, ballot = request.path_params["night"], request.path_params["ballot"]
    if (night, ballot) != (invitation.night, invitation.ballot):
        hub: Hub = request.state.hub
        channel = hub.channels.get(night)
        if channel is None or channel.night is None or ballot not in channel.night.counts:
            raise HTTPException(404, "There is no such contest on air.")
        raise HTTPException(403, f"This token is for {invitation.ballot}, not for {ballot}.")
    request.state.invitation = invitation


def contest_of(invitation: Invitation) -> str:
    """What a form says it is for, so that it cannot be sent for another contest."""
    return f"{invitation.night}/{invitation.ballot}"


def start_session(request: Request, invitation: Invitation) -> None:
    """Sign a phone in, and out of whatever it was signed in for."""
    request.session.clear()
    request.session["invitation"] = {
        "id": invitation.id,
        "night": invitation.night,
        "ballot": invitation.ballot,
        "name": invitation.name,
    }
    csrf(request)


def csrf(request: Request) -> str:
    """The session's secret for its forms, made when first asked for."""
    session: dict[str, Any] = request.session
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(16)
    return session["csrf"]


async def _from_our_page(request: Request) -> None:
    settings: Settings = request.state.settings
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    ours = {request.headers.get("host"), urlsplit(settings.public_url).netloc}
    from_another = origin is not None and urlsplit(origin).netloc not in ours
    if from_another or site not in (None, "none", "same-origin"):
        raise HTTPException(403, "That form came from another site. Nothing was sent.")
    sent = (await request.form()).get("csrf")
    known = str(request.session.get("csrf", ""))
    if not isinstance(sent, str) or not known or not secrets.compare_digest(sent.encode(), known.encode()):
        sentence = "That page is from before this phone signed in. Nothing was sent; what was typed is kept."
        raise HTTPException(403, f"{sentence} Go back and open the page again.")


def _invitations(request: Request) -> Invitations:
    return Invitations(request.state.settings.secret_key)
