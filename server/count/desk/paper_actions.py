"""What was known before the count, put right at the desk: a contest's ballot paper, and what the night says of
itself. The rules are in ``server.election.amending``."""

import re
from collections.abc import Iterable
from datetime import datetime, time

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.access import allows
from server.count.desk import paper
from server.count.desk.paper_made import made_by
from server.count.desk.paper_together import together
from server.count.desk.requests import DESK, NOT_CONFIRMED, current_board, page, sent
from server.count.visit.rules import Sends, SignedIn, visit
from server.count.visit.sending import ask, id_of, round_in
from server.election.checks import Finding
from server.election.clock import LONDON
from server.election.commands import Amend, AmendBallotPaper, AmendNight
from server.election.contests import Definition
from server.election.counts import Count
from server.election.events import NightAmended
from server.election.parties import Party
from server.election.refusals import Refused, refuse_if
from server.election.results.amendments import ids_used, in_words
from server.html.templates import clock
from server.nights.coming.parties import standing
from server.stream.events import StreamUnavailable

_MEANWHILE = "amended-meanwhile"
_BOTH = (
    "Somebody put this right after you began to type. Nothing of yours was sent: it is in the form below, together "
    "with what changed."
)
_FIELDS = {
    "reason": "reason",
    "candidates": "candidates",
    "holder": "paper.previous.holder",
    "previous-electorate": "paper.previous.electorate",
    "polls_close": "paper.closes",
}
"""Fields of findings that have another name in the form; the others have "paper." before them."""


@allows(SignedIn(DESK))
async def ballot_paper(request: Request) -> Response:
    """``GET /desk/contests/{ballot}/paper``: what is known of a contest before its count, to be put right."""
    return await _paper_page(request, request.path_params["ballot"])


@allows(Sends(DESK))
async def amend_ballot_paper(request: Request) -> Response:
    """``POST /desk/paper``: the ballot paper as it is to be. ``more`` asks for the form again, with room for one
    candidate more; ``restore`` with what was put right since it was opened."""
    form = await sent(request)
    ballot = form["contest"].rpartition("/")[2]
    if "more" in form:
        return await _paper_page(request, ballot, typed=form)
    if "restore" in form:
        return await _paper_page(request, ballot, _BOTH, 409, form)
    board = await current_board(request)
    count = board.later.counts.get(ballot)
    if count is None:
        raise HTTPException(404, f"{ballot} is not a contest of this night.")
    made = made_by(paper.read(form), count.contest, board.later.parties, ids_used(board.later, ballot))
    reason, made_from = form.get("reason", ""), round_in(form.get("made-from"))
    command = AmendBallotPaper(
        id=id_of("paper", form.get("key"), ballot, made.contest, reason, made_from),
        by=visit(request).person.name,
        ballot=ballot,
        contest=made.contest,
        parties=made.parties,
        reason=reason,
        made_from=made_from,
    )
    numbers = {row.id or str(row.number): row.number for row in paper.read(form).candidates}
    try:
        _must_be_the_newest(count.amended, made_from, bool(made.findings))
        refuse_if(list(made.findings))
        await ask(request, command)
    except Refused as refused:
        wrong = {_field(finding.field, numbers): finding for finding in refused.findings}
        status = 409 if refused.code == _MEANWHILE else 422
        return await _paper_page(request, ballot, refused.sentence, status, form, wrong.items())
    except StreamUnavailable:
        return await _paper_page(request, ballot, NOT_CONFIRMED, 503, form)
    return RedirectResponse(f"/desk/contests/{ballot}", 303)


@allows(SignedIn(DESK))
async def night(request: Request) -> Response:
    """``GET /desk/night``: the night's title, close of poll and baseline, to be put right."""
    return await _night_page(request)


@allows(Sends(DESK))
async def amend_night(request: Request) -> Response:
    """``POST /desk/night``: title, close of poll as HH:MM in London, and baseline, as they are to be; ``restore`` as
    for a ballot paper."""
    form = await sent(request)
    if "restore" in form:
        return await _night_page(request, _BOTH, 409, form)
    definition = (await current_board(request)).later.definition
    try:
        await ask(request, _amend_night(request, form, definition))
    except Refused as refused:
        wrong = {_field(finding.field, {}): finding.sentence for finding in refused.findings}
        return await _night_page(request, refused.sentence, 409 if refused.code == _MEANWHILE else 422, form, wrong)
    except StreamUnavailable:
        return await _night_page(request, NOT_CONFIRMED, 503, form)
    return RedirectResponse("/desk", 303)


