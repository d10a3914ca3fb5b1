"""The headers that tell browsers what a page may load, who may show it and who may keep it. Every answer has them."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


def policy(ancestors: str = "'none'") -> str:
    """What browsers let a page load (Content-Security-Policy), and whose pages may show it in a frame."""
    loads = "default-src 'self'; img-src 'self' data:; connect-src 'self' ws: wss:"
    return f"{loads}; base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}"


_OF_FILES = ((b"x-content-type-options", b"nosniff"),)  # a file needs no other headers, and a page loads ten files
_HEADERS = (
    *_OF_FILES,
    (b"content-security-policy", policy().encode()),
    (b"referrer-policy", b"same-origin"),
    (b"cache-control", b"no-store"),  # refusals and redirects, which some caches would keep by themselves
)
_OF_HTTPS = (b"strict-transport-security", b"max-age=31536000")  # a year, of this host alone


class SecurityHeaders:
    """Adds the headers that tell browsers about scripts, frames and types, unless an answer has them already.

    ``https``: the site is on HTTPS; otherwise a request that came by it tells so, as a trusted proxy says.
    """

    def __init__(self, app: ASGIApp, https: bool = False) -> None:
        self.app = app
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message["headers"]}
                file = scope["path"].startswith("/static/") and message["status"] in (200, 304)
                ours = _OF_FILES if file else _HEADERS
                if not file and (self._https or scope["scheme"] == "https"):
                    ours = (*ours, _OF_HTTPS)
                message["headers"] = [*message["headers"], *(pair for pair in ours if pair[0] not in given)]
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)
