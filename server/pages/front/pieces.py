"""The pieces of the front page, and the page around them, as HTML. What is pushed, and when, is for ``live.front``.

``lead-top``, ``lead-news``, ``lead-seats`` and ``lead-map`` are the most important night; ``others`` the other nights
on air, a strip each; ``next`` what is expected next; ``ended`` the nights that are kept here; ``apart`` tests and
replays.
"""

from collections.abc import Iterable, Mapping
from zlib import crc32

from markupsafe import Markup
from msgspec import Struct

from server.election.nights import Night
from server.election.results.tally import add_up
from server.election.results.targets import Due, timetable
from server.html.languages import Language, language
from server.html.swaps import cursor, partial
from server.html.telling.words import to_win
from server.html.templates import rendered
from server.live.front import FrontRenderer
from server.live.hub import Hub
from server.nights import archive
from server.nights.kept import Kept, KeptNight
from server.nights.layout import ATTRIBUTION
from server.nights.together import Group
from server.nights.written.lines import Summary
from server.pages.bars.seats import bars_of
from server.pages.contest.rounds import leaders
from server.pages.front.chosen import chosen, is_coming
from server.pages.front.councils import in_brief
from server.pages.front.past import Shipped
from server.pages.map.dots import dots
from server.pages.night.coming import coming
from server.pages.night.score import banner_of, turnout_of

_DUE = 5  # seats of the lead that are named as expected next
_STANDING = 5  # candidates of a single contest that are drawn


class Day(Struct, frozen=True):
    """The by-elections of one date; ``together`` is the night of all of them, if there are several."""

    together: Group | None
    nights: tuple[Summary, ...]


class Season(Struct, frozen=True):
    """A Parliament's by-elections: ``whole`` is the night of all of them, ``days`` their dates, newest first."""

    whole: Group
    days: tuple[Day, ...]


class Ahead(Struct, frozen=True):
    """What is expected on a night that has begun: the contests that declare next, by when."""

    night: Night
    due: tuple[Due, ...]


def renderer_of(hub: Hub, kept: Kept) -> FrontRenderer:
    """What the push of the front page asks for."""

    def mark() -> int:
        stands = [(night, one.head, one.history.position) for night, one in hub.channels.items()]
        return 1 + crc32(repr((stands, [one.id for one in kept.listed()])).encode())

    def pieces(code: str) -> Mapping[str, str]:
        return _pieces(hub, kept.listed(), language(code))

    def message(changed: Iterable[tuple[str, str]], mark: int) -> str:
        parts = [partial(piece, "outerMorph", text) for piece, text in changed]
        return "".join((*parts, partial("cursor", "outerHTML", cursor(mark))))

    return FrontRenderer(mark, pieces, message)


def front_page(hub: Hub, spoken: Language, shipped: Shipped) -> str:
    """The HTML of the front page."""
    seasons = [_season(group) for group in archive.groups() if group.season]
    in_seasons = {night for season in seasons for night in season.whole.nights}
    parts = {piece: Markup(text) for piece, text in hub.front.pieces(spoken.code).items()}
    newest = shipped.newest
    carded = {card.night.id for card in shipped.councils}
    return rendered(
        "front.html",
        spoken,
        parts=parts,
        live=bool(hub.channels),
        quiet=chosen(_nights(hub)).lead is None,
        newest=newest,
        newest_count=next(iter(newest.counts.values())),
        mark=hub.front.mark,
        cursor=Markup(cursor(hub.front.mark)),
        cards=shipped.cards,
        map_credit=ATTRIBUTION,
        seasons=seasons,
        councils=[night for night in archive.listed() if not night.is_of_the_house and night.id not in carded],
        council_cards=shipped.councils,
        unseasoned=[night for night in archive.of_the_house() if not night.seats and night.id not in in_seasons],
    )


def _nights(hub: Hub) -> list[Night]:
    return [channel.night for channel in hub.channels.values() if channel.night]


def _pieces(hub: Hub, kept: Iterable[KeptNight], spoken: Language) -> dict[str, str]:
    nights = chosen(_nights(hub))
    lead, kept = nights.lead, tuple(kept)
    about = _about(hub, lead, spoken) if lead else {}
    begun = [night for night in nights.others if not is_coming(night)]
    ahead = [night for night in nights.others if is_coming(night)]

    def piece(name: str, **context: object) -> str:
        return rendered(f"front/{name}.html", spoken, **context)

    return {
        "lead-top": piece("lead_top", night=lead, **about),
        "lead-news": piece("lead_news", night=lead, **about),
        "lead-seats": piece("lead_seats", night=lead, **about),
        "lead-map": piece("lead_map", dots=dots(lead) if lead else None, brief=in_brief(lead) if lead else None),
        "others": piece(
            "others", strips=[(night, banner_of(night), coming(night), in_brief(night)) for night in begun]
        ),
        "next": piece("next", coming=[(night, coming(night)) for night in ahead], ahead=_ahead(lead)),
        "ended": piece("ended", kept=[night for night in kept if not _is_apart(night)]),
        "apart": piece("apart", nights=nights.apart, kept=[night for night in kept if _is_apart(night)]),
    }


def _about(hub: Hub, lead: Night, spoken: Language) -> dict[str, object]:
    channel = hub.channels[lead.definition.id].in_edition(spoken.code, "")
    first = next(iter(lead.counts.values()))
    return {
        "coming": coming(lead),
        "banner": None if lead.is_single else Markup(channel.text("banner")),
        "count": first if lead.is_single else None,
        "leaders": leaders(first.result, _STANDING),
        "brief": in_brief(lead),
        "bars": bars_of(lead),
        "turnout": turnout_of(lead),
        "to_win": "" if lead.is_single else to_win(lead, add_up(lead), spoken),
    }


def _ahead(lead: Night | None) -> Ahead | None:
    """What declares next on the night that leads; an overdue time is no longer news."""
    due = timetable(lead, lead.at).next[:_DUE] if lead and not is_coming(lead) and not lead.is_single else ()
    return Ahead(lead, due) if lead and due else None


def _is_apart(night: KeptNight) -> bool:
    return night.rehearsal or night.replay_of is not None


def _season(whole: Group) -> Season:
    dates = {group.summary.date: group for group in archive.groups() if not group.season}
    days: dict[object, list[Summary]] = {}
    for night in archive.listed():
        if night.id in whole.nights:
            days.setdefault(night.date, []).append(night)
    return Season(whole, tuple(Day(dates.get(nights[0].date), tuple(nights)) for nights in days.values()))
