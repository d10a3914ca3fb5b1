"""The pages that look at a night as a whole: its areas, swing, battlegrounds, records."""

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.access import allows, everyone
from server.election.results import entries
from server.election.results.tally import add_up
from server.html.process import process
from server.html.shown import Shown, shown_by
from server.live.memory.turns import in_slices
from server.pages.analysis import record_book, views
from server.pages.analysis.areas import areas_of
from server.pages.analysis.choices import Choices, choices
from server.pages.around.page import page, prepared


@allows(everyone)
async def view(request: Request) -> Response:
    """``/nights/{night}/areas``, ``/swing?from=PP53&to=PP52``, ``/battlegrounds?party=PP53`` and ``/records``, each
    also with ``?at=``."""
    shown = await shown_by(request)
    known = choices(shown.night.definition)
    try:
        topic = views.asked(
            shown.night, known, request.url.path.rpartition("/")[2], request.query_params, shown.language
        )
    except views.NoSuchView as error:
        raise HTTPException(404, str(error)) from None
    name = f"page {topic}"
    definition = shown.night.definition
    if topic == "areas" and not shown.channel.has_cached(name):
        await in_slices(add_up(shown.night, area) for area in areas_of(definition))
    if topic == "records" and not shown.channel.has_cached(name):
        await in_slices(entries.steps(shown.night))
        await process(request).hub.beside.make(("records", definition.id), lambda: record_book.before_it(definition))
    await prepared(shown)
    html = await shown.made(request, name, lambda: _view_page(shown, topic, known))
    return await shown.answer(request, html)


def _view_page(shown: Shown, topic: str, known: Choices) -> str:
    kind, *chosen = topic.split("/")
    return page(
        shown,
        f"{kind}.html",
        topic=topic,
        query=dict(zip(views.KINDS[kind], chosen, strict=False)),
        view=kind,
        alone=shown.night.is_single,
        known=known.values(),
        chosen=chosen,
        part=Markup(views.html(shown.night, topic, shown.language, shown.baseline, shown.channel.on_air)),
    )


routes: list[BaseRoute] = [Route(f"/nights/{{night}}/{kind}", view, name=kind) for kind in views.KINDS]
