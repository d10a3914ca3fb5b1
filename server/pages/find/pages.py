"""The page with the table of all contests, and the search that leads to the contest somebody means."""

import asyncio
from collections.abc import Sequence

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from server.access import allows, everyone
from server.election.contests import Definition
from server.election.once import is_known
from server.election.results.places import regions
from server.html.address import in_language
from server.html.answers import HTML, answer
from server.html.process import process
from server.html.rates import turn
from server.html.shown import Shown, shown_by
from server.html.templates import rendered
from server.live.memory.bodies import body
from server.live.slices import make_texts, of_kinds
from server.pages.around.page import page, prepared
from server.pages.find import groups, table
from server.pages.find.postcodes import postcode_asked
from server.pages.find.search import Hit, Searchable, search, searchable
from server.pages.find.suggest import Found, Suggestion, suggested

_KEPT = "private, max-age=300"  # what a question leads to does not change with the results


@allows(everyone)
async def contests(request: Request) -> Response:
    """``/nights/{night}/contests?q=&party=PP53&verdict=gain&region=London&sort=majority&order=desc``: the table of all
    contests, or of those asked for. On a night of many councils and contests the page that asks for nothing has the
    councils instead; ``?council=local.kent`` has the table of one, ``?council=all`` that of all."""
    shown = await shown_by(request)
    if shown.night.is_single:
        night = f"/nights/{shown.night.definition.id}{shown.kept()}"
        return in_language(request, RedirectResponse(night, 303))
    asked = table.wanted(shown.night, request.query_params)
    words = await _words(request, shown.night.definition)
    if not asked.is_search:  # many people open a table; what one person searches for is not kept
        name = f"contests {asked.query}"

        def whole() -> str:
            return _contests_page(shown, asked, search(words.entries, asked.q))

        await prepared(shown)
        table.parties(shown.night)
        await asyncio.sleep(0)
        kinds = "wards", *["seat"] * (asked.all and not _is_folded(shown, asked))
        html = await shown.made(request, name, whole, *kinds)
        return await shown.answer(request, html)
    found = search(words.entries, asked.q)
    suggestions = "" if found else await _suggestions(request, shown, asked.q)
    async with turn(request):
        await make_texts(shown.channel, of_kinds(shown.channel, "seat") if found else ())
        html = body(_contests_page(shown, asked, found, suggestions))
    return await shown.answer(request, html)


@allows(everyone)
async def seek(request: Request) -> Response:
    """``/nights/{night}/find?q=``: a redirect to the contest or the party that is meant, or to the table of those
    found."""
    shown = await shown_by(request)
    asked = table.wanted(shown.night, {"q": request.query_params.get("q", "")})
    found = await _led_to(request, shown, asked.q)
    place = found.only.address(shown.state) if found.only else ""
    place = place or f"/nights/{shown.night.definition.id}/contests{shown.kept(asked.query)}"
    return in_language(request, RedirectResponse(place, 303))


@allows(everyone)
async def suggest(request: Request) -> Response:
    """``/nights/{night}/find/suggested?q=``: what a question leads to, to choose from while somebody types."""
    shown = await shown_by(request)
    html = body(await _suggestions(request, shown, request.query_params.get("q", "")))
    return in_language(request, answer(request, html, HTML, html.etag, _KEPT))


async def _led_to(request: Request, shown: Shown, question: str) -> Found:
    """What a question leads to in a night; a postcode to its constituency."""
    definition = shown.night.definition
    if postcode := await postcode_asked(request, question):
        seats = [contest for contest in definition.contests if contest.gss and contest.gss == postcode.gss]
        meant = tuple(Suggestion(definition.id, contest=contest) for contest in seats)
        return Found(meant, meant[0] if meant else None, misspelt=False)
    words = await _words(request, definition)
    name = ("suggested", id(definition), question)  # who asks the same meanwhile waits for the same
    return await process(request).hub.beside.make(name, lambda: suggested(definition, words, question))


async def _words(request: Request, definition: Definition) -> Searchable:
    """What the contests of a night are found by; the first time it is made in a thread."""
    if not is_known(searchable, definition):
        await process(request).hub.beside.make(("words", id(definition)), lambda: searchable(definition))
    return searchable(definition)


async def _suggestions(request: Request, shown: Shown, question: str) -> str:
    found = await _led_to(request, shown, question)
    postcode = None if found.suggestions else await postcode_asked(request, question)
    told = [(one, one.address(shown.state), "", None) for one in found.suggestions]
    q = question[:80]
    return rendered("suggested.html", shown.language, q=q, told=told, misspelt=found.misspelt, postcode=postcode)


def _is_folded(shown: Shown, asked: table.Wanted) -> bool:
    """Whether the page shows councils instead of a table."""
    return groups.folds(shown.night.definition) and not asked.query


def _contests_page(shown: Shown, asked: table.Wanted, hits: Sequence[Hit], suggestions: str = "") -> str:
    night, language = shown.night, shown.language
    folded = _is_folded(shown, asked)
    counts = [] if folded else table.listed(night, asked, hits, language)
    return page(
        shown,
        "contests.html",
        topic=table.TOPIC,
        query=asked.query,
        view=table.TOPIC,
        asked=asked,
        councils=[shown.text(piece) for piece in groups.pieces(night.definition)],
        folded=folded,
        headings=[(sort, shown.kept(asked.by(sort).query)) for sort in table.SORTS],
        status=shown.text("status"),
        rows=[shown.text(f"seat-{count.contest.slug}") for count in counts],
        named=table.named(hits, counts) if asked.q else None,
        parties=table.parties(night),
        regions=[area.region for area in regions(night.definition)],
        verdicts=table.VERDICTS if any(seat.previous is None for seat in night.definition.contests) else table.COMPARED,
        words=table.words_of_parties(night, language),
        suggestions=Markup(suggestions),
        keys=groups.keys(night.definition),
    )


routes: list[BaseRoute] = [
    Route("/nights/{night}/contests", contests),
    Route("/nights/{night}/find", seek),
    Route("/nights/{night}/find/suggested", suggest),
]
