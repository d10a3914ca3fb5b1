"""The languages of the pages: messages, names, figures and dates in each, and which one a reader wants. No HTML.

A message is its English text. For each other language ``web/messages`` has two gettext catalogues: ``cy.po`` with what
the pages say, which ``scripts/messages`` extracts from them, and ``cy.names.po`` with the names in the nights' data. A
message that is in neither is shown in English.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from server.election.clock import LONDON
from server.election.contests import Contest, Definition
from server.election.parties import Party
from server.election.shares import half_up, share_text

FOLDER = Path(__file__).resolve().parent.parent.parent / "web" / "messages"
_CODES = ("en", "cy", "de")
_USUAL_HEADER = 200  # characters: the answer to a longer header is not remembered
# The endings that go with feminine nouns, such as those for seats and wins: "3edd sedd".
_WELSH_ORDINALS = (
    *("af", "il", "edd", "edd", "ed", "ed", "fed", "fed", "fed", "fed"),
    *("eg", "fed", "eg", "eg", "fed", "eg", "eg", "fed", "eg", "fed"),
)
_GENERAL_ELECTION = re.compile(r"(\d{4}) general election(.*)")
_BY_ELECTION = re.compile(r"(.+) by-election")
_DAY = re.compile(r"By-elections of (\d{1,2} [A-Z][a-z]+ \d{4})")
_LOCAL_ELECTIONS = re.compile(r"(\d{4}) local elections")
_COUNCIL = re.compile(r"(\d{4}) (.+) council election")
_MAYOR = re.compile(r"(\d{4}) (.+) mayoral election")
_DATED = re.compile(r"(.+ (?:by-election|election)) of (\d{1,2} [A-Z][a-z]+ \d{4})")
_SEASON = re.compile(r"By-elections of the Parliament (\d{4}–(?:\d{4})?)")


class Language:
    """One language: ``code`` as in an address (``cy``), ``tag`` as in HTML (``en-GB``), ``name`` as its own speakers
    call it."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.tag = "en-GB" if code == "en" else code
        self._locale = Locale.parse(self.tag, sep="-")
        self.name = (self._locale.get_language_name() or code).capitalize() if code != "en" else "English"
        self._messages = _catalogue(code)
        self._messages.add_fallback(_catalogue(f"{code}.names"))
        self._percent: str = self._locale.percent_formats[None].suffix[0]
        symbols = self._locale.number_symbols["latn"]
        self._separators = str.maketrans({",": symbols["group"], ".": symbols["decimal"]})

    def gettext(self, message: str) -> str:
        """A message in this language."""
        return self._messages.gettext(message)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """The form of a message that goes with a number."""
        return self._messages.ngettext(singular, plural, number)

    def pgettext(self, context: str, message: str) -> str:
        """A message that says different things in different contexts."""
        return self._messages.pgettext(context, message)

    def npgettext(self, context: str, singular: str, plural: str, number: int) -> str:
        """The form of a message that goes with a number, in a context."""
        return self._messages.npgettext(context, singular, plural, number)

    def number(self, value: int) -> str:
        """A whole number with its thousands separated: ``16,867``, in German ``16.867``."""
        return f"{value:,}".translate(self._separators)

    def separated(self, figure: str) -> str:
        """A figure in English with this language's separators: ``42.1``, in German ``42,1``."""
        return figure.translate(self._separators)

    def signed(self, value: int) -> str:
        """A whole number with its sign, the minus being U+2212: ``+66``, ``−42``, ``0``."""
        return f"{value:+,}".replace("-", "−").translate(self._separators) if value else "0"

    def share(self, value: Fraction) -> str:
        """A share of 1 as a percentage without the per cent sign: ``42.1``, ``0.87``."""
        return share_text(value).translate(self._separators)

    def percent(self, value: Fraction) -> str:
        """A share of 1 as a percentage: ``42.1%``, in German ``42,1 %``."""
        return self.share(value) + self._percent

    def points(self, value: Fraction) -> str:
        """A change in a share of 1, as percentage points with plus or minus: ``+28.3``, ``−0.4``, ``0.0``."""
        text = half_up(value * 100, 1)
        text = text.replace("-", "−") if value < 0 else text if text == "0.0" else "+" + text
        return text.translate(self._separators)

    def size(self, value: Fraction) -> str:
        """The size of a swing (a share of 1, positive) in percentage points: ``5.1``."""
        return half_up(value * 100, 1).translate(self._separators)

    def ordinal(self, value: int) -> str:
        """``first``, ``second``, ``third``, then ``4th``, ``11th``, ``22nd``; ``2.`` in German, ``2il`` in Welsh."""
        match self.code:
            case "de":
                return f"{self.number(value)}."
            case "cy":
                if value <= len(_WELSH_ORDINALS):
                    return f"{value}{_WELSH_ORDINALS[value - 1]}"
                return f"{self.number(value)}{'ain' if value < 100 and value not in (40, 50, 60, 80) else 'fed'}"
            case _:
                if value <= 3:
                    return ("first", "second", "third")[value - 1]
                ending = {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
                return self.number(value) + ("th" if value % 100 in (11, 12, 13) else ending)

    def clock(self, moment: datetime) -> str:
        """The time of day in London, 24 hours: ``04:15``."""
        return moment.astimezone(LONDON).strftime("%H:%M")

    def day(self, moment: date) -> str:
        """A date: ``20 November 2014``, ``20. November 2014``, ``20 Tachwedd 2014``."""
        return format_date(moment, "long", self._locale)

    def day_of_year(self, moment: date) -> str:
        """A date without its year: ``28 May``, ``28. Mai``."""
        return self.day(moment).removesuffix(f" {moment.year}")

    def weekday(self, moment: datetime, dated: bool = False) -> str:
        """The day of the week in London: ``Friday``; if ``dated``, abbreviated and with its date: ``Fri, 28 May``."""
        day = moment.astimezone(LONDON)
        return format_skeleton("MMMEd", day, locale=self._locale) if dated else format_date(day, "EEEE", self._locale)

    def full_day(self, moment: datetime) -> str:
        """The day of the week in London with its date: ``Thursday 10 December 2026``."""
        day = format_date(moment.astimezone(LONDON).date(), "full", self._locale)
        return day.replace(",", "") if self.code == "en" else day

    def party(self, party: Party) -> str:
        """A party's name, translated if the language has a name for it: ``Conservative``, ``Konservative``."""
        return self.pgettext("party", party.name)

    def from_party(self, party: Party) -> str:
        """A party's name as it follows "from": ``Conservative``, in German ``den Konservativen``."""
        return self.pgettext("from", party.name)

    def short(self, party: Party) -> str:
        """A party's abbreviation: ``Con``, in Welsh ``Ceid``."""
        return self.pgettext("party, short", party.short)

    def seat(self, contest: Contest) -> str:
        """A constituency's name. Only those in Wales have another, in Welsh."""
        return self.pgettext("seat", contest.name)

    def seat_in(self, night: Definition, contest: Contest) -> str:
        """The same with its council, where the night has several: ``Abbey (Kent)``; of an office ``Mayor of Kent``."""
        seat, body = self.seat(contest), night.told_with(contest)
        return seat if body is None else body.name if body.kind == "office" else f"{seat} ({body.name})"

    def why(self, contest: Contest) -> str:
        """The sentence that a contest's verdict needs beside it; in English where it is in no catalogue."""
        return self.pgettext("why", contest.why)

    def title(self, text: str) -> str:
        """The title of a night or the name of a baseline: ``2019 general election``. Other texts stay as they are."""
        if parsed := _GENERAL_ELECTION.fullmatch(text):
            match parsed[2]:
                case "":
                    return self.gettext("%(year)s general election") % {"year": parsed[1]}
                case ", notional":
                    return self.gettext("%(year)s general election, notional") % {"year": parsed[1]}
                case " and by-elections since":
                    return self.gettext("%(year)s general election and by-elections since") % {"year": parsed[1]}
                case _:
                    return text
        if parsed := _DATED.fullmatch(text):
            day = datetime.strptime(parsed[2], "%d %B %Y").replace(tzinfo=LONDON).date()
            told = {"election": self.title(parsed[1]), "day": self.day(day)}
            return self.gettext("%(election)s of %(day)s") % told
        if parsed := _BY_ELECTION.fullmatch(text):
            return self.gettext("%(seat)s by-election") % {"seat": self.pgettext("seat", parsed[1])}
        if parsed := _DAY.fullmatch(text):
            day = datetime.strptime(parsed[1], "%d %B %Y").replace(tzinfo=LONDON).date()
            return self.gettext("By-elections of %(day)s") % {"day": self.day(day)}
        if parsed := _LOCAL_ELECTIONS.fullmatch(text):
            return self.gettext("%(year)s local elections") % {"year": parsed[1]}
        if parsed := _COUNCIL.fullmatch(text):
            return self.gettext("%(year)s %(council)s council election") % {"year": parsed[1], "council": parsed[2]}
        if parsed := _MAYOR.fullmatch(text):
            return self.gettext("%(year)s %(place)s mayoral election") % {
                "year": parsed[1],
                "place": self.place(parsed[2]),
            }
        if parsed := _SEASON.fullmatch(text):
            return self.gettext("By-elections of the Parliament %(years)s") % {"years": parsed[1]}
        return text

    def place(self, name: str) -> str:
        """The name of a region or nation."""
        return self.pgettext("place", name)


def _catalogue(name: str) -> NullTranslations:
    if not (file := FOLDER / f"{name}.po").exists():
        return NullTranslations()
    compiled = BytesIO()
    with file.open("rb") as lines:
        write_mo(compiled, read_po(lines))
    compiled.seek(0)
    return GNUTranslations(compiled)


@cache
def language(code: str) -> Language:
    """The language with this code; English where there is none."""
    return Language(code) if code in _CODES and code != "en" else ENGLISH


def wanted(asked: Sequence[str | None], accepted: str) -> Language:
    """The first of the codes in ``asked`` that is a language here, else the best of the Accept-Language header
    ``accepted`` (RFC 9110, 12.5.4), else English."""
    code = next((code for code in asked if code in _CODES), None)
    if code is None:
        code = _liked(accepted) if len(accepted) < _USUAL_HEADER else _liked.__wrapped__(accepted)
    return language(code)


@lru_cache(maxsize=256)  # browsers send only a handful of different headers
def _liked(accepted: str) -> str:
    liked: list[tuple[float, str]] = []
    for part in accepted.split(",") if accepted else ():
        tag, _, weight = part.partition(";")
        try:
            liked.append((float(weight.partition("q=")[2] or 1), tag.strip()[:2].lower()))
        except ValueError:
            continue
    liked.sort(key=lambda choice: -choice[0])
    return next((code for weight, code in liked if weight > 0 and code in _CODES), "en")


ENGLISH = Language("en")


def languages() -> tuple[Language, ...]:
    """All languages, in the order in which pages offer them."""
    return tuple(map(language, _CODES))
