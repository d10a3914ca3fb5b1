"""A director's page: what waits to be shown on overlays, and which banners are; one browser leads, others follow."""

from typing import Annotated

from limits import RateLimitItemPerMinute
from msgspec import DecodeError, Meta, Struct, ValidationError
from msgspec.json import decode
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from server.access import allows, everyone
from server.html.address import channel_of
from server.html.errors import Full
from server.html.process import process
from server.html.rates import address, limit
from server.html.shown import shown_by
from server.live.frames import Message
from server.live.leading import now, told
from server.live.line import in_a_task, line_of
from server.pages.around.page import page
from server.pages.newsroom import screens
from server.pages.newsroom.choices import answer, screen, seconds

_BEGINNING = RateLimitItemPerMinute(30, namespace="director-address")
_MOVING = RateLimitItemPerMinute(900, namespace="director-code")
_UNCACHED = {"Cache-Control": "no-store"}
_GONE = "Nobody leads overlays by this code."
_Banner = Annotated[str, Meta(pattern="^[A-Za-z0-9._-]{1,120}$")]


class Shows(Struct, frozen=True, forbid_unknown_fields=True):
    """What a director sends: the ids of the banners that overlays show, for how many seconds at most, 0 until they are
    told otherwise, and a number that grows."""

    shows: Annotated[tuple[_Banner, ...], Meta(max_length=6)]
    seconds: Annotated[int, Meta(ge=0, le=600)] = 0
    number: Annotated[int, Meta(ge=0, lt=1 << 53)] = 1


class Showing(Struct, frozen=True):
    """The same, as overlays are told, and since when."""

    shows: tuple[str, ...]
    seconds: int
    since: int


@allows(everyone)
async def director(request: Request) -> Response:
    """``/nights/{night}/director?seconds=8``: the page of who directs overlays."""
    shown, stays = await shown_by(request), seconds(request)

    def make() -> str:
        context = screen(shown, ("banners",), stays)
        return page(shown, "newsroom/director.html", screens.OVERLAY, {}, None, **context, view="newsroom")

    return await answer(request, shown, f"director {stays}", make)


@allows(everyone)
async def begin(request: Request) -> Response:
    """``POST /nights/{night}/director``: a new director, as a ``code`` for overlays and a ``token`` to lead them by."""
    channel, one = await channel_of(request), process(request)
    assert channel.night is not None
    sent = await _sent(request)
    await limit(request, _BEGINNING, address(request))
    begun = await one.directing.begin(channel.night.definition.id, _showing(sent))
    if begun is None:
        raise Full("directors", "Too many overlays are led at present. Please try again in an hour.", 3600)
    return JSONResponse({"code": begun[0], "token": begun[1]}, 201, _UNCACHED)


@allows(everyone)
async def move(request: Request) -> Response:
    """``PUT /directors/{code}`` with ``Authorization: Bearer {token}``: overlays show that now; 403 for who does not
    lead them, 404 if nobody does."""
    code, sent = request.path_params["code"], await _sent(request)
    await limit(request, _MOVING, code)
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    match await process(request).directing.move(code, token, sent.number, _showing(sent)):
        case "another's":
            raise HTTPException(403, "Another browser leads these overlays.")
        case "gone":
            raise HTTPException(404, _GONE)
        case "moved":
            pass
    return Response(status_code=204, headers=_UNCACHED)


@allows(everyone)
async def live(websocket: WebSocket) -> None:
    """``/directors/{code}`` as a websocket: which banners are shown, then each change, as JSON. Where nobody leads it
    says so and is closed with code 1000."""
    await in_a_task()
    directing = process(websocket).directing
    led = await directing.find(websocket.path_params["code"])
    await websocket.accept()
    line = line_of(websocket.scope)
    if led:
        line.audience = directing.join(line, led)
    else:
        line.write(Message(told(None)).plain)
        line.end()


@allows(everyone)
async def stands(request: Request) -> Response:
    """``/directors/{code}``: which banners are shown, as the websocket says it."""
    led = await process(request).directing.find(request.path_params["code"])
    if led is None:
        raise HTTPException(404, _GONE)
    return Response(told(led), media_type="application/json", headers=_UNCACHED)


async def _sent(request: Request) -> Shows:
    try:
        return decode(await request.body(), type=Shows)
    except (DecodeError, ValidationError) as error:
        raise HTTPException(400, f"That is nothing to show: {error}.") from None


def _showing(sent: Shows) -> Showing:
    return Showing(sent.shows, sent.seconds, now())


routes: list[BaseRoute] = [
    Route("/nights/{night}/director", director),
    Route("/nights/{night}/director", begin, methods=["POST"]),
    Route("/directors/{code}", stands),
    Route("/directors/{code}", move, methods=["PUT"]),
    WebSocketRoute("/directors/{code}", live),
]
