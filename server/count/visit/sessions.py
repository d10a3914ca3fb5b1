"""The session cookies of phones, desks and those who run the place: one for each area, signed with Redis's time."""

import json
from base64 import b64encode
from typing import Any

from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp

from server.count.visit.signed import Signer
from server.html.root import rooted
from server.settings import Settings

_SESSION_SECONDS = 24 * 3600


class _Sessions(SessionMiddleware):
    """Starlette's sessions, signed with Redis's time."""

    def __init__(self, app: ASGIApp, secret_key: str, **options: Any) -> None:
        super().__init__(app, secret_key, **options)
        self.signer = Signer(secret_key)


def sessions(settings: Settings, area: str) -> list[Middleware]:
    """The middleware that gives routes below ``/{area}`` their session."""
    return [
        Middleware(
            _Sessions,
            secret_key=settings.secret_key,
            session_cookie=area,
            path=rooted(f"/{area}"),
            max_age=_SESSION_SECONDS,
            https_only=_is_https(settings),
        )
    ]


def begin_session(response: Response, settings: Settings, area: str, session: dict[str, Any]) -> None:
    """Begin a session in another area than that of the request; ``session`` is all that it holds."""
    signed = Signer(settings.secret_key).sign(b64encode(json.dumps(session).encode())).decode()
    response.set_cookie(
        area,
        signed,
        max_age=_SESSION_SECONDS,
        path=rooted(f"/{area}"),
        secure=_is_https(settings),
        httponly=True,
        samesite="lax",
    )


def _is_https(settings: Settings) -> bool:
    return settings.public_url.startswith("https:")
