"""The desk's pages and their websocket: the night at a glance, one contest, the log. Nothing is changed here."""

from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.websockets import WebSocket

from server.access import allows
from server.count.board import render
from server.count.board.log import log_of
from server.count.board.needs import name_of
from server.count.board.wording import command_told
from server.count.desk.requests import DESK, current_board, page
from server.count.visit.rules import SignedIn, Watches, visit
from server.count.visit.stages import STAGES
from server.election.counting.figures.apart import slates
from server.election.limits import LONGEST_SEARCH
from server.election.nights import Night
from server.election.refusals import AFTER_DECLARING
from server.election.results.notes import Note, notes_of
from server.election.texts.said import _, say
from server.html.address import language_of
from server.html.answers import HTML
from server.html.process import process
from server.html.saying import said
from server.live.line import line_of

_MOST_LINES = 500
_MOST_NOTES = 50


@allows(SignedIn(DESK))
async def desk(request: Request) -> Response:
    """``GET /desk``: what needs somebody, then every contest; ``?q=`` shows only rows with these words."""
    return await desk_page(request)


@allows(SignedIn(DESK))
async def contest(request: Request) -> Response:
    """``GET /desk/contests/{ballot}``: one contest, and what the desk can do about it."""
    return await contest_page(request, request.path_params["ballot"])


@allows(SignedIn(DESK))
async def hold_or_release(request: Request) -> Response:
    """``GET /desk/hold``: asks for confirmation, and says what a hold keeps back or a release lets go."""
    return await hold_page(request)


@allows(SignedIn(DESK))
async def record(request: Request) -> Response:
    """``GET /desk/record``: every act of the night, the newest first."""
    board = await current_board(request)
    log = log_of(board)
    return page(request, "record.html", board=board, log=log[:_MOST_LINES], earlier=len(log) - _MOST_LINES)


@allows(SignedIn(DESK))
async def back(request: Request) -> Response:
    """``GET`` of an address that only takes forms, as a restored tab sends it: leads back to the desk."""
    return RedirectResponse("/desk", 303)


@allows(Watches(DESK))
async def live(websocket: WebSocket) -> None:
    """``WS /desk/live``: everything that changes, until the session ends. Then the websocket is closed, and the rule
    refuses a new one."""
    hub = process(websocket).hub
    visitor = visit(websocket)
    await websocket.accept()
    line = line_of(websocket.scope)
    line.audience = hub.desks[visitor.night].join(line, visitor.session, language_of(websocket).code)


@allows(SignedIn(DESK))
async def poll(request: Request) -> Response:
    """``GET /desk/live``: the same over HTTP. Pages poll it every minute for what only the clock changes, and where
    websockets are blocked. ``?contest=`` and ``?people=`` give what the pages about those need."""
    board, language = await current_board(request), language_of(request)
    count = board.night.counts.get(request.query_params.get("contest", ""))
    if count is None and "people" not in request.query_params:
        text = render.DeskRenderer().message(board.night, board.desk, None, language.code)
    else:
        text = render.partial("desk-status", render.status(board, board.glances(), language))
        if count:
            ballot, slug = count.contest.ballot, count.contest.slug
            text += render.partial(f"desk-contest-{slug}", render.contest(board, ballot, language))
        else:
            text += render.partial("desk-people", render.people(board, language))
    return Response(text, 200, {"Cache-Control": "no-store"}, HTML)


async def desk_page(
    request: Request,
    notice: str = "",
    status: int = 200,
    typed: dict[str, str] | None = None,
    wrong: dict[str, str] | None = None,
) -> Response:
    """The night at a glance; ``typed`` are the fields of a form on it that was refused, ``wrong`` says why at each."""
    board, language = await current_board(request), language_of(request)
    glances = board.glances()
    q = request.query_params.get("q", "")
    if len(q) > LONGEST_SEARCH:
        message = _("Look for at most %(most)s characters: these were %(number)s.")
        notice, status = say(message, most=LONGEST_SEARCH, number=len(q)), 422
        q = q[:LONGEST_SEARCH]
    words = q.casefold().split()
    texts = [glance.text(partial(said, language)) if words else "" for glance in glances]
    shown = [all(word in text for word in words) for text in texts]
    hub = process(request).hub
    channel = hub.channels.get(board.night.definition.id)
    return page(
        request,
        "desk.html",
        status,
        notice=notice,
        typed=typed,
        wrong=wrong or {},
        notes=_notes(board.night),
        board=board,
        air=render.status(board, glances, language),
        replay=render.replay(board, language),
        needs=render.needs(board, glances, language),
        rows=[render.row(board.night, glance, language, not here) for glance, here in zip(glances, shown, strict=True)],
        found=sum(shown),
        q=q,
        blocks=any(slates(glance.count.contest) for glance in glances),
        head=channel.head if channel else "",
        seq=channel.seq if channel else 0,
    )


async def contest_page(
    request: Request,
    ballot: str,
    notice: str = "",
    status: int = 200,
    typed: dict[str, str] | None = None,
    wrong: dict[str, str] | None = None,
) -> Response:
    """One contest; ``typed`` and ``wrong`` are as in ``desk_page``. 404 if there is no such contest."""
    board, language = await current_board(request), language_of(request)
    count = board.night.counts.get(ballot)
    if count is None:
        raise HTTPException(404, say("%(ballot)s is not a contest of this night.", ballot=ballot))
    return page(
        request,
        "contest.html",
        status,
        ballot=ballot,
        watched=f"?contest={ballot}",
        notice=notice,
        typed=typed,
        wrong=wrong or {},
        after_declaring=AFTER_DECLARING,
        stages=STAGES,
        notes=_notes(board.night, ballot),
        board=board,
        count=count,
        stands=board.stands(ballot),
        air=render.status(board, board.glances(), language),
        contest=render.contest(board, ballot, language),
    )


def _notes(night: Night, ballot: str | None = None) -> list[Note]:
    """The newest notes of a night, or of one contest, the newest first."""
    notes = [note for note in notes_of(night).values() if ballot in (None, note.posted.ballot)]
    return notes[: -_MOST_NOTES - 1 : -1]


async def hold_page(request: Request, notice: str = "", status: int = 200) -> Response:
    """The question before a hold or a release."""
    board = await current_board(request)
    waiting = [(name_of(board, asked), command_told(board.night, asked.command), asked) for asked in board.waiting]
    return page(request, "hold.html", status, notice=notice, board=board, waiting=waiting)
