"""The forms about photographs of the result sheet. What a picture may be says ``shrinking``."""

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.access import allows
from server.count.desk.pages import contest_page
from server.count.desk.requests import DESK, carried_out
from server.count.desk.requests import sent as sent_by_desk
from server.count.phone.declaring import receipt_page
from server.count.photos.shrinking import shrunk
from server.count.visit.place import place_of
from server.count.visit.rules import DECLARING, Sends, visit
from server.count.visit.sending import ask, id_of
from server.count.visit.visitors_night import night_of
from server.election.commands import HidePhoto, ShowPhoto
from server.election.deciding.decide import decide
from server.election.refusals import Refused, must_be_declared
from server.election.texts.said import say
from server.html.process import process
from server.stream.clock import now
from server.stream.events import StreamUnavailable

_NOT_CONFIRMED = say("The store of results did not answer. Send the photograph again: it counts only once.")
_RECEIPT = "/count/receipt"


@allows(Sends(DECLARING))
async def send(request: Request) -> Response:
    """``POST /count/photo``: a photograph of the result sheet is made small, kept, and shown. Sent again it is the
    same one."""
    form = await request.form()
    place = await place_of(request, str(form["contest"]).rpartition("/")[2])
    if place.last is None:
        return RedirectResponse(place.at("/count"), 303)
    file, ballot, night = form.get("photo"), place.ballot, visit(request).night
    try:
        must_be_declared(place.public)
        if not isinstance(file, UploadFile) or not file.size:
            raise Refused("photo-missing", say("Take or choose a photograph first."))
        small = await shrunk(await file.read())
        known = [one for one in place.public.photos if one.added.sha256 == small.sha256]
        if known and known[0].hidden:
            raise Refused("photo-hidden", say("The desk has hidden this photograph."))
        command = ShowPhoto(
            id=id_of(ballot, "photo", small.sha256),
            by=place.person.name,
            ballot=ballot,
            sha256=small.sha256,
            size=len(small.data),
            width=small.width,
            height=small.height,
        )
        if not known and not place.night.held:
            decide(place.night, command, now())  # nothing is kept of what would be refused
        await process(request).photos.put(night, small.sha256, small.data)
        await ask(request, command)
    except Refused as refused:
        return receipt_page(request, place, refused.sentence, 422, field="photo")
    except StreamUnavailable:
        return receipt_page(request, place, _NOT_CONFIRMED, 503, field="photo")
    return RedirectResponse(place.at(_RECEIPT), 303)


@allows(Sends(DESK))
async def hide(request: Request) -> Response:
    """``POST /desk/photo/hide``: a photograph is out of sight from now on, and its file is deleted."""
    form = await sent_by_desk(request)
    ballot, sha256, reason = form["contest"].rpartition("/")[2], form.get("photo", ""), form.get("reason", "")

    async def hidden() -> None:
        command = HidePhoto(
            id=id_of(ballot, "hide", sha256), by=visit(request).person.name, ballot=ballot, sha256=sha256, reason=reason
        )
        receipt = await ask(request, command)
        others = (photo.sha256 for count in night_of(request).counts.values() for photo in count.seen)
        if receipt is not None and sha256 not in others:
            await process(request).photos.drop(visit(request).night, sha256)

    async def again(sentence: str, status: int) -> Response:
        return await contest_page(request, ballot, sentence, status, form | {"form": "photo"})

    return await carried_out(hidden(), f"/desk/contests/{ballot}", again)
