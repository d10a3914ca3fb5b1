"""What the requests of those who run the place share: the drafts, the fields of a form, and a page."""

from msgspec import Raw
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.count.visit.our_pages import csrf
from server.count.visit.rules import visit
from server.count.visit.sending import id_of, new_id
from server.election.counting.acts import PLACE, Role
from server.election.refusals import Refused
from server.election.texts.said import say
from server.html.address import in_language, language_of, without_language
from server.html.answers import HTML
from server.html.process import process
from server.html.root import rooted
from server.html.templates import rendered
from server.nights.coming.sheet import Sheet, decoded, encoded
from server.stream.clock import now
from server.stream.codec import NEWEST, NOT_JSON, UnknownEvent
from server.stream.drafts import DraftConflict, Drafts, Stored, TooManyDrafts

ADMINS: tuple[Role, ...] = ("admin",)
NOT_CONFIRMED = say("The store of results did not answer, so it is not certain that this was kept. Send it again.")
_FIELD = "draft."


def drafts(request: Request) -> Drafts:
    """The drafts of this place."""
    return process(request).drafts


async def sent(request: Request) -> dict[str, str]:
    """The text fields of the form that was sent, as typed; those of a draft without ``draft.`` before their names."""
    form = await request.form()
    found = {name.removeprefix(_FIELD): text for name, text in form.items() if isinstance(text, str)}
    rows = [name.removesuffix("surname") for name in found if name.endswith(".surname")]
    boxes = {f"{row}new": "" for row in rows}  # a browser does not send a box that is not ticked
    return boxes | {name: text.replace("\r\n", "\n").strip() for name, text in found.items()}


async def draft_of(request: Request) -> tuple[str, Stored]:
    """The draft of the address, by id and as it is now.

    HTTPException 303 to the list of nights if it has been opened, 404 if there is none.
    """
    draft = request.path_params["draft"]
    stored = await drafts(request).newest(draft)
    if stored is None:
        if became := await drafts(request).became(draft):
            raise HTTPException(303, say("This night has been opened."), {"Location": f"/admin?opened={became}"})
        raise HTTPException(404, say("There is no such draft: somebody has thrown it away."))
    return draft, stored


async def begun(request: Request, sheet: Sheet, key: str) -> str:
    """Store a new draft, once for each form that was sent; its address. Refused if there are too many."""
    draft = id_of("draft", visit(request).person.invitation, key)[:12]
    try:
        await drafts(request).put(draft, Stored(1, now(), visit(request).person.name, says(sheet)))
    except TooManyDrafts as many:
        raise Refused("too-many-drafts", many.sentence) from None
    except DraftConflict:  # the form came twice
        pass
    return f"/admin/nights/{draft}"


def says(sheet: Sheet) -> Raw:
    """A sheet as a part of what is stored."""
    return Raw(encoded(sheet))


def sheet_of(stored: Stored) -> Sheet:
    """The sheet of a stored draft; UnknownEvent if it is none that this version of the program knows."""
    try:
        return decoded(stored.says)
    except NOT_JSON as error:
        raise UnknownEvent(f"A draft that this version of the program cannot read ({error}). {NEWEST}") from error


def page(request: Request, template: str, status: int = 200, *, notice: str = "", **context: object) -> Response:
    """A page from a template below web/templates/setup, in the visitor's language; no cache may keep it. ``notice``
    says what was refused."""
    text = rendered(
        f"setup/{template}",
        language_of(request),
        asked_as=rooted("/admin") + "?" if request.method == "POST" else without_language(request),
        person=visit(request).person,
        csrf=csrf(request),
        contest_field=f"{PLACE}/",
        key=new_id(),
        notice=notice,
        **context,
    )
    return in_language(request, Response(text, status, {"Cache-Control": "no-store"}, HTML))
