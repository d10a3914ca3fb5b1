"""The people who enter results and run the night: invitations, the officers' phones, the desk, an API. No rules of a
result."""

from typing import Any

from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.routing import BaseRoute, Route

from server.count.api import post_declaration
from server.count.declaring import correct, declare, drop, receipt, withdraw
from server.count.entering import back_to_form, form, sheet, stage, state, verify
from server.count.signing_in import invitation, start, welcome
from server.settings import Settings

_SESSION_SECONDS = 24 * 3600
_FORMS = {
    "sheet": sheet,
    "verification": verify,
    "stage": stage,
    "declare": declare,
    "correction": correct,
    "correction/drop": drop,
    "withdrawal": withdraw,
}


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
    *(("POST", f"/count/{name}", endpoint) for name, endpoint in _FORMS.items()),
    *(("GET", f"/count/{name}", back_to_form) for name in _FORMS),
)


def routes(settings: Settings) -> list[BaseRoute]:
    """The officers' pages and the desk's, each with a session of its own that the settings' key signs; and the API,
    which needs none."""
    session = _session(settings, "count")
    return [
        *(Route(path, endpoint, methods=[method], middleware=session) for method, path, endpoint in _COUNT),
        Route("/api/nights/{night}/contests/{ballot}/declaration", post_declaration, methods=["POST"]),
    ]


def _session(settings: Settings, area: str) -> list[Middleware]:
    return [
        Middleware(
            SessionMiddleware,
            secret_key=settings.secret_key,
            session_cookie=area,
            path=f"/{area}",
            max_age=_SESSION_SECONDS,
            https_only=settings.public_url.startswith("https:"),
        )
    ]
