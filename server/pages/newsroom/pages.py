"""A newsroom's screens: the wall for a big screen and the frames for other sites. The overlay is in ``overlays``, what
the push sends them in ``screens``, the pages with their addresses in ``menu``."""

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from server.access import allows, everyone
from server.election.counts import Count
from server.election.nights import Night
from server.html.address import without_reactions
from server.html.shown import shown_by
from server.nights.layout import ATTRIBUTION
from server.pages.around.page import page
from server.pages.council.seen import by_slug, slug
from server.pages.council.shapes import drawn
from server.pages.map.hexagons import has_map
from server.pages.map.whole import whole_map
from server.pages.newsroom import choices, screens


@allows(everyone)
async def wall(request: Request) -> Response:
    """``/nights/{night}/wall?seconds=8&theme=dark&reactions=no``: a page for a screen that nobody touches."""
    shown, stays, look = await shown_by(request), choices.seconds(request), choices.theme(request)
    unvoiced = without_reactions(request)

    def make() -> str:
        if shown.night.is_single:
            contest = shown.text(f"contest-{_first(shown.night).contest.slug}")
            context, topic = {"contest": contest}, ""
        else:
            context, topic = choices.screen(shown, choices.PARTS, stays), screens.WALL
            context["score"] = shown.text("score")
            context["councils"] = [
                shown.text(f"council-{slug(body)}") for body in screens.councils_on_wall(shown.night.definition)
            ]
            context["newest"] = Markup(
                screens.newest(shown.night, shown.language, over=not shown.channel.on_air and not shown.moment)
            )
        parts: dict[str, object] = {"status": shown.text("status"), "latest": shown.text("latest")}
        kept = {"seconds": request.query_params.get("seconds", ""), "theme": look}
        parts |= {"theme": look, "unvoiced": unvoiced}
        return page(shown, "newsroom/wall.html", topic, kept, None, None, **context, **parts)

    return await choices.answer(request, shown, f"wall {stays} {look} {unvoiced}", make, "hex")


@allows(everyone)
async def embed_score(request: Request) -> Response:
    """``/nights/{night}/embed/score?theme=light``: the score, for a frame of another site."""
    shown, theme = await shown_by(request), choices.theme(request)
    night = shown.night
    if night.is_single:
        address = f"/nights/{night.definition.id}/contests/{_first(night).contest.ballot}/embed"
        return RedirectResponse(f"{address}?{request.url.query}", 303)

    def make() -> str:
        parts = {"status": shown.text("status"), "part": shown.text("score")}
        return page(shown, "newsroom/embed.html", screens.SCORE, {}, None, None, **parts, full="", theme=theme)

    return choices.framable(await choices.answer(request, shown, f"embed score {theme}", make))


@allows(everyone)
async def embed_map(request: Request) -> Response:
    """``/nights/{night}/embed/map?theme=light``: the map, for a frame of another site."""
    shown, theme = await shown_by(request), choices.theme(request)
    definition = shown.night.definition
    of_councils = drawn(definition)
    if not of_councils and not has_map(definition):
        raise HTTPException(404, shown.language.gettext("This night has no map."))

    def make() -> str:
        if of_councils:
            part, rows = shown.text("shapes"), [shown.text(f"council-{name}") for name in by_slug(definition)]
        else:
            part, rows = whole_map(shown), [shown.text(f"row-{contest.slug}") for contest in definition.contests]
        return page(
            shown,
            "newsroom/embed_map.html",
            screens.MAP,
            status=shown.text("status"),
            part=part,
            rows=rows,
            councils=of_councils is not None,
            full="",
            map_credit=of_councils.attribution if of_councils else ATTRIBUTION,
            theme=theme,
        )

    return choices.framable(await choices.answer(request, shown, f"embed map {theme}", make, "row", "hex"))


@allows(everyone)
async def embed_contest(request: Request) -> Response:
    """``/nights/{night}/contests/{ballot}/embed?theme=light&reactions=no``: one contest, in a frame of another site."""
    shown, theme, unvoiced = await shown_by(request), choices.theme(request), without_reactions(request)
    count = shown.count(request.path_params["ballot"])

    def make() -> str:
        full = f"/contests/{count.contest.ballot}"
        part = shown.text(f"contest-{count.contest.slug}")
        parts: dict[str, object] = {"count": count, "part": part, "full": full}
        look = {"theme": theme, "unvoiced": unvoiced}
        return page(shown, "newsroom/embed.html", count.contest.ballot, {}, count, None, **parts, **look)

    name = f"embed {count.contest.ballot} {theme} {unvoiced}"
    return choices.framable(await choices.answer(request, shown, name, make))


def _first(night: Night) -> Count:
    return next(iter(night.counts.values()))


routes: list[BaseRoute] = [
    Route("/nights/{night}/wall", wall),
    Route("/nights/{night}/embed/score", embed_score),
    Route("/nights/{night}/embed/map", embed_map),
    Route("/nights/{night}/contests/{ballot}/embed", embed_contest),
]
