"""The template environment: where templates are, and how figures and times are written in them. No night here."""

from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from server.election.contests import Contest
from server.election.nights import Night
from server.election.parties import counted_as
from server.election.shares import half_up, share_text
from server.pages.static import static

LONDON = ZoneInfo("Europe/London")
_FOLDER = Path(__file__).resolve().parent.parent.parent / "web" / "templates"


def number(value: int) -> str:
    """Thousands with commas: ``16,867``."""
    return f"{value:,}"


def signed(value: int) -> str:
    """With its sign, a true minus: ``+66``, ``−42``, ``0``."""
    return f"{value:+,}".replace("-", "−") if value else "0"


def share(value: Fraction) -> str:
    """A share as a percentage without its sign: ``42.1``, ``0.87``."""
    return share_text(value)


def points(value: Fraction) -> str:
    """A change in share, in percentage points with its sign: ``+28.3``, ``−0.4``, ``0.0``."""
    text = half_up(value * 100, 1)
    return text.replace("-", "−") if value < 0 else text if text == "0.0" else "+" + text


def size(value: Fraction) -> str:
    """A swing without its sign, in percentage points: ``5.1``."""
    return half_up(value * 100, 1)


def ordinal(value: int) -> str:
    """``first``, ``second``, ``third``, then ``4th``, ``11th``, ``22nd``."""
    if value <= 3:
        return ("first", "second", "third")[value - 1]
    endings = {1: "st", 2: "nd", 3: "rd"}
    return f"{value:,}" + ("th" if value % 100 in (11, 12, 13) else endings.get(value % 10, "th"))


def at_query(moment: datetime | None) -> str:
    """What keeps a link at a past moment of the night; "" where the page is of now."""
    return "?" + urlencode({"at": moment.isoformat()}) if moment else ""


def clock(moment: datetime) -> str:
    """The time of day in London, 24 hours: ``04:15``."""
    return moment.astimezone(LONDON).strftime("%H:%M")


def day(moment: Any) -> str:
    """A date: ``20 November 2014``."""
    return f"{moment.day} {moment:%B %Y}"


def part_of(part: int, whole: int) -> Fraction:
    """A share of 1, 0 of nothing."""
    return Fraction(part, whole) if whole else Fraction(0)


def previous(contest: Contest) -> list[tuple[str, int, Fraction]]:
    """Party id, votes and share at the baseline election, the most votes first."""
    assert contest.previous is not None
    votes = contest.previous.votes
    ranked = sorted(votes.items(), key=lambda item: -item[1])
    return [(party, number, part_of(number, sum(votes.values()))) for party, number in ranked]


def stands(night: Night) -> str:
    """When the last event was: ``04:15``, with the day where the night has long gone on: ``00:00, 28 May``."""
    at = night.at.astimezone(LONDON)
    long_gone = (at.date() - night.definition.date).days not in (0, 1)
    return f"{at:%H:%M}, {at.day} {at:%B}" if long_gone else f"{at:%H:%M}"


environment = Environment(
    loader=FileSystemLoader(_FOLDER),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
environment.filters.update(
    number=number, signed=signed, share=share, points=points, clock=clock, day=day, stands=stands
)
environment.filters.update(size=size, ordinal=ordinal)
_functions: dict[str, Any] = {"static": static, "counted_as": counted_as, "part_of": part_of, "previous": previous}
cast(dict[str, Any], environment.globals).update(_functions, at_query=at_query)


def rendered(template: str, **context: object) -> str:
    """A whole template with its context."""
    return environment.get_template(template).render(context)
