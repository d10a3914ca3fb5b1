"""Which pages the public can open, taken from the application's own routes: none can be forgotten."""

import http.client
import json
from collections.abc import Iterator

from starlette.routing import Route

from server.app import build_app
from server.settings import Settings
from tests.bench.looked_at import BY_ELECTION, COMING, EARLY, GENERAL, HALF, SINGLE, WHOLE
from tests.bench.program import Program

_NIGHTS = (HALF, EARLY, WHOLE, COMING, SINGLE, GENERAL, BY_ELECTION)
_AREAS = ("count", "desk", "admin")  # not the public's
_SEAT = "parl.aldershot.2019-12-12"


def pages(one: Program) -> list[str]:
    """The addresses of all pages that a viewer opens: those of a night and of a contest in each of its states, the
    others in the middle of a night."""
    app = build_app(Settings(redis_url=one.redis_url, secret_key=one.secret))
    routes = [route.path for route in app.routes if isinstance(route, Route) and "GET" in (route.methods or ())]
    code = _clock(one)
    found = [address for path in routes if path.split("/")[1] not in _AREAS for address in _addresses(path, code)]
    return [address for address in found if _is_page(one, address)]


def _addresses(path: str, code: str) -> Iterator[str]:
    if "{night}" not in path:
        yield path.replace("{code}", code)
    elif path in ("/nights/{night}", "/nights/{night}/contests/{ballot}"):
        for night in _NIGHTS:
            yield _filled(path, night)
    else:
        yield _filled(path, HALF)


def _filled(path: str, night: str) -> str:
    seat = BY_ELECTION if night in (SINGLE, BY_ELECTION) else _SEAT
    return path.replace("{night}", night).replace("{ballot}", seat)


def _clock(one: Program) -> str:
    """The code of a clock that leads other screens through a past night."""
    move = {"at": 1_576_200_000_000, "pace": 60, "plays": False}
    return json.loads(_asked(one, "POST", f"/nights/{GENERAL}/clock", json.dumps(move))[1])["code"]


def _is_page(one: Program, address: str) -> bool:
    status, body = _asked(one, "GET", address)
    return status == 200 and body.lstrip()[:15].lower() == b"<!doctype html>"


def _asked(one: Program, method: str, path: str, body: str = "") -> tuple[int, bytes]:
    line = http.client.HTTPConnection("127.0.0.1", one.port, timeout=60)
    line.request(method, path, body or None, {"Content-Type": "application/json"} if body else {})
    answer = line.getresponse()
    try:
        return answer.status, answer.read()
    finally:
        line.close()
