"""The JSON addresses of nights, councils and contests: each answer is made once for every seq, and has an ETag."""

from collections.abc import Callable

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.access import allows, everyone
from server.election.nights import Night
from server.election.results.councils.council import council as council_as_it_stands
from server.feeds.states.contest_shapes import ContestState
from server.feeds.states.contests import contest_state
from server.feeds.states.nights import all_nights, council_state, night_state
from server.feeds.states.shapes import CouncilInFull, NightState
from server.html.address import channel_of, moment_of
from server.html.answers import JSON, SHARED, answer, coding, etag, for_any_site
from server.html.process import process
from server.live import moments
from server.live.channel import Channel
from server.live.memory.bodies import body
from server.live.slices import make_councils
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
    """``/api/nights/{night}``: totals and every contest; with ``?baseline=2010`` compared with another election, with
    ``?at=`` as it stood then."""

    def make(whole: Channel, then: Channel, state: Night) -> NightState:
        return night_state(then, state, whole)

    return await _answer(request, "night", make)


@allows(everyone)
async def contest(request: Request) -> Response:
    """``/api/nights/{night}/contests/{ballot}``: everything about one contest; also takes ``?baseline=``
    and ``?at=``."""
    ballot: str = request.path_params["ballot"]

    def make(whole: Channel, then: Channel, state: Night) -> ContestState:
        if ballot not in state.counts:
            raise HTTPException(404, f"{ballot} is not a contest of this night.")
        return contest_state(state, state.counts[ballot])

    return await _answer(request, f"contest {ballot}", make)


@allows(everyone)
async def council(request: Request) -> Response:
    """``/api/nights/{night}/councils/{body}``: everything about one council; also takes ``?baseline=``
    and ``?at=``."""
    asked: str = request.path_params["body"]

    def make(whole: Channel, then: Channel, state: Night) -> CouncilInFull:
        body_of = next((one for one in state.definition.councils if one.id == asked), None)
        if body_of is None:
            raise HTTPException(404, f"{asked} is not a council of this night.")
        return council_state(state, council_as_it_stands(state, body_of))

    return await _answer(request, f"council {asked}", make)


async def _answer(request: Request, name: str, make: Callable[[Channel, Channel, Night], object]) -> Response:
    """What is made of the night in the address, at the moment of ``?at=`` if it names one. The newest state is known
    by the night's seq; that of a moment, at which a replay has other events each time it plays, by its content."""
    whole, state = await found(request)
    then, tag = whole, etag(whole)
    if moment := moment_of(request):
        await moments.make_at(whole, moment)
        then, tag = moments.at(whole, moment), ""
        assert then.night is not None, "a night begins with its opening"
        await make_councils(then)
        state = then.night
    content = then.cached(f"feeds: {name}", lambda: body(msgspec.json.encode(make(whole, then, state))))
    await content.compress_beside(coding(request.headers))
    return for_any_site(answer(request, content, JSON, tag or content.etag, SHARED))


async def found(request: Request) -> tuple[Channel, Night]:
    """The night in the address, compared with the baseline in its query; 404 if there is no such night or baseline."""
    channel = await channel_of(request)
    await make_councils(channel)
    assert channel.night is not None, "a channel shows once its night is opened"
    return channel, channel.night
