"""The public record of a night, to download."""

from starlette.requests import Request
from starlette.responses import Response

from server.access import allows, everyone
from server.feeds.api import found
from server.feeds.events import NDJSON
from server.html.answers import SHARED, answer, etag, for_any_site
from server.live.memory.bodies import body
from server.nights.kept import RECORD
from server.stream.record import written


@allows(everyone)
async def download(request: Request) -> Response:
    """``/api/nights/{night}/record``: every event with the head of the record after it, one a line."""
    channel, night = await found(request)
    content = channel.cached("feeds: record", lambda: body(b"".join(written(channel.events))))
    response = answer(request, content, NDJSON, etag(channel), SHARED)
    response.headers["Content-Disposition"] = f'attachment; filename="{night.definition.id}{RECORD}"'
    return for_any_site(response)
