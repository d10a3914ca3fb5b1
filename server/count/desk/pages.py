"""The pages of the desk, and their line: the night at a glance, one contest, the record. Nothing is changed here."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.websockets import WebSocket

from server.access import allows
from server.count.desk import render
from server.count.desk.answering import DESK, board, page
from server.count.desk.log import log_of
from server.count.desk.needs import name_of
from server.count.desk.told import command_told
from server.count.visit.rules import SignedIn, Watches, visit
from server.election.limits import LONGEST_SEARCH
from server.html.answers import HTML
from server.html.process import process
from server.live.line import line_of

_MOST_LINES = 500


@allows(SignedIn(DESK))
async def desk(request: Request) -> Response:
    """``GET /desk``: what needs somebody, then every contest; ``?q=`` shows those with these words in their row."""
    return await desk_page(request)


@allows(SignedIn(DESK))
async def contest(request: Request) -> Response:
    """``GET /desk/contests/{ballot}``: all about a contest, and what can be done about it."""
    return await contest_page(request, request.path_params["ballot"])


@allows(SignedIn(DESK))
async def hold_or_release(request: Request) -> Response:
    """``GET /desk/hold``: asks once, and says what a hold keeps back or a release lets go."""
    return await hold_page(request)


@allows(SignedIn(DESK))
async def record(request: Request) -> Response:
    """``GET /desk/record``: every act of the night, the newest first."""
    stands = await board(request)
    log = log_of(stands)
    return page(request, "record.html", board=stands, log=log[:_MOST_LINES], earlier=len(log) - _MOST_LINES)


@allows(SignedIn(DESK))
async def back(request: Request) -> Response:
    """A page that only a form leads to, opened again by its address (a restored tab): the desk."""
    return RedirectResponse("/desk", 303)


@allows(Watches(DESK))
async def live(websocket: WebSocket) -> None:
    """``WS /desk/live``: all that changes, until the session ends; then the line is closed, and the rule refuses."""
    hub = process(websocket).hub
    one = visit(websocket)
    await websocket.accept()
    line = line_of(websocket.scope)
    line.audience = hub.desks[one.night].join(line, one.session)


@allows(SignedIn(DESK))
async def poll(request: Request) -> Response:
    """``GET /desk/live``: the same over HTTP, each minute for what only the clock changes, and where websockets are
    blocked; ``?contest=`` and ``?people=`` are for the pages that are about those."""
    stands = await board(request)
    count = stands.night.counts.get(request.query_params.get("contest", ""))
    if count is None and "people" not in request.query_params:
        text = render.DeskRenderer().message(stands.night, stands.desk, None)
    else:
        text = render.partial("desk-status", render.status(stands, stands.glances()))
        if count:
            ballot, slug = count.contest.ballot, count.contest.slug
            text += render.partial(f"desk-contest-{slug}", render.contest(stands, ballot))
        else:
            text += render.partial("desk-people", render.people(stands))
    return Response(text, 200, {"Cache-Control": "no-store"}, HTML)


async def desk_page(
    request: Request, notice: str = "", status: int = 200, typed: dict[str, str] | None = None
) -> Response:
    """The night at a glance; ``typed`` is a form of it that was refused."""
    stands = await board(request)
    glances = stands.glances()
    q = request.query_params.get("q", "")
    if len(q) > LONGEST_SEARCH:
        notice, status = f"Look for at most {LONGEST_SEARCH} characters: these were {len(q):,}.", 422
        q = q[:LONGEST_SEARCH]
    words = q.casefold().split()
    shown = [all(word in glance.text for word in words) for glance in glances]
    hub = process(request).hub
    channel = hub.channels.get(stands.night.definition.id)
    return page(
        request,
        "desk.html",
        status,
        notice=notice,
        typed=typed,
        board=stands,
        air=render.status(stands, glances),
        replay=render.replay(stands),
        needs=render.needs(stands, glances),
        rows=[render.row(glance, not here) for glance, here in zip(glances, shown, strict=True)],
        found=sum(shown),
        q=q,
        head=channel.head if channel else "",
        seq=channel.seq if channel else 0,
    )


async def contest_page(
    request: Request, ballot: str, notice: str = "", status: int = 200, typed: dict[str, str] | None = None
) -> Response:
    """All about a contest; ``typed`` is a form of it that was refused."""
    stands = await board(request)
    count = stands.night.counts.get(ballot)
    if count is None:
        raise HTTPException(404, f"{ballot} is not a contest of this night.")
    return page(
        request,
        "contest.html",
        status,
        ballot=ballot,
        watched=f"?contest={ballot}",
        notice=notice,
        typed=typed,
        board=stands,
        count=count,
        stands=stands.stands(ballot),
        air=render.status(stands, stands.glances()),
        contest=render.contest(stands, ballot),
    )


async def hold_page(request: Request, notice: str = "", status: int = 200) -> Response:
    """The question before a hold or a release."""
    stands = await board(request)
    waiting = [(name_of(stands, asked), command_told(stands.night, asked.command), asked) for asked in stands.waiting]
    return page(request, "hold.html", status, notice=notice, board=stands, waiting=waiting)
