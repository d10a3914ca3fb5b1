"""Where a clock of a past night is begun, moved and followed: one browser leads it, others show the same moment."""

from urllib.parse import urlencode

from limits import RateLimitItemPerMinute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from server.access import allows, everyone
from server.election.clock import LONDON
from server.html.address import asked, channel_of, in_language, language_of
from server.html.errors import Full
from server.html.led import UNCACHED, followed, moved, sent, stood
from server.html.process import process
from server.html.rates import address, limit
from server.html.sent import ClockMove
from server.html.templates import rendered
from server.live.leading import Stands, moment, now

_BEGINNING = RateLimitItemPerMinute(30, namespace="clock-address")  # a school's classes share an address
_MOVING = RateLimitItemPerMinute(900, namespace="clock-code")
_WRONG = "That is no move of a clock"
_ANOTHERS, _GONE = "Another browser leads this clock.", "Nobody leads a clock of this code."


@allows(everyone)
async def begin(request: Request) -> Response:
    """``POST /nights/{night}/clock``: a new clock, as its ``code``, its ``token`` and the ``address`` of followers."""
    channel, one = await channel_of(request), process(request)
    assert channel.night is not None
    if channel.on_air:
        raise HTTPException(409, "A night on air has one clock for all.")
    move = await sent(request, ClockMove, _WRONG)
    await limit(request, _BEGINNING, address(request))
    begun = await one.leading.begin(channel.night.definition.id, _stands(move))
    if begun is None:
        raise Full("clocks", "Too many clocks are led at present. Please try again in an hour.", 3600)
    code, token = begun
    content = {"code": code, "token": token, "address": f"{one.settings.public_url}/follow/{code}"}
    return JSONResponse(content, 201, UNCACHED)


@allows(everyone)
async def lead(request: Request) -> Response:
    """``PUT /clocks/{code}`` with ``Authorization: Bearer {token}``: the clock stands there now; 403 for who does not
    lead it, 404 if there is none."""
    move = await sent(request, ClockMove, _WRONG)
    await limit(request, _MOVING, request.path_params["code"])
    return await moved(request, process(request).leading, move.number, _stands(move), (_ANOTHERS, _GONE))


@allows(everyone)
async def live(websocket: WebSocket) -> None:
    """``/clocks/{code}`` as a websocket: where the clock stands, then each of its moves, as JSON. Where there is none
    it says so and is closed with code 1000."""
    await followed(websocket, process(websocket).leading)


@allows(everyone)
async def stands(request: Request) -> Response:
    """``/clocks/{code}``: where the clock stands, as the websocket says it."""
    return await stood(request, process(request).leading, _GONE)


@allows(everyone)
async def follow(request: Request) -> Response:
    """``/follow/{code}``: leads to the night of a clock, at its moment; ``/follow?code=`` for who types it."""
    code = request.path_params.get("code") or asked(request, "code")
    led = await process(request).leading.find(code) if code else None
    if led:
        at = moment(led).astimezone(LONDON).replace(microsecond=0).isoformat()
        query = urlencode({"at": at, "led": led.code} | ({"lang": lang} if (lang := asked(request, "lang")) else {}))
        return in_language(request, RedirectResponse(f"/nights/{led.night}?{query}", 303, UNCACHED))
    html = rendered("follow.html", language_of(request), code=code)
    return in_language(request, Response(html, 404 if code else 200, UNCACHED, "text/html"))


def _stands(move: ClockMove) -> Stands:
    return Stands(move.at, now(), move.pace, move.plays)


routes: list[BaseRoute] = [
    Route("/nights/{night}/clock", begin, methods=["POST"]),
    Route("/clocks/{code}", stands),
    Route("/clocks/{code}", lead, methods=["PUT"]),
    WebSocketRoute("/clocks/{code}", live),
    Route("/follow", follow),
    Route("/follow/{code}", follow),
]
