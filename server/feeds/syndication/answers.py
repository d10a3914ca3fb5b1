"""The addresses of Atom, iCalendar and oEmbed. No entry is made here."""

from html import escape
from itertools import islice
from urllib.parse import parse_qsl, urlencode

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.access import allows, everyone
from server.election.numbers import written
from server.feeds.syndication.atom import Feed, atom
from server.feeds.syndication.calendar import calendar
from server.feeds.syndication.entries import Chosen, entries
from server.html.address import asked
from server.html.answers import JSON, SHARED, answer, for_any_site
from server.html.marked import marked
from server.html.process import process
from server.html.rates import turn
from server.html.shown import Shown, shown_as_data
from server.live.memory.bodies import Body, body

ATOM, CALENDAR = "application/atom+xml; charset=utf-8", "text/calendar; charset=utf-8"
_ONLY = ("", "declarations", "gains", "notes")
_A_PAGE = 50
_WIDTH, _HEIGHT = 600, 640
_STATE = ("lang", "baseline", "at", "known")  # what a page's address says of how it is shown


@allows(everyone)
async def feed(request: Request) -> Response:
    """``/api/nights/{night}/feed.atom?only=gains&contest=&party=&before=``: fifty entries, the last updated first; the
    next page is what was updated ``before`` a seq."""
    shown = await shown_as_data(request)
    chosen = Chosen(asked(request, "only"), asked(request, "contest"), asked(request, "party"))
    before = written(asked(request, "before") or str(10**9))
    if before is None:
        raise HTTPException(400, "before must be the seq of an event: a whole number.")
    if chosen.only not in _ONLY:
        raise HTTPException(400, f"A feed has only {', '.join(filter(None, _ONLY))}, or all; not {chosen.only!r}.")
    if chosen.contest:
        shown.count(chosen.contest)
    if chosen.party and chosen.party not in shown.night.parties:
        raise HTTPException(404, f"{chosen.party} is the id of no party of this night.")
    name = f"atom {chosen} {before}"
    if not shown.channel.has_cached(name):
        async with turn(request):
            content = shown.channel.cached(name, lambda: _feed(shown, chosen, before))
    else:
        content = shown.channel.cached(name, lambda: _feed(shown, chosen, before))
    return for_any_site(answer(request, content, ATOM, content.etag, SHARED))


@allows(everyone)
async def expected(request: Request) -> Response:
    """``/api/nights/{night}/expected.ics``: when declarations are expected, for calendars to follow."""
    shown = await shown_as_data(request)

    def make() -> Body:
        return body(calendar(shown.night, shown.channel.events, _night(shown), shown.language))

    content = shown.channel.cached("calendar", make)
    return for_any_site(answer(request, content, CALENDAR, content.etag, SHARED))


@allows(everyone)
async def embedding(request: Request) -> Response:
    """``/api/oembed?url=``: the frame of a contest, or of a night's score, for a page of this site (oEmbed 1.0). 404
    for another page, 501 for another format than JSON, as its rules say."""
    if asked(request, "format") not in ("", "json"):
        raise HTTPException(501, "oEmbed is answered in JSON here: format is json.")
    site = process(request).settings.public_url
    page, _, query = asked(request, "url").partition("#")[0].partition("?")
    ours, _, path = page.partition("/nights/")
    match path.rstrip("/").split("/") if ours == site else []:
        case [night, "contests", ballot]:
            frame = f"/nights/{night}/contests/{ballot}/embed"
        case [night] if night:
            ballot, frame = "", f"/nights/{night}/embed/score"
        case _:
            raise HTTPException(404, "Only the pages of a night and of a contest here can be embedded.")
    state = {key: value for key, value in parse_qsl(query) if key in _STATE}
    own = {key: value for key in _STATE if (value := asked(request, key))}
    of_page = {"path_params": {"night": night}, "query_string": urlencode(own | state).encode()}
    shown = await shown_as_data(Request({**request.scope, **of_page}))  # 404 where its frame would be
    title = shown.language.title(shown.night.definition.title)
    if ballot:
        title = f"{shown.language.seat_in(shown.night.definition, shown.count(ballot).contest)}, {title}"
    title = marked(shown.night.definition, title, shown.language)
    source = f"{site}{frame}{'?' + urlencode(state) if state else ''}"
    width = min(_WIDTH, written(asked(request, "maxwidth")) or _WIDTH)
    height = min(_HEIGHT, written(asked(request, "maxheight")) or _HEIGHT)
    told = {
        "version": "1.0",
        "type": "rich",
        "title": title,
        "provider_name": "Declared",
        "provider_url": site,
        "width": width,
        "height": height,
        "cache_age": 60,
        "html": f'<iframe src="{escape(source)}" title="{escape(title)}" width="{width}" height="{height}" '
        'style="border:0" loading="lazy"></iframe>',
    }
    content = body(msgspec.json.encode(told))
    return for_any_site(answer(request, content, JSON, content.etag, SHARED))


def _feed(shown: Shown, chosen: Chosen, before: int) -> Body:
    night, language = shown.night, shown.language
    older = (entry for entry in entries(night, chosen, language) if entry.seq < before)
    found = list(islice(older, _A_PAGE + 1))
    page, more = found[:_A_PAGE], len(found) > _A_PAGE
    address = f"{shown.site}/api/nights/{night.definition.id}/feed.atom"
    asking = {"only": chosen.only, "contest": chosen.contest, "party": chosen.party, "lang": language.code}

    def at(seq: int) -> str:
        query = {**asking, "before": str(seq) if seq else ""}
        return address + shown.kept(query)

    return body(
        atom(
            Feed(
                title=marked(night.definition, language.title(night.definition.title), language),
                here=at(before if before < 10**9 else 0),
                first=at(0),
                next=at(page[-1].seq) if more else "",
                night=_night(shown),
                ending=shown.kept({"lang": language.code}),
                updated=page[0].updated if page else night.definition.polls_close,
                rights=night.definition.attribution,
            ),
            page,
            language,
        )
    )


def _night(shown: Shown) -> str:
    return f"{shown.site}/nights/{shown.night.definition.id}"


routes: list[BaseRoute] = [
    Route("/api/nights/{night}/feed.atom", feed),
    Route("/api/nights/{night}/expected.ics", expected),
    Route("/api/oembed", embedding),
]
