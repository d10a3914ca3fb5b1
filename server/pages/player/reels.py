"""Where the player of a past night asks for its frames. The clock is in the browser, so each viewer has their own."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.access import allows, everyone
from server.election.numbers import written
from server.html.address import channel_of, is_known_now, know_baselines, number, topic_of
from server.html.answers import HTML, JSON, SHARED, answer
from server.html.process import process
from server.html.rates import turn
from server.live import moments
from server.live.channel import Channel
from server.live.memory.bodies import Body, body
from server.nights.against import opened

_APART = {"rows": "row", "hexagons": "hex"}  # the name in an address → the kind of fragment


@allows(everyone)
async def frame(request: Request) -> Response:
    """``/nights/{night}/frame?after=57&seq=412``: the frame that takes a page from one seq to another.

    Without ``seq`` it goes to the newest. ``&rows=`` and ``&hexagons=`` are the seqs at which the page's rows and
    hexagons stand, where that is not ``after``: so a page can leave out for now what nobody sees of it. ``&contest=``,
    ``&lang=`` and ``&baseline=`` are as for the push; ``&known=now`` asks for figures as they are known now.
    HTTPException 404 if the night has no such event.
    """
    channel = await _channel(request)
    after, seq = number(request, "after"), number(request, "seq") if "seq" in request.query_params else channel.seq
    topic = topic_of(request, channel)
    apart = {kind: number(request, name) for name, kind in _APART.items() if name in request.query_params}
    try:
        async with turn(request):
            await moments.make_frame(channel, topic, after, seq, apart)
            message = body(moments.frame(channel, topic, after, seq, apart))
    except IndexError:
        raise HTTPException(404, f"This night has no event {seq}.") from None
    return _answer(request, message, HTML)


@allows(everyone)
async def reel(request: Request) -> Response:
    """``/nights/{night}/reel/{part}``: sixteen frames as a JSON list; each takes a page on by one moment.

    HTTPException 404 if the night has no such reel.
    """
    channel, part = await _channel(request), request.path_params["part"]
    asked = written(part)
    try:
        async with turn(request):
            frames = await moments.reel(channel, topic_of(request, channel), -1 if asked is None else asked)
    except IndexError:
        raise HTTPException(404, f"This night has no reel {part}.") from None
    return _answer(request, frames, JSON)


async def _channel(request: Request) -> Channel:
    channel = await channel_of(request)
    assert channel.night is not None, "a channel shows once its night is opened"
    await know_baselines(process(request).hub, opened(channel.night.definition))
    return moments.as_known_now(channel) if is_known_now(request) else channel


def _answer(request: Request, content: Body, media_type: str) -> Response:
    return answer(request, content, media_type, content.etag, SHARED)


routes: list[BaseRoute] = [
    Route("/nights/{night}/frame", frame),
    Route("/nights/{night}/reel/{part}", reel),
]
