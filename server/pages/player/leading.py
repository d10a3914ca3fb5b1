"""Where a clock of a past night is begun, moved and followed: one browser leads it, others show the same moment."""

from urllib.parse import urlencode

from limits import RateLimitItemPerMinute
from msgspec import DecodeError, Struct, ValidationError
from msgspec.json import decode
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from server.access import allows, everyone
from server.election.clock import LONDON
from server.html.address import asked, channel_of, in_language, language_of
from server.html.errors import Full
from server.html.process import process
from server.html.rates import address, limit
from server.html.templates import rendered
from server.live.frames import Message
from server.live.leading import Stands, moment, now, told
from server.live.line import in_a_task, line_of

_BEGINNING = RateLimitItemPerMinute(30, namespace="clock-address")  # a school's classes share an address
_MOVING = RateLimitItemPerMinute(900, namespace="clock-code")
_UNCACHED = {"Cache-Control": "no-store"}
_GONE = "Nobody leads a clock of this code."


class Move(Struct, frozen=True, forbid_unknown_fields=True):
    """What a leader sends: the night's time in milliseconds since 1970, the pace, whether it plays, and a number that
    grows."""

    at: int
    pace: float
    plays: bool
    number: int = 1


@allows(everyone)
async def begin(request: Request) -> Response:
    """``POST /nights/{night}/clock``: a new clock, as its ``code``, its ``token`` and the ``address`` of followers."""
    channel, one = await channel_of(request), process(request)
    assert channel.night is not None
    if channel.on_air:
        raise HTTPException(409, "A night on air has one clock for all.")
    move = await _move(request)
    await limit(request, _BEGINNING, address(request))
    begun = await one.leading.begin(channel.night.definition.id, _stands(move))
    if begun is None:
        raise Full("clocks", "Too many clocks are led at present. Please try again in an hour.", 3600)
    code, token = begun
    content = {"code": code, "token": token, "address": f"{one.settings.public_url}/follow/{code}"}
    return JSONResponse(content, 201, _UNCACHED)


@allows(everyone)
async def move(request: Request) -> Response:
    """``PUT /clocks/{code}`` with ``Authorization: Bearer {token}``: the clock stands there now; 403 for who does not
    lead it, 404 if there is none."""
    code, sent = request.path_params["code"], await _move(request)
    await limit(request, _MOVING, code)
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    match await process(request).leading.move(code, token, sent.number, _stands(sent)):
        case "another's":
            raise HTTPException(403, "Another browser leads this clock.")
        case "gone":
            raise HTTPException(404, _GONE)
        case "moved":
            pass
    return Response(status_code=204, headers=_UNCACHED)


@allows(everyone)
async def live(websocket: WebSocket) -> None:
    """``/clocks/{code}`` as a websocket: where the clock stands, then each of its moves, as JSON. Where there is none
    it says so and is closed with code 1000."""
    await in_a_task()
    leading = process(websocket).leading
    led = await leading.find(websocket.path_params["code"])
    await websocket.accept()
    line = line_of(websocket.scope)
    if led:
        line.audience = leading.join(line, led)
    else:
        line.write(Message(told(None)).plain)
        line.end()


@allows(everyone)
async def stands(request: Request) -> Response:
    """``/clocks/{code}``: where the clock stands, as the websocket says it."""
    led = await process(request).leading.find(request.path_params["code"])
    if led is None:
        raise HTTPException(404, _GONE)
    return Response(told(led), media_type="application/json", headers=_UNCACHED)


@allows(everyone)
async def follow(request: Request) -> Response:
    """``/follow/{code}``: leads to the night of a clock, at its moment; ``/follow?code=`` for who types it."""
    code = request.path_params.get("code") or asked(request, "code")
    led = await process(request).leading.find(code) if code else None
    if led:
        at = moment(led).astimezone(LONDON).replace(microsecond=0).isoformat()
        query = urlencode({"at": at, "led": led.code} | ({"lang": lang} if (lang := asked(request, "lang")) else {}))
        return in_language(request, RedirectResponse(f"/nights/{led.night}?{query}", 303, _UNCACHED))
    html = rendered("follow.html", language_of(request), code=code)
    return in_language(request, Response(html, 404 if code else 200, _UNCACHED, "text/html"))


async def _move(request: Request) -> Move:
    try:
        sent = decode(await request.body(), type=Move)
    except (DecodeError, ValidationError) as error:
        raise HTTPException(400, f"That is no move of a clock: {error}.") from None
    if not (0 < sent.pace <= 3600 and 0 <= sent.at < 1 << 43 and 0 <= sent.number < 1 << 53):
        raise HTTPException(400, "That is no move of a clock: a number is out of range.")
    return sent


def _stands(move: Move) -> Stands:
    return Stands(move.at, now(), move.pace, move.plays)


routes: list[BaseRoute] = [
    Route("/nights/{night}/clock", begin, methods=["POST"]),
    Route("/clocks/{code}", stands),
    Route("/clocks/{code}", move, methods=["PUT"]),
    WebSocketRoute("/clocks/{code}", live),
    Route("/follow", follow),
    Route("/follow/{code}", follow),
]
