"""The verification and the sheet of votes, as forms that are sent and recorded. No rules of its own."""

from typing import cast, get_args

from msgspec import UNSET
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from server.access import allows
from server.count.phone.asked import asked_of
from server.count.phone.coming import RECEIPT, errors_in, page_now, staging_page
from server.count.phone.contests import contests_page, token_of_all
from server.count.phone.figures import SentForm, read_sheet, read_verification
from server.count.phone.pages import sheet_page, verification_page
from server.count.visit.place import Place, chosen, place_of
from server.count.visit.rules import Sends, SignedIn, visit
from server.count.visit.sending import ask, device_told, id_of, stamp, taken_back
from server.count.visit.stages import STAGING, OfStage
from server.count.visit.visitors_night import led_to
from server.election.commands import ReachStage
from server.election.counting.acts import PapersVerified, SheetKeyed
from server.election.counting.entry import KEYING, sheets_of
from server.election.events import Stage
from server.election.methods.figures import Rejected
from server.election.numbers import written
from server.election.refusals import Refused
from server.election.texts.said import say
from server.html.process import process
from server.html.templates import clock
from server.stream.events import StreamUnavailable

AT_THE_COUNT = ("officer", "second officer", "returning officer")
FORM = "/count"
NOT_CONFIRMED = say(
    "The store of results did not answer, so it is not certain that this was sent. Send it again: it counts only once."
)


@allows(SignedIn(AT_THE_COUNT))
async def form(request: Request) -> Response:
    """``GET /count``: the next thing that this person has to do in this contest."""
    ballot = chosen(request)
    if ballot is None:
        return contests_page(request)
    return page_now(request, await place_of(request, ballot))


@allows(SignedIn(AT_THE_COUNT))
async def state(request: Request) -> Response:
    """``GET /count/state``: a token that changes when the page does; phones poll it."""
    ballot = chosen(request)
    token = (await place_of(request, ballot)).token if ballot else token_of_all(request)
    return JSONResponse({"token": token}, headers={"Cache-Control": "no-store"})


@allows(SignedIn(AT_THE_COUNT))
async def back_to_form(request: Request) -> Response:
    """``GET`` of an address that only takes forms, as a restored tab sends it: leads back to the form."""
    return led_to(request, FORM)


@allows(Sends(KEYING))
async def sheet(request: Request) -> Response:
    """``POST /count/sheet``: a keyed sheet; with single entry it can be read back at once."""
    place, sent = await _place(request)
    entry = read_sheet(asked_of(place.count, place.desk), sent)
    if "add" in sent:  # without the script, the sums beside the names are the server's
        return sheet_page(request, place, entry)
    if entry.unreadable:
        return sheet_page(request, place, entry, errors_in(place, entry), status=422)
    submitter = process(request).submitter
    try:
        await submitter.record(visit(request).night, _keyed(request, place, sent, entry))
    except Refused as refused:
        return await _sheet_refused(request, place, entry, refused)
    except StreamUnavailable:
        return sheet_page(request, place, entry, notice=NOT_CONFIRMED, status=503)
    return RedirectResponse(place.at(FORM), 303)


@allows(Sends(STAGING))
async def verify(request: Request) -> Response:
    """``POST /count/verification``: papers expected and papers counted; the number counted goes on air."""
    place, sent = await _place(request)
    entry = read_verification(sent)
    if entry.unreadable:
        return verification_page(request, place, entry, status=422)
    issued, papers = entry.numbers["issued"], entry.numbers["papers"]
    submitter = process(request).submitter
    command_id = id_of(place.ballot, "verified", _step(sent), issued, papers)
    act = PapersVerified(
        **stamp(request, f"papers/{command_id}"),
        ballot=place.ballot,
        issued=issued,
        papers=papers,
        reasons=entry.reasons,
    )
    try:
        announces = papers != place.count.papers
        await submitter.record(visit(request).night, act, settles=not announces)
        if announces:
            by, ballot = place.person.name, place.ballot
            await ask(request, ReachStage(id=command_id, by=by, ballot=ballot, stage="verified", papers=papers))
    except Refused as refused:
        notice = "" if refused.findings else refused.sentence
        return verification_page(request, place, entry, refused.findings, notice=notice, status=422)
    except StreamUnavailable:
        return verification_page(request, place, entry, notice=NOT_CONFIRMED, status=503)
    return RedirectResponse(place.at(FORM), 303)


