"""Ballot box accounts that a program sends: JSON in, how the boxes stand out. The rules are those of the phone."""

from typing import Annotated

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.access import allows
from server.count.visit.json_sent import findings_told, sent_as
from server.count.visit.rules import bearer, visit
from server.count.visit.sending import id_of, stamp
from server.election.counting.acts.box_acts import Box, BoxCounted, BoxesListed
from server.election.counting.boxes import verified_by_box
from server.election.counting.desk import Desk, ListedBox
from server.election.limits import LONGEST_NUMBER, MOST_BOXES
from server.election.refusals import Refused
from server.election.texts.check_codes import Finding
from server.html.errors import problem
from server.html.process import process

_MOST = 10**LONGEST_NUMBER - 1
_Number = Annotated[int, Meta(ge=-_MOST, le=_MOST)]  # the checks refuse numbers below 0, in their own words
_NOTHING = "The boxes before it were taken, and this one was not."


class BoxAccount(Struct, frozen=True, forbid_unknown_fields=True):
    """One box by its ``name``: papers ``expected`` and ``papers`` counted, both or neither. ``explanation`` says why
    they differ."""

    name: str
    postal: bool = False
    expected: _Number | None = None
    papers: _Number | None = None
    explanation: str = ""


class BoxAccounts(Struct, frozen=True, forbid_unknown_fields=True):
    """The body of the request: boxes to be listed, where they are not, and counted, where they have papers."""

    boxes: Annotated[tuple[BoxAccount, ...], Meta(min_length=1, max_length=MOST_BOXES)]


@allows(bearer)
async def post_boxes(request: Request) -> Response:
    """``POST /api/nights/{night}/contests/{ballot}/boxes``: 200 with how the boxes stand; the same sent again changes
    nothing. Figures that somebody else entered are never replaced: 409."""
    sent = await sent_as(request, BoxAccounts, "list of boxes")
    if isinstance(sent, Response):
        return sent
    ballot = request.path_params["ballot"]
    for place, account in enumerate(sent.boxes):
        try:
            await _take(request, ballot, account)
        except Refused as refused:
            found = refused.findings
            if not found or not found[0].field:
                return problem(409, f"{account.name}: {refused.sentence}", code=refused.code)
            at = [Finding(one.code, f"boxes.{place}.{one.field}", one.sentence) for one in found]
            return findings_told("figures-refused", at, _NOTHING)
    verified = verified_by_box(_desk(request), ballot)
    answer = {
        "night": visit(request).night,
        "ballot": ballot,
        "expected": verified.expected,
        "papers": verified.papers,
        "open": [box.box.name for box in verified.open],
    }
    return JSONResponse(answer, 200, {"Cache-Control": "no-store"})


async def _take(request: Request, ballot: str, account: BoxAccount) -> None:
    """List and count one box, as far as that has not been done. Refused as on the phone."""
    visitor, submitter = visit(request), process(request).submitter
    name = " ".join(account.name.split())
    if _listed(_desk(request), ballot, name) is None:
        listed_id = id_of("program", ballot, name.casefold(), len(_desk(request).of(ballot).boxes))
        box = Box(name, account.postal)
        await submitter.record(
            visitor.night, BoxesListed(**stamp(request, f"boxes/{listed_id}"), ballot=ballot, boxes=(box,))
        )
    box = _listed(_desk(request), ballot, name)
    if box is None or (account.expected is None and account.papers is None):
        return
    if account.expected is None or account.papers is None:
        missing = "expected" if account.expected is None else "papers"
        finding = Finding("number-missing", missing, "Papers expected and papers counted belong together.")
        raise Refused(finding.code, finding.sentence, (finding,))
    counted, why = box.counted, " ".join(account.explanation.split())
    figures = (account.expected, account.papers, why)
    if counted and (counted.expected, counted.papers, counted.explanation) == figures:
        return
    if counted and counted.invitation != visitor.person.invitation:
        raise Refused("keyed-elsewhere", f"{counted.by} entered other figures of this box: they are changed there.")
    replaces = counted.seq if counted else 0
    counted_id = id_of(visitor.person.invitation, ballot, box.id, replaces, *figures)
    act = BoxCounted(
        **stamp(request, f"box/{counted_id}"),
        ballot=ballot,
        box=box.id,
        replaces=replaces,
        expected=account.expected,
        papers=account.papers,
        explanation=why,
    )
    await submitter.record(visitor.night, act)


def _desk(request: Request) -> Desk:
    return process(request).submitter.known(visit(request).night).desk


def _listed(desk: Desk, ballot: str, name: str) -> ListedBox | None:
    boxes = desk.of(ballot).boxes.values()
    return next((one for one in boxes if one.struck is None and one.box.name.casefold() == name.casefold()), None)
