"""The pages of one contest on an officer's phone: the forms with what was typed, the read-back, the waiting page."""

from collections.abc import Iterable

from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response

from server.count.phone.asked import asked_of
from server.count.phone.figures import SentForm, entry_of, read_again, read_sheet
from server.count.phone.labels import label_of
from server.count.phone.office import opening_of
from server.count.phone.page_content import form_of, stays
from server.count.phone.read_back import otherwise, read_back
from server.count.visit.place import Place, common
from server.count.visit.visitors_night import page
from server.election.counting.entry import KEYING, sheets_of
from server.election.counting.figures.fields import number_at
from server.election.events import StageReached, StageTakenBack, Withdrawn, ends_round
from server.election.methods.figures import HEADS, NOTHING_MORE
from server.election.texts.check_codes import Finding
from server.election.texts.said import _, say
from server.html.templates import clock

_PAPERS = ("rejected.", "in_part")


def fresh_entry(place: Place) -> SentForm:
    """What the sheet's form begins with.

    It is the sheet that this person keyed last in this round, which is void now, or before the recount that is going
    on, to look at; or in a correction the declared figures, since most of them are right; or else nothing.
    """
    last, correction = place.last, place.stands.correction
    mine = place.desk.of(place.ballot).sheets.get(place.person.role)
    asked = asked_of(place.count, place.desk)
    if mine and mine.round >= _first_round(place) and mine.seq > (correction.seq if correction else 0):
        return entry_of(asked, mine)
    if correction is None or last is None or last.rejected is None:
        return entry_of(asked, None)
    more = last.more or NOTHING_MORE
    texts = {f"votes.{candidate}": f"{votes:,}" for candidate, votes in last.votes.items()}
    texts |= {f"rejected.{head}": f"{getattr(last.rejected, head) or 0:,}" for head in HEADS}
    others = {"valid_papers": more.valid_papers, "in_part": more.in_part}
    if more.second:
        others |= {f"second.{candidate}": votes for candidate, votes in more.second.votes.items()}
        others["second_rejected"] = more.second.rejected
    texts |= {field: f"{number:,}" for field, number in others.items() if number is not None}
    texts |= {f"lot.{one}": "1" for one in (more.lots or (last.lot,)) if one and asked.several}
    read = read_sheet(asked, texts | {"lot": last.lot or ""})
    return replace(read, unreadable=())


def sheet_page(
    request: Request,
    place: Place,
    entry: SentForm,
    findings: Iterable[Finding] = (),
    *,
    fresh: bool = False,
    notice: str = "",
    status: int = 200,
) -> Response:
    """The form of the sheet, with what was typed and what is wrong with it.

    ``fresh`` means that nobody has sent this form yet: the phone then fills it from the draft that it may have kept.
    """
    mine, asked = sheets_of(place.count, place.desk).get(place.person.role), asked_of(place.count, place.desk)
    return page(
        request,
        "sheet.html",
        status,
        form=form_of(place.night, place.count, asked, entry, findings),
        stay=stays(asked, entry),
        differing=[label_of(place.night, place.ballot, field) for field in place.stands.differing],
        looks=_looks(place),
        replaces=mine.seq if mine else 0,
        fresh=fresh,
        notice=notice or (_taken_back(place) if status == 200 else ""),
        from_before=not mine and not place.stands.correction and _is_from_before(place, entry),
        verification=place.desk.of(place.ballot).verification,
        **common(request, place),
    )


def entry_again(place: Place) -> SentForm:
    """What the form of the fields that are keyed again begins with: nothing, or what was keyed and differs."""
    again = place.stands.again
    texts = {field: f"{number:,}" for field, number in again.figures.items()} if again else {}
    return read_again(texts, texts)


