"""Where a browser asks for what it has missed: over a websocket, or by polling where websockets are blocked."""

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from server.access import allows, everyone
from server.html.address import asked, channel_of, number, topic_of
from server.html.answers import HTML, answer, etag
from server.html.make import is_of_another_make
from server.html.process import process
from server.html.swaps import stood
from server.live.channel import Channel
from server.live.frames import BEAT
from server.live.line import line_of
from server.live.memory.bodies import body
from server.live.renderer import EVENTS
from server.live.slices import make_texts

_MUCH = 32  # events


@allows(everyone)
async def live(websocket: WebSocket) -> None:
    """``/nights/{night}/live?after={seq}``: everything after that seq, then news as it comes.

    ``&contest=`` asks for another page than the night's own, ``&lang=`` and ``&baseline=`` for an edition of it. If the
    night is over, or ``&made=`` names another version of the pages, the line is closed with code 1000, on which the
    page reloads itself.
    """
    channel = await channel_of(websocket)
    as_json = "json" in websocket.scope["subprotocols"]
    topic = EVENTS if as_json else topic_of(websocket, channel)
    if not is_of_another_make(websocket):
        await _make(channel, topic, _after(websocket, channel))
        channel = await channel_of(websocket)  # the night may have begun anew meanwhile
    await websocket.accept(subprotocol="json" if as_json else None)
    line = line_of(websocket.scope)
    if is_of_another_make(websocket):
        line.end()
        return
    line.audience = channel.join(line, topic, _after(websocket, channel), line.end)
    if line.greeting and not as_json and not cut_off(websocket):  # no line is live for a page that has brought nothing
        line.write(BEAT)


@allows(everyone)
async def poll(request: Request) -> Response:
    """``/nights/{night}/live`` over HTTP: the message with everything after a seq.

    304 if the ``If-None-Match`` is the present ETag, 204 if nothing was missed, 205 ("reset the view", RFC 9110,
    15.3.6) if the night is over or ``&made=`` names another version of the pages. 503 if nobody here can know whether
    something was missed, because this process does not hear Redis.
    """
    channel = await channel_of(request)
    if not channel.on_air or is_of_another_make(request):
        return Response(status_code=205, headers={"Cache-Control": "no-store"})
    topic = topic_of(request, channel)
    await _make(channel, topic, _after(request, channel))
    channel = await channel_of(request)  # the night may have begun anew meanwhile
    message, tag = channel.missed(topic, _after(request, channel)), etag(channel)
    if message is None and cut_off(request):
        return Response(status_code=503, headers={"Retry-After": "5", "Cache-Control": "no-store"})
    if channel.history.closed:  # since the close of poll there may be news without an event
        tag = f'{tag[:-1]}-closed"'
    if message is None and request.headers.get("if-none-match") != tag:
        return Response(status_code=204, headers={"ETag": tag, "Cache-Control": "no-cache"})
    text = message.payload if message else b""
    return answer(request, channel.cached(("poll", text), lambda: body(text)), HTML, tag)


def cut_off(connection: HTTPConnection) -> bool:
    """Whether this process hears nothing from Redis, so that it must not say of a page that it is up to date."""
    return bool(process(connection).hub.waits)


def _after(connection: HTTPConnection, channel: Channel) -> int:
    """The seq that a page has; 0 if that was another event than this night has there: it began anew, perhaps while
    nobody here had shown it."""
    after, of = number(connection, "after"), asked(connection, "of")
    is_here = 0 < after <= channel.seq and of == stood(channel.events[after - 1].at)
    return after if is_here or not of else 0


async def _make(channel: Channel, topic: str, after: int) -> None:
    """Make in slices what somebody is sent who missed much of a page, once for all of them."""
    night, name = channel.night, ("made", topic)
    if topic == EVENTS or night is None or channel.seq - after < _MUCH or channel.has_cached(name):
        return
    shown = [fragment for fragment in channel.fragments if topic in channel.renderer.topics(night, fragment)]
    await make_texts(channel, shown)
    channel.cached(name, lambda: True)


routes: list[BaseRoute] = [
    WebSocketRoute("/nights/{night}/live", live),
    Route("/nights/{night}/live", poll),
]
