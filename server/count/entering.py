"""The form, its read-back, sending and the receipt: what an officer does on a phone. No rules, no words."""

import uuid
from collections.abc import Iterable
from typing import cast, get_args

from msgspec import Struct
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.access import allows
from server.count.answering import lately, page, standing
from server.count.figures import Entry, read
from server.count.invitations import Invitation
from server.count.rules import contest_of, csrf, sending, signed_in
from server.count.sending import declaration, declare, now, reach_stage
from server.count.shown import STAGES, form_of, read_back
from server.election.checks import Finding, check_figures
from server.election.decide import Refused, decide
from server.election.events import Corrected, Declared, Stage, Withdrawn
from server.election.nights import Count, Night
from server.election.verdict import judge
from server.live.hub import Hub
from server.pages.templates import clock
from server.stream.events import StreamUnavailable

FORM, RECEIPT = "/count", "/count/receipt"
_LONGEST_KEY = 64
_NOT_CONFIRMED = (
    "The store of results did not answer, so it is not certain that this was sent. Send it again: "
    "it will count only once."
)
_WITHDRAWN_SINCE = (
    "What was sent before has been withdrawn since. Check the figures, and send them as a new declaration."
)


@allows(signed_in)
async def form(request: Request) -> Response:
    """``GET /count``: the form, or the receipt once the contest is declared."""
    night, count = await standing(request)
    if count.result is not None:
        return RedirectResponse(RECEIPT, 303)
    papers = "" if count.papers is None else f"{count.papers:,}"
    entry = read(count.contest, {"papers": papers}).about()
    notice = ""
    if isinstance(last := count.history[-1] if count.history else None, Withdrawn):
        notice = f"The declaration was withdrawn at {clock(last.at)}: {last.reason}"
    return _form(request, night, count, entry, _new_key(), fresh=True, notice=notice)


@allows(signed_in)
async def back_to_form(request: Request) -> Response:
    """A page that only a form leads to, opened again by its address (a restored tab): the form."""
    return RedirectResponse(FORM, 303)


@allows(sending)
async def change(request: Request) -> Response:
    """``POST /count/change``: back from the read-back, with every text as it was typed."""
    night, count = await standing(request)
    sent = await _sent(request, count)
    return _form(request, night, count, sent.entry, sent.key)


@allows(sending)
async def check(request: Request) -> Response:
    """``POST /count/check``: the declaration as it will be read out, or the form with what is wrong."""
    night, count = await standing(request)
    return _read_back(request, night, count, await _sent(request, count))


@allows(sending)
async def send(request: Request) -> Response:
    """``POST /count/declare``: declares, and leads to the receipt."""
    night, count = await lately(request)
    sent = await _sent(request, count)
    if sent.entry.unreadable:
        return _refused(request, night, count, sent)
    try:
        receipt = await declare(request.state.submitter, _invitation(request), sent.key, sent.entry.figures)
    except Refused as refused:
        return _refused(request, night, count, sent, refused)
    except StreamUnavailable:
        return _read_back(request, night, count, sent, _NOT_CONFIRMED, 503)
    night, count = await standing(request)
    if receipt.repeated and count.result is None:
        return _form(request, night, count, sent.entry, _new_key(), notice=_WITHDRAWN_SINCE, status=409)
    return RedirectResponse(RECEIPT, 303)


@allows(sending)
async def stage(request: Request) -> Response:
    """``POST /count/stage``: one tap says how far the count is; "verified" takes the papers from the form."""
    night, count = await lately(request)
    sent = await _sent(request, count)
    if sent.stage not in get_args(Stage):
        return RedirectResponse(FORM, 303)
    papers = sent.entry.figures.papers if sent.stage == "verified" else None
    if sent.stage == "verified" and papers is None:
        only = sent.entry.about("papers")
        return _form(request, night, count, only, sent.key, status=422)
    try:
        reached = cast(Stage, sent.stage)
        await reach_stage(request.state.submitter, _invitation(request), sent.step, reached, papers)
    except Refused as refused:
        return _refused(request, night, count, replace(sent, entry=sent.entry.about()), refused)
    except StreamUnavailable:
        plain = sent.entry.about()
        return _form(request, night, count, plain, sent.key, notice=_NOT_CONFIRMED, status=503)
    return RedirectResponse(FORM, 303)


