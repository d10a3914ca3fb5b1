"""A newsroom's screens: the overlay for a stream, the wall for a big screen, the frames for other sites. What the push
sends them is in ``screens``; the pages with their addresses are in ``menu``."""

from collections.abc import Callable

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from server.access import allows, everyone
from server.election.counts import Count
from server.election.nights import Night
from server.election.numbers import written
from server.html.address import without_reactions
from server.html.security import policy
from server.html.shown import Shown, shown_by
from server.nights.layout import ATTRIBUTION
from server.pages.around.page import page
from server.pages.council.seen import by_slug
from server.pages.council.shapes import drawn
from server.pages.map.hexagons import has_map
from server.pages.map.whole import whole_map
from server.pages.newsroom import screens

_PARTS = ("banners", "score", "map")
_MORE_PARTS = (*_PARTS, "reactions")  # the last is shown only where somebody asks for it
_THEMES = ("", "light", "dark")
_SECONDS = 8
_MOST_SECONDS = 60


@allows(everyone)
async def overlay(request: Request) -> Response:
    """``/nights/{night}/overlay?show=banners,score,map&seconds=8&theme=light``: transparent, for video. Banners of what
    people said come only with ``show=banners,reactions``."""
    shown, parts, seconds, theme = await shown_by(request), _parts(request), _seconds(request), _theme(request)

    def make() -> str:
        screen = _screen(shown, parts, seconds)
        return page(shown, "newsroom/overlay.html", screens.OVERLAY, {}, None, **screen, theme=theme)

    kinds = ("hex",) if "map" in parts else ()
    return await _answer(request, shown, f"overlay {parts} {seconds} {theme}", make, *kinds)


@allows(everyone)
async def wall(request: Request) -> Response:
    """``/nights/{night}/wall?seconds=8&theme=dark&reactions=no``: a page for a screen that nobody touches."""
    shown, seconds, theme = await shown_by(request), _seconds(request), _theme(request)
    unvoiced = without_reactions(request)

    def make() -> str:
        if shown.night.is_single:
            contest = shown.text(f"contest-{_first(shown.night).contest.slug}")
            context, topic = {"contest": contest}, ""
        else:
            context, topic = _screen(shown, _PARTS, seconds), screens.WALL
            context["score"] = shown.text("score")
            context["newest"] = Markup(
                screens.newest(shown.night, shown.language, over=not shown.channel.on_air and not shown.moment)
            )
        parts: dict[str, object] = {"status": shown.text("status"), "latest": shown.text("latest")}
        stays = {"seconds": request.query_params.get("seconds", ""), "theme": theme}
        parts |= {"theme": theme, "unvoiced": unvoiced}
        return page(shown, "newsroom/wall.html", topic, stays, None, **context, **parts)

    return await _answer(request, shown, f"wall {seconds} {theme} {unvoiced}", make, "hex")


@allows(everyone)
async def embed_score(request: Request) -> Response:
    """``/nights/{night}/embed/score?theme=light``: the score, for a frame of another site."""
    shown, theme = await shown_by(request), _theme(request)
    night = shown.night
    if night.is_single:
        address = f"/nights/{night.definition.id}/contests/{_first(night).contest.ballot}/embed"
        return RedirectResponse(f"{address}?{request.url.query}", 303)

    def make() -> str:
        parts = {"status": shown.text("status"), "part": shown.text("score")}
        return page(shown, "newsroom/embed.html", screens.SCORE, {}, None, **parts, full="", theme=theme)

    return _framable(await _answer(request, shown, f"embed score {theme}", make))


@allows(everyone)
async def embed_map(request: Request) -> Response:
    """``/nights/{night}/embed/map?theme=light``: the map, for a frame of another site."""
    shown, theme = await shown_by(request), _theme(request)
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

    return _framable(await _answer(request, shown, f"embed map {theme}", make, "row", "hex"))


@allows(everyone)
async def embed_contest(request: Request) -> Response:
    """``/nights/{night}/contests/{ballot}/embed?theme=light&reactions=no``: one contest, in a frame of another site."""
    shown, theme, unvoiced = await shown_by(request), _theme(request), without_reactions(request)
    count = shown.count(request.path_params["ballot"])

    def make() -> str:
        full = f"/contests/{count.contest.ballot}"
        part = shown.text(f"contest-{count.contest.slug}")
        parts: dict[str, object] = {"count": count, "part": part, "full": full}
        look = {"theme": theme, "unvoiced": unvoiced}
        return page(shown, "newsroom/embed.html", count.contest.ballot, {}, count, **parts, **look)

    return _framable(await _answer(request, shown, f"embed {count.contest.ballot} {theme} {unvoiced}", make))


def _screen(shown: Shown, parts: tuple[str, ...], seconds: int) -> dict[str, object]:
    """The context that a page of banners needs besides its theme."""
    night = shown.night
    on_map = "map" in parts and has_map(night.definition)
    return {
        "now": Markup(screens.state(night, shown.language)),
        "parts": parts,
        "seconds": seconds,
        "map": whole_map(shown) if on_map else "",
    }


async def _answer(request: Request, shown: Shown, name: str, make: Callable[[], str], *kinds: str) -> Response:
    return await shown.answer(request, await shown.made(request, f"screen {name}", make, *kinds))


def _framable(response: Response) -> Response:
    """The response, which any site may show in a frame: nothing on these pages can change anything."""
    response.headers["Content-Security-Policy"] = policy("*")
    return response


def _first(night: Night) -> Count:
    return next(iter(night.counts.values()))


def _parts(request: Request) -> tuple[str, ...]:
    asked = request.query_params.get("show", "").split(",") if request.query_params.get("show") else _PARTS
    if wrong := [part for part in asked if part not in _MORE_PARTS]:
        raise HTTPException(400, f"An overlay shows {', '.join(_MORE_PARTS)}, or some of them, but not {wrong[0]!r}.")
    return tuple(part for part in _MORE_PARTS if part in asked)


def _seconds(request: Request) -> int:
    text = request.query_params.get("seconds") or str(_SECONDS)
    seconds = written(text)
    if seconds is None or not 0 < seconds <= _MOST_SECONDS:
        raise HTTPException(400, f"A banner stays for 1 to {_MOST_SECONDS} seconds, not {text!r}.")
    return seconds


def _theme(request: Request) -> str:
    theme = request.query_params.get("theme", "")
    if theme not in _THEMES:
        raise HTTPException(400, f"A theme is light or dark, not {theme!r}.")
    return theme


routes: list[BaseRoute] = [
    Route("/nights/{night}/overlay", overlay),
    Route("/nights/{night}/wall", wall),
    Route("/nights/{night}/embed/score", embed_score),
    Route("/nights/{night}/embed/map", embed_map),
    Route("/nights/{night}/contests/{ballot}/embed", embed_contest),
]
