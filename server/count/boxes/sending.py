"""What all forms of ballot boxes share: whom they are about, what was typed, and a page in the visitor's language."""

from collections.abc import Awaitable

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from server.count.visit.place import Place, common, place_of
from server.count.visit.visitors_night import page
from server.election.numbers import Unreadable, typed
from server.election.refusals import Refused
from server.election.texts.box_words import found_in_box
from server.election.texts.check_codes import Finding
from server.html.address import language_of
from server.html.languages import Language
from server.html.saying import said
from server.stream.events import StreamUnavailable


class Outcome(Struct, frozen=True):
    """What became of something that was sent: it is ``done``, or why not, at each field, with a status."""

    done: bool
    status: int = 200
    findings: tuple[Finding, ...] = ()


DONE = Outcome(True)
"""Nothing stands against it."""


async def sent_to(request: Request) -> tuple[Place, dict[str, str]]:
    """The contest that a form is about, and its texts."""
    sent = {name: text for name, text in (await request.form()).items() if isinstance(text, str)}
    return await place_of(request, sent["contest"].rpartition("/")[2]), sent


async def outcome_of(work: Awaitable[object]) -> Outcome:
    """Do it; what a page says if it is refused (422, or 409 if somebody was quicker), or if Redis is away (503)."""
    try:
        await work
    except Refused as refused:
        status = 422 if refused.findings and refused.findings[0].field else 409
        return Outcome(False, status, refused.findings or (Finding(refused.code, "", refused.sentence),))
    except StreamUnavailable:
        return Outcome(False, 503, (found_in_box("box-unfit", "", "not-confirmed"),))
    return DONE


def number_in(sent: dict[str, str], field: str, missing: str, **values: str) -> int | Finding:
    """The number of papers in a field, or what stands against it; ``missing`` is said where nothing is typed."""
    try:
        number = typed(sent.get(field, ""))
    except Unreadable as error:
        return Finding("number-unreadable", field, error.sentence)
    return found_in_box("number-missing", field, missing, **values) if number is None else number


def sentences_of(findings: tuple[Finding, ...], language: Language) -> dict[str, list[str]]:
    """Field → what is wrong there, in a language; "" is the whole form."""
    found: dict[str, list[str]] = {}
    for finding in findings:
        found.setdefault(finding.field, []).append(said(language, finding.sentence))
    return found


def box_page(
    request: Request, place: Place, template: str, findings: tuple[Finding, ...] = (), status: int = 200, **more: object
) -> Response:
    """A page about the boxes of a contest, in the language that the visitor wants."""
    language = language_of(request)
    wrong = sentences_of(findings, language)
    return page(request, template, status, wrong=wrong, verified=place.boxes, **more, **common(request, place))