def again_page(
    request: Request, place: Place, entry: SentForm, *, notice: str = "", status: int = 200, sent: bool = False
) -> Response:
    """The fields of a sheet that one person alone keys again, without what was keyed before unless that differs.

    ``sent`` if ``entry`` came with this request, and is not on record.
    """
    sheet = sheets_of(place.count, place.desk)[KEYING[0]]
    form, again = form_of(place.night, place.count, asked_of(place.count, place.desk), entry), place.stands.again
    rows = [replace(form.rows[one], label=label_of(place.night, place.ballot, one)) for one in sheet.again or ()]
    message = _("On your sheet: %(number)s. Look at the paper: which is right?")
    looks = {one: say(message, number=number_at(sheet, one) or 0) for one in place.stands.differing}
    return page(
        request,
        "again.html",
        status,
        form=form,
        votes=[row for row in rows if not row.field.startswith(_PAPERS)],
        papers=[row for row in rows if row.field.startswith(_PAPERS)],
        sheet=sheet,
        replaces=again.seq if again else 0,
        looks=looks,
        differing=[label_of(place.night, place.ballot, one) for one in looks],
        fresh=not sent and not again,
        notice=notice,
        **common(request, place),
    )


def _looks(place: Place) -> dict[str, str]:
    """Field → what is said beside it where it differs: from another's sheet, or from what the same person keyed
    again."""
    again = place.stands.again
    if again is None:
        return dict.fromkeys(place.stands.differing, say("The two sheets differ here: look at the paper."))
    message = _("Keyed again: %(number)s. Look at the paper: which is right?")
    return {one: say(message, number=again.figures[one]) for one in place.stands.differing}


def _first_round(place: Place) -> int:
    """The first round of the count that only recounts, and recounts taken back, have ended since: its sheets are what
    is counted again."""
    ended = [event for event in place.count.history if ends_round(event)]
    while ended and isinstance(ended[-1], StageReached | StageTakenBack):
        ended.pop()
    return len(ended)


def _is_from_before(place: Place, entry: SentForm) -> bool:
    mine = place.desk.of(place.ballot).sheets.get(place.person.role)
    return bool(entry.numbers) and mine is not None and _first_round(place) <= mine.round < place.count.round


def verification_page(
    request: Request,
    place: Place,
    entry: SentForm,
    findings: Iterable[Finding] = (),
    *,
    fresh: bool = False,
    notice: str = "",
    status: int = 200,
) -> Response:
    """The form of the verification, with what was typed and what is wrong with it; ``fresh`` as in ``sheet_page``."""
    form = form_of(place.night, place.count, asked_of(place.count, place.desk), entry, findings)
    return page(request, "verification.html", status, form=form, fresh=fresh, notice=notice, **common(request, place))


def waiting_page(request: Request, place: Place, notice: str = "", status: int = 200) -> Response:
    """What the count waits for, when there is nothing for this person to key or declare."""
    return page(request, "waiting.html", status, notice=notice or _taken_back(place), **common(request, place))


def _taken_back(place: Place) -> str:
    """Why figures that were sent did not go out, or were withdrawn; "" if neither has happened."""
    entry, last = place.desk.of(place.ballot), place.count.history[-1] if place.count.history else None
    if entry.dropped and entry.dropped.seq == entry.since:
        dropped = entry.dropped
        message = _("What was sent did not go out, at %(time)s: %(why)s Look at the figures, and send them again.")
        return say(message, time=clock(dropped.at), why=say(dropped.why))
    if isinstance(last, Withdrawn):
        message = _("Our report of the declaration was withdrawn at %(time)s: %(reason)s")
        return say(message, time=clock(last.at), reason=last.reason)
    return ""


def read_back_page(request: Request, place: Place, notice: str = "", status: int = 200) -> Response:
    """The confirmed figures as they are to be read aloud."""
    confirmed = place.stands.sheet
    assert confirmed is not None, "only what is confirmed is read back"
    told = read_back(place.night, place.count, confirmed)
    return page(
        request,
        "read_back.html",
        status,
        sheet=confirmed,
        read_back=told,
        opening=opening_of(told.office, place.returning_officer, place.count.contest),
        otherwise=otherwise(place.later, place.desk, place.ballot),
        notice=notice,
        **common(request, place),
    )