@allows(signed_in)
async def receipt(request: Request) -> Response:
    """``GET /count/receipt``: what is declared, under which number, and whether it is on air yet."""
    night, count = await standing(request)
    if count.result is None:
        return RedirectResponse(FORM, 303)
    said = [one for one in count.history if isinstance(one, Declared | Corrected)]
    declared = next(one for one in reversed(said) if isinstance(one, Declared))
    hub: Hub = request.state.hub
    channel = hub.channels.get(night.definition.id)
    return page(
        "receipt.html",
        night=night,
        count=count,
        invitation=_invitation(request),
        declared=declared,
        corrected=said[-1] if isinstance(said[-1], Corrected) else None,
        read_back=read_back(night, count, count.result),
        on_air=channel is not None and channel.seq >= said[-1].seq,
        refused=request.query_params.get("sent") == "no",
        draft=_draft(request, count),
    )


class _Sent(Struct, frozen=True):
    """A form as it came: by its ``key`` sending it twice is noticed, by ``step`` a stage sent twice."""

    entry: Entry
    key: str
    stage: str
    step: str


async def _sent(request: Request, count: Count) -> _Sent:
    form = {name: text for name, text in (await request.form()).items() if isinstance(text, str)}
    key = form.get("key", "")
    return _Sent(
        entry=read(count.contest, form),
        key=key if 0 < len(key) <= _LONGEST_KEY else _new_key(),
        stage=form.get("stage", ""),
        step=form.get("step", "")[:_LONGEST_KEY],
    )


def _read_back(
    request: Request, night: Night, count: Count, sent: _Sent, notice: str = "", status: int = 200
) -> Response:
    if sent.entry.unreadable:
        return _refused(request, night, count, sent)
    try:
        event = decide(night, declaration(_invitation(request), sent.key, sent.entry.figures), now())
    except Refused as refused:
        return _refused(request, night, count, sent, refused)
    assert isinstance(event, Declared)
    return page(
        "read_back.html",
        status,
        night=night,
        count=count,
        texts=sent.entry.texts,
        read_back=read_back(night, count, judge(count.contest, event)),
        notice=notice,
        key=sent.key,
        **_common(request),
    )


def _refused(request: Request, night: Night, count: Count, sent: _Sent, refused: Refused | None = None) -> Response:
    """The form with every finding: those of the checks too where some text could not be read."""
    if refused is None:
        figures = sent.entry.figures
        papers = count.papers if figures.papers is None else figures.papers
        findings = check_figures(count.contest, figures.votes, figures.rejected, papers, figures.lot)
        return _form(request, night, count, sent.entry, sent.key, findings, status=422)
    if refused.code in ("already-declared", "key-reused"):
        return RedirectResponse(f"{RECEIPT}?sent=no", 303)
    return _form(request, night, count, sent.entry, sent.key, refused.findings, status=422)


def _form(
    request: Request,
    night: Night,
    count: Count,
    entry: Entry,
    key: str,
    findings: Iterable[Finding] = (),
    *,
    fresh: bool = False,
    notice: str = "",
    status: int = 200,
) -> Response:
    """``fresh`` is a form that nobody has sent yet: it takes up the draft that the phone may have."""
    return page(
        "form.html",
        status,
        night=night,
        count=count,
        form=form_of(night, count, entry, findings),
        stage=STAGES.get(count.stage or ""),
        fresh=fresh,
        notice=notice,
        key=key,
        draft=_draft(request, count),
        **_common(request),
    )


def _common(request: Request) -> dict[str, object]:
    invitation = _invitation(request)
    return {"invitation": invitation, "contest": contest_of(invitation), "csrf": csrf(request)}


def _draft(request: Request, count: Count) -> str:
    """Where the phone keeps its draft: after a withdrawal it begins another."""
    declarations = sum(isinstance(one, Declared) for one in count.history)
    attempt = declarations if count.result is None else declarations - 1
    return f"draft:{contest_of(_invitation(request))}:{attempt}"


def _new_key() -> str:
    return str(uuid.uuid4())


def _invitation(request: Request) -> Invitation:
    return request.state.invitation
