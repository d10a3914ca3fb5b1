"""The page of all nights: those on air, those kept here, and the shipped ones so that a stranger finds them. No night
in it is opened."""

from collections.abc import Sequence

from msgspec import Struct

from server.live.hub import Hub
from server.nights import archive
from server.nights.format import Summary
from server.nights.kept import KeptNight
from server.nights.together import Group
from server.pages.languages import Language
from server.pages.templates import rendered


class Day(Struct, frozen=True):
    """The by-elections of one date, and these as one night where there are several."""

    together: Group | None
    nights: tuple[Summary, ...]


class Season(Struct, frozen=True):
    """A Parliament's by-elections as one night, and each day of them, the newest first."""

    whole: Group
    days: tuple[Day, ...]


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
