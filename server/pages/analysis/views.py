"""The pages that look at a night as a whole: their addresses, their topics on the push, each as HTML. No figures.

There are four: ``areas``, ``swing/PP53/PP52``, ``battlegrounds/PP53`` (and ``…/all``) and ``records``. Each is one
element, whose id is the kind of page and whose topic is as above. An event marks the kinds that it changes; a topic is
made into HTML only when somebody reads it.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import assert_never

from markupsafe import Markup

from server.election.counts import Count
from server.election.events import (
    AnyEvent,
    BallotPaperAmended,
    Corrected,
    DeclarationExpected,
    Declared,
    NightAmended,
    NightHeld,
    NightOpened,
    NightReleased,
    NoPollTaken,
    NoteCorrected,
    NotePosted,
    NoteWithdrawn,
    PreferencesReported,
    SheetHidden,
    SheetPhotographed,
    StageReached,
    StageTakenBack,
    Withdrawn,
)
from server.election.nights import Night
from server.election.once import once
from server.election.results.swings import swing_together
from server.html.address import kept
from server.html.languages import ENGLISH, Language
from server.html.templates import environment
from server.live.memory.memo import MEMO, Shelf
from server.pages.analysis.areas import areas
from server.pages.analysis.choices import Choices, choices, usual_pair, why_no_swing
from server.pages.analysis.grounds import Ground, grounds_page
from server.pages.analysis.kept import every_piece, figures, pieces
from server.pages.analysis.record_book import records_page
from server.pages.analysis.swing import swing_page

KINDS = {"areas": (), "swing": ("from", "to"), "battlegrounds": ("party", "all"), "records": ()}
"""Each kind of page, and the parameters of its address in the order that its topic has them."""
_MARK = "view-"


class NoSuchView(LookupError):
    """A page about parties that make no sense for the night; the message is a sentence in the reader's language."""


def marks(event: AnyEvent) -> tuple[str, ...]:
    """The marks of the kinds of page that an event changes; every event moves the time by which a seat is late."""
    match event:
        case NightOpened() | BallotPaperAmended() | NightAmended():
            return tuple(_MARK + kind for kind in KINDS)
        case Declared() | Corrected() | Withdrawn() | NoPollTaken():
            return tuple(_MARK + kind for kind in KINDS)
        case NightHeld() | NightReleased() | DeclarationExpected() | StageReached() | StageTakenBack():
            return (_MARK + "battlegrounds",)
        case PreferencesReported() | SheetPhotographed() | SheetHidden():
            return (_MARK + "battlegrounds",)
        case NotePosted() | NoteCorrected() | NoteWithdrawn():
            return (_MARK + "battlegrounds",)
        case _:
            assert_never(event)


def kind_of(fragment: str) -> str:
    """The kind of page that a mark stands for; "" if it is no mark."""
    return fragment.removeprefix(_MARK) if fragment.startswith(_MARK) else ""


def asked(night: Night, known: Choices, kind: str, parameters: Mapping[str, str], language: Language = ENGLISH) -> str:
    """The topic of the page that an address asks for; NoSuchView where that makes no sense."""
    match kind:
        case "swing":
            usual = _usual_pair(night, known)
            if usual is None and not parameters.get("from"):
                raise NoSuchView(language.gettext("No two parties of this night can be compared."))
            first, second = usual or ("", "")
            first, second = parameters.get("from") or first, parameters.get("to") or second
            if sentence := why_no_swing(known, first, second, language):
                raise NoSuchView(sentence)
            return f"swing/{first}/{second}"
        case "battlegrounds":
            party = parameters.get("party") or _usual_party(night, known)
            if party not in known:
                sentence = language.gettext("'%(party)s' is not a party of this night that has battlegrounds.")
                raise NoSuchView(sentence % {"party": party})
            return f"battlegrounds/{party}/all" if parameters.get("all") else f"battlegrounds/{party}"
        case _:
            return kind


def _usual_pair(night: Night, known: Choices) -> tuple[str, str] | None:
    """Of a single contest, the two that were first and second, once they are known; else the two largest parties, in
    the direction in which votes have moved between them so far."""
    results = [count.result for count in night.counts.values()]
    if len(results) == 1 and results[0] and (swing := results[0].swing):
        pair = swing.from_party, swing.to_party
        return usual_pair(known) if why_no_swing(known, *pair) else pair
    pair = usual_pair(known)
    return (pair[1], pair[0]) if pair and (swing_together(night, *pair) or 0) < 0 else pair


