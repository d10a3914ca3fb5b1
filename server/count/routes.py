"""The addresses of the count: of the officers' phones, the desk, those who run the place, and the API for programs. No
answers here."""

from contextlib import suppress
from typing import Any

from starlette.routing import BaseRoute, Route, WebSocketRoute

from server.count import agents, boxes, desk, hooks, people, photos, setup, tables
from server.count.boxes.sent_by_program import post_boxes
from server.count.declaration_api import post_declaration
from server.count.phone.again import again
from server.count.phone.declaring import confirm, correct, declare, drop, receipt, withdraw
from server.count.phone.entering import back_to_form, form, sheet, stage, state, take_back, verify
from server.count.phone.script import script
from server.count.phone.worker import worker
from server.count.visit.sessions import sessions
from server.count.visit.signing_in import invitation, start, welcome
from server.live.hub import Hub
from server.settings import Settings
from server.stream.clock import now
from server.stream.codec import UnknownEvent
from server.stream.events import StreamUnavailable
from server.stream.submit import Submitter

_FORMS = {
    "sheet": sheet,
    "again": again,
    "verification": verify,
    "stage": stage,
    "stage/back": take_back,
    "declare": declare,
    "correction": correct,
    "correction/drop": drop,
    "change": confirm,
    "withdrawal": withdraw,
    **boxes.FORMS,
    **tables.FORMS,
    **agents.FORMS,
    **people.FORMS,
    **photos.FORMS,
}
_PAGES = boxes.PAGES | tables.PAGES | agents.PAGES | people.PAGES


def _sign_in(area: str) -> tuple[tuple[str, str, Any], ...]:
    return (
        ("GET", f"/{area}/invitation", welcome),
        ("GET", f"/{area}/invitation/{{token}}", invitation),
        ("POST", f"/{area}/invitation/{{token}}", start),
    )


_COUNT = (
    *_sign_in("count"),
    ("GET", "/count", form),
    ("GET", "/count/state", state),
    ("GET", "/count/receipt", receipt),
    ("GET", "/count/script", script),
    *(("POST", f"/count/{name}", endpoint) for name, endpoint in _FORMS.items()),
    *(("GET", path, endpoint) for path, endpoint in _PAGES.items()),
    *(("GET", f"/count/{name}", back_to_form) for name in _FORMS if f"/count/{name}" not in _PAGES),
)

_DESK_FORMS = (
    desk.FORMS | boxes.DESK_FORMS | tables.DESK_FORMS | hooks.DESK_FORMS | people.DESK_FORMS | photos.DESK_FORMS
)
_DESK_PAGES = desk.PAGES | boxes.DESK_PAGES | tables.DESK_PAGES | hooks.DESK_PAGES | people.DESK_PAGES
_DESK = (
    *_sign_in("desk"),
    *(("GET", path, endpoint) for path, endpoint in _DESK_PAGES.items()),
    *(("POST", f"/desk/{name}", endpoint) for name, endpoint in _DESK_FORMS.items()),
    *(("GET", f"/desk/{name}", desk.back) for name in _DESK_FORMS if f"/desk/{name}" not in _DESK_PAGES),
)

_ADMIN = (
    *_sign_in("admin"),
    *(("GET", path, endpoint) for path, endpoint in setup.PAGES.items()),
    *(("POST", path, endpoint) for path, endpoint in setup.FORMS.items()),
)


async def send_out(hub: Hub, submitter: Submitter) -> None:
    """Send out, on every night, what a process recorded and did not send out before it ended."""
    for night in list(hub.channels):
        with suppress(StreamUnavailable, UnknownEvent):  # the next page that somebody opens at the count tries again
            await submitter.send_out(night, now())


def routes(settings: Settings) -> list[BaseRoute]:
    """All routes of the count. The officers' pages, the desk's and the admins' each have a session cookie of their
    own, signed with the settings' secret key; the API has none."""
    session, desk_session, admin_session = (sessions(settings, area) for area in ("count", "desk", "admin"))
    return [
        *(Route(path, endpoint, methods=[method], middleware=session) for method, path, endpoint in _COUNT),
        *(Route(path, endpoint, methods=[method], middleware=desk_session) for method, path, endpoint in _DESK),
        *(Route(path, endpoint, methods=[method], middleware=admin_session) for method, path, endpoint in _ADMIN),
        WebSocketRoute("/desk/live", desk.live, middleware=desk_session),
        Route("/count/worker.js", worker),
        Route("/api/nights/{night}/contests/{ballot}/declaration", post_declaration, methods=["POST"]),
        Route("/api/nights/{night}/contests/{ballot}/boxes", post_boxes, methods=["POST"]),
    ]
