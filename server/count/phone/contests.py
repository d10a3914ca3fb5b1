"""The list of an officer's contests: how far each is, and which of them need the officer. No forms."""

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from server.count.visit.our_pages import csrf
from server.count.visit.rules import visit
from server.count.visit.sending import id_of
from server.count.visit.visitors_night import desk_of, night_of, page
from server.election.counting.acts import Role
from server.election.counting.entry import KEYING, EntryProgress, once_released, progress_of
from server.election.counts import Count
from server.election.texts.said import say
from server.election.texts.words import ROLES, STAGES


class Listed(Struct, frozen=True):
    """A contest of the list: how far it is, in ``words``; ``kind`` is "differs" or "ready" where that needs
    somebody."""

    count: Count
    words: str
    kind: str = ""


def contests_page(request: Request) -> Response:
    """Every contest that the visitor is invited for, and how many of them differ or are ready."""
    listed, person = _listed(request), visit(request).person
    return page(
        request,
        "contests.html",
        night=night_of(request),
        listed=listed,
        person=person,
        token=token_of_all(request),
        differing=sum(one.kind == "differs" for one in listed),
        ready=sum(one.kind == "ready" for one in listed),
        csrf=csrf(request),
    )


def token_of_all(request: Request) -> str:
    """A hash of what the list of the visitor's contests shows."""
    person = visit(request).person
    called = person.phone, person.call and person.call.seq
    return id_of(*((one.count.contest.name, one.words) for one in _listed(request)), *called)


def _listed(request: Request) -> list[Listed]:
    night, desk, person = night_of(request), desk_of(request), visit(request).person
    later = once_released(night, desk)
    return [
        _told(later.counts[ballot], progress_of(later, desk, ballot), person.role, held=night.held)
        for ballot in person.ballots
        if ballot in later.counts
    ]


def _told(count: Count, stands: EntryProgress, role: Role, *, held: bool) -> Listed:
    match stands.state:
        case "differs":
            return Listed(count, say("the two sheets differ"), "differs")
        case "ready":
            return Listed(
                count, say("ready to be corrected") if stands.correction else say("ready to declare"), "ready"
            )
        case "one keyed":
            mine = role in KEYING and role in stands.waiting_for
            waits = say("waits for the %(role)s", role=ROLES[stands.waiting_for[0]])
            return Listed(count, say("your sheet is missing") if mine else waits)
        case "look again":
            return Listed(count, say("your figures are to be keyed again"))
        case "asked":
            return Listed(count, say("sent, waits for the release") if held else say("sent, going on air"))
        case "on air":
            return Listed(count, say("declared"))
        case "no poll":
            return Listed(count, say("no poll"))
        case _:
            stage = STAGES[count.stage] if count.stage else say("not begun")
            return Listed(count, say("being corrected") if stands.correction else stage)
