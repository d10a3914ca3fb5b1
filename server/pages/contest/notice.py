"""The public notice of a result, to be printed and put up: what rule 50 wants on it, and nothing that is not public."""

from datetime import datetime
from typing import Any

from markupsafe import Markup
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from server.access import allows, everyone
from server.election.clock import LONDON
from server.election.counts import Count
from server.election.events import Corrected, Withdrawn
from server.election.nights import Night
from server.election.parties import counted_as
from server.html.languages import ENGLISH, Language, language
from server.html.shown import Shown, shown_by
from server.html.telling.officers import title_of
from server.html.templates import rendered
from server.pages.around.page import page
from server.pages.contest.rounds import rejected_in_part


class NoticeRow(Struct, frozen=True):
    """A candidate: ``full_name`` where the ``name`` is another, ``party`` as the ballot paper names it, ``votes`` None
    before a result or without a poll."""

    name: str
    full_name: str
    party: str
    votes: int | None
    elected: bool


@allows(everyone)
async def notice(request: Request) -> Response:
    """``/nights/{night}/contests/{ballot}/notice``: the declaration, to print."""
    shown, ballot = await shown_by(request), request.path_params["ballot"]
    count = shown.count(ballot)
    html = await shown.made(request, f"notice {ballot}", lambda: _page(shown, count))
    return await shown.answer(request, html)


def _page(shown: Shown, count: Count) -> str:
    night, spoken = shown.night, shown.language
    result = count.result
    votes = {} if result is None or result.unopposed else {line.candidate.id: line.votes for line in result.lines}
    elected = {line.candidate.id for line in result.elected} if result else set[str]()
    corrections = [event for event in count.history if isinstance(event, Corrected)] if result else []
    last = count.history[-1] if count.history else None

    about: dict[str, Any] = {
        "night": night,
        "count": count,
        "result": result,
        "body": night.definition.body_of(count.contest),
        "title": title_of(night.definition, count.contest),
        "second": [line for line in result.lines if line.total is not None] if result else [],
        "in_part": rejected_in_part(count),
        "corrected": corrections[-1] if corrections and not _declared_since(count, corrections[-1]) else None,
        "withdrawn": last if isinstance(last, Withdrawn) else None,
    }

    def text(one: Language) -> str:
        def london_day(moment: datetime) -> str:
            return one.day(moment.astimezone(LONDON))

        rows = [
            NoticeRow(
                count.contest.told(candidate.id),
                candidate.full_name or "",
                candidate.description or _party(night, candidate.party, one),
                votes.get(candidate.id),
                candidate.id in elected,
            )
            for candidate in count.contest.polled
        ]
        return rendered("notice_text.html", one, london_day=london_day, rows=rows, **about)

    texts = [(one, Markup(text(one))) for one in _languages(count, spoken)]
    return page(shown, "notice.html", topic="", about=count, texts=texts, count=count, result=result)


def _languages(count: Count, wanted: Language) -> tuple[Language, ...]:
    """In Wales a notice is in Welsh and in English, for who reads either."""
    in_wales = count.contest.nation == "Wales" and wanted.code in ("cy", "en")
    return (language("cy"), ENGLISH) if in_wales else (wanted,)


def _declared_since(count: Count, correction: Corrected) -> bool:
    """Whether the result that a correction put right was withdrawn later."""
    return any(isinstance(event, Withdrawn) and event.seq > correction.seq for event in count.history)


def _party(night: Night, party: str, language: Language) -> str:
    known = night.parties.get(party) or night.parties.get(counted_as(party))
    return language.party(known) if known else party
