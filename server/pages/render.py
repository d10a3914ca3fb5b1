"""Which pages a piece is sent to, and each piece as HTML. No rules, no connections.

The pieces, their names and which an event changes are in ``fragments.py``. An open page is sent only the new entries of
the feed, and adds them to those it has: so none is lost, however many come at once. If one frame brings several
declarations, the banner names them all. A page that was away for more than a dozen entries is sent the feed as a new
page has it.
"""

from collections.abc import Container, Iterable, Iterator

from server.election.contests import Definition
from server.election.counts import Count
from server.election.events import AnyEvent
from server.election.nights import Night, counted_from
from server.election.once import once
from server.election.results.councils.together import made_certain
from server.election.results.feed import also_of, changed_notes, entry_of, feed_length, feed_of, told_after
from server.html import address
from server.html.languages import ENGLISH, Language
from server.html.languages import language as by_code
from server.html.swaps import cursor, partial, placed, stood
from server.html.templates import environment
from server.live.renderer import NIGHT, Everywhere
from server.nights.against import against
from server.pages.analysis.views import Views, kind_of, marks
from server.pages.contest.about import about
from server.pages.council.seen import TOPIC as COUNCIL
from server.pages.council.seen import by_slug, by_topic, lists_wards, seen
from server.pages.council.shapes import drawn, shapes
from server.pages.council.totals import totals_of
from server.pages.find import groups, table
from server.pages.fragments import at_the_end, changed_by, on_every_page
from server.pages.map.dots import held
from server.pages.map.hexagons import hexagon
from server.pages.map.near import neighbours
from server.pages.newsroom import screens
from server.pages.night import coming
from server.pages.night.ahead import last_time, watched
from server.pages.night.house import house_of
from server.pages.night.score import banner_of, score_of


