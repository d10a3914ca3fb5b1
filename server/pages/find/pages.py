"""The page with the table of all contests, and the search that leads to the contest somebody means."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from server.access import allows, everyone
from server.election.results.places import regions
from server.html.address import in_language
from server.html.shown import Shown, shown_by
from server.live.bodies import body
from server.live.slices import make_texts
from server.pages.around.page import page
from server.pages.find import table
from server.pages.find.search import SearchEntry, entries, only, search

_ENTRY_SIZE = 6500  # bytes of memory that a contest's search entry takes, measured


@allows(everyone)
async def contests(request: Request) -> Response:
    """``/nights/{night}/contests?q=&party=PP53&verdict=gain&region=London&sort=majority&order=desc``: the table of all
    contests, or of those asked for."""
    shown = shown_by(request)
    if shown.night.is_single:
        night = f"/nights/{shown.night.definition.id}{shown.kept()}"
        return in_language(request, RedirectResponse(night, 303))
    asked = table.wanted(shown.night, request.query_params)
    if asked.all:  # many people open the whole table; what one person searches for is not kept
        name = f"contests {asked.query}"
        if not shown.channel.has_cached(name):
            await make_texts(shown.channel, (f"seat-{contest.slug}" for contest in shown.night.definition.contests))
        html = shown.channel.cached(name, lambda: body(_contests_page(shown, asked)))
        return shown.answer(request, html)
    return shown.answer(request, body(_contests_page(shown, asked)))


@allows(everyone)
async def seek(request: Request) -> Response:
    """``/nights/{night}/find?q=``: a redirect to the contest that is meant, or to the table of those found."""
    shown = shown_by(request)
    asked = table.wanted(shown.night, {"q": request.query_params.get("q", "")})
    meant = only(_words(shown), asked.q)
    place = f"/{meant.ballot}{shown.kept()}" if meant else ""
    place = place or shown.kept(asked.query)
    return in_language(request, RedirectResponse(f"/nights/{shown.night.definition.id}/contests{place}", 303))


def _words(shown: Shown) -> tuple[SearchEntry, ...]:
    """The contests of a night, prepared for searching."""
    size = _ENTRY_SIZE * len(shown.night.counts)
    return shown.channel.cached("words", lambda: entries(shown.night.definition), size)


def _contests_page(shown: Shown, asked: table.Wanted) -> str:
    night, language = shown.night, shown.language
    hits = search(_words(shown), asked.q)
    counts = table.listed(night, asked, hits, language)
    return page(
        shown,
        "contests.html",
        topic=table.TOPIC,
        query=asked.query,
        view=table.TOPIC,
        asked=asked,
        headings=[(sort, shown.kept(asked.by(sort).query)) for sort in table.SORTS],
        status=shown.text("status"),
        rows=[shown.text(f"seat-{count.contest.slug}") for count in counts],
        named=table.named(hits, counts) if asked.q else None,
        parties=table.parties(night),
        regions=[area.region for area in regions(night.definition)],
        verdicts=table.VERDICTS if any(seat.previous is None for seat in night.definition.contests) else table.COMPARED,
        words=table.words_of_parties(night, language),
    )


routes: list[BaseRoute] = [
    Route("/nights/{night}/contests", contests),
    Route("/nights/{night}/find", seek),
]
