"""A rehearsal of a night, opened from its desk with one tap: a night of its own with the same contests, marked TEST."""

from functools import partial
from itertools import count

from starlette.requests import Request
from starlette.responses import Response

from server.access import allows
from server.count.desk.pages import desk_page
from server.count.desk.requests import DESK, carried_out, current_board, page
from server.count.visit.inviting import link_of
from server.count.visit.rules import Sends, SignedIn, visit
from server.count.visit.sending import id_of, new_id, stamp
from server.election.contests import Definition, practised
from server.election.counting.acts import Invited
from server.election.refusals import Refused
from server.html.process import process
from server.stream.opening import open_night


@allows(SignedIn(DESK))
async def practice(request: Request) -> Response:
    """``GET /desk/practice``: where the rehearsal of this night is, and the visitor's own link to its desk."""
    board, submitter = await current_board(request), process(request).submitter
    definition = _practice_of(request, board.night.definition)
    stands = await submitter.look(definition.id)
    seq, link = stands.desk.receipts.get(_command_id(request, definition.id)), ""
    act = stands.desk.log[seq - 1] if seq else None
    if isinstance(act, Invited):
        link = link_of(process(request).settings, definition.id, act.invited, "desk")
    return page(
        request,
        "practice.html",
        board=board,
        address=f"{process(request).settings.public_url}/nights/{definition.id}" if stands.night else "",
        link=link,
    )


@allows(Sends(DESK))
async def open_practice(request: Request) -> Response:
    """``POST /desk/practice``: opens the rehearsal unless it is on air already, and invites the visitor to its desk."""

    async def opened() -> None:
        board, this = await current_board(request), process(request)
        if board.night.definition.rehearsal or board.night.definition.replay_of is not None:
            raise Refused("rehearsal", "This night is one to practise with already.")
        definition = _practice_of(request, board.night.definition)
        night = (await this.submitter.look(definition.id)).night
        if night is None:
            expected = {ballot: one.expected for ballot, one in board.night.counts.items() if one.expected}
            await open_night(this.stream, definition, id_of("practice", new_id()), expected)
        elif not night.definition.rehearsal:
            raise Refused("name-taken", f"{definition.id} is on air, and is no rehearsal.")
        by = stamp(request, _command_id(request, definition.id))
        by["invitation"] = ""  # it is one of the other night
        name = visit(request).person.name
        act = Invited(**by, invited=new_id(), name=name, role="desk", ballots=())
        await this.submitter.record(definition.id, act)

    return await carried_out(opened(), "/desk/practice", partial(desk_page, request))


def _practice_of(request: Request, definition: Definition) -> Definition:
    """The rehearsal under the first id that no kept night has."""
    kept = {night.id for night in process(request).kept.listed()}
    names = (f"{definition.id}.rehearsal{f'-{number}' if number > 1 else ''}" for number in count(1))
    return practised(definition, next(name for name in names if name not in kept))


def _command_id(request: Request, night: str) -> str:
    return id_of("practice", night, visit(request).person.invitation)
