"""A director's page: what waits to be shown on overlays, and which banners are; one browser leads, others follow."""

from limits import RateLimitItemPerMinute
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from server.access import allows, everyone
from server.html.address import channel_of
from server.html.errors import Full
from server.html.led import UNCACHED, followed, moved, sent, stood
from server.html.process import process
from server.html.rates import address, limit
from server.html.sent import DirectorShows
from server.html.shown import shown_by
from server.live.leading import now
from server.pages.around.page import page
from server.pages.newsroom import screens
from server.pages.newsroom.choices import answer, choices, screen, seconds

_BEGINNING = RateLimitItemPerMinute(30, namespace="director-address")
_MOVING = RateLimitItemPerMinute(900, namespace="director-code")
_WRONG = "That is nothing to show"
_ANOTHERS, _GONE = "Another browser leads these overlays.", "Nobody leads overlays by this code."


class Showing(Struct, frozen=True):
    """What a director shows, as it is kept: since when, in milliseconds since 1970."""

    shows: tuple[str, ...]
    seconds: int
    since: int


@allows(everyone)
async def director(request: Request) -> Response:
    """``/nights/{night}/director?seconds=8``: the page of who directs overlays; with what people said where
    ``show=banners,reactions`` asks for it, as an overlay, so that what waits here is what overlays can show."""
    shown, stays, voiced = await shown_by(request), seconds(request), "reactions" in choices(request).parts

    def make() -> str:
        context = screen(shown, ("banners",), stays)
        return page(
            shown, "newsroom/director.html", screens.OVERLAY, {}, None, None, **context, view="newsroom", voiced=voiced
        )

    return await answer(request, shown, f"director {stays} {voiced}", make)


@allows(everyone)
async def begin(request: Request) -> Response:
    """``POST /nights/{night}/director``: a new director, as a ``code`` for overlays and a ``token`` to lead them by."""
    channel, one = await channel_of(request), process(request)
    assert channel.night is not None
    wanted = await sent(request, DirectorShows, _WRONG)
    await limit(request, _BEGINNING, address(request))
    begun = await one.directing.begin(channel.night.definition.id, _showing(wanted))
    if begun is None:
        raise Full("directors", "Too many overlays are led at present. Please try again in an hour.", 3600)
    return JSONResponse({"code": begun[0], "token": begun[1]}, 201, UNCACHED)


@allows(everyone)
async def lead(request: Request) -> Response:
    """``PUT /directors/{code}`` with ``Authorization: Bearer {token}``: overlays show that now; 403 for who does not
    lead them, 404 if nobody does."""
    wanted = await sent(request, DirectorShows, _WRONG)
    await limit(request, _MOVING, request.path_params["code"])
    return await moved(request, process(request).directing, wanted.number, _showing(wanted), (_ANOTHERS, _GONE))


@allows(everyone)
async def live(websocket: WebSocket) -> None:
    """``/directors/{code}`` as a websocket: which banners are shown, then each change, as JSON. Where nobody leads it
    says so and is closed with code 1000."""
    await followed(websocket, process(websocket).directing)


@allows(everyone)
async def stands(request: Request) -> Response:
    """``/directors/{code}``: which banners are shown, as the websocket says it."""
    return await stood(request, process(request).directing, _GONE)


def _showing(wanted: DirectorShows) -> Showing:
    return Showing(wanted.shows, wanted.seconds, now())


routes: list[BaseRoute] = [
    Route("/nights/{night}/director", director),
    Route("/nights/{night}/director", begin, methods=["POST"]),
    Route("/directors/{code}", stands),
    Route("/directors/{code}", lead, methods=["PUT"]),
    WebSocketRoute("/directors/{code}", live),
]
