"""The template environment, one a language: where templates are, and what can be called in them. No night here."""

from collections.abc import Callable
from datetime import datetime
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from server.election.contests import Contest
from server.election.nights import Night
from server.election.parties import counted_as
from server.pages.languages import ENGLISH, LONDON, Language, languages
from server.pages.static import static

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


def _stands(language: Language) -> Callable[[Night], str]:
    def stands(night: Night) -> str:
        """When the last event was: ``04:15``, with the day where the night has long gone on: ``00:00, 28 May``."""
        day = night.at.astimezone(LONDON).date()
        long_gone = (day - night.definition.date).days not in (0, 1)
        return f"{language.clock(night.at)}, {language.day_of_year(day)}" if long_gone else language.clock(night.at)

    return stands


@cache
def environment(language: Language = ENGLISH) -> Environment:
    """The templates in a language: its figures and names as filters, its messages as ``_`` and ``{% trans %}``."""
    made = Environment(
        loader=FileSystemLoader(_FOLDER),
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
    for figure in (*figures, language.ordinal, language.clock, language.day):
        made.filters[figure.__name__] = figure
    made.filters.update(
        party_name=language.party,
        party_short=language.short,
        party_from=language.from_party,
        seat_name=language.seat,
        place_name=language.place,
        night_title=language.title,
        stands=_stands(language),
    )
    functions: dict[str, Any] = {"static": static, "counted_as": counted_as, "part_of": part_of, "previous": previous}
    cast(dict[str, Any], made.globals).update(functions, language=language, languages=languages())
    return made


def rendered(template: str, language: Language = ENGLISH, /, **context: object) -> str:
    """A whole template with its context."""
    return environment(language).get_template(template).render(context)


def clock(moment: datetime) -> str:
    """The time of day in London, 24 hours: ``04:15``."""
    return ENGLISH.clock(moment)
