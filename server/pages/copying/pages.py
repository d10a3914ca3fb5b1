"""The pages with texts to copy, and each text at an address of its own. No words of a result."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.access import allows, everyone
from server.election.counts import Count
from server.html.address import in_language
from server.html.answers import SHARED, answer
from server.html.shown import Shown, shown_by
from server.live.bodies import body
from server.pages.around.page import page
from server.pages.copying.texts import FORMS
from server.pages.newsroom import screens

_TEXT = "text/plain; charset=utf-8"


@allows(everyone)
async def copied(request: Request) -> Response:
    """``/nights/{night}/copy``: the score in each form; of one contest ``/nights/{night}/contests/{ballot}/copy``."""
    shown = await shown_by(request)
    count = _count(request, shown)

    def make() -> str:
        return page(
            shown,
            "copy.html",
            screens.ADDRESSES,
            {},
            count,
            view="copy",
            count=count,
            back=f"/contests/{count.contest.ballot}" if "ballot" in request.path_params and count else "",
            texts={name: make(shown, count) for name, make in FORMS.items()},
        )

    name = f"copy {request.path_params.get('ballot', '')}"
    return await shown.answer(request, await shown.made(request, name, make))


@allows(everyone)
async def text(request: Request) -> Response:
    """``/nights/{night}/copy/{form}.txt`` and the same below a contest: one of these texts, as it is."""
    shown, form = await shown_by(request), request.path_params["form"]
    if form not in FORMS:
        raise HTTPException(404, f"A text is one of these: {', '.join(FORMS)}.")
    count = _count(request, shown)
    name = f"copy {form} {request.path_params.get('ballot', '')}"
    content = shown.channel.cached(name, lambda: body(FORMS[form](shown, count) + "\n"))
    return in_language(request, answer(request, content, _TEXT, content.etag, SHARED))


def _count(request: Request, shown: Shown) -> Count | None:
    """The contest that is asked for; of a night that has only one that one, None for the score."""
    if ballot := request.path_params.get("ballot"):
        return shown.count(ballot)
    return next(iter(shown.night.counts.values())) if shown.night.is_single else None


routes: list[BaseRoute] = [
    Route("/nights/{night}/copy", copied),
    Route("/nights/{night}/copy/{form}.txt", text),
    Route("/nights/{night}/contests/{ballot}/copy", copied),
    Route("/nights/{night}/contests/{ballot}/copy/{form}.txt", text),
]
