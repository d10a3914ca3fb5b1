"""The template environment of each language: where templates are, and what can be called in them. No night here."""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from fractions import Fraction
from functools import cache, partial
from os import getpid
from pathlib import Path
from typing import Any, cast

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined, select_autoescape
from jinja2.bccache import Bucket

from server.election.bodies import Body
from server.election.clock import LONDON
from server.election.contests import Contest, Definition
from server.election.nights import Night
from server.election.once import once
from server.election.parties import counted_as
from server.election.results.parliament import is_by_election, polled_on, polls_of
from server.election.texts.words import ROLES
from server.html.coming import called_off, is_before_poll
from server.html.languages import ENGLISH, Language, languages
from server.html.make import make
from server.html.rendering import Rendering
from server.html.root import rooted
from server.html.saying import said
from server.html.static import static
from server.nights import assumed
from server.nights.written.lines import OTHERS

_ADDRESS = re.compile(r'(?<==")/|(?<==\\")/')
_FOLDER = Path(__file__).resolve().parent.parent.parent / "web" / "templates"


def part_of(part: int, whole: int) -> Fraction:
    """The share (of 1) that a part is of a whole; 0 if the whole is 0."""
    return Fraction(part, whole) if whole else Fraction(0)


def previous(contest: Contest) -> list[tuple[str, int, Fraction]]:
    """Party id, votes and share (of 1) of each party at the baseline election, the most votes first."""
    assert contest.previous is not None
    votes = contest.previous.votes
    ranked = sorted(votes.items(), key=lambda party_votes: -party_votes[1])
    return [(party, number, part_of(number, sum(votes.values()))) for party, number in ranked]


def lead_before(contest: Contest) -> tuple[int, Fraction] | None:
    """By how many votes, and which share (of 1) of all, the holder of a seat was ahead at the baseline election; None
    where it was not, nothing is known, or several seats are fought. Votes of parties without a name are nobody's."""
    if contest.previous is None or not contest.rules.has_winner:
        return None
    votes, holder = contest.previous.votes, contest.previous.holder
    second = max((number for party, number in votes.items() if party not in (holder, OTHERS)), default=0)
    lead = votes.get(holder, 0) - second
    return (lead, part_of(lead, sum(votes.values()))) if lead > 0 else None


@once
def _meant(definition: Definition) -> frozenset[str]:
    """The pages about a night that have a meaning for some of its contests; of the House each has."""
    known = [one for one in definition.contests if not one.body or (one.previous and one.previous.votes)]
    swing = any(contest.rules.has_swing for contest in known)
    sought = any(contest.rules.has_winner for contest in known) or bool(definition.councils)
    return frozenset(["swing"] * swing + ["battlegrounds"] * sought)


def has_a_meaning(definition: Definition, page: str) -> bool:
    """Whether a page about a night says anything there: between two of several seats there is no swing."""
    return page not in ("swing", "battlegrounds") or page in _meant(definition)


@once
def several_seats(definition: Definition) -> bool:
    """Whether a paper of this night can have several votes, so that they say nothing of turnout."""
    return any(contest.rules.votes_a_paper > 1 for contest in definition.contests)


def council_of(definition: Definition, contest: Contest) -> Body | None:
    """The council that a contest is for; None where it is for none."""
    body = definition.body_of(contest) if contest.body else None
    return body if body and body.kind == "council" else None


def called(language: Language, night: Definition, contest: Contest) -> str:
    """The name of a contest where its council is told beside it: an office's is its title."""
    return language.seat(contest) if council_of(night, contest) else language.seat_in(night, contest)


def dated(moment: datetime, night: Night) -> bool:
    """Whether a time of a night must be shown with its day.

    It must if it is neither on the night nor on the day after it, or if the night has polls of several days. A
    rehearsal is never dated: it can be on any day, and only its times matter.
    """
    if night.definition.rehearsal:
        return False
    days = (moment.astimezone(LONDON).date() - night.definition.date).days
    return days not in (0, 1) or _has_days(night.definition)


@once
def _has_days(definition: Definition) -> bool:
    """Whether a night has polls of several days. Every row of a page asks this, so the answer is kept."""
    first, last = polls_of(definition)
    return first != last


