"""The provisional result as a page of its own, to show to candidates and agents and to print. Nothing is sent here."""

from starlette.requests import Request
from starlette.responses import Response

from server.access import allows
from server.count.agents.consulting import AGENTS
from server.count.phone.entering import FORM
from server.count.phone.read_back import read_back
from server.count.visit.place import chosen, place_of
from server.count.visit.rules import SignedIn
from server.count.visit.stages import STAGING
from server.count.visit.visitors_night import led_to, page
from server.election.counting.entry import papers_of
from server.stream.clock import now


@allows(SignedIn(STAGING))
async def provisional(request: Request) -> Response:
    """``GET /count/provisional``: the confirmed figures, worded as provisional; nobody is declared elected by them."""
    ballot = chosen(request)
    place = await place_of(request, ballot) if ballot else None
    if place is None or place.stands.sheet is None:
        return led_to(request, place.at(FORM) if place else FORM)
    sheet, noted = place.stands.sheet, place.desk.of(place.ballot).adjudicated
    told = read_back(place.night, place.count, sheet)
    return page(
        request,
        "provisional.html",
        night=place.night,
        count=place.count,
        sheet=sheet,
        told=told,
        papers=papers_of(place.count),
        correction=place.stands.correction,
        notes=noted.notes if noted else {},
        back=place.at(AGENTS),
        at=now(),
    )
