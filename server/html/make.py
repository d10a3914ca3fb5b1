"""Whether an open page is of the make that this program serves: after an update it would not fit what it is sent."""

import hashlib
from functools import cache
from pathlib import Path

from starlette.requests import HTTPConnection

from server.html.address import asked

_ROOT = Path(__file__).resolve().parent.parent.parent
_MADE_OF = ("server/html", "server/pages", "web/messages", "web/static", "web/templates")
_SUFFIXES = (".py", ".po", ".js", ".css", ".html")


@cache
def make() -> str:
    """The make of the pages, for their addresses of the push: a hash of all that makes them, besides the night."""
    told = hashlib.sha256()
    for folder in _MADE_OF:
        for path in sorted((_ROOT / folder).rglob("*")):
            if path.suffix in _SUFFIXES:
                told.update(path.read_bytes())
    return told.hexdigest()[:6]


def is_of_another_make(connection: HTTPConnection) -> bool:
    """Whether the page that asks was made by another version of the program. It then reloads itself, on code 1000 or on
    205. Who names no make, such as a program, is sent what there is."""
    made = asked(connection, "made")
    return made != "" and made != make()
