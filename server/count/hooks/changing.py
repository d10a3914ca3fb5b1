"""What the desk does with webhooks: each is an act, but for a message that only tries one."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.access import allows
from server.count.desk.requests import DESK, current_board, sent
from server.count.hooks.listing import hooks_page
from server.count.visit.rules import Sends, visit
from server.count.visit.sending import id_of, stamp
from server.election.counting.acts.hook_acts import HookAct, HookDropped, HookKind, HookMade, HookSwitched
from server.election.counting.hooks import KINDS
from server.election.nights import Night
from server.election.refusals import Refused
from server.hooks.addresses import written_address
from server.hooks.messages import message_to_test
from server.hooks.progress import line_of
from server.hooks.secret import secret_of
from server.html.languages import languages
from server.html.process import process
from server.stream.clock import now
from server.stream.events import StreamUnavailable

_AWAY = "store-away"


@allows(Sends(DESK))
async def make(request: Request) -> Response:
    """``POST /desk/hooks``: a webhook is made. The page that answers has its secret, unless it was made before."""
    form = await sent(request)
    board = await current_board(request)
    kinds: tuple[HookKind, ...] = tuple(kind for kind in KINDS if f"kind.{kind}" in form)
    hook = id_of("hook", form.get("key"), form.get("address"), kinds, form.get("contests"))[:16]
    try:
        act = HookMade(
            **stamp(request, f"hook/{hook}"),
            hook=hook,
            url=written_address(form.get("address", "")),
            kinds=kinds,
            ballots=_ballots(board.night, form.get("contests", "")),
            after=board.night.seq,
        )
        _, repeated = await process(request).submitter.record(visit(request).night, act)
    except Refused as refused:
        return await hooks_page(request, refused.code, refused.sentence, 422, form)
    except StreamUnavailable as error:
        return await hooks_page(request, _AWAY, str(error), 503, form)
    secret = "" if repeated else secret_of(process(request).settings.secret_key, hook)
    return await hooks_page(request, secret=secret, made=hook)


@allows(Sends(DESK))
async def test(request: Request) -> Response:
    """``POST /desk/hooks/test``: a message that says nothing is sent once, and the log has the answer."""
    here, night, form = process(request), visit(request).night, await sent(request)
    board = await current_board(request)
    hook = board.desk.hooks.get(form.get("hook", ""))
    if hook is None:
        return await hooks_page(request, "hook-unknown", "", 422)
    message = message_to_test(board.night.definition, hook, now(), here.settings.public_url)
    answer = await here.hooks.sender.send(hook.url, secret_of(here.settings.secret_key, hook.id), message)
    try:
        await here.hooks.cursors.note(night, hook.id, line_of(0, message, answer))
    except StreamUnavailable as error:
        return await hooks_page(request, _AWAY, str(error), 503)
    return RedirectResponse(f"/desk/hooks#hook-{hook.id}", 303)


@allows(Sends(DESK))
async def switch_on(request: Request) -> Response:
    """``POST /desk/hooks/on``: a webhook is switched on, or tried again at once. It goes on where it was."""
    form = await sent(request)
    act = HookSwitched(**stamp(request, _command("on", form)), hook=form.get("hook", ""), on=True)
    return await _recorded(request, act)


@allows(Sends(DESK))
async def switch_off(request: Request) -> Response:
    """``POST /desk/hooks/off``: a webhook is sent nothing until it is switched on."""
    form = await sent(request)
    act = HookSwitched(**stamp(request, _command("off", form)), hook=form.get("hook", ""), on=False)
    return await _recorded(request, act)


@allows(Sends(DESK))
async def drop(request: Request) -> Response:
    """``POST /desk/hooks/drop``: a webhook is gone, with its log."""
    form = await sent(request)
    return await _recorded(request, HookDropped(**stamp(request, _command("drop", form)), hook=form.get("hook", "")))


async def _recorded(request: Request, act: HookAct) -> Response:
    here, night = process(request), visit(request).night
    try:
        if isinstance(act, HookSwitched) and act.on:  # before the processes hear of it and ask for the lease
            await here.hooks.cursors.wake(night, act.hook)
        await here.submitter.record(night, act)
        if isinstance(act, HookDropped):
            await here.hooks.cursors.drop(night, act.hook)
    except Refused as refused:
        return await hooks_page(request, refused.code, refused.sentence, 422)
    except StreamUnavailable as error:
        return await hooks_page(request, _AWAY, str(error), 503)
    return RedirectResponse("/desk/hooks", 303)


def _command(what: str, form: dict[str, str]) -> str:
    return id_of(what, form.get("key"), form.get("hook"))


def _ballots(night: Night, text: str) -> tuple[str, ...]:
    """The contests that somebody named, one a line, by name, slug or ballot id; Refused if one is unknown."""
    known: dict[str, list[str]] = {}
    for contest in night.definition.contests:
        told = (one.seat_in(night.definition, contest).casefold() for one in languages())
        for name in dict.fromkeys((contest.ballot, contest.slug, contest.name.casefold(), *told)):
            known.setdefault(name, []).append(contest.ballot)
    found: dict[str, None] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        ballots = known.get(" ".join(line.casefold().split()), [])
        if len(ballots) != 1:
            raise Refused("hook-contest", line[:80])
        found[ballots[0]] = None
    return tuple(found)
