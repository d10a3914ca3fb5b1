"""A photograph of the result sheet, as a file of its own. Which of them are seen the night's events say."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.access import allows, everyone
from server.election.nights import Night
from server.html.process import process
from server.html.shown import shown_by
from server.live.memory.memo import MEMO
from server.nights.photos.kept import photo_in

# For a minute, because the desk can hide one; the same address never has another picture.
_CACHE = "public, max-age=60"
KEPT = MEMO.shelf()


@allows(everyone)
async def photo(request: Request) -> Response:
    """``/nights/{night}/contests/{ballot}/photos/{photo}.jpg``: named by the hash of the file, which is a JPEG and
    nothing else. 404 if the desk has hidden it."""
    shown = await shown_by(request)
    count, name = shown.count(request.path_params["ballot"]), request.path_params["photo"]
    if all(one.sha256 != name for one in count.seen):
        raise HTTPException(404, "There is no such photograph, or the desk has hidden it.")
    headers = {"ETag": f'"{name}"', "Cache-Control": _CACHE, "Content-Disposition": "inline"}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    data = KEPT.find(name) or await _found(request, shown.night, name)
    if data is None:
        raise HTTPException(404, "That photograph is not kept here.")
    return Response(KEPT.get(name, lambda: data), headers=headers, media_type="image/jpeg")


async def _found(request: Request, night: Night, name: str) -> bytes | None:
    """The file: of a night on air in Redis, of a past one in the folder of kept nights; a replay has its night's."""
    this = process(request)
    for one in filter(None, (night.definition.id, night.definition.replay_of)):
        here = await asyncio.to_thread(photo_in, this.kept.folder, one, name)
        if data := here or await this.photos.get(one, name):
            return data
    return None
