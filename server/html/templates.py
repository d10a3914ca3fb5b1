"""The template environment, one a language: where templates are, and what can be called in them. No night here."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from fractions import Fraction
from functools import cache
from os import getpid
from pathlib import Path
from typing import Any, cast

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined, select_autoescape
from jinja2.bccache import Bucket

from server.election.clock import LONDON
from server.election.contests import Contest, Definition
from server.election.nights import Night
from server.election.once import once
from server.election.parties import counted_as
from server.election.results.parliament import is_by_election, polled_on, polls_of
from server.html.languages import ENGLISH, Language, languages
from server.html.static import static
from server.nights import assumed

_FOLDER = Path(__file__).resolve().parent.parent.parent / "web" / "templates"


def part_of(part: int, whole: int) -> Fraction:
    """A share of 1, 0 of nothing."""
    return Fraction(part, whole) if whole else Fraction(0)


def previous(contest: Contest) -> list[tuple[str, int, Fraction]]:
    """Party id, votes and share at the baseline election, the most votes first."""
    assert contest.previous is not None
    votes = contest.previous.votes
    ranked = sorted(votes.items(), key=lambda item: -item[1])
    return [(party, number, part_of(number, sum(votes.values()))) for party, number in ranked]


def dated(moment: datetime, night: Night) -> bool:
    """Whether a moment of a night must say its day: it is not of the night and the morning after, or the night has
    polls of several days. A rehearsal is on any day, and its time is all that matters."""
    if night.definition.rehearsal:
        return False
    days = (moment.astimezone(LONDON).date() - night.definition.date).days
    return days not in (0, 1) or _has_days(night.definition)


@once
def _has_days(definition: Definition) -> bool:
    """Asked of every row."""
    first, last = polls_of(definition)
    return first != last


def _moments(language: Language) -> tuple[Callable[[datetime, Night], str], Callable[[Night], str]]:
    def when(moment: datetime, night: Night) -> str:
        """The time of day, with the day where it must be said: ``04:15``, ``00:00, 28 May``."""
        if not dated(moment, night):
            return language.clock(moment)
        day = moment.astimezone(LONDON).date()
        year = day.year != night.definition.date.year or _has_days(night.definition)
        return f"{language.clock(moment)}, {language.day(day) if year else language.day_of_year(day)}"

    def stands(night: Night) -> str:
        """When the last event was."""
        return when(night.at, night)

    return when, stands


class _Compiled(BytecodeCache):
    """Templates as they were compiled, the same for all languages: beside them, as Python keeps its own modules. Where
    nothing can be written, each process compiles them when it starts."""

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
    return _FOLDER / "__pycache__" / bucket.key


@cache
def environment(language: Language = ENGLISH) -> Environment:
    """The templates in a language: its figures and names as filters, its messages as ``_`` and ``{% trans %}``."""
    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        bytecode_cache=_Compiled(),
        auto_reload=False,  # which would look at the file of each template, each time
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    cast(Any, made).install_gettext_callables(
        language.gettext, language.ngettext, newstyle=True, pgettext=language.pgettext, npgettext=language.npgettext
    )
    made.policies["ext.i18n.trimmed"] = True
    figures = (language.number, language.signed, language.share, language.percent, language.points, language.size)
    for figure in (*figures, language.ordinal, language.clock, language.day, language.weekday):
        made.filters[figure.__name__] = figure
    when, stands = _moments(language)
    made.filters.update(
        party_name=language.party,
        party_short=language.short,
        party_from=language.from_party,
        seat_name=language.seat,
        place_name=language.place,
        night_title=language.title,
    )
    cast(dict[str, Any], made.filters).update(when=when, stands=stands)
    functions: dict[str, Any] = {"static": static, "counted_as": counted_as, "part_of": part_of, "previous": previous}
    functions |= {"polled_on": polled_on, "is_by_election": is_by_election, "dated": dated, "assumed": assumed}
    cast(dict[str, Any], made.globals).update(functions, language=language, languages=languages())
    return made


async def compile_all() -> None:
    """Make every template ready in every language, so that no declaration waits for it; others have their turn
    meanwhile."""
    for language in languages():
        templates = environment(language)
        for name in templates.list_templates(extensions=["html"]):
            templates.get_template(name)
            await asyncio.sleep(0)


def rendered(template: str, language: Language = ENGLISH, /, **context: object) -> str:
    """A whole template with its context."""
    return environment(language).get_template(template).render(context)


def clock(moment: datetime) -> str:
    """The time of day in London, 24 hours: ``04:15``."""
    return ENGLISH.clock(moment)
