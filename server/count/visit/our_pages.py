"""Whether a form, or a websocket, comes from a page of ours, and fits."""

import secrets
from typing import Any

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request

from server.election.limits import LONGEST_FIELD
from server.election.texts.said import say
from server.html.address import host_in
from server.html.errors import Titled
from server.html.process import process

_TYPED = frozenset(
    (
        *("address", "asker", "boxes", "bundle", "contests", "expected", "explanation", "given", "issued", "lines"),
        *("name", "of", "papers", "phone", "pin", "postal_boxes", "reason", "speaker", "tables", "text", "who", "why"),
    )
)
_TYPED_OF_MANY = ("bundles.", "draft.", "loose.", "note.", "paper.", "reason.", "rejected.", "text.", "votes.")


def csrf(request: Request) -> str:
    """The secret that this session's forms must send back, made when first needed."""
    session: dict[str, Any] = request.session
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(16)
    return session["csrf"]


async def from_our_page(request: Request) -> None:
    """Refuse (403) a form that another site sent, or whose secret is not this session's."""
    if not is_same_site(request):
        raise HTTPException(403, say("That form came from another site. Nothing was sent."))
    form = await request.form()
    must_fit(form)
    sent = form.get("csrf")
    known = str(request.session.get("csrf", ""))
    opened, ours = request.headers.get("origin", ""), process(request).settings.public_url
    if not known and opened.startswith("http:") and ours.startswith("https:"):
        sentence = say(
            "This page was opened at %(opened)s, where no browser stays signed in. Nothing was sent. Open the same "
            "link at %(ours)s.",
            opened=opened,
            ours=ours,
        )
        raise Titled(403, say("Not at this address"), sentence)
    if not known and "cookie" not in request.headers:
        sentence = say(
            "This browser sent no cookie, and without one nobody stays signed in. Nothing was sent. Allow cookies for "
            "this site, and open the link again."
        )
        raise Titled(403, say("Cookies are off"), sentence)
    if not isinstance(sent, str) or not known or not secrets.compare_digest(sent.encode(), known.encode()):
        sentence = say(
            "That page is from before this phone signed in. Nothing was sent; what was typed is kept. Go back and open "
            "the page again."
        )
        raise HTTPException(403, sentence)


def must_fit(form: FormData) -> None:
    """Refuse (400) a hidden field longer than our pages send. Fields that people type in are checked elsewhere, and
    their refusal stands beside the field."""
    for name, value in form.multi_items():
        typed = name in _TYPED or name.startswith(_TYPED_OF_MANY)
        if len(name) > LONGEST_FIELD or (not typed and isinstance(value, str) and len(value) > LONGEST_FIELD):
            raise HTTPException(400, say("That is longer than anything our pages send. Nothing was sent."))


def is_same_site(connection: HTTPConnection) -> bool:
    """Whether a browser says that a request comes from our own site, or says nothing."""
    settings = process(connection).settings
    origin, site = connection.headers.get("origin"), connection.headers.get("sec-fetch-site")
    ours = {connection.headers.get("host"), host_in(settings.public_url)}
    return (origin is None or host_in(origin) in ours) and site in (None, "none", "same-origin")
