"""The files a page needs, read and compressed once, under names that change with their content. No templates."""

import mimetypes
from functools import cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.access import allows, everyone
from server.html.answers import answer
from server.live.bodies import Body

_FOLDER = Path(__file__).resolve().parent.parent.parent / "web" / "static"


@cache
def _file(name: str) -> tuple[str, Body, str]:
    path = (_FOLDER / name).resolve()
    if not path.is_relative_to(_FOLDER) or not path.is_file():
        raise FileNotFoundError(name)
    content = path.read_bytes()
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    made = Body(content, lasting=True)
    return made.etag.strip('"'), made, media_type


def static(name: str) -> str:
    """The address of a file below web/static, with its content's hash in it; FileNotFoundError if it is not there."""
    return f"/static/{_file(name)[0]}/{name}"


@allows(everyone)
async def static_file(request: Request) -> Response:
    """``/static/{hash}/{name}``: kept by browsers for a year, since another content has another name."""
    try:
        digest, content, media_type = _file(request.path_params["name"])
    except FileNotFoundError:
        raise HTTPException(404, "There is no such file.") from None
    fresh = request.path_params["digest"] == digest
    cache_for = "public, max-age=31536000, immutable" if fresh else "no-cache"
    return answer(request, content, media_type, content.etag, cache_for)


routes: list[BaseRoute] = [Route("/static/{digest}/{name:path}", static_file)]
