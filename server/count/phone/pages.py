"""The pages of a contest on an officer's phone: forms with what was typed, the read-back, what is waited for. Nothing
is sent from here."""

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

from server.count.phone.figures import SentForm, entry_of, read_sheet
from server.count.phone.shown import form_of, label_of, read_back
from server.count.visit.night import page
from server.count.visit.place import Place, common
from server.election.checks import Finding
from server.election.counting.entry import sheets_of
from server.election.events import HEADS, Withdrawn
from server.election.verdict import judge
from server.html.templates import clock


def fresh_entry(place: Place) -> SentForm:
    """What there is to begin with: the sheet that was keyed last in this round, if it is void now; in a correction what
    is declared, since most of it is right; or else nothing."""
    last, correction = place.last, place.stands.correction
    mine = place.desk.of(place.ballot).sheets.get(place.person.role)
    if mine and mine.round == place.count.round and mine.seq > (correction.seq if correction else 0):
        return entry_of(mine)
    if correction is None or last is None or last.rejected is None:
        return SentForm({})
    texts = {f"votes.{one}": f"{votes:,}" for one, votes in last.votes.items()}
    texts |= {f"rejected.{head}": f"{getattr(last.rejected, head) or 0:,}" for head in HEADS}
    read = read_sheet(place.count.contest, texts | {"lot": last.lot or ""})
    return SentForm(read.texts, read.numbers)


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
    """The sheet with what was typed, and what stands against it.

    ``fresh`` is a form that nobody has sent yet: it takes up the draft that the phone may have.
    """
    mine = sheets_of(place.count, place.desk).get(place.person.role)
    return page(
        "sheet.html",
        status,
        form=form_of(place.night, place.count, entry, findings),
        differing=[label_of(place.night, place.ballot, field) for field in place.stands.differing],
        differing_fields=place.stands.differing,
        replaces=mine.seq if mine else 0,
        fresh=fresh,
        notice=notice or (_taken_back(place) if status == 200 else ""),
        verification=place.desk.of(place.ballot).verification,
        **common(request, place),
    )


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
    """The verification with what was typed, and what stands against it; ``fresh`` as for the sheet."""
    form = form_of(place.night, place.count, entry, findings)
    return page("verification.html", status, form=form, fresh=fresh, notice=notice, **common(request, place))


def waiting_page(request: Request, place: Place, notice: str = "", status: int = 200) -> Response:
    """What the count waits for, where it is not this person's turn."""
    return page("waiting.html", status, notice=notice or _taken_back(place), **common(request, place))


def _taken_back(place: Place) -> str:
    """What became of figures that were sent, where they do not go out or do not stand any more."""
    entry, last = place.desk.of(place.ballot), place.count.history[-1] if place.count.history else None
    if entry.dropped and entry.dropped.seq == entry.since:
        said = entry.dropped
        return (
            f"What was sent did not go out, at {clock(said.at)}: {said.why} Look at the figures, and send them again."
        )
    if isinstance(last, Withdrawn):
        return f"The declaration was withdrawn at {clock(last.at)}: {last.reason}"
    return ""


def read_back_page(request: Request, place: Place, notice: str = "", status: int = 200) -> Response:
    """The confirmed figures as they are to be read aloud."""
    confirmed = place.stands.sheet
    assert confirmed is not None, "only what is confirmed is read back"
    result = judge(place.count.contest, confirmed)
    return page(
        "read_back.html",
        status,
        sheet=confirmed,
        read_back=read_back(place.night, place.count, result),
        notice=notice,
        **common(request, place),
    )
