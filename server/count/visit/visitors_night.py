"""The visitor's night, as every page of the count needs it, and a page that no cache keeps."""

from contextlib import suppress

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.count.visit.rules import is_away, visit
from server.election.counting.desk import Desk
from server.election.counting.entry import pending
from server.election.nights import Night
from server.election.texts.said import say
from server.html.address import in_language, language_of, without_language
from server.html.answers import HTML
from server.html.process import process
from server.html.templates import rendered
from server.stream.clock import now
from server.stream.events import StreamUnavailable


def night_of(request: Request) -> Night:
    """The public side of the visitor's night, including what this request itself has done. 404 if it is not on air.

    The rule that let the request in has read the stream, so this does not ask Redis again. While Redis is away it is
    the night as this process last knew it, and a form can still be shown again.
    """
    night = process(request).submitter.known(visit(request).night).night
    if night is None:
        raise HTTPException(404, say("The night of this invitation is not on air. Ask the desk for a new invitation."))
    return night


def desk_of(request: Request) -> Desk:
    """The private side of the visitor's night, as recent as the public side that ``night_of`` returns."""
    return process(request).submitter.known(visit(request).night).desk


async def both_of(request: Request) -> tuple[Night, Desk]:
    """The public and the private side of the visitor's night. Whatever waits to go out, and may, is sent out first."""
    night, desk = night_of(request), desk_of(request)
    submitter = process(request).submitter
    if not night.held and pending(night, desk) and not is_away(request):
        with suppress(StreamUnavailable):  # it goes on waiting, and the page says so
            await submitter.send_out(visit(request).night, now())
        night, desk = night_of(request), desk_of(request)
    return night, desk


def page(request: Request, template: str, status: int = 200, **context: object) -> Response:
    """A page from a template below web/templates/count, in the visitor's language. No cache may keep it: it can show
    figures not yet declared.

    Its links send the site alone as referrer, since whoever knows the address of an invitation can open it.
    """
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "origin"}
    here, posted = without_language(request), request.method == "POST"
    html = rendered(f"count/{template}", language_of(request), here=here, posted=posted, **context)
    return in_language(request, Response(html, status, headers, HTML))


def led_to(request: Request, address: str) -> Response:
    """A redirect from one page to another, which keeps the language that the visitor has chosen on the way."""
    return in_language(request, RedirectResponse(address, 303))
