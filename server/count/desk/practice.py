"""A rehearsal of a night, opened from its desk with one tap: a night of its own with the same contests, marked TEST."""

from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.access import allows
from server.count.desk.pages import desk_page
from server.count.desk.requests import DESK, carried_out, current_board, page
from server.count.visit.inviting import link_of
from server.count.visit.rules import Sends, SignedIn, visit
from server.count.visit.sending import id_of, new_id, stamp
from server.election.counting.acts import Invited
from server.election.refusals import Refused
from server.html.process import process
from server.nights.copies import copy_of, open_copy


@allows(SignedIn(DESK))
async def practice(request: Request) -> Response:
    """``GET /desk/practice``: where the rehearsal of this night is, and the visitor's own link to its desk."""
    board, this = await current_board(request), process(request)
    try:
        copy, there = await copy_of(this.submitter, this.kept, board.night.definition)
    except Refused as refused:
        raise HTTPException(404, refused.sentence) from None
    desk = await this.submitter.desk(copy.id)
    seq, link = desk.receipts.get(_command_id(request, copy.id)), ""
    act = desk.log[seq - 1] if seq else None
    if isinstance(act, Invited):
        link = link_of(this.settings, copy.id, act.invited, "desk")
    return page(
        request,
        "practice.html",
        board=board,
        address=f"{this.settings.public_url}/nights/{copy.id}" if there else "",
        link=link,
    )


@allows(Sends(DESK))
async def open_practice(request: Request) -> Response:
    """``POST /desk/practice``: opens the rehearsal unless it is on air already, and invites the visitor to its desk."""

    async def opened() -> None:
        board, this = await current_board(request), process(request)
        expected = {ballot: one.expected for ballot, one in board.night.counts.items() if one.expected}
        copy = await open_copy(this.stream, this.kept, board.night.definition, expected, id_of("practice", new_id()))
        by = stamp(request, _command_id(request, copy.id))
        by["invitation"] = ""  # it is one of the other night
        name = visit(request).person.name
        act = Invited(**by, invited=new_id(), name=name, role="desk", ballots=())
        await this.submitter.record(copy.id, act)

    return await carried_out(opened(), "/desk/practice", partial(desk_page, request))


def _command_id(request: Request, night: str) -> str:
    return id_of("practice", night, visit(request).person.invitation)
