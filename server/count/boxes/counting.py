"""One ballot box on a phone: papers expected and papers counted, an explanation, and a second person's check."""

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.access import allows
from server.count.boxes.listing import BOXES, boxes_page
from server.count.boxes.sending import DONE, Outcome, box_page, number_in, outcome_of, sent_to
from server.count.phone.entering import AT_THE_COUNT, FORM
from server.count.visit.place import Place, chosen, place_of
from server.count.visit.rules import Sends, SignedIn, visit
from server.count.visit.sending import id_of, stamp
from server.count.visit.stages import STAGING
from server.election.counting.acts.box_acts import BoxChecked, BoxCounted
from server.election.counting.boxes import is_accounted_for, is_by, is_checked
from server.election.counting.desk import ListedBox
from server.election.numbers import written
from server.election.texts.box_words import found_in_box
from server.election.texts.check_codes import Finding
from server.html.process import process

_UNKNOWN = Outcome(False, 409, (found_in_box("box-unfit", "", "box-unknown"),))


@allows(SignedIn(AT_THE_COUNT))
async def box(request: Request) -> Response:
    """``GET /count/box?box=b1``: the form of one box, with the figures that it has."""
    ballot = chosen(request)
    if ballot is None:
        return RedirectResponse(FORM, 303)
    place = await place_of(request, ballot)
    one = _of(place, request.query_params.get("box", ""))
    return _form(request, place, one) if one else RedirectResponse(place.at(BOXES), 303)


@allows(Sends(STAGING))
async def count_box(request: Request) -> Response:
    """``POST /count/box``: the papers of one box."""
    place, sent = await sent_to(request)
    one = _of(place, sent.get("box", ""))
    if one is None:
        return boxes_page(request, place, _UNKNOWN)
    expected = number_in(sent, "expected", "expected-missing")
    papers = number_in(sent, "papers", "counted-missing")
    missing = tuple(number for number in (expected, papers) if isinstance(number, Finding))
    if isinstance(expected, Finding) or isinstance(papers, Finding):
        return _form(request, place, one, Outcome(False, 422, missing), sent)
    replaces, why = written(sent.get("replaces", "")) or 0, " ".join(sent.get("explanation", "").split())
    by = place.person.invitation
    act = BoxCounted(
        **stamp(request, f"box/{id_of(by, place.ballot, one.id, replaces, expected, papers, why)}"),
        ballot=place.ballot,
        box=one.id,
        replaces=replaces,
        expected=expected,
        papers=papers,
        explanation=why,
    )
    outcome = await outcome_of(process(request).submitter.record(visit(request).night, act))
    return _answer(request, await place_of(request, place.ballot), one, outcome, sent)


@allows(Sends(AT_THE_COUNT))
async def check_box(request: Request) -> Response:
    """``POST /count/box/check``: a second person finds the figures of a box right."""
    place, sent = await sent_to(request)
    one, counted = _of(place, sent.get("box", "")), written(sent.get("counted", "")) or 0
    if one is None:
        return boxes_page(request, place, _UNKNOWN)
    command_id = id_of(place.person.invitation, place.ballot, one.id, counted)
    act = BoxChecked(**stamp(request, f"check/{command_id}"), ballot=place.ballot, box=one.id, counted=counted)
    outcome = await outcome_of(process(request).submitter.record(visit(request).night, act))
    return _answer(request, await place_of(request, place.ballot), one, outcome, {})


def _answer(request: Request, place: Place, one: ListedBox, outcome: Outcome, sent: dict[str, str]) -> Response:
    if outcome.done:
        return RedirectResponse(place.at(BOXES), 303)
    return _form(request, place, place.desk.of(place.ballot).boxes[one.id], outcome, sent)


def _of(place: Place, which: str) -> ListedBox | None:
    found = place.desk.of(place.ballot).boxes.get(which)
    return None if found is None or found.struck is not None else found


def _form(
    request: Request,
    place: Place,
    one: ListedBox,
    outcome: Outcome = DONE,
    sent: dict[str, str] | None = None,
) -> Response:
    counted, person = one.counted, place.person
    texts = {"expected": "", "papers": "", "explanation": ""}
    if counted:
        numbers = {"expected": f"{counted.expected:,}", "papers": f"{counted.papers:,}"}
        texts |= numbers | {"explanation": counted.explanation}
    two = place.desk.entry == "double"
    checks = two and counted is not None and not is_checked(one) and not is_by(counted, person.invitation, person.name)
    findings = outcome.findings
    if outcome.status == 409 and not two:  # what another phone sent stands beside what was typed here
        findings = tuple(replace(finding, field="") for finding in findings)
    return box_page(
        request,
        place,
        "box.html",
        findings,
        outcome.status,
        box=one,
        texts=texts | {name: text for name, text in (sent or {}).items() if name in texts},
        fresh=sent is None,
        done=is_accounted_for(place.desk, one),
        checks=checks,
        two=two,
        may_enter=person.role in STAGING,
    )
