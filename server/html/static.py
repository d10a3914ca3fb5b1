"""The files a page needs, read and compressed once, under names that change with their content. No templates."""

import mimetypes
import os
from functools import cache
from pathlib import Path

from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.access import allows, everyone
from server.html.answers import answer
from server.live.bodies import Body

_FOLDER = Path(__file__).resolve().parent.parent.parent / "web" / "static"


class _File(Struct, frozen=True):
    """``digest`` is of its content."""

    content: Body
    media_type: str

    @property
    def digest(self) -> str:
        return self.content.etag.strip('"')


@cache
def _files() -> dict[str, _File]:
    """Every file below web/static by its one name, as it is when it is first asked for one.

    An address is only looked up here, so that no other way to write a name is ever found, made or kept.
    """
    found: dict[str, _File] = {}
    for folder, _, names in os.walk(_FOLDER, followlinks=True):
        for path in (Path(folder, name) for name in names):
            media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            found[path.relative_to(_FOLDER).as_posix()] = _File(Body(path.read_bytes(), lasting=True), media_type)
    return found


def static(name: str) -> str:
    """The address of a file below web/static, with its content's hash in it; KeyError if it is not there."""
    return f"/static/{_files()[name].digest}/{name}"


def compress() -> None:
    """Compress every file, before anybody waits for it: a tenth of a second in all, which a thread may take."""
    for file in _files().values():
        file.content.compress()


@allows(everyone)
async def static_file(request: Request) -> Response:
    """``/static/{hash}/{name}``: kept by browsers for a year, since another content has another name."""
    file = _files().get(request.path_params["name"])
    if file is None:
        raise HTTPException(404, "There is no such file.")
    fresh = request.path_params["digest"] == file.digest
    cache_for = "public, max-age=31536000, immutable" if fresh else "no-cache"
    return answer(request, file.content, file.media_type, file.content.etag, cache_for)


routes: list[BaseRoute] = [Route("/static/{digest}/{name:path}", static_file)]