@allows(Sends(STAGING))
async def stage(request: Request) -> Response:
    """``POST /count/stage``: the count has reached this stage."""
    place, sent = await _place(request)
    reached = sent.get("stage", "")
    if reached in get_args(Stage) and reached != "verified":
        command = ReachStage(
            id=id_of(place.ballot, "stage", _step(sent), reached),
            by=place.person.name,
            ballot=place.ballot,
            stage=cast(Stage, reached),
        )
        if _step(sent) != str(len(place.count.history)):
            return RedirectResponse(place.at(FORM), 303)  # reported already, or out of date: the page shows which
        if reached == "recount" and "sure" not in sent:
            return staging_page(request, place, OfStage(asks=True))
        try:
            await ask(request, command)
        except Refused as refused:
            if refused.code != "key-reused":
                return staging_page(request, place, OfStage(refused=refused.sentence), 409)
        except StreamUnavailable:
            return staging_page(request, place, OfStage(refused=NOT_CONFIRMED), 503)
    return RedirectResponse(place.at(FORM), 303)


@allows(Sends(STAGING))
async def take_back(request: Request) -> Response:
    """``POST /count/stage/back``: the newest stage was reported by mistake, and everybody sees it taken back."""
    place, sent = await _place(request)
    command = taken_back(place.ballot, sent, place.person.name)
    try:
        await ask(request, command)
    except Refused as refused:
        place = await place_of(request, place.ballot)
        if refused.code != "key-reused" and place.stands.state not in ("on air", "asked"):
            why = refused.sentence
            said = OfStage(reason=command.reason, wrong=why) if refused.findings else OfStage(refused=why)
            return staging_page(request, place, said, 422)
    except StreamUnavailable:
        return staging_page(request, place, OfStage(reason=command.reason, wrong=NOT_CONFIRMED), 503)
    return RedirectResponse(place.at(FORM), 303)


async def _place(request: Request) -> tuple[Place, dict[str, str]]:
    sent = {name: text for name, text in (await request.form()).items() if isinstance(text, str)}
    return await place_of(request, sent["contest"].rpartition("/")[2]), sent


def _step(sent: dict[str, str]) -> str:
    return sent.get("step", "")[:20]


def _keyed(request: Request, place: Place, sent: dict[str, str], entry: SentForm) -> SheetKeyed:
    votes, rejected = entry.votes, entry.rejected or Rejected(0)
    content = (sorted(votes.items()), sorted(entry.heads.items()), entry.lot, sorted(entry.reasons.items()))
    besides = [one for one in (entry.more, entry.apart) if one is not UNSET]
    round, replaces = written(sent.get("round", "")) or 0, written(sent.get("replaces", "")) or 0
    by = place.person.invitation
    return SheetKeyed(
        **stamp(request, f"sheet/{id_of(by, place.ballot, round, replaces, _step(sent), *content, *besides)}"),
        ballot=place.ballot,
        role=place.person.role,
        round=round,
        replaces=replaces,
        votes=votes,
        rejected=rejected,
        lot=entry.lot,
        reasons=entry.reasons,
        more=entry.more,
        apart=entry.apart,
    )


async def _sheet_refused(request: Request, place: Place, entry: SentForm, refused: Refused) -> Response:
    if refused.findings:
        return sheet_page(request, place, entry, refused.findings, status=422)
    if refused.code in ("already-declared", "already-asked"):
        return RedirectResponse(place.at(RECEIPT, sent="no"), 303)
    notice = refused.sentence
    if refused.code == "keyed-elsewhere":
        place = await place_of(request, place.ballot)
        if mine := sheets_of(place.count, place.desk).get(place.person.role):  # that sheet may have become void since
            notice = say(
                "Other figures were sent at %(time)s, from %(device)s. Those below are what you typed here: send them "
                "again only if they are the right ones.",
                time=clock(mine.at),
                device=device_told(mine.device),
            )
    return sheet_page(request, place, entry, notice=notice, status=409)
