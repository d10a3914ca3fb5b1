"""How the desk ends its night: it closes it, and the night is kept as a past one; or discards it for good."""

from collections.abc import Callable
from functools import partial

import structlog
from starlette.requests import Request
from starlette.responses import Response

from server.access import allows
from server.count.board.board import Board
from server.count.desk.requests import DESK, carried_out, current_board, page, runs_the_place, sent
from server.count.visit.rules import Sends, SignedIn, visit
from server.count.visit.sending import id_of
from server.election.counting.desk import Desk
from server.election.counting.hooks import Hook
from server.election.nights import Night
from server.election.refusals import Refused
from server.election.texts.said import say
from server.hooks.progress import behind
from server.html.process import process
from server.nights import ending
from server.nights.ending import Objection
from server.nights.kept import NotKept
from server.stream.clock import now
from server.stream.events import StreamUnavailable
from server.stream.record import BadRecord
from server.stream.turns import Turns

log = structlog.get_logger(__name__)

_closing = Turns()


@allows(SignedIn(DESK))
async def ask_to_close(request: Request) -> Response:
    """``GET /desk/close``: asks for confirmation, and says what is missing."""
    return await _close_page(request)


@allows(Sends(DESK))
async def close(request: Request) -> Response:
    """``POST /desk/close``: the night goes off air and is kept as a past night. What stands against it must be what the
    page said, and ``anyway`` must say that it does not matter."""
    night_id, form = visit(request).night, await sent(request)

    def may_end(night: Night, desk: Desk) -> None:
        ending.must_be_stopped(night, desk)
        found = ending.objections(night, desk, now())
        if found and form.get("against") != _digest(found):
            raise Refused("objections", say("The night has gone on since this page was opened: look at it again."))
        if found and "anyway" not in form:
            raise Refused("objections", say("Say that it is closed all the same, or leave it on air."))

    async def closed() -> None:
        here = process(request)
        if night_id not in await here.stream.nights() and here.kept.events(night_id):
            return  # another press of the same button was first
        try:
            await ending.keep(here.stream, here.kept, night_id, may_end)
        except (NotKept, BadRecord, OSError) as error:  # a full disk, or what another night has left there
            raise Refused("not-kept", say("The night is on air as it was. %(why)s", why=str(error))) from error
        log.info("a night was closed", night=night_id, by=visit(request).person.name)

    async def in_turn() -> None:
        async with _closing.of(night_id):
            await closed()

    return await carried_out(in_turn(), f"/nights/{night_id}", partial(_close_page, request))


@allows(SignedIn(DESK))
async def ask_to_discard(request: Request) -> Response:
    """``GET /desk/discard``: asks for confirmation, and says what goes; or why the night is not discarded."""
    return await _discard_page(request)


@allows(Sends(DESK))
async def discard(request: Request) -> Response:
    """``POST /desk/discard``: the night goes off air for good, with everything that was done on it."""
    night_id = visit(request).night
    from_the_place = runs_the_place(request, await current_board(request))

    async def discarded() -> None:
        await ending.discard(process(request).stream, night_id)
        log.info("a night was discarded", night=night_id, by=visit(request).person.name)

    return await carried_out(discarded(), "/admin" if from_the_place else "/", partial(_discard_page, request))


async def _close_page(request: Request, notice: str = "", status: int = 200) -> Response:
    board = await current_board(request)
    found = ending.objections(board.night, board.desk, board.now)
    return page(
        request,
        "close.html",
        status,
        notice=notice,
        board=board,
        plays=_refusal(lambda: ending.must_be_stopped(board.night, board.desk)),
        declared=ending.declared(board.night),
        objections=found,
        against=_digest(found),
        behind=await _behind(request, board),
    )


async def _behind(request: Request, board: Board) -> list[Hook]:
    try:
        return await behind(process(request).hooks.cursors, board.night, board.desk)
    except StreamUnavailable:  # whoever closes the night then is told that it cannot be done now
        return []


async def _discard_page(request: Request, notice: str = "", status: int = 200) -> Response:
    board = await current_board(request)
    refused = _refusal(lambda: ending.must_be_discardable(board.night))
    return page(request, "discard.html", status, notice=notice, board=board, refused=refused)


def _refusal(rule: Callable[[], None]) -> str:
    """Why a rule refuses something, "" if it does not."""
    try:
        rule()
    except Refused as refused:
        return refused.sentence
    return ""


def _digest(found: tuple[Objection, ...]) -> str:
    return id_of(*(objection.sentence for objection in found))