def _usual_party(night: Night, known: Choices) -> str:
    """The party with the most seats so far; before the first, the one with the most at the baseline."""
    seats = dict.fromkeys(known, 0)
    for count in night.counts.values():
        if count.result and count.result.verdict.winner in seats:
            seats[count.result.verdict.winner] += 1
    return max(seats, key=seats.__getitem__, default="")


def html(night: Night, topic: str, language: Language = ENGLISH, baseline: str = "", on_air: bool = True) -> str:
    """A page's element as the night stands, in a language; links in it keep to the baseline with this key.

    Of a night on air, figures are worked out once for all languages, and rows that stay the same are remembered.
    """
    kind, *parties = topic.split("/")
    links = kept({"baseline": baseline})
    context: dict[str, object] = {
        "night": night,
        "kind": kind,
        "kept": links,
        "piece": pieces(night, (language.code, links)) if on_air else every_piece,
    }

    def make() -> object:
        return _figures(night, kind, parties, baseline)

    context["page"] = figures(night, (topic, baseline), make) if on_air else make()
    if kind == "battlegrounds":
        context["rows"] = _rows_of(night, parties[0], language, context.copy(), on_air)
    return environment(language).get_template(f"analysis/{kind}.html").render(context)


def _figures(night: Night, kind: str, parties: Sequence[str], baseline: str) -> object:
    """What the template of a kind of page shows."""
    match kind:
        case "areas":
            return areas(night)
        case "swing":
            return swing_page(night, *parties)
        case "battlegrounds":
            return grounds_page(night, parties[0], len(parties) > 1)
        case _:
            return records_page(night, baseline)


def _rows_of(
    night: Night, party: str, language: Language, context: dict[str, object], on_air: bool
) -> Callable[[Iterable[Ground]], Markup]:
    """How battlegrounds become rows. A row is as it was until something happens in its seat, or the seat is late."""
    template = environment(language).get_template("analysis/ground.html")

    def row(ground: Ground) -> str:
        late = ground.count.expected is not None and ground.count.expected < night.at
        rows, name = _rows(ground.count), (party, language.code, context["kept"], late)
        if known := rows.get(name):
            return known
        text = template.render(context, party=party, ground=ground) + "\n"
        if on_air:
            rows[name] = text
        return text

    return lambda grounds: Markup("".join(map(row, grounds)))


@once
def _rows(count: Count) -> dict[tuple[object, ...], str]:
    """What a contest is as a battleground, to each party, in each language."""
    return {}


class Views:
    """The pages of nights in one edition."""

    def __init__(self, language: Language = ENGLISH, baseline: str = "") -> None:
        self._edition = (language, baseline)

    def topics(self, night: Night, kind: str) -> Container[str]:
        """The topics of a kind of page."""
        return _Topics(self, night, kind)

    def has(self, night: Night, topic: str) -> bool:
        """Whether a topic is a page's of this night: whatever a stranger asks for is not."""
        kind, *parties = topic.split("/")
        match kind, parties:
            case (("areas" | "records"), []):
                return True
            case "swing", [first, second]:
                return not why_no_swing(choices(night.definition), first, second)
            case "battlegrounds", [party] | [party, "all"]:
                return party in choices(night.definition)
            case _:
                return False

    def html(self, night: Night, topic: str) -> str:
        """A page's element, made once a state however many ask from however many seqs."""
        return _elements(night).get((topic, *self._edition), lambda: html(night, topic, *self._edition))


@once
def _elements(night: Night) -> Shelf:
    """The elements of pages that were made of a night as it stands."""
    return MEMO.shelf()


class _Topics:
    """Too many to be listed: every two parties have one."""

    def __init__(self, views: Views, night: Night, kind: str) -> None:
        self._views, self._night, self._kind = views, night, kind

    def __contains__(self, topic: object) -> bool:
        return isinstance(topic, str) and topic.partition("/")[0] == self._kind and self._views.has(self._night, topic)
