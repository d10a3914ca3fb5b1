"""Opening an invitation: the page of the link, and its exchange for a session. No figures."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.access import allows, everyone
from server.count.answering import page, standing
from server.count.invitations import Invitation
from server.count.rules import csrf, invited, start_session, starting


@allows(everyone)
async def welcome(request: Request) -> Response:
    """``GET /count/invitation``: how to get in, for a phone that is not."""
    return page("welcome.html")


@allows(invited)
async def invitation(request: Request) -> Response:
    """``GET /count/invitation/{token}``: who is invited for what. It changes nothing: previews open links."""
    night, count = await standing(request)
    return page("invitation.html", night=night, count=count, invitation=_of(request), csrf=csrf(request))


@allows(starting)
async def start(request: Request) -> Response:
    """``POST /count/invitation/{token}``: the token becomes a session, and leaves the address bar."""
    await standing(request)
    start_session(request, _of(request))
    return RedirectResponse("/count", 303)


def _of(request: Request) -> Invitation:
    return request.state.invitation
