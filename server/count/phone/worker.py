"""The service worker of the officers' phones, at an address from which it may serve /count. No session, no page."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from server.access import allows, everyone
from server.html.answers import answer
from server.live.bodies import body

_FILE = Path(__file__).resolve().parents[3] / "web" / "static" / "count-worker.js"
_WORKER = body(_FILE.read_bytes())


@allows(everyone)
async def worker(request: Request) -> Response:
    """``GET /count/worker.js``: what opens the form again without a network; browsers ask each time for a newer one."""
    response = answer(request, _WORKER, "text/javascript; charset=utf-8", _WORKER.etag)
    response.headers["Service-Worker-Allowed"] = "/count"
    return response
