"""The public notice of a result, to be printed and put up: what rule 50 wants on it, and nothing that is not public."""

from datetime import datetime

from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.access import allows, everyone
from server.answers import HTML, answer, body
from server.election.events import HEADS, Corrected, Rejected, Withdrawn
from server.election.nights import Count, Night
from server.election.parties import counted_as
from server.live.endpoint import etag
from server.live.hub import Hub
from server.pages.templates import LONDON, day, rendered


class Row(Struct, frozen=True):
    """A candidate in ballot-paper order: ``party`` as it is named on the paper; ``votes`` None where nobody voted."""

    name: str
    party: str
    votes: int | None
    elected: bool


@allows(everyone)
async def notice(request: Request) -> Response:
    """``/nights/{night}/contests/{ballot}/notice``: the declaration, to print."""
    hub: Hub = request.state.hub
    channel = hub.find(request.path_params["night"])
    if channel is None or channel.night is None:
        raise HTTPException(404, "There is no such night, on air or past.")
    night, ballot = channel.night, request.path_params["ballot"]
    count = night.counts.get(ballot)
    if count is None:
        raise HTTPException(404, f"{ballot} is not a contest of this night.")
    page = channel.cached(f"notice {ballot}", lambda: body(_page(night, count)))
    return answer(request, page, HTML, etag(channel))


def _page(night: Night, count: Count) -> str:
    result = count.result
    votes = {} if result is None or result.unopposed else {line.candidate.id: line.votes for line in result.lines}
    elected = result.winner.candidate.id if result else ""
    corrections = [one for one in count.history if isinstance(one, Corrected)] if result else []
    last = count.history[-1] if count.history else None
    return rendered(
        "notice.html",
        london_day=_london_day,
        night=night,
        count=count,
        result=result,
        rows=[
            Row(one.name, _party(night, one.party), votes.get(one.id), one.id == elected)
            for one in count.contest.candidates
        ],
        heads=_heads(result.rejected) if result and result.rejected else (),
        corrected=corrections[-1] if corrections and not _declared_since(count, corrections[-1]) else None,
        withdrawn=last if isinstance(last, Withdrawn) else None,
    )


def _london_day(moment: datetime) -> str:
    return day(moment.astimezone(LONDON))


def _declared_since(count: Count, correction: Corrected) -> bool:
    """Whether what a correction was about was withdrawn, and declared anew."""
    return any(isinstance(one, Withdrawn) and one.seq > correction.seq for one in count.history)


def _heads(rejected: Rejected) -> list[tuple[str, int]]:
    found = [(words[0].upper() + words[1:], getattr(rejected, head)) for head, words in HEADS.items()]
    return [(words, papers) for words, papers in found if papers is not None]


def _party(night: Night, party: str) -> str:
    known = night.parties.get(party) or night.parties.get(counted_as(party))
    return known.name if known else party
