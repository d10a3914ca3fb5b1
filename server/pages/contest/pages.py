"""The page of one contest, and its notice."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.access import allows, everyone
from server.election.counts import Count
from server.html.address import without_reactions
from server.html.shown import Shown, shown_by
from server.nights.layout import ATTRIBUTION
from server.pages.around.page import page, prepared
from server.pages.contest.notice import notice
from server.pages.contest.photo import photo
from server.pages.map.hexagons import drawn, has_map


@allows(everyone)
async def contest(request: Request) -> Response:
    """``/nights/{night}/contests/{ballot}``: the page of one contest."""
    shown = await shown_by(request)
    ballot = request.path_params["ballot"]
    count = shown.count(ballot)
    unvoiced = without_reactions(request)
    await prepared(shown)
    html = await shown.made(request, f"contest {ballot} {unvoiced}", lambda: contest_page(shown, count, unvoiced))
    return await shown.answer(request, html)


def contest_page(shown: Shown, count: Count, unvoiced: bool = False) -> str:
    """The HTML of a contest's page; ``unvoiced`` says that it leaves out what people said."""
    contest, near = (
        shown.text(name) if (name := f"{kind}-{count.contest.slug}") in shown.channel.fragments else ""
        for kind in ("contest", "near")
    )
    ballot, definition = count.contest.ballot, shown.night.definition
    return page(
        shown,
        "contest.html",
        topic=ballot,
        query={"reactions": "no" if unvoiced else ""},
        unvoiced=unvoiced,
        about=count,
        count=count,
        contest=contest,
        near=near,
        on_map=next((one.slug for one in drawn(definition).regions if one.name == count.contest.region), "")
        if has_map(definition)
        else "",
        map_credit=ATTRIBUTION,
    )


routes: list[BaseRoute] = [
    Route("/nights/{night}/contests/{ballot}", contest),
    Route("/nights/{night}/contests/{ballot}/notice", notice),
    Route("/nights/{night}/contests/{ballot}/photos/{photo}.jpg", photo),
]
