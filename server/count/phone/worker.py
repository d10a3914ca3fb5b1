"""The service worker of the officers' phones, at an address from which browsers let it serve /count."""

from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from server.access import allows, everyone
from server.html.answers import answer
from server.html.root import rooted
from server.live.memory.bodies import Body, body

_FILE = Path(__file__).resolve().parents[3] / "web" / "static" / "count-worker.js"


@cache
def _worker() -> Body:
    return body(_FILE.read_bytes())


@allows(everyone)
async def worker(request: Request) -> Response:
    """``GET /count/worker.js``: the script that opens the form again without a network. Browsers check for a newer one
    at each visit."""
    content = _worker()
    response = answer(request, content, "text/javascript; charset=utf-8", content.etag)
    response.headers["Service-Worker-Allowed"] = rooted("/count")
    return response
