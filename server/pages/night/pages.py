"""The page of a night: what just happened, who is ahead, and how each seat stands."""

from collections.abc import Iterable

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.access import allows, everyone
from server.election.contests import Contest, Definition
from server.election.results.places import regions
from server.html.address import asked, without_reactions
from server.html.shown import Shown, shown_by
from server.nights.layout import ATTRIBUTION
from server.pages.around.page import page, prepared
from server.pages.council.seen import apart, by_slug, lists_wards
from server.pages.council.shapes import drawn
from server.pages.map import hexagons
from server.pages.map.whole import whole_map

_SHORT = 60  # contests whose list is not folded
_PARTS = ("status", "banner", "parties", "score", "latest", "ahead")


@allows(everyone)
async def night(request: Request) -> Response:
    """``/nights/{night}``: the page of a night; with ``?map=swing`` its map shows that view first.

    All pages of a night take these too: ``?at=2019-12-13T03:40`` (London time, or with an offset) for the night as it
    stood then, ``?lang=de`` for a language, ``?baseline=2010`` for gains and changes against another election. Those
    that tell what people said leave it out with ``?reactions=no``.
    """
    shown = await shown_by(request)
    view = asked(request, "map")
    view = view if view in hexagons.VIEWS else ""
    unvoiced = without_reactions(request)
    name = f"night {view} {unvoiced}"
    await prepared(shown)
    html = await shown.made(request, name, lambda: night_page(shown, view, unvoiced), "row", "hex", *_PARTS)
    return await shown.answer(request, html)


def night_page(shown: Shown, view: str, unvoiced: bool = False) -> str:
    """The HTML of a night's page; ``view`` is what its map shows first, ``unvoiced`` that it leaves out reactions."""
    night = shown.night
    single = night.is_single
    first = next(iter(night.counts.values()))
    parts = {name: shown.text(name) for name in _PARTS if name in shown.channel.fragments}
    if single:
        parts["contest"] = shown.text(f"contest-{first.contest.slug}")
    if hexagons.has_map(night.definition):
        parts["map"] = whole_map(shown, view)
    return page(
        shown,
        "night.html",
        topic="",
        query={"map": view, "reactions": "no" if unvoiced else ""},
        unvoiced=unvoiced,
        alone=single,
        first=first,
        parts=parts,
        map_credit=on_map.attribution if (on_map := drawn(night.definition)) else ATTRIBUTION,
        rows=[] if single else _rows(shown, _listed(night.definition)),
        shapes=shown.text("shapes") if "shapes" in shown.channel.fragments else "",
        councils=[] if single else [shown.text(f"council-{name}") for name in by_slug(night.definition)],
        folds=_folds(shown),
    )


def _listed(definition: Definition) -> tuple[Contest, ...]:
    """The contests that the page lists: those of councils only where they are few."""
    many = definition.councils and not lists_wards(definition)
    return apart(definition) if many else definition.contests


def _folds(shown: Shown) -> list[tuple[str, list[Markup]]]:
    """The rows of a night of many contests by region, each a part that unfolds; none where a list is short."""
    definition = shown.night.definition
    if len(definition.contests) <= _SHORT or definition.councils:
        return []
    by_region: dict[str, list[Contest]] = {area.region: [] for area in regions(definition)}
    for contest in definition.contests:
        by_region.setdefault(contest.region, []).append(contest)
    return [(region, _rows(shown, contests)) for region, contests in by_region.items()]


def _rows(shown: Shown, contests: Iterable[Contest]) -> list[Markup]:
    return [shown.text(f"row-{contest.slug}") for contest in contests]


routes: list[BaseRoute] = [Route("/nights/{night}", night)]