class PageRenderer:
    """The ``Renderer`` that ``server.live`` asks for: of one edition; ``another`` makes those of others."""

    def __init__(self, language: Language = ENGLISH, baseline: str = "", last: int = 0) -> None:
        self.language = language
        self.baseline = baseline
        self._last = last  # of a night that is over: the seq of its last event
        self._kept = address.kept({"baseline": baseline})
        self.edition = "-".join(part for part in (language.code.removeprefix("en"), baseline) if part)
        self._views = Views(language, baseline)

    def another(self, language: str, baseline: str) -> "PageRenderer":
        """The renderer of another edition; in English if there is no such language."""
        spoken = by_code(language)
        if (spoken, baseline) == (self.language, self.baseline):
            return self
        return PageRenderer(spoken, baseline, self._last)

    def over(self, last: int) -> "PageRenderer":
        """The renderer of a night that is over, after its event of this seq: nothing is awaited there."""
        return PageRenderer(self.language, self.baseline, last)

    def against(self, night: Night) -> Night:
        """The night as this edition has it, counted from its baseline.

        LookupError, with a sentence, if the night cannot be compared with that baseline.
        """
        return counted_from(night, against(night.definition, self.baseline)) if self.baseline else night

    def changed(self, night: Night, event: AnyEvent) -> Iterable[str]:
        """The ids of the fragments that an event changes, and the marks of the pages in ``analysis``."""
        ending = at_the_end(night) if event.seq == self._last else ()
        return (*changed_by(night, event), *ending, *marks(event), *on_every_page(night, event))

    def until_the_close(self, night: Night) -> Iterable[str]:
        """The ids of the fragments that say something else once the poll of the night has closed."""
        return coming.until_the_close(night)

    def render(self, night: Night, fragment: str) -> str:
        """A fragment's HTML as it is now: one element with that id, or a hexagon labelled by its row; "" for a mark."""
        if kind_of(fragment):
            return ""
        kind, _, slug = fragment.partition("-")
        context = self._context(night)
        if kind in ("council", "control"):
            context["seen"] = seen(night, by_slug(night.definition)[slug])
        elif kind == "wards":
            context["group"] = groups.group(night, slug)
        elif slug:
            count = self._count(night, slug)
            context["count"] = count
            if kind == "seat":
                context |= table.about_row(night, count, self.language)
            elif kind == "hex":
                context["hexagon"] = hexagon(night, count)
            elif kind == "near":
                context["near"] = neighbours(night.definition).drawn(night, count.contest)
            elif kind == "contest":
                context |= about(night, count, self.baseline)
        elif kind == "shapes":
            context |= {"drawing": drawn(night.definition), "shapes": shapes(night)}
        elif kind == "banner":
            context["banner"] = banner_of(night)
            context["also"] = also_of(night)
        elif kind == "was":
            context["held"] = () if night.declared else held(night.definition)
        elif kind == "parties":
            context["house"] = house_of(night)
        elif kind == "score":
            if night.definition.councils:
                return self._html("totals", context | {"totals": totals_of(night)})
            context["score"] = score_of(night)
        elif kind == "latest":
            context["feed"] = feed_of(night)
        elif kind == "ahead":
            seats = watched(night)
            context |= {"watched": seats, "last_time": last_time(night.definition) if seats else None}
        return self._html(kind, context)

    def has(self, night: Night, topic: str) -> bool:
        """Whether this night has a page with that topic."""
        return (
            topic in (NIGHT, table.TOPIC, screens.ADDRESSES, *screens.TOPICS)
            or topic in night.counts
            or topic in by_topic(night.definition)
            or self._views.has(night, topic)
        )

    def topics(self, night: Night, fragment: str) -> Container[str]:
        """The topics of the pages that are sent a fragment; a contest's page has its ballot id as topic.

        No page is sent the feed itself: ``message`` adds its new entries.
        """
        if view := kind_of(fragment):
            return self._views.topics(night, view)
        kind, _, slug = fragment.partition("-")
        if kind == "latest":
            return ()
        if kind == "air":
            return () if self._last else Everywhere()  # a page of a night that is over does not have it
        if kind in ("seat", "status", "wards"):
            councils = by_topic(night.definition)
            return (table.TOPIC,) if slug else (NIGHT, table.TOPIC, *screens.shared(night, kind), *councils)
        if kind in ("row", "control") and night.definition.councils:
            return self._around_council(night, kind, slug)
        if kind not in ("contest", "near"):
            return (NIGHT, *screens.shared(night, kind))
        ballot = self._count(night, slug).contest.ballot
        return (ballot, NIGHT) if night.is_single else (ballot,)

    def _around_council(self, night: Night, kind: str, slug: str) -> tuple[str, ...]:
        """The topics of the pages that show a council, or the row of a contest on a night with councils."""
        if kind == "control":
            return (COUNCIL + by_slug(night.definition)[slug].id,)
        body = self._count(night, slug).contest.body
        own = (topic,) if (topic := f"{COUNCIL}{body}") in by_topic(night.definition) else ()
        return (*own, NIGHT) if not own or lists_wards(night.definition) else own

    def news_after(self, night: Night, topic: str, after: int) -> int:
        """The seq of the last news that a page at ``after`` has seen: after it comes the news that it is told.

        0 if the page is sent the newest news as a new page is. Pages with the same number share one message.
        """
        if after == 0 or topic not in (NIGHT, *screens.QUEUED):
            return 0
        if topic == NIGHT and (_is_long_ago(night, after) or night.amended > after):
            return 0
        told = len(night.feed) - len(told_after(night, after))
        return night.feed[told - 1].seq if told else 1

    def message(self, night: Night, topic: str, after: int, fragments: Iterable[tuple[str, str]]) -> str:
        """The message to a page: each fragment for its place, morphed so that focus and reading position stay."""
        parts = [
            partial(view, "outerMorph", self._views.html(night, topic))
            if (view := kind_of(fragment))
            else placed(fragment, text)
            for fragment, text in fragments
        ]
        anew = not after or night.amended > after  # entries of before say names that were put right
        if (topic == NIGHT or (topic == screens.WALL and not _is_long_ago(night, after))) and not anew:
            parts += self._news(night, after)
        elif topic in (NIGHT, screens.WALL):
            parts.append(partial("latest", "outerMorph", self.render(night, "latest")))
        if topic in screens.QUEUED:
            parts += (partial(*part) for part in screens.parts(night, after, self.language))
        if topic == screens.WALL and screens.is_waiting(night):
            parts.append(partial("waiting", "innerHTML", self._html("waiting", self._context(night))))
        if night.amended:
            parts.append(
                self._html("named", self._context(night) | {"topic": topic, "about": self._about(night, topic)})
            )
        parts.append(partial("cursor", "outerHTML", cursor(night.seq, stood(night.at))))
        return "".join(parts)

    def _news(self, night: Night, after: int) -> Iterator[str]:
        """What a page is told only once: new entries of the feed, and what was declared with the newest of them."""
        news = feed_of(night, after)
        context = self._context(night) | {"feed": news}
        if news:
            yield partial("feed", "afterbegin", self._html("entries", context))
        for note in changed_notes(night, after):
            if note.posted.seq <= after:  # the page has its entry already
                entry = self._html("entries", context | {"feed": (entry_of(night, note),)})
                yield partial(f"item-{note.posted.seq}", "outerMorph", entry)
        if not night.is_single and (also := also_of(night, after)).items:
            yield partial("also", "innerHTML", self._html("also", context | {"also": also}))

    def around(self, night: Night, topic: str, head: str, whole: bool) -> str:
        """What a page of a past night has beside its fragments: its title, its moment, the head of its record."""
        moment = None if whole else night.at
        context = self._context(night) | {"topic": topic, "about": self._about(night, topic)}
        context |= {"head": head, "moment": moment}
        banner = partial(*screens.shown(night, self.language)) if topic == screens.WALL else ""
        return self._html("around", context) + banner

    def _about(self, night: Night, topic: str) -> Count | None:
        """The contest that the page with a topic is about, if it is about one."""
        return next(iter(night.counts.values())) if night.is_single and topic == NIGHT else night.counts.get(topic)

    def _context(self, night: Night) -> dict[str, object]:
        return {
            "night": night,
            "alone": night.is_single,
            "kept": self._kept,
            "coming": coming.coming(night),
            "over": night.seq == self._last,
            "certain": made_certain(night),
        }

    def _html(self, fragment: str, context: dict[str, object]) -> str:
        return environment(self.language).get_template(f"fragments/{fragment}.html").render(context)

    def _count(self, night: Night, slug: str) -> Count:
        return night.counts[_ballots(night.definition)[slug]]


@once
def _ballots(definition: Definition) -> dict[str, str]:
    """The ballot id of each contest of a night, by slug."""
    return {contest.slug: contest.ballot for contest in definition.contests}


def _is_long_ago(night: Night, after: int) -> bool:
    """Whether more news came after a seq than a new page's feed has entries."""
    return len(told_after(night, after)) > feed_length(night)