def _moments(language: Language) -> tuple[Callable[[datetime, Night], str], Callable[[Night], str]]:
    def when(moment: datetime, night: Night) -> str:
        """The time of day, with its day if that must be shown: ``04:15``, ``00:00, 28 May``."""
        if not dated(moment, night):
            return language.clock(moment)
        day = moment.astimezone(LONDON).date()
        year = day.year != night.definition.date.year or _has_days(night.definition)
        return f"{language.clock(moment)}, {language.day(day) if year else language.day_of_year(day)}"

    def stands(night: Night) -> str:
        """The time of the night's last event."""
        return when(night.at, night)

    return when, stands


def _capital(words: str) -> str:
    """The words with a capital letter at the beginning, and the others as they are, as German nouns need it."""
    return words[:1].upper() + words[1:]


def _exact(moment: datetime) -> str:
    """A time as the attribute ``datetime`` may have it: HTML knows no microseconds."""
    return moment.replace(microsecond=0).isoformat()


class _Compiled(BytecodeCache):
    """Compiled templates, kept in files beside the templates, as Python keeps its compiled modules.

    All languages share them. If the folder cannot be written, each process compiles the templates when it starts.
    """

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError), _compiled(bucket).open("rb") as file:
            bucket.load_bytecode(file)

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            _compiled(bucket).parent.mkdir(exist_ok=True)
            new = _compiled(bucket).with_suffix(f".{getpid()}")
            with new.open("wb") as file:
                bucket.write_bytecode(file)
            new.replace(_compiled(bucket))


def _compiled(bucket: Bucket) -> Path:
    return _FOLDER / "__pycache__" / f"{bucket.key}{rooted('').replace('/', '.')}"


class _Rooted(FileSystemLoader):
    """Loads templates with each address in an attribute, ``="/`` or ``=\\"/``, below where the site begins."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """A template's text, and its file."""
        source, file, is_fresh = super().get_source(environment, template)
        return _ADDRESS.sub(rooted("/"), source), file, is_fresh


@cache
def environment(language: Language = ENGLISH) -> Environment:
    """The templates in a language: its figures and names as filters, its messages as ``_`` and ``{% trans %}``."""
    templates = Rendering(
        loader=_Rooted(_FOLDER),
        bytecode_cache=_Compiled(),
        auto_reload=False,  # it would look at the file of a template whenever that is used
        cache_size=-1,  # all that there are: a cache with an end locks itself to put what is used in order
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    cast(Any, templates).install_gettext_callables(
        language.gettext, language.ngettext, newstyle=True, pgettext=language.pgettext, npgettext=language.npgettext
    )
    templates.policies["ext.i18n.trimmed"] = True
    figures = (language.number, language.signed, language.share, language.percent, language.points, language.size)
    for figure in (*figures, language.ordinal, language.clock, language.day, language.full_day, language.weekday):
        templates.filters[figure.__name__] = figure
    when, stands = _moments(language)
    templates.filters.update(
        party_name=language.party,
        party_short=language.short,
        party_from=language.from_party,
        seat_name=language.seat,
        why_told=language.why,
        place_name=language.place,
        night_title=language.title,
        said=partial(said, language),
    )
    cast(dict[str, Any], templates.filters).update(
        seat_in=language.seat_in,
        called=partial(called, language),
        when=when,
        stands=stands,
        exact=_exact,
        capital=_capital,
    )
    functions: dict[str, Any] = {"static": static, "counted_as": counted_as, "part_of": part_of, "previous": previous}
    functions |= {
        "has_a_meaning": has_a_meaning,
        "several_seats": several_seats,
        "council_of": council_of,
        "make": make,
        "rooted": rooted,
    }
    functions |= {"lead_before": lead_before, "is_before_poll": is_before_poll, "called_off": called_off}
    functions |= {"polled_on": polled_on, "is_by_election": is_by_election, "dated": dated, "assumed": assumed}
    functions["roles"] = ROLES
    cast(dict[str, Any], templates.globals).update(functions, language=language, languages=languages())
    return templates


async def compile_all() -> None:
    """Load every template in every language, so that no declaration has to wait for one.

    It yields to the event loop after each template.
    """
    for language in languages():
        templates = environment(language)
        for name in templates.list_templates(extensions=["html"]):
            templates.get_template(name)
            await asyncio.sleep(0)


def rendered(template: str, language: Language = ENGLISH, /, **context: object) -> str:
    """The HTML of a template with its context."""
    return environment(language).get_template(template).render(context)


def clock(moment: datetime) -> str:
    """The time of day in London, 24 hours: ``04:15``."""
    return ENGLISH.clock(moment)
