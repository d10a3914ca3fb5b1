"""Which pieces of which page an event changes, and each piece as HTML. No rules, no connections.

Fragments: ``status`` (how far), ``banner``, ``parties`` (the House, on a night of several by-elections), ``score``,
``latest`` (the feed), ``row-{slug}`` (a contest in the list), ``seat-{slug}`` (its row in the table of all),
``hex-{slug}`` (its hexagon, where the night has a map), ``contest-{slug}`` (all about it) and ``near-{slug}`` (its
neighbours on the map). A night of one contest is a page of its own: no banner, score or rows. An open page is sent the
new entries of the feed alone, so that none is lost however many come at once; and where one frame brings several
declarations, the banner names them all. Who was away for more than a dozen entries is sent the feed as it begins.
"""

from collections.abc import Container, Iterable, Iterator

from msgspec.structs import replace

from server.election.contests import Contest, Definition
from server.election.events import AnyEvent, DeclarationExpected, NightHeld, NightOpened, NightReleased, NotePosted
from server.election.nights import Count, Night
from server.election.once import once
from server.election.results.feed import FEED_LENGTH, also_of, feed_of, told_after
from server.html import address
from server.html.languages import ENGLISH, Language
from server.html.languages import language as known
from server.html.swaps import cursor, partial
from server.html.templates import environment
from server.live.renderer import NIGHT
from server.nights.against import against, opened
from server.pages.analysis.views import Views, kind_of, marks
from server.pages.contest.about import about
from server.pages.find import table as find
from server.pages.map.hexagons import has_map, hexagon
from server.pages.map.near import neighbours
from server.pages.newsroom import screens
from server.pages.night.house import has_house, house_of
from server.pages.night.score import banner_of, score_of


