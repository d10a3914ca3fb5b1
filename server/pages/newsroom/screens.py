"""What the push has for a newsroom's pages: their topics, the banners that queue there, the state beside them. No
addresses.

A banner shows the present state of one contest. A page that was away is sent one banner for each contest with news
since then. A newer banner replaces an older one of the same contest, so figures that were corrected or withdrawn are
not shown any more. A page that is opened is sent no banners, because what happened before it was opened is not news.
"""

from collections.abc import Iterator

from msgspec import Struct

from server.election.bodies import Body
from server.election.contests import Definition
from server.election.counts import Count, took_back_no_poll
from server.election.events import Corrected, Declared, FeedEvent, NoPollTaken, PreferencesReported, Withdrawn
from server.election.nights import Night
from server.election.results.councils.together import made_certain
from server.election.results.feed import changed_notes
from server.election.results.notes import notes_of
from server.election.results.tally import add_up, majority_line
from server.html.languages import Language
from server.html.templates import environment
from server.pages.contest.rounds import leaders
from server.pages.council.seen import apart, slug
from server.pages.council.totals import totals_of
from server.pages.night.score import Banner, banner_of, score_of

OVERLAY, WALL, SCORE, MAP = TOPICS = ("overlay", "wall", "embed-score", "embed-map")
QUEUED = (OVERLAY, WALL)
ADDRESSES = "newsroom"  # the page of addresses, on which nothing changes but whether the night goes on

_SHARED = {
    "score": (WALL, SCORE),
    "hex": (OVERLAY, WALL, MAP),
    "was": (OVERLAY, WALL, MAP),
    "row": (MAP,),
    "shapes": (OVERLAY, WALL, MAP),
    "council": (MAP,),
    "status": TOPICS,
}
_SHOWN = (Declared, Corrected, Withdrawn, NoPollTaken, PreferencesReported)
_PARTIES_SHOWN = 5
_CANDIDATES_SHOWN = 4
_COUNCILS_SHOWN = 3  # so many fit below the map of a wall; of more only the map says how each stands


class NightMoment(Struct, frozen=True):
    """What a night has come to: ``key`` is "complete", "hung", "majority PP52", or "" before any of these."""

    key: str
    banner: Banner


def shared(night: Night, kind: str) -> tuple[str, ...]:
    """The newsroom's topics that are sent a kind of fragment of the night's own page."""
    listed = kind == "council" and councils_on_wall(night.definition)
    return (WALL, *_SHARED[kind]) if listed else _SHARED.get(kind, ())


def councils_on_wall(definition: Definition) -> tuple[Body, ...]:
    """The councils that a wall lists, each with its seats: none where there are too many for it."""
    councils = definition.councils
    return councils if len(councils) <= _COUNCILS_SHOWN else ()


def parts(night: Night, after: int, language: Language) -> Iterator[tuple[str, str, str]]:
    """Target, swap and HTML of each part that a page with banners is sent: the state, then the news after a seq."""
    yield "now", "outerMorph", state(night, language)
    if after and (news := _news(night, after)):
        yield "arrived", "beforeend", "".join(banner(night, item, language) for item in news)
        made = [one for seq, one in made_certain(night).items() if seq > after]
        if made:
            yield "arrived", "beforeend", "".join(_html("control", language, night=night, made=one) for one in made)
    if after and (heard := changed_notes(night, after)):
        voices = (_html("voice", language, night=night, note=note) for note in heard if note.is_voice)
        yield "arrived", "beforeend", "".join(voices)


def state(night: Night, language: Language) -> str:
    """The HTML of the state: the score strip, whether the night is held, what it has come to."""
    alone = next(iter(night.counts.values()))
    return _html(
        "now",
        language,
        night=night,
        leaders=leaders(alone.result, _CANDIDATES_SHOWN),
        score=score_of(night),
        totals=totals_of(night) if night.definition.councils else None,
        others=[count for count in map(night.counts.get, (one.ballot for one in apart(night.definition))) if count],
        moment=_moment(night),
        line=majority_line(night),
        parties=_PARTIES_SHOWN,
    )


def banner(night: Night, item: Banner, language: Language) -> str:
    """The HTML of a contest's banner."""
    return _html("banner", language, night=night, banner=item)


def lower_third(night: Night, count: Count, language: Language) -> str:
    """The HTML of a contest's banner whenever somebody wants it: its last news, or what is awaited."""
    ballot = count.contest.ballot
    event = next((one for one in reversed(night.feed) if isinstance(one, _SHOWN) and one.ballot == ballot), None)
    if event is None:
        return _html("pending", language, night=night, count=count)
    return banner(night, _banner(count, event), language)


def control(night: Night, name: str, language: Language) -> str:
    """The HTML of the banner of who controls a council, by its part of a fragment's id; "" if that is not certain."""
    made = next((one for one in made_certain(night).values() if slug(one.body) == name), None)
    return _html("control", language, night=night, made=made) if made else ""


def voice(night: Night, seq: str, language: Language) -> str:
    """The HTML of the banner of what somebody said, by the seq of the note; "" if nobody said anything there."""
    note = next((one for one in notes_of(night).values() if one.is_voice and str(one.posted.seq) == seq), None)
    return _html("voice", language, night=night, note=note) if note else ""


def newest(night: Night, language: Language, over: bool = False) -> str:
    """The HTML of the last banner of the night so far: the House once it is complete, else the newest declaration.

    Before the first declaration it says what is awaited; or, where the night is ``over``, that no result was recorded.
    """
    if (moment := _moment(night)).banner.largest:
        return _html("moment", language, night=night, moment=moment, line=majority_line(night))
    if moment.banner.control and moment.banner.control.control:
        return _html("control", language, night=night, made=moment.banner.control)
    if moment.banner.count:
        return banner(night, moment.banner, language)
    return _html("waiting", language, night=night, over=over)


def is_waiting(night: Night) -> bool:
    """Whether a screen has no banner yet."""
    latest = banner_of(night)
    return latest.count is None and latest.largest is None


def shown(night: Night, language: Language) -> tuple[str, str, str]:
    """Target, swap and HTML of the banner on a wall whose player has gone to another moment."""
    return ("shown", "innerHTML", newest(night, language))


def _moment(night: Night) -> NightMoment:
    latest, tally = banner_of(night), add_up(night)
    if latest.largest:
        return NightMoment("complete", latest)
    if tally.majority:
        return NightMoment(f"majority {tally.majority.party}", latest)
    return NightMoment("hung" if tally.hung else "", latest)


def _news(night: Night, after: int) -> list[Banner]:
    """A banner for each contest with news after a seq, the earliest news first."""
    by_ballot: dict[str, Banner] = {}
    for event in reversed(night.feed):
        if event.seq <= after:
            break
        if isinstance(event, _SHOWN) and event.ballot not in by_ballot:
            by_ballot[event.ballot] = _banner(night.counts[event.ballot], event)
    return list(reversed(by_ballot.values()))


def _banner(count: Count, event: FeedEvent) -> Banner:
    goes_ahead = isinstance(event, Withdrawn) and took_back_no_poll(count, event)
    return Banner(count, event, goes_ahead=goes_ahead)


def _html(template: str, language: Language, **context: object) -> str:
    return environment(language).get_template(f"newsroom/{template}.html").render(context)
