"""The pages that say to a newsroom what it can do with a night, and how: a menu, and a page for each thing to do."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.access import allows, everyone
from server.html.shown import Shown, shown_by
from server.pages.around.page import page
from server.pages.copying.texts import FORMS
from server.pages.council.shapes import drawn
from server.pages.map.hexagons import has_map
from server.pages.newsroom import choices, screens
from server.pages.newsroom.dataset import dataset

TASKS = (
    "chart",
    "embed",
    "post",
    "overlay",
    "wall",
    "wire",
    "tables",
    "picture",
    "feed",
    "calendar",
    "webhooks",
    "program",
)
"""What can be done, as addresses have it, in the menu's order."""


@allows(everyone)
async def newsroom(request: Request) -> Response:
    """``/nights/{night}/newsroom``: what somebody can do, a link each."""
    shown = await shown_by(request)
    html = await shown.made(request, "newsroom", lambda: _page(shown, "", ""))
    return await shown.answer(request, html)


@allows(everyone)
async def task(request: Request) -> Response:
    """``/nights/{night}/newsroom/{task}?contest={ballot}``: how it is done, with the addresses to copy. 404 for what is
    no task."""
    shown, name = await shown_by(request), request.path_params["task"]
    if name not in TASKS:
        raise HTTPException(404, shown.language.gettext("There is no such page."))
    asked = request.query_params.get("contest", "")
    if asked:
        shown.count(asked)
    html = await shown.made(request, f"newsroom {name} {asked}", lambda: _page(shown, name, asked))
    return await shown.answer(request, html)


def _page(shown: Shown, name: str, asked: str) -> str:
    night = shown.night
    definition = night.definition
    count = night.counts[asked] if asked else next(iter(night.counts.values()))
    return page(
        shown,
        f"newsroom/{'task' if name else 'newsroom'}.html",
        screens.ADDRESSES,
        {"contest": asked} if asked else {},
        view="newsroom",
        task=name,
        tasks=TASKS,
        count=count,
        alone=night.is_single,
        on_map=has_map(definition) or drawn(definition) is not None,
        place=f"{shown.site}/nights/{definition.id}",
        ending=shown.kept({"lang": shown.language.code}),
        seconds=choices.SECONDS,
        dataset=dataset(shown) if name == "tables" else "",
        texts=(FORMS[name](shown, None), FORMS[name](shown, count)) if name in FORMS else (),
    )


routes: list[BaseRoute] = [
    Route("/nights/{night}/newsroom", newsroom),
    Route("/nights/{night}/newsroom/{task}", task),
]
