"""The pages people open: all nights, one night, one contest. Each is made of the fragments that the push sends."""

from typing import cast

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from server.access import allows, everyone
from server.answers import HTML, Body, answer, body
from server.election.nights import Count
from server.election.places import regions
from server.election.tally import add_up
from server.live.hub import Hub
from server.nights.kept import Kept
from server.nights.layout import ATTRIBUTION
from server.pages import analysis, find
from server.pages import map as night_map
from server.pages.address import in_language, language_of
from server.pages.choices import Choices, choices
from server.pages.front import front_page
from server.pages.map_page import whole_map
from server.pages.newsroom import routes as newsroom_routes
from server.pages.notice import notice
from server.pages.picture.answering import routes as picture_routes
from server.pages.picture.words import told, told_score
from server.pages.render import alone
from server.pages.search import Entry, entries, only, search
from server.pages.shown import Shown, shown_by
from server.pages.static import static_file


@allows(everyone)
async def front(request: Request) -> Response:
    """``/``: nights on air, and past nights."""
    hub: Hub = request.state.hub
    language = language_of(request)
    kept = cast(Kept, request.state.kept).listed()
    page = cast(Body, hub.cached(f"front {language.code}", lambda: body(front_page(hub, language, kept)), also=kept))
    return in_language(request, answer(request, page, HTML, page.etag))


@allows(everyone)
async def night(request: Request) -> Response:
    """``/nights/{night}``, and with ``?at=2019-12-13T03:40`` (London time, or with an offset) as it stood then.

    As all pages of a night, with ``?lang=de`` in a language and with ``?baseline=2010`` against another election; with
    ``?map=swing`` its map begins with that view.
    """
    shown = shown_by(request)
    view = request.query_params.get("map", "")
    view = view if view in night_map.VIEWS else ""
    page = cast(Body, shown.channel.cached(f"night {view}", lambda: body(_night_page(shown, view))))
    return shown.answer(request, page)


@allows(everyone)
async def contests(request: Request) -> Response:
    """``/nights/{night}/contests?q=&party=PP53&verdict=gain&region=London&sort=majority&order=desc``: the table of all
    contests, or of those asked for."""
    shown = shown_by(request)
    if alone(shown.night):
        night = f"/nights/{shown.night.definition.id}{shown.kept()}"
        return in_language(request, RedirectResponse(night, 303))
    asked = find.wanted(shown.night, request.query_params)
    if asked.all:  # what many open is made once, what one person looks for is made for them
        page = shown.channel.cached(f"contests {asked.query}", lambda: body(_contests_page(shown, asked)))
        return shown.answer(request, cast(Body, page))
    return shown.answer(request, body(_contests_page(shown, asked)))


@allows(everyone)
async def seek(request: Request) -> Response:
    """``/nights/{night}/find?q=``: to the one contest that somebody means, or else to the table of all that fit."""
    shown = shown_by(request)
    asked = find.wanted(shown.night, {"q": request.query_params.get("q", "")})
    meant = only(_words(shown), asked.q)
    place = f"/{meant.ballot}{shown.kept()}" if meant else ""
    place = place or shown.kept(asked.query)
    return in_language(request, RedirectResponse(f"/nights/{shown.night.definition.id}/contests{place}", 303))


@allows(everyone)
async def contest(request: Request) -> Response:
    """``/nights/{night}/contests/{ballot}``: all about one contest."""
    shown = shown_by(request)
    ballot = request.path_params["ballot"]
    count = shown.count(ballot)
    page = cast(Body, shown.channel.cached(f"contest {ballot}", lambda: body(_contest_page(shown, count))))
    return shown.answer(request, page)


