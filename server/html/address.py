"""What the address of a page says besides the night: a moment, an edition. Read from a request, written into links."""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode

from markupsafe import escape
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from server.election.clock import LONDON
from server.election.numbers import written
from server.html.languages import Language, wanted
from server.html.process import process
from server.live.channel import NIGHT, Channel

_LANGUAGE = "lang"
_LONGEST_SAID = 80  # characters of what somebody asked for
_A_YEAR = 365 * 24 * 3600
_NOTHING: Mapping[str, str] = {}


def kept(state: Mapping[str, str], more: Mapping[str, str] = _NOTHING) -> str:
    """What a link to another page of the night takes along: ``?baseline=2010&at=…``; "" where there is nothing."""
    found = {name: value for name, value in {**state, **more}.items() if value}
    return "?" + urlencode(found) if found else ""


def staying(page: str, night: str, state: Mapping[str, str]) -> str:
    """A page whose links to others of its night take along a state that its fragments do not know of.

    A link that has an ``at=`` or ``known=`` of its own, be it empty, is left as it is.
    """
    more = escape(kept(state).removeprefix("?"))
    if not more:
        return page

    def link(found: re.Match[str]) -> str:
        address, query = found[1], found[2]
        if re.search(r"[?;](at|known)=", query or ""):
            return found[0]
        return f'href="{address}{query}&amp;{more}' if query else f'href="{address}?{more}'

    return re.sub(rf'href="(/nights/{re.escape(night)}(?=[/?#"])[^?#"]*)(\?[^#"]*)?', link, page)


@lru_cache(maxsize=1024)  # when everybody comes back, most ask for the same
def _query(text: bytes) -> Mapping[str, str]:
    return dict(parse_qsl(text.decode("latin-1"), keep_blank_values=True))


def asked(connection: HTTPConnection, name: str) -> str:
    """What the query of an address says by a name, "" where nothing. Starlette's own way takes four times as long."""
    return _query(connection.scope["query_string"]).get(name, "")


def baseline_of(connection: HTTPConnection) -> str:
    """The key of the baseline that was chosen; "" for the night's own."""
    return asked(connection, "baseline")


def language_of(connection: HTTPConnection) -> Language:
    """The language that was asked for, now (``?lang=``) or before, else the one that the browser likes best."""
    asked = (connection.query_params.get(_LANGUAGE), connection.cookies.get(_LANGUAGE))
    return wanted(asked, connection.headers.get("accept-language", ""))


def channel_of(connection: HTTPConnection, language: Language | None = None) -> Channel:
    """The night of an address, on air or past, in its edition; HTTPException 404 with a sentence.

    Everything that asks for a night asks here. Pages are in the reader's ``language``; what has none, or has been told
    by the page that asks, is in that of ``?lang=``.
    """
    spoken = language or wanted((asked(connection, _LANGUAGE),), "")
    baseline = baseline_of(connection)
    hub = process(connection).hub
    try:
        found = hub.find(connection.path_params["night"], spoken.code, baseline)
    except LookupError:
        sentence = spoken.gettext("This night cannot be compared with %(baseline)s.") % {"baseline": repr(baseline)}
        raise HTTPException(404, sentence) from None
    if found is None:
        raise HTTPException(404, spoken.gettext("There is no such night, on air or past."))
    return found


def topic_of(connection: HTTPConnection, channel: Channel) -> str:
    """Which page of a night the push is asked for: its own, or what ``?contest=`` names; HTTPException 404 where that
    is no page of it."""
    topic = asked(connection, "contest") or NIGHT
    if not channel.has(topic):
        raise HTTPException(404, f"This night has no page {topic[:_LONGEST_SAID]!r}.")
    return topic


def number(connection: HTTPConnection, name: str) -> int:
    """A whole number from the query of an address, 0 if it is none."""
    return written(asked(connection, name)) or 0


def moment_of(request: Request) -> datetime | None:
    """The moment of ``?at=``, in London's time where it names no offset; HTTPException 400 if it is none."""
    text = request.query_params.get("at")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.year not in range(1900, 2200):  # years that every clock has
        sentence = language_of(request).gettext("%(text)s is not a time like 2019-12-13T03:40.") % {"text": repr(text)}
        raise HTTPException(400, sentence)
    return moment if moment.tzinfo else moment.replace(tzinfo=LONDON)


def is_known_now(request: Request) -> bool:
    """Whether figures are asked for as they are known now, ``?known=now``, and not as they were known then."""
    return request.query_params.get("known") == "now"


def in_language(request: Request, response: Response) -> Response:
    """A page with what says that it depends on the reader's language, and a choice of it remembered."""
    language = language_of(request)
    response.headers["Content-Language"] = language.tag
    response.headers["Vary"] = "Accept-Encoding, Accept-Language, Cookie"
    own = request.headers.get("sec-fetch-dest", "document") == "document"  # not a frame in somebody else's page
    if own and request.query_params.get(_LANGUAGE) == language.code:
        response.set_cookie(_LANGUAGE, language.code, max_age=_A_YEAR, samesite="lax", httponly=True)
    return response
