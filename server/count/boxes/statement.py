"""The statement of verification, which agents may copy: every box, as a page to print and as plain text."""

from collections.abc import Iterator

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.access import allows
from server.count.desk.requests import DESK, current_board
from server.count.phone.entering import AT_THE_COUNT, FORM
from server.count.visit.place import chosen, place_of
from server.count.visit.rules import SignedIn
from server.count.visit.visitors_night import page
from server.election.counting.boxes import Verified, is_accounted_for, verified_by_box
from server.election.counting.desk import Desk, ListedBox
from server.election.counts import Count
from server.election.nights import Night
from server.election.texts.said import say
from server.html.address import language_of
from server.html.languages import Language
from server.html.templates import environment
from server.stream.clock import now


@allows(SignedIn(AT_THE_COUNT))
async def statement(request: Request) -> Response:
    """``GET /count/statement``: to print, or to copy as text."""
    ballot = chosen(request)
    if ballot is None:
        return RedirectResponse(FORM, 303)
    place = await place_of(request, ballot)
    return _page(request, place.night, place.count, place.desk, place.at("/count/boxes"))


@allows(SignedIn(AT_THE_COUNT))
async def statement_as_text(request: Request) -> Response:
    """``GET /count/statement.txt``: the same as plain text."""
    ballot = chosen(request)
    if ballot is None:
        return RedirectResponse(FORM, 303)
    place = await place_of(request, ballot)
    text = text_of(language_of(request), place.night, place.count, place.desk)
    return Response(text, 200, {"Cache-Control": "no-store"}, "text/plain; charset=utf-8")


@allows(SignedIn(DESK))
async def statement_at_the_desk(request: Request) -> Response:
    """``GET /desk/contests/{ballot}/statement``: the same page for the desk."""
    board, ballot = await current_board(request), request.path_params["ballot"]
    if ballot not in board.night.counts:
        raise HTTPException(404, say("%(ballot)s is not a contest of this night.", ballot=ballot))
    back = f"/desk/contests/{ballot}/boxes"
    return _page(request, board.night, board.later.counts[ballot], board.desk, back)


def _page(request: Request, night: Night, count: Count, desk: Desk, back: str) -> Response:
    language = language_of(request)
    return page(
        request,
        "statement.html",
        night=night,
        count=count,
        back=back,
        rows=list(rows_of(language, desk, verified_by_box(desk, count.contest.ballot))),
        verified=verified_by_box(desk, count.contest.ballot),
        text=text_of(language, night, count, desk),
        at=now(),
    )


def rows_of(language: Language, desk: Desk, verified: Verified) -> Iterator[tuple[ListedBox, str, str, str, str]]:
    """For each box: papers expected, papers counted, by how many they differ, and what is said of it."""
    for box in sorted(verified.boxes, key=lambda box: box.box.postal):
        counted = box.counted
        if counted is None:
            yield box, "–", "–", "", language.gettext("Not accounted for")
            continue
        said = counted.explanation
        if not is_accounted_for(desk, box):
            said = "; ".join(filter(None, (said, language.gettext("Not checked yet"))))
        differ = language.signed(counted.papers - counted.expected) if counted.papers != counted.expected else ""
        yield box, language.number(counted.expected), language.number(counted.papers), differ, said


def text_of(language: Language, night: Night, count: Count, desk: Desk) -> str:
    """The statement as plain text, with tabs between columns, as a spreadsheet takes it."""
    verified = verified_by_box(desk, count.contest.ballot)
    text = (
        environment(language)
        .get_template("count/statement_text.html")
        .render(night=night, count=count, rows=list(rows_of(language, desk, verified)), verified=verified, at=now())
    )
    return text.strip() + "\n"