@allows(everyone)
async def view(request: Request) -> Response:
    """``/nights/{night}/areas``, ``/swing?from=PP53&to=PP52``, ``/battlegrounds?party=PP53`` and ``/records``, each
    also with ``?at=``."""
    shown = shown_by(request)
    known = shown.channel.cached("choices", lambda: choices(shown.night.definition))
    try:
        topic = analysis.asked(
            shown.night, known, request.url.path.rpartition("/")[2], request.query_params, shown.language
        )
    except analysis.NoSuchView as error:
        raise HTTPException(404, str(error)) from None
    page = cast(Body, shown.channel.cached(f"page {topic}", lambda: body(_view_page(shown, topic, known))))
    return shown.answer(request, page)


def _night_page(shown: Shown, view: str) -> str:
    night = shown.night
    single = alone(night)
    first = next(iter(night.counts.values()))
    names = ("status", "banner", "parties", "score", "latest")
    parts = {name: shown.text(name) for name in names if name in shown.channel.fragments}
    if single:
        parts["contest"] = shown.text(f"contest-{first.contest.slug}")
    if night_map.has_map(night.definition):
        parts["map"] = whole_map(shown, view)
    return shown.page(
        "night.html",
        topic="",
        query={"map": view} if view else None,
        alone=single,
        first=first,
        described=told(night, first, shown.language) if single else told_score(night, add_up(night), shown.language),
        picture=shown.picture(),
        parts=parts,
        map_credit=ATTRIBUTION,
        rows=[] if single else [shown.text(f"row-{one.slug}") for one in night.definition.contests],
    )


def _words(shown: Shown) -> tuple[Entry, ...]:
    """The contests of a night in words, to be searched."""
    return cast(tuple[Entry, ...], shown.channel.cached("words", lambda: entries(shown.night.definition)))


def _contests_page(shown: Shown, asked: find.Wanted) -> str:
    night, language = shown.night, shown.language
    hits = search(_words(shown), asked.q)
    counts = find.listed(night, asked, hits, language)
    return shown.page(
        "contests.html",
        topic=find.TOPIC,
        query=asked.query,
        view=find.TOPIC,
        asked=asked,
        headings=[(sort, shown.kept(asked.by(sort).query)) for sort in find.SORTS],
        status=shown.text("status"),
        rows=[shown.text(f"seat-{count.contest.slug}") for count in counts],
        named=find.named(hits, counts) if asked.q else None,
        parties=find.parties(night),
        regions=[area.region for area in regions(night)],
        verdicts=find.VERDICTS if any(one.previous is None for one in night.definition.contests) else find.COMPARED,
        words=find.words_of_parties(night, language),
    )


def _contest_page(shown: Shown, count: Count) -> str:
    contest, near = (
        shown.text(name) if (name := f"{kind}-{count.contest.slug}") in shown.channel.fragments else ""
        for kind in ("contest", "near")
    )
    ballot = count.contest.ballot
    return shown.page(
        "contest.html",
        topic=ballot,
        described=told(shown.night, count, shown.language),
        picture=shown.picture(ballot),
        count=count,
        contest=contest,
        near=near,
        map_credit=ATTRIBUTION,
    )


def _view_page(shown: Shown, topic: str, known: Choices) -> str:
    kind, *chosen = topic.split("/")
    return shown.page(
        f"{kind}.html",
        topic=topic,
        query=dict(zip(analysis.KINDS[kind], chosen, strict=False)),
        view=kind,
        alone=alone(shown.night),
        known=known.values(),
        chosen=chosen,
        part=Markup(analysis.html(shown.night, topic, shown.language, shown.baseline)),
    )


routes: list[BaseRoute] = [
    Route("/", front),
    Route("/nights/{night}", night),
    *(Route(f"/nights/{{night}}/{kind}", view, name=kind) for kind in analysis.KINDS),
    Route("/nights/{night}/contests", contests),
    Route("/nights/{night}/find", seek),
    Route("/nights/{night}/contests/{ballot}", contest),
    Route("/nights/{night}/contests/{ballot}/notice", notice),
    *picture_routes,
    *newsroom_routes,
    Route("/static/{digest}/{name:path}", static_file),
]
