"""Which page an officer's phone shows next, as the count stands; also with what is said of a stage that was sent from
there. No HTML here."""

from starlette.requests import Request
from starlette.responses import Response

from server.count.phone.asked import asked_of
from server.count.phone.figures import SentForm, entry_of
from server.count.phone.pages import (
    again_page,
    entry_again,
    fresh_entry,
    read_back_page,
    sheet_page,
    verification_page,
    waiting_page,
)
from server.count.visit.place import Place
from server.count.visit.stages import STAGING, OfStage
from server.count.visit.visitors_night import led_to
from server.election.counting.entry import keyers, papers_of, sheets_of
from server.election.counting.keying import is_first_alone
from server.election.deciding.checks import check_figures, check_preferences
from server.election.texts.check_codes import Finding
from server.election.texts.said import say

RECEIPT = "/count/receipt"
_ALONE = say(
    "One person keys each result of this night now, and nobody else has confirmed these figures: look at each of them "
    "on the paper, and send them again."
)


def page_now(request: Request, place: Place) -> Response:
    """The next thing that this person has to do in this contest."""
    role, state = place.person.role, place.stands.state
    if elsewhere := _elsewhere(request, place):
        return led_to(request, place.at(elsewhere))
    if state == "unverified" and role in STAGING:
        return verification_page(request, place, SentForm({}), fresh=True)
    if role in keyers(place.count, place.desk) and state not in ("unverified", "no poll"):
        mine = sheets_of(place.count, place.desk).get(role)
        if mine is None:
            entry = fresh_entry(place)
            # A sheet that has become void comes back as it was keyed, with what is wrong with it now.
            found = errors_in(place, entry) if entry.numbers else ()
            return sheet_page(request, place, entry, found, fresh=not entry.numbers)
        changes = "change" in request.query_params
        if place.stands.looks_again and not changes:
            return again_page(request, place, entry_again(place))
        again = _ALONE if role in place.stands.waiting_for else ""
        if state == "differs" or again or changes:
            return sheet_page(request, place, entry_of(asked_of(place.count, place.desk), mine), notice=again)
    return read_back_page(request, place) if state == "ready" else waiting_page(request, place)


def staging_page(request: Request, place: Place, said: OfStage, status: int = 200) -> Response:
    """The page that this person was on, with what is said of a stage that was sent from there."""
    request.state.of_stage = said
    answer = waiting_page(request, place) if _elsewhere(request, place) else page_now(request, place)
    answer.status_code = status
    return answer


def _elsewhere(request: Request, place: Place) -> str:
    """The address of the page of another room that this person is to be on; "" if it is one of this one."""
    state = place.stands.state
    if state in ("on air", "asked"):
        return RECEIPT
    if state == "unverified" and place.boxes.boxes:
        return "/count/boxes"
    by_tables = bool(place.tables.names) and state not in ("unverified", "no poll")
    changes = "change" in request.query_params
    return "/count/tables" if by_tables and (changes or not (place.stands.looks_again or state == "ready")) else ""


def errors_in(place: Place, entry: SentForm) -> list[Finding]:
    """What the checks find in the numbers that can be read, even while others cannot."""
    figures = entry.votes, entry.rejected, papers_of(place.count)
    if is_first_alone(place.count, entry.votes):
        return check_preferences(place.count.contest, *figures)
    return check_figures(place.count.contest, *figures, entry.lot, entry.more)
