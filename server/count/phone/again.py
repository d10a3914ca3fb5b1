"""What one person alone keys again from the paper before the figures are confirmed: the form that is sent. No rules."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.access import allows
from server.count.phone.entering import FORM, NOT_CONFIRMED
from server.count.phone.figures import read_again
from server.count.phone.pages import again_page
from server.count.visit.place import place_of
from server.count.visit.rules import Sends, visit
from server.count.visit.sending import id_of, stamp
from server.election.counting.acts import KeyedAgain
from server.election.counting.entry import KEYING, sheets_of
from server.election.numbers import written
from server.election.refusals import Refused
from server.html.process import process
from server.stream.events import StreamUnavailable


@allows(Sends(KEYING[:1]))
async def again(request: Request) -> Response:
    """``POST /count/again``: the fields that one person keyed again; if they are those of the sheet it is confirmed."""
    sent = {name: text for name, text in (await request.form()).items() if isinstance(text, str)}
    place = await place_of(request, sent["contest"].rpartition("/")[2])
    sheet = sheets_of(place.count, place.desk).get(KEYING[0])
    if not place.stands.looks_again or sheet is None:
        return RedirectResponse(place.at(FORM), 303)
    entry = read_again(sheet.again or (), sent)
    if entry.unreadable:
        return again_page(request, place, entry, status=422, sent=True)
    of, replaces, round = (written(sent.get(name, "")) or 0 for name in ("sheet", "replaces", "round"))
    parts = (place.person.invitation, place.ballot, round, of, replaces, sorted(entry.numbers.items()))
    act = KeyedAgain(
        **stamp(request, f"again/{id_of(*parts)}"),
        ballot=place.ballot,
        round=round,
        sheet=of,
        replaces=replaces,
        figures=entry.numbers,
    )
    try:
        await process(request).submitter.record(visit(request).night, act)
    except Refused as refused:
        place = await place_of(request, place.ballot)
        if place.stands.looks_again:
            return again_page(request, place, entry, notice=refused.sentence, status=409, sent=True)
    except StreamUnavailable:
        return again_page(request, place, entry, notice=NOT_CONFIRMED, status=503, sent=True)
    return RedirectResponse(place.at(FORM), 303)
