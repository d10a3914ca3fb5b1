"""Where on its host the site begins: the path of PUBLIC_URL, which the address of everything in it begins with.

The program itself knows no such path: it is taken off each request, and put before each address that goes out. Where an
attribute of a template has an address, ``="/``, ``html/templates.py`` does that; elsewhere ``rooted`` does, and not for
redirects.
"""

from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_prefix = ""


def begin_at(prefix: str) -> None:
    """Have every address of this process begin with a path like ``/results``, or with nothing."""
    global _prefix
    _prefix = prefix


def rooted(path: str) -> str:
    """The address of a path of this site, as a browser must ask for it."""
    return _prefix + path


class Root:
    """Takes the prefix off a request, if the proxy in front has left it there, and puts it before a redirect.

    A redirect names no host: what the request said of it may be a proxy's, or anybody's.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_to_its_place(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                if place := headers.get("location"):
                    headers["location"] = rooted(urlsplit(place)._replace(scheme="", netloc="").geturl())
                    message["headers"] = headers.raw
            await send(message)

        path: str = scope.get("path", "")
        if _prefix and f"{path}/".startswith(f"{_prefix}/"):
            scope["path"] = path[len(_prefix) :] or "/"
            scope["raw_path"] = scope["raw_path"][len(_prefix) :] or b"/"
        # Starlette redirects an address with a slash too many, and one of a file without a name to that with a slash.
        is_moved = _prefix or path.endswith("/") or path.startswith("/static/")
        await self.app(scope, receive, send_to_its_place if is_moved and scope["type"] == "http" else send)
