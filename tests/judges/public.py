"""Which pages the public can open, taken from the application's own routes: none can be forgotten."""

import http.client
from collections.abc import Iterator

from starlette.routing import Route

from server.app import build_app
from server.pages.newsroom.menu import TASKS
from server.settings import Settings
from tests.bench.looked_at import BY_ELECTION, COMING, EARLY, GENERAL, HALF, SINGLE, WHOLE
from tests.bench.program import Program

_COUNCILS = "local.2025-05-01"
_NIGHTS = (HALF, EARLY, WHOLE, COMING, SINGLE, GENERAL, BY_ELECTION, _COUNCILS)
_AREAS = ("count", "desk", "admin")  # not the public's
_SEAT, _DIVISION = "parl.aldershot.2019-12-12", "local.kent.ashford-central.2025-05-01"


def pages(one: Program) -> list[str]:
    """The addresses of all pages that a viewer opens: those of a night and of a contest in each of its states, the
    others in the middle of a night."""
    app = build_app(Settings(redis_url=one.redis_url, secret_key=one.secret))
    routes = [route.path for route in app.routes if isinstance(route, Route) and "GET" in (route.methods or ())]
    found = [address for path in routes if path.split("/")[1] not in _AREAS for address in _addresses(path)]
    return [address for address in found if _is_page(one, address)]


def _addresses(path: str) -> Iterator[str]:
    if path in ("/nights/{night}", "/nights/{night}/contests/{ballot}"):
        for night in _NIGHTS:
            yield _filled(path, night)
    elif path == "/nights/{night}/contests":
        yield from (_filled(path, HALF), _filled(path, _COUNCILS))
    elif "{task}" in path:
        for task in TASKS:
            yield _filled(path.replace("{task}", task), HALF)
    else:
        yield _filled(path, _COUNCILS if "{body}" in path else HALF)


def _filled(path: str, night: str) -> str:
    seat = {SINGLE: BY_ELECTION, BY_ELECTION: BY_ELECTION, _COUNCILS: _DIVISION}.get(night, _SEAT)
    return path.replace("{night}", night).replace("{ballot}", seat).replace("{body}", "local.kent")


def _is_page(one: Program, address: str) -> bool:
    line = http.client.HTTPConnection("127.0.0.1", one.port, timeout=60)
    line.request("GET", address)
    answer = line.getresponse()
    try:
        is_shown = answer.status == 200 and not answer.getheader("Content-Disposition")
        return is_shown and answer.read(15).lower() == b"<!doctype html>"
    finally:
        line.close()
