"""A contest's ballot paper, put right at the desk. The rules are in ``server.election.deciding.amending``."""

from collections.abc import Iterable

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
from server.election.commands import AmendBallotPaper
from server.election.counts import Count
from server.election.parties import Party
from server.election.refusals import Refused, refuse_if
from server.election.results.amendments import ids_used, in_words
from server.election.texts.check_codes import Finding
from server.election.texts.said import _, say
from server.nights.coming.parties import standing
from server.stream.events import StreamUnavailable

MEANWHILE = "amended-meanwhile"
BOTH = say(
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
        return await _paper_page(request, ballot, BOTH, 409, form)
    board = await current_board(request)
    count = board.later.counts.get(ballot)
    if count is None:
        raise HTTPException(404, say("%(ballot)s is not a contest of this night.", ballot=ballot))
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
        wrong = {field_of(finding.field, numbers): finding for finding in refused.findings}
        status = 409 if refused.code == MEANWHILE else 422
        return await _paper_page(request, ballot, refused.sentence, status, form, wrong.items())
    except StreamUnavailable:
        return await _paper_page(request, ballot, NOT_CONFIRMED, 503, form)
    return RedirectResponse(f"/desk/contests/{ballot}", 303)


def _must_be_the_newest(amended: int, made_from: int, wrong: bool) -> None:
    """Refuses a form with mistakes in it that is also out of date: that is to be said first."""
    if wrong and made_from != amended:
        sentence = say(
            "Somebody put this ballot paper right after this page was opened. Nothing was sent, and what you typed is "
            "kept: compare the two."
        )
        raise Refused(MEANWHILE, sentence)


def field_of(field: str, numbers: dict[str, int]) -> str:
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
        raise HTTPException(404, say("%(ballot)s is not a contest of this night.", ballot=ballot))
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
    message = _("%(number)s things are to be put right first. Each is said at its field; nothing was sent.")
    return say(message, number=len(sentences))


def _differing(stands: paper.PaperForm, form: paper.PaperForm) -> dict[str, str]:
    """Field → how the paper has it now, where that is not what was typed."""
    typed = paper.texts_of(form)
    return {field: text for field, text in paper.texts_of(stands).items() if typed.get(field, "") != text}


def _choices(count: Count, parties: dict[str, Party]) -> list[Party]:
    """The parties to choose from: those of this paper, of the night, and all others, each by name."""
    here = {candidate.party for candidate in count.contest.candidates}
    everybody = standing() | parties
    return sorted(everybody.values(), key=lambda party: (party.id not in here, party.id not in parties, party.name))
