"""What every page of the count begins and ends with: the night as it stands, an answer nobody keeps."""

from contextlib import suppress

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.count.visit.rules import is_away, visit
from server.election.counting.desk import Desk
from server.election.counting.entry import pending
from server.election.nights import Night
from server.html.answers import HTML
from server.html.process import process
from server.html.templates import rendered
from server.stream.clock import now
from server.stream.events import StreamUnavailable


def night_of(request: Request) -> Night:
    """The visitor's night as it was when this request was let in, and with all that it has done since.

    Whoever let it in has looked; while Redis is away it is what this process knew last, so that a form can always be
    shown again.
    """
    night = process(request).submitter.known(visit(request).night).night
    if night is None:
        raise HTTPException(404, "The night of this invitation is not on air. Ask the desk for a new invitation.")
    return night


def desk_of(request: Request) -> Desk:
    """The private side of the visitor's night, as ``night_of`` has the public one."""
    return process(request).submitter.known(visit(request).night).desk


async def both_of(request: Request) -> tuple[Night, Desk]:
    """Both sides of the visitor's night. What waits to go out, and can, is let out on the way."""
    night, desk = night_of(request), desk_of(request)
    submitter = process(request).submitter
    if not night.held and pending(night, desk) and not is_away(request):
        with suppress(StreamUnavailable):  # then it waits, and is said to
            await submitter.send_out(visit(request).night, now())
        night, desk = night_of(request), desk_of(request)
    return night, desk


def page(template: str, status: int = 200, **context: object) -> Response:
    """A page below web/templates/count; figures that are not declared must stay in no cache.

    Where it leads is not told from where in full: the address of an invitation is as good as the invitation.
    """
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "origin"}
    return Response(rendered(f"count/{template}", **context), status, headers, HTML)
