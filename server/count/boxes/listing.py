"""The list of a contest's ballot boxes on a phone: how each stands, their sum, a box added, the total announced."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.access import allows
from server.count.boxes.sending import DONE, Outcome, box_page, outcome_of, sent_to
from server.count.phone.entering import AT_THE_COUNT, FORM
from server.count.visit.place import Place, chosen, place_of
from server.count.visit.rules import Sends, SignedIn, visit
from server.count.visit.sending import ask, id_of, stamp
from server.count.visit.stages import STAGING
from server.election.commands import ReachStage
from server.election.counting.acts import PapersVerified
from server.election.counting.acts.box_acts import BoxesListed
from server.election.counting.boxes import boxes_in, is_accounted_for
from server.election.texts.check_codes import CHECKS, Finding
from server.html.process import process

BOXES = "/count/boxes"


@allows(SignedIn(AT_THE_COUNT))
async def boxes(request: Request) -> Response:
    """``GET /count/boxes``: every box, what they hold together, and what is still to come."""
    ballot = chosen(request)
    if ballot is None:
        return RedirectResponse(FORM, 303)
    return boxes_page(request, await place_of(request, ballot))


@allows(Sends(STAGING))
async def list_boxes(request: Request) -> Response:
    """``POST /count/boxes``: boxes are added to the list, one on each line."""
    place, sent = await sent_to(request)
    outcome = await outcome_of(listed(request, place.ballot, sent))
    if outcome.done:
        return RedirectResponse(place.at(BOXES), 303)
    return boxes_page(request, place, outcome, sent)


async def listed(request: Request, ballot: str, sent: dict[str, str]) -> None:
    """Record the boxes of a form that lists them; Refused where they cannot be listed."""
    plain, postal = sent.get("boxes", ""), sent.get("postal_boxes", "")
    found = (*boxes_in(plain, postal=False), *boxes_in(postal, postal=True))
    command_id = id_of(visit(request).person.invitation, ballot, "boxes", sent.get("step", ""), plain, postal)
    act = BoxesListed(**stamp(request, f"boxes/{command_id}"), ballot=ballot, boxes=found)
    await process(request).submitter.record(visit(request).night, act)


@allows(Sends(STAGING))
async def announce(request: Request) -> Response:
    """``POST /count/boxes/announcement``: all boxes are accounted for, and their total goes on air."""
    place, sent = await sent_to(request)
    if sent.get("papers") != str(place.boxes.papers) or place.boxes.open:  # it changed since the page was opened
        return RedirectResponse(place.at(BOXES), 303)
    outcome = await outcome_of(_announced(request, place, sent))
    return RedirectResponse(place.at(FORM), 303) if outcome.done else boxes_page(request, place, outcome, sent)


async def _announced(request: Request, place: Place, sent: dict[str, str]) -> None:
    ballot, verified = place.ballot, place.boxes
    given = {name.removeprefix("reason."): text.strip() for name, text in sent.items() if name.startswith("reason.")}
    reasons = {code: why for code, why in given.items() if why and code in CHECKS}
    command_id = id_of(ballot, "boxes", len(place.count.history), verified.expected, verified.papers)
    said = id_of(command_id, *sorted(reasons.items()))
    act = PapersVerified(
        **stamp(request, f"papers/{said}"),
        ballot=ballot,
        issued=verified.expected,
        papers=verified.papers,
        reasons=reasons,
    )
    announces = verified.papers != place.count.papers
    await process(request).submitter.record(visit(request).night, act, settles=not announces)
    if announces:
        by = place.person.name
        await ask(request, ReachStage(id=command_id, by=by, ballot=ballot, stage="verified", papers=verified.papers))


def boxes_page(request: Request, place: Place, outcome: Outcome = DONE, sent: dict[str, str] | None = None) -> Response:
    """The list of boxes, with what became of a form on it."""
    doubts = tuple(finding for finding in outcome.findings if finding.code in CHECKS and not finding.blocks)
    errors: tuple[Finding, ...] = tuple(finding for finding in outcome.findings if finding not in doubts)
    desk = place.desk
    return box_page(
        request,
        place,
        "boxes.html",
        errors,
        outcome.status,
        sent=sent or {},
        doubts=doubts,
        accounted={box.id for box in place.boxes.boxes if is_accounted_for(desk, box)},
        may_enter=place.person.role in STAGING,
        two=desk.entry == "double",
    )
