"""What the address of a page says besides the night: a moment, an edition. Read from a request, written into links."""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urlsplit

from markupsafe import escape
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from server.election.clock import LONDON
from server.election.contests import Definition
from server.election.numbers import written
from server.html.languages import Language, wanted
from server.html.process import process
from server.html.root import rooted
from server.live.channel import Channel
from server.live.hub import Hub
from server.live.line import in_a_task
from server.live.renderer import NIGHT
from server.nights import polls
from server.nights.against import are_known, baselines, opened

_LANGUAGE = "lang"
_LONGEST_REMEMBERED = 200  # bytes of a query; our own are shorter, and a stranger's must not fill the memory
_SPOKEN = "declared.language"  # of a request's scope: it is asked for several times
_LONGEST_QUOTED = 80  # characters of a topic that a refusal repeats
_A_YEAR = 365 * 24 * 3600
_NOTHING: Mapping[str, str] = {}


def kept(state: Mapping[str, str], more: Mapping[str, str] = _NOTHING) -> str:
    """The query that a link to another page of the night takes along: ``?baseline=2010&at=…``, or "" if it is empty.

    Parameters without a value are left out.
    """
    query = {name: value for name, value in {**state, **more}.items() if value}
    return "?" + urlencode(query) if query else ""


def staying(page: str, night: str, state: Mapping[str, str]) -> str:
    """The HTML of a page, with a state added to each of its links to pages of the same night.

    Fragments are rendered without ``at`` and ``known``, because the push shares them among all viewers: so their links
    get both here. A link that has an ``at=`` or ``known=`` of its own, even an empty one, is left as it is.
    """
    more = escape(kept(state).removeprefix("?"))
    if not more:
        return page

    def link(match: re.Match[str]) -> str:
        address, query = match[1], match[2]
        if re.search(r"[?;](at|known)=", query or ""):
            return match[0]
        return f'href="{address}{query}&amp;{more}' if query else f'href="{address}?{more}'

    return re.sub(rf'href="({rooted("/nights/")}{re.escape(night)}(?=[/?#"])[^?#"]*)(\?[^#"]*)?', link, page)


def _parsed(text: bytes) -> Mapping[str, str]:
    return dict(parse_qsl(text.decode("latin-1"), keep_blank_values=True))


_remembered = lru_cache(maxsize=1024)(_parsed)  # when all viewers reconnect at once, most of them ask for the same


def asked(connection: HTTPConnection, name: str) -> str:
    """The value of a query parameter, "" if the address does not have it.

    Starlette's own ``query_params`` takes four times as long.
    """
    query: bytes = connection.scope["query_string"]
    return (_remembered if len(query) <= _LONGEST_REMEMBERED else _parsed)(query).get(name, "")


def baseline_of(connection: HTTPConnection) -> str:
    """The key of the baseline that the address chooses; "" for the night's own."""
    return asked(connection, "baseline")


def without_reactions(connection: HTTPConnection) -> bool:
    """Whether the address leaves out what people said: ``?reactions=no``."""
    return asked(connection, "reactions") == "no"


def language_of(connection: HTTPConnection) -> Language:
    """The language of ``?lang=``, else of the cookie of an earlier choice, else the one that the browser likes best."""
    spoken: Language | None = connection.scope.get(_SPOKEN)
    if spoken is None:
        chosen = (asked(connection, _LANGUAGE), connection.cookies.get(_LANGUAGE))
        spoken = connection.scope[_SPOKEN] = wanted(chosen, connection.headers.get("accept-language", ""))
    return spoken


async def channel_of(connection: HTTPConnection, language: Language | None = None) -> Channel:
    """The night of an address, on air or past, in the edition that the address asks for.

    Every request for a night finds it here. Pages pass the reader's ``language``. The push, the player and the API pass
    none: they are answered in the language of ``?lang=``, which the page that asks has put there. What takes long is
    made in a thread, the first time.

    HTTPException 404, with a sentence, if there is no such night or it cannot be compared with that baseline; 503 if
    this process cannot show the night.
    """
    spoken = language or wanted((asked(connection, _LANGUAGE),), "")
    baseline = baseline_of(connection)
    hub, night = process(connection).hub, connection.path_params["night"]
    if night in hub.off:
        raise HTTPException(503, spoken.gettext("This night cannot be shown at the moment. Please try again later."))
    if night not in hub.channels and night not in hub.past_nights:
        if connection.scope["type"] == "websocket":
            await in_a_task()
        await hub.past_nights.open(night)
    if baseline and (whole := hub.find(night)) and whole.night:
        await know_baselines(hub, opened(whole.night.definition))
    try:
        channel = hub.find(night, spoken.code, baseline)
    except LookupError:
        sentence = spoken.gettext("This night cannot be compared with %(baseline)s.") % {"baseline": repr(baseline)}
        raise HTTPException(404, sentence) from None
    if channel is None:
        raise HTTPException(404, spoken.gettext("There is no such night, on air or past."))
    return channel


