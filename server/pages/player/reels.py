"""Where the player of a past night asks for its frames. The clock is in the browser, so that each viewer has one."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.access import allows, everyone
from server.election.numbers import written
from server.html.address import channel_of, is_known_now, number, topic_of
from server.html.answers import HTML, JSON, answer
from server.live import moments as past
from server.live.bodies import Body, body
from server.live.channel import Channel


@allows(everyone)
async def frame(request: Request) -> Response:
    """``/nights/{night}/frame?after=57&seq=412``: what brings a page from one seq to another, or to the newest;
    ``&contest=``, ``&lang=`` and ``&baseline=`` as for the push, ``&known=now`` with corrections resolved."""
    channel = _channel(request)
    after, seq = number(request, "after"), number(request, "seq") if "seq" in request.query_params else channel.seq
    try:
        message = body(past.frame(channel, topic_of(request, channel), after, seq))
    except IndexError:
        raise HTTPException(404, f"This night has no event {seq}.") from None
    return _answer(request, message, HTML)


@allows(everyone)
async def reel(request: Request) -> Response:
    """``/nights/{night}/reel/{part}``: sixteen frames, each of which brings a page one moment on, as a JSON list."""
    channel, part = _channel(request), request.path_params["part"]
    asked = written(part)
    try:
        frames = past.reel(channel, topic_of(request, channel), -1 if asked is None else asked)
    except IndexError:
        raise HTTPException(404, f"This night has no reel {part}.") from None
    return _answer(request, frames, JSON)


def _channel(request: Request) -> Channel:
    found = channel_of(request)
    return past.as_known_now(found) if is_known_now(request) else found


def _answer(request: Request, content: Body, media_type: str) -> Response:
    return answer(request, content, media_type, content.etag)


routes: list[BaseRoute] = [
    Route("/nights/{night}/frame", frame),
    Route("/nights/{night}/reel/{part}", reel),
]
