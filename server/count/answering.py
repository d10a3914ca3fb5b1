"""What every page of the phone begins and ends with: its contest as it stands, an answer nobody keeps."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.answers import HTML
from server.count.invitations import Invitation
from server.election.nights import Count, Night
from server.live.hub import Hub
from server.pages.templates import rendered
from server.stream.events import StreamUnavailable
from server.stream.submit import Submitter


async def standing(request: Request) -> tuple[Night, Count]:
    """The night and the contest invited for, as they stand; 404 where they are not on air any more.

    While Redis is away it is the state that this process knew last, so that a form can always be shown again.
    """
    invitation: Invitation = request.state.invitation
    submitter: Submitter = request.state.submitter
    try:
        return _count(await submitter.night(invitation.night), invitation)
    except StreamUnavailable:
        known = _known(request, invitation)
        if known is None:
            raise
        return _count(known, invitation)


async def lately(request: Request) -> tuple[Night, Count]:
    """The same as this process knew it last: for a form that is judged when it is sent on."""
    invitation: Invitation = request.state.invitation
    known = _known(request, invitation)
    return _count(known, invitation) if known else await standing(request)


def _known(request: Request, invitation: Invitation) -> Night | None:
    hub: Hub = request.state.hub
    channel = hub.channels.get(invitation.night)
    return channel.night if channel else None


def _count(night: Night | None, invitation: Invitation) -> tuple[Night, Count]:
    count = night.counts.get(invitation.ballot) if night else None
    if night is None or count is None:
        sentence = "The contest of this invitation is not on air. Ask the desk for a new invitation."
        raise HTTPException(404, sentence)
    return night, count


def page(template: str, status: int = 200, **context: object) -> Response:
    """A page below web/templates/count; figures that are not declared must stay in no cache."""
    headers = {"Cache-Control": "no-store"}
    return Response(rendered(f"count/{template}", **context), status, headers, HTML)
