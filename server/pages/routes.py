"""The pages people open: all nights, one night, one contest. Each is made of the fragments that the push sends."""

from datetime import datetime
from typing import cast

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.access import allows, everyone
from server.answers import HTML, Body, answer, body
from server.election.nights import Count, Night
from server.live.channel import Channel
from server.live.endpoint import etag
from server.live.hub import Hub
from server.nights import archive
from server.nights.layout import ATTRIBUTION
from server.pages import analysis
from server.pages import map as night_map
from server.pages.choices import Choices, choices
from server.pages.notice import notice
from server.pages.render import alone, cursor
from server.pages.static import static_file
from server.pages.templates import LONDON, rendered


@allows(everyone)
async def front(request: Request) -> Response:
    """``/``: nights on air, and past nights."""
    hub: Hub = request.state.hub
    page = cast(Body, hub.cached("front", lambda: body(_front_page(hub))))
    return answer(request, page, HTML, page.etag)


@allows(everyone)
async def night(request: Request) -> Response:
    """``/nights/{night}``, and with ``?at=2019-12-13T03:40`` (London time, or with an offset) as it stood then."""
    channel = _channel(request)
    if moment := _moment(request):
        channel = channel.at(moment)
        return Response(_night_page(channel, moment), headers={"Cache-Control": "no-cache"}, media_type=HTML)
    page = channel.cached("page", lambda: body(_night_page(channel)))
    return answer(request, cast(Body, page), HTML, etag(channel))


@allows(everyone)
async def contest(request: Request) -> Response:
    """``/nights/{night}/contests/{ballot}``: all about one contest."""
    channel = _channel(request)
    ballot = request.path_params["ballot"]
    count = _night(channel).counts.get(ballot)
    if count is None:
        raise HTTPException(404, f"{ballot} is not a contest of this night.")
    page = channel.cached(ballot, lambda: body(_contest_page(channel, count)))
    return answer(request, cast(Body, page), HTML, etag(channel))


@allows(everyone)
async def view(request: Request) -> Response:
    """``/nights/{night}/areas``, ``/swing?from=PP53&to=PP52``, ``/battlegrounds?party=PP53`` and ``/records``, each
    also with ``?at=``."""
    channel = _channel(request)
    if moment := _moment(request):
        channel = channel.at(moment)
    known = channel.cached("choices", lambda: choices(_night(channel).definition))
    try:
        topic = analysis.asked(_night(channel), known, request.url.path.rpartition("/")[2], request.query_params)
    except analysis.NoSuchView as error:
        raise HTTPException(404, str(error)) from None
    page = cast(Body, channel.cached(f"page {topic}", lambda: body(_view_page(channel, topic, known, moment))))
    return answer(request, page, HTML, page.etag if moment else etag(channel))


def _front_page(hub: Hub) -> str:
    on_air = [channel.night for channel in hub.channels.values() if channel.night]
    return rendered("front.html", on_air=on_air, past=archive.listed())


def _night_page(channel: Channel, moment: datetime | None = None) -> str:
    night = _night(channel)
    single = alone(night)
    first = next(iter(night.counts.values()))
    parts = {
        name: _text(channel, name) for name in ("status", "banner", "score", "latest") if name in channel.fragments
    }
    if single:
        parts["contest"] = _text(channel, f"contest-{first.contest.slug}")
    if night_map.has_map(night.definition):
        parts["map"] = _map(channel)
    return rendered(
        "night.html",
        night=night,
        alone=single,
        first=first,
        live=channel.on_air,
        moment=moment,
        topic="",
        parts=parts,
        map_credit=ATTRIBUTION,
        head=channel.head,
        rows=[] if single else [_text(channel, f"row-{one.slug}") for one in night.definition.contests],
        cursor=Markup(cursor(night.seq)),
    )


def _map(channel: Channel) -> Markup:
    night = _night(channel)
    drawing = night_map.drawn(night.definition)
    slugs = [contest.slug for contest in night.definition.contests]
    rows = [(row, [_text(channel, f"hex-{slugs[one]}") for one in row.contests]) for row in drawing.rows]
    return Markup(rendered("fragments/map.html", night=night, drawing=drawing, rows=rows, steps=night_map))


def _contest_page(channel: Channel, count: Count) -> str:
    night = _night(channel)
    return rendered(
        "contest.html",
        night=night,
        count=count,
        live=channel.on_air,
        moment=None,
        topic=count.contest.ballot,
        head=channel.head,
        contest=_text(channel, f"contest-{count.contest.slug}"),
        cursor=Markup(cursor(night.seq)),
    )


def _view_page(channel: Channel, topic: str, known: Choices, moment: datetime | None) -> str:
    night = _night(channel)
    kind, *chosen = topic.split("/")
    return rendered(
        f"{kind}.html",
        night=night,
        view=kind,
        alone=alone(night),
        live=channel.on_air,
        moment=moment,
        topic=topic,
        head=channel.head,
        known=known.values(),
        chosen=chosen,
        part=Markup(analysis.html(night, topic)),
        cursor=Markup(cursor(night.seq)),
    )


def _channel(request: Request) -> Channel:
    hub: Hub = request.state.hub
    found = hub.find(request.path_params["night"])
    if found is None:
        raise HTTPException(404, "There is no such night, on air or past.")
    return found


def _night(channel: Channel) -> Night:
    assert channel.night is not None, "a channel shows once its night is opened"
    return channel.night


def _text(channel: Channel, fragment: str) -> Markup:
    return Markup(channel.text(fragment))


def _moment(request: Request) -> datetime | None:
    text = request.query_params.get("at")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise HTTPException(400, f"{text!r} is not a time like 2019-12-13T03:40.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=LONDON)


routes: list[BaseRoute] = [
    Route("/", front),
    Route("/nights/{night}", night),
    *(Route(f"/nights/{{night}}/{kind}", view, name=kind) for kind in analysis.KINDS),
    Route("/nights/{night}/contests/{ballot}", contest),
    Route("/nights/{night}/contests/{ballot}/notice", notice),
    Route("/static/{digest}/{name:path}", static_file),
]
