"""What a night says of itself, put right at the desk: its title, the close of its poll, and the election that gains and
changes are counted from. The rules are in ``server.election.deciding.amending``."""

import re
from datetime import datetime, time

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.access import allows
from server.count.desk.baselines import compared, offered
from server.count.desk.paper_actions import BOTH, MEANWHILE, field_of
from server.count.desk.requests import DESK, NOT_CONFIRMED, current_board, page, sent
from server.count.visit.rules import Sends, SignedIn, visit
from server.count.visit.sending import ask, id_of, round_in
from server.election.clock import LONDON
from server.election.commands import AmendBallotPaper, AmendNight
from server.election.contests import Definition
from server.election.events import NightAmended
from server.election.nights import Night
from server.election.refusals import Refused, refuse_if
from server.election.texts.check_codes import Finding
from server.election.texts.said import say
from server.html.templates import clock
from server.stream.events import StreamUnavailable


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
        return await _night_page(request, BOTH, 409, form)
    night = (await current_board(request)).later
    try:
        await _put_right(request, form, night)
    except Refused as refused:
        wrong = {field_of(finding.field, {}): finding.sentence for finding in refused.findings}
        return await _night_page(request, refused.sentence, 409 if refused.code == MEANWHILE else 422, form, wrong)
    except StreamUnavailable:
        return await _night_page(request, NOT_CONFIRMED, 503, form)
    return RedirectResponse("/desk", 303)


async def _put_right(request: Request, form: dict[str, str], night: Night) -> None:
    """Ask for what the form says; where it chooses another election, for the figures of every contest too."""
    chosen, reason = form.get("paper.compared", ""), form.get("reason", "")
    other = compared(night.definition, chosen) if chosen else night.definition
    changed = [one for one in other.contests if one != night.counts[one.ballot].contest]
    named = form | ({"paper.baseline": other.baseline} if chosen else {})
    try:
        await ask(request, _amend_night(request, named, night.definition))
    except Refused as refused:
        if refused.code != "nothing-changed" or not changed:
            raise
    for contest in changed:
        made_from = night.counts[contest.ballot].amended
        command = AmendBallotPaper(
            id=id_of("compared", form.get("key"), contest.ballot, chosen, reason, made_from),
            by=visit(request).person.name,
            ballot=contest.ballot,
            contest=contest,
            parties=other.parties,
            reason=reason,
            made_from=made_from,
        )
        await ask(request, command)


def _amend_night(request: Request, form: dict[str, str], definition: Definition) -> AmendNight:
    text, reason = form.get("paper.closes", ""), form.get("reason", "")
    typed = re.fullmatch(r"([01]?[0-9]|2[0-3])[:.]?([0-5][0-9])", text)
    if typed is None:
        sentence = say("%(text)s is not a time of day like 22:00.", text=text[:20] or say("That"))
        refuse_if([Finding("paper-unfit", "paper.closes", sentence)])
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
        compared=(typed or {}).get("paper.compared", ""),
        offers=offered(board.later),
        wrong=wrong or {},
        has_figures=any(count.has_figures for count in board.later.counts.values()),
        amended=made_from,
    )


def _says(night: Definition | NightAmended) -> dict[str, str]:
    return {"title": night.title, "closes": clock(night.polls_close), "baseline": night.baseline}
