"""The table of all contests, and the way from a few words to the contest that is meant."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from server.access import allows, everyone
from server.election.results.places import regions
from server.html.address import in_language
from server.html.shown import Shown, shown_by
from server.live.bodies import body
from server.pages.around.page import page
from server.pages.find import table
from server.pages.find.search import Entry, entries, only, search

_A_CONTEST = 6500  # bytes that the words of one take, measured


@allows(everyone)
async def contests(request: Request) -> Response:
    """``/nights/{night}/contests?q=&party=PP53&verdict=gain&region=London&sort=majority&order=desc``: the table of all
    contests, or of those asked for."""
    shown = shown_by(request)
    if shown.night.is_single:
        night = f"/nights/{shown.night.definition.id}{shown.kept()}"
        return in_language(request, RedirectResponse(night, 303))
    asked = table.wanted(shown.night, request.query_params)
    if asked.all:  # what many open is made once, what one person looks for is made for them
        html = shown.channel.cached(f"contests {asked.query}", lambda: body(_contests_page(shown, asked)))
        return shown.answer(request, html)
    return shown.answer(request, body(_contests_page(shown, asked)))


@allows(everyone)
async def seek(request: Request) -> Response:
    """``/nights/{night}/find?q=``: to the one contest that somebody means, or else to the table of all that fit."""
    shown = shown_by(request)
    asked = table.wanted(shown.night, {"q": request.query_params.get("q", "")})
    meant = only(_words(shown), asked.q)
    place = f"/{meant.ballot}{shown.kept()}" if meant else ""
    place = place or shown.kept(asked.query)
    return in_language(request, RedirectResponse(f"/nights/{shown.night.definition.id}/contests{place}", 303))


def _words(shown: Shown) -> tuple[Entry, ...]:
    """The contests of a night in words, to be searched."""
    size = _A_CONTEST * len(shown.night.counts)
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
        verdicts=table.VERDICTS if any(one.previous is None for one in night.definition.contests) else table.COMPARED,
        words=table.words_of_parties(night, language),
    )


routes: list[BaseRoute] = [
    Route("/nights/{night}/contests", contests),
    Route("/nights/{night}/find", seek),
]
