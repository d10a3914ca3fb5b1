"""What every page of the count begins and ends with: the night as it stands, an answer nobody keeps."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.answers import HTML
from server.count.rules import is_away, visit
from server.election.desk import Desk
from server.election.nights import Count, Night
from server.live.hub import Hub
from server.pages.templates import rendered
from server.stream.events import StreamUnavailable
from server.stream.submit import Submitter


async def night_of(request: Request) -> Night:
    """The visitor's night as it stands; 404 where it is not on air any more.

    While Redis is away it is the state that this process knew last, so that a form can always be shown again.
    """
    submitter: Submitter = request.state.submitter
    hub: Hub = request.state.hub
    name = visit(request).night
    try:
        if is_away(request):
            raise StreamUnavailable
        night = await submitter.night(name)
    except StreamUnavailable:
        channel = hub.channels.get(name)
        night = channel.night if channel else None
        if night is None:
            raise
    if night is None:
        raise HTTPException(404, "The night of this invitation is not on air. Ask the desk for a new invitation.")
    return night


async def desk_of(request: Request) -> Desk:
    """The private side of the visitor's night, as it stands or as this process knew it last."""
    submitter: Submitter = request.state.submitter
    hub: Hub = request.state.hub
    name = visit(request).night
    try:
        if is_away(request):
            raise StreamUnavailable
        return await submitter.desk(name)
    except StreamUnavailable:
        return hub.desks[name].desk


async def standing_of(request: Request, ballot: str) -> tuple[Night, Count, Desk]:
    """The same for one contest that the visitor may enter; whatever waits to go out is let out first."""
    night, desk = await night_of(request), await desk_of(request)
    count = night.counts.get(ballot)
    if count is None or not visit(request).person.may_enter(ballot):
        raise HTTPException(404, "That contest is not one that you are invited for.")
    return night, count, desk


def page(template: str, status: int = 200, **context: object) -> Response:
    """A page below web/templates/count; figures that are not declared must stay in no cache."""
    headers = {"Cache-Control": "no-store"}
    return Response(rendered(f"count/{template}", **context), status, headers, HTML)
