"""The events of a night as they are stored: lines of JSON up to now, or an event stream that stays open for more."""

import asyncio
from collections.abc import AsyncGenerator, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from server.access import allows, everyone
from server.election.events import AnyEvent
from server.election.numbers import written
from server.feeds.api import found
from server.html.answers import SHARED, answer, coding, etag, for_any_site
from server.html.errors import Full
from server.html.process import process
from server.live.channel import Channel
from server.live.line import has_a_place
from server.live.memory.bodies import Body, body
from server.stream import codec

NDJSON = "application/x-ndjson"
EVENT_STREAM = "text/event-stream"
# The HTML standard advises a comment line this often, for proxies that drop idle connections.
_BEAT_SECONDS = 15.0
_PIECE = 8 * 1024  # bytes, of which a reader who reads nothing has one waiting here


@allows(everyone)
async def events(request: Request) -> Response:
    """``/api/nights/{night}/events?after={seq}``: the events after a seq, as NDJSON.

    With ``Accept: text/event-stream`` new events follow as they come; a browser that connects again sends the seq as
    Last-Event-ID. 400 if the seq is not a whole number.
    """
    channel, _ = await found(request)
    if EVENT_STREAM in request.headers.get("accept", ""):
        return for_any_site(_stream(request, channel))
    lines, tag = _lines(channel, _after(request, channel)), etag(channel)
    await lines.compress_beside(coding(request.headers))
    response = answer(request, lines, NDJSON, tag, SHARED)
    response.headers["Vary"] = "Accept, Accept-Encoding"
    return for_any_site(response)


def _lines(channel: Channel, after: int) -> Body:
    """The events after a seq as NDJSON. Only the whole night is cached: those who ask often ask for few events."""
    if after:
        return body(_joined(channel.events[after:]))
    return channel.cached("feeds: events", lambda: body(_joined(channel.events)))


def _joined(events: list[AnyEvent]) -> bytes:
    return b"".join(codec.encode(event) + b"\n" for event in events)


def _after(request: Request, channel: Channel) -> int:
    """The seq to go on from. It is 0, for everything, if the seq asked for does not exist yet: then it is from a night
    of the same id that was replaced."""
    text = request.headers.get("last-event-id") or request.query_params.get("after") or "0"
    after = written(text)
    if after is None:
        raise HTTPException(400, "after must be the seq of an event: a whole number, 0 for everything.")
    return int(channel.history.trusted(after))


def _stream(request: Request, channel: Channel) -> Response:
    hub = process(request).hub
    after = _after(request, channel)
    headers = {"Cache-Control": "no-store", "Vary": "Accept", "X-Accel-Buffering": "no"}
    if not channel.on_air and after == channel.seq:
        return Response(status_code=204, headers=headers)  # 204 tells a browser not to connect again
    if request.method == "HEAD":
        return Response(headers=headers, media_type=EVENT_STREAM)
    if not has_a_place(request.scope):
        sentence = "Too many watch here at the moment. Please ask without text/event-stream, or again in a while."
        raise Full("no place", sentence, 10)
    night: str = request.path_params["night"]
    return StreamingResponse(
        live(channel, after, lambda: hub.find(night) is channel, lambda: hub.ending),
        headers=headers,
        media_type=EVENT_STREAM,
    )


async def live(
    channel: Channel,
    after: int,
    goes_on: Callable[[], bool],
    ending: Callable[[], bool],
    beat: float = _BEAT_SECONDS,
) -> AsyncGenerator[bytes]:
    """Server-sent events: those after a seq, then each as it comes. The stream of a past night ends with its last
    event.

    ``goes_on`` says whether this channel is still the night's, ``ending`` whether the server is stopping; ``beat`` is
    the time between comment lines, in seconds. A slow reader holds nothing up: the next events are taken from the
    channel only after the last ones have been sent.
    """
    changed = asyncio.Event()
    unwatch = channel.watch(changed.set)
    try:
        yield b": the events of a night, id is seq\n\n"
        while True:
            changed.clear()
            if channel.seq > after:
                news, after = channel.events[after:], channel.seq
                for event in news:
                    told = channel.lasting.get(("told", event.seq), lambda event=event: _message(event))
                    for first in range(0, len(told), _PIECE):  # an opening has half a megabyte
                        yield told[first : first + _PIECE]
            elif not channel.on_air or ending():  # after a restart a client goes on from its last id
                return
            elif not goes_on():
                yield b"id: 0\n\n"  # the night was taken off air: a client that connects again gets everything
                return
            else:
                try:
                    async with asyncio.timeout(beat):
                        await changed.wait()
                except TimeoutError:
                    yield b": still here\n\n"
    finally:
        unwatch()


def _message(event: AnyEvent) -> bytes:
    return b"id: %d\ndata: %s\n\n" % (event.seq, codec.encode(event))
