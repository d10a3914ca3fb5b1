"""What leads others by a code, a clock or a director, over HTTP: how it is moved, and how it is followed. No pages."""

from typing import TypeVar

from msgspec import Struct
from msgspec.json import decode
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket

from server.live.frames import Message
from server.live.leading import Leading, told
from server.live.line import in_a_task, line_of
from server.stream.codec import NOT_JSON

UNCACHED = {"Cache-Control": "no-store"}
_Sent = TypeVar("_Sent")


async def sent(request: Request, kind: type[_Sent], wrong: str) -> _Sent:
    """What a leader sends; HTTPException 400, which begins with the sentence ``wrong``, for what is no such thing."""
    try:
        return decode(await request.body(), type=kind)
    except NOT_JSON as error:
        raise HTTPException(400, f"{wrong}: {error}.") from None


async def moved(request: Request, leading: Leading, number: int, says: Struct, sentences: tuple[str, str]) -> Response:
    """The answer to a move by who has the token; HTTPException 403 or 404, with the first or second of the
    ``sentences``, for who does not lead it, and where nobody does."""
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    match await leading.move(request.path_params["code"], token, number, says):
        case "another's":
            raise HTTPException(403, sentences[0])
        case "gone":
            raise HTTPException(404, sentences[1])
        case "moved":
            return Response(status_code=204, headers=UNCACHED)


async def stood(request: Request, leading: Leading, gone: str) -> Response:
    """What was said last, as JSON; HTTPException 404 where nobody leads."""
    led = await leading.find(request.path_params["code"])
    if led is None:
        raise HTTPException(404, gone)
    return Response(told(led), media_type="application/json", headers=UNCACHED)


async def followed(websocket: WebSocket, leading: Leading) -> None:
    """Tell a websocket what was said last, then each change. Where nobody leads it says so and is closed with code
    1000."""
    await in_a_task()
    led = await leading.find(websocket.path_params["code"])
    await websocket.accept()
    line = line_of(websocket.scope)
    if led:
        line.audience = leading.join(line, led)
    else:
        line.write(Message(told(None)).plain)
        line.end()
