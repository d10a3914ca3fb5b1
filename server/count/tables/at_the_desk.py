"""The count tables of a contest at the desk: chosen beforehand or on the night, and how each stands."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.access import allows
from server.count.boxes.sending import DONE, Outcome, outcome_of, sentences_of
from server.count.desk.requests import DESK, current_board, page
from server.count.visit.rules import Sends, SignedIn, visit
from server.count.visit.sending import id_of, stamp
from server.election.counting.acts.table_acts import TablesChosen
from server.election.counting.entry import keyers
from server.election.counting.tables import tables_in, tables_of
from server.election.numbers import Unreadable, typed
from server.election.texts.check_codes import Finding
from server.election.texts.said import say
from server.html.address import language_of
from server.html.process import process


@allows(SignedIn(DESK))
async def tables(request: Request) -> Response:
    """``GET /desk/contests/{ballot}/tables``: the tables as they stand, and the form that chooses them."""
    return await _page(request, request.path_params["ballot"])


@allows(Sends(DESK))
async def choose_tables(request: Request) -> Response:
    """``POST /desk/tables``: the contest is counted by these tables, one on each line; by none where it is empty."""
    form = {name: text for name, text in (await request.form()).items() if isinstance(text, str)}
    ballot, names = form["contest"].rpartition("/")[2], tables_in(form.get("tables", ""))
    try:
        bundle = typed(form.get("bundle", "")) or 0
    except Unreadable as error:
        wrong = Finding("number-unreadable", "bundle", error.sentence)
        return await _page(request, ballot, Outcome(False, 422, (wrong,)), form)
    command_id = id_of("tables", form.get("key", ""), ballot, *names, bundle)
    act = TablesChosen(**stamp(request, command_id), ballot=ballot, tables=names, bundle=bundle)
    outcome = await outcome_of(process(request).submitter.record(visit(request).night, act))
    if outcome.done:
        return RedirectResponse(f"/desk/contests/{ballot}/tables", 303)
    return await _page(request, ballot, outcome, form)


async def _page(request: Request, ballot: str, outcome: Outcome = DONE, form: dict[str, str] | None = None) -> Response:
    board = await current_board(request)
    count = board.later.counts.get(ballot)
    if count is None:
        raise HTTPException(404, say("%(ballot)s is not a contest of this night.", ballot=ballot))
    language, roles, now = language_of(request), keyers(count, board.desk), tables_of(count, board.desk)
    return page(
        request,
        "tables.html",
        outcome.status,
        ballot=ballot,
        watched=f"?contest={ballot}",
        typed=form,
        board=board,
        count=count,
        tables=now,
        roles=roles,
        differing=now.differing(roles),
        wrong=sentences_of(outcome.findings, language),
    )
