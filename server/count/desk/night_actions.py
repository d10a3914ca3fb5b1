"""What the desk does to the whole night: hold and release, set aside, single or double entry, the pace of a replay."""

from functools import partial
from typing import cast, get_args

from msgspec import UNSET
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.access import allows
from server.count.board.board import Board
from server.count.board.replay_wording import SKIPS, SPEEDS
from server.count.desk.pages import desk_page, hold_page
from server.count.desk.requests import DESK, carried_out, current_board, sent
from server.count.visit.rules import Sends, visit
from server.count.visit.sending import ask, id_of, stamp
from server.election.commands import HoldNight, ReleaseNight
from server.election.counting.acts import Dropped, EntryChosen, EntryMode, ReplaySet
from server.election.events import NightHeld
from server.election.refusals import Refused
from server.election.texts.said import _, say, say_all
from server.election.texts.several import some_of
from server.html.process import process
from server.stream.clock import now

_HELD_AGAIN = say(
    "The night was released and held again since this page was opened. It is still held: look at it again."
)


@allows(Sends(DESK))
async def hold(request: Request) -> Response:
    """``POST /desk/hold``: from now on nothing goes out. Two desks that tap at once make one hold."""
    board = await current_board(request)
    if board.hold:
        return RedirectResponse("/desk", 303)
    before = sum(isinstance(event, NightHeld) for event in board.night.feed)
    command = HoldNight(id=id_of("hold", before), by=visit(request).person.name)
    return await carried_out(ask(request, command), "/desk", partial(hold_page, request))


@allows(Sends(DESK))
async def release(request: Request) -> Response:
    """``POST /desk/release``: ends the hold that the page was about, and what waited goes out in the order it came."""
    board, form = await current_board(request), await sent(request)
    if board.hold is None:
        return RedirectResponse("/desk", 303)
    if form.get("hold") != str(board.hold.seq):
        return await hold_page(request, _HELD_AGAIN, 409)
    command = ReleaseNight(id=id_of("release", board.hold.seq), by=visit(request).person.name)

    async def released() -> None:
        await ask(request, command)
        submitter = process(request).submitter
        await submitter.send_out(visit(request).night, now())

    return await carried_out(released(), "/desk", partial(hold_page, request))


@allows(Sends(DESK))
async def set_aside(request: Request) -> Response:
    """``POST /desk/set-aside``: something that waits will not go out; if it was figures, they must be keyed again."""
    asked, by = (await sent(request)).get("asked", ""), visit(request).person.name
    submitter = process(request).submitter
    act = Dropped(**stamp(request, id_of("set aside", asked)), asked=asked, why=f"Set aside by {by}.")
    work = submitter.record(visit(request).night, act)
    return await carried_out(work, "/desk/hold", partial(hold_page, request))


@allows(Sends(DESK))
async def entry(request: Request) -> Response:
    """``POST /desk/entry``: one person or two people key each result of this night, and blocks apart or not."""
    form = await sent(request)
    chosen, board = form.get("entry", ""), await current_board(request)
    if chosen == "single" and board.desk.entry == "double" and "sure" not in form:
        return await desk_page(request, typed=form | {"form": "entry", "asks": _fewer(board)})

    async def recorded() -> None:
        if chosen not in get_args(EntryMode):
            raise Refused("entry-unknown", say("Say whether one person keys each result, or two."))
        apart = "apart" in form if "blocks" in form else UNSET
        said = stamp(request, id_of("entry", form.get("key"), chosen, *(() if apart is UNSET else (apart,))))
        act = EntryChosen(**said, entry=cast(EntryMode, chosen), apart=apart)
        submitter = process(request).submitter
        await submitter.record(visit(request).night, act)

    typed = form | {"form": "entry"}
    return await carried_out(recorded(), "/desk", partial(desk_page, request, typed=typed))


def _fewer(board: Board) -> str:
    """What is to be known before one person keys each result, where two do now."""
    contests = [glance.count.contest for glance in board.glances() if glance.stands.state in ("one keyed", "differs")]
    asks = [say("One person alone lets slips through that a second finds."), say("Change all the same?")]
    if contests:
        message = _("Nobody has confirmed the figures of %(contests)s: they do not become ready.")
        asks.insert(1, say(message, contests=some_of(contests)))
    return say_all(*asks)


@allows(Sends(DESK))
async def replay(request: Request) -> Response:
    """``POST /desk/replay``: a ``state`` (playing, paused, stopped), a ``speed``, or how far it is to ``skip`` forward;
    the process that plays it follows at once."""
    form, board = await sent(request), await current_board(request)
    before, state, speed, skip = board.desk.replay, form.get("state", ""), form.get("speed", ""), form.get("skip", "")

    async def recorded() -> None:
        if before is None:
            raise Refused("no-replay", say("This night is not a replay: nobody plays it."))
        if state not in ("", "playing", "paused", "stopped") or speed not in ("", *SPEEDS) or skip not in ("", *SKIPS):
            sentence = say("Say whether it plays, pauses or stops, how fast it plays, or how far it skips.")
            raise Refused("replay-unknown", sentence)
        skipped = before.skips_to
        if skip:  # from where it is, or is about to be
            skipped = max(board.night.at, skipped or board.night.at) + SKIPS[skip]
        act = ReplaySet(
            **stamp(request, id_of("replay", form.get("key"), state, speed, skip)),
            speed=SPEEDS[speed] if speed else before.speed,
            state=state or before.state,
            skips_to=skipped,
        )
        submitter = process(request).submitter
        await submitter.record(visit(request).night, act)

    return await carried_out(recorded(), "/desk", partial(desk_page, request))
