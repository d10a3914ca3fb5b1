"""What the push has for a newsroom's pages: their topics, the banners that queue there, the state beside them. No
addresses.

A banner is all that became of one contest, as it stands. Who was away is sent one for every contest on which there was
news meanwhile; and a newer banner takes the place of an older one, so that figures that were corrected or withdrawn
are nowhere. Whoever comes from nothing is sent none: what was before is not news.
"""

from collections.abc import Iterator

from msgspec import Struct

from server.election.events import Corrected, Declared, NoPollTaken, Withdrawn
from server.election.nights import Night, took_back_no_poll
from server.election.results.tally import add_up, majority_line
from server.html.languages import Language
from server.html.templates import environment
from server.pages.night.score import Banner, banner_of, score_of

OVERLAY, WALL, SCORE, MAP = TOPICS = ("overlay", "wall", "embed-score", "embed-map")
QUEUED = (OVERLAY, WALL)

_SHARED = {"score": (WALL, SCORE), "hex": (OVERLAY, WALL, MAP), "row": (MAP,), "status": TOPICS}
_PARTIES_SHOWN = 5
_CANDIDATES_SHOWN = 4


class Moment(Struct, frozen=True):
    """What a night has come to: ``key`` "complete", "hung", "majority PP52", or "" before any of these."""

    key: str
    banner: Banner


def shared(kind: str) -> tuple[str, ...]:
    """The topics that are sent a kind of fragment which the night's own page has too."""
    return _SHARED.get(kind, ())


def parts(night: Night, after: int, language: Language) -> Iterator[tuple[str, str, str]]:
    """Target, swap and HTML of what a page with banners is sent: the state, then what happened after a seq."""
    yield "now", "outerMorph", state(night, language)
    if after and (news := _news(night, after)):
        yield "arrived", "beforeend", "".join(banner(night, one, language) for one in news)


def state(night: Night, language: Language) -> str:
    """The score strip, whether the night is held, and the moment of it."""
    return _html(
        "now",
        language,
        night=night,
        score=score_of(night),
        moment=_moment(night),
        line=majority_line(night),
        parties=_PARTIES_SHOWN,
        candidates=_CANDIDATES_SHOWN,
    )


def banner(night: Night, one: Banner, language: Language) -> str:
    """A contest's banner."""
    return _html("banner", language, night=night, banner=one)


def newest(night: Night, language: Language) -> str:
    """The banner of the night so far: its moment once the House is complete, else of the newest declaration; "" before
    the first."""
    if (moment := _moment(night)).banner.largest:
        return _html("moment", language, night=night, moment=moment, line=majority_line(night))
    return banner(night, moment.banner, language) if moment.banner.count else ""


def _moment(night: Night) -> Moment:
    found, tally = banner_of(night), add_up(night)
    if found.largest:
        return Moment("complete", found)
    if tally.majority:
        return Moment(f"majority {tally.majority.party}", found)
    return Moment("hung" if tally.hung else "", found)


def _news(night: Night, after: int) -> list[Banner]:
    """A banner for every contest on which there was news after a seq, the earliest news first."""
    found: dict[str, Banner] = {}
    for event in reversed(night.feed):
        if event.seq <= after:
            break
        if isinstance(event, Declared | Corrected | Withdrawn | NoPollTaken) and event.ballot not in found:
            count = night.counts[event.ballot]
            goes_ahead = isinstance(event, Withdrawn) and took_back_no_poll(count, event)
            found[event.ballot] = Banner(count, event, goes_ahead=goes_ahead)
    return list(reversed(found.values()))


def _html(template: str, language: Language, **context: object) -> str:
    return environment(language).get_template(f"newsroom/{template}.html").render(context)
