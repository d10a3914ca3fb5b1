"""Which pieces of which page an event changes, and each piece as HTML. No rules, no connections.

Fragments: ``status`` (how far), ``banner``, ``score``, ``latest`` (the feed), ``row-{slug}`` (a contest in the list),
``hex-{slug}`` (its hexagon, where the night has a map) and ``contest-{slug}`` (all about it). A night of one contest is
a page of its own: no banner, score or rows. An open page is sent the new entries of the feed alone, so that none is
lost however many come at once; and where one frame brings several declarations, the banner names them all.
"""

from collections.abc import Container, Iterable, Iterator

from server.election.contests import Definition
from server.election.events import AnyEvent, DeclarationExpected, NightHeld, NightOpened, NightReleased, NotePosted
from server.election.nights import Count, Night
from server.election.tally import Tally, add_up
from server.pages.analysis import Views, kind_of, marks
from server.pages.map import has_map, hexagon
from server.pages.templates import environment
from server.pages.views import banner_of, changes, feed_of, score_of

NIGHT = "night"


class PageRenderer:
    """The renderer of ``server.live.channel``. It remembers each night's last tally: several fragments need it."""

    def __init__(self) -> None:
        self._tallies: dict[str, tuple[Night, Tally]] = {}
        self._ballots: dict[str, tuple[Definition, dict[str, str]]] = {}
        self._views = Views()

    def changed(self, night: Night, event: AnyEvent) -> Iterable[str]:
        """The ids of the fragments that this event changes, and the marks of the kinds of page in ``analysis``."""
        return (*self._pieces(night, event), *marks(event))

    def _pieces(self, night: Night, event: AnyEvent) -> Iterable[str]:
        match event:
            case NightOpened():
                return fragments_of(night)
            case NotePosted() | NightHeld() | NightReleased():
                return ("latest", "status")
            case DeclarationExpected():
                slug = night.counts[event.ballot].contest.slug
                return (f"contest-{slug}", "status") if alone(night) else (f"contest-{slug}", f"row-{slug}", "status")
            case _:
                slug = night.counts[event.ballot].contest.slug
                if alone(night):
                    return (f"contest-{slug}", "latest", "status")
                on_map = (f"hex-{slug}",) if has_map(night.definition) else ()
                return (f"contest-{slug}", f"row-{slug}", *on_map, "banner", "score", "latest", "status")

    def render(self, night: Night, fragment: str) -> str:
        """A fragment as it is now: a whole element with that id (a hexagon has its row's); of a mark nothing."""
        if kind_of(fragment):
            return ""
        kind, _, slug = fragment.partition("-")
        context: dict[str, object] = {"night": night, "alone": alone(night)}
        if slug:
            count = self._count(night, slug)
            context |= {"count": count, "changes": changes}
            if kind == "hex":
                context["hexagon"] = hexagon(night, count)
        elif kind == "banner":
            context["banner"] = banner_of(night, self.tally(night))
        elif kind == "score":
            context["score"] = score_of(night, self.tally(night))
        elif kind == "latest":
            context["feed"] = feed_of(night, self.tally(night))
        return environment.get_template(f"fragments/{kind}.html").render(context)

    def topics(self, night: Night, fragment: str) -> Container[str]:
        """The pages that are sent it: the night's own, or a contest's (by its ballot id), or both; none the feed."""
        if view := kind_of(fragment):
            return self._views.topics(night, view)
        kind, _, slug = fragment.partition("-")
        if kind == "latest":
            return ()
        if kind != "contest":
            return (NIGHT,)
        ballot = self._count(night, slug).contest.ballot
        return (ballot, NIGHT) if alone(night) else (ballot,)

    def message(self, night: Night, topic: str, after: int, fragments: Iterable[tuple[str, str]]) -> str:
        """What htmx swaps in: each fragment where it belongs, morphed so that focus and reading position stay."""
        parts = [
            _partial(view, "outerMorph", self._views.html(night, topic))
            if (view := kind_of(fragment))
            else _placed(fragment, text)
            for fragment, text in fragments
        ]
        if topic == NIGHT and after:
            parts += self._news(night, after)
        elif topic == NIGHT:
            parts.append(_partial("latest", "outerMorph", self.render(night, "latest")))
        parts.append(_partial("cursor", "outerHTML", cursor(night.seq)))
        return "".join(parts)

    def _news(self, night: Night, after: int) -> Iterator[str]:
        """What is said once: entries of the feed, and whatever else was declared at the moment of the newest."""
        news = feed_of(night, self.tally(night), after)
        context: dict[str, object] = {"night": night, "alone": alone(night), "feed": news}
        if news:
            yield _partial("feed", "afterbegin", environment.get_template("fragments/entries.html").render(context))
        declared = [item for item in news if item.result]
        if len(declared) > 1 and not alone(night):
            context["also"] = declared[1:]
            yield _partial("also", "innerHTML", environment.get_template("fragments/also.html").render(context))

    def tally(self, night: Night) -> Tally:
        """The totals of this night, added up once a state."""
        found = self._tallies.get(night.definition.id)
        if found is None or found[0] is not night:
            found = self._tallies[night.definition.id] = (night, add_up(night))
        return found[1]

    def _count(self, night: Night, slug: str) -> Count:
        found = self._ballots.get(night.definition.id)
        if found is None or found[0] is not night.definition:
            ballots = {contest.slug: contest.ballot for contest in night.definition.contests}
            found = self._ballots[night.definition.id] = (night.definition, ballots)
        return night.counts[found[1][slug]]


def alone(night: Night) -> bool:
    """Whether the night is about one contest, and has a page designed for that."""
    return len(night.counts) == 1


def fragments_of(night: Night) -> tuple[str, ...]:
    """All fragments of a night."""
    slugs = [contest.slug for contest in night.definition.contests]
    contests = [f"contest-{slug}" for slug in slugs]
    if alone(night):
        return ("status", "latest", *contests)
    on_map = (f"hex-{slug}" for slug in slugs) if has_map(night.definition) else ()
    return ("status", "banner", "score", "latest", *contests, *(f"row-{slug}" for slug in slugs), *on_map)


def _placed(fragment: str, html: str) -> str:
    """A fragment with its place. A hexagon is parsed as SVG only inside of one, and says itself where it belongs."""
    if fragment.startswith("hex-"):
        place = f"outerHTML:[aria-labelledby=row-{fragment.removeprefix('hex-')}]"
        return html.replace("<a ", f'<svg><a hx-swap-oob="{place}" ', 1) + "</svg>"
    return _partial(fragment, "outerMorph", html)


def _partial(target: str, swap: str, html: str) -> str:
    return f'<hx-partial hx-target="#{target}" hx-swap="{swap}">{html}</hx-partial>'


def cursor(seq: int) -> str:
    """Where a page keeps how far it has come, for its next connection."""
    return f'<data id="cursor" value="{seq}" hidden></data>'
