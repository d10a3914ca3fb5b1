"""The page of all nights: those on air, those kept here, and the shipped ones so that a stranger finds them. No night
in it is opened."""

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
    """The by-elections of one date, and these as one night where there are several."""

    together: Group | None
    nights: tuple[Summary, ...]


class Season(Struct, frozen=True):
    """A Parliament's by-elections as one night, and each day of them, the newest first."""

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
    """The page as the nights on air are now; ``kept`` are past nights that are not shipped."""
    seasons = [_season(group) for group in archive.groups() if group.season]
    known = {night for season in seasons for night in season.whole.nights}
    return rendered(
        "front.html",
        language,
        on_air=[channel.night for channel in hub.channels.values() if channel.night],
        kept=kept,
        generals=[one for one in archive.listed() if one.seats],
        seasons=seasons,
        others=[one for one in archive.listed() if not one.seats and one.id not in known],
    )


def _season(whole: Group) -> Season:
    dates = {group.summary.date: group for group in archive.groups() if not group.season}
    days: dict[object, list[Summary]] = {}
    for one in archive.listed():
        if one.id in whole.nights:
            days.setdefault(one.date, []).append(one)
    return Season(whole, tuple(Day(dates.get(same[0].date), tuple(same)) for same in days.values()))


routes: list[BaseRoute] = [Route("/", front)]
