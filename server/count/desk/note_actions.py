"""Notes on the feed: what the desk writes, corrects and withdraws. The rules are in ``server.election.deciding``."""

from msgspec import UNSET
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.access import allows
from server.count.desk.pages import contest_page, desk_page
from server.count.desk.requests import DESK, NOT_CONFIRMED, current_board, page, sent
from server.count.visit.rules import Sends, SignedIn, visit
from server.count.visit.sending import ask, id_of, round_in
from server.election.commands import CorrectNote, PostNote, WithdrawNote
from server.election.limits import LONGEST_TEXT
from server.election.numbers import written
from server.election.refusals import Refused, refuse_if
from server.election.results.notes import Note, notes_of
from server.election.texts.check_codes import Finding
from server.election.texts.particulars import NONE, NOTE_KINDS, Particulars
from server.election.texts.said import _, say
from server.html.languages import ENGLISH, languages
from server.stream.events import StreamUnavailable

_MEANWHILE = "note-corrected"
_TOO_LONG = _("A note has at most %(most)s characters, and this one %(length)s.")
_TEXTS = {f"text.{language.code}": language.code for language in languages() if language is not ENGLISH}
"""Fields for the texts in other languages → the language's code."""


@allows(Sends(DESK))
async def note(request: Request) -> Response:
    """``POST /desk/note``: a sentence on the feed, about the contest of the page, or about the night."""
    form = await sent(request)
    ballot = form["contest"].rpartition("/")[2] or None
    text, particulars = form.get("text", ""), _particulars(form)
    command = PostNote(
        id=id_of("note", form.get("key"), ballot, text, *([particulars] if particulars != NONE else [])),
        by=visit(request).person.name,
        text=text,
        ballot=ballot,
        particulars=UNSET if particulars == NONE else particulars,
    )

    async def again(sentence: str, status: int, wrong: dict[str, str]) -> Response:
        typed = form | {"form": "note"}
        if ballot:
            return await contest_page(request, ballot, sentence, status, typed, wrong)
        return await desk_page(request, sentence, status, typed, wrong)

    try:
        _must_be_fit(form)
        await ask(request, command)
    except Refused as refused:
        return await again(refused.sentence, 422, _wrong(refused))
    except StreamUnavailable:
        return await again(NOT_CONFIRMED, 503, {})
    return RedirectResponse(f"/desk/contests/{ballot}" if ballot else "/desk", 303)


@allows(SignedIn(DESK))
async def one_note(request: Request) -> Response:
    """``GET /desk/notes/{seq}``: a note that went out, to be corrected or withdrawn."""
    return await _note_page(request, written(request.path_params["seq"]))


@allows(Sends(DESK))
async def correct(request: Request) -> Response:
    """``POST /desk/note/correction``: what a note is to say instead, and why."""
    form = await sent(request)
    note = await _note(request, written(form.get("note", "")))
    particulars, made_from = _particulars(form), round_in(form.get("made-from"))
    text, reason = form.get("text", ""), form.get("reason", "")
    command = CorrectNote(
        id=id_of("correct note", form.get("key"), note.posted.seq, text, particulars, reason, made_from),
        by=visit(request).person.name,
        note=note.posted.command_id,
        text=text,
        reason=reason,
        ballot=note.posted.ballot,
        particulars=UNSET if particulars == NONE else particulars,
        made_from=made_from,
    )
    return await _about(request, note, command, form | {"form": "correction"})


@allows(Sends(DESK))
async def withdraw(request: Request) -> Response:
    """``POST /desk/note/withdrawal``: takes a note back, and says why."""
    form = await sent(request)
    note = await _note(request, written(form.get("note", "")))
    reason, made_from = form.get("reason", ""), round_in(form.get("made-from"))
    command = WithdrawNote(
        id=id_of("withdraw note", form.get("key"), note.posted.seq, reason, made_from),
        by=visit(request).person.name,
        note=note.posted.command_id,
        reason=reason,
        ballot=note.posted.ballot,
        made_from=made_from,
    )
    return await _about(request, note, command, form | {"form": "withdrawal"})


async def _about(request: Request, note: Note, command: CorrectNote | WithdrawNote, typed: dict[str, str]) -> Response:
    """Sends a command about a note; where it is refused its page comes again, with what was typed."""
    seq, ballot = note.posted.seq, note.posted.ballot
    try:
        _must_be_fit(typed)
        await ask(request, command)
    except Refused as refused:
        status = 409 if refused.code == _MEANWHILE else 422
        return await _note_page(request, seq, refused.sentence, status, typed, _wrong(refused))
    except StreamUnavailable:
        return await _note_page(request, seq, NOT_CONFIRMED, 503, typed)
    return RedirectResponse(f"/desk/contests/{ballot}" if ballot else "/desk", 303)


async def _note(request: Request, seq: int | None) -> Note:
    found = notes_of((await current_board(request)).night).get(seq or 0)
    if found is None:
        raise HTTPException(404, say("There is no such note on this night."))
    return found


async def _note_page(
    request: Request,
    seq: int | None,
    notice: str = "",
    status: int = 200,
    typed: dict[str, str] | None = None,
    wrong: dict[str, str] | None = None,
) -> Response:
    note, board = await _note(request, seq), await current_board(request)
    told = note.particulars
    says = {"text": note.says.text, "kind": told.kind or "", "speaker": told.speaker, "party": told.party}
    says |= {field: told.texts.get(code, "") for field, code in _TEXTS.items()}
    return page(
        request,
        "note.html",
        status,
        ballot=note.posted.ballot or "",
        notice=notice,
        typed=typed,
        board=board,
        note=note,
        fields=typed if typed and typed["form"] == "correction" else says,
        wrong=wrong or {},
    )


def _particulars(form: dict[str, str]) -> Particulars:
    kind = form.get("kind", "")
    texts = {code: form[field] for field, code in _TEXTS.items() if form.get(field)}
    known = kind if kind in NOTE_KINDS else None
    return Particulars(known, " ".join(form.get("speaker", "").split()), form.get("party", ""), texts)


def _must_be_fit(form: dict[str, str]) -> None:
    """Raises Refused where a text is too long to be recorded at all, or the kind is none that the form offers."""
    findings = [
        Finding("text-too-long", field, say(_TOO_LONG, most=LONGEST_TEXT, length=length))
        for field in ("text", *_TEXTS)
        if (length := len(form.get(field, ""))) > LONGEST_TEXT
    ]
    if form.get("kind", "") not in ("", *NOTE_KINDS):
        findings.append(Finding("note-unfit", "kind", say("Choose one of these kinds, or none.")))
    refuse_if(findings)


def _wrong(refused: Refused) -> dict[str, str]:
    return {finding.field: finding.sentence for finding in refused.findings}
