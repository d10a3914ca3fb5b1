"""The front page, which lists all nights: those on air, those kept here, and those shipped. It opens none of them."""

from collections.abc import Sequence

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.access import allows, everyone
from server.html.address import in_language, language_of
from server.html.answers import HTML, answer
from server.html.languages import Language
from server.html.process import process
from server.html.templates import rendered
from server.live.bodies import body
from server.live.hub import Hub
from server.nights import archive
from server.nights.format import Summary
from server.nights.kept import KeptNight
from server.nights.together import Group


class Day(Struct, frozen=True):
    """The by-elections of one date; ``together`` is the night of all of them, if there are several."""

    together: Group | None
    nights: tuple[Summary, ...]


class Season(Struct, frozen=True):
    """A Parliament's by-elections: ``whole`` is the night of all of them, ``days`` their dates, newest first."""

    whole: Group
    days: tuple[Day, ...]


@allows(everyone)
async def front(request: Request) -> Response:
    """``/``: nights on air, and past nights."""
    hub, language = process(request).hub, language_of(request)
    kept = process(request).kept.listed()
    html = hub.cached(f"front {language.code}", lambda: body(front_page(hub, language, kept)), also=kept)
    return in_language(request, answer(request, html, HTML, html.etag))


def front_page(hub: Hub, language: Language, kept: Sequence[KeptNight] = ()) -> str:
    """The HTML of the front page; ``kept`` are past nights that are stored here but not shipped."""
    seasons = [_season(group) for group in archive.groups() if group.season]
    in_seasons = {night for season in seasons for night in season.whole.nights}
    return rendered(
        "front.html",
        language,
        on_air=[channel.night for channel in hub.channels.values() if channel.night],
        kept=kept,
        generals=[night for night in archive.listed() if night.seats],
        seasons=seasons,
        others=[night for night in archive.listed() if not night.seats and night.id not in in_seasons],
    )


def _season(whole: Group) -> Season:
    dates = {group.summary.date: group for group in archive.groups() if not group.season}
    days: dict[object, list[Summary]] = {}
    for night in archive.listed():
        if night.id in whole.nights:
            days.setdefault(night.date, []).append(night)
    return Season(whole, tuple(Day(dates.get(nights[0].date), tuple(nights)) for nights in days.values()))


routes: list[BaseRoute] = [Route("/", front)]
