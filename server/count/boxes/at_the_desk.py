"""The ballot boxes of a contest at the desk: listed beforehand, and struck off where they were listed by mistake."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.access import allows
from server.count.boxes.listing import listed
from server.count.boxes.sending import DONE, Outcome, outcome_of, sentences_of
from server.count.desk.requests import DESK, current_board, page, sent
from server.count.visit.rules import Sends, SignedIn, visit
from server.count.visit.sending import id_of, stamp
from server.election.counting.acts.box_acts import BoxStruck
from server.election.counting.boxes import is_accounted_for, verified_by_box
from server.election.texts.said import say
from server.html.address import language_of
from server.html.process import process


@allows(SignedIn(DESK))
async def boxes(request: Request) -> Response:
    """``GET /desk/contests/{ballot}/boxes``: all boxes, and forms that list and strike them."""
    return await _page(request, request.path_params["ballot"])


@allows(Sends(DESK))
async def list_boxes(request: Request) -> Response:
    """``POST /desk/boxes``: boxes are listed, one on each line."""
    form = {name: text for name, text in (await request.form()).items() if isinstance(text, str)}
    ballot = form["contest"].rpartition("/")[2]
    outcome = await outcome_of(listed(request, ballot, form | {"step": form.get("key", "")}))
    return await _answer(request, ballot, outcome, form)


@allows(Sends(DESK))
async def strike_box(request: Request) -> Response:
    """``POST /desk/boxes/strike``: a box is taken off the list, for a reason."""
    form = await sent(request)
    ballot, box, reason = form["contest"].rpartition("/")[2], form.get("box", ""), form.get("reason", "")
    command_id = id_of("strike", ballot, box, reason)
    act = BoxStruck(**stamp(request, command_id), ballot=ballot, box=box, reason=" ".join(reason.split()))
    outcome = await outcome_of(process(request).submitter.record(visit(request).night, act))
    return await _answer(request, ballot, outcome, form)


async def _answer(request: Request, ballot: str, outcome: Outcome, form: dict[str, str]) -> Response:
    if outcome.done:
        return RedirectResponse(f"/desk/contests/{ballot}/boxes", 303)
    return await _page(request, ballot, outcome, form)


async def _page(request: Request, ballot: str, outcome: Outcome = DONE, form: dict[str, str] | None = None) -> Response:
    board = await current_board(request)
    count = board.night.counts.get(ballot)
    if count is None:
        raise HTTPException(404, say("%(ballot)s is not a contest of this night.", ballot=ballot))
    verified = verified_by_box(board.desk, ballot)
    language = language_of(request)
    return page(
        request,
        "boxes.html",
        outcome.status,
        ballot=ballot,
        watched=f"?contest={ballot}",
        typed=form,
        board=board,
        count=count,
        verified=verified,
        accounted={box.id for box in verified.boxes if is_accounted_for(board.desk, box)},
        wrong=sentences_of(outcome.findings, language),
    )
