"""Where a browser says of which seats it is told when it is closed, and the two files that it needs for that."""

from functools import cache
from typing import Annotated, TypeVar

from limits import RateLimitItemPerMinute
from msgspec import DecodeError, Meta, Struct, ValidationError
from msgspec.json import decode, encode
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from server.access import allows, everyone
from server.election.refusals import Refused
from server.hooks.web_push import Subscription, check
from server.html.address import channel_of
from server.html.answers import answer
from server.html.errors import Full
from server.html.process import process
from server.html.rates import address, limit
from server.html.root import rooted
from server.live.bodies import Body, body
from server.live.channel import Channel
from server.settings import ROOT
from server.stream.cursors.subscriptions import Subscriptions

_FILE = ROOT / "web" / "static" / "notices-worker.js"
_SENDING = RateLimitItemPerMinute(60, namespace="notices-address")  # a school's or hall's phones share an address
_UNCACHED = {"Cache-Control": "no-store"}
_T = TypeVar("_T")
_Address = Annotated[str, Meta(min_length=12, max_length=1000)]
_Key = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{16,120}$")]


class Keys(Struct, frozen=True):
    """The keys of a browser's subscription, as browsers name them."""

    p256dh: _Key
    auth: _Key


class Sent(Struct, frozen=True):
    """What a browser sends: its subscription, and which seats, by slug; none of them ends it."""

    endpoint: _Address
    keys: Keys
    seats: Annotated[tuple[str, ...], Meta(max_length=50)]
    lang: Annotated[str, Meta(max_length=8)] = "en"


class Ended(Struct, frozen=True):
    """What a browser sends that is not to be told any more."""

    endpoint: _Address


@allows(everyone)
async def put(request: Request) -> Response:
    """``PUT /nights/{night}/notices``: tell this browser of these seats until the night is over. 204; 400 for what
    cannot be sent to, 409 for a past night."""
    channel = await _channel(request)
    if not channel.on_air:
        raise HTTPException(409, "This night is over: there is nothing to be told of.")
    assert channel.night is not None
    sent = await _decoded(request, Sent)
    known = {count.contest.slug for count in channel.night.counts.values()}
    seats = tuple(seat for seat in dict.fromkeys(sent.seats) if seat in known)
    one = Subscription(sent.endpoint, sent.keys.p256dh, sent.keys.auth, sent.lang, seats, channel.seq)
    try:
        check(one, process(request).settings.webhook_networks)
    except Refused as refused:
        raise HTTPException(400, refused.sentence) from None
    kept = Subscriptions(process(request).stream)
    if not await kept.put(channel.night.definition.id, one.id, encode(one) if seats else b"", seats):
        raise Full("notices", "As many browsers are told of this night as there is room for.", 3600)
    return Response(status_code=204, headers=_UNCACHED)


@allows(everyone)
async def end(request: Request) -> Response:
    """``DELETE /nights/{night}/notices``: forget this browser."""
    channel, sent = await _channel(request), await _decoded(request, Ended)
    assert channel.night is not None
    one = Subscription(sent.endpoint, "", "", "", ())
    await Subscriptions(process(request).stream).forget(channel.night.definition.id, one.id)
    return Response(status_code=204, headers=_UNCACHED)


@cache
def _worker() -> Body:
    return body(_FILE.read_bytes())


@allows(everyone)
async def worker(request: Request) -> Response:
    """``GET /notices.js``: the script that a closed browser runs when it is told something. It does nothing else."""
    content = _worker()
    return answer(request, content, "text/javascript; charset=utf-8", content.etag)


@allows(everyone)
async def manifest(request: Request) -> Response:
    """``GET /manifest.webmanifest``: with it an iPhone lets a page on its Home Screen be told. It opens the page that
    was added."""
    _on(request)
    content = {"name": "Declared", "short_name": "Declared", "display": "standalone", "scope": rooted("/")}
    return JSONResponse(content, headers={"Cache-Control": "no-cache"}, media_type="application/manifest+json")


def _on(request: Request) -> None:
    if not process(request).settings.push_contact:
        raise HTTPException(404, "Nobody is told here when the browser is closed.")


async def _channel(request: Request) -> Channel:
    _on(request)
    await limit(request, _SENDING, address(request))
    return await channel_of(request)


async def _decoded(request: Request, kind: type[_T]) -> _T:
    try:
        return decode(await request.body(), type=kind)
    except (DecodeError, ValidationError) as error:
        raise HTTPException(400, f"That is no subscription: {error}.") from None


routes: list[BaseRoute] = [
    Route("/nights/{night}/notices", put, methods=["PUT"]),
    Route("/nights/{night}/notices", end, methods=["DELETE"]),
    Route("/notices.js", worker),
    Route("/manifest.webmanifest", manifest),
]
