"""What the front page says of shipped nights: the general elections as cards, and the newest night in a headline. Made
once, as shipped nights do not change. No HTML."""

from functools import cache

from msgspec import Struct

from server.election.clock import LONDON
from server.election.nights import Night, fold
from server.nights import archive
from server.nights.written.lines import Summary
from server.pages.bars.seats import Bars, bars_of
from server.pages.front.councils import CouncilsBrief, in_brief
from server.pages.map.dots import Dots, dots
from server.pages.night.score import Banner, banner_of


class Card(Struct, frozen=True):
    """A past general election: its result, its largest parties and its map; ``begins`` is the moment, in London's time,
    from which it is watched again."""

    night: Summary
    begins: str
    result: Banner
    bars: Bars
    dots: Dots | None


class CouncilsCard(Struct, frozen=True):
    """A past night of several councils, and the moment from which it is watched again."""

    night: Summary
    begins: str
    ended: Night
    brief: CouncilsBrief


class Shipped(Struct, frozen=True):
    """``cards`` are the general elections, newest first, ``councils`` the nights of several councils; ``newest`` is the
    newest night of the House, as it ended."""

    cards: tuple[Card, ...]
    councils: tuple[CouncilsCard, ...]
    newest: Night


@cache
def shipped() -> Shipped:
    """All of it; it opens seven nights, most of a second, so call it in a thread."""
    cards = [_card(night) for night in archive.listed() if night.seats]
    councils = [_councils_card(night) for night in archive.listed() if len(night.bodies or ()) > 1]
    return Shipped(
        tuple(cards), tuple(card for card in councils if card), fold(archive.load(archive.of_the_house()[0].id).events)
    )


def _card(summary: Summary) -> Card:
    night = fold(archive.load(summary.id).events)
    return Card(summary, _begins(summary), banner_of(night), bars_of(night), dots(night))


def _councils_card(summary: Summary) -> CouncilsCard | None:
    night = fold(archive.load(summary.id).events)
    brief = in_brief(night)
    return CouncilsCard(summary, _begins(summary), night, brief) if brief else None


def _begins(summary: Summary) -> str:
    return f"{summary.polls_close.astimezone(LONDON):%Y-%m-%dT%H:%M}"
