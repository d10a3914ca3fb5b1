"""What the desk does to one contest: expected time, revision, withdrawal, no poll. Officers key the figures."""

import re
from collections.abc import Awaitable
from datetime import datetime, time, timedelta
from typing import cast, get_args

from starlette.requests import Request
from starlette.responses import Response

from server.access import allows
from server.count.desk.pages import contest_page
from server.count.desk.requests import DESK, carried_out, current_board, sent
from server.count.visit.rules import Sends, visit
from server.count.visit.sending import ask, change_confirmed, id_of, round_in, stamp, taken_back
from server.election.clock import LONDON, skipped
from server.election.commands import ExpectDeclaration, RecordNoPoll, Withdraw
from server.election.counting.acts import CorrectionBegun, CorrectionDropped
from server.election.counting.entry import correction_of
from server.election.events import NoPollState
from server.election.nights import Night
from server.election.refusals import Refused
from server.election.texts.said import say
from server.html.process import process
from server.stream.clock import now

_ITS_OWN_NIGHT = timedelta(
    hours=36
)  # after the close of poll; what comes later is a rehearsal with the contests of an old night
_LOOKS_BACK = timedelta(hours=6)


@allows(Sends(DESK))
async def expected(request: Request) -> Response:
    """``POST /desk/expected``: when the declaration is expected, as HH:MM; an empty field takes it back."""
    form = await sent(request)
    ballot, text = _ballot(form), form.get("expected", "")

    async def expect() -> None:
        night = (await current_board(request)).night
        moment = moment_of(text, night, now()) if text else None
        command_id = id_of("expected", form.get("key"), ballot, moment)
        by = visit(request).person.name
        await ask(request, ExpectDeclaration(id=command_id, by=by, ballot=ballot, expected=moment))

    return await _done(request, form, "expected", expect())


@allows(Sends(DESK))
async def revision(request: Request) -> Response:
    """``POST /desk/revision``: declared figures are to be revised. The officers key the sheets again, and the old
    figures stand until the new ones go out."""
    form = await sent(request)
    ballot, reason, round = _ballot(form), form.get("reason", ""), form.get("round", "")
    act = CorrectionBegun(
        **stamp(request, id_of("revision", form.get("key"), ballot, round, reason)),
        ballot=ballot,
        round=round_in(round),
        slip=False,
        reason=reason,
    )
    submitter = process(request).submitter
    return await _done(request, form, "revision", submitter.record(visit(request).night, act))


@allows(Sends(DESK))
async def drop_revision(request: Request) -> Response:
    """``POST /desk/revision/drop``: the revision is given up, and the declared figures stand."""
    form = await sent(request)
    ballot = _ballot(form)
    board = await current_board(request)
    known = ballot in board.night.counts
    begun = correction_of(board.later, board.desk, ballot) if known else None
    command_id = id_of("drop-revision", ballot, begun.seq if begun else form.get("key"))
    act = CorrectionDropped(**stamp(request, command_id), ballot=ballot)
    submitter = process(request).submitter
    return await _done(request, form, "drop", submitter.record(visit(request).night, act))


@allows(Sends(DESK))
async def change(request: Request) -> Response:
    """``POST /desk/change``: the desk confirms a correction that changes who is elected."""
    form = await sent(request)
    act = change_confirmed(request, _ballot(form), form.get("command", ""))
    return await _done(request, form, "change", process(request).submitter.record(visit(request).night, act))


@allows(Sends(DESK))
async def take_back(request: Request) -> Response:
    """``POST /desk/stage/back``: the newest stage was reported by mistake, and everybody sees it taken back."""
    form = await sent(request)
    return await _done(request, form, "back", ask(request, taken_back(_ballot(form), form, visit(request).person.name)))


@allows(Sends(DESK))
async def withdrawal(request: Request) -> Response:
    """``POST /desk/withdrawal``: a declaration is taken back, or that there is no poll; everybody sees it."""
    form = await sent(request)
    ballot, reason = _ballot(form), form.get("reason", "")
    command_id = id_of("withdraw", form.get("key"), ballot, reason)
    round = form.get("round", "")
    command = Withdraw(
        id=command_id,
        by=visit(request).person.name,
        ballot=ballot,
        reason=reason,
        round=round_in(round),
    )
    return await _done(request, form, "withdrawal", ask(request, command))


@allows(Sends(DESK))
async def no_poll(request: Request) -> Response:
    """``POST /desk/no-poll``: the contest is uncontested, postponed or countermanded, for a reason."""
    form = await sent(request)
    ballot, state, reason = _ballot(form), form.get("state", ""), form.get("reason", "")

    async def recorded() -> None:
        if state not in get_args(NoPollState):
            raise Refused("state-unknown", say("Say whether it is uncontested, postponed or countermanded."))
        command = RecordNoPoll(
            id=id_of("no-poll", form.get("key"), ballot, state, reason),
            by=visit(request).person.name,
            ballot=ballot,
            state=cast(NoPollState, state),
            reason=reason,
        )
        await ask(request, command)

    return await _done(request, form, "no-poll", recorded())


def moment_of(text: str, night: Night, at: datetime) -> datetime:
    """The moment in London that a time of day such as ``02:30`` means.

    It is the first such time after the close of poll. If the poll closed more than 36 hours before ``at``, it is the
    first such time from six hours before ``at`` on. Refused if the text is not a time of day, or one that is skipped.
    """
    time_of_day = re.fullmatch(r"([01]?[0-9]|2[0-3])[:.]?([0-5][0-9])", text)
    if time_of_day is None:
        raise Refused("time-unreadable", say("%(text)s is not a time of day like 02:30 or 23:45.", text=text[:20]))
    close = night.definition.polls_close.astimezone(LONDON)
    first = close if at - close < _ITS_OWN_NIGHT else (at - _LOOKS_BACK).astimezone(LONDON)
    moment = datetime.combine(first.date(), time(int(time_of_day[1]), int(time_of_day[2])), LONDON)
    if moment < first:
        moment = datetime.combine(first.date() + timedelta(days=1), moment.time(), LONDON)
    if sentence := skipped(moment):
        raise Refused("time-skipped", sentence)
    return moment


def _ballot(form: dict[str, str]) -> str:
    return form["contest"].rpartition("/")[2]


async def _done(request: Request, form: dict[str, str], name: str, work: Awaitable[object]) -> Response:
    async def again(sentence: str, status: int) -> Response:
        return await contest_page(request, _ballot(form), sentence, status, form | {"form": name})

    return await carried_out(work, f"/desk/contests/{_ballot(form)}", again)
