"""Where a browser asks for what it has missed: over a websocket, or by polling where those are blocked."""

from typing import cast

from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket

from server.answers import HTML, Body, answer, body
from server.live.channel import EVENTS, Channel
from server.live.hub import Hub
from server.live.protocol import line_of

NIGHT = "night"


async def live(websocket: WebSocket) -> None:
    """``/nights/{night}/live?after={seq}``: what was missed, then what comes; ``&contest=`` for another page than the
    night's, ``&lang=`` and ``&baseline=`` for an edition of it.

    Of a night that is over nothing comes: the line is closed with 1000, on which a page opens itself anew.
    """
    channel = channel_of(websocket)
    if isinstance(channel, Response):
        await websocket.send_denial_response(channel)
        return
    as_json = "json" in websocket.scope["subprotocols"]
    topic = EVENTS if as_json else topic_of(websocket)
    await websocket.accept(subprotocol="json" if as_json else None)
    line = line_of(websocket)
    line.audience = channel.join(line, topic, number(websocket, "after"))
    if not channel.on_air:
        line.end()


async def poll(request: Request) -> Response:
    """The same message over HTTP; 304 with the ETag of the seq where nothing is new, 204 where nothing was missed, 205
    ("reset the view", RFC 9110) of a night that is over."""
    channel = channel_of(request)
    if isinstance(channel, Response):
        return channel
    if not channel.on_air:
        return Response(status_code=205, headers={"Cache-Control": "no-store"})
    topic, after = topic_of(request), number(request, "after")
    message = channel.missed(topic, after)
    if message is None and request.headers.get("if-none-match") != etag(channel):
        return Response(status_code=204, headers={"ETag": etag(channel), "Cache-Control": "no-cache"})
    text = message.payload if message else b""
    content = channel.cached(f"poll {topic} {after}", lambda: body(text))
    return answer(request, cast(Body, content), HTML, etag(channel))


def etag(channel: Channel) -> str:
    """The ETag of everything shown of a night as it stands: its seq, and which edition it is."""
    return f'"{channel.seq}-{channel.edition}"' if channel.edition else f'"{channel.seq}"'


def channel_of(request: Request | WebSocket) -> Channel | Response:
    """The night of an address in its edition, or what is answered where there is none."""
    hub: Hub = request.state.hub
    asked = request.query_params
    try:
        found = hub.find(request.path_params["night"], asked.get("lang", ""), asked.get("baseline", ""))
    except LookupError as error:
        return Response(str(error), 404, media_type="text/plain")
    return found or Response("There is no such night.", 404, media_type="text/plain")


def topic_of(request: Request | WebSocket) -> str:
    """Which page of the night is meant."""
    return request.query_params.get("contest") or NIGHT


def number(request: Request | WebSocket, name: str) -> int:
    """A whole number from the address, 0 if it is none."""
    return whole_number(request.query_params.get(name, ""))


def whole_number(text: str, otherwise: int = 0) -> int:
    """What a text of an address says, if it is a number."""
    return int(text) if text.isdecimal() and len(text) < 16 else otherwise
