"""The list of contests of somebody who is invited for several. No forms."""

from starlette.requests import Request
from starlette.responses import Response

from server.count.visit.rules import visit
from server.count.visit.sending import id_of
from server.count.visit.stages import STAGES
from server.count.visit.visitors_night import night_of, page
from server.election.counts import Count


def contests_page(request: Request) -> Response:
    """The contests that the visitor is invited for, to choose one."""
    counts, night, person = _counts(request), night_of(request), visit(request).person
    token = token_of_all(request)
    return page(request, "contests.html", night=night, counts=counts, person=person, stages=STAGES, token=token)


def token_of_all(request: Request) -> str:
    """A hash of what the list of the visitor's contests shows."""
    counts = _counts(request)
    return id_of(*((count.contest.name, count.result is not None, count.stage) for count in counts))


def _counts(request: Request) -> list[Count]:
    counts = night_of(request).counts
    return [counts[ballot] for ballot in visit(request).person.ballots if ballot in counts]
