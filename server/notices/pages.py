"""Where a browser says of which seats it is told when it is closed, and the two files that it needs for that."""

from functools import cache

from limits import RateLimitItemPerMinute
from msgspec.json import encode
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
from server.html.led import UNCACHED, sent
from server.html.process import process
from server.html.rates import address, limit
from server.html.root import rooted
from server.html.sent import NoticesEnded, NoticesWanted
from server.live.channel import Channel
from server.live.memory.bodies import Body, body
from server.settings import ROOT
from server.stream.cursors.subscriptions import Subscriptions

_FILE = ROOT / "web" / "static" / "notices-worker.js"
_SENDING = RateLimitItemPerMinute(60, namespace="notices-address")  # a school's or hall's phones share an address
_WRONG = "That is no subscription"


@allows(everyone)
async def put(request: Request) -> Response:
    """``PUT /nights/{night}/notices``: tell this browser of these seats until the night is over. 204; 400 for what
    cannot be sent to, 409 for a past night."""
    channel = await _channel(request)
    if not channel.on_air:
        raise HTTPException(409, "This night is over: there is nothing to be told of.")
    assert channel.night is not None
    wanted = await sent(request, NoticesWanted, _WRONG)
    known = {count.contest.slug for count in channel.night.counts.values()}
    seats = tuple(seat for seat in dict.fromkeys(wanted.seats) if seat in known)
    one = Subscription(wanted.endpoint, wanted.keys.p256dh, wanted.keys.auth, wanted.lang, seats, channel.seq)
    try:
        check(one, process(request).settings.webhook_networks)
    except Refused as refused:
        raise HTTPException(400, refused.sentence) from None
    kept = Subscriptions(process(request).stream)
    if not await kept.put(channel.night.definition.id, one.id, encode(one) if seats else b"", seats):
        raise Full("notices", "As many browsers are told of this night as there is room for.", 3600)
    return Response(status_code=204, headers=UNCACHED)


@allows(everyone)
async def end(request: Request) -> Response:
    """``DELETE /nights/{night}/notices``: forget this browser."""
    channel, ended = await _channel(request), await sent(request, NoticesEnded, _WRONG)
    assert channel.night is not None
    one = Subscription(ended.endpoint, "", "", "", ())
    await Subscriptions(process(request).stream).forget(channel.night.definition.id, one.id)
    return Response(status_code=204, headers=UNCACHED)


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


routes: list[BaseRoute] = [
    Route("/nights/{night}/notices", put, methods=["PUT"]),
    Route("/nights/{night}/notices", end, methods=["DELETE"]),
    Route("/notices.js", worker),
    Route("/manifest.webmanifest", manifest),
]
