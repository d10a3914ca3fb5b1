"""The people who enter results: invitation, sign-in, the form on a phone, an API. No rules of a result."""

from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.routing import BaseRoute, Route

from server.count.api import post_declaration
from server.count.entering import back_to_form, change, check, form, receipt, send, stage
from server.count.signing_in import invitation, start, welcome

_SESSION_SECONDS = 24 * 3600
_PAGES = (
    ("GET", "/count/invitation", welcome),
    ("GET", "/count/invitation/{token}", invitation),
    ("POST", "/count/invitation/{token}", start),
    ("GET", "/count", form),
    ("GET", "/count/receipt", receipt),
    ("POST", "/count/check", check),
    ("POST", "/count/change", change),
    ("POST", "/count/declare", send),
    ("POST", "/count/stage", stage),
    *(("GET", f"/count/{name}", back_to_form) for name in ("check", "change", "declare", "stage")),
)


def routes(secret_key: str) -> list[BaseRoute]:
    """The officers' pages, with a session that ``secret_key`` signs, and the API, which needs none."""
    session = [Middleware(SessionMiddleware, secret_key=secret_key, session_cookie="count", max_age=_SESSION_SECONDS)]
    return [
        *(Route(path, endpoint, methods=[method], middleware=session) for method, path, endpoint in _PAGES),
        Route("/api/nights/{night}/contests/{ballot}/declaration", post_declaration, methods=["POST"]),
    ]
