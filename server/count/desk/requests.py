"""What the desk's requests share: the board as it stands, the fields of a form, carrying a form out, and a page."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.count.board.board import Board, board_of
from server.count.visit.inviting import at_its_desk
from server.count.visit.our_pages import csrf
from server.count.visit.rules import visit
from server.count.visit.sending import new_id
from server.count.visit.visitors_night import both_of
from server.election.counting.acts import Role
from server.election.refusals import Refused
from server.election.texts.said import say
from server.html.address import in_language, language_of, without_language
from server.html.answers import HTML
from server.html.root import rooted
from server.html.templates import rendered
from server.stream.clock import now
from server.stream.events import StreamUnavailable

DESK: tuple[Role, ...] = ("desk",)
NOT_CONFIRMED = say(
    "The store of results did not answer, so it is not certain that this was done. Send it again: it counts only once."
)
Again = Callable[[str, int], Awaitable[Response]]
"""Makes the page that a form was on, with a sentence and a status; what was typed is still in it."""


async def current_board(request: Request) -> Board:
    """The board of the visitor's night at this moment."""
    return board_of(*await both_of(request), now())


def runs_the_place(request: Request, board: Board) -> bool:
    """Whether the visitor is here as somebody who runs the place."""
    return visit(request).person.invitation in at_its_desk(board.desk)


async def sent(request: Request) -> dict[str, str]:
    """The text fields of the form that was sent, without space around them."""
    return {name: text.strip() for name, text in (await request.form()).items() if isinstance(text, str)}


async def carried_out(work: Awaitable[object], to: str, again: Again) -> Response:
    """Do the ``work``, then redirect ``to`` the page that shows it. If it is refused (422) or Redis does not confirm it
    (503), the form comes ``again`` with a sentence."""
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
    """A page from a template below web/templates/desk, in the visitor's language; no cache may keep it. ``ballot`` is
    the contest it is about, if any.

    ``typed`` are the fields of a form that comes again, and ``typed["form"]`` says which form. ``watched`` is the query
    string with which the page polls ``/desk/live``, but for the language.
    """
    visitor, language = visit(request), language_of(request)
    board = context.get("board")
    text = rendered(
        f"desk/{template}",
        language,
        asked_as=rooted("/desk") + "?" if request.method == "POST" else without_language(request),
        person=visitor.person,
        csrf=csrf(request),
        contest_field=f"{visitor.night}/{ballot}",
        server_time=now,
        key=(typed or {}).get("key") or new_id(),
        notice=notice,
        typed=typed or {},
        watched=f"{watched}{'&' if watched else '?'}lang={language.code}",
        runs_place=isinstance(board, Board) and runs_the_place(request, board),
        **context,
    )
    return in_language(request, Response(text, status, {"Cache-Control": "no-store"}, HTML))
