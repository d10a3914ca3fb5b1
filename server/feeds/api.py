"""The JSON addresses of nights, councils and contests: each answer is made once for every seq, and has an ETag."""

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.access import allows, everyone
from server.election.nights import Night
from server.election.results.councils.council import council as council_as_it_stands
from server.feeds.contests import contest_state
from server.feeds.nights import all_nights, council_state, night_state
from server.html.address import channel_of
from server.html.answers import JSON, SHARED, answer, etag
from server.html.process import process
from server.live.bodies import body
from server.live.channel import Channel
from server.nights import archive


@allows(everyone)
async def nights(request: Request) -> Response:
    """``/api/nights``: the nights on air, and past nights."""
    hub = process(request).hub
    kept = await hub.beside.make("kept", process(request).kept.listed)
    past = (*archive.listed(), *(group.summary for group in archive.groups()), *kept)
    content = hub.cached(
        "feeds: nights", lambda: body(msgspec.json.encode(all_nights(hub.channels.values(), past))), also=kept
    )
    return for_any_site(answer(request, content, JSON, content.etag, SHARED))


@allows(everyone)
async def night(request: Request) -> Response:
    """``/api/nights/{night}``: totals and every contest; with ``?baseline=2010`` compared with another election."""
    channel, state = await found(request)
    content = channel.cached("feeds: night", lambda: body(msgspec.json.encode(night_state(channel, state))))
    return for_any_site(answer(request, content, JSON, etag(channel), SHARED))


@allows(everyone)
async def contest(request: Request) -> Response:
    """``/api/nights/{night}/contests/{ballot}``: everything about one contest; also takes ``?baseline=``."""
    channel, state = await found(request)
    ballot: str = request.path_params["ballot"]
    count = state.counts.get(ballot)
    if count is None:
        raise HTTPException(404, f"{ballot} is not a contest of this night.")
    content = channel.cached(f"feeds: contest {ballot}", lambda: body(msgspec.json.encode(contest_state(state, count))))
    return for_any_site(answer(request, content, JSON, etag(channel), SHARED))


@allows(everyone)
async def council(request: Request) -> Response:
    """``/api/nights/{night}/councils/{body}``: everything about one council; also takes ``?baseline=``."""
    channel, state = await found(request)
    asked: str = request.path_params["body"]
    body_of = next((body for body in state.definition.councils if body.id == asked), None)
    if body_of is None:
        raise HTTPException(404, f"{asked} is not a council of this night.")
    content = channel.cached(
        f"feeds: council {asked}",
        lambda: body(msgspec.json.encode(council_state(state, council_as_it_stands(state, body_of)))),
    )
    return for_any_site(answer(request, content, JSON, etag(channel), SHARED))


async def found(request: Request) -> tuple[Channel, Night]:
    """The night in the address, compared with the baseline in its query; 404 if there is no such night or baseline."""
    channel = await channel_of(request)
    assert channel.night is not None, "a channel shows once its night is opened"
    return channel, channel.night


def for_any_site(response: Response) -> Response:
    """The response, readable by scripts of any site, since results are public (CORS, in the Fetch standard)."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "ETag"
    return response