class PageRenderer:
    """The renderer of ``server.live.channel``: of one edition, or of all that are asked for."""

    def __init__(self, language: Language = ENGLISH, baseline: str = "") -> None:
        self.language = language
        self.baseline = baseline
        self._kept = address.kept({"baseline": baseline})
        self.edition = "-".join(part for part in (language.code.removeprefix("en"), baseline) if part)
        self._views = Views(language, baseline)

    def another(self, language: str, baseline: str) -> "PageRenderer":
        """A renderer of another edition; in English where there is no such language."""
        spoken = known(language)
        return self if (spoken, baseline) == (self.language, self.baseline) else PageRenderer(spoken, baseline)

    def retold(self, event: AnyEvent) -> AnyEvent:
        """A night opened against this edition's baseline; LookupError, with a sentence, where there is no such one."""
        if self.baseline and isinstance(event, NightOpened):
            return replace(event, night=against(event.night, self.baseline))
        return event

    def changed(self, night: Night, event: AnyEvent) -> Iterable[str]:
        """The ids of the fragments that this event changes, and the marks of the kinds of page in ``analysis``."""
        return (*self._pieces(night, event), *marks(event))

    def _pieces(self, night: Night, event: AnyEvent) -> Iterable[str]:
        match event:
            case NightOpened():
                near = (f"near-{one.slug}" for one in night.definition.contests if neighbours(night.definition).of(one))
                return (*fragments_of(night), *near)
            case NotePosted() | NightHeld() | NightReleased():
                return ("latest", "status")
            case DeclarationExpected():
                contest = night.counts[event.ballot].contest
                if night.is_single:
                    return (f"contest-{contest.slug}", "status")
                return (*_rows(contest), *self._around(night, contest), "status")
            case _:
                contest = night.counts[event.ballot].contest
                if night.is_single:
                    return (f"contest-{contest.slug}", "latest", "status")
                on_map = (f"hex-{contest.slug}", *self._around(night, contest)) if has_map(night.definition) else ()
                return (*_rows(contest), *on_map, "banner", *_house(night), "score", "latest", "status")

    def _around(self, night: Night, contest: Contest) -> Iterable[str]:
        """The small maps that a seat is on."""
        return (f"near-{one.slug}" for one in neighbours(night.definition).who_show(contest))

    def render(self, night: Night, fragment: str) -> str:
        """A fragment as it is now: a whole element with that id (a hexagon has its row's); of a mark nothing."""
        if kind_of(fragment):
            return ""
        kind, _, slug = fragment.partition("-")
        context = self._context(night)
        if slug:
            count = self._count(night, slug)
            context["count"] = count
            if kind == "seat":
                context |= find.about_row(night, count, self.language)
            elif kind == "hex":
                context["hexagon"] = hexagon(night, count)
            elif kind == "near":
                context["near"] = neighbours(night.definition).drawn(night, count.contest)
            elif kind == "contest":
                context |= about(night, count, opened(night.definition), self.baseline)
        elif kind == "banner":
            context["banner"] = banner_of(night)
            context["also"] = also_of(night)
        elif kind == "parties":
            context["house"] = house_of(night)
        elif kind == "score":
            context["score"] = score_of(night)
        elif kind == "latest":
            context["feed"] = feed_of(night)
        return self._html(kind, context)

    def has(self, night: Night, topic: str) -> bool:
        """Whether a topic is that of a page of this night."""
        return topic in (NIGHT, find.TOPIC, *screens.TOPICS) or topic in night.counts or self._views.has(night, topic)

    def topics(self, night: Night, fragment: str) -> Container[str]:
        """The pages that are sent it: the night's own, or a contest's (by its ballot id), or both; none the feed."""
        if view := kind_of(fragment):
            return self._views.topics(night, view)
        kind, _, slug = fragment.partition("-")
        if kind == "latest":
            return ()
        if kind in ("seat", "status"):
            return (find.TOPIC,) if slug else (NIGHT, find.TOPIC, *screens.shared(kind))
        if kind not in ("contest", "near"):
            return (NIGHT, *screens.shared(kind))
        ballot = self._count(night, slug).contest.ballot
        return (ballot, NIGHT) if night.is_single else (ballot,)

    def news_after(self, night: Night, topic: str, after: int) -> int:
        """From which seq a page is told what is said once: the last of which there was news, 0 for as from nothing."""
        if after == 0 or topic not in (NIGHT, *screens.QUEUED):
            return 0
        if topic == NIGHT and _is_long_ago(night, after):
            return 0
        told = len(night.feed) - len(told_after(night, after))
        return night.feed[told - 1].seq if told else 1

    def message(self, night: Night, topic: str, after: int, fragments: Iterable[tuple[str, str]]) -> str:
        """What htmx swaps in: each fragment where it belongs, morphed so that focus and reading position stay."""
        parts = [
            partial(view, "outerMorph", self._views.html(night, topic))
            if (view := kind_of(fragment))
            else _placed(fragment, text)
            for fragment, text in fragments
        ]
        if (topic == NIGHT and after) or (topic == screens.WALL and after and not _is_long_ago(night, after)):
            parts += self._news(night, after)
        elif topic in (NIGHT, screens.WALL):
            parts.append(partial("latest", "outerMorph", self.render(night, "latest")))
        if topic in screens.QUEUED:
            parts += (partial(*part) for part in screens.parts(night, after, self.language))
        parts.append(partial("cursor", "outerHTML", cursor(night.seq)))
        return "".join(parts)

    def _news(self, night: Night, after: int) -> Iterator[str]:
        """What is said once: entries of the feed, and whatever else was declared at the moment of the newest."""
        news = feed_of(night, after)
        context = self._context(night) | {"feed": news}
        if news:
            yield partial("feed", "afterbegin", self._html("entries", context))
        if not night.is_single and (also := also_of(night, after)).items:
            yield partial("also", "innerHTML", self._html("also", context | {"also": also}))

    def around(self, night: Night, topic: str, head: str, whole: bool) -> str:
        """What a page of a past night says beside its fragments: its title, at which moment it stands, its record."""
        counts = night.counts
        about = next(iter(counts.values())) if night.is_single and topic == NIGHT else counts.get(topic)
        context = self._context(night) | {"about": about, "head": head, "moment": None if whole else night.at}
        return self._html("around", context)

    def _context(self, night: Night) -> dict[str, object]:
        return {"night": night, "alone": night.is_single, "kept": self._kept}

    def _html(self, fragment: str, context: dict[str, object]) -> str:
        return environment(self.language).get_template(f"fragments/{fragment}.html").render(context)

    def _count(self, night: Night, slug: str) -> Count:
        return night.counts[_ballots(night.definition)[slug]]


@once
def _ballots(definition: Definition) -> dict[str, str]:
    """By slug."""
    return {contest.slug: contest.ballot for contest in definition.contests}


def _is_long_ago(night: Night, after: int) -> bool:
    """Whether there was more news since than a page begins with."""
    return len(told_after(night, after)) > FEED_LENGTH


def fragments_of(night: Night) -> tuple[str, ...]:
    """All fragments of a night."""
    contests = night.definition.contests
    if night.is_single:
        return ("status", "latest", f"contest-{contests[0].slug}")
    on_map = (f"hex-{one.slug}" for one in contests) if has_map(night.definition) else ()
    return (
        "status",
        "banner",
        *_house(night),
        "score",
        "latest",
        *(row for one in contests for row in _rows(one)),
        *on_map,
    )


def _house(night: Night) -> tuple[str, ...]:
    return ("parties",) if has_house(night.definition) else ()


def _rows(contest: Contest) -> tuple[str, str, str]:
    """What says how one contest of many stands."""
    return (f"contest-{contest.slug}", f"row-{contest.slug}", f"seat-{contest.slug}")


def _placed(fragment: str, html: str) -> str:
    """A fragment with its place. A hexagon is parsed as SVG only inside of one, and says itself where it belongs."""
    if fragment.startswith("hex-"):
        place = f"outerHTML:[aria-labelledby=row-{fragment.removeprefix('hex-')}]"
        return html.replace("<a ", f'<svg><a hx-swap-oob="{place}" ', 1) + "</svg>"
    return partial(fragment, "outerMorph", html)
