"""The page of a night's webhooks, with how far each is and what was answered. Nothing is changed here."""

import asyncio

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from server.access import allows
from server.count.desk.requests import DESK, current_board, page
from server.count.visit.rules import SignedIn, visit
from server.election.counting.hooks import KINDS, Hook
from server.hooks.progress import Progress, progress_of
from server.html.process import process
from server.stream.events import StreamUnavailable

_MOST_TRIES = 12


class Shown(Struct, frozen=True):
    """A webhook on the page; ``progress`` is None while Redis is away."""

    hook: Hook
    progress: Progress | None


@allows(SignedIn(DESK))
async def hooks(request: Request) -> Response:
    """``GET /desk/hooks``: every webhook of the night, and a form that makes one."""
    return await hooks_page(request)


async def hooks_page(
    request: Request,
    code: str = "",
    sentence: str = "",
    status: int = 200,
    typed: dict[str, str] | None = None,
    *,
    secret: str = "",
    made: str = "",
) -> Response:
    """The page; ``code`` and ``sentence`` are of a refusal. ``secret`` is that of the webhook ``made`` just now, and is
    shown on no other page."""
    board, night = await current_board(request), visit(request).night
    cursors = process(request).hooks.cursors

    async def shown(hook: Hook) -> Shown:
        try:
            return Shown(hook, await progress_of(cursors, night, hook))
        except StreamUnavailable:
            return Shown(hook, None)

    all_shown = await asyncio.gather(*map(shown, board.desk.hooks.values()))
    return page(
        request,
        "hooks.html",
        status,
        typed=typed,
        board=board,
        code=code,
        sentence=sentence,
        secret=secret,
        made=made,
        kinds=KINDS,
        hooks=all_shown,
        most=_MOST_TRIES,
    )
