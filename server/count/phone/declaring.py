"""Declaring what is confirmed, the receipt for it, and correcting or withdrawing it. No figures are typed here."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.access import allows
from server.count.phone.coming import RECEIPT
from server.count.phone.entering import AT_THE_COUNT, FORM
from server.count.phone.pages import read_back_page
from server.count.phone.read_back import read_back
from server.count.visit.place import Place, chosen, common, place_of
from server.count.visit.rules import DECLARING, Sends, SignedIn, visit
from server.count.visit.sending import ask, change_confirmed, id_of, round_in, stamp
from server.count.visit.visitors_night import page
from server.election.commands import ReportPreferences, Withdraw
from server.election.counting.acts import CorrectionBegun, CorrectionDropped
from server.election.counting.entry import spoken
from server.election.counting.names import named_author
from server.election.events import Corrected
from server.election.limits import MOST_PHOTOS
from server.election.refusals import AFTER_DECLARING, Refused
from server.election.texts.said import say
from server.html.process import process
from server.stream.events import StreamUnavailable

_NOT_CONFIRMED = say(
    "The store of results did not answer, so it is not certain that this went out. Tap again: it counts only once."
)
_CHANGED = say("The figures have changed since this was read back. Read it again before you declare.")


@allows(Sends(DECLARING))
async def declare(request: Request) -> Response:
    """``POST /count/declare``: the confirmed sheet goes on air, at the moment it is read aloud."""
    place = await _place(request)
    command = spoken(place.later, place.desk, place.ballot, place.person.name)
    if command is None:
        return RedirectResponse(place.at(FORM), 303)
    assert place.stands.sheet is not None
    if (await request.form()).get("sheet") != str(place.stands.sheet.seq):
        return read_back_page(request, place, _CHANGED, 409)
    try:
        await ask(request, command)
    except Refused as refused:
        place = await place_of(request, place.ballot)
        if place.stands.state == "ready":
            return read_back_page(request, place, refused.sentence, 409)
        return RedirectResponse(place.at(RECEIPT if place.last else FORM), 303)
    except StreamUnavailable:
        return read_back_page(request, place, _NOT_CONFIRMED, 503)
    return RedirectResponse(place.at(FORM if isinstance(command, ReportPreferences) else RECEIPT), 303)


@allows(SignedIn(AT_THE_COUNT))
async def receipt(request: Request) -> Response:
    """``GET /count/receipt``: what has been declared, its receipt number, and whether it is on air yet."""
    ballot = chosen(request)
    if ballot is None:
        return RedirectResponse(FORM, 303)
    place = await place_of(request, ballot)
    if place.stands.state not in ("on air", "asked"):
        return RedirectResponse(place.at(FORM), 303)
    return receipt_page(request, place)


@allows(Sends(DECLARING))
async def correct(request: Request) -> Response:
    """``POST /count/correction``: a slip of the tongue is to be put right, and the figures keyed again."""
    place = await _place(request)
    sent = await request.form()
    reason, round = str(sent.get("reason", "")).strip(), round_in(sent.get("round"))
    act = CorrectionBegun(
        **stamp(request, f"correct/{id_of(place.ballot, round, reason, place.desk.of(place.ballot).since)}"),
        ballot=place.ballot,
        round=round,
        slip=True,
        reason=reason,
    )
    return await _recorded(request, place, act, {"slip": reason})


@allows(Sends(DECLARING))
async def drop(request: Request) -> Response:
    """``POST /count/correction/drop``: the correction is given up, and the declared figures stand."""
    place = await _place(request)
    begun = place.stands.correction
    if begun is None:
        return RedirectResponse(place.at(FORM), 303)
    act = CorrectionDropped(**stamp(request, f"drop-correction/{place.ballot}/{begun.seq}"), ballot=place.ballot)
    return await _recorded(request, place, act)


@allows(Sends(("returning officer",)))
async def confirm(request: Request) -> Response:
    """``POST /count/change``: the returning officer confirms a correction that changes who is elected."""
    place = await _place(request)
    act = change_confirmed(request, place.ballot, str((await request.form()).get("command", "")))
    submitter = process(request).submitter
    try:
        await submitter.record(visit(request).night, act)
    except Refused as refused:
        place = await place_of(request, place.ballot)
        if place.stands.state == "ready":
            return read_back_page(request, place, refused.sentence, 409)
    except StreamUnavailable:
        return read_back_page(request, place, _NOT_CONFIRMED, 503)
    return _to_form(place)


@allows(Sends(("returning officer",)))
async def withdraw(request: Request) -> Response:
    """``POST /count/withdrawal``: the declaration is taken back at once, and everybody sees that."""
    place = await _place(request)
    sent = await request.form()
    reason, round = str(sent.get("reason", "")).strip(), round_in(sent.get("round"))
    command_id = id_of(place.ballot, "withdraw", round, reason)
    command = Withdraw(id=command_id, by=place.person.name, ballot=place.ballot, reason=reason, round=round)
    try:
        await ask(request, command)
    except Refused as refused:
        at = "why" if refused.findings else ""
        typed = {"why": reason}
        return receipt_page(request, place, refused.sentence, 422, typed, at) if place.last else _to_form(place)
    return _to_form(place)


async def _place(request: Request) -> Place:
    return await place_of(request, str((await request.form())["contest"]).rpartition("/")[2])


async def _recorded(
    request: Request, place: Place, act: CorrectionBegun | CorrectionDropped, typed: dict[str, str] | None = None
) -> Response:
    submitter = process(request).submitter
    try:
        await submitter.record(visit(request).night, act)
    except Refused as refused:
        if refused.code not in ("already-begun", "not-begun") and place.last:
            at = next(iter(typed or {}), "") if refused.findings else ""
            return receipt_page(request, place, refused.sentence, 422, typed, at)
    return _to_form(place)


def _to_form(place: Place) -> Response:
    return RedirectResponse(place.at(FORM), 303)


def receipt_page(
    request: Request,
    place: Place,
    wrong: str = "",
    status: int = 200,
    typed: dict[str, str] | None = None,
    field: str = "",
) -> Response:
    """The receipt of a declaration; ``wrong`` is a sentence about it, or about a ``field`` of one of its forms."""
    result, last = place.count.result, place.last
    return page(
        request,
        "receipt.html",
        status,
        last=last,
        by=named_author(place.desk, last) if last else "",
        corrected=isinstance(last, Corrected),
        after_declaring=AFTER_DECLARING,
        read_back=read_back(place.night, place.count, last or result) if result else None,
        refused=request.query_params.get("sent") == "no",
        wrong="" if field else wrong,
        at_field={field: wrong},
        most_photos=MOST_PHOTOS,
        typed=typed or {},
        may_declare=place.person.role in DECLARING,
        **common(request, place),
    )