async def know_baselines(hub: Hub, definition: Definition) -> None:
    """Have the archive's elections read that a night and its seats are compared with; the first time in a thread."""
    if not are_known(definition):
        await hub.beside.make(("baselines", id(definition)), lambda: (polls.know(), baselines(definition)))


def topic_of(connection: HTTPConnection, channel: Channel) -> str:
    """The page of a night that the push is asked for: the one ``?contest=`` names, else the night's own.

    HTTPException 404 if the night has no such page.
    """
    topic = asked(connection, "contest") or NIGHT
    if not channel.has(topic):
        raise HTTPException(404, f"This night has no page {topic[:_LONGEST_QUOTED]!r}.")
    return topic


def number(connection: HTTPConnection, name: str) -> int:
    """A whole number from the query of an address, 0 if it is missing or not a whole number."""
    return written(asked(connection, name)) or 0


def moment_of(request: Request) -> datetime | None:
    """The moment of ``?at=``, in London's time if it names no offset, None without one.

    HTTPException 400 if it is not a time.
    """
    text = asked(request, "at")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.year not in range(1900, 2200):  # years that every time zone can convert
        sentence = language_of(request).gettext("%(text)s is not a time like 2019-12-13T03:40.") % {"text": repr(text)}
        raise HTTPException(400, sentence)
    return moment if moment.tzinfo else moment.replace(tzinfo=LONDON)


def is_known_now(request: Request) -> bool:
    """Whether ``?known=now`` asks for figures as they are known now, and not as they were known at that moment."""
    return asked(request, "known") == "now"


def in_language(request: Request, response: Response) -> Response:
    """The response, with headers that say it depends on the reader's language; and a cookie if the reader chose one.

    A choice is a ``?lang=`` that one of our own pages in another language led to, as their choice of languages does. A
    link from elsewhere is in its language and changes no other page, also when it is reloaded or gone back to.
    """
    language = language_of(request)
    response.headers["Content-Language"] = language.tag
    response.headers["Vary"] = "Accept-Encoding, Accept-Language, Cookie"
    if not (chosen := asked(request, _LANGUAGE)):
        return response
    response.headers["Vary"] += ", Sec-Fetch-Dest, Sec-Fetch-Site, Referer"
    if chosen == language.code and _is_chosen_here(request, chosen):
        if response.headers.get("Cache-Control") != "no-store":
            response.headers["Cache-Control"] = "private, no-cache"
        where = rooted("") or "/"
        response.set_cookie(_LANGUAGE, chosen, max_age=_A_YEAR, path=where, samesite="lax", httponly=True)
    return response


def without_language(request: Request) -> str:
    """The query of a request without its language, "?" and all, so that a page can offer itself in another."""
    query = "&".join(part for part in request.url.query.split("&") if part and not part.startswith(f"{_LANGUAGE}="))
    return f"?{query}" if query else ""


def _is_chosen_here(request: Request, language: str) -> bool:
    """Whether a page of ours led here, not as a frame, and was not itself asked for in this language.

    Where browsers trust the address, which is over TLS, they say whose page it was. They say that it was ours too when
    a page is reloaded or gone back to whose own script changed its address: then there is no referrer, or it is the
    page itself.
    """
    headers = request.headers
    worker = headers.get("sec-fetch-mode") == "navigate"  # asks for the officers' phones, and says "empty"
    if headers.get("sec-fetch-dest", "document") not in ("document", *(("empty",) if worker else ())):
        return False
    referrer = request.headers.get("referer", "")
    if f"{_LANGUAGE}={language}" in referrer.partition("?")[2].split("&"):
        return False
    if site := request.headers.get("sec-fetch-site"):
        return site == "same-origin" and referrer != ""
    return host_in(referrer) == request.headers.get("host")


def host_in(address: str) -> str:
    """The host, and port if any, of a whole address that a client sent; "" if it is none."""
    try:
        return urlsplit(address).netloc
    except ValueError:  # "http://[", for example
        return ""