def _amend_night(request: Request, form: dict[str, str], definition: Definition) -> Amend:
    text, reason = form.get("paper.closes", ""), form.get("reason", "")
    typed = re.fullmatch(r"([01]?[0-9]|2[0-3])[:.]?([0-5][0-9])", text)
    if typed is None:
        refuse_if([Finding("paper-unfit", "paper.closes", f"{text[:20] or 'That'} is not a time of day like 22:00.")])
    before = definition.polls_close.astimezone(LONDON)
    moment = time(int(typed[1]), int(typed[2])) if typed else before.time()
    # The same time leaves the moment as it was written, and with it the night as it was.
    unchanged = moment == before.time().replace(second=0, microsecond=0)
    closes = definition.polls_close if unchanged else datetime.combine(before.date(), moment, LONDON)
    title, baseline = (" ".join(form.get(f"paper.{name}", "").split()) for name in ("title", "baseline"))
    made_from = round_in(form.get("made-from"))
    return AmendNight(
        id=id_of("night", form.get("key"), title, closes, baseline, reason, made_from),
        by=visit(request).person.name,
        title=title,
        polls_close=closes,
        baseline=baseline,
        reason=reason,
        made_from=made_from,
    )


def _must_be_the_newest(amended: int, made_from: int, wrong: bool) -> None:
    """Refuses a form with mistakes in it that is also out of date: that is to be said first."""
    if wrong and made_from != amended:
        sentence = "Somebody put this ballot paper right after this page was opened. Nothing was sent, and what you "
        raise Refused(_MEANWHILE, f"{sentence}typed is kept: compare the two.")


def _field(field: str, numbers: dict[str, int]) -> str:
    """The field of the form that a finding is about; ``numbers``: candidate id → number of the row."""
    name, _, id = field.partition(".")
    if field.startswith("paper.") or field in _FIELDS:
        return _FIELDS.get(field, field)
    return f"paper.candidate.{numbers[id]}.{name}" if id in numbers else f"paper.{field}"


async def _paper_page(
    request: Request,
    ballot: str,
    notice: str = "",
    status: int = 200,
    typed: dict[str, str] | None = None,
    wrong: Iterable[tuple[str, Finding]] = (),
) -> Response:
    board = await current_board(request)
    count = board.later.counts.get(ballot)
    if count is None:
        raise HTTPException(404, f"{ballot} is not a contest of this night.")
    stands = paper.form_of(count.contest, board.later.parties)
    form, seen = stands, count.amended
    if typed is not None:
        form, seen = paper.with_room(paper.read(typed)), round_in(typed.get("made-from"))
    since = count.amendments[max(seen, 0) :] if status == 409 else ()
    if status == 409:
        form, seen = together(board.later, count, seen, form), count.amended
    sentences = {field: finding.sentence for field, finding in wrong}
    return page(
        request,
        "paper.html",
        status,
        ballot=ballot,
        watched=f"?contest={ballot}",
        notice=_summary(notice, sentences),
        typed=typed,
        board=board,
        count=count,
        form=form,
        wrong=sentences,
        now=_differing(stands, form) if status == 409 else {},
        made_from=seen,
        since=[(event, in_words(board.later, event)) for event in since],
        off=paper.OFF,
        parties=_choices(count, board.later.parties),
        last=count.amendments[-1] if count.amendments else None,
    )


def _summary(notice: str, sentences: dict[str, str]) -> str:
    if len(sentences) <= 1:
        return notice
    return f"{len(sentences)} things are to be put right first. Each is said at its field; nothing was sent."


def _differing(stands: paper.PaperForm, form: paper.PaperForm) -> dict[str, str]:
    """Field → how the paper has it now, where that is not what was typed."""
    typed = paper.texts_of(form)
    return {field: text for field, text in paper.texts_of(stands).items() if typed.get(field, "") != text}


def _choices(count: Count, parties: dict[str, Party]) -> list[Party]:
    """The parties to choose from: those of this paper, of the night, and all others, each by name."""
    here = {candidate.party for candidate in count.contest.candidates}
    everybody = standing() | parties
    return sorted(everybody.values(), key=lambda party: (party.id not in here, party.id not in parties, party.name))


async def _night_page(
    request: Request,
    notice: str = "",
    status: int = 200,
    typed: dict[str, str] | None = None,
    wrong: dict[str, str] | None = None,
) -> Response:
    board = await current_board(request)
    amendments = board.later.amendments
    fields, seen = _says(board.later.definition), len(amendments)
    shown, made_from = fields, seen
    if typed is not None:
        shown = {name: typed.get(f"paper.{name}", text) for name, text in fields.items()}
        made_from = round_in(typed.get("made-from"))
    if status == 409:
        said = (board.later.opened_as, *amendments)
        before = said[made_from] if 0 <= made_from < len(said) else said[-1]
        untouched = {name for name, text in _says(before).items() if shown[name] == text}
        shown, made_from = shown | {name: fields[name] for name in untouched}, seen
    return page(
        request,
        "night.html",
        status,
        notice=notice,
        typed=typed,
        board=board,
        fields=shown,
        now=fields if status == 409 else {},
        wrong=wrong or {},
        has_figures=any(count.has_figures for count in board.later.counts.values()),
        amended=made_from,
    )


def _says(night: Definition | NightAmended) -> dict[str, str]:
    return {"title": night.title, "closes": clock(night.polls_close), "baseline": night.baseline}
