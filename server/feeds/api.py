"""The JSON addresses of nights and contests: found, made once a seq, answered with an ETag. No shapes."""

from typing import cast

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.access import allows, everyone
from server.answers import JSON, Body, answer, body
from server.election.nights import Night
from server.feeds.contests import contest_state
from server.feeds.nights import all_nights, night_state
from server.live.channel import Channel
from server.live.endpoint import etag
from server.live.hub import Hub
from server.nights import archive
from server.nights.kept import Kept


@allows(everyone)
async def nights(request: Request) -> Response:
    """``/api/nights``: those on air, and past ones."""
    hub: Hub = request.state.hub
    kept = cast(Kept, request.state.kept).listed()
    past = (*archive.listed(), *(group.summary for group in archive.groups()), *kept)
    content = hub.cached(
        "feeds: nights", lambda: body(msgspec.json.encode(all_nights(hub.channels.values(), past))), also=kept
    )
    return for_any_site(answer(request, cast(Body, content), JSON, content.etag))


@allows(everyone)
async def night(request: Request) -> Response:
    """``/api/nights/{night}``: totals and every contest; with ``?baseline=2010`` against another election."""
    channel, state = found(request, request.query_params.get("baseline", ""))
    content = channel.cached("feeds: night", lambda: body(msgspec.json.encode(night_state(channel, state))))
    return for_any_site(answer(request, cast(Body, content), JSON, etag(channel)))


@allows(everyone)
async def contest(request: Request) -> Response:
    """``/api/nights/{night}/contests/{ballot}``: all about one contest; also with ``?baseline=``."""
    channel, state = found(request, request.query_params.get("baseline", ""))
    ballot: str = request.path_params["ballot"]
    count = state.counts.get(ballot)
    if count is None:
        raise HTTPException(404, f"{ballot} is not a contest of this night.")
    content = channel.cached(f"feeds: contest {ballot}", lambda: body(msgspec.json.encode(contest_state(state, count))))
    return for_any_site(answer(request, cast(Body, content), JSON, etag(channel)))


def found(request: Request, baseline: str = "") -> tuple[Channel, Night]:
    """The night in the address, against a baseline; 404 if there is none, or no such baseline."""
    hub: Hub = request.state.hub
    try:
        channel = hub.find(request.path_params["night"], baseline=baseline)
    except LookupError as error:
        raise HTTPException(404, str(error)) from None
    if channel is None or channel.night is None:
        raise HTTPException(404, "There is no such night.")
    return channel, channel.night


def for_any_site(response: Response) -> Response:
    """Results are public: scripts of any site may read them (Fetch standard, CORS)."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "ETag"
    return response
