"""The service worker of the officers' phones, at an address from which browsers let it serve /count."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from server.access import allows, everyone
from server.html.answers import answer
from server.html.root import rooted
from server.live.bodies import body

_FILE = Path(__file__).resolve().parents[3] / "web" / "static" / "count-worker.js"
_WORKER = body(_FILE.read_bytes())


@allows(everyone)
async def worker(request: Request) -> Response:
    """``GET /count/worker.js``: the script that opens the form again without a network. Browsers check for a newer one
    at each visit."""
    response = answer(request, _WORKER, "text/javascript; charset=utf-8", _WORKER.etag)
    response.headers["Service-Worker-Allowed"] = rooted("/count")
    return response
