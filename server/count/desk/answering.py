"""What all requests of the desk begin and end with: the board as it stands; a page; a form carried out, or refused."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.count.desk.board import Board, board_of
from server.count.visit.night import both_of
from server.count.visit.rules import csrf, visit
from server.count.visit.sending import new_id
from server.election.counting.acts import Role
from server.election.refusals import Refused
from server.html.answers import HTML
from server.html.templates import rendered
from server.stream.clock import now
from server.stream.events import StreamUnavailable

DESK: tuple[Role, ...] = ("desk",)
NOT_CONFIRMED = (
    "The store of results did not answer, so it is not certain that this was done. Send it again: it counts only once."
)
Again = Callable[[str, int], Awaitable[Response]]
"""The page that a form was on, with a sentence and a status: what was typed is still there."""


async def board(request: Request) -> Board:
    """The visitor's night this moment."""
    return board_of(*await both_of(request), now())


async def sent(request: Request) -> dict[str, str]:
    """The texts of a form, without what surrounds them."""
    return {name: text.strip() for name, text in (await request.form()).items() if isinstance(text, str)}


async def carried_out(work: Awaitable[object], to: str, again: Again) -> Response:
    """Do it, and go on ``to`` the page that shows it; refused, the form comes ``again`` with the sentence."""
    try:
        await work
    except Refused as refused:
        return await again(refused.sentence, 422)
    except StreamUnavailable:
        return await again(NOT_CONFIRMED, 503)
    return RedirectResponse(to, 303)


def page(
    request: Request,
    template: str,
    status: int = 200,
    *,
    ballot: str = "",
    watched: str = "",
    notice: str = "",
    typed: dict[str, str] | None = None,
    **context: object,
) -> Response:
    """A page below web/templates/desk, about one contest if there is a ``ballot``; it stays in no cache.

    ``typed`` is a form that comes again, ``form`` in it says which; ``watched`` is what the page polls for, ``?…``.
    """
    one = visit(request)
    text = rendered(
        f"desk/{template}",
        person=one.person,
        csrf=csrf(request),
        contest_field=f"{one.night}/{ballot}",
        key=(typed or {}).get("key") or new_id(),
        notice=notice,
        typed=typed or {},
        watched=watched,
        **context,
    )
    return Response(text, status, {"Cache-Control": "no-store"}, HTML)
